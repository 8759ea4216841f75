/** Generated from proto/yarn_service_protos.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import {
  enumType,
  messageType,
  optional,
  repeated,
  required,
  type Message,
  type MessageType,
} from '../wire/message-type.js';
import { TokenProto } from './Security.js';
import {
  AMCommandProto,
  ApplicationACLMapProto,
  ApplicationAttemptIdProto,
  ApplicationAttemptReportProto,
  ApplicationIdProto,
  ApplicationReportProto,
  ApplicationSubmissionContextProto,
  ApplicationUpdateTimeoutMapProto,
  AttributeToNodesProto,
  CollectorInfoProto,
  ContainerIdProto,
  ContainerLaunchContextProto,
  ContainerProto,
  ContainerReportProto,
  ContainerStatusProto,
  ExecutionTypeProto,
  FinalApplicationStatusProto,
  LabelsToNodeIdsProto,
  NodeAttributeInfoProto,
  NodeAttributeKeyProto,
  NodeIdProto,
  NodeIdToLabelsProto,
  NodeLabelProto,
  NodeReportProto,
  NodeStateProto,
  NodeToAttributesProto,
  PlacementConstraintMapEntryProto,
  PreemptionMessageProto,
  PriorityProto,
  QueueInfoProto,
  QueueUserACLInfoProto,
  RejectedSchedulingRequestProto,
  ReservationAllocationStateProto,
  ReservationDefinitionProto,
  ReservationIdProto,
  ResourceBlacklistRequestProto,
  ResourceProfilesProto,
  ResourceProto,
  ResourceRequestProto,
  ResourceTypeInfoProto,
  SchedulingRequestProto,
  SerializedExceptionProto,
  SignalContainerCommandProto,
  StringBytesMapProto,
  StringLocalResourceMapProto,
  YarnApplicationStateProto,
  YarnClusterMetricsProto,
} from './yarn_protos.js';

export const ContainerUpdateTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.ContainerUpdateTypeProto', {
  INCREASE_RESOURCE: 0,
  DECREASE_RESOURCE: 1,
  PROMOTE_EXECUTION_TYPE: 2,
  DEMOTE_EXECUTION_TYPE: 3,
});
export type ContainerUpdateTypeProto = keyof typeof ContainerUpdateTypeProto.numbers & string;

export const SchedulerResourceTypes = /* @__PURE__ */ enumType('hadoop.yarn.SchedulerResourceTypes', {
  MEMORY: 0,
  CPU: 1,
});
export type SchedulerResourceTypes = keyof typeof SchedulerResourceTypes.numbers & string;

export const ApplicationsRequestScopeProto = /* @__PURE__ */ enumType('hadoop.yarn.ApplicationsRequestScopeProto', {
  ALL: 0,
  VIEWABLE: 1,
  OWN: 2,
});
export type ApplicationsRequestScopeProto = keyof typeof ApplicationsRequestScopeProto.numbers & string;

export const LocalizationStateProto = /* @__PURE__ */ enumType('hadoop.yarn.LocalizationStateProto', {
  L_PENDING: 1,
  L_COMPLETED: 2,
  L_FAILED: 3,
});
export type LocalizationStateProto = keyof typeof LocalizationStateProto.numbers & string;

export interface RegisterApplicationMasterRequestProto extends Message {
  /** Where the AM serves its clients; shown in the reports. */
  host?: string | undefined;
  /** -1 to 65535; -1 means none. */
  rpc_port?: number | undefined;
  /** The AM's own page, shown in the reports. */
  tracking_url?: string | undefined;
  /** Not read. */
  placement_constraints?: readonly PlacementConstraintMapEntryProto[] | undefined;
}
export const RegisterApplicationMasterRequestProto: MessageType<RegisterApplicationMasterRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.RegisterApplicationMasterRequestProto', () => [
    optional(1, 'host', 'string'),
    optional(2, 'rpc_port', 'int32'),
    optional(3, 'tracking_url', 'string'),
    repeated(4, 'placement_constraints', PlacementConstraintMapEntryProto),
  ]);

export interface RegisterApplicationMasterResponseProto extends Message {
  /** No ask may be above this. */
  maximumCapability?: ResourceProto | undefined;
  /** Checks the tokens that clients of the AM bring. */
  client_to_am_token_master_key?: Uint8Array | undefined;
  application_ACLs?: readonly ApplicationACLMapProto[] | undefined;
  /** With keep-containers: what runs on, with tokens as new. Empty otherwise. */
  containers_from_previous_attempts?: readonly ContainerProto[] | undefined;
  queue?: string | undefined;
  /** For the nodes of those containers. */
  nm_tokens_from_previous_attempts?: readonly NMTokenProto[] | undefined;
  scheduler_resource_types?: readonly SchedulerResourceTypes[] | undefined;
  /** Never set. */
  resource_profiles?: ResourceProfilesProto | undefined;
  resource_types?: readonly ResourceTypeInfoProto[] | undefined;
}
export const RegisterApplicationMasterResponseProto: MessageType<RegisterApplicationMasterResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.RegisterApplicationMasterResponseProto', () => [
    optional(1, 'maximumCapability', ResourceProto),
    optional(2, 'client_to_am_token_master_key', 'bytes'),
    repeated(3, 'application_ACLs', ApplicationACLMapProto),
    repeated(4, 'containers_from_previous_attempts', ContainerProto),
    optional(5, 'queue', 'string'),
    repeated(6, 'nm_tokens_from_previous_attempts', NMTokenProto),
    repeated(7, 'scheduler_resource_types', SchedulerResourceTypes),
    optional(8, 'resource_profiles', ResourceProfilesProto),
    repeated(9, 'resource_types', ResourceTypeInfoProto),
  ]);

export interface FinishApplicationMasterRequestProto extends Message {
  /** Why it ended so, for people. */
  diagnostics?: string | undefined;
  /** Where to look afterwards. */
  tracking_url?: string | undefined;
  /** APP_SUCCEEDED, APP_FAILED or APP_KILLED. */
  final_application_status?: FinalApplicationStatusProto | undefined;
}
export const FinishApplicationMasterRequestProto: MessageType<FinishApplicationMasterRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.FinishApplicationMasterRequestProto', () => [
    optional(1, 'diagnostics', 'string'),
    optional(2, 'tracking_url', 'string'),
    optional(3, 'final_application_status', FinalApplicationStatusProto),
  ]);

/** Call again until true. */
export interface FinishApplicationMasterResponseProto extends Message {
  isUnregistered?: boolean | undefined;
}
export const FinishApplicationMasterResponseProto: MessageType<FinishApplicationMasterResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.FinishApplicationMasterResponseProto', () => [
    optional(1, 'isUnregistered', 'bool'),
  ]);

export interface UpdateContainerRequestProto extends Message {
  container_version: number;
  container_id: ContainerIdProto;
  update_type: ContainerUpdateTypeProto;
  capability?: ResourceProto | undefined;
  execution_type?: ExecutionTypeProto | undefined;
}
export const UpdateContainerRequestProto: MessageType<UpdateContainerRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.UpdateContainerRequestProto',
  () => [
    required(1, 'container_version', 'int32'),
    required(2, 'container_id', ContainerIdProto),
    required(3, 'update_type', ContainerUpdateTypeProto),
    optional(4, 'capability', ResourceProto),
    optional(5, 'execution_type', ExecutionTypeProto),
  ],
);

export interface UpdateContainerErrorProto extends Message {
  /** A word of Hadoop's. This RM changes no container and refuses all, with UPDATES_NOT_SUPPORTED if nothing else is wrong. */
  reason?: string | undefined;
  update_request?: UpdateContainerRequestProto | undefined;
  /** The version to name. */
  current_container_version?: number | undefined;
}
export const UpdateContainerErrorProto: MessageType<UpdateContainerErrorProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.UpdateContainerErrorProto',
  () => [
    optional(1, 'reason', 'string'),
    optional(2, 'update_request', UpdateContainerRequestProto),
    optional(3, 'current_container_version', 'int32'),
  ],
);

/** The heartbeat of an AM. Asks replace; release and blacklist change. */
export interface AllocateRequestProto extends Message {
  /** How many are wanted now, for each priority, place, size and allocation request id. Say only what has changed; the number is absolute. */
  ask?: readonly ResourceRequestProto[] | undefined;
  /** Containers to end, or not to start. Others than your own are refused. */
  release?: readonly ContainerIdProto[] | undefined;
  /** Hosts or racks where nothing more is wanted; additions and removals. */
  blacklist_request?: ResourceBlacklistRequestProto | undefined;
  /** That of the last answer; 0 after registering. */
  response_id?: number | undefined;
  /** 0 to 1. */
  progress?: number | undefined;
  /** Refused, each with a reason in update_errors. */
  update_requests?: readonly UpdateContainerRequestProto[] | undefined;
  /** Not read. */
  scheduling_requests?: readonly SchedulingRequestProto[] | undefined;
  /** Replaces the one of the registration. */
  tracking_url?: string | undefined;
  /** Hold the call until there is something to tell, at most this long. */
  wait_ms?: number | undefined;
}
export const AllocateRequestProto: MessageType<AllocateRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.AllocateRequestProto',
  () => [
    repeated(1, 'ask', ResourceRequestProto),
    repeated(2, 'release', ContainerIdProto),
    optional(3, 'blacklist_request', ResourceBlacklistRequestProto),
    optional(4, 'response_id', 'int32'),
    optional(5, 'progress', 'float'),
    repeated(7, 'update_requests', UpdateContainerRequestProto),
    repeated(10, 'scheduling_requests', SchedulingRequestProto),
    optional(11, 'tracking_url', 'string'),
    optional(1000, 'wait_ms', 'int32'),
  ],
);

/** Lets an AM call one NodeManager. */
export interface NMTokenProto extends Message {
  nodeId?: NodeIdProto | undefined;
  token?: TokenProto | undefined;
}
export const NMTokenProto: MessageType<NMTokenProto> = /* @__PURE__ */ messageType('hadoop.yarn.NMTokenProto', () => [
  optional(1, 'nodeId', NodeIdProto),
  optional(2, 'token', TokenProto),
]);

export interface UpdatedContainerProto extends Message {
  update_type: ContainerUpdateTypeProto;
  container: ContainerProto;
}
export const UpdatedContainerProto: MessageType<UpdatedContainerProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.UpdatedContainerProto',
  () => [required(1, 'update_type', ContainerUpdateTypeProto), required(2, 'container', ContainerProto)],
);

export interface EnhancedHeadroomProto extends Message {
  total_pending_count?: number | undefined;
  total_active_cores?: number | undefined;
}
export const EnhancedHeadroomProto: MessageType<EnhancedHeadroomProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.EnhancedHeadroomProto',
  () => [optional(1, 'total_pending_count', 'int32'), optional(2, 'total_active_cores', 'int32')],
);

/** What happened since the answer before; limit is the headroom. */
export interface AllocateResponseProto extends Message {
  /** Never set: what to do comes as an error. */
  a_m_command?: AMCommandProto | undefined;
  /** To be sent with the next call. */
  response_id?: number | undefined;
  /** New containers, each once. Start each before the RM takes it back (10 minutes unless configured), or release it. */
  allocated_containers?: readonly ContainerProto[] | undefined;
  /** Containers that have ended, each once. */
  completed_container_statuses?: readonly ContainerStatusProto[] | undefined;
  /** What could still be given: the headroom. */
  limit?: ResourceProto | undefined;
  /** Nodes that have become usable or unusable. The first answers to a later attempt name those that are unusable then. */
  updated_nodes?: readonly NodeReportProto[] | undefined;
  num_cluster_nodes?: number | undefined;
  /** Containers that the scheduler wants back; this RM wants none. */
  preempt?: PreemptionMessageProto | undefined;
  /** For nodes of allocated_containers for which you have none, or whose key has changed. Keep the newest of each node. */
  nm_tokens?: readonly NMTokenProto[] | undefined;
  /** Use it from the next call on; the old one ends soon. */
  am_rm_token?: TokenProto | undefined;
  /** Never set. */
  application_priority?: PriorityProto | undefined;
  /** Never set. */
  collector_info?: CollectorInfoProto | undefined;
  /** Answers to update_requests, each once. */
  update_errors?: readonly UpdateContainerErrorProto[] | undefined;
  /** Never set: no container is changed. */
  updated_containers?: readonly UpdatedContainerProto[] | undefined;
  /** Never set: they come with the registration. */
  containers_from_previous_attempts?: readonly ContainerProto[] | undefined;
  /** Never set. */
  rejected_scheduling_requests?: readonly RejectedSchedulingRequestProto[] | undefined;
  /** Never set. */
  enhanced_headroom?: EnhancedHeadroomProto | undefined;
}
export const AllocateResponseProto: MessageType<AllocateResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.AllocateResponseProto',
  () => [
    optional(1, 'a_m_command', AMCommandProto),
    optional(2, 'response_id', 'int32'),
    repeated(3, 'allocated_containers', ContainerProto),
    repeated(4, 'completed_container_statuses', ContainerStatusProto),
    optional(5, 'limit', ResourceProto),
    repeated(6, 'updated_nodes', NodeReportProto),
    optional(7, 'num_cluster_nodes', 'int32'),
    optional(8, 'preempt', PreemptionMessageProto),
    repeated(9, 'nm_tokens', NMTokenProto),
    optional(12, 'am_rm_token', TokenProto),
    optional(13, 'application_priority', PriorityProto),
    optional(14, 'collector_info', CollectorInfoProto),
    repeated(15, 'update_errors', UpdateContainerErrorProto),
    repeated(16, 'updated_containers', UpdatedContainerProto),
    repeated(17, 'containers_from_previous_attempts', ContainerProto),
    repeated(18, 'rejected_scheduling_requests', RejectedSchedulingRequestProto),
    optional(19, 'enhanced_headroom', EnhancedHeadroomProto),
  ],
);

export interface GetNewApplicationRequestProto extends Message {}
export const GetNewApplicationRequestProto: MessageType<GetNewApplicationRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetNewApplicationRequestProto',
  () => [],
);

export interface GetNewApplicationResponseProto extends Message {
  application_id?: ApplicationIdProto | undefined;
  maximumCapability?: ResourceProto | undefined;
}
export const GetNewApplicationResponseProto: MessageType<GetNewApplicationResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetNewApplicationResponseProto',
  () => [optional(1, 'application_id', ApplicationIdProto), optional(2, 'maximumCapability', ResourceProto)],
);

export interface GetApplicationReportRequestProto extends Message {
  application_id?: ApplicationIdProto | undefined;
  /** Hold the call until the state is no longer known_state, at most this long. */
  wait_ms?: number | undefined;
  known_state?: YarnApplicationStateProto | undefined;
}
export const GetApplicationReportRequestProto: MessageType<GetApplicationReportRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetApplicationReportRequestProto', () => [
    optional(1, 'application_id', ApplicationIdProto),
    optional(1000, 'wait_ms', 'int32'),
    optional(1001, 'known_state', YarnApplicationStateProto),
  ]);

export interface GetApplicationReportResponseProto extends Message {
  application_report?: ApplicationReportProto | undefined;
}
export const GetApplicationReportResponseProto: MessageType<GetApplicationReportResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetApplicationReportResponseProto', () => [
    optional(1, 'application_report', ApplicationReportProto),
  ]);

export interface SubmitApplicationRequestProto extends Message {
  application_submission_context?: ApplicationSubmissionContextProto | undefined;
}
export const SubmitApplicationRequestProto: MessageType<SubmitApplicationRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SubmitApplicationRequestProto',
  () => [optional(1, 'application_submission_context', ApplicationSubmissionContextProto)],
);

export interface SubmitApplicationResponseProto extends Message {}
export const SubmitApplicationResponseProto: MessageType<SubmitApplicationResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SubmitApplicationResponseProto',
  () => [],
);

export interface FailApplicationAttemptRequestProto extends Message {
  application_attempt_id?: ApplicationAttemptIdProto | undefined;
}
export const FailApplicationAttemptRequestProto: MessageType<FailApplicationAttemptRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.FailApplicationAttemptRequestProto', () => [
    optional(1, 'application_attempt_id', ApplicationAttemptIdProto),
  ]);

export interface FailApplicationAttemptResponseProto extends Message {}
export const FailApplicationAttemptResponseProto: MessageType<FailApplicationAttemptResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.FailApplicationAttemptResponseProto', () => []);

export interface KillApplicationRequestProto extends Message {
  application_id?: ApplicationIdProto | undefined;
  diagnostics?: string | undefined;
  /** Hold the call until the kill is complete, at most this long. */
  wait_ms?: number | undefined;
}
export const KillApplicationRequestProto: MessageType<KillApplicationRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.KillApplicationRequestProto',
  () => [
    optional(1, 'application_id', ApplicationIdProto),
    optional(2, 'diagnostics', 'string'),
    optional(1000, 'wait_ms', 'int32'),
  ],
);

/** Call again until true. */
export interface KillApplicationResponseProto extends Message {
  is_kill_completed?: boolean | undefined;
}
export const KillApplicationResponseProto: MessageType<KillApplicationResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.KillApplicationResponseProto',
  () => [optional(1, 'is_kill_completed', 'bool')],
);

export interface GetClusterMetricsRequestProto extends Message {}
export const GetClusterMetricsRequestProto: MessageType<GetClusterMetricsRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetClusterMetricsRequestProto',
  () => [],
);

export interface GetClusterMetricsResponseProto extends Message {
  cluster_metrics?: YarnClusterMetricsProto | undefined;
}
export const GetClusterMetricsResponseProto: MessageType<GetClusterMetricsResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetClusterMetricsResponseProto',
  () => [optional(1, 'cluster_metrics', YarnClusterMetricsProto)],
);

export interface MoveApplicationAcrossQueuesRequestProto extends Message {
  application_id: ApplicationIdProto;
  target_queue: string;
}
export const MoveApplicationAcrossQueuesRequestProto: MessageType<MoveApplicationAcrossQueuesRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.MoveApplicationAcrossQueuesRequestProto', () => [
    required(1, 'application_id', ApplicationIdProto),
    required(2, 'target_queue', 'string'),
  ]);

export interface MoveApplicationAcrossQueuesResponseProto extends Message {}
export const MoveApplicationAcrossQueuesResponseProto: MessageType<MoveApplicationAcrossQueuesResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.MoveApplicationAcrossQueuesResponseProto', () => []);

/** Filters are joined by and, the values inside one by or. */
export interface GetApplicationsRequestProto extends Message {
  application_types?: readonly string[] | undefined;
  application_states?: readonly YarnApplicationStateProto[] | undefined;
  users?: readonly string[] | undefined;
  queues?: readonly string[] | undefined;
  limit?: number | undefined;
  start_begin?: number | undefined;
  start_end?: number | undefined;
  finish_begin?: number | undefined;
  finish_end?: number | undefined;
  applicationTags?: readonly string[] | undefined;
  scope?: ApplicationsRequestScopeProto | undefined;
  name?: string | undefined;
}
export const GetApplicationsRequestProto: MessageType<GetApplicationsRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetApplicationsRequestProto',
  () => [
    repeated(1, 'application_types', 'string'),
    repeated(2, 'application_states', YarnApplicationStateProto),
    repeated(3, 'users', 'string'),
    repeated(4, 'queues', 'string'),
    optional(5, 'limit', 'int64'),
    optional(6, 'start_begin', 'int64'),
    optional(7, 'start_end', 'int64'),
    optional(8, 'finish_begin', 'int64'),
    optional(9, 'finish_end', 'int64'),
    repeated(10, 'applicationTags', 'string'),
    optional(11, 'scope', ApplicationsRequestScopeProto),
    optional(12, 'name', 'string'),
  ],
);

export interface GetApplicationsResponseProto extends Message {
  applications?: readonly ApplicationReportProto[] | undefined;
}
export const GetApplicationsResponseProto: MessageType<GetApplicationsResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetApplicationsResponseProto',
  () => [repeated(1, 'applications', ApplicationReportProto)],
);

/** No state given means all of them. */
export interface GetClusterNodesRequestProto extends Message {
  nodeStates?: readonly NodeStateProto[] | undefined;
}
export const GetClusterNodesRequestProto: MessageType<GetClusterNodesRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetClusterNodesRequestProto',
  () => [repeated(1, 'nodeStates', NodeStateProto)],
);

export interface GetClusterNodesResponseProto extends Message {
  nodeReports?: readonly NodeReportProto[] | undefined;
}
export const GetClusterNodesResponseProto: MessageType<GetClusterNodesResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetClusterNodesResponseProto',
  () => [repeated(1, 'nodeReports', NodeReportProto)],
);

export interface GetQueueInfoRequestProto extends Message {
  queueName?: string | undefined;
  includeApplications?: boolean | undefined;
  includeChildQueues?: boolean | undefined;
  recursive?: boolean | undefined;
  subClusterId?: string | undefined;
}
export const GetQueueInfoRequestProto: MessageType<GetQueueInfoRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetQueueInfoRequestProto',
  () => [
    optional(1, 'queueName', 'string'),
    optional(2, 'includeApplications', 'bool'),
    optional(3, 'includeChildQueues', 'bool'),
    optional(4, 'recursive', 'bool'),
    optional(5, 'subClusterId', 'string'),
  ],
);

export interface GetQueueInfoResponseProto extends Message {
  queueInfo?: QueueInfoProto | undefined;
}
export const GetQueueInfoResponseProto: MessageType<GetQueueInfoResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetQueueInfoResponseProto',
  () => [optional(1, 'queueInfo', QueueInfoProto)],
);

export interface GetQueueUserAclsInfoRequestProto extends Message {}
export const GetQueueUserAclsInfoRequestProto: MessageType<GetQueueUserAclsInfoRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetQueueUserAclsInfoRequestProto', () => []);

export interface GetQueueUserAclsInfoResponseProto extends Message {
  queueUserAcls?: readonly QueueUserACLInfoProto[] | undefined;
}
export const GetQueueUserAclsInfoResponseProto: MessageType<GetQueueUserAclsInfoResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetQueueUserAclsInfoResponseProto', () => [
    repeated(1, 'queueUserAcls', QueueUserACLInfoProto),
  ]);

export interface GetNodesToLabelsRequestProto extends Message {}
export const GetNodesToLabelsRequestProto: MessageType<GetNodesToLabelsRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetNodesToLabelsRequestProto',
  () => [],
);

export interface GetNodesToLabelsResponseProto extends Message {
  nodeToLabels?: readonly NodeIdToLabelsProto[] | undefined;
}
export const GetNodesToLabelsResponseProto: MessageType<GetNodesToLabelsResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetNodesToLabelsResponseProto',
  () => [repeated(1, 'nodeToLabels', NodeIdToLabelsProto)],
);

export interface GetLabelsToNodesRequestProto extends Message {
  nodeLabels?: readonly string[] | undefined;
}
export const GetLabelsToNodesRequestProto: MessageType<GetLabelsToNodesRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetLabelsToNodesRequestProto',
  () => [repeated(1, 'nodeLabels', 'string')],
);

export interface GetLabelsToNodesResponseProto extends Message {
  labelsToNodes?: readonly LabelsToNodeIdsProto[] | undefined;
}
export const GetLabelsToNodesResponseProto: MessageType<GetLabelsToNodesResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetLabelsToNodesResponseProto',
  () => [repeated(1, 'labelsToNodes', LabelsToNodeIdsProto)],
);

export interface GetClusterNodeLabelsRequestProto extends Message {}
export const GetClusterNodeLabelsRequestProto: MessageType<GetClusterNodeLabelsRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetClusterNodeLabelsRequestProto', () => []);

export interface GetClusterNodeLabelsResponseProto extends Message {
  deprecatedNodeLabels?: readonly string[] | undefined;
  nodeLabels?: readonly NodeLabelProto[] | undefined;
}
export const GetClusterNodeLabelsResponseProto: MessageType<GetClusterNodeLabelsResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetClusterNodeLabelsResponseProto', () => [
    repeated(1, 'deprecatedNodeLabels', 'string'),
    repeated(2, 'nodeLabels', NodeLabelProto),
  ]);

export interface GetClusterNodeAttributesRequestProto extends Message {}
export const GetClusterNodeAttributesRequestProto: MessageType<GetClusterNodeAttributesRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetClusterNodeAttributesRequestProto', () => []);

export interface GetClusterNodeAttributesResponseProto extends Message {
  nodeAttributes?: readonly NodeAttributeInfoProto[] | undefined;
}
export const GetClusterNodeAttributesResponseProto: MessageType<GetClusterNodeAttributesResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetClusterNodeAttributesResponseProto', () => [
    repeated(1, 'nodeAttributes', NodeAttributeInfoProto),
  ]);

export interface GetAttributesToNodesRequestProto extends Message {
  nodeAttributes?: readonly NodeAttributeKeyProto[] | undefined;
}
export const GetAttributesToNodesRequestProto: MessageType<GetAttributesToNodesRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetAttributesToNodesRequestProto', () => [
    repeated(1, 'nodeAttributes', NodeAttributeKeyProto),
  ]);

export interface GetAttributesToNodesResponseProto extends Message {
  attributesToNodes?: readonly AttributeToNodesProto[] | undefined;
}
export const GetAttributesToNodesResponseProto: MessageType<GetAttributesToNodesResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetAttributesToNodesResponseProto', () => [
    repeated(1, 'attributesToNodes', AttributeToNodesProto),
  ]);

export interface GetNodesToAttributesRequestProto extends Message {
  hostnames?: readonly string[] | undefined;
}
export const GetNodesToAttributesRequestProto: MessageType<GetNodesToAttributesRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetNodesToAttributesRequestProto', () => [
    repeated(1, 'hostnames', 'string'),
  ]);

export interface GetNodesToAttributesResponseProto extends Message {
  nodesToAttributes?: readonly NodeToAttributesProto[] | undefined;
}
export const GetNodesToAttributesResponseProto: MessageType<GetNodesToAttributesResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetNodesToAttributesResponseProto', () => [
    repeated(1, 'nodesToAttributes', NodeToAttributesProto),
  ]);

export interface UpdateApplicationPriorityRequestProto extends Message {
  applicationId: ApplicationIdProto;
  applicationPriority: PriorityProto;
}
export const UpdateApplicationPriorityRequestProto: MessageType<UpdateApplicationPriorityRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UpdateApplicationPriorityRequestProto', () => [
    required(1, 'applicationId', ApplicationIdProto),
    required(2, 'applicationPriority', PriorityProto),
  ]);

export interface UpdateApplicationPriorityResponseProto extends Message {
  applicationPriority?: PriorityProto | undefined;
}
export const UpdateApplicationPriorityResponseProto: MessageType<UpdateApplicationPriorityResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UpdateApplicationPriorityResponseProto', () => [
    optional(1, 'applicationPriority', PriorityProto),
  ]);

export interface SignalContainerRequestProto extends Message {
  container_id: ContainerIdProto;
  command: SignalContainerCommandProto;
}
export const SignalContainerRequestProto: MessageType<SignalContainerRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SignalContainerRequestProto',
  () => [required(1, 'container_id', ContainerIdProto), required(2, 'command', SignalContainerCommandProto)],
);

export interface SignalContainerResponseProto extends Message {}
export const SignalContainerResponseProto: MessageType<SignalContainerResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SignalContainerResponseProto',
  () => [],
);

export interface UpdateApplicationTimeoutsRequestProto extends Message {
  applicationId: ApplicationIdProto;
  application_timeouts?: readonly ApplicationUpdateTimeoutMapProto[] | undefined;
}
export const UpdateApplicationTimeoutsRequestProto: MessageType<UpdateApplicationTimeoutsRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UpdateApplicationTimeoutsRequestProto', () => [
    required(1, 'applicationId', ApplicationIdProto),
    repeated(2, 'application_timeouts', ApplicationUpdateTimeoutMapProto),
  ]);

export interface UpdateApplicationTimeoutsResponseProto extends Message {
  application_timeouts?: readonly ApplicationUpdateTimeoutMapProto[] | undefined;
}
export const UpdateApplicationTimeoutsResponseProto: MessageType<UpdateApplicationTimeoutsResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UpdateApplicationTimeoutsResponseProto', () => [
    repeated(1, 'application_timeouts', ApplicationUpdateTimeoutMapProto),
  ]);

export interface GetAllResourceProfilesRequestProto extends Message {}
export const GetAllResourceProfilesRequestProto: MessageType<GetAllResourceProfilesRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetAllResourceProfilesRequestProto', () => []);

export interface GetAllResourceProfilesResponseProto extends Message {
  resource_profiles: ResourceProfilesProto;
}
export const GetAllResourceProfilesResponseProto: MessageType<GetAllResourceProfilesResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetAllResourceProfilesResponseProto', () => [
    required(1, 'resource_profiles', ResourceProfilesProto),
  ]);

export interface GetResourceProfileRequestProto extends Message {
  profile: string;
}
export const GetResourceProfileRequestProto: MessageType<GetResourceProfileRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetResourceProfileRequestProto',
  () => [required(1, 'profile', 'string')],
);

export interface GetResourceProfileResponseProto extends Message {
  resources: ResourceProto;
}
export const GetResourceProfileResponseProto: MessageType<GetResourceProfileResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetResourceProfileResponseProto', () => [
    required(1, 'resources', ResourceProto),
  ]);

export interface GetAllResourceTypeInfoRequestProto extends Message {}
export const GetAllResourceTypeInfoRequestProto: MessageType<GetAllResourceTypeInfoRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetAllResourceTypeInfoRequestProto', () => []);

export interface GetAllResourceTypeInfoResponseProto extends Message {
  resource_type_info?: readonly ResourceTypeInfoProto[] | undefined;
}
export const GetAllResourceTypeInfoResponseProto: MessageType<GetAllResourceTypeInfoResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetAllResourceTypeInfoResponseProto', () => [
    repeated(1, 'resource_type_info', ResourceTypeInfoProto),
  ]);

export interface StartContainerRequestProto extends Message {
  /** What to run, and with which files. */
  container_launch_context?: ContainerLaunchContextProto | undefined;
  /** That of the container, as the RM gave it. */
  container_token?: TokenProto | undefined;
}
export const StartContainerRequestProto: MessageType<StartContainerRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StartContainerRequestProto',
  () => [
    optional(1, 'container_launch_context', ContainerLaunchContextProto),
    optional(2, 'container_token', TokenProto),
  ],
);

export interface StartContainerResponseProto extends Message {
  services_meta_data?: readonly StringBytesMapProto[] | undefined;
}
export const StartContainerResponseProto: MessageType<StartContainerResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StartContainerResponseProto',
  () => [repeated(1, 'services_meta_data', StringBytesMapProto)],
);

export interface StopContainerRequestProto extends Message {
  container_id?: ContainerIdProto | undefined;
}
export const StopContainerRequestProto: MessageType<StopContainerRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StopContainerRequestProto',
  () => [optional(1, 'container_id', ContainerIdProto)],
);

export interface StopContainerResponseProto extends Message {}
export const StopContainerResponseProto: MessageType<StopContainerResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StopContainerResponseProto',
  () => [],
);

export interface ResourceLocalizationRequestProto extends Message {
  container_id?: ContainerIdProto | undefined;
  local_resources?: readonly StringLocalResourceMapProto[] | undefined;
}
export const ResourceLocalizationRequestProto: MessageType<ResourceLocalizationRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ResourceLocalizationRequestProto', () => [
    optional(1, 'container_id', ContainerIdProto),
    repeated(2, 'local_resources', StringLocalResourceMapProto),
  ]);

export interface ResourceLocalizationResponseProto extends Message {}
export const ResourceLocalizationResponseProto: MessageType<ResourceLocalizationResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ResourceLocalizationResponseProto', () => []);

export interface ReInitializeContainerRequestProto extends Message {
  container_id?: ContainerIdProto | undefined;
  container_launch_context?: ContainerLaunchContextProto | undefined;
  auto_commit?: boolean | undefined;
}
export const ReInitializeContainerRequestProto: MessageType<ReInitializeContainerRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReInitializeContainerRequestProto', () => [
    optional(1, 'container_id', ContainerIdProto),
    optional(2, 'container_launch_context', ContainerLaunchContextProto),
    optional(3, 'auto_commit', 'bool'),
  ]);

export interface ReInitializeContainerResponseProto extends Message {}
export const ReInitializeContainerResponseProto: MessageType<ReInitializeContainerResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReInitializeContainerResponseProto', () => []);

export interface RestartContainerResponseProto extends Message {}
export const RestartContainerResponseProto: MessageType<RestartContainerResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.RestartContainerResponseProto',
  () => [],
);

export interface RollbackResponseProto extends Message {}
export const RollbackResponseProto: MessageType<RollbackResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.RollbackResponseProto',
  () => [],
);

export interface CommitResponseProto extends Message {}
export const CommitResponseProto: MessageType<CommitResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.CommitResponseProto',
  () => [],
);

export interface StartContainersRequestProto extends Message {
  start_container_request?: readonly StartContainerRequestProto[] | undefined;
}
export const StartContainersRequestProto: MessageType<StartContainersRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StartContainersRequestProto',
  () => [repeated(1, 'start_container_request', StartContainerRequestProto)],
);

export interface ContainerExceptionMapProto extends Message {
  container_id?: ContainerIdProto | undefined;
  exception?: SerializedExceptionProto | undefined;
}
export const ContainerExceptionMapProto: MessageType<ContainerExceptionMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerExceptionMapProto',
  () => [optional(1, 'container_id', ContainerIdProto), optional(2, 'exception', SerializedExceptionProto)],
);

/** Success means accepted, not running. */
export interface StartContainersResponseProto extends Message {
  /** By auxiliary service of the node: mapreduce_shuffle tells its port. */
  services_meta_data?: readonly StringBytesMapProto[] | undefined;
  /** Accepted: their ends will be told by the RM. */
  succeeded_requests?: readonly ContainerIdProto[] | undefined;
  /** Not started, and why; nothing of them runs. */
  failed_requests?: readonly ContainerExceptionMapProto[] | undefined;
}
export const StartContainersResponseProto: MessageType<StartContainersResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StartContainersResponseProto',
  () => [
    repeated(1, 'services_meta_data', StringBytesMapProto),
    repeated(2, 'succeeded_requests', ContainerIdProto),
    repeated(3, 'failed_requests', ContainerExceptionMapProto),
  ],
);

export interface StopContainersRequestProto extends Message {
  container_id?: readonly ContainerIdProto[] | undefined;
}
export const StopContainersRequestProto: MessageType<StopContainersRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StopContainersRequestProto',
  () => [repeated(1, 'container_id', ContainerIdProto)],
);

export interface StopContainersResponseProto extends Message {
  succeeded_requests?: readonly ContainerIdProto[] | undefined;
  failed_requests?: readonly ContainerExceptionMapProto[] | undefined;
}
export const StopContainersResponseProto: MessageType<StopContainersResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StopContainersResponseProto',
  () => [
    repeated(1, 'succeeded_requests', ContainerIdProto),
    repeated(2, 'failed_requests', ContainerExceptionMapProto),
  ],
);

export interface GetContainerStatusesRequestProto extends Message {
  container_id?: readonly ContainerIdProto[] | undefined;
}
export const GetContainerStatusesRequestProto: MessageType<GetContainerStatusesRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetContainerStatusesRequestProto', () => [
    repeated(1, 'container_id', ContainerIdProto),
  ]);

export interface GetContainerStatusesResponseProto extends Message {
  status?: readonly ContainerStatusProto[] | undefined;
  failed_requests?: readonly ContainerExceptionMapProto[] | undefined;
}
export const GetContainerStatusesResponseProto: MessageType<GetContainerStatusesResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetContainerStatusesResponseProto', () => [
    repeated(1, 'status', ContainerStatusProto),
    repeated(2, 'failed_requests', ContainerExceptionMapProto),
  ]);

export interface IncreaseContainersResourceRequestProto extends Message {
  increase_containers?: readonly TokenProto[] | undefined;
}
export const IncreaseContainersResourceRequestProto: MessageType<IncreaseContainersResourceRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.IncreaseContainersResourceRequestProto', () => [
    repeated(1, 'increase_containers', TokenProto),
  ]);

export interface IncreaseContainersResourceResponseProto extends Message {
  succeeded_requests?: readonly ContainerIdProto[] | undefined;
  failed_requests?: readonly ContainerExceptionMapProto[] | undefined;
}
export const IncreaseContainersResourceResponseProto: MessageType<IncreaseContainersResourceResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.IncreaseContainersResourceResponseProto', () => [
    repeated(1, 'succeeded_requests', ContainerIdProto),
    repeated(2, 'failed_requests', ContainerExceptionMapProto),
  ]);

export interface ContainerUpdateRequestProto extends Message {
  update_container_token?: readonly TokenProto[] | undefined;
}
export const ContainerUpdateRequestProto: MessageType<ContainerUpdateRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerUpdateRequestProto',
  () => [repeated(1, 'update_container_token', TokenProto)],
);

export interface ContainerUpdateResponseProto extends Message {
  succeeded_requests?: readonly ContainerIdProto[] | undefined;
  failed_requests?: readonly ContainerExceptionMapProto[] | undefined;
}
export const ContainerUpdateResponseProto: MessageType<ContainerUpdateResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerUpdateResponseProto',
  () => [
    repeated(1, 'succeeded_requests', ContainerIdProto),
    repeated(2, 'failed_requests', ContainerExceptionMapProto),
  ],
);

export interface GetApplicationAttemptReportRequestProto extends Message {
  application_attempt_id?: ApplicationAttemptIdProto | undefined;
}
export const GetApplicationAttemptReportRequestProto: MessageType<GetApplicationAttemptReportRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetApplicationAttemptReportRequestProto', () => [
    optional(1, 'application_attempt_id', ApplicationAttemptIdProto),
  ]);

export interface GetApplicationAttemptReportResponseProto extends Message {
  application_attempt_report?: ApplicationAttemptReportProto | undefined;
}
export const GetApplicationAttemptReportResponseProto: MessageType<GetApplicationAttemptReportResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetApplicationAttemptReportResponseProto', () => [
    optional(1, 'application_attempt_report', ApplicationAttemptReportProto),
  ]);

export interface GetApplicationAttemptsRequestProto extends Message {
  application_id?: ApplicationIdProto | undefined;
}
export const GetApplicationAttemptsRequestProto: MessageType<GetApplicationAttemptsRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetApplicationAttemptsRequestProto', () => [
    optional(1, 'application_id', ApplicationIdProto),
  ]);

export interface GetApplicationAttemptsResponseProto extends Message {
  application_attempts?: readonly ApplicationAttemptReportProto[] | undefined;
}
export const GetApplicationAttemptsResponseProto: MessageType<GetApplicationAttemptsResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetApplicationAttemptsResponseProto', () => [
    repeated(1, 'application_attempts', ApplicationAttemptReportProto),
  ]);

export interface GetContainerReportRequestProto extends Message {
  container_id?: ContainerIdProto | undefined;
}
export const GetContainerReportRequestProto: MessageType<GetContainerReportRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetContainerReportRequestProto',
  () => [optional(1, 'container_id', ContainerIdProto)],
);

export interface GetContainerReportResponseProto extends Message {
  container_report?: ContainerReportProto | undefined;
}
export const GetContainerReportResponseProto: MessageType<GetContainerReportResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetContainerReportResponseProto', () => [
    optional(1, 'container_report', ContainerReportProto),
  ]);

export interface GetContainersRequestProto extends Message {
  application_attempt_id?: ApplicationAttemptIdProto | undefined;
}
export const GetContainersRequestProto: MessageType<GetContainersRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetContainersRequestProto',
  () => [optional(1, 'application_attempt_id', ApplicationAttemptIdProto)],
);

export interface GetContainersResponseProto extends Message {
  containers?: readonly ContainerReportProto[] | undefined;
}
export const GetContainersResponseProto: MessageType<GetContainersResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetContainersResponseProto',
  () => [repeated(1, 'containers', ContainerReportProto)],
);

export interface UseSharedCacheResourceRequestProto extends Message {
  applicationId?: ApplicationIdProto | undefined;
  resourceKey?: string | undefined;
}
export const UseSharedCacheResourceRequestProto: MessageType<UseSharedCacheResourceRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UseSharedCacheResourceRequestProto', () => [
    optional(1, 'applicationId', ApplicationIdProto),
    optional(2, 'resourceKey', 'string'),
  ]);

export interface UseSharedCacheResourceResponseProto extends Message {
  path?: string | undefined;
}
export const UseSharedCacheResourceResponseProto: MessageType<UseSharedCacheResourceResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.UseSharedCacheResourceResponseProto', () => [optional(1, 'path', 'string')]);

export interface ReleaseSharedCacheResourceRequestProto extends Message {
  applicationId?: ApplicationIdProto | undefined;
  resourceKey?: string | undefined;
}
export const ReleaseSharedCacheResourceRequestProto: MessageType<ReleaseSharedCacheResourceRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReleaseSharedCacheResourceRequestProto', () => [
    optional(1, 'applicationId', ApplicationIdProto),
    optional(2, 'resourceKey', 'string'),
  ]);

export interface ReleaseSharedCacheResourceResponseProto extends Message {}
export const ReleaseSharedCacheResourceResponseProto: MessageType<ReleaseSharedCacheResourceResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReleaseSharedCacheResourceResponseProto', () => []);

export interface GetNewReservationRequestProto extends Message {}
export const GetNewReservationRequestProto: MessageType<GetNewReservationRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetNewReservationRequestProto',
  () => [],
);

export interface GetNewReservationResponseProto extends Message {
  reservation_id?: ReservationIdProto | undefined;
}
export const GetNewReservationResponseProto: MessageType<GetNewReservationResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.GetNewReservationResponseProto',
  () => [optional(1, 'reservation_id', ReservationIdProto)],
);

export interface ReservationSubmissionRequestProto extends Message {
  queue?: string | undefined;
  reservation_definition?: ReservationDefinitionProto | undefined;
  reservation_id?: ReservationIdProto | undefined;
}
export const ReservationSubmissionRequestProto: MessageType<ReservationSubmissionRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReservationSubmissionRequestProto', () => [
    optional(1, 'queue', 'string'),
    optional(2, 'reservation_definition', ReservationDefinitionProto),
    optional(3, 'reservation_id', ReservationIdProto),
  ]);

export interface ReservationSubmissionResponseProto extends Message {}
export const ReservationSubmissionResponseProto: MessageType<ReservationSubmissionResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReservationSubmissionResponseProto', () => []);

export interface ReservationUpdateRequestProto extends Message {
  reservation_definition?: ReservationDefinitionProto | undefined;
  reservation_id?: ReservationIdProto | undefined;
}
export const ReservationUpdateRequestProto: MessageType<ReservationUpdateRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationUpdateRequestProto',
  () => [
    optional(1, 'reservation_definition', ReservationDefinitionProto),
    optional(2, 'reservation_id', ReservationIdProto),
  ],
);

export interface ReservationUpdateResponseProto extends Message {}
export const ReservationUpdateResponseProto: MessageType<ReservationUpdateResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationUpdateResponseProto',
  () => [],
);

export interface ReservationDeleteRequestProto extends Message {
  reservation_id?: ReservationIdProto | undefined;
}
export const ReservationDeleteRequestProto: MessageType<ReservationDeleteRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationDeleteRequestProto',
  () => [optional(1, 'reservation_id', ReservationIdProto)],
);

export interface ReservationDeleteResponseProto extends Message {}
export const ReservationDeleteResponseProto: MessageType<ReservationDeleteResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationDeleteResponseProto',
  () => [],
);

export interface ReservationListRequestProto extends Message {
  queue?: string | undefined;
  reservation_id?: string | undefined;
  start_time?: number | undefined;
  end_time?: number | undefined;
  include_resource_allocations?: boolean | undefined;
}
export const ReservationListRequestProto: MessageType<ReservationListRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationListRequestProto',
  () => [
    optional(1, 'queue', 'string'),
    optional(3, 'reservation_id', 'string'),
    optional(4, 'start_time', 'int64'),
    optional(5, 'end_time', 'int64'),
    optional(6, 'include_resource_allocations', 'bool'),
  ],
);

export interface ReservationListResponseProto extends Message {
  reservations?: readonly ReservationAllocationStateProto[] | undefined;
}
export const ReservationListResponseProto: MessageType<ReservationListResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationListResponseProto',
  () => [repeated(1, 'reservations', ReservationAllocationStateProto)],
);

export interface RunSharedCacheCleanerTaskRequestProto extends Message {}
export const RunSharedCacheCleanerTaskRequestProto: MessageType<RunSharedCacheCleanerTaskRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.RunSharedCacheCleanerTaskRequestProto', () => []);

export interface RunSharedCacheCleanerTaskResponseProto extends Message {
  accepted?: boolean | undefined;
}
export const RunSharedCacheCleanerTaskResponseProto: MessageType<RunSharedCacheCleanerTaskResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.RunSharedCacheCleanerTaskResponseProto', () => [
    optional(1, 'accepted', 'bool'),
  ]);

export interface GetLocalizationStatusesRequestProto extends Message {
  container_id?: readonly ContainerIdProto[] | undefined;
}
export const GetLocalizationStatusesRequestProto: MessageType<GetLocalizationStatusesRequestProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetLocalizationStatusesRequestProto', () => [
    repeated(1, 'container_id', ContainerIdProto),
  ]);

export interface GetLocalizationStatusesResponseProto extends Message {
  cntn_localization_statuses?: readonly ContainerLocalizationStatusesProto[] | undefined;
  failed_requests?: readonly ContainerExceptionMapProto[] | undefined;
}
export const GetLocalizationStatusesResponseProto: MessageType<GetLocalizationStatusesResponseProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.GetLocalizationStatusesResponseProto', () => [
    repeated(1, 'cntn_localization_statuses', ContainerLocalizationStatusesProto),
    repeated(2, 'failed_requests', ContainerExceptionMapProto),
  ]);

export interface LocalizationStatusProto extends Message {
  resource_key?: string | undefined;
  localization_state?: LocalizationStateProto | undefined;
  diagnostics?: string | undefined;
}
export const LocalizationStatusProto: MessageType<LocalizationStatusProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.LocalizationStatusProto',
  () => [
    optional(1, 'resource_key', 'string'),
    optional(2, 'localization_state', LocalizationStateProto),
    optional(3, 'diagnostics', 'string'),
  ],
);

export interface ContainerLocalizationStatusesProto extends Message {
  container_id?: ContainerIdProto | undefined;
  localization_statuses?: readonly LocalizationStatusProto[] | undefined;
}
export const ContainerLocalizationStatusesProto: MessageType<ContainerLocalizationStatusesProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ContainerLocalizationStatusesProto', () => [
    optional(1, 'container_id', ContainerIdProto),
    repeated(2, 'localization_statuses', LocalizationStatusProto),
  ]);
