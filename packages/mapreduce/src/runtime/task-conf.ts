/**
 * TaskConf: the settings of a task, parsed once from the job's properties, with Hadoop's keys and defaults. A task's bundle must stay
 * small, so this is a page of its own and not `common`'s table; the CLI has checked the types by then, and a value that
 * is no number still fails here with its key.
 */
import { TaskConfigurationError } from '../errors.js';
import { BLOCK_BYTES, MAX_MEMBER_BYTES, outputCodec, type OutputCodec } from './spill/output-codec.js';

const COMPRESS = 'mapreduce.map.output.compress';
const CODEC = 'mapreduce.map.output.compress.codec';
const DEFAULT_CODEC = 'org.apache.hadoop.io.compress.DefaultCodec';
const MIB = 1 << 20;
/** What Node itself, our code and the stacks take of a container before any buffer. */
const BASE_BYTES = 64 * MIB;
/** Of what Node leaves, the sort buffer takes at most this: the user's own objects need room too. */
const MAX_SORT_FRACTION = 0.6;

export interface TaskConf {
  /** Size of the map side's buffer, records and sort arrays together: `io.sort.mb`, or less where the container is too small. */
  readonly sortBufferBytes: number;
  /** Segments merged at once. */
  readonly sortFactor: number;
  /** The combiner runs in the map's last merge from this many spills on. */
  readonly minSpillsForCombine: number;
  /** Lines longer than this are skipped. */
  readonly maxLineBytes: number;
  readonly parallelCopies: number;
  /** Memory of the reduce side's arena for fetched segments. */
  readonly shuffleMemoryBytes: number;
  /** Segments larger than this go to disk at once. */
  readonly maxSingleShuffleBytes: number;
  /** Fetched bytes in memory from which on they are merged to disk. */
  readonly shuffleMergeBytes: number;
  readonly fetch: FetchConf;
  /** Of map output; absent where it is not compressed. */
  readonly codec?: OutputCodec;
  /** Absent where the job has none, as in tests that look at map output alone. */
  readonly outputDir?: string;
  readonly markSuccessfulJobs: boolean;
}

export interface FetchConf {
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly retryIntervalMs: number;
  readonly maxRetryDelayMs: number;
  readonly maxFetchFailures: number;
  readonly maxHostFailures: number;
  readonly notifyReadError: boolean;
}

type Properties = Readonly<Record<string, string>>;

/** Throws TaskConfigurationError naming key and value. `memoryMb`: the container's memory. */
export function parseTaskConf(conf: Properties, memoryMb: number): TaskConf {
  const number = (key: string, fallback: number): number => readNumber(conf, key, fallback);
  const flag = (key: string, fallback: boolean): boolean => (conf[key] ?? String(fallback)).trim() === 'true';
  const sortMb = number('mapreduce.task.io.sort.mb', 100);
  if (sortMb < 1 || sortMb >= 2048) {
    throw new TaskConfigurationError(`mapreduce.task.io.sort.mb is ${sortMb}; it must be from 1 to 2047`);
  }
  const roomForSort = Math.max(MIB, (memoryMb * MIB - BASE_BYTES) * MAX_SORT_FRACTION);
  // Math: Hadoop's heap is 0.8 of the container; what Node takes itself comes off.
  const heapBytes = Math.max(16 * MIB, memoryMb * MIB * 0.8 - BASE_BYTES);
  const totalBytes = number('mapreduce.reduce.memory.totalbytes', heapBytes);
  const shuffleMemoryBytes = Math.floor(totalBytes * number('mapreduce.reduce.shuffle.input.buffer.percent', 0.7));
  const maxSingle = shuffleMemoryBytes * number('mapreduce.reduce.shuffle.memory.limit.percent', 0.25);
  const outputDir = conf['mapreduce.output.fileoutputformat.outputdir'];
  return {
    sortBufferBytes: Math.floor(Math.min(sortMb * MIB, roomForSort)),
    sortFactor: Math.max(2, number('mapreduce.task.io.sort.factor', 10)),
    minSpillsForCombine: number('mapreduce.map.combine.minspills', 3),
    maxLineBytes: number('mapreduce.input.linerecordreader.line.maxlength', 0x7fffffff),
    parallelCopies: Math.max(1, number('mapreduce.reduce.shuffle.parallelcopies', 5)),
    shuffleMemoryBytes,
    maxSingleShuffleBytes: Math.floor(maxSingle),
    shuffleMergeBytes: Math.floor(shuffleMemoryBytes * number('mapreduce.reduce.shuffle.merge.percent', 0.66)),
    fetch: {
      connectTimeoutMs: number('mapreduce.reduce.shuffle.connect.timeout', 180_000),
      readTimeoutMs: number('mapreduce.reduce.shuffle.read.timeout', 180_000),
      retryIntervalMs: number('mapreduce.reduce.shuffle.fetch.retry.interval-ms', 1000),
      maxRetryDelayMs: number('mapreduce.reduce.shuffle.retry-delay.max.ms', 60_000),
      maxFetchFailures: number('mapreduce.reduce.shuffle.maxfetchfailures', 10),
      maxHostFailures: number('mapreduce.reduce.shuffle.max-host-failures', 5),
      notifyReadError: flag('mapreduce.reduce.shuffle.notify.readerror', true),
    },
    ...(flag(COMPRESS, false) && { codec: outputCodec(CODEC, conf[CODEC] ?? DEFAULT_CODEC) }),
    ...(outputDir === undefined ? {} : { outputDir }),
    markSuccessfulJobs: flag('mapreduce.fileoutputcommitter.marksuccessfuljobs', true),
  };
}

/**
 * Bytes a task keeps outside V8's heap at most: what the caller should leave free below the container's memory when it sets the heap's
 * limit. Both kinds include Node's own base.
 */
export function offHeapBytes(type: 'MAP' | 'REDUCE', conf: Properties, memoryMb: number): number {
  const parsed = parseTaskConf(conf, memoryMb);
  // Each run of a merge holds a member and what it holds.
  const decompressing = parsed.codec === undefined ? 0 : parsed.sortFactor * (BLOCK_BYTES + MAX_MEMBER_BYTES);
  return BASE_BYTES + decompressing + (type === 'MAP' ? parsed.sortBufferBytes : parsed.shuffleMemoryBytes);
}

function readNumber(conf: Properties, key: string, fallback: number): number {
  const text = conf[key];
  if (text === undefined || text.trim() === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new TaskConfigurationError(`${key} is '${text}'; it must be a number from 0 on`);
  return value;
}
