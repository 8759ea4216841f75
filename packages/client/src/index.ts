/** Public names of @bobbin/client: how programs speak with a cluster. */
export {
  createAMRMProxy,
  createMRClient,
  createNMProxy,
  createYarnClient,
  reachable,
  resourceManagerAddress,
  type AMRMProxy,
  type ConnectionOptions,
  type MRClient,
  type NMProxy,
  type YarnClient,
} from './connections.js';
export { awaitStateChange, isTerminal, killApplication, type WaitDeps } from './applications.js';
export {
  isOver,
  JobClient,
  type AttemptEnd,
  type JobClientDeps,
  type JobOutcome,
  type JobUpdate,
  type RunningTasks,
} from './job-client.js';
