/**
 * runMapTask: one attempt of a map: reads its split, calls the mapper for each record, leaves sorted map output for the reducers,
 * or, in a job without them, committed output. Hadoop: mapred.MapTask.
 * Phases: MAP up to 2/3, SORT for the last merge; MAP alone without reducers. On failure nothing of the attempt is left.
 */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getFileSystem } from '@bobbin/common';
import { TaskConfigurationError } from '../../errors.js';
import { show } from '../../job/codec.js';
import type { Job } from '../../job/define-job.js';
import { sliceCodec } from '../../job/slice-codec.js';
import { abortTask } from '../abort-task.js';
import { SLOT } from '../counters.js';
import { LineReader } from '../input/line-reader.js';
import { isPacked, unpack } from '../input/packed-input.js';
import { makeAttemptDir } from '../local-dirs.js';
import { LocalFile } from '../local-file.js';
import { TaskOutput } from '../output/task-output.js';
import { combinerOf } from '../spill/combiner.js';
import type { MapTaskSpec, TaskEnv, TaskResult } from '../task-api.js';
import { parseTaskConf, type TaskConf } from '../task-conf.js';
import { contextOf } from '../user-code.js';
import { AggregatingBuffer } from './aggregating-buffer.js';
import { DirectCollector } from './direct-collector.js';
import { MapOutputBuffer, type CollectorSettings } from './map-output-buffer.js';
import type { MapOutputCollector, RecordCollector } from './map-output-collector.js';
import { mapLines } from './map-lines.js';
import { decodingPartitioner } from './map-slices.js';
import { totalOrderPartitioner } from './total-order.js';

/** Share of a map's progress that the last merge has. Hadoop: 0.333. */
const SORT_WEIGHT = 1 / 3;

/** Rejects with UserCodeError, LocalDiskError or TaskConfigurationError; the attempt's files are gone by then. */
export async function runMapTask(spec: MapTaskSpec, job: Job, env: TaskEnv): Promise<TaskResult> {
  try {
    const conf = parseTaskConf(env.conf, env.memoryMb);
    return await (spec.numReduces === 0 ? mapToOutput(spec, job, env, conf) : mapToReducers(spec, job, env, conf));
  } catch (error) {
    await abortTask(spec, env);
    throw error;
  }
}

async function mapToReducers(spec: MapTaskSpec, job: Job, env: TaskEnv, conf: TaskConf): Promise<TaskResult> {
  const collector = sortingCollector(spec, job, env, conf);
  await mapSplit({ spec, job, env, conf, collector, weight: 1 - SORT_WEIGHT });
  env.progress.beginPhase('SORT', 1 - SORT_WEIGHT, SORT_WEIGHT, 1);
  const { index } = collector.finish();
  env.progress.advance(1);
  return { outputBytes: index.reduce((sum, { partLength }) => sum + partLength, 0) };
}

async function mapToOutput(spec: MapTaskSpec, job: Job, env: TaskEnv, conf: TaskConf): Promise<TaskResult> {
  const output = await TaskOutput.open(spec, job, env, conf);
  try {
    const collector = new DirectCollector(output.writer, env.progress.counters);
    await mapSplit({ spec, job, env, conf, collector, weight: 1 });
    return { outputBytes: await output.commit() };
  } finally {
    output.discard();
  }
}

function sortingCollector(spec: MapTaskSpec, job: Job, env: TaskEnv, conf: TaskConf): MapOutputCollector {
  const { mapOutput, combiner } = job;
  if (mapOutput === undefined) {
    throw new TaskConfigurationError(`the job has no mapOutput, but mapreduce.job.reduces is ${spec.numReduces}`);
  }
  const runner = combinerOf(job, contextOf(env.progress, env.conf), () => env.progress.touch());
  const partitioner = checkedPartitioner(job, spec.numReduces);
  const isTotalOrder = typeof job.partitioner === 'object' && spec.numReduces > 1;
  const settings: CollectorSettings = {
    dir: makeAttemptDir(env.localDirs, spec.attemptId),
    partitions: spec.numReduces,
    sortFactor: conf.sortFactor,
    minSpillsForCombine: conf.minSpillsForCombine,
    counters: env.progress.counters,
    touch: () => env.progress.touch(),
    slab: env.slab,
    bufferBytes: conf.sortBufferBytes,
    ...collectorCodecs(job, mapOutput),
    ...(conf.codec && { codec: conf.codec }),
    ...(runner && { combiner: runner }),
    ...(partitioner && { partitioner: decodingPartitioner(mapOutput.key, partitioner) }),
    ...(isTotalOrder && { bytesPartitioner: totalOrderPartitioner(env.conf, spec.numReduces) }),
  };
  const folds = combiner !== undefined && typeof combiner !== 'function' && mapOutput.value.isNumeric === true;
  return folds ? new AggregatingBuffer({ ...settings, aggregate: combiner }) : new MapOutputBuffer(settings);
}

/** A mapper on bytes gives keys, and values that are no numbers, encoded. */
function collectorCodecs(
  { bytesMapper }: Job,
  { key, value }: NonNullable<Job['mapOutput']>,
): Pick<CollectorSettings, 'key' | 'value'> {
  if (bytesMapper === undefined) return { key, value };
  return { key: sliceCodec(key), value: value.isNumeric === true ? value : sliceCodec(value) };
}

function checkedPartitioner(job: Job, partitions: number): ((key: unknown) => number) | undefined {
  const { partitioner } = job;
  if (typeof partitioner !== 'function') return undefined;
  return (key) => {
    const partition = partitioner(key, partitions);
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition;
    throw new RangeError(
      `Illegal partition for ${show(key)} (${show(partition)}): the partitioner must give a whole number from 0 to ${partitions - 1}`,
    );
  };
}

/** What the loop over a split needs. */
interface MapRun {
  readonly spec: MapTaskSpec;
  readonly job: Job;
  readonly env: TaskEnv;
  readonly conf: TaskConf;
  readonly collector: RecordCollector;
  /** Share of the task's progress. */
  readonly weight: number;
}

async function mapSplit(run: MapRun): Promise<void> {
  const { spec, env, weight } = run;
  const { path, start, length } = spec.split;
  const { progress } = env;
  progress.beginPhase('MAP', 0, weight, length);
  progress.counters[SLOT.splitRawBytes] = Buffer.byteLength(JSON.stringify(spec.split));
  const local = getFileSystem(path).toLocalPath(path);
  if (isPacked(local)) await mapPacked(local, run);
  else await mapStretch(local, start, length, local, run);
  progress.setFinishTime('MAP', env.clock.now());
}

/** A packed file is one split, unpacked beside the attempt's output while the map runs. */
async function mapPacked(path: string, run: MapRun): Promise<void> {
  const { spec, env, weight } = run;
  const text = join(makeAttemptDir(env.localDirs, spec.attemptId), 'unpacked');
  await unpack(path, text, () => env.progress.touch());
  try {
    const length = statSync(text).size;
    env.progress.beginPhase('MAP', 0, weight, length);
    await mapStretch(text, 0, length, path, run);
  } finally {
    rmSync(text, { force: true });
  }
}

/** Lines of `length` bytes of `file` from `start` on; the mapper sees `name` as their file. */
async function mapStretch(path: string, start: number, length: number, name: string, run: MapRun): Promise<void> {
  const { job, env, conf, collector } = run;
  const file = LocalFile.openForRead(path);
  try {
    const reader = new LineReader(file, start, length, { maxLineBytes: conf.maxLineBytes });
    await mapLines(reader, job, name, start, collector, env);
  } finally {
    file.close();
  }
}
