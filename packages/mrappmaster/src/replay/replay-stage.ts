/**
 * The job, its tasks and attempts as the AppMaster has them, on a stage without a cluster: events wait in a queue that is worked
 * one at a time, history the machines write is kept, requests to allocator, launcher and committer go nowhere, and the clock
 * stands where HistoryReplay puts it.
 */
import {
  parseApplicationAttemptId,
  parseNodeId,
  parseTaskAttemptId,
  taskAttemptId,
  type ApplicationAttemptId,
  type Clock,
  type Container,
  type HistoryEvent,
  type JobId,
  type TaskAttemptId,
  type TaskId,
  type TaskAttemptStartedRecord,
} from '@bobbin/common';
import type { JobConf, TaskConf } from '../app-context.js';
import type { JobEvent, MRAppEvent, TaskAttemptEvent, TaskEvent } from '../events.js';
import { Job } from '../job/job.js';
import type { JobEnvironment } from '../job/job-scope.js';
import type { HistoryFacts } from './history-facts.js';

/** One event that a machine took. */
export interface MachineStep {
  readonly event: string;
  /** Id of the job, task or attempt. */
  readonly entity: string;
  readonly from: string;
  readonly to: string;
}

/** A record of history that the machines wrote when the file was at this place. */
export interface WrittenRecord {
  readonly record: HistoryEvent;
  readonly position: number;
}

type Input = JobEvent | TaskEvent | TaskAttemptEvent;

const RESOURCE = { memoryMb: 1024, vcores: 1 };
const nothing = (): void => undefined;

export class ReplayStage {
  readonly job: Job;
  private readonly queue: MRAppEvent[] = [];
  private readonly written: WrittenRecord[] = [];
  private readonly lateKills = new Map<TaskAttemptId, TaskAttemptEvent>();
  private nowMs = 0;
  private position = 0;

  constructor(
    jobId: JobId,
    amAttempt: ApplicationAttemptId,
    private readonly facts: HistoryFacts,
    private readonly onStep: (step: MachineStep) => void,
  ) {
    this.job = new Job(this.environment(jobId, amAttempt));
  }

  /** The instant of everything that happens from now on, and the place in the file. */
  moveTo(atMs: number, position: number): void {
    this.nowMs = atMs;
    this.position = position;
  }

  /** A machine takes an event at once, before all that wait. */
  deliver(event: Input): void {
    const entity = this.entityOf(event);
    const from = entity.state();
    switch (event.domain) {
      case 'job':
        this.job.handle(event);
        break;
      case 'task':
        this.job.handleTask(event);
        break;
      case 'taskattempt':
        this.job.handleAttempt(event);
        break;
    }
    this.onStep({ event: event.type, entity: entity.id, from, to: entity.state() });
    if (event.type === 'T_RECOVER') this.tellRecovered(event.taskId);
    if (event.domain === 'task') this.speculate(event.taskId);
  }

  /** Attempts come back while their task does, without an event of the queue. */
  private tellRecovered(taskId: TaskId): void {
    for (const { id: entity, internalState: to } of this.job.task(taskId)?.attempts.values() ?? []) {
      if (to !== 'NEW') this.onStep({ event: 'TA_RECOVER', entity, from: 'NEW', to });
    }
  }

  /** Attempts the file tells as speculative are made as soon as theirs is the next number: they may be told only at their end. */
  private speculate(taskId: TaskId): void {
    const task = this.job.task(taskId);
    if (task?.internalState !== 'RUNNING') return;
    const first = (this.job.env.attemptNumber - 1) * 1000;
    const made = [...task.attempts.keys()].filter((id) => parseTaskAttemptId(id).attempt >= first).length;
    const next = taskAttemptId(taskId, first + made);
    if (this.facts.start(next)?.avataar !== 'SPECULATIVE') return;
    this.deliver({ domain: 'task', type: 'T_ADD_SPEC_ATTEMPT', taskId });
  }

  /** Works the next event that waits; false where none does. */
  step(): boolean {
    const event = this.queue.shift();
    if (!event) return false;
    switch (event.domain) {
      case 'job':
      case 'task':
        this.deliver(event);
        break;
      case 'taskattempt':
        if (event.type !== 'TA_KILL' || !this.comesTooLate(event.attemptId, event)) this.deliver(event);
        break;
      case 'history': {
        const { domain: _, ...record } = event;
        this.written.push({ record, position: this.position });
        break;
      }
      case 'container-allocator':
        if (event.type === 'CONTAINER_REQ') this.assign(event.attemptId);
        break;
      default:
        // Launcher, committer, speculator: their answers come when the file tells of them.
        break;
    }
    return true;
  }

  /** An attempt that starts now and still waits gets its container. */
  giveContainer(start: TaskAttemptStartedRecord): void {
    const { attemptId } = start;
    if (this.job.attempt(attemptId)?.internalState !== 'UNASSIGNED') return;
    this.deliver({ domain: 'taskattempt', type: 'TA_ASSIGNED', attemptId, container: this.containerOf(start) });
  }

  /** The attempt has finished: the kill that came too late reaches it now. */
  release(attemptId: TaskAttemptId): void {
    const kill = this.lateKills.get(attemptId);
    this.lateKills.delete(attemptId);
    if (kill) this.deliver(kill);
  }

  /**
   * A kill does not stop an attempt that the file tells as finished or failed: it was done, or given up, before the kill came,
   * and only its record is written later.
   */
  private comesTooLate(attemptId: TaskAttemptId, kill: TaskAttemptEvent): boolean {
    const state = this.job.attempt(attemptId)?.internalState;
    const end = this.facts.firstEnd(attemptId);
    if (!end || (state !== 'RUNNING' && state !== 'ASSIGNED')) return false;
    if (!('status' in end)) {
      this.lateKills.set(attemptId, kill);
      return true;
    }
    if (end.status === 'FAILED') this.deliver({ domain: 'taskattempt', type: 'TA_FAILMSG_BY_CLIENT', attemptId });
    return false;
  }

  /** Takes the first record the machines wrote that `is` the one looked for. */
  take(is: (record: HistoryEvent) => boolean): HistoryEvent | undefined {
    const at = this.written.findIndex(({ record }) => is(record));
    return at < 0 ? undefined : this.written.splice(at, 1)[0]?.record;
  }

  /** Records the machines wrote that nobody took. */
  get leftOver(): readonly WrittenRecord[] {
    return this.written;
  }

  /**
   * An attempt that the file tells of has its container before anything else can befall it; one that it does not tell of, but a
   * successor, is over.
   */
  private assign(attemptId: TaskAttemptId): void {
    const start = this.facts.start(attemptId);
    if (!start) {
      if (!this.facts.isSucceededBy(attemptId)) return;
      const diagnostics = 'It ended before it had a container';
      return void this.queue.unshift({ domain: 'taskattempt', type: 'TA_KILL', attemptId, diagnostics });
    }
    // A failure that had a spare with a container would have had no successor: the spare got its container later.
    if (start.avataar === 'SPECULATIVE' && this.facts.isSucceededBy(attemptId)) return;
    this.queue.unshift({ domain: 'taskattempt', type: 'TA_ASSIGNED', attemptId, container: this.containerOf(start) });
  }

  private containerOf(start: TaskAttemptStartedRecord): Container {
    const node = this.facts.nodeOf(start);
    return {
      id: start.containerId,
      nodeId: node,
      nodeHttpAddress: `${parseNodeId(node).host}:${start.httpPort}`,
      resource: RESOURCE,
      priority: 0,
      executionType: 'GUARANTEED',
      allocationRequestId: 0,
      version: 0,
    };
  }

  private entityOf(event: Input): { readonly id: string; readonly state: () => string } {
    const { job } = this;
    switch (event.domain) {
      case 'job':
        return { id: job.id, state: () => job.internalState };
      case 'task':
        return { id: event.taskId, state: () => job.task(event.taskId)?.internalState ?? '-' };
      case 'taskattempt':
        return { id: event.attemptId, state: () => job.attempt(event.attemptId)?.internalState ?? '-' };
    }
  }

  private environment(jobId: JobId, amAttempt: ApplicationAttemptId): JobEnvironment {
    const { applicationId, attempt } = parseApplicationAttemptId(amAttempt);
    const clock: Clock = {
      now: () => this.nowMs,
      monotonic: () => this.nowMs,
      // Whatever time brings about is told by the file.
      after: () => ({ cancel: nothing }),
    };
    return {
      applicationId,
      applicationAttemptId: amAttempt,
      attemptNumber: attempt,
      jobId,
      startTimeMs: this.facts.am?.startTimeMs ?? 0,
      clock,
      dispatcher: { dispatch: (event) => void this.queue.push(event) },
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      conf: jobConf(this.facts),
      isLastAMRetry: true,
      hasSuccessfullyUnregistered: true,
      rackOf: () => '/default-rack',
      umbilical: {
        adopt: nothing,
        registerPendingTask: nothing,
        registerLaunchedTask: nothing,
        grantCommit: nothing,
        unregister: nothing,
        dismiss: nothing,
      },
      finishingMonitor: { register: nothing, unregister: nothing },
    };
  }
}

function jobConf(facts: HistoryFacts): JobConf {
  const { submitted, inited } = facts;
  const taskConf = (type: 'MAP' | 'REDUCE', total = 0): TaskConf => ({
    resource: RESOURCE,
    maxAttempts: facts.maxAttempts(type),
    failuresMaxPercent: facts.failuresMaxPercent(type, total),
    speculative: true,
  });
  return {
    jobName: submitted?.jobName ?? '',
    user: submitted?.userName ?? '',
    queue: submitted?.jobQueueName ?? '',
    submitTimeMs: submitted?.submitTimeMs ?? 0,
    jobConfPath: submitted?.jobConfPath ?? '',
    numReduces: inited?.totalReduces ?? 0,
    inputBytes: 0,
    map: taskConf('MAP', inited?.totalMaps),
    reduce: taskConf('REDUCE', inited?.totalReduces),
    uber: { enabled: false, maxMaps: 0, maxReduces: 0, maxBytes: 0, amMemoryMb: undefined, amVcores: 1 },
    maxFetchFailureNotifications: 3,
    maxFetchFailuresFraction: 0.5,
    finishWhenAllReducersDone: !facts.mapsOutliveReduces,
    failWaitTimeoutMs: 0,
    minimumAllocationMb: RESOURCE.memoryMb,
    acls: submitted?.acls ?? {},
    trackingUrl: '',
    historyFile: '',
  };
}
