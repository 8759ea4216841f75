/** Public names of @bobbin/mapreduce/runtime: what runs inside a task, and what the AM and CLI need of it. */
export type * from './task-api.js';
export { TaskProgress } from './task-progress.js';
export { runMapTask } from './map/map-task.js';
export { runReduceTask } from './reduce/reduce-task.js';
export { runTask } from './run-task.js';
export { ThreadSlab } from './slab.js';
export { abortTask } from './abort-task.js';
export { offHeapBytes } from './task-conf.js';
export { fastestCodec } from './spill/output-codec.js';
export { localizedProperties } from './localized-properties.js';
export { computeSplits, type Splits } from './input/compute-splits.js';
export { sampledProperties } from './input/sample-cut-points.js';
export { ShuffleScheduler, type HostWork } from './reduce/shuffle-scheduler.js';
export type { FetchConf } from './task-conf.js';
export { checkOutputSpecs, FileOutputCommitter, type CommitterOptions } from './output/file-output-committer.js';
export { sharedApiModule, shareJobApi } from '../shared-api.js';
export * from '../errors.js';
export { messageOf } from '@bobbin/common';
