/** Public names of @bobbin/mapreduce/runtime: what runs inside a task, and what the AM and CLI need of it. */
export type * from './task-api.js';
export { TaskProgress } from './task-progress.js';
export * from '../errors.js';
