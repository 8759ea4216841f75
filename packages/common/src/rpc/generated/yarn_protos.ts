/** Generated from proto/yarn_protos.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
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

export const ResourceTypesProto = /* @__PURE__ */ enumType('hadoop.yarn.ResourceTypesProto', { COUNTABLE: 0 });
export type ResourceTypesProto = keyof typeof ResourceTypesProto.numbers & string;

export const ContainerStateProto = /* @__PURE__ */ enumType('hadoop.yarn.ContainerStateProto', {
  C_NEW: 1,
  C_RUNNING: 2,
  C_COMPLETE: 3,
});
export type ContainerStateProto = keyof typeof ContainerStateProto.numbers & string;

export const ContainerSubStateProto = /* @__PURE__ */ enumType('hadoop.yarn.ContainerSubStateProto', {
  CSS_SCHEDULED: 1,
  CSS_RUNNING: 2,
  CSS_PAUSED: 3,
  CSS_COMPLETING: 4,
  CSS_DONE: 5,
});
export type ContainerSubStateProto = keyof typeof ContainerSubStateProto.numbers & string;

export const YarnApplicationStateProto = /* @__PURE__ */ enumType('hadoop.yarn.YarnApplicationStateProto', {
  NEW: 1,
  NEW_SAVING: 2,
  SUBMITTED: 3,
  ACCEPTED: 4,
  RUNNING: 5,
  FINISHED: 6,
  FAILED: 7,
  KILLED: 8,
});
export type YarnApplicationStateProto = keyof typeof YarnApplicationStateProto.numbers & string;

export const YarnApplicationAttemptStateProto = /* @__PURE__ */ enumType(
  'hadoop.yarn.YarnApplicationAttemptStateProto',
  {
    APP_ATTEMPT_NEW: 1,
    APP_ATTEMPT_SUBMITTED: 2,
    APP_ATTEMPT_SCHEDULED: 3,
    APP_ATTEMPT_ALLOCATED_SAVING: 4,
    APP_ATTEMPT_ALLOCATED: 5,
    APP_ATTEMPT_LAUNCHED: 6,
    APP_ATTEMPT_FAILED: 7,
    APP_ATTEMPT_RUNNING: 8,
    APP_ATTEMPT_FINISHING: 9,
    APP_ATTEMPT_FINISHED: 10,
    APP_ATTEMPT_KILLED: 11,
  },
);
export type YarnApplicationAttemptStateProto = keyof typeof YarnApplicationAttemptStateProto.numbers & string;

export const FinalApplicationStatusProto = /* @__PURE__ */ enumType('hadoop.yarn.FinalApplicationStatusProto', {
  APP_UNDEFINED: 0,
  APP_SUCCEEDED: 1,
  APP_FAILED: 2,
  APP_KILLED: 3,
  APP_ENDED: 4,
});
export type FinalApplicationStatusProto = keyof typeof FinalApplicationStatusProto.numbers & string;

export const LocalResourceVisibilityProto = /* @__PURE__ */ enumType('hadoop.yarn.LocalResourceVisibilityProto', {
  PUBLIC: 1,
  PRIVATE: 2,
  APPLICATION: 3,
});
export type LocalResourceVisibilityProto = keyof typeof LocalResourceVisibilityProto.numbers & string;

export const LocalResourceTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.LocalResourceTypeProto', {
  ARCHIVE: 1,
  FILE: 2,
  PATTERN: 3,
});
export type LocalResourceTypeProto = keyof typeof LocalResourceTypeProto.numbers & string;

export const LogAggregationStatusProto = /* @__PURE__ */ enumType('hadoop.yarn.LogAggregationStatusProto', {
  LOG_DISABLED: 1,
  LOG_NOT_START: 2,
  LOG_RUNNING: 3,
  LOG_SUCCEEDED: 4,
  LOG_FAILED: 5,
  LOG_TIME_OUT: 6,
  LOG_RUNNING_WITH_FAILURE: 7,
});
export type LogAggregationStatusProto = keyof typeof LogAggregationStatusProto.numbers & string;

export const NodeStateProto = /* @__PURE__ */ enumType('hadoop.yarn.NodeStateProto', {
  NS_NEW: 1,
  NS_RUNNING: 2,
  NS_UNHEALTHY: 3,
  NS_DECOMMISSIONED: 4,
  NS_LOST: 5,
  NS_REBOOTED: 6,
  NS_DECOMMISSIONING: 7,
  NS_SHUTDOWN: 8,
});
export type NodeStateProto = keyof typeof NodeStateProto.numbers & string;

export const NodeUpdateTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.NodeUpdateTypeProto', {
  NODE_USABLE: 0,
  NODE_UNUSABLE: 1,
  NODE_DECOMMISSIONING: 2,
});
export type NodeUpdateTypeProto = keyof typeof NodeUpdateTypeProto.numbers & string;

export const NodeAttributeTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.NodeAttributeTypeProto', { STRING: 1 });
export type NodeAttributeTypeProto = keyof typeof NodeAttributeTypeProto.numbers & string;

export const ContainerTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.ContainerTypeProto', {
  APPLICATION_MASTER: 1,
  TASK: 2,
});
export type ContainerTypeProto = keyof typeof ContainerTypeProto.numbers & string;

export const ExecutionTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.ExecutionTypeProto', {
  GUARANTEED: 1,
  OPPORTUNISTIC: 2,
});
export type ExecutionTypeProto = keyof typeof ExecutionTypeProto.numbers & string;

export const AMCommandProto = /* @__PURE__ */ enumType('hadoop.yarn.AMCommandProto', { AM_RESYNC: 1, AM_SHUTDOWN: 2 });
export type AMCommandProto = keyof typeof AMCommandProto.numbers & string;

export const RejectionReasonProto = /* @__PURE__ */ enumType('hadoop.yarn.RejectionReasonProto', {
  RRP_COULD_NOT_PLACE_ON_NODE: 1,
  RRP_COULD_NOT_SCHEDULE_ON_NODE: 2,
});
export type RejectionReasonProto = keyof typeof RejectionReasonProto.numbers & string;

export const ApplicationTimeoutTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.ApplicationTimeoutTypeProto', {
  APP_TIMEOUT_LIFETIME: 1,
});
export type ApplicationTimeoutTypeProto = keyof typeof ApplicationTimeoutTypeProto.numbers & string;

export const ApplicationAccessTypeProto = /* @__PURE__ */ enumType('hadoop.yarn.ApplicationAccessTypeProto', {
  APPACCESS_VIEW_APP: 1,
  APPACCESS_MODIFY_APP: 2,
});
export type ApplicationAccessTypeProto = keyof typeof ApplicationAccessTypeProto.numbers & string;

export const QueueStateProto = /* @__PURE__ */ enumType('hadoop.yarn.QueueStateProto', {
  Q_STOPPED: 1,
  Q_RUNNING: 2,
  Q_DRAINING: 3,
});
export type QueueStateProto = keyof typeof QueueStateProto.numbers & string;

export const QueueACLProto = /* @__PURE__ */ enumType('hadoop.yarn.QueueACLProto', {
  QACL_SUBMIT_APPLICATIONS: 1,
  QACL_ADMINISTER_QUEUE: 2,
});
export type QueueACLProto = keyof typeof QueueACLProto.numbers & string;

export const SignalContainerCommandProto = /* @__PURE__ */ enumType('hadoop.yarn.SignalContainerCommandProto', {
  OUTPUT_THREAD_DUMP: 1,
  GRACEFUL_SHUTDOWN: 2,
  FORCEFUL_SHUTDOWN: 3,
});
export type SignalContainerCommandProto = keyof typeof SignalContainerCommandProto.numbers & string;

export const NodeAttributeOpCodeProto = /* @__PURE__ */ enumType('hadoop.yarn.NodeAttributeOpCodeProto', {
  NO_OP: 1,
  EQ: 2,
  NE: 3,
});
export type NodeAttributeOpCodeProto = keyof typeof NodeAttributeOpCodeProto.numbers & string;

export const ReservationRequestInterpreterProto = /* @__PURE__ */ enumType(
  'hadoop.yarn.ReservationRequestInterpreterProto',
  { R_ANY: 0, R_ALL: 1, R_ORDER: 2, R_ORDER_NO_GAP: 3 },
);
export type ReservationRequestInterpreterProto = keyof typeof ReservationRequestInterpreterProto.numbers & string;

export const ContainerExitStatusProto = /* @__PURE__ */ enumType('hadoop.yarn.ContainerExitStatusProto', {
  SUCCESS: 0,
  INVALID: -1000,
  ABORTED: -100,
  DISKS_FAILED: -101,
});
export type ContainerExitStatusProto = keyof typeof ContainerExitStatusProto.numbers & string;

export const ContainerRetryPolicyProto = /* @__PURE__ */ enumType('hadoop.yarn.ContainerRetryPolicyProto', {
  NEVER_RETRY: 0,
  RETRY_ON_ALL_ERRORS: 1,
  RETRY_ON_SPECIFIC_ERROR_CODES: 2,
});
export type ContainerRetryPolicyProto = keyof typeof ContainerRetryPolicyProto.numbers & string;

/** An error inside an answer: a class name of Hadoop, a message, perhaps a cause. */
export interface SerializedExceptionProto extends Message {
  message?: string | undefined;
  trace?: string | undefined;
  class_name?: string | undefined;
  cause?: SerializedExceptionProto | undefined;
}
export const SerializedExceptionProto: MessageType<SerializedExceptionProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SerializedExceptionProto',
  () => [
    optional(1, 'message', 'string'),
    optional(2, 'trace', 'string'),
    optional(3, 'class_name', 'string'),
    optional(4, 'cause', SerializedExceptionProto),
  ],
);

/** application_<cluster_timestamp>_<id>. */
export interface ApplicationIdProto extends Message {
  id?: number | undefined;
  cluster_timestamp?: number | undefined;
}
export const ApplicationIdProto: MessageType<ApplicationIdProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ApplicationIdProto',
  () => [optional(1, 'id', 'int32'), optional(2, 'cluster_timestamp', 'int64')],
);

/** Attempts count from 1. */
export interface ApplicationAttemptIdProto extends Message {
  application_id?: ApplicationIdProto | undefined;
  attemptId?: number | undefined;
}
export const ApplicationAttemptIdProto: MessageType<ApplicationAttemptIdProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ApplicationAttemptIdProto',
  () => [optional(1, 'application_id', ApplicationIdProto), optional(2, 'attemptId', 'int32')],
);

/** id = RM epoch << 40 | sequence: beyond 2^53 from epoch 8192 on. app_id is never sent. */
export interface ContainerIdProto extends Message {
  app_id?: ApplicationIdProto | undefined;
  app_attempt_id?: ApplicationAttemptIdProto | undefined;
  id?: string | undefined;
}
export const ContainerIdProto: MessageType<ContainerIdProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerIdProto',
  () => [
    optional(1, 'app_id', ApplicationIdProto),
    optional(2, 'app_attempt_id', ApplicationAttemptIdProto),
    optional(3, 'id', 'int64Text'),
  ],
);

/** One countable resource by name, such as `memory-mb` or `yarn.io/gpu`. */
export interface ResourceInformationProto extends Message {
  key: string;
  value?: number | undefined;
  units?: string | undefined;
  type?: ResourceTypesProto | undefined;
  tags?: readonly string[] | undefined;
  attributes?: readonly StringStringMapProto[] | undefined;
}
export const ResourceInformationProto: MessageType<ResourceInformationProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceInformationProto',
  () => [
    required(1, 'key', 'string'),
    optional(2, 'value', 'int64'),
    optional(3, 'units', 'string'),
    optional(4, 'type', ResourceTypesProto),
    repeated(5, 'tags', 'string'),
    repeated(6, 'attributes', StringStringMapProto),
  ],
);

export interface ResourceTypeInfoProto extends Message {
  name: string;
  units?: string | undefined;
  type?: ResourceTypesProto | undefined;
}
export const ResourceTypeInfoProto: MessageType<ResourceTypeInfoProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceTypeInfoProto',
  () => [required(1, 'name', 'string'), optional(2, 'units', 'string'), optional(3, 'type', ResourceTypesProto)],
);

/** memory is in MiB. */
export interface ResourceProto extends Message {
  /** MiB. */
  memory?: number | undefined;
  virtual_cores?: number | undefined;
  resource_value_map?: readonly ResourceInformationProto[] | undefined;
}
export const ResourceProto: MessageType<ResourceProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceProto',
  () => [
    optional(1, 'memory', 'int64'),
    optional(2, 'virtual_cores', 'int32'),
    repeated(3, 'resource_value_map', ResourceInformationProto),
  ],
);

/** pmem and vmem in MiB; cpu in cores. */
export interface ResourceUtilizationProto extends Message {
  pmem?: number | undefined;
  vmem?: number | undefined;
  cpu?: number | undefined;
  customResources?: readonly StringFloatMapProto[] | undefined;
}
export const ResourceUtilizationProto: MessageType<ResourceUtilizationProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceUtilizationProto',
  () => [
    optional(1, 'pmem', 'int32'),
    optional(2, 'vmem', 'int32'),
    optional(3, 'cpu', 'float'),
    repeated(4, 'customResources', StringFloatMapProto),
  ],
);

export interface ResourceOptionProto extends Message {
  resource?: ResourceProto | undefined;
  over_commit_timeout?: number | undefined;
}
export const ResourceOptionProto: MessageType<ResourceOptionProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceOptionProto',
  () => [optional(1, 'resource', ResourceProto), optional(2, 'over_commit_timeout', 'int32')],
);

export interface ResourceProfileEntry extends Message {
  name: string;
  resources: ResourceProto;
}
export const ResourceProfileEntry: MessageType<ResourceProfileEntry> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceProfileEntry',
  () => [required(1, 'name', 'string'), required(2, 'resources', ResourceProto)],
);

export interface ResourceProfilesProto extends Message {
  resource_profiles_map?: readonly ResourceProfileEntry[] | undefined;
}
export const ResourceProfilesProto: MessageType<ResourceProfilesProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceProfilesProto',
  () => [repeated(1, 'resource_profiles_map', ResourceProfileEntry)],
);

export interface NodeResourceMapProto extends Message {
  node_id?: NodeIdProto | undefined;
  resource_option?: ResourceOptionProto | undefined;
}
export const NodeResourceMapProto: MessageType<NodeResourceMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeResourceMapProto',
  () => [optional(1, 'node_id', NodeIdProto), optional(2, 'resource_option', ResourceOptionProto)],
);

/** Containers: lower is more urgent. Applications: higher is more important. */
export interface PriorityProto extends Message {
  priority?: number | undefined;
}
export const PriorityProto: MessageType<PriorityProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.PriorityProto',
  () => [optional(1, 'priority', 'int32')],
);

/** An allocation, with the token that lets its holder start it. */
export interface ContainerProto extends Message {
  id?: ContainerIdProto | undefined;
  /** Where to start it. */
  nodeId?: NodeIdProto | undefined;
  /** host:port of the node's pages. */
  node_http_address?: string | undefined;
  resource?: ResourceProto | undefined;
  priority?: PriorityProto | undefined;
  /** Show it to the node to start the container. */
  container_token?: TokenProto | undefined;
  execution_type?: ExecutionTypeProto | undefined;
  /** That of the ask it was given for. */
  allocation_request_id?: number | undefined;
  version?: number | undefined;
  allocation_tags?: readonly string[] | undefined;
  exposed_ports?: string | undefined;
}
export const ContainerProto: MessageType<ContainerProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerProto',
  () => [
    optional(1, 'id', ContainerIdProto),
    optional(2, 'nodeId', NodeIdProto),
    optional(3, 'node_http_address', 'string'),
    optional(4, 'resource', ResourceProto),
    optional(5, 'priority', PriorityProto),
    optional(6, 'container_token', TokenProto),
    optional(7, 'execution_type', ExecutionTypeProto),
    optional(8, 'allocation_request_id', 'int64'),
    optional(9, 'version', 'int32'),
    repeated(10, 'allocation_tags', 'string'),
    optional(11, 'exposed_ports', 'string'),
  ],
);

export interface ContainerReportProto extends Message {
  container_id?: ContainerIdProto | undefined;
  resource?: ResourceProto | undefined;
  node_id?: NodeIdProto | undefined;
  priority?: PriorityProto | undefined;
  creation_time?: number | undefined;
  finish_time?: number | undefined;
  diagnostics_info?: string | undefined;
  log_url?: string | undefined;
  container_exit_status?: number | undefined;
  container_state?: ContainerStateProto | undefined;
  node_http_address?: string | undefined;
  executionType?: ExecutionTypeProto | undefined;
  exposed_ports?: string | undefined;
}
export const ContainerReportProto: MessageType<ContainerReportProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerReportProto',
  () => [
    optional(1, 'container_id', ContainerIdProto),
    optional(2, 'resource', ResourceProto),
    optional(3, 'node_id', NodeIdProto),
    optional(4, 'priority', PriorityProto),
    optional(5, 'creation_time', 'int64'),
    optional(6, 'finish_time', 'int64'),
    optional(7, 'diagnostics_info', 'string'),
    optional(8, 'log_url', 'string'),
    optional(9, 'container_exit_status', 'int32'),
    optional(10, 'container_state', ContainerStateProto),
    optional(11, 'node_http_address', 'string'),
    optional(12, 'executionType', ExecutionTypeProto),
    optional(13, 'exposed_ports', 'string'),
  ],
);

/** `file:` has port -1 and no host. */
export interface URLProto extends Message {
  scheme?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  file?: string | undefined;
  userInfo?: string | undefined;
}
export const URLProto: MessageType<URLProto> = /* @__PURE__ */ messageType('hadoop.yarn.URLProto', () => [
  optional(1, 'scheme', 'string'),
  optional(2, 'host', 'string'),
  optional(3, 'port', 'int32'),
  optional(4, 'file', 'string'),
  optional(5, 'userInfo', 'string'),
]);

/** timestamp is the modification time of the source in ms; a fetch fails where it differs. */
export interface LocalResourceProto extends Message {
  resource?: URLProto | undefined;
  /** Bytes. */
  size?: number | undefined;
  /** Modification time of the source in ms; the fetch fails where it differs. */
  timestamp?: number | undefined;
  type?: LocalResourceTypeProto | undefined;
  visibility?: LocalResourceVisibilityProto | undefined;
  /** For type PATTERN, which is refused. */
  pattern?: string | undefined;
  /** Not read. */
  should_be_uploaded_to_shared_cache?: boolean | undefined;
}
export const LocalResourceProto: MessageType<LocalResourceProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.LocalResourceProto',
  () => [
    optional(1, 'resource', URLProto),
    optional(2, 'size', 'int64'),
    optional(3, 'timestamp', 'int64'),
    optional(4, 'type', LocalResourceTypeProto),
    optional(5, 'visibility', LocalResourceVisibilityProto),
    optional(6, 'pattern', 'string'),
    optional(7, 'should_be_uploaded_to_shared_cache', 'bool'),
  ],
);

export interface StringLongMapProto extends Message {
  key: string;
  value: number;
}
export const StringLongMapProto: MessageType<StringLongMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StringLongMapProto',
  () => [required(1, 'key', 'string'), required(2, 'value', 'int64')],
);

export interface StringFloatMapProto extends Message {
  key: string;
  value: number;
}
export const StringFloatMapProto: MessageType<StringFloatMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StringFloatMapProto',
  () => [required(1, 'key', 'string'), required(2, 'value', 'float')],
);

export interface ApplicationResourceUsageReportProto extends Message {
  num_used_containers?: number | undefined;
  num_reserved_containers?: number | undefined;
  used_resources?: ResourceProto | undefined;
  reserved_resources?: ResourceProto | undefined;
  needed_resources?: ResourceProto | undefined;
  memory_seconds?: number | undefined;
  vcore_seconds?: number | undefined;
  queue_usage_percentage?: number | undefined;
  cluster_usage_percentage?: number | undefined;
  preempted_memory_seconds?: number | undefined;
  preempted_vcore_seconds?: number | undefined;
  application_resource_usage_map?: readonly StringLongMapProto[] | undefined;
  application_preempted_resource_usage_map?: readonly StringLongMapProto[] | undefined;
}
export const ApplicationResourceUsageReportProto: MessageType<ApplicationResourceUsageReportProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ApplicationResourceUsageReportProto', () => [
    optional(1, 'num_used_containers', 'int32'),
    optional(2, 'num_reserved_containers', 'int32'),
    optional(3, 'used_resources', ResourceProto),
    optional(4, 'reserved_resources', ResourceProto),
    optional(5, 'needed_resources', ResourceProto),
    optional(6, 'memory_seconds', 'int64'),
    optional(7, 'vcore_seconds', 'int64'),
    optional(8, 'queue_usage_percentage', 'float'),
    optional(9, 'cluster_usage_percentage', 'float'),
    optional(10, 'preempted_memory_seconds', 'int64'),
    optional(11, 'preempted_vcore_seconds', 'int64'),
    repeated(12, 'application_resource_usage_map', StringLongMapProto),
    repeated(13, 'application_preempted_resource_usage_map', StringLongMapProto),
  ]);

/** host `N/A` and rpc_port -1 until the AM has registered. Times in ms since 1970. */
export interface ApplicationReportProto extends Message {
  applicationId?: ApplicationIdProto | undefined;
  user?: string | undefined;
  queue?: string | undefined;
  name?: string | undefined;
  host?: string | undefined;
  rpc_port?: number | undefined;
  client_to_am_token?: TokenProto | undefined;
  yarn_application_state?: YarnApplicationStateProto | undefined;
  trackingUrl?: string | undefined;
  diagnostics?: string | undefined;
  startTime?: number | undefined;
  finishTime?: number | undefined;
  final_application_status?: FinalApplicationStatusProto | undefined;
  app_resource_Usage?: ApplicationResourceUsageReportProto | undefined;
  originalTrackingUrl?: string | undefined;
  currentApplicationAttemptId?: ApplicationAttemptIdProto | undefined;
  progress?: number | undefined;
  applicationType?: string | undefined;
  am_rm_token?: TokenProto | undefined;
  applicationTags?: readonly string[] | undefined;
  log_aggregation_status?: LogAggregationStatusProto | undefined;
  unmanaged_application?: boolean | undefined;
  priority?: PriorityProto | undefined;
  appNodeLabelExpression?: string | undefined;
  amNodeLabelExpression?: string | undefined;
  appTimeouts?: readonly AppTimeoutsMapProto[] | undefined;
  launchTime?: number | undefined;
  submitTime?: number | undefined;
  rmClusterId?: string | undefined;
}
export const ApplicationReportProto: MessageType<ApplicationReportProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ApplicationReportProto',
  () => [
    optional(1, 'applicationId', ApplicationIdProto),
    optional(2, 'user', 'string'),
    optional(3, 'queue', 'string'),
    optional(4, 'name', 'string'),
    optional(5, 'host', 'string'),
    optional(6, 'rpc_port', 'int32'),
    optional(7, 'client_to_am_token', TokenProto),
    optional(8, 'yarn_application_state', YarnApplicationStateProto),
    optional(9, 'trackingUrl', 'string'),
    optional(10, 'diagnostics', 'string'),
    optional(11, 'startTime', 'int64'),
    optional(12, 'finishTime', 'int64'),
    optional(13, 'final_application_status', FinalApplicationStatusProto),
    optional(14, 'app_resource_Usage', ApplicationResourceUsageReportProto),
    optional(15, 'originalTrackingUrl', 'string'),
    optional(16, 'currentApplicationAttemptId', ApplicationAttemptIdProto),
    optional(17, 'progress', 'float'),
    optional(18, 'applicationType', 'string'),
    optional(19, 'am_rm_token', TokenProto),
    repeated(20, 'applicationTags', 'string'),
    optional(21, 'log_aggregation_status', LogAggregationStatusProto),
    optional(22, 'unmanaged_application', 'bool'),
    optional(23, 'priority', PriorityProto),
    optional(24, 'appNodeLabelExpression', 'string'),
    optional(25, 'amNodeLabelExpression', 'string'),
    repeated(26, 'appTimeouts', AppTimeoutsMapProto),
    optional(27, 'launchTime', 'int64'),
    optional(28, 'submitTime', 'int64'),
    optional(29, 'rmClusterId', 'string'),
  ],
);

export interface AppTimeoutsMapProto extends Message {
  application_timeout_type?: ApplicationTimeoutTypeProto | undefined;
  application_timeout?: ApplicationTimeoutProto | undefined;
}
export const AppTimeoutsMapProto: MessageType<AppTimeoutsMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.AppTimeoutsMapProto',
  () => [
    optional(1, 'application_timeout_type', ApplicationTimeoutTypeProto),
    optional(2, 'application_timeout', ApplicationTimeoutProto),
  ],
);

export interface ApplicationTimeoutProto extends Message {
  application_timeout_type: ApplicationTimeoutTypeProto;
  expire_time?: string | undefined;
  remaining_time?: number | undefined;
}
export const ApplicationTimeoutProto: MessageType<ApplicationTimeoutProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ApplicationTimeoutProto',
  () => [
    required(1, 'application_timeout_type', ApplicationTimeoutTypeProto),
    optional(2, 'expire_time', 'string'),
    optional(3, 'remaining_time', 'int64'),
  ],
);

export interface ApplicationAttemptReportProto extends Message {
  application_attempt_id?: ApplicationAttemptIdProto | undefined;
  host?: string | undefined;
  rpc_port?: number | undefined;
  tracking_url?: string | undefined;
  diagnostics?: string | undefined;
  yarn_application_attempt_state?: YarnApplicationAttemptStateProto | undefined;
  am_container_id?: ContainerIdProto | undefined;
  original_tracking_url?: string | undefined;
  startTime?: number | undefined;
  finishTime?: number | undefined;
}
export const ApplicationAttemptReportProto: MessageType<ApplicationAttemptReportProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ApplicationAttemptReportProto',
  () => [
    optional(1, 'application_attempt_id', ApplicationAttemptIdProto),
    optional(2, 'host', 'string'),
    optional(3, 'rpc_port', 'int32'),
    optional(4, 'tracking_url', 'string'),
    optional(5, 'diagnostics', 'string'),
    optional(6, 'yarn_application_attempt_state', YarnApplicationAttemptStateProto),
    optional(7, 'am_container_id', ContainerIdProto),
    optional(8, 'original_tracking_url', 'string'),
    optional(9, 'startTime', 'int64'),
    optional(10, 'finishTime', 'int64'),
  ],
);

/** Address of the container manager, not of the web pages. */
export interface NodeIdProto extends Message {
  host?: string | undefined;
  port?: number | undefined;
}
export const NodeIdProto: MessageType<NodeIdProto> = /* @__PURE__ */ messageType('hadoop.yarn.NodeIdProto', () => [
  optional(1, 'host', 'string'),
  optional(2, 'port', 'int32'),
]);

/** A node as clients and AMs see it. */
export interface NodeReportProto extends Message {
  nodeId?: NodeIdProto | undefined;
  httpAddress?: string | undefined;
  rackName?: string | undefined;
  used?: ResourceProto | undefined;
  capability?: ResourceProto | undefined;
  numContainers?: number | undefined;
  node_state?: NodeStateProto | undefined;
  health_report?: string | undefined;
  last_health_report_time?: number | undefined;
  node_labels?: readonly string[] | undefined;
  containers_utilization?: ResourceUtilizationProto | undefined;
  node_utilization?: ResourceUtilizationProto | undefined;
  decommissioning_timeout?: number | undefined;
  node_update_type?: NodeUpdateTypeProto | undefined;
  node_attributes?: readonly NodeAttributeProto[] | undefined;
}
export const NodeReportProto: MessageType<NodeReportProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeReportProto',
  () => [
    optional(1, 'nodeId', NodeIdProto),
    optional(2, 'httpAddress', 'string'),
    optional(3, 'rackName', 'string'),
    optional(4, 'used', ResourceProto),
    optional(5, 'capability', ResourceProto),
    optional(6, 'numContainers', 'int32'),
    optional(7, 'node_state', NodeStateProto),
    optional(8, 'health_report', 'string'),
    optional(9, 'last_health_report_time', 'int64'),
    repeated(10, 'node_labels', 'string'),
    optional(11, 'containers_utilization', ResourceUtilizationProto),
    optional(12, 'node_utilization', ResourceUtilizationProto),
    optional(13, 'decommissioning_timeout', 'uint32'),
    optional(14, 'node_update_type', NodeUpdateTypeProto),
    repeated(15, 'node_attributes', NodeAttributeProto),
  ],
);

export interface NodeIdToLabelsProto extends Message {
  nodeId?: NodeIdProto | undefined;
  nodeLabels?: readonly string[] | undefined;
}
export const NodeIdToLabelsProto: MessageType<NodeIdToLabelsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeIdToLabelsProto',
  () => [optional(1, 'nodeId', NodeIdProto), repeated(2, 'nodeLabels', 'string')],
);

export interface LabelsToNodeIdsProto extends Message {
  nodeLabels?: string | undefined;
  nodeId?: readonly NodeIdProto[] | undefined;
}
export const LabelsToNodeIdsProto: MessageType<LabelsToNodeIdsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.LabelsToNodeIdsProto',
  () => [optional(1, 'nodeLabels', 'string'), repeated(2, 'nodeId', NodeIdProto)],
);

export interface NodeLabelProto extends Message {
  name?: string | undefined;
  isExclusive?: boolean | undefined;
}
export const NodeLabelProto: MessageType<NodeLabelProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeLabelProto',
  () => [optional(1, 'name', 'string'), optional(2, 'isExclusive', 'bool')],
);

export interface NodeAttributeKeyProto extends Message {
  attributePrefix?: string | undefined;
  attributeName: string;
}
export const NodeAttributeKeyProto: MessageType<NodeAttributeKeyProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeAttributeKeyProto',
  () => [optional(1, 'attributePrefix', 'string'), required(2, 'attributeName', 'string')],
);

export interface NodeAttributeProto extends Message {
  attributeKey: NodeAttributeKeyProto;
  attributeType?: NodeAttributeTypeProto | undefined;
  attributeValue?: string | undefined;
}
export const NodeAttributeProto: MessageType<NodeAttributeProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeAttributeProto',
  () => [
    required(1, 'attributeKey', NodeAttributeKeyProto),
    optional(2, 'attributeType', NodeAttributeTypeProto),
    optional(3, 'attributeValue', 'string'),
  ],
);

export interface NodeAttributeInfoProto extends Message {
  attributeKey: NodeAttributeKeyProto;
  attributeType: NodeAttributeTypeProto;
}
export const NodeAttributeInfoProto: MessageType<NodeAttributeInfoProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeAttributeInfoProto',
  () => [required(1, 'attributeKey', NodeAttributeKeyProto), required(2, 'attributeType', NodeAttributeTypeProto)],
);

export interface NodeToAttributeValueProto extends Message {
  hostname: string;
  attributeValue: string;
}
export const NodeToAttributeValueProto: MessageType<NodeToAttributeValueProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeToAttributeValueProto',
  () => [required(1, 'hostname', 'string'), required(2, 'attributeValue', 'string')],
);

export interface AttributeToNodesProto extends Message {
  nodeAttribute: NodeAttributeKeyProto;
  nodeValueMap?: readonly NodeToAttributeValueProto[] | undefined;
}
export const AttributeToNodesProto: MessageType<AttributeToNodesProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.AttributeToNodesProto',
  () => [required(1, 'nodeAttribute', NodeAttributeKeyProto), repeated(2, 'nodeValueMap', NodeToAttributeValueProto)],
);

export interface NodeToAttributesProto extends Message {
  node?: string | undefined;
  nodeAttributes?: readonly NodeAttributeProto[] | undefined;
}
export const NodeToAttributesProto: MessageType<NodeToAttributesProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NodeToAttributesProto',
  () => [optional(1, 'node', 'string'), repeated(2, 'nodeAttributes', NodeAttributeProto)],
);

export interface DeregisterSubClustersProto extends Message {
  subClusterId?: string | undefined;
  deregisterState?: string | undefined;
  lastHeartBeatTime?: string | undefined;
  information?: string | undefined;
  subClusterState?: string | undefined;
}
export const DeregisterSubClustersProto: MessageType<DeregisterSubClustersProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.DeregisterSubClustersProto',
  () => [
    optional(1, 'subClusterId', 'string'),
    optional(2, 'deregisterState', 'string'),
    optional(3, 'lastHeartBeatTime', 'string'),
    optional(4, 'information', 'string'),
    optional(5, 'subClusterState', 'string'),
  ],
);

export interface FederationQueueWeightProto extends Message {
  routerWeight?: string | undefined;
  amrmWeight?: string | undefined;
  headRoomAlpha?: string | undefined;
  queue?: string | undefined;
  policyManagerClassName?: string | undefined;
}
export const FederationQueueWeightProto: MessageType<FederationQueueWeightProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.FederationQueueWeightProto',
  () => [
    optional(1, 'routerWeight', 'string'),
    optional(2, 'amrmWeight', 'string'),
    optional(3, 'headRoomAlpha', 'string'),
    optional(4, 'queue', 'string'),
    optional(5, 'policyManagerClassName', 'string'),
  ],
);

export interface FederationSubClusterProto extends Message {
  subClusterId?: string | undefined;
  lastHeartBeatTime?: string | undefined;
  subClusterState?: string | undefined;
}
export const FederationSubClusterProto: MessageType<FederationSubClusterProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.FederationSubClusterProto',
  () => [
    optional(1, 'subClusterId', 'string'),
    optional(2, 'lastHeartBeatTime', 'string'),
    optional(3, 'subClusterState', 'string'),
  ],
);

/** num_containers is absolute, not a delta; resource_name is a host, a rack or `*`. */
export interface ResourceRequestProto extends Message {
  /** Lower is more urgent. */
  priority?: PriorityProto | undefined;
  /** Host, rack, or * for anywhere. An ask for a host goes with one for its rack and one for *. */
  resource_name?: string | undefined;
  capability?: ResourceProto | undefined;
  /** Absolute, not a difference; 0 takes the ask back. */
  num_containers?: number | undefined;
  /** On a rack or *: false forbids falling back to it. */
  relax_locality?: boolean | undefined;
  /** Refused unless empty. */
  node_label_expression?: string | undefined;
  execution_type_request?: ExecutionTypeRequestProto | undefined;
  /** Yours, and comes back in the container; -1 for none. */
  allocation_request_id?: number | undefined;
}
export const ResourceRequestProto: MessageType<ResourceRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceRequestProto',
  () => [
    optional(1, 'priority', PriorityProto),
    optional(2, 'resource_name', 'string'),
    optional(3, 'capability', ResourceProto),
    optional(4, 'num_containers', 'int32'),
    optional(5, 'relax_locality', 'bool'),
    optional(6, 'node_label_expression', 'string'),
    optional(7, 'execution_type_request', ExecutionTypeRequestProto),
    optional(8, 'allocation_request_id', 'int64'),
  ],
);

export interface ExecutionTypeRequestProto extends Message {
  execution_type?: ExecutionTypeProto | undefined;
  enforce_execution_type?: boolean | undefined;
}
export const ExecutionTypeRequestProto: MessageType<ExecutionTypeRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ExecutionTypeRequestProto',
  () => [optional(1, 'execution_type', ExecutionTypeProto), optional(2, 'enforce_execution_type', 'bool')],
);

export interface SchedulingRequestProto extends Message {
  allocationRequestId?: number | undefined;
  priority?: PriorityProto | undefined;
  executionType?: ExecutionTypeRequestProto | undefined;
  allocationTags?: readonly string[] | undefined;
  resourceSizing?: ResourceSizingProto | undefined;
  placementConstraint?: PlacementConstraintProto | undefined;
}
export const SchedulingRequestProto: MessageType<SchedulingRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SchedulingRequestProto',
  () => [
    optional(1, 'allocationRequestId', 'int64'),
    optional(2, 'priority', PriorityProto),
    optional(3, 'executionType', ExecutionTypeRequestProto),
    repeated(4, 'allocationTags', 'string'),
    optional(5, 'resourceSizing', ResourceSizingProto),
    optional(6, 'placementConstraint', PlacementConstraintProto),
  ],
);

export interface ResourceSizingProto extends Message {
  numAllocations?: number | undefined;
  resources?: ResourceProto | undefined;
}
export const ResourceSizingProto: MessageType<ResourceSizingProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceSizingProto',
  () => [optional(1, 'numAllocations', 'int32'), optional(2, 'resources', ResourceProto)],
);

export interface RejectedSchedulingRequestProto extends Message {
  reason: RejectionReasonProto;
  request: SchedulingRequestProto;
}
export const RejectedSchedulingRequestProto: MessageType<RejectedSchedulingRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.RejectedSchedulingRequestProto',
  () => [required(1, 'reason', RejectionReasonProto), required(2, 'request', SchedulingRequestProto)],
);

/** strictContract will be taken; contract may be answered by giving back others. */
export interface PreemptionMessageProto extends Message {
  strictContract?: StrictPreemptionContractProto | undefined;
  contract?: PreemptionContractProto | undefined;
}
export const PreemptionMessageProto: MessageType<PreemptionMessageProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.PreemptionMessageProto',
  () => [
    optional(1, 'strictContract', StrictPreemptionContractProto),
    optional(2, 'contract', PreemptionContractProto),
  ],
);

export interface StrictPreemptionContractProto extends Message {
  container?: readonly PreemptionContainerProto[] | undefined;
}
export const StrictPreemptionContractProto: MessageType<StrictPreemptionContractProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StrictPreemptionContractProto',
  () => [repeated(1, 'container', PreemptionContainerProto)],
);

export interface PreemptionContractProto extends Message {
  resource?: readonly PreemptionResourceRequestProto[] | undefined;
  container?: readonly PreemptionContainerProto[] | undefined;
}
export const PreemptionContractProto: MessageType<PreemptionContractProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.PreemptionContractProto',
  () => [repeated(1, 'resource', PreemptionResourceRequestProto), repeated(2, 'container', PreemptionContainerProto)],
);

export interface PreemptionContainerProto extends Message {
  id?: ContainerIdProto | undefined;
}
export const PreemptionContainerProto: MessageType<PreemptionContainerProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.PreemptionContainerProto',
  () => [optional(1, 'id', ContainerIdProto)],
);

export interface PreemptionResourceRequestProto extends Message {
  resource?: ResourceRequestProto | undefined;
}
export const PreemptionResourceRequestProto: MessageType<PreemptionResourceRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.PreemptionResourceRequestProto',
  () => [optional(1, 'resource', ResourceRequestProto)],
);

export interface ResourceBlacklistRequestProto extends Message {
  blacklist_additions?: readonly string[] | undefined;
  blacklist_removals?: readonly string[] | undefined;
}
export const ResourceBlacklistRequestProto: MessageType<ResourceBlacklistRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceBlacklistRequestProto',
  () => [repeated(1, 'blacklist_additions', 'string'), repeated(2, 'blacklist_removals', 'string')],
);

/** attempt_failures_validity_interval in ms; -1 counts every failure. */
export interface ApplicationSubmissionContextProto extends Message {
  application_id?: ApplicationIdProto | undefined;
  application_name?: string | undefined;
  queue?: string | undefined;
  priority?: PriorityProto | undefined;
  am_container_spec?: ContainerLaunchContextProto | undefined;
  cancel_tokens_when_complete?: boolean | undefined;
  unmanaged_am?: boolean | undefined;
  maxAppAttempts?: number | undefined;
  resource?: ResourceProto | undefined;
  applicationType?: string | undefined;
  keep_containers_across_application_attempts?: boolean | undefined;
  applicationTags?: readonly string[] | undefined;
  attempt_failures_validity_interval?: number | undefined;
  log_aggregation_context?: LogAggregationContextProto | undefined;
  reservation_id?: ReservationIdProto | undefined;
  node_label_expression?: string | undefined;
  am_container_resource_request?: readonly ResourceRequestProto[] | undefined;
  application_timeouts?: readonly ApplicationTimeoutMapProto[] | undefined;
  application_scheduling_properties?: readonly StringStringMapProto[] | undefined;
}
export const ApplicationSubmissionContextProto: MessageType<ApplicationSubmissionContextProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ApplicationSubmissionContextProto', () => [
    optional(1, 'application_id', ApplicationIdProto),
    optional(2, 'application_name', 'string'),
    optional(3, 'queue', 'string'),
    optional(4, 'priority', PriorityProto),
    optional(5, 'am_container_spec', ContainerLaunchContextProto),
    optional(6, 'cancel_tokens_when_complete', 'bool'),
    optional(7, 'unmanaged_am', 'bool'),
    optional(8, 'maxAppAttempts', 'int32'),
    optional(9, 'resource', ResourceProto),
    optional(10, 'applicationType', 'string'),
    optional(11, 'keep_containers_across_application_attempts', 'bool'),
    repeated(12, 'applicationTags', 'string'),
    optional(13, 'attempt_failures_validity_interval', 'int64'),
    optional(14, 'log_aggregation_context', LogAggregationContextProto),
    optional(15, 'reservation_id', ReservationIdProto),
    optional(16, 'node_label_expression', 'string'),
    repeated(17, 'am_container_resource_request', ResourceRequestProto),
    repeated(18, 'application_timeouts', ApplicationTimeoutMapProto),
    repeated(19, 'application_scheduling_properties', StringStringMapProto),
  ]);

export interface ApplicationTimeoutMapProto extends Message {
  application_timeout_type?: ApplicationTimeoutTypeProto | undefined;
  timeout?: number | undefined;
}
export const ApplicationTimeoutMapProto: MessageType<ApplicationTimeoutMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ApplicationTimeoutMapProto',
  () => [optional(1, 'application_timeout_type', ApplicationTimeoutTypeProto), optional(2, 'timeout', 'int64')],
);

export interface ApplicationUpdateTimeoutMapProto extends Message {
  application_timeout_type?: ApplicationTimeoutTypeProto | undefined;
  expire_time?: string | undefined;
}
export const ApplicationUpdateTimeoutMapProto: MessageType<ApplicationUpdateTimeoutMapProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ApplicationUpdateTimeoutMapProto', () => [
    optional(1, 'application_timeout_type', ApplicationTimeoutTypeProto),
    optional(2, 'expire_time', 'string'),
  ]);

/** Patterns are regular expressions over file names. */
export interface LogAggregationContextProto extends Message {
  include_pattern?: string | undefined;
  exclude_pattern?: string | undefined;
  rolled_logs_include_pattern?: string | undefined;
  rolled_logs_exclude_pattern?: string | undefined;
  log_aggregation_policy_class_name?: string | undefined;
  log_aggregation_policy_parameters?: string | undefined;
}
export const LogAggregationContextProto: MessageType<LogAggregationContextProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.LogAggregationContextProto',
  () => [
    optional(1, 'include_pattern', 'string'),
    optional(2, 'exclude_pattern', 'string'),
    optional(3, 'rolled_logs_include_pattern', 'string'),
    optional(4, 'rolled_logs_exclude_pattern', 'string'),
    optional(5, 'log_aggregation_policy_class_name', 'string'),
    optional(6, 'log_aggregation_policy_parameters', 'string'),
  ],
);

export interface ApplicationACLMapProto extends Message {
  accessType?: ApplicationAccessTypeProto | undefined;
  acl?: string | undefined;
}
export const ApplicationACLMapProto: MessageType<ApplicationACLMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ApplicationACLMapProto',
  () => [optional(1, 'accessType', ApplicationAccessTypeProto), optional(2, 'acl', 'string')],
);

/** Counts of nodes by state. */
export interface YarnClusterMetricsProto extends Message {
  num_node_managers?: number | undefined;
  num_decommissioned_nms?: number | undefined;
  num_active_nms?: number | undefined;
  num_lost_nms?: number | undefined;
  num_unhealthy_nms?: number | undefined;
  num_rebooted_nms?: number | undefined;
  num_decommissioning_nms?: number | undefined;
  num_shutdown_nms?: number | undefined;
}
export const YarnClusterMetricsProto: MessageType<YarnClusterMetricsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.YarnClusterMetricsProto',
  () => [
    optional(1, 'num_node_managers', 'int32'),
    optional(2, 'num_decommissioned_nms', 'int32'),
    optional(3, 'num_active_nms', 'int32'),
    optional(4, 'num_lost_nms', 'int32'),
    optional(5, 'num_unhealthy_nms', 'int32'),
    optional(6, 'num_rebooted_nms', 'int32'),
    optional(7, 'num_decommissioning_nms', 'int32'),
    optional(8, 'num_shutdown_nms', 'int32'),
  ],
);

export interface QueueStatisticsProto extends Message {
  numAppsSubmitted?: number | undefined;
  numAppsRunning?: number | undefined;
  numAppsPending?: number | undefined;
  numAppsCompleted?: number | undefined;
  numAppsKilled?: number | undefined;
  numAppsFailed?: number | undefined;
  numActiveUsers?: number | undefined;
  availableMemoryMB?: number | undefined;
  allocatedMemoryMB?: number | undefined;
  pendingMemoryMB?: number | undefined;
  reservedMemoryMB?: number | undefined;
  availableVCores?: number | undefined;
  allocatedVCores?: number | undefined;
  pendingVCores?: number | undefined;
  reservedVCores?: number | undefined;
  allocatedContainers?: number | undefined;
  pendingContainers?: number | undefined;
  reservedContainers?: number | undefined;
}
export const QueueStatisticsProto: MessageType<QueueStatisticsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.QueueStatisticsProto',
  () => [
    optional(1, 'numAppsSubmitted', 'int64'),
    optional(2, 'numAppsRunning', 'int64'),
    optional(3, 'numAppsPending', 'int64'),
    optional(4, 'numAppsCompleted', 'int64'),
    optional(5, 'numAppsKilled', 'int64'),
    optional(6, 'numAppsFailed', 'int64'),
    optional(7, 'numActiveUsers', 'int64'),
    optional(8, 'availableMemoryMB', 'int64'),
    optional(9, 'allocatedMemoryMB', 'int64'),
    optional(10, 'pendingMemoryMB', 'int64'),
    optional(11, 'reservedMemoryMB', 'int64'),
    optional(12, 'availableVCores', 'int64'),
    optional(13, 'allocatedVCores', 'int64'),
    optional(14, 'pendingVCores', 'int64'),
    optional(15, 'reservedVCores', 'int64'),
    optional(16, 'allocatedContainers', 'int64'),
    optional(17, 'pendingContainers', 'int64'),
    optional(18, 'reservedContainers', 'int64'),
  ],
);

/** Capacities are fractions of the parent, 0 to 1. */
export interface QueueInfoProto extends Message {
  queueName?: string | undefined;
  capacity?: number | undefined;
  maximumCapacity?: number | undefined;
  currentCapacity?: number | undefined;
  state?: QueueStateProto | undefined;
  childQueues?: readonly QueueInfoProto[] | undefined;
  applications?: readonly ApplicationReportProto[] | undefined;
  accessibleNodeLabels?: readonly string[] | undefined;
  defaultNodeLabelExpression?: string | undefined;
  queueStatistics?: QueueStatisticsProto | undefined;
  preemptionDisabled?: boolean | undefined;
  queueConfigurationsMap?: readonly QueueConfigurationsMapProto[] | undefined;
  intraQueuePreemptionDisabled?: boolean | undefined;
  weight?: number | undefined;
  queuePath?: string | undefined;
  maxParallelApps?: number | undefined;
  schedulerType?: string | undefined;
  minResourceVCore?: number | undefined;
  minResourceMemory?: number | undefined;
  maxResourceVCore?: number | undefined;
  maxResourceMemory?: number | undefined;
  reservedResourceVCore?: number | undefined;
  reservedResourceMemory?: number | undefined;
  steadyFairShareVCore?: number | undefined;
  steadyFairShareMemory?: number | undefined;
  subClusterId?: string | undefined;
  maxRunningApp?: number | undefined;
}
export const QueueInfoProto: MessageType<QueueInfoProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.QueueInfoProto',
  () => [
    optional(1, 'queueName', 'string'),
    optional(2, 'capacity', 'float'),
    optional(3, 'maximumCapacity', 'float'),
    optional(4, 'currentCapacity', 'float'),
    optional(5, 'state', QueueStateProto),
    repeated(6, 'childQueues', QueueInfoProto),
    repeated(7, 'applications', ApplicationReportProto),
    repeated(8, 'accessibleNodeLabels', 'string'),
    optional(9, 'defaultNodeLabelExpression', 'string'),
    optional(10, 'queueStatistics', QueueStatisticsProto),
    optional(11, 'preemptionDisabled', 'bool'),
    repeated(12, 'queueConfigurationsMap', QueueConfigurationsMapProto),
    optional(13, 'intraQueuePreemptionDisabled', 'bool'),
    optional(14, 'weight', 'float'),
    optional(15, 'queuePath', 'string'),
    optional(16, 'maxParallelApps', 'int32'),
    optional(17, 'schedulerType', 'string'),
    optional(18, 'minResourceVCore', 'int32'),
    optional(19, 'minResourceMemory', 'int64'),
    optional(20, 'maxResourceVCore', 'int32'),
    optional(21, 'maxResourceMemory', 'int64'),
    optional(22, 'reservedResourceVCore', 'int32'),
    optional(23, 'reservedResourceMemory', 'int64'),
    optional(24, 'steadyFairShareVCore', 'int32'),
    optional(25, 'steadyFairShareMemory', 'int64'),
    optional(26, 'subClusterId', 'string'),
    optional(27, 'maxRunningApp', 'int32'),
  ],
);

export interface QueueConfigurationsProto extends Message {
  capacity?: number | undefined;
  absoluteCapacity?: number | undefined;
  maxCapacity?: number | undefined;
  absoluteMaxCapacity?: number | undefined;
  maxAMPercentage?: number | undefined;
  effectiveMinCapacity?: ResourceProto | undefined;
  effectiveMaxCapacity?: ResourceProto | undefined;
  configuredMinCapacity?: ResourceProto | undefined;
  configuredMaxCapacity?: ResourceProto | undefined;
}
export const QueueConfigurationsProto: MessageType<QueueConfigurationsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.QueueConfigurationsProto',
  () => [
    optional(1, 'capacity', 'float'),
    optional(2, 'absoluteCapacity', 'float'),
    optional(3, 'maxCapacity', 'float'),
    optional(4, 'absoluteMaxCapacity', 'float'),
    optional(5, 'maxAMPercentage', 'float'),
    optional(6, 'effectiveMinCapacity', ResourceProto),
    optional(7, 'effectiveMaxCapacity', ResourceProto),
    optional(8, 'configuredMinCapacity', ResourceProto),
    optional(9, 'configuredMaxCapacity', ResourceProto),
  ],
);

export interface QueueConfigurationsMapProto extends Message {
  partitionName: string;
  queueConfigurations?: QueueConfigurationsProto | undefined;
}
export const QueueConfigurationsMapProto: MessageType<QueueConfigurationsMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.QueueConfigurationsMapProto',
  () => [required(1, 'partitionName', 'string'), optional(2, 'queueConfigurations', QueueConfigurationsProto)],
);

export interface QueueUserACLInfoProto extends Message {
  queueName?: string | undefined;
  userAcls?: readonly QueueACLProto[] | undefined;
}
export const QueueUserACLInfoProto: MessageType<QueueUserACLInfoProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.QueueUserACLInfoProto',
  () => [optional(1, 'queueName', 'string'), repeated(2, 'userAcls', QueueACLProto)],
);

/** Either field, never both. */
export interface PlacementConstraintProto extends Message {
  simpleConstraint?: SimplePlacementConstraintProto | undefined;
  compositeConstraint?: CompositePlacementConstraintProto | undefined;
}
export const PlacementConstraintProto: MessageType<PlacementConstraintProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.PlacementConstraintProto',
  () => [
    optional(1, 'simpleConstraint', SimplePlacementConstraintProto),
    optional(2, 'compositeConstraint', CompositePlacementConstraintProto),
  ],
);

export interface SimplePlacementConstraintProto extends Message {
  scope: string;
  targetExpressions?: readonly PlacementConstraintTargetProto[] | undefined;
  minCardinality?: number | undefined;
  maxCardinality?: number | undefined;
  attributeOpCode?: NodeAttributeOpCodeProto | undefined;
}
export const SimplePlacementConstraintProto: MessageType<SimplePlacementConstraintProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.SimplePlacementConstraintProto',
  () => [
    required(1, 'scope', 'string'),
    repeated(2, 'targetExpressions', PlacementConstraintTargetProto),
    optional(3, 'minCardinality', 'int32'),
    optional(4, 'maxCardinality', 'int32'),
    optional(5, 'attributeOpCode', NodeAttributeOpCodeProto),
  ],
);

export const PlacementConstraintTargetProto_TargetType = /* @__PURE__ */ enumType(
  'hadoop.yarn.PlacementConstraintTargetProto.TargetType',
  { NODE_ATTRIBUTE: 1, ALLOCATION_TAG: 2, SELF: 3 },
);
export type PlacementConstraintTargetProto_TargetType = keyof typeof PlacementConstraintTargetProto_TargetType.numbers &
  string;
export interface PlacementConstraintTargetProto extends Message {
  targetType: PlacementConstraintTargetProto_TargetType;
  targetKey?: string | undefined;
  targetValues?: readonly string[] | undefined;
}
export const PlacementConstraintTargetProto: MessageType<PlacementConstraintTargetProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.PlacementConstraintTargetProto',
  () => [
    required(1, 'targetType', PlacementConstraintTargetProto_TargetType),
    optional(2, 'targetKey', 'string'),
    repeated(3, 'targetValues', 'string'),
  ],
);

export const TimedPlacementConstraintProto_DelayUnit = /* @__PURE__ */ enumType(
  'hadoop.yarn.TimedPlacementConstraintProto.DelayUnit',
  { MILLISECONDS: 1, OPPORTUNITIES: 2 },
);
export type TimedPlacementConstraintProto_DelayUnit = keyof typeof TimedPlacementConstraintProto_DelayUnit.numbers &
  string;
export interface TimedPlacementConstraintProto extends Message {
  placementConstraint: PlacementConstraintProto;
  schedulingDelay: number;
  delayUnit?: TimedPlacementConstraintProto_DelayUnit | undefined;
}
export const TimedPlacementConstraintProto: MessageType<TimedPlacementConstraintProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.TimedPlacementConstraintProto',
  () => [
    required(1, 'placementConstraint', PlacementConstraintProto),
    required(2, 'schedulingDelay', 'int64'),
    optional(3, 'delayUnit', TimedPlacementConstraintProto_DelayUnit),
  ],
);

export const CompositePlacementConstraintProto_CompositeType = /* @__PURE__ */ enumType(
  'hadoop.yarn.CompositePlacementConstraintProto.CompositeType',
  { AND: 1, OR: 2, DELAYED_OR: 3 },
);
export type CompositePlacementConstraintProto_CompositeType =
  keyof typeof CompositePlacementConstraintProto_CompositeType.numbers & string;
export interface CompositePlacementConstraintProto extends Message {
  compositeType: CompositePlacementConstraintProto_CompositeType;
  childConstraints?: readonly PlacementConstraintProto[] | undefined;
  timedChildConstraints?: readonly TimedPlacementConstraintProto[] | undefined;
}
export const CompositePlacementConstraintProto: MessageType<CompositePlacementConstraintProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.CompositePlacementConstraintProto', () => [
    required(1, 'compositeType', CompositePlacementConstraintProto_CompositeType),
    repeated(2, 'childConstraints', PlacementConstraintProto),
    repeated(3, 'timedChildConstraints', TimedPlacementConstraintProto),
  ]);

export interface PlacementConstraintMapEntryProto extends Message {
  allocation_tags?: readonly string[] | undefined;
  placement_constraint?: PlacementConstraintProto | undefined;
}
export const PlacementConstraintMapEntryProto: MessageType<PlacementConstraintMapEntryProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.PlacementConstraintMapEntryProto', () => [
    repeated(1, 'allocation_tags', 'string'),
    optional(2, 'placement_constraint', PlacementConstraintProto),
  ]);

export interface ReservationIdProto extends Message {
  id?: number | undefined;
  cluster_timestamp?: number | undefined;
}
export const ReservationIdProto: MessageType<ReservationIdProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationIdProto',
  () => [optional(1, 'id', 'int64'), optional(2, 'cluster_timestamp', 'int64')],
);

export interface ReservationRequestProto extends Message {
  capability?: ResourceProto | undefined;
  num_containers?: number | undefined;
  concurrency?: number | undefined;
  duration?: number | undefined;
}
export const ReservationRequestProto: MessageType<ReservationRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationRequestProto',
  () => [
    optional(1, 'capability', ResourceProto),
    optional(2, 'num_containers', 'int32'),
    optional(3, 'concurrency', 'int32'),
    optional(4, 'duration', 'int64'),
  ],
);

export interface ReservationRequestsProto extends Message {
  reservation_resources?: readonly ReservationRequestProto[] | undefined;
  interpreter?: ReservationRequestInterpreterProto | undefined;
}
export const ReservationRequestsProto: MessageType<ReservationRequestsProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationRequestsProto',
  () => [
    repeated(1, 'reservation_resources', ReservationRequestProto),
    optional(2, 'interpreter', ReservationRequestInterpreterProto),
  ],
);

/** Times in ms since 1970. */
export interface ReservationDefinitionProto extends Message {
  reservation_requests?: ReservationRequestsProto | undefined;
  arrival?: number | undefined;
  deadline?: number | undefined;
  reservation_name?: string | undefined;
  recurrence_expression?: string | undefined;
  priority?: PriorityProto | undefined;
}
export const ReservationDefinitionProto: MessageType<ReservationDefinitionProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ReservationDefinitionProto',
  () => [
    optional(1, 'reservation_requests', ReservationRequestsProto),
    optional(2, 'arrival', 'int64'),
    optional(3, 'deadline', 'int64'),
    optional(4, 'reservation_name', 'string'),
    optional(5, 'recurrence_expression', 'string'),
    optional(6, 'priority', PriorityProto),
  ],
);

export interface ResourceAllocationRequestProto extends Message {
  start_time?: number | undefined;
  end_time?: number | undefined;
  resource?: ResourceProto | undefined;
}
export const ResourceAllocationRequestProto: MessageType<ResourceAllocationRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ResourceAllocationRequestProto',
  () => [optional(1, 'start_time', 'int64'), optional(2, 'end_time', 'int64'), optional(3, 'resource', ResourceProto)],
);

export interface ReservationAllocationStateProto extends Message {
  reservation_definition?: ReservationDefinitionProto | undefined;
  allocation_requests?: readonly ResourceAllocationRequestProto[] | undefined;
  start_time?: number | undefined;
  end_time?: number | undefined;
  user?: string | undefined;
  contains_gangs?: boolean | undefined;
  acceptance_time?: number | undefined;
  reservation_id?: ReservationIdProto | undefined;
}
export const ReservationAllocationStateProto: MessageType<ReservationAllocationStateProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.ReservationAllocationStateProto', () => [
    optional(1, 'reservation_definition', ReservationDefinitionProto),
    repeated(2, 'allocation_requests', ResourceAllocationRequestProto),
    optional(3, 'start_time', 'int64'),
    optional(4, 'end_time', 'int64'),
    optional(5, 'user', 'string'),
    optional(6, 'contains_gangs', 'bool'),
    optional(7, 'acceptance_time', 'int64'),
    optional(8, 'reservation_id', ReservationIdProto),
  ]);

/** tokens is the content of an HDTS credentials file; command items are joined by one blank and run by bash. */
export interface ContainerLaunchContextProto extends Message {
  /** Name in the working folder to the file that is put there. */
  localResources?: readonly StringLocalResourceMapProto[] | undefined;
  /** A credentials file, written to container_tokens. */
  tokens?: Uint8Array | undefined;
  /** By auxiliary service; mapreduce_shuffle takes a job token. */
  service_data?: readonly StringBytesMapProto[] | undefined;
  environment?: readonly StringStringMapProto[] | undefined;
  /** Joined by one blank and run by bash. {{X}} is variable X, <LOG_DIR> the log folder. */
  command?: readonly string[] | undefined;
  application_ACLs?: readonly ApplicationACLMapProto[] | undefined;
  container_retry_context?: ContainerRetryContextProto | undefined;
  tokens_conf?: Uint8Array | undefined;
}
export const ContainerLaunchContextProto: MessageType<ContainerLaunchContextProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerLaunchContextProto',
  () => [
    repeated(1, 'localResources', StringLocalResourceMapProto),
    optional(2, 'tokens', 'bytes'),
    repeated(3, 'service_data', StringBytesMapProto),
    repeated(4, 'environment', StringStringMapProto),
    repeated(5, 'command', 'string'),
    repeated(6, 'application_ACLs', ApplicationACLMapProto),
    optional(7, 'container_retry_context', ContainerRetryContextProto),
    optional(8, 'tokens_conf', 'bytes'),
  ],
);

/** exit_status -1000 means that there is none yet. */
export interface ContainerStatusProto extends Message {
  container_id?: ContainerIdProto | undefined;
  state?: ContainerStateProto | undefined;
  /** Why it ended so: the end of stderr, limits that were passed. */
  diagnostics?: string | undefined;
  /** Of the command, 128 + n after signal n. Below 0: the platform's own, such as -100 (its node is lost, or you released it) and -104 (more memory than it has). */
  exit_status?: number | undefined;
  capability?: ResourceProto | undefined;
  executionType?: ExecutionTypeProto | undefined;
  container_attributes?: readonly StringStringMapProto[] | undefined;
  container_sub_state?: ContainerSubStateProto | undefined;
}
export const ContainerStatusProto: MessageType<ContainerStatusProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerStatusProto',
  () => [
    optional(1, 'container_id', ContainerIdProto),
    optional(2, 'state', ContainerStateProto),
    optional(3, 'diagnostics', 'string'),
    optional(4, 'exit_status', 'int32'),
    optional(5, 'capability', ResourceProto),
    optional(6, 'executionType', ExecutionTypeProto),
    repeated(7, 'container_attributes', StringStringMapProto),
    optional(8, 'container_sub_state', ContainerSubStateProto),
  ],
);

/** Intervals in ms; max_retries -1 is without end. */
export interface ContainerRetryContextProto extends Message {
  retry_policy?: ContainerRetryPolicyProto | undefined;
  error_codes?: readonly number[] | undefined;
  max_retries?: number | undefined;
  retry_interval?: number | undefined;
  failures_validity_interval?: number | undefined;
}
export const ContainerRetryContextProto: MessageType<ContainerRetryContextProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerRetryContextProto',
  () => [
    optional(1, 'retry_policy', ContainerRetryPolicyProto),
    repeated(2, 'error_codes', 'int32'),
    optional(3, 'max_retries', 'int32'),
    optional(4, 'retry_interval', 'int32'),
    optional(5, 'failures_validity_interval', 'int64'),
  ],
);

export interface StringLocalResourceMapProto extends Message {
  key?: string | undefined;
  value?: LocalResourceProto | undefined;
}
export const StringLocalResourceMapProto: MessageType<StringLocalResourceMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StringLocalResourceMapProto',
  () => [optional(1, 'key', 'string'), optional(2, 'value', LocalResourceProto)],
);

export interface StringStringMapProto extends Message {
  key?: string | undefined;
  value?: string | undefined;
}
export const StringStringMapProto: MessageType<StringStringMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StringStringMapProto',
  () => [optional(1, 'key', 'string'), optional(2, 'value', 'string')],
);

export interface StringBytesMapProto extends Message {
  key?: string | undefined;
  value?: Uint8Array | undefined;
}
export const StringBytesMapProto: MessageType<StringBytesMapProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.StringBytesMapProto',
  () => [optional(1, 'key', 'string'), optional(2, 'value', 'bytes')],
);

export interface CollectorInfoProto extends Message {
  collector_addr?: string | undefined;
  collector_token?: TokenProto | undefined;
}
export const CollectorInfoProto: MessageType<CollectorInfoProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.CollectorInfoProto',
  () => [optional(1, 'collector_addr', 'string'), optional(2, 'collector_token', TokenProto)],
);
