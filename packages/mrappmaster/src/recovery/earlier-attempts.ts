/**
 * EarlierAttempts: what the AM attempts before this one finished, as their histories tell it. Hadoop: the parsing half of
 * MRAppMaster.processRecovery (reference mapreduce.md 6.7). Feed it the events of each attempt's file, oldest attempt first: the
 * last word on an attempt of a task counts, so a map whose output was lost later is not taken for finished. An attempt that
 * succeeded makes its task a success, even where the file ends before the task's own record. Pure.
 */
import {
  nodeId,
  parseNodeId,
  taskTypeOf,
  type AMStartedRecord,
  type ApplicationAttemptId,
  type HistoryEvent,
  type TaskAttemptId,
  type TaskAttemptStartedRecord,
  type TaskId,
} from '@bobbin/common';
import type { RecoveredTask } from '../app-context.js';
import { recoveredAttempt, stateOf, type AttemptEnd } from './recovered-attempt.js';

interface Told {
  readonly start: TaskAttemptStartedRecord;
  /** Undefined: it ran when its AM died. */
  end?: AttemptEnd;
  /** The AM attempt whose file told it last. */
  amAttempt: number;
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

  /** The next event of the file of this AM attempt. */
  add(event: HistoryEvent, amAttempt: number): void {
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
        return this.started(event, amAttempt);
      case 'MAP_ATTEMPT_FINISHED':
      case 'MAP_ATTEMPT_FAILED':
      case 'MAP_ATTEMPT_KILLED':
      case 'REDUCE_ATTEMPT_FINISHED':
      case 'REDUCE_ATTEMPT_FAILED':
      case 'REDUCE_ATTEMPT_KILLED':
        return this.ended(event, amAttempt);
      default:
        return;
    }
  }

  /**
   * The tasks that succeeded and need not run again, with their attempts in the order they finished. Map output on the nodes is
   * good whichever attempt's file told of it; output that was committed lies with the last AM attempt, so its file must tell.
   */
  succeeded(numReduces: number, lastAmAttempt: number): Map<TaskId, RecoveredTask> {
    const tasks = new Map<TaskId, RecoveredTask>();
    for (const [taskId, told] of this.attempts) {
      const isServed = taskTypeOf(taskId) === 'MAP' && numReduces > 0;
      const over = [...told.values()].flatMap((one) => (one.end ? [{ ...one, end: one.end }] : []));
      over.sort((a, b) => a.end.finishTimeMs - b.end.finishTimeMs);
      const winner = over.find(
        ({ start, end, amAttempt }) =>
          stateOf(end) === 'SUCCEEDED' && (isServed ? start.shufflePort >= 0 : amAttempt === lastAmAttempt),
      );
      if (!winner) continue;
      // One success a task: a second attempt that finished before it could be killed is taken for killed.
      const attempts = over.map(({ start, end }) => {
        const isLoser = stateOf(end) === 'SUCCEEDED' && start !== winner.start;
        const { host, port } = parseNodeId(start.trackerName);
        return recoveredAttempt(start, end, nodeId(host, port), isLoser ? 'KILLED' : undefined);
      });
      const startTimeMs = this.taskStartsMs.get(taskId) ?? winner.start.startTimeMs;
      tasks.set(taskId, { taskId, status: 'SUCCEEDED', startTimeMs, attempts });
    }
    return tasks;
  }

  /** Told anew by a later AM attempt: its end follows there, or stays as it was told before. */
  private started(start: TaskAttemptStartedRecord, amAttempt: number): void {
    const ofTask = this.attempts.get(start.taskId) ?? new Map<TaskAttemptId, Told>();
    const before = ofTask.get(start.attemptId);
    ofTask.set(start.attemptId, before ? { ...before, start } : { start, amAttempt });
    this.attempts.set(start.taskId, ofTask);
  }

  private ended(end: AttemptEnd, amAttempt: number): void {
    const told = this.attempts.get(end.taskId)?.get(end.attemptId);
    if (told) Object.assign(told, { end, amAttempt });
  }
}
