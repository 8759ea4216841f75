/** Public names of @bobbin/client: how programs speak with a cluster. */
export { createYarnClient, YarnClient, type YarnClientDeps } from './yarn-client.js';
export {
  appMasterClients,
  connectAppMaster,
  type AppMaster,
  type AppMasterClients,
  type AppMasterOptions,
} from './app-master.js';
export { AMRMClient, type AMRMClientDeps, type AMRMClientSettings, type ContainerUpdate } from './amrm/amrm-client.js';
export type { AMRMEvent, AMRMEventOf } from './amrm/amrm-events.js';
export type { ContainerRequest } from './amrm/container-request.js';
export {
  AMRMConversation,
  type AllocationSource,
  type AMRMConnection,
  type AMRMConversationDeps,
  type AMRMConversationSettings,
  type Registration,
  type Unregistration,
} from './amrm/amrm-conversation.js';
export { AllocateBook, type AllocateNews } from './amrm/allocate-book.js';
export type { AskKey, AskRow } from './amrm/remote-requests-table.js';
export {
  NMClient,
  type ContainerStart,
  type ContainerStop,
  type NMClientDeps,
  type NMConnection,
  type ServicesMetaData,
  type StartResult,
  type StopResult,
} from './nm/nm-client.js';
export { NMTokenCache } from './nm/nm-token-cache.js';
export {
  applicationSubmissionContext,
  bashCommand,
  containerLaunchContext,
  fileResource,
  fileResources,
  loggedCommand,
} from './launch.js';
export { readAppMasterEnvironment, type AppMasterEnvironment } from './conf/app-master-environment.js';
export * from './errors.js';
export {
  createAMRMProxy,
  createClientRMProxy,
  createMRClient,
  createNMProxy,
  reachable,
  resourceManagerAddress,
  type AMRMProxy,
  type ClientRMProxy,
  type ConnectionOptions,
  type Credentials as ConnectionCredentials,
  type MRClient,
  type NMProxy,
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
/** The records that these speak in. */
export {
  ContainerExitStatus,
  type ApplicationAttemptId,
  type ApplicationId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
  type Container,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerStatus,
  type LocalResource,
  type NodeId,
  type NodeReport,
  type Resource,
} from '@bobbin/common';
