/**
 * defineJob: a MapReduce job as one value, its types inferred from the input format through mapper and combiner to reducer.
 * Hadoop: mapreduce.Job with Mapper, Reducer, Partitioner. What a job file exports as `default`.
 * At run time a task reads the erased `Job`; nothing in it refers to this module by identity.
 */
import type { Aggregate, LibraryReducer } from './aggregates.js';
import type { BytesMapFunction } from './bytes-mapper.js';
import type { Codec } from './codec.js';
import type { LibraryPartitioner } from './partitioners.js';
import { textInput, textOutput, type InputFormat, type OutputFormat, type Printable } from './formats.js';

/** What mappers and reducers may do beside their return. The functions stand alone: take them out by name. */
export interface TaskContext<K, V> {
  /** Hands on one record. The runtime copies both at once: they may be changed or reused afterwards. */
  readonly emit: (key: K, value: V) => void;
  /** Adds to a counter of the job, in the group `User` unless named. */
  readonly counter: (name: string, amount?: number, group?: string) => void;
  /** Says what the task does now; shown with the task, and counts as progress. */
  readonly status: (text: string) => void;
  /** The job's properties. */
  readonly conf: Readonly<Record<string, string>>;
}

export interface MapContext<K, V> extends TaskContext<K, V> {
  /** Path of the file being read. */
  readonly file: string;
  /** Byte offset in it at which the present record starts. */
  readonly offset: () => number;
}

/** A promise is awaited before the next record; a mapper without one costs nothing for it. */
export type MapFunction<In, K, V> = (record: In, context: MapContext<K, V>) => void | Promise<void>;

/** A mapper with a beginning and an end in each task. Module variables are a task's own: every task runs in a fresh module. */
export interface MapperWithHooks<In, K, V> {
  setup?(context: MapContext<K, V>): void | Promise<void>;
  map(record: In, context: MapContext<K, V>): void | Promise<void>;
  cleanup?(context: MapContext<K, V>): void | Promise<void>;
}

export type Mapper<In, K, V> = MapFunction<In, K, V> | MapperWithHooks<In, K, V>;

/** `values` are decoded one by one as they are read, and can be read once. */
export type ReduceFunction<K, V, OutK, OutV> = (
  key: K,
  values: Iterable<V>,
  context: TaskContext<OutK, OutV>,
) => void | Promise<void>;

export interface ReducerWithHooks<K, V, OutK, OutV> {
  setup?(context: TaskContext<OutK, OutV>): void | Promise<void>;
  reduce(key: K, values: Iterable<V>, context: TaskContext<OutK, OutV>): void | Promise<void>;
  cleanup?(context: TaskContext<OutK, OutV>): void | Promise<void>;
}

export type Reducer<K, V, OutK, OutV> = ReduceFunction<K, V, OutK, OutV> | ReducerWithHooks<K, V, OutK, OutV>;

/** Runs 0 to n times on any part of a key's values; emits under the key it was given. Never async: it runs inside a spill. */
export type CombineFunction<K, V> = (key: K, values: Iterable<V>, context: TaskContext<K, V>) => void;

export interface JobDefinition<In, K, V, OutK, OutV> {
  /** Shown by `bobbin job list`; default: the job file's name. */
  readonly name?: string;
  /** Default `textInput()`: lines. */
  readonly input?: InputFormat<In>;
  /** How what the mapper emits travels to the reducers. */
  readonly mapOutput: { readonly key: Codec<K>; readonly value: Codec<V> };
  readonly mapper: Mapper<In, NoInfer<K>, NoInfer<V>>;
  /** Shrinks map output before it is written and sent. */
  readonly combiner?: Aggregate<NoInfer<V>> | CombineFunction<NoInfer<K>, NoInfer<V>>;
  readonly reducer:
    Aggregate<NoInfer<V>> | LibraryReducer | Reducer<NoInfer<K>, NoInfer<V>, NoInfer<OutK>, NoInfer<OutV>>;
  /** Default `textOutput()`: key, tab, value. */
  readonly output?: OutputFormat<OutK, OutV>;
  /**
   * Which reducer gets a key: a whole number from 0 below `partitions`; or `totalOrder`. Default: a hash of the key's bytes.
   */
  readonly partitioner?: LibraryPartitioner | ((key: NoInfer<K>, partitions: number) => number);
  /** Default 1; `-D mapreduce.job.reduces=n` wins. */
  readonly numReduceTasks?: number;
}

/** A job whose mappers write the output themselves. */
export interface MapJobDefinition<In, OutK, OutV> {
  readonly name?: string;
  readonly input?: InputFormat<In>;
  readonly mapper: Mapper<In, NoInfer<OutK>, NoInfer<OutV>>;
  readonly output?: OutputFormat<OutK, OutV>;
}

/** Changes when a task runtime can no longer run what an older `defineJob` made. */
export const JOB_API_VERSION = 1;

/** A job as a task sees it: types erased, defaults filled in. Made by `defineJob` and `defineMapJob` only. */
export interface Job {
  readonly kind: 'bobbin-job';
  readonly apiVersion: number;
  readonly name?: string;
  readonly input: InputFormat<unknown>;
  /** Absent in a job without reducers. */
  readonly mapOutput?: { readonly key: Codec<unknown>; readonly value: Codec<unknown> };
  /** One of `mapper` and `bytesMapper`. */
  readonly mapper?: Mapper<unknown, unknown, unknown>;
  readonly bytesMapper?: BytesMapFunction;
  readonly combiner?: Aggregate<unknown> | CombineFunction<unknown, unknown>;
  readonly reducer?: Aggregate<unknown> | LibraryReducer | Reducer<unknown, unknown, unknown, unknown>;
  readonly output: OutputFormat<unknown, unknown>;
  readonly partitioner?: LibraryPartitioner | ((key: unknown, partitions: number) => number);
  readonly numReduceTasks?: number;
}

/** A job with a map and a reduce. Checks nothing: `validateJob` does, where there is somebody to tell. */
export function defineJob<In = string, K = never, V = never, OutK = Printable, OutV = Printable>(
  definition: JobDefinition<In, K, V, OutK, OutV>,
): Job {
  return erase({ ...definition });
}

/** A job without a reduce: what the mappers emit is the output, in the order of the input. */
export function defineMapJob<In = string, OutK = Printable, OutV = Printable>(
  definition: MapJobDefinition<In, OutK, OutV>,
): Job {
  return erase({ ...definition, numReduceTasks: 0 });
}

/** A job whose mapper works on bytes: no string, number or object is made for a record. Its input are lines of text files. */
export interface BytesJobDefinition<K, V, OutK, OutV> extends Omit<
  JobDefinition<string, K, V, OutK, OutV>,
  'mapper' | 'input'
> {
  readonly mapper: BytesMapFunction;
}

/** The same as `defineJob` from the combiner on; the mapper gets slices and gives slices. */
export function defineBytesJob<K, V, OutK = Printable, OutV = Printable>(
  definition: BytesJobDefinition<K, V, OutK, OutV>,
): Job {
  const { mapper, ...rest } = definition;
  return erase({ ...rest, bytesMapper: mapper });
}

function erase(definition: object): Job {
  const defaults = { input: textInput(), output: textOutput() };
  return { ...defaults, ...definition, kind: 'bobbin-job', apiVersion: JOB_API_VERSION } as unknown as Job;
}
