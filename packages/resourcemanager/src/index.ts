/** Public names of @bobbin/resourcemanager: the daemon, and its schedulers for those who measure or simulate them. */
export { FifoScheduler, type FifoSchedulerOptions } from './scheduler/fifo/fifo-scheduler.js';
export type * from './scheduler/scheduler.js';
