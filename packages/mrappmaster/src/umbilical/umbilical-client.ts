/**
 * UmbilicalClient: the child's end. A call made here is answered, or fails for good: a connection that breaks or hangs is made
 * anew and what was unanswered is sent again in order, until `connectionWaitMs` have passed without one. Hadoop: the RPC
 * proxy of YarnChild with its retries. Where the AM is, is asked anew for each connection, and while an AM is silent: a later
 * attempt of it gets what the one before left unanswered. An earlier one is never gone back to.
 *
 *   IDLE -> CONNECTING -> OPEN -> (broken) WAITING -> CONNECTING ...
 *   from any: CLOSED by `close`, LOST when the wait is over or the AM refuses us; every call then fails
 */
import type { Clock, ContainerId, RandomSource, Timer } from '@bobbin/common';
import { UmbilicalCallError, UmbilicalLostError, UmbilicalProtocolError, UmbilicalRefusedError } from '../errors.js';
import type { Frame } from './frame.js';
import type { AppMasterAddress } from './app-master-address.js';
import { FrameSocket } from './frame-socket.js';
import { ClientHandshake } from './handshake.js';
import {
  HOLD_MS,
  type UmbilicalMethod,
  type UmbilicalParams,
  type UmbilicalResult,
} from './task-umbilical-protocol.js';
import { tcpWires, type Wires } from './wire.js';

/** Unanswered for longer, a call's connection is taken for dead; half-open connections are found so. */
const ANSWER_TIMEOUT_MS = HOLD_MS + 15_000;
const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;
/** An AM that owes an answer, or a connection, for longer may have a successor. */
const SILENCE_MS = 3000;
const SUCCESSOR_CHECK_MS = 1000;
const HELD: ReadonlySet<UmbilicalMethod> = new Set<UmbilicalMethod>(['getTask', 'canCommit', 'getMapCompletionEvents']);

export interface UmbilicalClientDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly containerId: ContainerId;
  readonly jobToken: Uint8Array;
  /** Where the AM is now; undefined where that cannot be told now, JOB_OVER where none will come any more. Never rejects. */
  locate(): Promise<AppMasterAddress | 'JOB_OVER' | undefined>;
  /** How long to try without a connection before giving up, in milliseconds. */
  readonly connectionWaitMs: number;
  /** @default TCP */
  readonly wires?: Wires;
  log(line: string): void;
}

interface Pending {
  readonly method: UmbilicalMethod;
  readonly frame: Frame;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  deadline: Timer | undefined;
  /** Monotonic milliseconds; undefined while there is no connection. */
  sentAtMs: number | undefined;
}

export class UmbilicalClient {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private state: 'IDLE' | 'CONNECTING' | 'OPEN' | 'WAITING' | 'CLOSED' | 'LOST' = 'IDLE';
  private frames: FrameSocket | undefined;
  private verdict: Error | undefined;
  private retryTimer: Timer | undefined;
  private retryMs = FIRST_RETRY_MS;
  private appMaster: AppMasterAddress | undefined;
  private watch: Timer | undefined;
  private connectingSinceMs = 0;
  /** When the connection was last seen to work, or first wanted; monotonic milliseconds. */
  private lastOpenAtMs = 0;

  constructor(private readonly deps: UmbilicalClientDeps) {}

  /** Rejects with UmbilicalCallError (the AM refused this call), UmbilicalLostError or UmbilicalRefusedError (all calls). */
  call<M extends UmbilicalMethod>(method: M, params: UmbilicalParams<M>): Promise<UmbilicalResult<M>> {
    return new Promise((resolve, reject) => {
      if (this.verdict) {
        reject(this.verdict);
        return;
      }
      const id = this.nextId++;
      const pending: Pending = {
        method,
        frame: { id, method, params },
        resolve: (result) => resolve(result as UmbilicalResult<M>),
        reject,
        deadline: undefined,
        sentAtMs: undefined,
      };
      this.pending.set(id, pending);
      if (this.state === 'OPEN') this.send(id, pending);
      else if (this.state === 'IDLE') this.begin();
    });
  }

  /** Ends the connection; calls that are unanswered fail. Safe to call twice. */
  close(): void {
    this.giveUp('CLOSED', new UmbilicalLostError('the umbilical was closed'));
  }

  private begin(): void {
    this.lastOpenAtMs = this.deps.clock.monotonic();
    void this.connect();
  }

  private async connect(): Promise<void> {
    this.state = 'CONNECTING';
    this.connectingSinceMs = this.deps.clock.monotonic();
    await this.hasSuccessor();
    if (this.verdict) return;
    if (this.appMaster) this.connectTo(this.appMaster);
    else this.failed(new UmbilicalProtocolError('nothing tells where it is'), 'an unknown address');
  }

  private connectTo({ host, port }: AppMasterAddress): void {
    const handshake = new ClientHandshake(this.deps.containerId, this.deps.jobToken, this.deps.random);
    const deadline = this.deps.clock.after(CONNECT_TIMEOUT_MS, () =>
      frames.close(new UmbilicalProtocolError(`no handshake in ${CONNECT_TIMEOUT_MS} ms`)),
    );
    const expected: ((frame: Frame) => void)[] = [
      (frame) => frames.send(handshake.answer(frame)),
      (frame) => {
        handshake.finish(frame);
        deadline.cancel();
        frames.trust();
        this.opened();
      },
    ];
    const frames = new FrameSocket((this.deps.wires ?? tcpWires).dial(host, port), {
      frame: (frame) => (expected.shift() ?? ((answer: Frame) => this.answered(answer)))(frame),
      ended: (reason) => {
        deadline.cancel();
        this.ended(frames, reason, `${host}:${port}`);
      },
    });
    this.frames = frames;
    this.watchForSuccessor();
    frames.send(handshake.hello());
  }

  private opened(): void {
    this.state = 'OPEN';
    this.retryMs = FIRST_RETRY_MS;
    this.watchForSuccessor();
    for (const [id, pending] of this.pending) this.send(id, pending);
  }

  private send(id: number, pending: Pending): void {
    try {
      this.frames?.send(pending.frame);
    } catch (error) {
      this.settle(id)?.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    pending.sentAtMs = this.deps.clock.monotonic();
    this.watchForSuccessor();
    pending.deadline?.cancel();
    pending.deadline = this.deps.clock.after(ANSWER_TIMEOUT_MS, () =>
      this.frames?.close(new UmbilicalProtocolError(`${pending.method} was not answered in ${ANSWER_TIMEOUT_MS} ms`)),
    );
  }

  private answered(frame: Frame): void {
    const { id, result, error } = frame;
    if (typeof id !== 'number') throw new UmbilicalProtocolError(`an answer needs a number 'id'`);
    const pending = this.settle(id);
    if (typeof error === 'string') pending?.reject(new UmbilicalCallError(pending.method, error));
    else pending?.resolve(result);
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    pending?.deadline?.cancel();
    return pending;
  }

  private ended(frames: FrameSocket, reason: Error | undefined, address: string): void {
    if (frames !== this.frames || this.verdict) return;
    this.frames = undefined;
    for (const pending of this.pending.values()) {
      pending.deadline?.cancel();
      pending.sentAtMs = undefined;
    }
    if (this.state === 'OPEN') this.lastOpenAtMs = this.deps.clock.monotonic();
    this.failed(reason, address);
  }

  private failed(reason: Error | undefined, address: string): void {
    const now = this.deps.clock.monotonic();
    const why = reason?.message ?? 'the AM closed the connection';
    if (reason instanceof UmbilicalRefusedError) {
      this.giveUp('LOST', reason);
    } else if (now - this.lastOpenAtMs >= this.deps.connectionWaitMs) {
      const text = `the AM at ${address} could not be reached for ${this.deps.connectionWaitMs} ms: ${why}`;
      this.giveUp('LOST', new UmbilicalLostError(text, reason));
    } else {
      this.deps.log(`connection to the AM at ${address} lost (${why}); trying again`);
      this.state = 'WAITING';
      this.retryTimer = this.deps.clock.after(this.retryMs, () => void this.connect());
      this.retryMs = Math.min(this.retryMs * 2, MAX_RETRY_MS);
    }
  }

  /** Asks where the AM is; true where that is a later attempt than the one known so far. */
  private async hasSuccessor(): Promise<boolean> {
    const found = await this.deps.locate();
    if (found === 'JOB_OVER') this.giveUp('LOST', new UmbilicalLostError('the job is over'));
    if (!found || found === 'JOB_OVER' || found.attempt <= (this.appMaster?.attempt ?? 0)) return false;
    this.appMaster = found;
    return true;
  }

  /** A stopped process keeps its connections: an AM that owes something for too long is looked for elsewhere. */
  private watchForSuccessor(): void {
    if (!this.owesAnything()) return;
    this.watch ??= this.deps.clock.after(SUCCESSOR_CHECK_MS, () => {
      this.watch = undefined;
      const { frames } = this;
      const limit = this.deps.clock.monotonic() - SILENCE_MS;
      if (!frames || this.owedSinceMs() > limit) return this.watchForSuccessor();
      void this.hasSuccessor().then((moved) => {
        if (moved) frames.close(new UmbilicalProtocolError('a later attempt of the AM has taken over'));
        else this.watchForSuccessor();
      });
    });
  }

  private owesAnything(): boolean {
    return !this.verdict && this.frames !== undefined && this.owedSinceMs() < Infinity;
  }

  /** Since when the AM owes a connection, or an answer that it does not hold. */
  private owedSinceMs(): number {
    if (this.state === 'CONNECTING') return this.connectingSinceMs;
    let since = Infinity;
    for (const { method, sentAtMs } of this.pending.values()) {
      if (sentAtMs !== undefined && !HELD.has(method)) since = Math.min(since, sentAtMs);
    }
    return since;
  }

  private giveUp(state: 'CLOSED' | 'LOST', verdict: Error): void {
    if (this.verdict) return;
    this.state = state;
    this.verdict = verdict;
    this.retryTimer?.cancel();
    this.watch?.cancel();
    this.frames?.close();
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(verdict);
  }
}
