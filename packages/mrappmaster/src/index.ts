/** Public names of @bobbin/mrappmaster: what simulations and tests of several packages drive by hand. The AM itself is a bundle. */
export {
  RMCommunicator,
  type AllocationSource,
  type AMRMConnection,
  type RMCommunicatorDeps,
  type RMCommunicatorSettings,
} from './rm/rm-communicator.js';
export { ContainerRequestor, type ContainerRequest, type RequestorNews } from './rm/container-requestor.js';
export { replayHistory, type ReplayResult, type ReplayStep } from './replay/history-replay.js';
export { HistoryReplayError } from './errors.js';
