/**
 * ValueSequence: the values of one group as user code sees them: an iterable that decodes as it goes and can be read once.
 * Hadoop: ReduceContextImpl.ValueIterable. One object serves all groups of a task.
 */
import type { Codec } from '../../job/codec.js';
import { show } from '../../job/codec.js';
import type { GroupedRecords } from '../merge/grouped-records.js';

export class ValueSequence implements Iterable<unknown> {
  private groups: GroupedRecords | undefined;
  private read = false;
  private count = 0;
  /** Number of the group, so that an iterator kept from an earlier one is noticed. */
  private generation = 0;

  /** `onValue` is called for each value read: a sign of life. */
  constructor(
    private readonly codec: Codec<unknown>,
    private readonly onValue: () => void,
  ) {}

  /** The values of the group `groups` stands at. */
  over(groups: GroupedRecords): Iterable<unknown> {
    this.groups = groups;
    this.read = false;
    this.count = 0;
    this.generation++;
    return this;
  }

  /** Goes past values the user did not read; the number of all values of the group. */
  finish(): number {
    const { groups } = this;
    while (groups?.nextValue() === true) this.count++;
    this.generation++;
    return this.count;
  }

  [Symbol.iterator](): Iterator<unknown> {
    if (this.read)
      throw new Error('the values of a key can be read only once; keep them in an array to read them again');
    this.read = true;
    return new ValueIterator(this, this.generation);
  }

  /** For the iterator: the next value, decoded; `done` when there is none. */
  next(generation: number): IteratorResult<unknown> {
    const { groups, codec } = this;
    if (groups === undefined || generation !== this.generation) {
      throw new Error('values of a key were read after its reducer call ended');
    }
    if (!groups.nextValue()) return { done: true, value: undefined };
    this.count++;
    this.onValue();
    return {
      done: false,
      value: codec.decode(groups.buffer, groups.valueStart, groups.valueStart + groups.valueLength),
    };
  }
}

class ValueIterator implements Iterator<unknown> {
  constructor(
    private readonly sequence: ValueSequence,
    private readonly generation: number,
  ) {}

  next(): IteratorResult<unknown> {
    return this.sequence.next(this.generation);
  }
}

/** The present group's key for an error message. */
export function showKey(codec: Codec<unknown>, { keyBuffer, keyStart, keyLength }: GroupedRecords): string {
  try {
    return `key ${show(codec.decode(keyBuffer, keyStart, keyStart + keyLength))}`;
  } catch {
    return `key of ${keyLength} bytes`;
  }
}
