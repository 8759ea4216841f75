/**
 * JobTimeline: a job's history as stretches of time, each in one phase: of the job itself, and of each attempt from the request for
 * its container to its end. Our own histories tell every moment; Hadoop's leave out grant, launch and load, and a stretch then
 * reaches to the next moment that is told. Moments of several machines are put in order: none ends before it begins. Pure.
 */
import {
  parseTaskAttemptId,
  parseTaskId,
  taskTypeOf,
  type HistoryEvent,
  type JobId,
  type MapAttemptFinishedRecord,
  type ReduceAttemptFinishedRecord,
  type TaskAttemptId,
  type TaskAttemptStartedRecord,
  type TaskAttemptUnsuccessfulCompletionRecord,
  type TaskId,
  type TaskType,
} from '@bobbin/common';

/** In the order of a job's life. */
export const PHASES = [
  'submit',
  'AM start',
  'ask',
  'grant',
  'launch',
  'load',
  'map',
  'shuffle',
  'merge',
  'reduce',
  'commit',
] as const;
export type TimelinePhase = (typeof PHASES)[number];

/** Wall clock, ms since 1970. */
export interface Span {
  readonly phase: TimelinePhase;
  readonly startMs: number;
  readonly endMs: number;
}

export interface AttemptTimeline {
  readonly attemptId: TaskAttemptId;
  /** `m12.0`, `r0.1`: kind and number of the task, number of the attempt. */
  readonly name: string;
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly containerId: string;
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'KILLED';
  /** One after the other, without gaps; from the request for a container, where that is told. */
  readonly spans: readonly Span[];
  readonly startMs: number;
  readonly endMs: number;
}

export interface JobTimeline {
  readonly jobId: JobId;
  readonly jobName: string;
  /** RUNNING until its end is told. */
  readonly state: string;
  readonly uberized: boolean;
  /** Tasks that the job has, begun or not. */
  readonly numMaps: number;
  readonly numReduces: number;
  readonly startMs: number;
  readonly endMs: number;
  /** When each AppMaster's process began, and when it told so; the newest last. */
  readonly masters: readonly { readonly processStartMs: number; readonly startedMs: number }[];
  /** In the order they were asked for. */
  readonly attempts: readonly AttemptTimeline[];
}

type AttemptEnd = MapAttemptFinishedRecord | ReduceAttemptFinishedRecord | TaskAttemptUnsuccessfulCompletionRecord;
type Bound = readonly [phase: TimelinePhase, endMs: number | undefined];

/** `nowMs`: how far a job that is not over has come. */
export function timelineOf(jobId: JobId, events: readonly HistoryEvent[], nowMs: number): JobTimeline {
  const masters: { processStartMs: number; startedMs: number }[] = [];
  const taskStarts = new Map<TaskId, number>();
  const starts = new Map<TaskAttemptId, TaskAttemptStartedRecord>();
  const ends = new Map<TaskAttemptId, AttemptEnd>();
  let job = { jobName: '', state: 'RUNNING', uberized: false, startMs: 0, endMs: nowMs, numMaps: 0, numReduces: 0 };
  for (const event of events) {
    switch (event.type) {
      case 'AM_STARTED': {
        const { startTimeMs: startedMs, processStartTimeMs: processStartMs = startedMs } = event;
        masters.push({ processStartMs, startedMs });
        break;
      }
      case 'JOB_SUBMITTED':
        job = { ...job, jobName: event.jobName, startMs: event.submitTimeMs };
        break;
      case 'JOB_INITED':
        job = { ...job, uberized: event.uberized, numMaps: event.totalMaps, numReduces: event.totalReduces };
        break;
      case 'TASK_STARTED':
        taskStarts.set(event.taskId, event.startTimeMs);
        break;
      case 'MAP_ATTEMPT_STARTED':
      case 'REDUCE_ATTEMPT_STARTED':
        starts.set(event.attemptId, event);
        break;
      case 'MAP_ATTEMPT_FINISHED':
      case 'REDUCE_ATTEMPT_FINISHED':
      case 'MAP_ATTEMPT_FAILED':
      case 'MAP_ATTEMPT_KILLED':
      case 'REDUCE_ATTEMPT_FAILED':
      case 'REDUCE_ATTEMPT_KILLED':
        // Output lost later does not change when it was made.
        if (!ends.has(event.attemptId)) ends.set(event.attemptId, event);
        break;
      case 'JOB_FINISHED':
        job = { ...job, state: 'SUCCEEDED', endMs: event.finishTimeMs };
        break;
      case 'JOB_FAILED':
      case 'JOB_KILLED':
      case 'JOB_ERROR':
        job = { ...job, state: event.jobStatus, endMs: event.finishTimeMs };
        break;
      default:
        break;
    }
  }
  const attempts = [...starts.values()].map((start) => {
    const isFirst = parseTaskAttemptId(start.attemptId).attempt % 1000 === 0;
    const askMs = start.askTimeMs ?? (isFirst ? taskStarts.get(start.taskId) : undefined);
    return attemptOf(start, ends.get(start.attemptId), askMs, job);
  });
  const startMs = job.startMs > 0 ? job.startMs : (masters[0]?.processStartMs ?? nowMs);
  return { jobId, ...job, startMs, masters, attempts: attempts.toSorted((a, b) => a.startMs - b.startMs) };
}

/** Milliseconds of each phase, summed. */
export function sumByPhase(spans: Iterable<Span>): Map<TimelinePhase, number> {
  const sums = new Map<TimelinePhase, number>();
  for (const { phase, startMs, endMs } of spans) sums.set(phase, (sums.get(phase) ?? 0) + endMs - startMs);
  return sums;
}

function attemptOf(
  start: TaskAttemptStartedRecord,
  end: AttemptEnd | undefined,
  askMs: number | undefined,
  job: { readonly endMs: number; readonly numReduces: number },
): AttemptTimeline {
  const { attemptId, taskId, containerId } = start;
  const taskType = taskTypeOf(taskId);
  const startMs = Math.min(askMs ?? start.startTimeMs, start.startTimeMs);
  const endMs = Math.max(end?.finishTimeMs ?? job.endMs, start.startTimeMs);
  const { processStartTimeMs, takeTimeMs, loadTimeMs, commitTimeMs } = end ?? {};
  const bounds: Bound[] = [
    ['ask', start.grantTimeMs ?? start.startTimeMs],
    ['grant', start.startTimeMs],
    ['launch', processStartTimeMs ?? takeTimeMs],
    ['load', loadTimeMs],
  ];
  if (end?.type === 'MAP_ATTEMPT_FINISHED') {
    bounds.push(['map', commitTimeMs ?? end.mapFinishTimeMs], [job.numReduces > 0 ? 'merge' : 'commit', endMs]);
  } else if (end?.type === 'REDUCE_ATTEMPT_FINISHED') {
    bounds.push(['shuffle', end.shuffleFinishTimeMs], ['merge', end.sortFinishTimeMs], ['reduce', commitTimeMs]);
    bounds.push([commitTimeMs === undefined ? 'reduce' : 'commit', endMs]);
  } else {
    bounds.push([taskType === 'MAP' ? 'map' : 'reduce', endMs]);
  }
  const { attempt } = parseTaskAttemptId(attemptId);
  const name = `${taskType === 'MAP' ? 'm' : 'r'}${parseTaskId(taskId).task}.${attempt}`;
  const state = end === undefined ? 'RUNNING' : 'status' in end ? end.status : 'SUCCEEDED';
  const spans = inOrder(startMs, endMs, bounds);
  return { attemptId, name, taskId, taskType, containerId, state, spans, startMs, endMs };
}

/** One span after the other; those that are not told, or take no time, are left out. */
function inOrder(startMs: number, lastMs: number, bounds: readonly Bound[]): Span[] {
  const spans: Span[] = [];
  let atMs = startMs;
  for (const [phase, told] of bounds) {
    if (told === undefined) continue;
    const endMs = Math.min(Math.max(told, atMs), lastMs);
    if (endMs > atMs) spans.push({ phase, startMs: atMs, endMs });
    atMs = endMs;
  }
  return spans;
}
