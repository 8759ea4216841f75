/** Public names of @bobbin/mrappmaster: what simulations and tests of several packages drive by hand. The AM itself is a bundle. */
export { ContainerRequestor, type ContainerRequest } from './rm/container-requestor.js';
export { replayHistory, type ReplayResult, type ReplayStep } from './replay/history-replay.js';
export { HistoryReplayError } from './errors.js';
export { MRAppMaster, type MRAppMasterDeps } from './mr-app-master.js';
export { readAMEnvironment, type AMEnvironment } from './conf/am-environment.js';
export { outputCommitter } from './commit/output-committer.js';
export type { JobCommitter } from './commit/committer-event-handler.js';
export type { UberChild } from './launcher/local-container-launcher.js';
export type { Wire, WireHandler, WireListener, Wires } from './umbilical/wire.js';
export { UmbilicalClient, type UmbilicalClientDeps } from './umbilical/umbilical-client.js';
export { locateAppMaster, readAddress, type AppMasterAddress } from './umbilical/app-master-address.js';
export { YarnChild, type YarnChildDeps } from './child/yarn-child.js';
export type { AttemptCalls, AttemptOutcome, AttemptRun } from './child/attempt-runner.js';
export { memoryOf, readChildEnvironment, type ChildEnvironment } from './child/child-environment.js';
