/** Generated from proto/mr_service_protos.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import { messageType, optional, repeated, type Message, type MessageType } from '../wire/message-type.js';
import {
  CountersProto,
  JobIdProto,
  JobReportProto,
  TaskAttemptCompletionEventProto,
  TaskAttemptIdProto,
  TaskAttemptReportProto,
  TaskIdProto,
  TaskReportProto,
  TaskTypeProto,
} from './mr_protos.js';

export interface GetJobReportRequestProto extends Message {
  job_id?: JobIdProto | undefined;
  /** Hold the call until the report is newer than known_version, at most this long. */
  wait_ms?: number | undefined;
  known_version?: number | undefined;
}
export const GetJobReportRequestProto: MessageType<GetJobReportRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetJobReportRequestProto',
  () => [
    optional(1, 'job_id', JobIdProto),
    optional(1000, 'wait_ms', 'int32'),
    optional(1001, 'known_version', 'int64'),
  ],
);

export interface GetJobReportResponseProto extends Message {
  job_report?: JobReportProto | undefined;
  /** Grows with each change of the report. */
  version?: number | undefined;
}
export const GetJobReportResponseProto: MessageType<GetJobReportResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetJobReportResponseProto',
  () => [optional(1, 'job_report', JobReportProto), optional(1000, 'version', 'int64')],
);

export interface GetTaskReportRequestProto extends Message {
  task_id?: TaskIdProto | undefined;
}
export const GetTaskReportRequestProto: MessageType<GetTaskReportRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetTaskReportRequestProto',
  () => [optional(1, 'task_id', TaskIdProto)],
);

export interface GetTaskReportResponseProto extends Message {
  task_report?: TaskReportProto | undefined;
}
export const GetTaskReportResponseProto: MessageType<GetTaskReportResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetTaskReportResponseProto',
  () => [optional(1, 'task_report', TaskReportProto)],
);

export interface GetTaskAttemptReportRequestProto extends Message {
  task_attempt_id?: TaskAttemptIdProto | undefined;
}
export const GetTaskAttemptReportRequestProto: MessageType<GetTaskAttemptReportRequestProto> =
  /* @__PURE__ */ messageType('hadoop.mapreduce.GetTaskAttemptReportRequestProto', () => [
    optional(1, 'task_attempt_id', TaskAttemptIdProto),
  ]);

export interface GetTaskAttemptReportResponseProto extends Message {
  task_attempt_report?: TaskAttemptReportProto | undefined;
}
export const GetTaskAttemptReportResponseProto: MessageType<GetTaskAttemptReportResponseProto> =
  /* @__PURE__ */ messageType('hadoop.mapreduce.GetTaskAttemptReportResponseProto', () => [
    optional(1, 'task_attempt_report', TaskAttemptReportProto),
  ]);

export interface GetCountersRequestProto extends Message {
  job_id?: JobIdProto | undefined;
}
export const GetCountersRequestProto: MessageType<GetCountersRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetCountersRequestProto',
  () => [optional(1, 'job_id', JobIdProto)],
);

export interface GetCountersResponseProto extends Message {
  counters?: CountersProto | undefined;
}
export const GetCountersResponseProto: MessageType<GetCountersResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetCountersResponseProto',
  () => [optional(1, 'counters', CountersProto)],
);

/** At most max_events, from from_event_id on. */
export interface GetTaskAttemptCompletionEventsRequestProto extends Message {
  job_id?: JobIdProto | undefined;
  from_event_id?: number | undefined;
  max_events?: number | undefined;
}
export const GetTaskAttemptCompletionEventsRequestProto: MessageType<GetTaskAttemptCompletionEventsRequestProto> =
  /* @__PURE__ */ messageType('hadoop.mapreduce.GetTaskAttemptCompletionEventsRequestProto', () => [
    optional(1, 'job_id', JobIdProto),
    optional(2, 'from_event_id', 'int32'),
    optional(3, 'max_events', 'int32'),
  ]);

export interface GetTaskAttemptCompletionEventsResponseProto extends Message {
  completion_events?: readonly TaskAttemptCompletionEventProto[] | undefined;
}
export const GetTaskAttemptCompletionEventsResponseProto: MessageType<GetTaskAttemptCompletionEventsResponseProto> =
  /* @__PURE__ */ messageType('hadoop.mapreduce.GetTaskAttemptCompletionEventsResponseProto', () => [
    repeated(1, 'completion_events', TaskAttemptCompletionEventProto),
  ]);

export interface GetTaskReportsRequestProto extends Message {
  job_id?: JobIdProto | undefined;
  task_type?: TaskTypeProto | undefined;
}
export const GetTaskReportsRequestProto: MessageType<GetTaskReportsRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetTaskReportsRequestProto',
  () => [optional(1, 'job_id', JobIdProto), optional(2, 'task_type', TaskTypeProto)],
);

export interface GetTaskReportsResponseProto extends Message {
  task_reports?: readonly TaskReportProto[] | undefined;
}
export const GetTaskReportsResponseProto: MessageType<GetTaskReportsResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetTaskReportsResponseProto',
  () => [repeated(1, 'task_reports', TaskReportProto)],
);

export interface GetDiagnosticsRequestProto extends Message {
  task_attempt_id?: TaskAttemptIdProto | undefined;
}
export const GetDiagnosticsRequestProto: MessageType<GetDiagnosticsRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetDiagnosticsRequestProto',
  () => [optional(1, 'task_attempt_id', TaskAttemptIdProto)],
);

export interface GetDiagnosticsResponseProto extends Message {
  diagnostics?: readonly string[] | undefined;
}
export const GetDiagnosticsResponseProto: MessageType<GetDiagnosticsResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.GetDiagnosticsResponseProto',
  () => [repeated(1, 'diagnostics', 'string')],
);

export interface KillJobRequestProto extends Message {
  job_id?: JobIdProto | undefined;
}
export const KillJobRequestProto: MessageType<KillJobRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.KillJobRequestProto',
  () => [optional(1, 'job_id', JobIdProto)],
);

export interface KillJobResponseProto extends Message {}
export const KillJobResponseProto: MessageType<KillJobResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.KillJobResponseProto',
  () => [],
);

export interface KillTaskRequestProto extends Message {
  task_id?: TaskIdProto | undefined;
}
export const KillTaskRequestProto: MessageType<KillTaskRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.KillTaskRequestProto',
  () => [optional(1, 'task_id', TaskIdProto)],
);

export interface KillTaskResponseProto extends Message {}
export const KillTaskResponseProto: MessageType<KillTaskResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.KillTaskResponseProto',
  () => [],
);

export interface KillTaskAttemptRequestProto extends Message {
  task_attempt_id?: TaskAttemptIdProto | undefined;
}
export const KillTaskAttemptRequestProto: MessageType<KillTaskAttemptRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.KillTaskAttemptRequestProto',
  () => [optional(1, 'task_attempt_id', TaskAttemptIdProto)],
);

export interface KillTaskAttemptResponseProto extends Message {}
export const KillTaskAttemptResponseProto: MessageType<KillTaskAttemptResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.KillTaskAttemptResponseProto',
  () => [],
);

export interface FailTaskAttemptRequestProto extends Message {
  task_attempt_id?: TaskAttemptIdProto | undefined;
}
export const FailTaskAttemptRequestProto: MessageType<FailTaskAttemptRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.FailTaskAttemptRequestProto',
  () => [optional(1, 'task_attempt_id', TaskAttemptIdProto)],
);

export interface FailTaskAttemptResponseProto extends Message {}
export const FailTaskAttemptResponseProto: MessageType<FailTaskAttemptResponseProto> = /* @__PURE__ */ messageType(
  'hadoop.mapreduce.FailTaskAttemptResponseProto',
  () => [],
);
