/** Public names of @bobbin/minicluster: a cluster in one process, for the tests of AppMasters. */
export {
  MiniCluster,
  type MiniApplication,
  type MiniAppMaster,
  type MiniClusterOptions,
  type MiniNode,
} from './mini-cluster.js';
export type { CallPhase, SeenCall } from './watched-transport.js';
