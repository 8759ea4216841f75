/** What clients see of the machines' finer states. Hadoop: getExternalState of JobImpl, TaskImpl and TaskAttemptImpl. */
import type { SnapshotFrom } from 'xstate';
import type { JobState, TaskAttemptState, TaskState } from '@bobbin/common';
import type { jobMachine } from './job-machine.js';
import type { taskMachine } from './task/task-machine.js';
import type { taskAttemptMachine } from './taskattempt/task-attempt-machine.js';

export type JobStateInternal = SnapshotFrom<typeof jobMachine>['value'];
export type TaskStateInternal = SnapshotFrom<typeof taskMachine>['value'];
export type TaskAttemptStateInternal = SnapshotFrom<typeof taskAttemptMachine>['value'];

const JOB_STATES: Readonly<Record<Exclude<JobStateInternal, 'REBOOT'>, JobState>> = {
  NEW: 'NEW',
  INITED: 'INITED',
  SETUP: 'RUNNING',
  RUNNING: 'RUNNING',
  COMMITTING: 'RUNNING',
  KILL_WAIT: 'KILLED',
  KILL_ABORT: 'KILLED',
  KILLED: 'KILLED',
  FAIL_WAIT: 'FAILED',
  FAIL_ABORT: 'FAILED',
  FAILED: 'FAILED',
  SUCCEEDED: 'SUCCEEDED',
  ERROR: 'ERROR',
};

const TASK_STATES: Readonly<Record<TaskStateInternal, TaskState>> = {
  NEW: 'NEW',
  SCHEDULED: 'SCHEDULED',
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  KILL_WAIT: 'KILLED',
  KILLED: 'KILLED',
};

const ATTEMPT_STATES: Readonly<Record<TaskAttemptStateInternal, TaskAttemptState>> = {
  NEW: 'NEW',
  UNASSIGNED: 'STARTING',
  ASSIGNED: 'STARTING',
  RUNNING: 'RUNNING',
  COMMIT_PENDING: 'COMMIT_PENDING',
  SUCCESS_FINISHING_CONTAINER: 'SUCCEEDED',
  SUCCESS_CONTAINER_CLEANUP: 'SUCCEEDED',
  SUCCEEDED: 'SUCCEEDED',
  FAIL_FINISHING_CONTAINER: 'FAILED',
  FAIL_CONTAINER_CLEANUP: 'FAILED',
  FAIL_TASK_CLEANUP: 'FAILED',
  FAILED: 'FAILED',
  KILL_CONTAINER_CLEANUP: 'KILLED',
  KILL_TASK_CLEANUP: 'KILLED',
  KILLED: 'KILLED',
};

/** A job that is to be taken up by another AM attempt (REBOOT) still runs for its clients, unless no other comes. */
export function externalJobState(state: JobStateInternal, isLastAMRetry: boolean): JobState {
  if (state === 'REBOOT') return isLastAMRetry ? 'ERROR' : 'RUNNING';
  return JOB_STATES[state];
}

export function externalTaskState(state: TaskStateInternal): TaskState {
  return TASK_STATES[state];
}

export function externalAttemptState(state: TaskAttemptStateInternal): TaskAttemptState {
  return ATTEMPT_STATES[state];
}
