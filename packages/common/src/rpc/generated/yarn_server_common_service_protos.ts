/** Generated from proto/yarn_server_common_service_protos.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import { messageType, optional, repeated, type Message, type MessageType } from '../wire/message-type.js';
import { TokenProto } from './Security.js';
import {
  ApplicationIdProto,
  ContainerIdProto,
  ContainerProto,
  ContainerStateProto,
  ExecutionTypeProto,
  LogAggregationStatusProto,
  NodeAttributeProto,
  NodeIdProto,
  NodeLabelProto,
  PriorityProto,
  ResourceProto,
} from './yarn_protos.js';
import { MasterKeyProto, NodeActionProto, NodeStatusProto } from './yarn_server_common_protos.js';
import {
  AllocateRequestProto,
  AllocateResponseProto,
  RegisterApplicationMasterResponseProto,
  SignalContainerRequestProto,
} from './yarn_service_protos.js';

export interface RemoteNodeProto extends Message {
  node_id?: NodeIdProto | undefined;
  http_address?: string | undefined;
  rack_name?: string | undefined;
  node_partition?: string | undefined;
}
export const RemoteNodeProto: MessageType<RemoteNodeProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.RemoteNodeProto',
  () => [
    optional(1, 'node_id', NodeIdProto),
    optional(2, 'http_address', 'string'),
    optional(3, 'rack_name', 'string'),
    optional(4, 'node_partition', 'string'),
  ],
);

export interface RegisterDistributedSchedulingAMResponseProto extends Message {
  register_response?: RegisterApplicationMasterResponseProto | undefined;
  max_container_resource?: ResourceProto | undefined;
  min_container_resource?: ResourceProto | undefined;
  incr_container_resource?: ResourceProto | undefined;
  container_token_expiry_interval?: number | undefined;
  container_id_start?: number | undefined;
  nodes_for_scheduling?: readonly RemoteNodeProto[] | undefined;
}
export const RegisterDistributedSchedulingAMResponseProto: MessageType<RegisterDistributedSchedulingAMResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.RegisterDistributedSchedulingAMResponseProto', () => [
    optional(1, 'register_response', RegisterApplicationMasterResponseProto),
    optional(2, 'max_container_resource', ResourceProto),
    optional(3, 'min_container_resource', ResourceProto),
    optional(4, 'incr_container_resource', ResourceProto),
    optional(5, 'container_token_expiry_interval', 'int32'),
    optional(6, 'container_id_start', 'int64'),
    repeated(7, 'nodes_for_scheduling', RemoteNodeProto),
  ]);

export interface DistributedSchedulingAllocateResponseProto extends Message {
  allocate_response?: AllocateResponseProto | undefined;
  nodes_for_scheduling?: readonly RemoteNodeProto[] | undefined;
}
export const DistributedSchedulingAllocateResponseProto: MessageType<DistributedSchedulingAllocateResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.DistributedSchedulingAllocateResponseProto', () => [
    optional(1, 'allocate_response', AllocateResponseProto),
    repeated(2, 'nodes_for_scheduling', RemoteNodeProto),
  ]);

export interface DistributedSchedulingAllocateRequestProto extends Message {
  allocate_request?: AllocateRequestProto | undefined;
  allocated_containers?: readonly ContainerProto[] | undefined;
}
export const DistributedSchedulingAllocateRequestProto: MessageType<DistributedSchedulingAllocateRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.DistributedSchedulingAllocateRequestProto', () => [
    optional(1, 'allocate_request', AllocateRequestProto),
    repeated(2, 'allocated_containers', ContainerProto),
  ]);

export interface NodeLabelsProto extends Message {
  nodeLabels?: readonly NodeLabelProto[] | undefined;
}
export const NodeLabelsProto: MessageType<NodeLabelsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeLabelsProto',
  () => [repeated(1, 'nodeLabels', NodeLabelProto)],
);

export interface NodeAttributesProto extends Message {
  nodeAttributes?: readonly NodeAttributeProto[] | undefined;
}
export const NodeAttributesProto: MessageType<NodeAttributesProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeAttributesProto',
  () => [repeated(1, 'nodeAttributes', NodeAttributeProto)],
);

export interface RegisterNodeManagerRequestProto extends Message {
  node_id?: NodeIdProto | undefined;
  http_port?: number | undefined;
  resource?: ResourceProto | undefined;
  nm_version?: string | undefined;
  container_statuses?: readonly NMContainerStatusProto[] | undefined;
  runningApplications?: readonly ApplicationIdProto[] | undefined;
  nodeLabels?: NodeLabelsProto | undefined;
  physicalResource?: ResourceProto | undefined;
  log_aggregation_reports_for_apps?: readonly LogAggregationReportProto[] | undefined;
  nodeAttributes?: NodeAttributesProto | undefined;
  nodeStatus?: NodeStatusProto | undefined;
  /** Where absent, the RM resolves the rack. */
  rack_name?: string | undefined;
}
export const RegisterNodeManagerRequestProto: MessageType<RegisterNodeManagerRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.RegisterNodeManagerRequestProto', () => [
    optional(1, 'node_id', NodeIdProto),
    optional(3, 'http_port', 'int32'),
    optional(4, 'resource', ResourceProto),
    optional(5, 'nm_version', 'string'),
    repeated(6, 'container_statuses', NMContainerStatusProto),
    repeated(7, 'runningApplications', ApplicationIdProto),
    optional(8, 'nodeLabels', NodeLabelsProto),
    optional(9, 'physicalResource', ResourceProto),
    repeated(10, 'log_aggregation_reports_for_apps', LogAggregationReportProto),
    optional(11, 'nodeAttributes', NodeAttributesProto),
    optional(12, 'nodeStatus', NodeStatusProto),
    optional(1000, 'rack_name', 'string'),
  ]);

/** rm_identifier is the start stamp of this RM. */
export interface RegisterNodeManagerResponseProto extends Message {
  container_token_master_key?: MasterKeyProto | undefined;
  nm_token_master_key?: MasterKeyProto | undefined;
  nodeAction?: NodeActionProto | undefined;
  rm_identifier?: number | undefined;
  diagnostics_message?: string | undefined;
  rm_version?: string | undefined;
  areNodeLabelsAcceptedByRM?: boolean | undefined;
  resource?: ResourceProto | undefined;
  areNodeAttributesAcceptedByRM?: boolean | undefined;
}
export const RegisterNodeManagerResponseProto: MessageType<RegisterNodeManagerResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.RegisterNodeManagerResponseProto', () => [
    optional(1, 'container_token_master_key', MasterKeyProto),
    optional(2, 'nm_token_master_key', MasterKeyProto),
    optional(3, 'nodeAction', NodeActionProto),
    optional(4, 'rm_identifier', 'int64'),
    optional(5, 'diagnostics_message', 'string'),
    optional(6, 'rm_version', 'string'),
    optional(7, 'areNodeLabelsAcceptedByRM', 'bool'),
    optional(8, 'resource', ResourceProto),
    optional(9, 'areNodeAttributesAcceptedByRM', 'bool'),
  ]);

export interface UnRegisterNodeManagerRequestProto extends Message {
  node_id?: NodeIdProto | undefined;
}
export const UnRegisterNodeManagerRequestProto: MessageType<UnRegisterNodeManagerRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UnRegisterNodeManagerRequestProto', () => [
    optional(1, 'node_id', NodeIdProto),
  ]);

export interface UnRegisterNodeManagerResponseProto extends Message {}
export const UnRegisterNodeManagerResponseProto: MessageType<UnRegisterNodeManagerResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UnRegisterNodeManagerResponseProto', () => []);

export interface NodeHeartbeatRequestProto extends Message {
  node_status?: NodeStatusProto | undefined;
  last_known_container_token_master_key?: MasterKeyProto | undefined;
  last_known_nm_token_master_key?: MasterKeyProto | undefined;
  nodeLabels?: NodeLabelsProto | undefined;
  log_aggregation_reports_for_apps?: readonly LogAggregationReportProto[] | undefined;
  registering_collectors?: readonly AppCollectorDataProto[] | undefined;
  nodeAttributes?: NodeAttributesProto | undefined;
  tokenSequenceNo?: number | undefined;
}
export const NodeHeartbeatRequestProto: MessageType<NodeHeartbeatRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeHeartbeatRequestProto',
  () => [
    optional(1, 'node_status', NodeStatusProto),
    optional(2, 'last_known_container_token_master_key', MasterKeyProto),
    optional(3, 'last_known_nm_token_master_key', MasterKeyProto),
    optional(4, 'nodeLabels', NodeLabelsProto),
    repeated(5, 'log_aggregation_reports_for_apps', LogAggregationReportProto),
    repeated(6, 'registering_collectors', AppCollectorDataProto),
    optional(7, 'nodeAttributes', NodeAttributesProto),
    optional(8, 'tokenSequenceNo', 'int64'),
  ],
);

export interface LogAggregationReportProto extends Message {
  application_id?: ApplicationIdProto | undefined;
  log_aggregation_status?: LogAggregationStatusProto | undefined;
  diagnostics?: string | undefined;
}
export const LogAggregationReportProto: MessageType<LogAggregationReportProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.LogAggregationReportProto',
  () => [
    optional(1, 'application_id', ApplicationIdProto),
    optional(2, 'log_aggregation_status', LogAggregationStatusProto),
    optional(3, 'diagnostics', 'string'),
  ],
);

/** nextHeartBeatInterval in ms; keys only where the RM's are newer than those named in the request. */
export interface NodeHeartbeatResponseProto extends Message {
  response_id?: number | undefined;
  container_token_master_key?: MasterKeyProto | undefined;
  nm_token_master_key?: MasterKeyProto | undefined;
  nodeAction?: NodeActionProto | undefined;
  containers_to_cleanup?: readonly ContainerIdProto[] | undefined;
  applications_to_cleanup?: readonly ApplicationIdProto[] | undefined;
  nextHeartBeatInterval?: number | undefined;
  diagnostics_message?: string | undefined;
  containers_to_be_removed_from_nm?: readonly ContainerIdProto[] | undefined;
  system_credentials_for_apps?: readonly SystemCredentialsForAppsProto[] | undefined;
  areNodeLabelsAcceptedByRM?: boolean | undefined;
  containers_to_decrease?: readonly ContainerProto[] | undefined;
  containers_to_signal?: readonly SignalContainerRequestProto[] | undefined;
  resource?: ResourceProto | undefined;
  container_queuing_limit?: ContainerQueuingLimitProto | undefined;
  app_collectors?: readonly AppCollectorDataProto[] | undefined;
  containers_to_update?: readonly ContainerProto[] | undefined;
  areNodeAttributesAcceptedByRM?: boolean | undefined;
  tokenSequenceNo?: number | undefined;
}
export const NodeHeartbeatResponseProto: MessageType<NodeHeartbeatResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeHeartbeatResponseProto',
  () => [
    optional(1, 'response_id', 'int32'),
    optional(2, 'container_token_master_key', MasterKeyProto),
    optional(3, 'nm_token_master_key', MasterKeyProto),
    optional(4, 'nodeAction', NodeActionProto),
    repeated(5, 'containers_to_cleanup', ContainerIdProto),
    repeated(6, 'applications_to_cleanup', ApplicationIdProto),
    optional(7, 'nextHeartBeatInterval', 'int64'),
    optional(8, 'diagnostics_message', 'string'),
    repeated(9, 'containers_to_be_removed_from_nm', ContainerIdProto),
    repeated(10, 'system_credentials_for_apps', SystemCredentialsForAppsProto),
    optional(11, 'areNodeLabelsAcceptedByRM', 'bool'),
    repeated(12, 'containers_to_decrease', ContainerProto),
    repeated(13, 'containers_to_signal', SignalContainerRequestProto),
    optional(14, 'resource', ResourceProto),
    optional(15, 'container_queuing_limit', ContainerQueuingLimitProto),
    repeated(16, 'app_collectors', AppCollectorDataProto),
    repeated(17, 'containers_to_update', ContainerProto),
    optional(18, 'areNodeAttributesAcceptedByRM', 'bool'),
    optional(19, 'tokenSequenceNo', 'int64'),
  ],
);

export interface ContainerQueuingLimitProto extends Message {
  max_queue_length?: number | undefined;
  max_queue_wait_time_in_ms?: number | undefined;
}
export const ContainerQueuingLimitProto: MessageType<ContainerQueuingLimitProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerQueuingLimitProto',
  () => [optional(1, 'max_queue_length', 'int32'), optional(2, 'max_queue_wait_time_in_ms', 'int32')],
);

/** Renewed tokens of an application, as an HDTS file. */
export interface SystemCredentialsForAppsProto extends Message {
  appId?: ApplicationIdProto | undefined;
  credentialsForApp?: Uint8Array | undefined;
}
export const SystemCredentialsForAppsProto: MessageType<SystemCredentialsForAppsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SystemCredentialsForAppsProto',
  () => [optional(1, 'appId', ApplicationIdProto), optional(2, 'credentialsForApp', 'bytes')],
);

export interface AppCollectorDataProto extends Message {
  app_id?: ApplicationIdProto | undefined;
  app_collector_addr?: string | undefined;
  rm_identifier?: number | undefined;
  version?: number | undefined;
  app_collector_token?: TokenProto | undefined;
}
export const AppCollectorDataProto: MessageType<AppCollectorDataProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.AppCollectorDataProto',
  () => [
    optional(1, 'app_id', ApplicationIdProto),
    optional(2, 'app_collector_addr', 'string'),
    optional(3, 'rm_identifier', 'int64'),
    optional(4, 'version', 'int64'),
    optional(5, 'app_collector_token', TokenProto),
  ],
);

export interface ReportNewCollectorInfoRequestProto extends Message {
  app_collectors?: readonly AppCollectorDataProto[] | undefined;
}
export const ReportNewCollectorInfoRequestProto: MessageType<ReportNewCollectorInfoRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReportNewCollectorInfoRequestProto', () => [
    repeated(1, 'app_collectors', AppCollectorDataProto),
  ]);

export interface ReportNewCollectorInfoResponseProto extends Message {}
export const ReportNewCollectorInfoResponseProto: MessageType<ReportNewCollectorInfoResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReportNewCollectorInfoResponseProto', () => []);

export interface GetTimelineCollectorContextRequestProto extends Message {
  appId?: ApplicationIdProto | undefined;
}
export const GetTimelineCollectorContextRequestProto: MessageType<GetTimelineCollectorContextRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetTimelineCollectorContextRequestProto', () => [
    optional(1, 'appId', ApplicationIdProto),
  ]);

export interface GetTimelineCollectorContextResponseProto extends Message {
  user_id?: string | undefined;
  flow_name?: string | undefined;
  flow_version?: string | undefined;
  flow_run_id?: number | undefined;
}
export const GetTimelineCollectorContextResponseProto: MessageType<GetTimelineCollectorContextResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetTimelineCollectorContextResponseProto', () => [
    optional(1, 'user_id', 'string'),
    optional(2, 'flow_name', 'string'),
    optional(3, 'flow_version', 'string'),
    optional(4, 'flow_run_id', 'int64'),
  ]);

/** A container as an NM tells of it when it registers. */
export interface NMContainerStatusProto extends Message {
  container_id?: ContainerIdProto | undefined;
  container_state?: ContainerStateProto | undefined;
  resource?: ResourceProto | undefined;
  priority?: PriorityProto | undefined;
  diagnostics?: string | undefined;
  container_exit_status?: number | undefined;
  creation_time?: number | undefined;
  nodeLabelExpression?: string | undefined;
  version?: number | undefined;
  executionType?: ExecutionTypeProto | undefined;
  allocation_request_id?: number | undefined;
  allocation_tags?: readonly string[] | undefined;
}
export const NMContainerStatusProto: MessageType<NMContainerStatusProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NMContainerStatusProto',
  () => [
    optional(1, 'container_id', ContainerIdProto),
    optional(2, 'container_state', ContainerStateProto),
    optional(3, 'resource', ResourceProto),
    optional(4, 'priority', PriorityProto),
    optional(5, 'diagnostics', 'string'),
    optional(6, 'container_exit_status', 'int32'),
    optional(7, 'creation_time', 'int64'),
    optional(8, 'nodeLabelExpression', 'string'),
    optional(9, 'version', 'int32'),
    optional(10, 'executionType', ExecutionTypeProto),
    optional(11, 'allocation_request_id', 'int64'),
    repeated(12, 'allocation_tags', 'string'),
  ],
);

export interface SCMUploaderNotifyRequestProto extends Message {
  resource_key?: string | undefined;
  filename?: string | undefined;
}
export const SCMUploaderNotifyRequestProto: MessageType<SCMUploaderNotifyRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SCMUploaderNotifyRequestProto',
  () => [optional(1, 'resource_key', 'string'), optional(2, 'filename', 'string')],
);

export interface SCMUploaderNotifyResponseProto extends Message {
  accepted?: boolean | undefined;
}
export const SCMUploaderNotifyResponseProto: MessageType<SCMUploaderNotifyResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SCMUploaderNotifyResponseProto',
  () => [optional(1, 'accepted', 'bool')],
);

export interface SCMUploaderCanUploadRequestProto extends Message {
  resource_key?: string | undefined;
}
export const SCMUploaderCanUploadRequestProto: MessageType<SCMUploaderCanUploadRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.SCMUploaderCanUploadRequestProto', () => [
    optional(1, 'resource_key', 'string'),
  ]);

export interface SCMUploaderCanUploadResponseProto extends Message {
  uploadable?: boolean | undefined;
}
export const SCMUploaderCanUploadResponseProto: MessageType<SCMUploaderCanUploadResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.SCMUploaderCanUploadResponseProto', () => [
    optional(1, 'uploadable', 'bool'),
  ]);
