/**
 * TaskAttemptListener: the AM's side of the umbilical. Hadoop: mapred.TaskAttemptListenerImpl. It knows which task each
 * container is to get, hands it out, and turns what children say into events; it decides nothing about attempts itself.
 * Emits to the domains taskattempt (TA_UPDATE, TA_COMMIT_PENDING, TA_DONE, TA_FAILMSG, TA_DIAGNOSTICS_UPDATE, TA_PREEMPTED,
 * TA_CONTAINER_COMPLETED) and container-allocator (CONTAINER_AVAILABLE). The composition calls `reconsider` at the end of
 * each dispatcher turn and after each heartbeat to the RM: held calls are answered there. A status is offered to the
 * attempt's slot, so at most one TA_UPDATE is queued for an attempt, however many come.
 *
 * Children outlive an AM. Those of an earlier one are answered from `open` on, when the job knows their attempts; what an answer
 * implies (a task handed out, a result taken) is in the history before it is given, so that the next AM knows it too.
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
  type TaskAttemptState,
} from '@bobbin/common';
import { AdoptionWatch } from './adoption-watch.js';
import type { AppLog, RemoteTask, TaskAttemptRegistry } from '../app-context.js';
import { UmbilicalProtocolError } from '../errors.js';
import type { MRAppEvent, TaskAttemptEvent } from '../events.js';
import { StatusSlot } from '../task-status.js';
import { ContainerDesk } from './container-desk.js';
import { HeldCalls } from './held-calls.js';
import type { Acknowledged, JvmTask, UmbilicalMethod, UmbilicalResult } from './task-umbilical-protocol.js';
import { UmbilicalParams } from './umbilical-params.js';
import { UmbilicalServer, type Caller } from './umbilical-server.js';
import type { Wires } from './wire.js';

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
  /** Number of this AM, from 1. */
  readonly amAttempt: number;
  /** Address to listen on. */
  readonly bindHost: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** @default TCP */
  readonly wires?: Wires;
  /** `mapreduce.task.exit.timeout`: how long late calls of a finished attempt are still welcome, in milliseconds. */
  readonly exitTimeoutMs: number;
  /** `bobbin.am.adoption-wait-ms`: how long children of an earlier AM may keep silent. */
  readonly adoptionWaitMs: number;
  /** Resolves when what has been dispatched is handled, and the history of it written. */
  recorded(): Promise<void>;
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

/** What reducers wait for; no container is called so. */
const MAP_COMPLETIONS = 'map completions';

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
  /** Attempts that are over, with the instant from which on they are unknown, and how they ended; oldest first. */
  private readonly recentlyOver = new Map<
    TaskAttemptId,
    { readonly untilMs: number; readonly state: TaskAttemptState }
  >();
  private readonly adoptions: AdoptionWatch;
  /** Map completion events that the held calls for them were asked about. */
  private completionsSeen = 0;
  private readonly opened: Promise<void>;
  private letIn: () => void = () => undefined;

  constructor(private readonly deps: TaskAttemptListenerDeps) {
    this.held = new HeldCalls(deps.clock);
    this.adoptions = new AdoptionWatch(deps.clock, deps.dispatcher, deps.adoptionWaitMs);
    this.opened = new Promise((resolve) => (this.letIn = resolve));
    this.server = new UmbilicalServer(deps, {
      call: async (containerId, method, params, caller) => {
        await this.opened;
        return this.answer(containerId, method, params, caller);
      },
      connected: (containerId) => void this.opened.then(() => this.childFound(containerId)),
    });
  }

  start(): Promise<void> {
    return this.server.start();
  }

  /** The job knows its tasks: children are answered. Safe to call twice. */
  open(): void {
    this.letIn();
  }

  async stop(): Promise<void> {
    this.adoptions.stop();
    this.held.release();
    await this.server.stop();
  }

  /** Where children connect. Throws before `start`. */
  get port(): number {
    return this.server.port;
  }

  /** The process of this container starts before it has a task: its question is held. */
  expectContainer(containerId: ContainerId): void {
    this.desk.expect(containerId);
  }

  /** The process in this container is no more, and another may take its place: what the old one asked is not answered. */
  processEnded(containerId: ContainerId): void {
    this.server.drop(containerId);
  }

  registerPendingTask(containerId: ContainerId, task: RemoteTask): void {
    this.desk.assign(containerId, task);
  }

  registerLaunchedTask(attemptId: TaskAttemptId, containerId: ContainerId): void {
    if (!this.desk.launched(containerId, attemptId)) return;
    this.slots.set(attemptId, new StatusSlot());
    this.deps.heartbeats.register(attemptId);
    this.held.reconsiderKey(containerId);
  }

  adopt(attemptId: TaskAttemptId, containerId: ContainerId, task: RemoteTask): void {
    this.desk.adopt(containerId, task);
    this.slots.set(attemptId, new StatusSlot());
    this.deps.heartbeats.register(attemptId);
    this.adoptions.expect(attemptId);
    this.held.reconsiderKey(containerId);
  }

  /** The grant itself is asked of `deps.canCommit`, which knows the commit window too. */
  grantCommit(): void {
    this.held.reconsider();
  }

  unregister(attemptId: TaskAttemptId, containerId: ContainerId, state: TaskAttemptState): void {
    this.desk.forget(containerId, attemptId);
    this.adoptions.forget(attemptId);
    this.deps.heartbeats.unregister(attemptId);
    if (this.slots.delete(attemptId)) {
      this.recentlyOver.set(attemptId, { untilMs: this.deps.clock.monotonic() + this.deps.exitTimeoutMs, state });
      this.forgetTheLongOver();
    }
    this.held.reconsiderKey(containerId);
  }

  dismiss(containerId: ContainerId): void {
    this.desk.dismiss(containerId);
    this.held.reconsiderKey(containerId);
  }

  /** Answers the held calls that can be answered now; reducers are looked at only where a map has ended since. */
  reconsider(): void {
    this.held.reconsider();
    const news = this.deps.mapCompletionEvents(this.completionsSeen, Infinity).length;
    if (news === 0) return;
    this.completionsSeen += news;
    this.held.reconsiderKey(MAP_COMPLETIONS);
  }

  /** The process that carries an adopted attempt is there, whenever it will have something to say. */
  private childFound(containerId: ContainerId): void {
    const attemptId = this.desk.running(containerId);
    if (attemptId !== undefined) this.adoptions.heard(attemptId);
  }

  private answer(
    containerId: ContainerId,
    name: string,
    given: unknown,
    caller: Caller,
  ): UmbilicalResult<UmbilicalMethod> | Promise<UmbilicalResult<UmbilicalMethod>> {
    if (!METHODS.has(name)) throw new UmbilicalProtocolError(`the umbilical has no call '${name}'`);
    const method = name as UmbilicalMethod;
    const params = new UmbilicalParams(method, given);
    if (method === 'getTask') return this.getTask(containerId, params, caller);

    const { attemptId } = params;
    this.adoptions.heard(attemptId);
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
        // Its commitPending may have been taken by an AM that is no more.
        this.emit(attemptId, { type: 'TA_COMMIT_PENDING' });
        return this.canCommit(attemptId);
      case 'done':
        this.desk.ended(containerId, attemptId);
        return this.done(attemptId);
      case 'fatalError':
        return this.failed(attemptId, `Error: ${params.text}`, params.flag('fastFail'));
      case 'fsError':
        return this.failed(attemptId, `FSError: ${params.text}`, false);
      case 'shuffleError':
        this.deps.log.warn(`${attemptId} shuffle error: ${params.text}`);
        return this.acknowledge(attemptId);
      case 'getMapCompletionEvents':
        return this.getMapCompletionEvents(attemptId, params);
      case 'preempted':
        this.offer(attemptId, params);
        return this.tell(attemptId, { type: 'TA_PREEMPTED' });
      default:
        return assertNever(method, 'umbilical call');
    }
  }

  private async getTask(containerId: ContainerId, params: UmbilicalParams, caller: Caller): Promise<JvmTask> {
    const [pid, { done }] = [params.count('pid'), params];
    if (done !== undefined && done === this.desk.running(containerId)) return { shouldDie: false, tellDone: true };
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
      if (caller.isOver) return { shouldDie: false };
      const task = this.desk.next(containerId, pid);
      if (task === undefined) return undefined;
      return task === 'DIE' ? { shouldDie: true } : { shouldDie: false, task };
    };
    const given = await this.held.hold(answer, { shouldDie: false }, containerId);
    if (!given.task) return given;
    this.adoptions.heard(given.task.attemptId);
    return this.recorded(given);
  }

  private async recorded<T>(answer: T): Promise<T> {
    await this.deps.recorded();
    return answer;
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
    params: UmbilicalParams,
  ): Promise<UmbilicalResult<'getMapCompletionEvents'>> {
    this.progressing(attemptId);
    const { amAttempt } = this.deps;
    const [from, max] = [params.count('fromEventId'), params.count('maxEvents')];
    // The events of an earlier AM stood in another order: the child begins anew with ours.
    if (from > 0 && params.count('amAttempt') !== amAttempt) {
      return Promise.resolve({ events: [], shouldReset: true, amAttempt });
    }
    const answer = (): UmbilicalResult<'getMapCompletionEvents'> | undefined => {
      const events = this.deps.mapCompletionEvents(from, max);
      return events.length > 0 ? { events, shouldReset: false, amAttempt } : undefined;
    };
    return this.held.hold(answer, { events: [], shouldReset: false, amAttempt }, MAP_COMPLETIONS);
  }

  /**
   * Acknowledged where it was taken, and the history says so: of an attempt that was given up before, nobody keeps what it did, and a process that
   * went on to the next task could be given this one again by the next AM.
   */
  private async done(attemptId: TaskAttemptId): Promise<Acknowledged> {
    this.tell(attemptId, { type: 'TA_DONE' });
    await this.deps.recorded();
    return { taskFound: this.slots.has(attemptId) || this.recentlyOver.get(attemptId)?.state === 'SUCCEEDED' };
  }

  /** Diagnostics first: a failed attempt would drop them. */
  private failed(attemptId: TaskAttemptId, diagnostics: string, fastFail: boolean): Promise<Acknowledged> {
    this.deps.log.warn(`${attemptId} ${diagnostics}`);
    this.emit(attemptId, { type: 'TA_DIAGNOSTICS_UPDATE', diagnostics });
    return this.recorded(this.tell(attemptId, { type: 'TA_FAILMSG', fastFail }));
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
    for (const [attemptId, { untilMs }] of this.recentlyOver) {
      if (untilMs > now) return;
      this.recentlyOver.delete(attemptId);
    }
  }
}
