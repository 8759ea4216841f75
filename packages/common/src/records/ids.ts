/**
 * Identifiers in YARN's text forms, as branded strings: they are map keys, log fields and file names as they stand.
 * Hadoop: yarn.api.records.{ApplicationId,ApplicationAttemptId,ContainerId,NodeId}, mapreduce.{JobID,TaskID,TaskAttemptID}.
 * Every constructor pads as Hadoop does; every parser throws InvalidIdError naming the text and the form it should have.
 */
import { InvalidIdError } from '../errors.js';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** `application_<clusterTimestamp>_<seq, at least 4 digits>`. */
export type ApplicationId = Id<'ApplicationId'>;
/** `appattempt_<clusterTimestamp>_<seq 4>_<attempt 6>`; attempts start at 1. */
export type ApplicationAttemptId = Id<'ApplicationAttemptId'>;
/** `container_[e<epoch 2>_]<clusterTimestamp>_<seq 4>_<attempt 2>_<sequence 6>`; the epoch is shown only above 0. */
export type ContainerId = Id<'ContainerId'>;
/** `host:port` of a NodeManager's container manager (not of its web pages). */
export type NodeId = Id<'NodeId'>;
/** `job_<clusterTimestamp>_<seq 4>`: the application id under another prefix. */
export type JobId = Id<'JobId'>;
/** `task_<clusterTimestamp>_<seq 4>_(m|r)_<task 6>`. */
export type TaskId = Id<'TaskId'>;
/** `attempt_<clusterTimestamp>_<seq 4>_(m|r)_<task 6>_<attempt>`; attempts start at 0. */
export type TaskAttemptId = Id<'TaskAttemptId'>;

export type TaskType = 'MAP' | 'REDUCE';

const pad = (n: number, digits: number): string => String(n).padStart(digits, '0');

function fields(text: string, form: RegExp, what: string, example: string): string[] {
  const match = form.exec(text);
  if (!match) throw new InvalidIdError(what, text, example);
  return match.slice(1).map((group) => group ?? '');
}

export function applicationId(clusterTimestamp: number, sequence: number): ApplicationId {
  return `application_${clusterTimestamp}_${pad(sequence, 4)}` as ApplicationId;
}

export function parseApplicationId(text: string): { clusterTimestamp: number; sequence: number } {
  const [ts, seq] = fields(text, /^application_(\d+)_(\d{4,})$/, 'application id', 'application_1700000000000_0001');
  return { clusterTimestamp: Number(ts), sequence: Number(seq) };
}

/** Checks `text` and gives it its type. */
export function toApplicationId(text: string): ApplicationId {
  parseApplicationId(text);
  return text as ApplicationId;
}

export function applicationAttemptId(app: ApplicationId, attempt: number): ApplicationAttemptId {
  return `appattempt_${app.slice('application_'.length)}_${pad(attempt, 6)}` as ApplicationAttemptId;
}

export function parseApplicationAttemptId(text: string): { applicationId: ApplicationId; attempt: number } {
  const [ts, seq, attempt] = fields(
    text,
    /^appattempt_(\d+)_(\d{4,})_(\d{6,})$/,
    'application attempt id',
    'appattempt_1700000000000_0001_000001',
  );
  return { applicationId: `application_${ts}_${seq}` as ApplicationId, attempt: Number(attempt) };
}

/** The application an attempt belongs to. */
export function applicationOf(attempt: ApplicationAttemptId): ApplicationId {
  return parseApplicationAttemptId(attempt).applicationId;
}

export function containerId(attempt: ApplicationAttemptId, sequence: number, epoch = 0): ContainerId {
  const parsed = parseApplicationAttemptId(attempt);
  const app = parsed.applicationId.slice('application_'.length);
  const e = epoch > 0 ? `e${pad(epoch, 2)}_` : '';
  return `container_${e}${app}_${pad(parsed.attempt, 2)}_${pad(sequence, 6)}` as ContainerId;
}

export function parseContainerId(text: string): {
  applicationAttemptId: ApplicationAttemptId;
  epoch: number;
  sequence: number;
} {
  const [epoch, ts, seq, attempt, sequence] = fields(
    text,
    /^container_(?:e(\d{2,})_)?(\d+)_(\d{4,})_(\d{2,})_(\d{6,})$/,
    'container id',
    'container_1700000000000_0001_01_000001',
  );
  return {
    applicationAttemptId: applicationAttemptId(`application_${ts}_${seq}` as ApplicationId, Number(attempt)),
    epoch: Number(epoch === '' ? 0 : epoch),
    sequence: Number(sequence),
  };
}

export function toContainerId(text: string): ContainerId {
  parseContainerId(text);
  return text as ContainerId;
}

export function nodeId(host: string, port: number): NodeId {
  return `${host}:${port}` as NodeId;
}

export function parseNodeId(text: string): { host: string; port: number } {
  const [host, port] = fields(text, /^(.+):(\d{1,5})$/, 'node id', 'host.example:45454');
  return { host: host ?? '', port: Number(port) };
}

export function jobId(app: ApplicationId): JobId {
  return `job_${app.slice('application_'.length)}` as JobId;
}

export function parseJobId(text: string): { applicationId: ApplicationId } {
  const [ts, seq] = fields(text, /^job_(\d+)_(\d{4,})$/, 'job id', 'job_1700000000000_0001');
  return { applicationId: `application_${ts}_${seq}` as ApplicationId };
}

export function taskId(job: JobId, type: TaskType, task: number): TaskId {
  return `task_${job.slice('job_'.length)}_${type === 'MAP' ? 'm' : 'r'}_${pad(task, 6)}` as TaskId;
}

export function parseTaskId(text: string): { jobId: JobId; type: TaskType; task: number } {
  const [ts, seq, kind, task] = fields(
    text,
    /^task_(\d+)_(\d{4,})_([mr])_(\d{6,})$/,
    'task id',
    'task_1700000000000_0001_m_000000',
  );
  return { jobId: `job_${ts}_${seq}` as JobId, type: kind === 'm' ? 'MAP' : 'REDUCE', task: Number(task) };
}

export function taskAttemptId(task: TaskId, attempt: number): TaskAttemptId {
  return `attempt_${task.slice('task_'.length)}_${attempt}` as TaskAttemptId;
}

export function parseTaskAttemptId(text: string): { taskId: TaskId; attempt: number } {
  const [task, attempt] = fields(
    text,
    /^attempt_(\d+_\d{4,}_[mr]_\d{6,})_(\d+)$/,
    'task attempt id',
    'attempt_1700000000000_0001_m_000000_0',
  );
  return { taskId: `task_${task}` as TaskId, attempt: Number(attempt) };
}

/** The task an attempt belongs to. The id was checked when it got its type: this only cuts the text, for hot paths. */
export function taskOf(attempt: TaskAttemptId): TaskId {
  return `task_${attempt.slice('attempt_'.length, attempt.lastIndexOf('_'))}` as TaskId;
}

/** Whether a task is a map or a reduce; cuts the text, as `taskOf`. */
export function taskTypeOf(task: TaskId): TaskType {
  return task.charAt(task.lastIndexOf('_') - 1) === 'm' ? 'MAP' : 'REDUCE';
}
