/**
 * EarlierAttempts: what the AM attempts before this one finished, as their histories tell it. Hadoop: the parsing half of
 * MRAppMaster.processRecovery (reference mapreduce.md 6.7). Feed it the events of each attempt's file, oldest attempt first: the
 * last word on an attempt of a task counts, so a map whose output was lost later is not taken for finished. An attempt that
 * succeeded makes its task a success, even where the file ends before the task's own record. An attempt without an end ran when its
 * AM died: it may run still. Pure.
 */
import {
  nodeId,
  parseNodeId,
  type AMStartedRecord,
  type ApplicationAttemptId,
  type HistoryEvent,
  type NodeId,
  type TaskAttemptId,
  type TaskAttemptStartedRecord,
  type TaskId,
} from '@bobbin/common';
import type { RecoveredTask } from '../app-context.js';
import { recoveredAttempt, runningAttempt, stateOf, type AttemptEnd } from './recovered-attempt.js';

const DIED_WITH_ITS_AM =
  'It ran in the container of an earlier attempt of the AppMaster, and ended with it: its task runs again';

const nodeOf = (start: TaskAttemptStartedRecord): NodeId => {
  const { host, port } = parseNodeId(start.trackerName);
  return nodeId(host, port);
};

interface Told {
  readonly start: TaskAttemptStartedRecord;
  /** Undefined: it ran when its AM died. */
  end?: AttemptEnd;
}

export class EarlierAttempts {
  /** When the job began; undefined where no file says. */
  launchTimeMs: number | undefined;
  private readonly masters = new Map<ApplicationAttemptId, AMStartedRecord>();
  private readonly taskStartsMs = new Map<TaskId, number>();
  private readonly attempts = new Map<TaskId, Map<TaskAttemptId, Told>>();

  /** In the order they started. */
  get amInfos(): readonly AMStartedRecord[] {
    return [...this.masters.values()];
  }

  /** The next event. */
  add(event: HistoryEvent): void {
    switch (event.type) {
      case 'AM_STARTED':
        this.masters.set(event.applicationAttemptId, event);
        return;
      case 'JOB_INITED':
        this.launchTimeMs = event.launchTimeMs;
        return;
      case 'TASK_STARTED':
        this.taskStartsMs.set(event.taskId, event.startTimeMs);
        return;
      case 'MAP_ATTEMPT_STARTED':
      case 'REDUCE_ATTEMPT_STARTED':
        return this.started(event);
      case 'MAP_ATTEMPT_FINISHED':
      case 'MAP_ATTEMPT_FAILED':
      case 'MAP_ATTEMPT_KILLED':
      case 'REDUCE_ATTEMPT_FINISHED':
      case 'REDUCE_ATTEMPT_FAILED':
      case 'REDUCE_ATTEMPT_KILLED':
        return this.ended(event);
      default:
        return;
    }
  }

  /**
   * The tasks that succeeded, with their attempts in the order they finished. Whether what they made is still there and
   * still needed, others will say.
   */
  succeeded(): Map<TaskId, RecoveredTask> {
    const tasks = new Map<TaskId, RecoveredTask>();
    for (const [taskId, told] of this.attempts) {
      const over = [...told.values()].flatMap((one) => (one.end ? [{ ...one, end: one.end }] : []));
      over.sort((a, b) => a.end.finishTimeMs - b.end.finishTimeMs);
      const successes = over.filter(({ end }) => stateOf(end) === 'SUCCEEDED');
      const winner = successes.find(({ start }) => start.shufflePort >= 0) ?? successes[0];
      if (!winner) continue;
      // One success a task: a second attempt that finished before it could be killed is taken for killed.
      const attempts = over.map(({ start, end }) => {
        const isLoser = stateOf(end) === 'SUCCEEDED' && start !== winner.start;
        return recoveredAttempt(start, end, nodeOf(start), isLoser ? 'KILLED' : undefined);
      });
      const startTimeMs = this.taskStartsMs.get(taskId) ?? winner.start.startTimeMs;
      tasks.set(taskId, { taskId, status: 'SUCCEEDED', startTimeMs, attempts });
    }
    return tasks;
  }

  /**
   * The other tasks that were begun, each with what was told of its attempts. Those that ran come last, as RUNNING; where they cannot
   * run any more, as KILLED, with the reason.
   */
  unfinished(succeeded: ReadonlyMap<TaskId, RecoveredTask>): Map<TaskId, RecoveredTask> {
    const ownContainers = new Set([...this.masters.values()].map(({ containerId }) => containerId));
    const tasks = new Map<TaskId, RecoveredTask>();
    for (const [taskId, told] of this.attempts) {
      if (succeeded.has(taskId)) continue;
      const attempts = [...told.values()]
        .sort((a, b) => (a.end?.finishTimeMs ?? Infinity) - (b.end?.finishTimeMs ?? Infinity))
        .map(({ start, end }) => {
          if (end) return recoveredAttempt(start, end, nodeOf(start));
          const died = ownContainers.has(start.containerId) ? DIED_WITH_ITS_AM : undefined;
          return runningAttempt(start, nodeOf(start), died);
        });
      const startTimeMs = this.taskStartsMs.get(taskId) ?? attempts[0]?.startTimeMs ?? 0;
      tasks.set(taskId, { taskId, status: 'RUNNING', startTimeMs, attempts });
    }
    return tasks;
  }

  /** Told anew by a later AM attempt: its end follows there, or stays as it was told before. */
  private started(start: TaskAttemptStartedRecord): void {
    const ofTask = this.attempts.get(start.taskId) ?? new Map<TaskAttemptId, Told>();
    const before = ofTask.get(start.attemptId);
    ofTask.set(start.attemptId, before ? { ...before, start } : { start });
    this.attempts.set(start.taskId, ofTask);
  }

  private ended(end: AttemptEnd): void {
    const told = this.attempts.get(end.taskId)?.get(end.attemptId);
    if (told) Object.assign(told, { end });
  }
}
