/**
 * Converters of MapReduce's ids, counters and reports. Hadoop: mapreduce.v2.api.records.impl.pb.*PBImpl, TypeConverter.
 * Fields of ours in JobReportProto (totals, queue) count as 0 and empty where a Hadoop AM leaves them out.
 */
import {
  jobId,
  parseJobId,
  parseTaskAttemptId,
  parseTaskId,
  taskAttemptId,
  taskId,
  type JobId,
  type TaskAttemptId,
  type TaskId,
  type TaskType,
} from '../../records/ids.js';
import type {
  CounterGroups,
  JobReport,
  JobState,
  Phase,
  TaskAttemptCompletionEvent,
  TaskAttemptCompletionEventStatus,
  TaskAttemptReport,
  TaskAttemptState,
  TaskReport,
  TaskState,
} from '../../records/protocols.js';
import { parseApplicationId } from '../../records/ids.js';
import type {
  CountersProto,
  JobIdProto,
  JobReportProto,
  JobStateProto,
  PhaseProto,
  TaskAttemptCompletionEventProto,
  TaskAttemptCompletionEventStatusProto,
  TaskAttemptIdProto,
  TaskAttemptReportProto,
  TaskAttemptStateProto,
  TaskIdProto,
  TaskReportProto,
  TaskStateProto,
  TaskTypeProto,
} from '../generated/mr_protos.js';
import {
  applicationIdFromProto,
  applicationIdToProto,
  containerIdFromProto,
  containerIdToProto,
  given,
  names,
  need,
  present,
} from './common.js';

export const taskType = names<TaskType, TaskTypeProto>({ MAP: 'MAP', REDUCE: 'REDUCE' });

const jobState = names<JobState, JobStateProto>({
  NEW: 'J_NEW',
  INITED: 'J_INITED',
  RUNNING: 'J_RUNNING',
  SUCCEEDED: 'J_SUCCEEDED',
  FAILED: 'J_FAILED',
  KILLED: 'J_KILLED',
  ERROR: 'J_ERROR',
});

const taskState = names<TaskState, TaskStateProto>({
  NEW: 'TS_NEW',
  SCHEDULED: 'TS_SCHEDULED',
  RUNNING: 'TS_RUNNING',
  SUCCEEDED: 'TS_SUCCEEDED',
  FAILED: 'TS_FAILED',
  KILLED: 'TS_KILLED',
});

const taskAttemptState = names<TaskAttemptState, TaskAttemptStateProto>({
  NEW: 'TA_NEW',
  STARTING: 'TA_STARTING',
  RUNNING: 'TA_RUNNING',
  COMMIT_PENDING: 'TA_COMMIT_PENDING',
  SUCCEEDED: 'TA_SUCCEEDED',
  FAILED: 'TA_FAILED',
  KILLED: 'TA_KILLED',
});

const phase = names<Phase, PhaseProto>({
  STARTING: 'P_STARTING',
  MAP: 'P_MAP',
  SHUFFLE: 'P_SHUFFLE',
  SORT: 'P_SORT',
  REDUCE: 'P_REDUCE',
  CLEANUP: 'P_CLEANUP',
});

const completionStatus = names<TaskAttemptCompletionEventStatus, TaskAttemptCompletionEventStatusProto>({
  FAILED: 'TACE_FAILED',
  KILLED: 'TACE_KILLED',
  SUCCEEDED: 'TACE_SUCCEEDED',
  OBSOLETE: 'TACE_OBSOLETE',
  TIPFAILED: 'TACE_TIPFAILED',
});

export function jobIdToProto(id: JobId): JobIdProto {
  const { applicationId } = parseJobId(id);
  return { app_id: applicationIdToProto(applicationId), id: parseApplicationId(applicationId).sequence };
}

export function jobIdFromProto(m: JobIdProto): JobId {
  return jobId(applicationIdFromProto(need(m.app_id, 'JobIdProto.app_id')));
}

export function taskIdToProto(id: TaskId): TaskIdProto {
  const parsed = parseTaskId(id);
  return { job_id: jobIdToProto(parsed.jobId), task_type: taskType.to(parsed.type), id: parsed.task };
}

export function taskIdFromProto(m: TaskIdProto): TaskId {
  return taskId(
    jobIdFromProto(need(m.job_id, 'TaskIdProto.job_id')),
    taskType.from(need(m.task_type, 'TaskIdProto.task_type')),
    need(m.id, 'TaskIdProto.id'),
  );
}

export function taskAttemptIdToProto(id: TaskAttemptId): TaskAttemptIdProto {
  const parsed = parseTaskAttemptId(id);
  return { task_id: taskIdToProto(parsed.taskId), id: parsed.attempt };
}

export function taskAttemptIdFromProto(m: TaskAttemptIdProto): TaskAttemptId {
  return taskAttemptId(
    taskIdFromProto(need(m.task_id, 'TaskAttemptIdProto.task_id')),
    need(m.id, 'TaskAttemptIdProto.id'),
  );
}

export function countersToProto(groups: CounterGroups): CountersProto {
  return {
    counter_groups: Object.entries(groups).map(([group, counters]) => ({
      key: group,
      value: {
        name: group,
        counters: Object.entries(counters).map(([name, value]) => ({ key: name, value: { name, value } })),
      },
    })),
  };
}

export function countersFromProto(m: CountersProto | undefined): CounterGroups {
  return Object.fromEntries(
    (m?.counter_groups ?? []).map((group) => [
      group.key ?? group.value?.name ?? '',
      Object.fromEntries(
        (group.value?.counters ?? []).map((c) => [c.key ?? c.value?.name ?? '', c.value?.value ?? 0] as const),
      ),
    ]),
  );
}

export function jobReportToProto(r: JobReport): JobReportProto {
  return {
    job_id: jobIdToProto(r.jobId),
    job_state: jobState.to(r.state),
    map_progress: r.mapProgress,
    reduce_progress: r.reduceProgress,
    cleanup_progress: r.cleanupProgress,
    setup_progress: r.setupProgress,
    start_time: r.startTimeMs,
    finish_time: r.finishTimeMs,
    user: r.user,
    jobName: r.jobName,
    trackingUrl: r.trackingUrl,
    diagnostics: r.diagnostics,
    submit_time: r.submitTimeMs,
    is_uber: r.isUber,
    historyFile: r.historyFile,
    maps_total: r.mapsTotal,
    maps_completed: r.mapsCompleted,
    reduces_total: r.reducesTotal,
    reduces_completed: r.reducesCompleted,
    queue: r.queue,
  };
}

export function jobReportFromProto(m: JobReportProto): JobReport {
  return {
    jobId: jobIdFromProto(need(m.job_id, 'JobReportProto.job_id')),
    jobName: m.jobName ?? '',
    user: m.user ?? '',
    queue: m.queue ?? '',
    state: jobState.from(need(m.job_state, 'JobReportProto.job_state')),
    mapProgress: m.map_progress ?? 0,
    reduceProgress: m.reduce_progress ?? 0,
    setupProgress: m.setup_progress ?? 0,
    cleanupProgress: m.cleanup_progress ?? 0,
    submitTimeMs: m.submit_time ?? 0,
    startTimeMs: m.start_time ?? 0,
    finishTimeMs: m.finish_time ?? 0,
    diagnostics: m.diagnostics ?? '',
    isUber: m.is_uber ?? false,
    trackingUrl: m.trackingUrl ?? '',
    historyFile: m.historyFile ?? '',
    mapsTotal: m.maps_total ?? 0,
    mapsCompleted: m.maps_completed ?? 0,
    reducesTotal: m.reduces_total ?? 0,
    reducesCompleted: m.reduces_completed ?? 0,
  };
}

export function taskReportToProto(r: TaskReport): TaskReportProto {
  return {
    task_id: taskIdToProto(r.taskId),
    task_state: taskState.to(r.state),
    progress: r.progress,
    start_time: r.startTimeMs,
    finish_time: r.finishTimeMs,
    counters: countersToProto(r.counters),
    running_attempts: r.runningAttempts.map(taskAttemptIdToProto),
    successful_attempt: given(r.successfulAttempt, taskAttemptIdToProto),
    diagnostics: r.diagnostics,
  };
}

export function taskReportFromProto(m: TaskReportProto): TaskReport {
  return present({
    taskId: taskIdFromProto(need(m.task_id, 'TaskReportProto.task_id')),
    state: taskState.from(need(m.task_state, 'TaskReportProto.task_state')),
    progress: m.progress ?? 0,
    startTimeMs: m.start_time ?? 0,
    finishTimeMs: m.finish_time ?? 0,
    counters: countersFromProto(m.counters),
    runningAttempts: (m.running_attempts ?? []).map(taskAttemptIdFromProto),
    successfulAttempt: given(m.successful_attempt, taskAttemptIdFromProto),
    diagnostics: m.diagnostics ?? [],
  });
}

export function taskAttemptReportToProto(r: TaskAttemptReport): TaskAttemptReportProto {
  return {
    task_attempt_id: taskAttemptIdToProto(r.taskAttemptId),
    task_attempt_state: taskAttemptState.to(r.state),
    progress: r.progress,
    start_time: r.startTimeMs,
    finish_time: r.finishTimeMs,
    counters: countersToProto(r.counters),
    diagnostic_info: r.diagnostics,
    state_string: r.stateString,
    phase: phase.to(r.phase),
    shuffle_finish_time: r.shuffleFinishTimeMs,
    sort_finish_time: r.sortFinishTimeMs,
    node_manager_host: r.nodeManagerHost,
    node_manager_port: r.nodeManagerPort,
    node_manager_http_port: r.nodeManagerHttpPort,
    container_id: given(r.containerId, containerIdToProto),
  };
}

export function taskAttemptReportFromProto(m: TaskAttemptReportProto): TaskAttemptReport {
  return present({
    taskAttemptId: taskAttemptIdFromProto(need(m.task_attempt_id, 'TaskAttemptReportProto.task_attempt_id')),
    state: taskAttemptState.from(need(m.task_attempt_state, 'TaskAttemptReportProto.task_attempt_state')),
    progress: m.progress ?? 0,
    phase: phase.from(m.phase ?? 'P_STARTING'),
    startTimeMs: m.start_time ?? 0,
    finishTimeMs: m.finish_time ?? 0,
    shuffleFinishTimeMs: m.shuffle_finish_time ?? 0,
    sortFinishTimeMs: m.sort_finish_time ?? 0,
    diagnostics: m.diagnostic_info ?? '',
    stateString: m.state_string ?? '',
    nodeManagerHost: m.node_manager_host ?? '',
    nodeManagerPort: m.node_manager_port ?? 0,
    nodeManagerHttpPort: m.node_manager_http_port ?? 0,
    containerId: given(m.container_id, containerIdFromProto),
    counters: countersFromProto(m.counters),
  });
}

export function completionEventToProto(e: TaskAttemptCompletionEvent): TaskAttemptCompletionEventProto {
  return {
    attempt_id: taskAttemptIdToProto(e.attemptId),
    status: completionStatus.to(e.status),
    map_output_server_address: e.mapOutputServerAddress,
    attempt_run_time: e.attemptRunTimeMs,
    event_id: e.eventId,
  };
}

export function completionEventFromProto(m: TaskAttemptCompletionEventProto): TaskAttemptCompletionEvent {
  return {
    attemptId: taskAttemptIdFromProto(need(m.attempt_id, 'TaskAttemptCompletionEventProto.attempt_id')),
    eventId: m.event_id ?? 0,
    status: completionStatus.from(need(m.status, 'TaskAttemptCompletionEventProto.status')),
    mapOutputServerAddress: m.map_output_server_address ?? '',
    attemptRunTimeMs: m.attempt_run_time ?? 0,
  };
}
