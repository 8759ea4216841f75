/**
 * runMapTask: one attempt of a map: reads its split, calls the mapper for each record, leaves sorted map output for the reducers,
 * or, in a job without them, committed output. Hadoop: mapred.MapTask.
 * Phases: MAP up to 2/3, SORT for the last merge; MAP alone without reducers. On failure nothing of the attempt is left.
 */
import { getFileSystem } from '@bobbin/common';
import { TaskConfigurationError } from '../../errors.js';
import { show } from '../../job/codec.js';
import type { Job, MapContext, MapperWithHooks } from '../../job/define-job.js';
import { sliceCodec } from '../../job/slice-codec.js';
import { decodeText } from '../../job/text-codec.js';
import { abortTask } from '../abort-task.js';
import { SLOT } from '../counters.js';
import { LineReader } from '../input/line-reader.js';
import { makeAttemptDir } from '../local-dirs.js';
import { LocalFile } from '../local-file.js';
import { TaskOutput } from '../output/task-output.js';
import { combinerOf } from '../spill/combiner.js';
import type { MapTaskSpec, TaskEnv, TaskResult } from '../task-api.js';
import { parseTaskConf, type TaskConf } from '../task-conf.js';
import { contextOf, userError } from '../user-code.js';
import { AggregatingBuffer } from './aggregating-buffer.js';
import { DirectCollector } from './direct-collector.js';
import { MapOutputBuffer, type CollectorSettings } from './map-output-buffer.js';
import type { MapOutputCollector, RecordCollector } from './map-output-collector.js';
import { decodingPartitioner, mapSlices } from './map-slices.js';

/** Share of a map's progress that the last merge has. Hadoop: 0.333. */
const SORT_WEIGHT = 1 / 3;
const RECORDS_BETWEEN_COUNTS = 64;

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
  await mapSplit(spec, job, env, conf, collector, 1 - SORT_WEIGHT);
  env.progress.beginPhase('SORT', 1 - SORT_WEIGHT, SORT_WEIGHT, 1);
  const { index } = collector.finish();
  env.progress.advance(1);
  return { outputBytes: index.reduce((sum, { partLength }) => sum + partLength, 0) };
}

async function mapToOutput(spec: MapTaskSpec, job: Job, env: TaskEnv, conf: TaskConf): Promise<TaskResult> {
  const output = await TaskOutput.open(spec, job, env, conf);
  await mapSplit(spec, job, env, conf, new DirectCollector(output.writer, env.progress.counters), 1);
  return { outputBytes: await output.commit() };
}

function sortingCollector(spec: MapTaskSpec, job: Job, env: TaskEnv, conf: TaskConf): MapOutputCollector {
  const { mapOutput, combiner } = job;
  if (mapOutput === undefined) {
    throw new TaskConfigurationError(`the job has no mapOutput, but mapreduce.job.reduces is ${spec.numReduces}`);
  }
  const runner = combinerOf(job, contextOf(env.progress, env.conf), () => env.progress.touch());
  const partitioner = checkedPartitioner(job, spec.numReduces);
  const settings: CollectorSettings = {
    dir: makeAttemptDir(env.localDirs, spec.attemptId),
    partitions: spec.numReduces,
    sortFactor: conf.sortFactor,
    minSpillsForCombine: conf.minSpillsForCombine,
    counters: env.progress.counters,
    touch: () => env.progress.touch(),
    bufferBytes: conf.sortBufferBytes,
    ...collectorCodecs(job, mapOutput),
    ...(runner && { combiner: runner }),
    ...(partitioner && { partitioner: decodingPartitioner(mapOutput.key, partitioner) }),
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
  if (partitioner === undefined) return undefined;
  return (key) => {
    const partition = partitioner(key, partitions);
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition;
    throw new RangeError(
      `Illegal partition for ${show(key)} (${show(partition)}): the partitioner must give a whole number from 0 to ${partitions - 1}`,
    );
  };
}

async function mapSplit(
  spec: MapTaskSpec,
  job: Job,
  env: TaskEnv,
  conf: TaskConf,
  collector: RecordCollector,
  weight: number,
): Promise<void> {
  const { path, start, length } = spec.split;
  const { progress } = env;
  progress.beginPhase('MAP', 0, weight, length);
  progress.counters[SLOT.splitRawBytes] = Buffer.byteLength(JSON.stringify(spec.split));
  const local = getFileSystem(path).toLocalPath(path);
  const file = LocalFile.openForRead(local);
  try {
    const reader = new LineReader(file, start, length, { maxLineBytes: conf.maxLineBytes });
    await mapLines(reader, job, local, start, collector, env);
  } finally {
    file.close();
  }
  progress.setFinishTime('MAP', env.clock.now());
}

async function mapLines(
  reader: LineReader,
  job: Job,
  path: string,
  splitStart: number,
  collector: RecordCollector,
  env: TaskEnv,
): Promise<void> {
  const { progress } = env;
  const { counters } = progress;
  const context: MapContext<unknown, unknown> = {
    ...contextOf(progress, env.conf),
    emit: (key, value) => collector.collect(key, value),
    file: path,
    offset: () => reader.offset,
  };
  let records = 0;
  const publish = (): void => {
    const bytes = reader.filePosition - splitStart;
    counters[SLOT.mapInputRecords] = records;
    counters[SLOT.inputBytesRead] = bytes;
    counters[SLOT.fileBytesRead] = bytes;
    collector.publish();
  };
  const afterRecord = (): void => {
    records++;
    progress.advance(reader.filePosition - splitStart);
    if (records % RECORDS_BETWEEN_COUNTS === 0 || records < RECORDS_BETWEEN_COUNTS) publish();
  };
  let place = '';
  let where = 'setup of the mapper';
  try {
    const mapper = mapperOf(job);
    await mapper.setup?.(context);
    where = 'mapper';
    if (job.bytesMapper !== undefined) mapSlices(reader, job.bytesMapper, collector, context, afterRecord);
    else {
      while (reader.next()) {
        const pending = mapper.map(decodeText(reader.buffer, reader.start, reader.end), context);
        if (pending !== undefined) await pending;
        afterRecord();
      }
    }
    where = 'cleanup of the mapper';
    await mapper.cleanup?.(context);
  } catch (error) {
    if (where === 'mapper') place = `${path}, line at byte ${reader.offset}`;
    throw userError(where, place, error);
  } finally {
    publish();
  }
}

function mapperOf({ mapper }: Job): MapperWithHooks<unknown, unknown, unknown> {
  return typeof mapper === 'object' ? mapper : { map: mapper ?? (() => undefined) };
}
