/** Public names of @bobbin/mapreduce: what the author of a job imports. */
export { defineBytesJob, defineJob, defineMapJob } from './job/define-job.js';
export type { BytesMapContext, BytesMapFunction } from './job/bytes-mapper.js';
export type {
  BytesJobDefinition,
  CombineFunction,
  Job,
  JobDefinition,
  MapContext,
  MapFunction,
  MapJobDefinition,
  Mapper,
  MapperWithHooks,
  ReduceFunction,
  Reducer,
  ReducerWithHooks,
  TaskContext,
} from './job/define-job.js';
export { textInput, textOutput } from './job/formats.js';
export type { InputFormat, OutputFormat, Printable } from './job/formats.js';
export type { Codec } from './job/codec.js';
export { text } from './job/text-codec.js';
export { double, long } from './job/number-codecs.js';
export { bytes, json, none } from './job/codecs.js';
export { count, identity, max, min, sum } from './job/aggregates.js';
export type { Aggregate, LibraryReducer } from './job/aggregates.js';
export { totalOrder } from './job/partitioners.js';
export type { LibraryPartitioner } from './job/partitioners.js';
export { words } from './job/words.js';
export { validateJob } from './job/validate-job.js';
export { InvalidJobError } from './errors.js';
