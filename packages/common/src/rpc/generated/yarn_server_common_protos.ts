/** Generated from proto/yarn_server_common_protos.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import { enumType, messageType, optional, repeated, type Message, type MessageType } from '../wire/message-type.js';
import {
  ApplicationIdProto,
  ContainerProto,
  ContainerStatusProto,
  NodeIdProto,
  ResourceUtilizationProto,
} from './yarn_protos.js';

export const NodeActionProto = /* @__PURE__ */ enumType('hadoop.yarn.NodeActionProto', {
  NORMAL: 0,
  RESYNC: 1,
  SHUTDOWN: 2,
});
export type NodeActionProto = keyof typeof NodeActionProto.numbers & string;

/** All live containers, and every completed one not yet reported with success. */
export interface NodeStatusProto extends Message {
  node_id?: NodeIdProto | undefined;
  response_id?: number | undefined;
  containersStatuses?: readonly ContainerStatusProto[] | undefined;
  nodeHealthStatus?: NodeHealthStatusProto | undefined;
  keep_alive_applications?: readonly ApplicationIdProto[] | undefined;
  containers_utilization?: ResourceUtilizationProto | undefined;
  node_utilization?: ResourceUtilizationProto | undefined;
  increased_containers?: readonly ContainerProto[] | undefined;
  opportunistic_containers_status?: OpportunisticContainersStatusProto | undefined;
}
export const NodeStatusProto: MessageType<NodeStatusProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeStatusProto',
  () => [
    optional(1, 'node_id', NodeIdProto),
    optional(2, 'response_id', 'int32'),
    repeated(3, 'containersStatuses', ContainerStatusProto),
    optional(4, 'nodeHealthStatus', NodeHealthStatusProto),
    repeated(5, 'keep_alive_applications', ApplicationIdProto),
    optional(6, 'containers_utilization', ResourceUtilizationProto),
    optional(7, 'node_utilization', ResourceUtilizationProto),
    repeated(8, 'increased_containers', ContainerProto),
    optional(9, 'opportunistic_containers_status', OpportunisticContainersStatusProto),
  ],
);

/** Queue of opportunistic containers at a node. */
export interface OpportunisticContainersStatusProto extends Message {
  running_opport_containers?: number | undefined;
  opport_memory_used?: number | undefined;
  opport_cores_used?: number | undefined;
  queued_opport_containers?: number | undefined;
  wait_queue_length?: number | undefined;
  estimated_queue_wait_time?: number | undefined;
  opport_queue_capacity?: number | undefined;
}
export const OpportunisticContainersStatusProto: MessageType<OpportunisticContainersStatusProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.OpportunisticContainersStatusProto', () => [
    optional(1, 'running_opport_containers', 'int32'),
    optional(2, 'opport_memory_used', 'int64'),
    optional(3, 'opport_cores_used', 'int32'),
    optional(4, 'queued_opport_containers', 'int32'),
    optional(5, 'wait_queue_length', 'int32'),
    optional(6, 'estimated_queue_wait_time', 'int32'),
    optional(7, 'opport_queue_capacity', 'int32'),
  ]);

/** A secret that signs tokens. */
export interface MasterKeyProto extends Message {
  key_id?: number | undefined;
  bytes?: Uint8Array | undefined;
}
export const MasterKeyProto: MessageType<MasterKeyProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.MasterKeyProto',
  () => [optional(1, 'key_id', 'int32'), optional(2, 'bytes', 'bytes')],
);

export interface NodeHealthStatusProto extends Message {
  is_node_healthy?: boolean | undefined;
  health_report?: string | undefined;
  last_health_report_time?: number | undefined;
}
export const NodeHealthStatusProto: MessageType<NodeHealthStatusProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeHealthStatusProto',
  () => [
    optional(1, 'is_node_healthy', 'bool'),
    optional(2, 'health_report', 'string'),
    optional(3, 'last_health_report_time', 'int64'),
  ],
);

export interface VersionProto extends Message {
  major_version?: number | undefined;
  minor_version?: number | undefined;
}
export const VersionProto: MessageType<VersionProto> = /* @__PURE__ */ messageType('hadoop.yarn.VersionProto', () => [
  optional(1, 'major_version', 'int32'),
  optional(2, 'minor_version', 'int32'),
]);
