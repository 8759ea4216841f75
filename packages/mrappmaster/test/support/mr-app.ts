/**
 * MRApp: a whole job in one process without RPC, with stand-ins for allocator, launcher, committer and umbilical.
 * Hadoop: the test class v2.app.MRApp. Every answer of a stand-in waits in a channel (one for each attempt's container, one
 * for each child, one for the committer, one for the RM); `settle` delivers them in turn, `deliver` one of them, so that a
 * test can let any of them come late. Nothing here waits for time.
 */
import {
  Dispatcher,
  applicationAttemptId,
  applicationId,
  containerId,
  jobId,
  nodeId,
  parseTaskAttemptId,
  type Container,
  type HistoryEvent,
  type NodeId,
  type TaskAttemptId,
  type TaskType,
} from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import type { JobConf, RemoteTask, TaskSplit } from '../../src/app-context.js';
import type { CommitterEvent, ContainerAllocatorEvent, ContainerLauncherEvent, MRAppEvent } from '../../src/events.js';
import type { JobEnvironment } from '../../src/job/job-scope.js';
import { Job } from '../../src/job/job.js';
import { StatusSlot, type TaskStatus } from '../../src/task-status.js';

/** What a child does once it has its task: `hang` leaves it to the test. */
export type Behaviour = 'succeed' | 'fail' | 'failFast' | 'die' | 'hang';

export interface MRAppOptions {
  readonly maps?: number;
  readonly reduces?: number;
  readonly nodes?: number;
  readonly conf?: Partial<JobConf>;
  readonly attemptNumber?: number;
  readonly behaviour?: (attemptId: TaskAttemptId) => Behaviour;
  /** Why the splits could not be read. */
  readonly initFailure?: string;
  /** -1: in the AM's own container. */
  readonly shufflePort?: number;
  /** Kinds whose requests are answered only when the test says so. */
  readonly holdRequests?: readonly TaskType[];
}

const APP = applicationId(1_700_000_000_000, 1);
export const JOB = jobId(APP);
const TASK = {
  resource: { memoryMb: 1024, vcores: 1 },
  maxAttempts: 4,
  failuresMaxPercent: 0,
  speculative: true,
};

export const jobConf = (over: Partial<JobConf> = {}): JobConf => ({
  jobName: 'word count',
  user: 'alice',
  queue: 'default',
  submitTimeMs: 1_699_999_999_000,
  jobConfPath: '/staging/job.json',
  numReduces: 1,
  inputBytes: 100,
  map: TASK,
  reduce: TASK,
  uber: { enabled: false, maxMaps: 9, maxReduces: 1, maxBytes: 1 << 27, amMemoryMb: 1536, amVcores: 1 },
  maxFetchFailureNotifications: 3,
  maxFetchFailuresFraction: 0.5,
  finishWhenAllReducersDone: true,
  failWaitTimeoutMs: 60_000,
  minimumAllocationMb: 1024,
  acls: {},
  trackingUrl: '',
  historyFile: '/staging/job_1.jhist',
  ...over,
});

/** A task conf that differs from the usual one. */
export const taskConf = (over: Partial<JobConf['map']>): JobConf['map'] => ({ ...TASK, ...over });

export const splits = (count: number): TaskSplit[] =>
  Array.from({ length: count }, (_, i) => ({ path: '/in', start: i * 10, length: 10, hosts: [`host${i % 3}`] }));

export class MRApp {
  readonly clock = new ControlledClock();
  readonly dispatcher = new Dispatcher<MRAppEvent>();
  readonly history: HistoryEvent[] = [];
  readonly events: MRAppEvent[] = [];
  readonly log: string[] = [];
  readonly requests: Extract<ContainerAllocatorEvent, { readonly type: 'CONTAINER_REQ' }>[] = [];
  readonly blamedNodes: NodeId[] = [];
  readonly cleaned: TaskAttemptId[] = [];
  readonly awaitingExit = new Set<TaskAttemptId>();
  readonly tasks = new Map<TaskAttemptId, RemoteTask>();
  readonly job: Job;
  finished = 0;
  unregistered = false;
  private readonly slots = new Map<TaskAttemptId, StatusSlot>();
  private readonly channels = new Map<string, (() => void)[]>();
  private containers = 1;

  constructor(private readonly options: MRAppOptions = {}) {
    const { maps = 1, reduces = 1, attemptNumber = 1 } = options;
    this.job = new Job(this.environment(attemptNumber, jobConf({ numReduces: reduces, ...options.conf })));
    this.route();
    const result = options.initFailure === undefined ? { splits: splits(maps) } : { failure: options.initFailure };
    this.job.handle({ domain: 'job', type: 'JOB_INIT', ...result });
  }

  /** Starts the job and lets everything happen that can. */
  async run(): Promise<this> {
    this.dispatch({ domain: 'job', type: 'JOB_START' });
    return await this.settle();
  }

  dispatch(event: MRAppEvent): void {
    this.dispatcher.dispatch(event);
  }

  /** Delivers answers, first come first served, until none is left. */
  async settle(): Promise<this> {
    await this.dispatcher.drained();
    for (let channel = this.open()[0]; channel !== undefined; channel = this.open()[0]) await this.deliver(channel);
    return this;
  }

  /** Channels with an answer in them. */
  open(): string[] {
    return [...this.channels].filter(([, waiting]) => waiting.length > 0).map(([channel]) => channel);
  }

  /** Delivers the next answer of one channel and what follows from it. */
  async deliver(channel: string): Promise<void> {
    this.channels.get(channel)?.shift()?.();
    await this.dispatcher.drained();
  }

  /** Answers the held requests of a kind. */
  async assign(type: TaskType): Promise<this> {
    for (const request of this.requests.splice(0)) {
      if (typeOf(request.attemptId) === type) this.grant(request.attemptId, request.hosts);
      else this.requests.push(request);
    }
    return await this.settle();
  }

  /** An attempt's id by kind, task and number. */
  attemptId(type: TaskType, task: number, attempt = 0): TaskAttemptId {
    const kind = type === 'MAP' ? 'm' : 'r';
    return `attempt_1700000000000_0001_${kind}_${String(task).padStart(6, '0')}_${attempt}` as TaskAttemptId;
  }

  /** What the child of an attempt says or does, in order. */
  child(attemptId: TaskAttemptId, ...events: Extract<MRAppEvent, { readonly domain: 'taskattempt' }>[]): void {
    for (const event of events) this.later(`child ${attemptId}`, event);
  }

  status(attemptId: TaskAttemptId, over: Partial<TaskStatus> = {}): void {
    const slot = this.slots.get(attemptId) ?? new StatusSlot();
    this.slots.set(attemptId, slot);
    const full = { attemptId, progress: 0.5, phase: 'MAP', stateString: '', ...over } as const;
    if (slot.offer(full)) this.child(attemptId, { domain: 'taskattempt', type: 'TA_UPDATE', attemptId, slot });
  }

  succeed(attemptId: TaskAttemptId): void {
    const domain = 'taskattempt';
    this.status(attemptId, { progress: 1, counters: { app: { RECORDS: 10 } } });
    this.child(
      attemptId,
      { domain, type: 'TA_DONE', attemptId },
      { domain, type: 'TA_CONTAINER_COMPLETED', attemptId },
    );
  }

  fail(attemptId: TaskAttemptId, fastFail = false): void {
    const domain = 'taskattempt';
    this.child(
      attemptId,
      { domain, type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics: `Error: ${attemptId} went wrong` },
      { domain, type: 'TA_FAILMSG', attemptId, fastFail },
      { domain, type: 'TA_CONTAINER_COMPLETED', attemptId },
    );
  }

  /** Types of history records, with the id they are about. */
  historyTypes(): string[] {
    return this.history.map((event) => event.type);
  }

  private environment(attemptNumber: number, conf: JobConf): JobEnvironment {
    const isUnregistered = (): boolean => this.unregistered;
    const say = (text: string): void => void this.log.push(text);
    return {
      applicationId: APP,
      applicationAttemptId: applicationAttemptId(APP, attemptNumber),
      attemptNumber,
      jobId: JOB,
      startTimeMs: this.clock.now(),
      clock: this.clock,
      dispatcher: this.dispatcher,
      log: { debug: say, info: say, warn: say, error: say },
      conf,
      isLastAMRetry: false,
      get hasSuccessfullyUnregistered() {
        return isUnregistered();
      },
      rackOf: () => '/default-rack',
      umbilical: {
        adopt: (attemptId, _, task) => void this.tasks.set(attemptId, task),
        registerPendingTask: (_, task) => void this.tasks.set(task.attemptId, task),
        registerLaunchedTask: (attemptId) => this.begin(attemptId),
        grantCommit: (attemptId) => {
          if (this.behave(attemptId) !== 'hang') this.succeed(attemptId);
        },
        unregister: () => undefined,
        dismiss: () => undefined,
      },
      finishingMonitor: {
        register: (attemptId) => void this.awaitingExit.add(attemptId),
        unregister: (attemptId) => void this.awaitingExit.delete(attemptId),
      },
    };
  }

  private route(): void {
    const { dispatcher, job } = this;
    const record = (event: MRAppEvent): void => void this.events.push(event);
    dispatcher.on('job', (event) => (record(event), job.handle(event)));
    dispatcher.on('task', (event) => (record(event), job.handleTask(event)));
    dispatcher.on('taskattempt', (event) => (record(event), job.handleAttempt(event)));
    dispatcher.on('history', (event) => (record(event), void this.history.push(event)));
    dispatcher.on('container-allocator', (event) => (record(event), this.allocate(event)));
    dispatcher.on('container-launcher', (event) => (record(event), this.launch(event)));
    dispatcher.on('committer', (event) => (record(event), this.commit(event)));
    dispatcher.on('speculator', record);
    dispatcher.on('job-finish', (event) => (record(event), void this.finished++));
  }

  /** Puts an event in a channel: it comes when that channel is delivered. */
  later(channel: string, event: MRAppEvent): void {
    const waiting = this.channels.get(channel) ?? [];
    this.channels.set(channel, waiting);
    waiting.push(() => this.dispatch(event));
  }

  private allocate(event: ContainerAllocatorEvent): void {
    switch (event.type) {
      case 'CONTAINER_REQ':
        if (this.options.holdRequests?.includes(typeOf(event.attemptId))) this.requests.push(event);
        else this.grant(event.attemptId, event.hosts);
        return;
      case 'CONTAINER_FAILED':
        return void this.blamedNodes.push(event.nodeId);
      default:
        return;
    }
  }

  private grant(attemptId: TaskAttemptId, hosts: readonly string[]): void {
    const number = this.containers++;
    const node = nodeId(hosts[0] ?? `host${number % (this.options.nodes ?? 3)}`, 45454);
    const container: Container = {
      id: containerId(applicationAttemptId(APP, 1), number + 1),
      nodeId: node,
      nodeHttpAddress: node.replace('45454', '8042'),
      resource: TASK.resource,
      priority: 20,
      executionType: 'GUARANTEED',
      allocationRequestId: -1,
      version: 0,
    };
    this.later('rm', { domain: 'taskattempt', type: 'TA_ASSIGNED', attemptId, container });
  }

  private launch(event: ContainerLauncherEvent): void {
    const { attemptId } = event;
    const domain = 'taskattempt';
    switch (event.type) {
      case 'CONTAINER_REMOTE_LAUNCH':
        return this.later(`nm ${attemptId}`, {
          domain,
          type: 'TA_CONTAINER_LAUNCHED',
          attemptId,
          shufflePort: this.options.shufflePort ?? 13562,
        });
      case 'CONTAINER_REMOTE_CLEANUP':
        this.cleaned.push(attemptId);
        return this.later(`nm ${attemptId}`, { domain, type: 'TA_CONTAINER_CLEANED', attemptId });
      default:
        return;
    }
  }

  private commit(event: CommitterEvent): void {
    switch (event.type) {
      case 'JOB_SETUP':
        return this.later('committer', { domain: 'job', type: 'JOB_SETUP_COMPLETED' });
      case 'JOB_COMMIT':
        return this.later('committer', { domain: 'job', type: 'JOB_COMMIT_COMPLETED' });
      case 'JOB_ABORT':
        return this.later('committer', { domain: 'job', type: 'JOB_ABORT_COMPLETED' });
      case 'TASK_ABORT':
        return this.later('committer', {
          domain: 'taskattempt',
          type: 'TA_CLEANUP_DONE',
          attemptId: event.attemptId,
        });
      default:
        return;
    }
  }

  private behave(attemptId: TaskAttemptId): Behaviour {
    return this.options.behaviour?.(attemptId) ?? 'succeed';
  }

  /** The child has its task. A reduce asks to commit before it succeeds. */
  private begin(attemptId: TaskAttemptId): void {
    const domain = 'taskattempt';
    switch (this.behave(attemptId)) {
      case 'succeed':
        if (typeOf(attemptId) === 'MAP') return this.succeed(attemptId);
        return this.child(attemptId, { domain, type: 'TA_COMMIT_PENDING', attemptId });
      case 'fail':
        return this.fail(attemptId);
      case 'failFast':
        return this.fail(attemptId, true);
      case 'die':
        return this.child(
          attemptId,
          { domain, type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics: 'Container exited with 137' },
          { domain, type: 'TA_CONTAINER_COMPLETED', attemptId },
        );
      case 'hang':
        return;
    }
  }
}

export function typeOf(attemptId: TaskAttemptId): TaskType {
  return parseTaskAttemptId(attemptId).taskId.includes('_m_') ? 'MAP' : 'REDUCE';
}
