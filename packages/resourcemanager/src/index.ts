/** Public names of @bobbin/resourcemanager: the daemon; and what simulations and measurements drive by hand. */
export { runResourceManager } from './main.js';
export { ResourceManager, type ResourceManagerOptions } from './resource-manager.js';
export { RMCore, type RMCoreOptions } from './rm-core.js';
export { rmConf, type RMConf } from './conf/rm-conf.js';
export type { RMStateStore, RMStateStoreOperation, RMState } from './recovery/rm-state-store.js';
export { MemoryRMStateStore } from './recovery/memory-rm-state-store.js';
export { SqliteRMStateStore } from './recovery/sqlite-rm-state-store.js';
export { FifoScheduler, type FifoSchedulerOptions } from './scheduler/fifo/fifo-scheduler.js';
export type * from './scheduler/scheduler.js';
