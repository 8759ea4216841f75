/**
 * MRClientProtocol on the wire. Hadoop: mapreduce.v2.api.impl.pb.client.MRClientProtocolPBClientImpl and its service.
 */
import type { JobId, TaskAttemptId, TaskId } from '../../records/ids.js';
import type { MRClientProtocol } from '../../records/protocols.js';
import { need, present } from '../converters/common.js';
import {
  completionEventFromProto,
  completionEventToProto,
  countersFromProto,
  countersToProto,
  jobIdFromProto,
  jobIdToProto,
  jobReportFromProto,
  jobReportToProto,
  taskAttemptIdFromProto,
  taskAttemptIdToProto,
  taskAttemptReportFromProto,
  taskAttemptReportToProto,
  taskIdFromProto,
  taskIdToProto,
  taskReportFromProto,
  taskReportToProto,
  taskType,
} from '../converters/mapreduce.js';
import type { JobIdProto, TaskAttemptIdProto, TaskIdProto } from '../generated/mr_protos.js';
import * as m from '../generated/mr_service_protos.js';
import { MRClientProtocolService } from '../generated/MRClientProtocol.js';
import { codec, type Codec, type Protocol } from '../protocol.js';
import type { Message, MessageType } from '../wire/message-type.js';
import { empty } from './empty.js';

function byJob(type: MessageType<Message & { job_id?: JobIdProto | undefined }>): Codec<{ jobId: JobId }> {
  return codec(
    type,
    (r) => ({ job_id: jobIdToProto(r.jobId) }),
    (p) => ({ jobId: jobIdFromProto(need(p.job_id, `${type.name}.job_id`)) }),
  );
}

function byTask(type: MessageType<Message & { task_id?: TaskIdProto | undefined }>): Codec<{ taskId: TaskId }> {
  return codec(
    type,
    (r) => ({ task_id: taskIdToProto(r.taskId) }),
    (p) => ({ taskId: taskIdFromProto(need(p.task_id, `${type.name}.task_id`)) }),
  );
}

function byAttempt(
  type: MessageType<Message & { task_attempt_id?: TaskAttemptIdProto | undefined }>,
): Codec<{ taskAttemptId: TaskAttemptId }> {
  return codec(
    type,
    (r) => ({ task_attempt_id: taskAttemptIdToProto(r.taskAttemptId) }),
    (p) => ({ taskAttemptId: taskAttemptIdFromProto(need(p.task_attempt_id, `${type.name}.task_attempt_id`)) }),
  );
}

export const mrClientProtocol: Protocol<MRClientProtocol> = {
  name: 'org.apache.hadoop.mapreduce.v2.api.MRClientProtocolPB',
  service: MRClientProtocolService.name,
  methods: MRClientProtocolService.methods,
  codecs: {
    getJobReport: {
      holdMs: (r) => r.waitMs ?? 0,
      request: codec(
        m.GetJobReportRequestProto,
        (r) => ({ job_id: jobIdToProto(r.jobId), wait_ms: r.waitMs, known_version: r.knownVersion }),
        (p) =>
          present({
            jobId: jobIdFromProto(need(p.job_id, 'GetJobReportRequestProto.job_id')),
            waitMs: p.wait_ms,
            knownVersion: p.known_version,
          }),
      ),
      response: codec(
        m.GetJobReportResponseProto,
        (r) => ({ job_report: jobReportToProto(r.jobReport), version: r.version }),
        (p) => ({
          jobReport: jobReportFromProto(need(p.job_report, 'GetJobReportResponseProto.job_report')),
          version: p.version ?? 0,
        }),
      ),
    },
    getCounters: {
      request: byJob(m.GetCountersRequestProto),
      response: codec(
        m.GetCountersResponseProto,
        (r) => ({ counters: countersToProto(r.counters) }),
        (p) => ({ counters: countersFromProto(p.counters) }),
      ),
    },
    getTaskReport: {
      request: byTask(m.GetTaskReportRequestProto),
      response: codec(
        m.GetTaskReportResponseProto,
        (r) => ({ task_report: taskReportToProto(r.taskReport) }),
        (p) => ({ taskReport: taskReportFromProto(need(p.task_report, 'GetTaskReportResponseProto.task_report')) }),
      ),
    },
    getTaskReports: {
      request: codec(
        m.GetTaskReportsRequestProto,
        (r) => ({ job_id: jobIdToProto(r.jobId), task_type: taskType.to(r.taskType) }),
        (p) => ({
          jobId: jobIdFromProto(need(p.job_id, 'GetTaskReportsRequestProto.job_id')),
          taskType: taskType.from(need(p.task_type, 'GetTaskReportsRequestProto.task_type')),
        }),
      ),
      response: codec(
        m.GetTaskReportsResponseProto,
        (r) => ({ task_reports: r.taskReports.map(taskReportToProto) }),
        (p) => ({ taskReports: (p.task_reports ?? []).map(taskReportFromProto) }),
      ),
    },
    getTaskAttemptReport: {
      request: byAttempt(m.GetTaskAttemptReportRequestProto),
      response: codec(
        m.GetTaskAttemptReportResponseProto,
        (r) => ({ task_attempt_report: taskAttemptReportToProto(r.taskAttemptReport) }),
        (p) => ({
          taskAttemptReport: taskAttemptReportFromProto(
            need(p.task_attempt_report, 'GetTaskAttemptReportResponseProto.task_attempt_report'),
          ),
        }),
      ),
    },
    getTaskAttemptCompletionEvents: {
      request: codec(
        m.GetTaskAttemptCompletionEventsRequestProto,
        (r) => ({ job_id: jobIdToProto(r.jobId), from_event_id: r.fromEventId, max_events: r.maxEvents }),
        (p) => ({
          jobId: jobIdFromProto(need(p.job_id, 'GetTaskAttemptCompletionEventsRequestProto.job_id')),
          fromEventId: p.from_event_id ?? 0,
          maxEvents: p.max_events ?? 0,
        }),
      ),
      response: codec(
        m.GetTaskAttemptCompletionEventsResponseProto,
        (r) => ({ completion_events: r.completionEvents.map(completionEventToProto) }),
        (p) => ({ completionEvents: (p.completion_events ?? []).map(completionEventFromProto) }),
      ),
    },
    getDiagnostics: {
      request: byAttempt(m.GetDiagnosticsRequestProto),
      response: codec(
        m.GetDiagnosticsResponseProto,
        (r) => ({ diagnostics: r.diagnostics }),
        (p) => ({ diagnostics: p.diagnostics ?? [] }),
      ),
    },
    killJob: { request: byJob(m.KillJobRequestProto), response: empty(m.KillJobResponseProto) },
    killTask: { request: byTask(m.KillTaskRequestProto), response: empty(m.KillTaskResponseProto) },
    killTaskAttempt: {
      request: byAttempt(m.KillTaskAttemptRequestProto),
      response: empty(m.KillTaskAttemptResponseProto),
    },
    failTaskAttempt: {
      request: byAttempt(m.FailTaskAttemptRequestProto),
      response: empty(m.FailTaskAttemptResponseProto),
    },
  },
};
