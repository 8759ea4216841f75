/** Public names of @bobbin/nodemanager: the daemon, and what a cluster in one process needs of it. */
export { runNodeManager } from './main.js';
export { NodeManager, type NodeManagerOptions } from './node-manager.js';
