/**
 * The job, its tasks and attempts as the AppMaster has them, on a stage without a cluster: events wait in a queue that is worked
 * one at a time, history the machines write is kept, requests to allocator, launcher and committer go nowhere, and the clock
 * stands where HistoryReplay puts it.
 */
import {
  parseApplicationAttemptId,
  parseNodeId,
  type ApplicationAttemptId,
  type Clock,
  type Container,
  type HistoryEvent,
  type JobId,
  type TaskAttemptId,
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
  }

  /** Works the next event that waits; false where none does. */
  step(): boolean {
    const event = this.queue.shift();
    if (!event) return false;
    switch (event.domain) {
      case 'job':
      case 'task':
      case 'taskattempt':
        this.deliver(event);
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

  /** Takes the first record the machines wrote that `is` the one looked for. */
  take(is: (record: HistoryEvent) => boolean): HistoryEvent | undefined {
    const at = this.written.findIndex(({ record }) => is(record));
    return at < 0 ? undefined : this.written.splice(at, 1)[0]?.record;
  }

  /** Records the machines wrote that nobody took. */
  get leftOver(): readonly WrittenRecord[] {
    return this.written;
  }

  /** An attempt that the file tells of has its container before anything else can befall it. */
  private assign(attemptId: TaskAttemptId): void {
    const start = this.facts.start(attemptId);
    if (!start) return;
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
