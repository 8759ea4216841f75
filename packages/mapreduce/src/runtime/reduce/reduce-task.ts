/**
 * runReduceTask: one attempt of a reduce: fetches its partition of every map's output, merges, calls the reducer for each key, commits
 * its output. Hadoop: mapred.ReduceTask. Phases SHUFFLE, SORT, REDUCE, a third each. On failure nothing of the attempt is left.
 */
import { TaskConfigurationError } from '../../errors.js';
import type { Aggregate } from '../../job/aggregates.js';
import type { Codec } from '../../job/codec.js';
import type { Job, ReducerWithHooks, TaskContext } from '../../job/define-job.js';
import { abortTask } from '../abort-task.js';
import { SLOT } from '../counters.js';
import { makeAttemptDir, removeAttemptDirs } from '../local-dirs.js';
import { Merger } from '../merge/merger.js';
import { fileBytesOf, type Segment } from '../merge/segment.js';
import { TaskOutput } from '../output/task-output.js';
import type { TextRecordWriter } from '../output/text-record-writer.js';
import { combinerOf, fold } from '../spill/combiner.js';
import { showKey, ValueSequence } from '../spill/value-sequence.js';
import type { ReduceTaskSpec, TaskEnv, TaskResult } from '../task-api.js';
import { parseTaskConf, type TaskConf } from '../task-conf.js';
import { contextOf, userError } from '../user-code.js';
import { FetchedSegments } from './fetched-segments.js';
import { ReduceSlab } from './reduce-slab.js';
import { Shuffle } from './shuffle.js';

const GROUPS_BETWEEN_COUNTS = 64;

/** Rejects with UserCodeError, ShuffleError, ChecksumError, LocalDiskError or TaskConfigurationError. */
export async function runReduceTask(spec: ReduceTaskSpec, job: Job, env: TaskEnv): Promise<TaskResult> {
  try {
    const conf = parseTaskConf(env.conf, env.memoryMb);
    const slab = new ReduceSlab(env.slab, conf.shuffleMemoryBytes, conf.sortFactor);
    const segments = await shuffle(spec, job, env, conf, slab);
    env.progress.setFinishTime('SHUFFLE', env.clock.now());
    env.progress.beginPhase('SORT', 1 / 3, 1 / 3, 1);
    const merger = new Merger(
      slab.buffer,
      slab.windowsFrom,
      slab.areaFrom,
      segments,
      () => env.progress.touch(),
      conf.codec,
    );
    try {
      env.progress.setFinishTime('SORT', env.clock.now());
      env.progress.beginPhase('REDUCE', 2 / 3, 1 / 3, inputBytes(segments));
      const { counters } = env.progress;
      counters[SLOT.fileBytesRead] = (counters[SLOT.fileBytesRead] ?? 0) + fileBytesOf(segments);
      const output = await TaskOutput.open(spec, job, env, conf);
      try {
        await reduceGroups(job, merger, output.writer, env);
        return { outputBytes: await output.commit() };
      } finally {
        output.discard();
      }
    } finally {
      merger.close();
      removeAttemptDirs(env.localDirs, spec.attemptId, (line) => env.log(line));
    }
  } catch (error) {
    await abortTask(spec, env);
    throw error;
  }
}

function shuffle(
  spec: ReduceTaskSpec,
  job: Job,
  env: TaskEnv,
  conf: TaskConf,
  slab: ReduceSlab,
): Promise<readonly Segment[]> {
  const combiner = combinerOf(job, contextOf(env.progress, env.conf), () => env.progress.touch());
  const segments = new FetchedSegments({
    slab,
    dir: makeAttemptDir(env.localDirs, spec.attemptId),
    sortFactor: conf.sortFactor,
    maxSingleBytes: conf.maxSingleShuffleBytes,
    mergeBytes: conf.shuffleMergeBytes,
    counters: env.progress.counters,
    touch: () => env.progress.touch(),
    ...(combiner && { combiner }),
    ...(conf.codec && { codec: conf.codec }),
  });
  return new Shuffle({ spec, env, conf, slab, segments }).run();
}

async function reduceGroups(job: Job, merger: Merger, writer: TextRecordWriter, env: TaskEnv): Promise<void> {
  const { mapOutput, reducer } = job;
  if (mapOutput === undefined || reducer === undefined) {
    throw new TaskConfigurationError('the job has no reducer, but a reduce task was started');
  }
  const { progress } = env;
  const { counters } = progress;
  let groups = 0;
  let records = 0;
  const publish = (): void => {
    counters[SLOT.reduceInputGroups] = groups;
    counters[SLOT.reduceInputRecords] = records;
    counters[SLOT.reduceOutputRecords] = writer.records;
    counters[SLOT.outputBytesWritten] = writer.bytes;
  };
  const afterGroup = (values: number): void => {
    groups++;
    records += values;
    progress.advance(merger.consumedBytes);
    if (groups % GROUPS_BETWEEN_COUNTS === 0 || groups < GROUPS_BETWEEN_COUNTS) publish();
  };
  try {
    if (typeof reducer === 'object' && 'kind' in reducer) {
      if (reducer.kind === 'aggregate') {
        foldGroups(reducer, mapOutput.key, mapOutput.value as Codec<number>, merger, writer, afterGroup);
      } else if (reducer.op === 'count') {
        countGroups(mapOutput.key, merger, writer, afterGroup);
      } else if (mapOutput.key.isText === true && (mapOutput.value.isText ?? mapOutput.value.isNone) === true) {
        copyGroups(mapOutput.value, merger, writer, afterGroup);
      } else {
        await callReducer({ reduce: identityReducer }, mapOutput.key, mapOutput.value, merger, writer, env, afterGroup);
      }
      return;
    }
    const hooks = typeof reducer === 'function' ? { reduce: reducer } : reducer;
    await callReducer(hooks, mapOutput.key, mapOutput.value, merger, writer, env, afterGroup);
  } finally {
    publish();
  }
}

type Reducing = ReducerWithHooks<unknown, unknown, unknown, unknown>;

function identityReducer(key: unknown, values: Iterable<unknown>, { emit }: TaskContext<unknown, unknown>): void {
  for (const value of values) emit(key, value);
}

async function callReducer(
  reducer: Reducing,
  keyCodec: Codec<unknown>,
  valueCodec: Codec<unknown>,
  merger: Merger,
  writer: TextRecordWriter,
  env: TaskEnv,
  afterGroup: (values: number) => void,
): Promise<void> {
  const context: TaskContext<unknown, unknown> = {
    ...contextOf(env.progress, env.conf),
    emit: (key, value) => writer.write(key, value),
  };
  const values = new ValueSequence(valueCodec, () => env.progress.advance(merger.consumedBytes));
  let where = 'setup of the reducer';
  try {
    await reducer.setup?.(context);
    where = 'reducer';
    while (merger.nextGroup()) {
      const { keyBuffer, keyStart, keyLength } = merger;
      const key = keyCodec.decode(keyBuffer, keyStart, keyStart + keyLength);
      const pending = reducer.reduce(key, values.over(merger), context);
      if (pending !== undefined) await pending;
      afterGroup(values.finish());
    }
    where = 'cleanup of the reducer';
    await reducer.cleanup?.(context);
  } catch (error) {
    throw userError(where, where === 'reducer' ? showKey(keyCodec, merger) : '', error);
  }
}

/** Numbers folded without a call of user code; keys that are text are copied as they are. */
function foldGroups(
  { op }: Aggregate<unknown>,
  keyCodec: Codec<unknown>,
  valueCodec: Codec<number>,
  merger: Merger,
  writer: TextRecordWriter,
  afterGroup: (values: number) => void,
): void {
  while (merger.nextGroup()) {
    merger.nextValue();
    let result = valueCodec.decode(merger.buffer, merger.valueStart, merger.valueStart + merger.valueLength);
    let values = 1;
    while (merger.nextValue()) {
      const value = valueCodec.decode(merger.buffer, merger.valueStart, merger.valueStart + merger.valueLength);
      result = fold(op, result, value);
      values++;
    }
    writeGroup(keyCodec, merger, writer, result);
    afterGroup(values);
  }
}

/** `identity` over keys and values that need no decoding. */
function copyGroups(
  valueCodec: Codec<unknown>,
  merger: Merger,
  writer: TextRecordWriter,
  afterGroup: (values: number) => void,
): void {
  const hasValue = valueCodec.isNone !== true;
  while (merger.nextGroup()) {
    let values = 0;
    while (merger.nextValue()) {
      const { keyBuffer, keyStart, keyLength } = merger;
      if (hasValue) {
        const { buffer, valueStart, valueLength } = merger;
        writer.writeEncoded(keyBuffer, keyStart, keyLength, buffer, valueStart, valueLength);
      } else {
        writer.writeEncodedKey(keyBuffer, keyStart, keyLength, null);
      }
      values++;
    }
    afterGroup(values);
  }
}

function countGroups(
  keyCodec: Codec<unknown>,
  merger: Merger,
  writer: TextRecordWriter,
  afterGroup: (values: number) => void,
): void {
  while (merger.nextGroup()) {
    let values = 0;
    while (merger.nextValue()) values++;
    writeGroup(keyCodec, merger, writer, values);
    afterGroup(values);
  }
}

function writeGroup(keyCodec: Codec<unknown>, merger: Merger, writer: TextRecordWriter, result: number): void {
  const { keyBuffer, keyStart, keyLength } = merger;
  if (keyCodec.isText === true) writer.writeEncodedKey(keyBuffer, keyStart, keyLength, result);
  else writer.write(keyCodec.decode(keyBuffer, keyStart, keyStart + keyLength), result);
}

function inputBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, { rawLength }) => sum + rawLength, 0);
}
