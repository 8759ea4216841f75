/** Generated from proto/mr_protos.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import { enumType, messageType, optional, repeated, type Message, type MessageType } from '../wire/message-type.js';
import { ApplicationAttemptIdProto, ApplicationIdProto, ContainerIdProto, PriorityProto } from './yarn_protos.js';

export const TaskTypeProto = /* @__PURE__ */ enumType('hadoop.mapreduce.TaskTypeProto', { MAP: 1, REDUCE: 2 });
export type TaskTypeProto = keyof typeof TaskTypeProto.numbers & string;

export const TaskStateProto = /* @__PURE__ */ enumType('hadoop.mapreduce.TaskStateProto', {
  TS_NEW: 1,
  TS_SCHEDULED: 2,
  TS_RUNNING: 3,
  TS_SUCCEEDED: 4,
  TS_FAILED: 5,
  TS_KILLED: 6,
});
export type TaskStateProto = keyof typeof TaskStateProto.numbers & string;

export const PhaseProto = /* @__PURE__ */ enumType('hadoop.mapreduce.PhaseProto', {
  P_STARTING: 1,
  P_MAP: 2,
  P_SHUFFLE: 3,
  P_SORT: 4,
  P_REDUCE: 5,
  P_CLEANUP: 6,
});
export type PhaseProto = keyof typeof PhaseProto.numbers & string;

export const TaskAttemptStateProto = /* @__PURE__ */ enumType('hadoop.mapreduce.TaskAttemptStateProto', {
  TA_NEW: 1,
  TA_STARTING: 2,
  TA_RUNNING: 3,
  TA_COMMIT_PENDING: 4,
  TA_SUCCEEDED: 5,
  TA_FAILED: 6,
  TA_KILLED: 7,
});
export type TaskAttemptStateProto = keyof typeof TaskAttemptStateProto.numbers & string;

export const JobStateProto = /* @__PURE__ */ enumType('hadoop.mapreduce.JobStateProto', {
  J_NEW: 1,
  J_INITED: 2,
  J_RUNNING: 3,
  J_SUCCEEDED: 4,
  J_FAILED: 5,
  J_KILLED: 6,
  J_ERROR: 7,
});
export type JobStateProto = keyof typeof JobStateProto.numbers & string;

export const TaskAttemptCompletionEventStatusProto = /* @__PURE__ */ enumType(
  'hadoop.mapreduce.TaskAttemptCompletionEventStatusProto',
  { TACE_FAILED: 1, TACE_KILLED: 2, TACE_SUCCEEDED: 3, TACE_OBSOLETE: 4, TACE_TIPFAILED: 5 },
);
export type TaskAttemptCompletionEventStatusProto = keyof typeof TaskAttemptCompletionEventStatusProto.numbers & string;

export interface JobIdProto extends Message {
  app_id?: ApplicationIdProto | undefined;
  id?: number | undefined;
}
export const JobIdProto: MessageType<JobIdProto> = /* @__PURE__ */ messageType('hadoop.mapreduce.JobIdProto', () => [
  optional(1, 'app_id', ApplicationIdProto),
  optional(2, 'id', 'int32'),
]);

export interface TaskIdProto extends Message {
  job_id?: JobIdProto | undefined;
  task_type?: TaskTypeProto | undefined;
  id?: number | undefined;
}
export const TaskIdProto: MessageType<TaskIdProto> = /* @__PURE__ */ messageType('hadoop.mapreduce.TaskIdProto', () => [
  optional(1, 'job_id', JobIdProto),
  optional(2, 'task_type', TaskTypeProto),
  optional(3, 'id', 'int32'),
]);

export interface TaskAttemptIdProto extends Message {
  task_id?: TaskIdProto | undefined;
  id?: number | undefined;
}
export const TaskAttemptIdProto: MessageType<TaskAttemptIdProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.TaskAttemptIdProto',
  () => [optional(1, 'task_id', TaskIdProto), optional(2, 'id', 'int32')],
);

export interface CounterProto extends Message {
  name?: string | undefined;
  display_name?: string | undefined;
  value?: number | undefined;
}
export const CounterProto: MessageType<CounterProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.CounterProto',
  () => [optional(1, 'name', 'string'), optional(2, 'display_name', 'string'), optional(3, 'value', 'int64')],
);

export interface CounterGroupProto extends Message {
  name?: string | undefined;
  display_name?: string | undefined;
  counters?: readonly StringCounterMapProto[] | undefined;
}
export const CounterGroupProto: MessageType<CounterGroupProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.CounterGroupProto',
  () => [
    optional(1, 'name', 'string'),
    optional(2, 'display_name', 'string'),
    repeated(3, 'counters', StringCounterMapProto),
  ],
);

/** Groups by name, counters by name. */
export interface CountersProto extends Message {
  counter_groups?: readonly StringCounterGroupMapProto[] | undefined;
}
export const CountersProto: MessageType<CountersProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.CountersProto',
  () => [repeated(1, 'counter_groups', StringCounterGroupMapProto)],
);

export interface TaskReportProto extends Message {
  task_id?: TaskIdProto | undefined;
  task_state?: TaskStateProto | undefined;
  progress?: number | undefined;
  start_time?: number | undefined;
  finish_time?: number | undefined;
  counters?: CountersProto | undefined;
  running_attempts?: readonly TaskAttemptIdProto[] | undefined;
  successful_attempt?: TaskAttemptIdProto | undefined;
  diagnostics?: readonly string[] | undefined;
}
export const TaskReportProto: MessageType<TaskReportProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.TaskReportProto',
  () => [
    optional(1, 'task_id', TaskIdProto),
    optional(2, 'task_state', TaskStateProto),
    optional(3, 'progress', 'float'),
    optional(4, 'start_time', 'int64'),
    optional(5, 'finish_time', 'int64'),
    optional(6, 'counters', CountersProto),
    repeated(7, 'running_attempts', TaskAttemptIdProto),
    optional(8, 'successful_attempt', TaskAttemptIdProto),
    repeated(9, 'diagnostics', 'string'),
  ],
);

export interface TaskAttemptReportProto extends Message {
  task_attempt_id?: TaskAttemptIdProto | undefined;
  task_attempt_state?: TaskAttemptStateProto | undefined;
  progress?: number | undefined;
  start_time?: number | undefined;
  finish_time?: number | undefined;
  counters?: CountersProto | undefined;
  diagnostic_info?: string | undefined;
  state_string?: string | undefined;
  phase?: PhaseProto | undefined;
  shuffle_finish_time?: number | undefined;
  sort_finish_time?: number | undefined;
  node_manager_host?: string | undefined;
  node_manager_port?: number | undefined;
  node_manager_http_port?: number | undefined;
  container_id?: ContainerIdProto | undefined;
}
export const TaskAttemptReportProto: MessageType<TaskAttemptReportProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.TaskAttemptReportProto',
  () => [
    optional(1, 'task_attempt_id', TaskAttemptIdProto),
    optional(2, 'task_attempt_state', TaskAttemptStateProto),
    optional(3, 'progress', 'float'),
    optional(4, 'start_time', 'int64'),
    optional(5, 'finish_time', 'int64'),
    optional(6, 'counters', CountersProto),
    optional(7, 'diagnostic_info', 'string'),
    optional(8, 'state_string', 'string'),
    optional(9, 'phase', PhaseProto),
    optional(10, 'shuffle_finish_time', 'int64'),
    optional(11, 'sort_finish_time', 'int64'),
    optional(12, 'node_manager_host', 'string'),
    optional(13, 'node_manager_port', 'int32'),
    optional(14, 'node_manager_http_port', 'int32'),
    optional(15, 'container_id', ContainerIdProto),
  ],
);

/** Progress as fractions 0 to 1, times in ms since 1970. */
export interface JobReportProto extends Message {
  job_id?: JobIdProto | undefined;
  job_state?: JobStateProto | undefined;
  map_progress?: number | undefined;
  reduce_progress?: number | undefined;
  cleanup_progress?: number | undefined;
  setup_progress?: number | undefined;
  start_time?: number | undefined;
  finish_time?: number | undefined;
  user?: string | undefined;
  jobName?: string | undefined;
  trackingUrl?: string | undefined;
  diagnostics?: string | undefined;
  jobFile?: string | undefined;
  am_infos?: readonly AMInfoProto[] | undefined;
  submit_time?: number | undefined;
  is_uber?: boolean | undefined;
  jobPriority?: PriorityProto | undefined;
  historyFile?: string | undefined;
  maps_total?: number | undefined;
  maps_completed?: number | undefined;
  reduces_total?: number | undefined;
  reduces_completed?: number | undefined;
  queue?: string | undefined;
}
export const JobReportProto: MessageType<JobReportProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.JobReportProto',
  () => [
    optional(1, 'job_id', JobIdProto),
    optional(2, 'job_state', JobStateProto),
    optional(3, 'map_progress', 'float'),
    optional(4, 'reduce_progress', 'float'),
    optional(5, 'cleanup_progress', 'float'),
    optional(6, 'setup_progress', 'float'),
    optional(7, 'start_time', 'int64'),
    optional(8, 'finish_time', 'int64'),
    optional(9, 'user', 'string'),
    optional(10, 'jobName', 'string'),
    optional(11, 'trackingUrl', 'string'),
    optional(12, 'diagnostics', 'string'),
    optional(13, 'jobFile', 'string'),
    repeated(14, 'am_infos', AMInfoProto),
    optional(15, 'submit_time', 'int64'),
    optional(16, 'is_uber', 'bool'),
    optional(17, 'jobPriority', PriorityProto),
    optional(18, 'historyFile', 'string'),
    optional(1000, 'maps_total', 'int32'),
    optional(1001, 'maps_completed', 'int32'),
    optional(1002, 'reduces_total', 'int32'),
    optional(1003, 'reduces_completed', 'int32'),
    optional(1004, 'queue', 'string'),
  ],
);

export interface AMInfoProto extends Message {
  application_attempt_id?: ApplicationAttemptIdProto | undefined;
  start_time?: number | undefined;
  container_id?: ContainerIdProto | undefined;
  node_manager_host?: string | undefined;
  node_manager_port?: number | undefined;
  node_manager_http_port?: number | undefined;
}
export const AMInfoProto: MessageType<AMInfoProto> = /* @__PURE__ */ messageType('hadoop.mapreduce.AMInfoProto', () => [
  optional(1, 'application_attempt_id', ApplicationAttemptIdProto),
  optional(2, 'start_time', 'int64'),
  optional(3, 'container_id', ContainerIdProto),
  optional(4, 'node_manager_host', 'string'),
  optional(5, 'node_manager_port', 'int32'),
  optional(6, 'node_manager_http_port', 'int32'),
]);

/** attempt_run_time in ms; map_output_server_address is the shuffle of the node. */
export interface TaskAttemptCompletionEventProto extends Message {
  attempt_id?: TaskAttemptIdProto | undefined;
  status?: TaskAttemptCompletionEventStatusProto | undefined;
  map_output_server_address?: string | undefined;
  attempt_run_time?: number | undefined;
  event_id?: number | undefined;
}
export const TaskAttemptCompletionEventProto: MessageType<TaskAttemptCompletionEventProto> =
  /* @__PURE__ */ messageType('hadoop.mapreduce.TaskAttemptCompletionEventProto', () => [
    optional(1, 'attempt_id', TaskAttemptIdProto),
    optional(2, 'status', TaskAttemptCompletionEventStatusProto),
    optional(3, 'map_output_server_address', 'string'),
    optional(4, 'attempt_run_time', 'int32'),
    optional(5, 'event_id', 'int32'),
  ]);

export interface StringCounterMapProto extends Message {
  key?: string | undefined;
  value?: CounterProto | undefined;
}
export const StringCounterMapProto: MessageType<StringCounterMapProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.StringCounterMapProto',
  () => [optional(1, 'key', 'string'), optional(2, 'value', CounterProto)],
);

export interface StringCounterGroupMapProto extends Message {
  key?: string | undefined;
  value?: CounterGroupProto | undefined;
}
export const StringCounterGroupMapProto: MessageType<StringCounterGroupMapProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.StringCounterGroupMapProto',
  () => [optional(1, 'key', 'string'), optional(2, 'value', CounterGroupProto)],
);
