/**
 * HistoryReplay: drives the machines of a job, its tasks and attempts from its history, without a cluster (DESIGN D9). Hadoop has none;
 * Tez's TestDAGRecovery is near. For each record, the machines get what came from outside at that moment (a container, the end of
 * an attempt, a kill), then work until they have written the same record themselves; the first that they do not is an error. What
 * follows from a record is left waiting until the file tells of it, so that things happen in the order they did.
 *
 * Compared are kind, ids, outcomes and tallies; times, texts and counters come from the file and are given to the machines.
 */
import {
  parseApplicationAttemptId,
  parseTaskAttemptId,
  type HistoryEvent,
  type TaskAttemptId,
  type TaskAttemptStartedRecord,
  type TaskAttemptUnsuccessfulCompletionRecord,
  type TaskId,
} from '@bobbin/common';
import { HistoryReplayError } from '../errors.js';
import { StatusSlot } from '../task-status.js';
import type { AttemptEnd } from '../recovery/recovered-attempt.js';
import { HistoryFacts, isJobEnd, type RecordOf } from './history-facts.js';
import { ReplayStage, type MachineStep, type WrittenRecord } from './replay-stage.js';

/** One event a machine took on the way to a record. */
export interface ReplayStep extends MachineStep {
  /** Place of the record among the events of the file, from 1. */
  readonly position: number;
  readonly record: HistoryEvent['type'];
}

export interface ReplayResult {
  readonly events: number;
  /** Machine events it took. */
  readonly steps: number;
  /** Of the job's machine at the end. */
  readonly jobState: string;
}

/** What must be the same in the file and in what the machines write. Killed tasks are not: Hadoop counts them before they end. */
const COMPARED = [
  'status',
  'taskStatus',
  'jobStatus',
  'successfulAttemptId',
  'failedDueToAttempt',
  'containerId',
  'totalMaps',
  'totalReduces',
  'finishedMaps',
  'finishedReduces',
  'failedMaps',
  'failedReduces',
] as const;
type Compared = Readonly<Partial<Record<(typeof COMPARED)[number], string | number>>>;

/**
 * Replays a whole history, or the beginning of one. Throws HistoryReplayError that names the first event which differs from what
 * the machines do. `onStep` sees each event a machine takes, in order.
 */
export function replayHistory(
  events: readonly HistoryEvent[],
  onStep: (step: ReplayStep) => void = () => undefined,
): ReplayResult {
  const facts = new HistoryFacts(events);
  const { jobId, applicationAttemptId } = facts;
  if (jobId === undefined || applicationAttemptId === undefined) {
    return { events: events.length, steps: 0, jobState: 'NEW' };
  }
  let position = 0;
  let steps = 0;
  let record: HistoryEvent | undefined;
  const stage = new ReplayStage(jobId, applicationAttemptId, facts, (step) => {
    steps++;
    if (record) onStep({ position, record: record.type, ...step });
  });
  const replay = new HistoryReplay(stage, facts, parseApplicationAttemptId(applicationAttemptId).attempt);
  for (record of events) {
    position++;
    const difference = replay.follow(record, position);
    if (difference !== undefined) throw new HistoryReplayError(position, record.type, idOf(record), difference);
  }
  const [extra] = replay.unexplained();
  if (extra) {
    const difference = 'the machines write it here, the file does not tell it';
    throw new HistoryReplayError(extra.position, extra.record.type, idOf(extra.record), difference);
  }
  return { events: events.length, steps, jobState: stage.job.internalState };
}

class HistoryReplay {
  private wasCutShort = false;

  constructor(
    private readonly stage: ReplayStage,
    private readonly facts: HistoryFacts,
    private readonly amAttempt: number,
  ) {}

  /** Brings the machines to where the record says they are; otherwise says how they differ. */
  follow(record: HistoryEvent, position: number): string | undefined {
    this.stage.moveTo(timeOf(record), position);
    switch (record.type) {
      // Facts from outside: no machine knows them.
      case 'AM_STARTED':
      case 'JOB_QUEUE_CHANGED':
      case 'JOB_PRIORITY_CHANGED':
      case 'JOB_STATUS_CHANGED':
      case 'TASK_UPDATED':
        return undefined;
      case 'JOB_SUBMITTED':
        this.init();
        break;
      case 'JOB_INITED':
        this.start(record);
        break;
      case 'MAP_ATTEMPT_STARTED':
      case 'REDUCE_ATTEMPT_STARTED':
        this.attemptStarted(record);
        break;
      case 'MAP_ATTEMPT_ADOPTED':
      case 'REDUCE_ATTEMPT_ADOPTED':
        this.stage.deliver({ domain: 'taskattempt', type: 'TA_ADOPTED', attemptId: record.attemptId });
        break;
      case 'MAP_ATTEMPT_FINISHED':
      case 'REDUCE_ATTEMPT_FINISHED':
        this.attemptFinished(record);
        break;
      case 'MAP_ATTEMPT_FAILED':
      case 'REDUCE_ATTEMPT_FAILED':
        this.attemptFailed(record);
        break;
      case 'MAP_ATTEMPT_KILLED':
      case 'REDUCE_ATTEMPT_KILLED':
        this.attemptKilled(record);
        break;
      default:
        break;
    }
    return this.compare(record);
  }

  /** What the machines wrote and a whole file would tell. One whose AppMaster was cut short may leave out the last ends. */
  unexplained(): readonly WrittenRecord[] {
    const { end, endedByLaterAM } = this.facts;
    const isWhole = end && end.type !== 'JOB_ERROR' && !endedByLaterAM && !this.wasCutShort;
    return isWhole ? this.stage.leftOver : [];
  }

  private compare(record: HistoryEvent): string | undefined {
    const isIt = (written: HistoryEvent): boolean => written.type === record.type && idOf(written) === idOf(record);
    let written = this.stage.take(isIt);
    while (!written && (this.stage.step() || this.nudge(record))) written = this.stage.take(isIt);
    if (!written) {
      if (isWithoutContainer(record) && this.stateOf(record.attemptId) === record.status) return undefined;
      if (this.facts.endedByLaterAM && isJobEnd(record)) return undefined;
      return `the machines do not write it: ${this.describe(record)}`;
    }
    const told = record as unknown as Compared;
    const found = written as unknown as Compared;
    for (const key of COMPARED) {
      if (told[key] !== undefined && told[key] !== found[key]) {
        return `its ${key} is ${String(told[key])}, that of the machines ${String(found[key])}`;
      }
    }
    return undefined;
  }

  private init(): void {
    const { inited, end, jobId } = this.facts;
    const isBroken = !inited && end?.type === 'JOB_FAILED';
    const result = isBroken
      ? { failure: end.diagnostics }
      : { splits: jobId === undefined ? [] : this.facts.splits(jobId) };
    this.stage.deliver({ domain: 'job', type: 'JOB_INIT', ...result });
  }

  private start({ launchTimeMs }: RecordOf<'JOB_INITED'>): void {
    const recovered = this.facts.recovered((this.amAttempt - 1) * 1000);
    const from = recovered.size > 0 ? { recovered, recoveredStartTimeMs: launchTimeMs } : {};
    this.stage.deliver({ domain: 'job', type: 'JOB_START', ...from });
  }

  private attemptStarted(record: TaskAttemptStartedRecord): void {
    const { attemptId, shufflePort } = record;
    this.work(() => this.stateOf(attemptId) !== undefined);
    this.makeAttempt(record);
    this.work(() => this.stateOf(attemptId) !== 'NEW' && this.stateOf(attemptId) !== 'UNASSIGNED');
    this.stage.giveContainer(record);
    if (this.stateOf(attemptId) === 'ASSIGNED') {
      this.stage.deliver({ domain: 'taskattempt', type: 'TA_CONTAINER_LAUNCHED', attemptId, shufflePort });
    }
    // Killed before it was launched: its start is written with its end.
    this.cleanUp(attemptId);
  }

  /**
   * An attempt nobody made: a speculative one, or the successor of one that ended before it had a container. Neither a wish to
   * speculate nor such an end is told, only the numbers that they took.
   */
  private makeAttempt({ attemptId, taskId, avataar }: TaskAttemptStartedRecord): void {
    const task = this.stage.job.task(taskId);
    if (!task) return;
    const { attempt: number } = parseTaskAttemptId(attemptId);
    const first = (this.amAttempt - 1) * 1000;
    // One of another AppMaster is recovered or unknown: no number of tries leads to it.
    if (Math.floor(number / 1000) !== this.amAttempt - 1) return;
    const made = (): number => [...task.attempts.keys()].filter((id) => parseTaskAttemptId(id).attempt >= first).length;
    for (let before = -1; this.stateOf(attemptId) === undefined && made() > before;) {
      before = made();
      const waiting = [...task.attempts.values()].find(
        ({ id, internalState }) => internalState === 'UNASSIGNED' && !this.facts.start(id),
      );
      const isNext = first + before === number;
      if (isNext ? avataar !== 'SPECULATIVE' : waiting !== undefined) {
        if (waiting) this.kill(waiting.id, 'It ended before it had a container');
      } else {
        this.stage.deliver({ domain: 'task', type: 'T_ADD_SPEC_ATTEMPT', taskId });
      }
      const isSettled = (): boolean =>
        [...task.attempts.values()].every(({ internalState }) => internalState !== 'NEW');
      this.work(() => made() > before && isSettled());
    }
    this.work(() => this.stateOf(attemptId) !== undefined);
  }

  private attemptFinished(record: RecordOf<'MAP_ATTEMPT_FINISHED' | 'REDUCE_ATTEMPT_FINISHED'>): void {
    const { attemptId } = record;
    if (this.stateOf(attemptId) !== 'RUNNING') return;
    this.report(record);
    // The task was killed just before it heard of this success.
    if (this.facts.isKilledNext(record)) this.killTask(record.taskId);
    this.stage.deliver({ domain: 'taskattempt', type: 'TA_DONE', attemptId });
    this.stage.release(attemptId);
    this.stage.deliver({ domain: 'taskattempt', type: 'TA_CONTAINER_COMPLETED', attemptId });
  }

  private attemptFailed(record: AttemptEnd & { readonly error: string }): void {
    const { attemptId, error } = record;
    const domain = 'taskattempt';
    switch (this.stateOf(attemptId)) {
      case 'RUNNING':
        this.report(record);
        this.stage.deliver({ domain, type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics: error });
        this.stage.deliver({ domain, type: 'TA_FAILMSG', attemptId, fastFail: this.facts.isFastFail(attemptId) });
        return this.stage.deliver({ domain, type: 'TA_CONTAINER_COMPLETED', attemptId });
      case 'FAIL_CONTAINER_CLEANUP':
        this.stage.deliver({ domain, type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics: error });
        this.cleanUp(attemptId);
        return;
      case 'SUCCEEDED':
        return this.stage.deliver({
          domain,
          type: 'TA_TOO_MANY_FETCH_FAILURE',
          attemptId,
          reduceId: attemptId,
          reduceHost: record.hostname,
        });
      default:
        return;
    }
  }

  private attemptKilled(record: TaskAttemptUnsuccessfulCompletionRecord): void {
    const { attemptId, taskId, error } = record;
    const isKilled = (): boolean => this.stateOf(attemptId)?.startsWith('KILL') === true;
    this.work(isKilled);
    if (!isKilled() && this.facts.endsItsTask(record)) {
      this.killTaskOrJob(taskId, record);
      this.work(isKilled);
    }
    if (!isKilled()) this.kill(attemptId, error);
    this.cleanUp(attemptId);
  }

  /** The file tells the kill of a job only at its end; it may have come as soon as nothing new begins any more. */
  private killTaskOrJob(taskId: TaskId, record: HistoryEvent): boolean {
    const isJobToBeKilled = this.facts.end?.type === 'JOB_KILLED' && this.stage.job.internalState === 'RUNNING';
    if (!isJobToBeKilled || this.facts.startsAfter(record).some((later) => this.stateOf(later) === undefined)) {
      return this.killTask(taskId);
    }
    this.stage.deliver({ domain: 'job', type: 'JOB_KILL' });
    return true;
  }

  /** What must have come from outside, now that the machines have nothing left to do; false where nothing can have. */
  private nudge(record: HistoryEvent): boolean {
    const state = this.stage.job.internalState;
    const job = (
      type: 'JOB_SETUP_COMPLETED' | 'JOB_COMMIT_COMPLETED' | 'JOB_ABORT_COMPLETED' | 'JOB_KILL',
    ): boolean => {
      this.stage.deliver({ domain: 'job', type });
      return true;
    };
    switch (record.type) {
      case 'TASK_STARTED':
        return state === 'SETUP' && this.setUp();
      case 'TASK_FAILED':
        return record.status === 'KILLED' && this.killTaskOrJob(record.taskId, record);
      case 'JOB_FINISHED':
        if (state === 'SETUP') return this.setUp();
        return state === 'COMMITTING' && job('JOB_COMMIT_COMPLETED');
      case 'JOB_FAILED':
        return state === 'FAIL_ABORT' ? job('JOB_ABORT_COMPLETED') : this.failJob(state, record.diagnostics);
      case 'JOB_KILLED':
        if (state === 'KILL_ABORT') return job('JOB_ABORT_COMPLETED');
        if (state === 'KILL_WAIT') return this.cleanUpAll();
        return state !== 'KILLED' && job('JOB_KILL');
      case 'JOB_ERROR':
        if (state === 'ERROR') return false;
        this.stage.deliver({ domain: 'job', type: 'INTERNAL_ERROR' });
        return true;
      default:
        return false;
    }
  }

  /** Tasks of which the file does not tell a start were killed before it. */
  private setUp(): boolean {
    this.stage.deliver({ domain: 'job', type: 'JOB_SETUP_COMPLETED' });
    for (const { id: taskId } of this.stage.job.tasks()) {
      if (this.facts.neverStarts(taskId)) this.stage.deliver({ domain: 'task', type: 'T_KILL', taskId });
    }
    return true;
  }

  private failJob(state: string, diagnostics: string): boolean {
    const type = FAILURES[state];
    if (type === undefined) return false;
    if (type === 'JOB_SETUP_FAILED' || type === 'JOB_COMMIT_FAILED') {
      this.stage.deliver({ domain: 'job', type, diagnostics });
    } else {
      this.stage.deliver({ domain: 'job', type });
    }
    return true;
  }

  private killTask(taskId: TaskId): boolean {
    const task = this.stage.job.task(taskId);
    if (!task || task.state === 'KILLED' || task.isFinished) return false;
    this.stage.deliver({ domain: 'task', type: 'T_KILL', taskId });
    return true;
  }

  /** The AppMaster ended before it had heard of each container's end. */
  private cleanUpAll(): boolean {
    const attempts = [...this.stage.job.tasks()].flatMap(({ attempts }) => [...attempts.keys()]);
    const cleaned = attempts.filter((attemptId) => this.cleanUp(attemptId));
    this.wasCutShort ||= cleaned.length > 0;
    return cleaned.length > 0;
  }

  private kill(attemptId: TaskAttemptId, diagnostics: string): void {
    this.stage.deliver({ domain: 'taskattempt', type: 'TA_KILL', attemptId, diagnostics });
  }

  /** The container of an attempt that was killed or given up is gone and its output thrown away. */
  private cleanUp(attemptId: TaskAttemptId): boolean {
    const domain = 'taskattempt';
    if (this.stateOf(attemptId)?.endsWith('_CONTAINER_CLEANUP') !== true) return false;
    this.stage.deliver({ domain, type: 'TA_CONTAINER_CLEANED', attemptId });
    this.stage.deliver({ domain, type: 'TA_CLEANUP_DONE', attemptId });
    return true;
  }

  /** The last status of an attempt, as the file has it. */
  private report(record: AttemptEnd): void {
    const { attemptId } = record;
    const slot = new StatusSlot();
    slot.offer({
      attemptId,
      progress: 1,
      phase: 'CLEANUP',
      stateString: 'state' in record ? record.state : '',
      ...('mapFinishTimeMs' in record ? { mapFinishTimeMs: record.mapFinishTimeMs } : {}),
      ...('shuffleFinishTimeMs' in record
        ? { shuffleFinishTimeMs: record.shuffleFinishTimeMs, sortFinishTimeMs: record.sortFinishTimeMs }
        : {}),
      ...(record.counters ? { counters: record.counters } : {}),
    });
    this.stage.deliver({ domain: 'taskattempt', type: 'TA_UPDATE', attemptId, slot });
  }

  /** Lets the machines work until something is so, or nothing waits any more. */
  private work(isSo: () => boolean): void {
    while (!isSo() && this.stage.step());
  }

  private stateOf(attemptId: TaskAttemptId): string | undefined {
    return this.stage.job.attempt(attemptId)?.internalState;
  }

  private describe(record: HistoryEvent): string {
    const { job } = this.stage;
    if ('attemptId' in record) return `attempt is ${this.stateOf(record.attemptId) ?? 'unknown'}`;
    if ('taskId' in record) return `task is ${job.task(record.taskId)?.internalState ?? 'unknown'}`;
    return `job is ${job.internalState}`;
  }
}

/** How a job fails that is in this state. */
const FAILURES: Readonly<
  Record<string, 'JOB_INIT_FAILED' | 'JOB_SETUP_FAILED' | 'JOB_COMMIT_FAILED' | 'JOB_FAIL_WAIT_TIMEDOUT'>
> = {
  NEW: 'JOB_INIT_FAILED',
  SETUP: 'JOB_SETUP_FAILED',
  COMMITTING: 'JOB_COMMIT_FAILED',
  FAIL_WAIT: 'JOB_FAIL_WAIT_TIMEDOUT',
};

/** Hadoop tells the end of an attempt that never had a container, on a host of this name; our machines do not write it. */
function isWithoutContainer(record: HistoryEvent): record is TaskAttemptUnsuccessfulCompletionRecord {
  return 'hostname' in record && 'error' in record && record.hostname === 'UNKNOWN';
}

/** Of the attempt, the task or the job that an event is about. */
function idOf(event: HistoryEvent): string {
  if ('attemptId' in event) return event.attemptId;
  if ('taskId' in event) return event.taskId;
  return 'jobId' in event ? event.jobId : event.applicationAttemptId;
}

function timeOf(event: HistoryEvent): number {
  if ('finishTimeMs' in event) return event.finishTimeMs;
  if ('startTimeMs' in event) return event.startTimeMs;
  if ('launchTimeMs' in event) return event.launchTimeMs;
  if ('adoptTimeMs' in event) return event.adoptTimeMs;
  return 'submitTimeMs' in event ? event.submitTimeMs : 0;
}
