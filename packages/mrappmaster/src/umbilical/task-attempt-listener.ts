/**
 * TaskAttemptListener: the AM's side of the umbilical. Hadoop: mapred.TaskAttemptListenerImpl. It knows which task each
 * container is to get, hands it out, and turns what children say into events; it decides nothing about attempts itself.
 * Emits to the domains taskattempt (TA_UPDATE, TA_COMMIT_PENDING, TA_DONE, TA_FAILMSG, TA_DIAGNOSTICS_UPDATE, TA_PREEMPTED,
 * TA_CONTAINER_COMPLETED) and container-allocator (CONTAINER_AVAILABLE). The composition calls `reconsider` at the end of
 * each dispatcher turn and after each heartbeat to the RM: held calls are answered there. A status is offered to the
 * attempt's slot, so at most one TA_UPDATE is queued for an attempt, however many come.
 */
import {
  assertNever,
  type Clock,
  type ContainerId,
  type EventSink,
  type RandomSource,
  type Service,
  type TaskAttemptCompletionEvent,
  type TaskAttemptId,
} from '@bobbin/common';
import type { AppLog, RemoteTask, TaskAttemptRegistry } from '../app-context.js';
import { UmbilicalProtocolError } from '../errors.js';
import type { MRAppEvent, TaskAttemptEvent } from '../events.js';
import { StatusSlot } from '../task-status.js';
import { ContainerDesk } from './container-desk.js';
import { HeldCalls } from './held-calls.js';
import type { Acknowledged, JvmTask, UmbilicalMethod, UmbilicalResult } from './task-umbilical-protocol.js';
import { UmbilicalParams } from './umbilical-params.js';
import { UmbilicalServer } from './umbilical-server.js';

/** Told of every sign of life; decides when an attempt has timed out. Hadoop: TaskHeartbeatHandler. */
export interface HeartbeatWatch {
  register(attemptId: TaskAttemptId): void;
  unregister(attemptId: TaskAttemptId): void;
  /** The attempt did or said something. */
  progressing(attemptId: TaskAttemptId): void;
  /** The attempt's process lives, no more. */
  pinged(attemptId: TaskAttemptId): void;
}

export interface TaskAttemptListenerDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly log: AppLog;
  readonly heartbeats: HeartbeatWatch;
  /** What both ends of an umbilical prove to know. */
  readonly jobToken: Uint8Array;
  /** Address to listen on. */
  readonly bindHost: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** `mapreduce.task.exit.timeout`: how long late calls of a finished attempt are still welcome, in milliseconds. */
  readonly exitTimeoutMs: number;
  /** Whether this attempt holds its task's grant, and the AM is sure to be the only one (commit window). */
  canCommit(attemptId: TaskAttemptId): boolean;
  /** Job.mapCompletionEvents. */
  mapCompletionEvents(fromEventId: number, maxEvents: number): readonly TaskAttemptCompletionEvent[];
}

/** A class's distributive union needs this to drop the keys that every taskattempt event shares. */
type Happening = TaskAttemptEvent extends infer E
  ? E extends TaskAttemptEvent
    ? Omit<E, 'domain' | 'attemptId'>
    : never
  : never;

const METHODS: ReadonlySet<string> = new Set<UmbilicalMethod>([
  'getTask',
  'statusUpdate',
  'reportDiagnosticInfo',
  'commitPending',
  'canCommit',
  'done',
  'fatalError',
  'fsError',
  'shuffleError',
  'getMapCompletionEvents',
  'preempted',
]);

export class TaskAttemptListener implements TaskAttemptRegistry, Service {
  readonly name = 'TaskAttemptListener';
  private readonly desk = new ContainerDesk();
  private readonly held: HeldCalls;
  private readonly server: UmbilicalServer;
  private readonly slots = new Map<TaskAttemptId, StatusSlot>();
  /** Attempts that are over, with the instant from which on they are unknown; oldest first. */
  private readonly recentlyOver = new Map<TaskAttemptId, number>();

  constructor(private readonly deps: TaskAttemptListenerDeps) {
    this.held = new HeldCalls(deps.clock);
    this.server = new UmbilicalServer(deps, {
      call: async (containerId, method, params) => this.answer(containerId, method, params),
    });
  }

  start(): Promise<void> {
    return this.server.start();
  }

  async stop(): Promise<void> {
    this.held.release();
    await this.server.stop();
  }

  /** Where children connect. Throws before `start`. */
  get port(): number {
    return this.server.port;
  }

  registerPendingTask(containerId: ContainerId, task: RemoteTask): void {
    this.desk.assign(containerId, task);
  }

  registerLaunchedTask(attemptId: TaskAttemptId, containerId: ContainerId): void {
    if (!this.desk.launched(containerId, attemptId)) return;
    this.slots.set(attemptId, new StatusSlot());
    this.deps.heartbeats.register(attemptId);
    this.held.reconsider();
  }

  /** The grant itself is asked of `deps.canCommit`, which knows the commit window too. */
  grantCommit(): void {
    this.held.reconsider();
  }

  unregister(attemptId: TaskAttemptId, containerId: ContainerId): void {
    this.desk.forget(containerId, attemptId);
    this.deps.heartbeats.unregister(attemptId);
    if (this.slots.delete(attemptId)) {
      this.recentlyOver.set(attemptId, this.deps.clock.monotonic() + this.deps.exitTimeoutMs);
      this.forgetTheLongOver();
    }
    this.held.reconsider();
  }

  dismiss(containerId: ContainerId): void {
    this.desk.dismiss(containerId);
    this.held.reconsider();
  }

  /** Answers the held calls that can be answered now. */
  reconsider(): void {
    this.held.reconsider();
  }

  private answer(
    containerId: ContainerId,
    name: string,
    given: unknown,
  ): UmbilicalResult<UmbilicalMethod> | Promise<UmbilicalResult<UmbilicalMethod>> {
    if (!METHODS.has(name)) throw new UmbilicalProtocolError(`the umbilical has no call '${name}'`);
    const method = name as UmbilicalMethod;
    const params = new UmbilicalParams(method, given);
    if (method === 'getTask') return this.getTask(containerId, params.count('pid'));

    const { attemptId } = params;
    switch (method) {
      case 'statusUpdate':
        return this.statusUpdate(attemptId, params);
      case 'reportDiagnosticInfo':
        return this.tell(attemptId, { type: 'TA_DIAGNOSTICS_UPDATE', diagnostics: params.text });
      case 'commitPending':
        this.offer(attemptId, params);
        return this.tell(attemptId, { type: 'TA_COMMIT_PENDING' });
      case 'canCommit':
        this.progressing(attemptId);
        return this.canCommit(attemptId);
      case 'done':
        this.desk.ended(containerId, attemptId);
        return this.tell(attemptId, { type: 'TA_DONE' });
      case 'fatalError':
        return this.failed(attemptId, `Error: ${params.text}`, params.flag('fastFail'));
      case 'fsError':
        return this.failed(attemptId, `FSError: ${params.text}`, false);
      case 'shuffleError':
        this.deps.log.warn(`${attemptId} shuffle error: ${params.text}`);
        return this.acknowledge(attemptId);
      case 'getMapCompletionEvents':
        return this.getMapCompletionEvents(attemptId, params.count('fromEventId'), params.count('maxEvents'));
      case 'preempted':
        this.offer(attemptId, params);
        return this.tell(attemptId, { type: 'TA_PREEMPTED' });
      default:
        return assertNever(method, 'umbilical call');
    }
  }

  private getTask(containerId: ContainerId, pid: number): Promise<JvmTask> {
    const ended = this.desk.collectEnded(containerId);
    if (ended !== undefined) {
      this.emit(ended, { type: 'TA_CONTAINER_COMPLETED' });
      this.deps.dispatcher.dispatch({
        domain: 'container-allocator',
        type: 'CONTAINER_AVAILABLE',
        attemptId: ended,
        containerId,
      });
    }
    const answer = (): JvmTask | undefined => {
      const task = this.desk.next(containerId, pid);
      if (task === undefined) return undefined;
      return task === 'DIE' ? { shouldDie: true } : { shouldDie: false, task };
    };
    return this.held.hold(answer, { shouldDie: false });
  }

  private statusUpdate(attemptId: TaskAttemptId, params: UmbilicalParams): Acknowledged {
    if (params.optionalStatus) this.offer(attemptId, params);
    else if (this.slots.has(attemptId)) this.deps.heartbeats.pinged(attemptId);
    return this.acknowledge(attemptId);
  }

  private canCommit(attemptId: TaskAttemptId): Promise<UmbilicalResult<'canCommit'>> {
    const answer = (): UmbilicalResult<'canCommit'> | undefined => {
      if (!this.isKnown(attemptId)) return { taskFound: false, canCommit: false };
      return this.deps.canCommit(attemptId) ? { taskFound: true, canCommit: true } : undefined;
    };
    return this.held.hold(answer, { taskFound: true, canCommit: false });
  }

  private getMapCompletionEvents(
    attemptId: TaskAttemptId,
    from: number,
    max: number,
  ): Promise<UmbilicalResult<'getMapCompletionEvents'>> {
    this.progressing(attemptId);
    const answer = (): UmbilicalResult<'getMapCompletionEvents'> | undefined => {
      const events = this.deps.mapCompletionEvents(from, max);
      return events.length > 0 ? { events, shouldReset: false } : undefined;
    };
    return this.held.hold(answer, { events: [], shouldReset: false });
  }

  /** Diagnostics first: a failed attempt would drop them. */
  private failed(attemptId: TaskAttemptId, diagnostics: string, fastFail: boolean): Acknowledged {
    this.deps.log.warn(`${attemptId} ${diagnostics}`);
    this.emit(attemptId, { type: 'TA_DIAGNOSTICS_UPDATE', diagnostics });
    return this.tell(attemptId, { type: 'TA_FAILMSG', fastFail });
  }

  private offer(attemptId: TaskAttemptId, params: UmbilicalParams): void {
    const slot = this.slots.get(attemptId);
    if (!slot) return;
    this.progressing(attemptId);
    if (slot.offer(params.status)) this.emit(attemptId, { type: 'TA_UPDATE', slot });
  }

  private tell(attemptId: TaskAttemptId, happening: Happening): Acknowledged {
    this.progressing(attemptId);
    this.emit(attemptId, happening);
    return this.acknowledge(attemptId);
  }

  private emit(attemptId: TaskAttemptId, happening: Happening): void {
    if (this.isKnown(attemptId)) {
      this.deps.dispatcher.dispatch({ domain: 'taskattempt', attemptId, ...happening });
    }
  }

  private progressing(attemptId: TaskAttemptId): void {
    if (this.slots.has(attemptId)) this.deps.heartbeats.progressing(attemptId);
  }

  private acknowledge(attemptId: TaskAttemptId): Acknowledged {
    return { taskFound: this.isKnown(attemptId) };
  }

  private isKnown(attemptId: TaskAttemptId): boolean {
    if (this.slots.has(attemptId)) return true;
    this.forgetTheLongOver();
    return this.recentlyOver.has(attemptId);
  }

  private forgetTheLongOver(): void {
    const now = this.deps.clock.monotonic();
    for (const [attemptId, until] of this.recentlyOver) {
      if (until > now) return;
      this.recentlyOver.delete(attemptId);
    }
  }
}
