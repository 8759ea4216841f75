/** Public names of @bobbin/nodemanager: the daemon; and what simulations run by hand. */
export { runNodeManager } from './main.js';
export { NodeManager, type NodeManagerOptions } from './node-manager.js';
export { NMCore, type NMCoreOptions, type NodeDoors } from './nm-core.js';
export type { NodeIdentity } from './nm-context.js';
export type { NMEvent } from './nm-events.js';
export { nmSettings, type NMSettings } from './conf/nm-settings.js';
export type { DiskUsage, NodeFiles } from './node-files.js';
export type { RMConnection } from './node-status-updater.js';
export type { ContainerExecutor, ContainerSignal, LaunchRequest, RunningContainer } from './container-executor.js';
export type { ProcessSource } from './containermanager/monitor/containers-monitor.js';
export type { AuxiliaryService } from './containermanager/auxservices/auxiliary-service.js';
export { ContainerLaunchError, LocalizationError } from './errors.js';
export type { NMStateStore, NMStateTable, NMStoreOperation } from './recovery/nm-state-store.js';
export { SqliteNMStateStore } from './recovery/sqlite-nm-state-store.js';
export { SHUFFLE_SERVICE, ShuffleJobs, type ShuffleJob } from './containermanager/auxservices/shuffle-jobs.js';
export { appCacheDir, containerWorkDir } from './containermanager/launcher/container-environment.js';
export { reacquireContainer, type ReacquireDeps } from './reacquired-container.js';
