/**
 * Combiner: shrinks groups of equal keys while they are written. Hadoop: Task.CombinerRunner. Two kinds: numbers folded here
 * (`sum`, `min`, `max`), and a function of the user's, which may emit any number of values, but only under the key it was given:
 * other keys would break the order of the file.
 */
import { UserCodeError } from '../../errors.js';
import type { Aggregate } from '../../job/aggregates.js';
import type { Codec } from '../../job/codec.js';
import type { CombineFunction, Job, TaskContext } from '../../job/define-job.js';
import type { GroupedRecords } from '../merge/grouped-records.js';
import { EncodeBuffer } from './encode-buffer.js';
import type { SegmentWriter } from './segment-writer.js';
import { showKey, ValueSequence } from './value-sequence.js';

export interface CombineCounts {
  inputRecords: number;
  outputRecords: number;
}

export interface Combiner {
  /** Writes the groups, combined; the caller ends the segment. */
  combine(groups: GroupedRecords, writer: SegmentWriter): void;
  /** Since the combiner was made. */
  readonly counts: Readonly<CombineCounts>;
}

/** The job's combiner, if it has one. `context` gives user code all but `emit`; `touch` is called for each value it reads. */
export function combinerOf(
  job: Job,
  context: Omit<TaskContext<unknown, unknown>, 'emit'>,
  touch: () => void,
): Combiner | undefined {
  const { combiner, mapOutput } = job;
  if (combiner === undefined || mapOutput === undefined) return undefined;
  return typeof combiner === 'function'
    ? new FunctionCombiner(combiner, mapOutput.key, mapOutput.value, context, touch)
    : new AggregateCombiner(combiner, mapOutput.key, mapOutput.value as Codec<number>);
}

/** One step of a library reducer. */
export function fold(op: Aggregate<unknown>['op'], a: number, b: number): number {
  return op === 'sum' ? a + b : op === 'min' ? Math.min(a, b) : Math.max(a, b);
}

class AggregateCombiner implements Combiner {
  readonly counts: CombineCounts = { inputRecords: 0, outputRecords: 0 };
  private readonly encoded = new EncodeBuffer();

  constructor(
    private readonly aggregate: Aggregate<unknown>,
    private readonly keyCodec: Codec<unknown>,
    private readonly valueCodec: Codec<number>,
  ) {}

  combine(groups: GroupedRecords, writer: SegmentWriter): void {
    const { aggregate, valueCodec, encoded, counts } = this;
    while (groups.nextGroup()) {
      groups.nextValue();
      let result = valueCodec.decode(groups.buffer, groups.valueStart, groups.valueStart + groups.valueLength);
      counts.inputRecords++;
      while (groups.nextValue()) {
        const value = valueCodec.decode(groups.buffer, groups.valueStart, groups.valueStart + groups.valueLength);
        result = fold(aggregate.op, result, value);
        counts.inputRecords++;
      }
      let length: number;
      try {
        length = encoded.put(valueCodec, result);
      } catch (error) {
        throw new UserCodeError(`combiner ${aggregate.op}`, showKey(this.keyCodec, groups), error);
      }
      writer.append(groups.keyBuffer, groups.keyStart, groups.keyLength, encoded.buffer, 0, length);
      counts.outputRecords++;
    }
  }
}

class FunctionCombiner implements Combiner {
  readonly counts: CombineCounts = { inputRecords: 0, outputRecords: 0 };
  private readonly key = new EncodeBuffer();
  private readonly value = new EncodeBuffer();
  private readonly values: ValueSequence;
  private readonly context: TaskContext<unknown, unknown>;
  private writer: SegmentWriter | undefined;
  private groups: GroupedRecords | undefined;

  constructor(
    private readonly combiner: CombineFunction<unknown, unknown>,
    private readonly keyCodec: Codec<unknown>,
    private readonly valueCodec: Codec<unknown>,
    context: Omit<TaskContext<unknown, unknown>, 'emit'>,
    touch: () => void,
  ) {
    this.values = new ValueSequence(valueCodec, touch);
    this.context = { ...context, emit: (key, value) => this.emit(key, value) };
  }

  combine(groups: GroupedRecords, writer: SegmentWriter): void {
    this.writer = writer;
    this.groups = groups;
    while (groups.nextGroup()) {
      // A key that the function emits under may be read after the group's last value: keep its bytes.
      const { keyBuffer, keyStart, keyLength } = groups;
      this.key.keep(keyBuffer, keyStart, keyLength);
      try {
        const answer: unknown = this.combiner(
          this.keyCodec.decode(keyBuffer, keyStart, keyStart + keyLength),
          this.values.over(groups),
          this.context,
        );
        if (answer instanceof Promise) throw new TypeError('a combiner cannot be async');
      } catch (error) {
        throw new UserCodeError('combiner', showKey(this.keyCodec, groups), error);
      }
      this.counts.inputRecords += this.values.finish();
    }
  }

  private emit(key: unknown, value: unknown): void {
    const { writer, groups } = this;
    if (writer === undefined || groups === undefined) throw new Error('emit called outside the combiner');
    const length = this.value.put(this.keyCodec, key);
    const kept = this.key.buffer;
    if (length !== this.key.length || this.value.buffer.compare(kept, 0, length, 0, length) !== 0) {
      throw new Error(`a combiner must emit under the key it was given, not ${String(key)}`);
    }
    writer.append(kept, 0, length, this.value.buffer, 0, this.value.put(this.valueCodec, value));
    this.counts.outputRecords++;
  }
}
