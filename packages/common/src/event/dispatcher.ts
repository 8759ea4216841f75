/**
 * Dispatcher: the one FIFO of a daemon. Hadoop: yarn.event.AsyncDispatcher, typed by domain instead of by enum class.
 * Events run to completion, one at a time, in the order they were dispatched; an event dispatched by a handler waits for
 * its turn. A turn is everything that can be handled without leaving the queue; at its end the turn hooks run (a store
 * commits there, once for the whole turn). A handler that throws stops the dispatcher and reaches `onFatal`, as in YARN:
 * a daemon whose state is unknown must not go on.
 */
import { EventEmitter } from 'node:events';
import type TypedEmitter from 'typed-emitter';
import { systemClock } from '../clock/clock.js';

export interface Event {
  /** The room that handles it: `rmapp`, `task` ... */
  readonly domain: string;
  readonly type: string;
}

export type EventHandler<E> = (event: E) => void;

/** What a component needs in order to send events. */
export interface EventSink<E extends Event> {
  dispatch(event: E): void;
}

export interface DispatcherMetrics {
  /** Events waiting now. */
  readonly depth: number;
  /** The most that ever waited. */
  readonly maxDepth: number;
  readonly handled: number;
  /** Time spent in handlers, by domain, in milliseconds. */
  readonly handlerMs: Readonly<Record<string, number>>;
}

export interface DispatcherOptions {
  /** Called once with the first error a handler threw; the dispatcher has stopped by then. Default: rethrow. */
  readonly onFatal?: (error: unknown, event: Event | undefined) => void;
  /** Monotonic milliseconds, for the handler times. */
  readonly now?: () => number;
  /** A turn yields to the event loop after this many events, so that calls are answered under load. Default 1000. */
  readonly maxTurnEvents?: number;
}

type Slice<E extends Event, D extends string> = Extract<E, { readonly domain: D }>;

export class Dispatcher<E extends Event> implements EventSink<E> {
  private queue: E[] = [];
  private head = 0;
  private scheduled = false;
  private running = false;
  private stopped = false;
  private maxDepth = 0;
  private handled = 0;
  private readonly handlerMs: Record<string, number> = {};
  private readonly turnHooks: (() => void)[] = [];
  private idleWaiters: (() => void)[] = [];
  private readonly handlers = new EventEmitter() as TypedEmitter.default<Record<string, EventHandler<E>>>;
  private readonly onFatal: (error: unknown, event: Event | undefined) => void;
  private readonly now: () => number;
  private readonly maxTurnEvents: number;

  constructor(options: DispatcherOptions = {}) {
    this.handlers.setMaxListeners(0);
    this.now = options.now ?? (() => systemClock.monotonic());
    this.maxTurnEvents = options.maxTurnEvents ?? 1000;
    this.onFatal =
      options.onFatal ??
      ((error) => {
        throw error;
      });
  }

  /** Registers a handler for a domain; several are called in the order of registration. */
  on<D extends E['domain']>(domain: D, handler: EventHandler<Slice<E, D>>): void {
    this.handlers.on(domain, handler as EventHandler<E>);
  }

  /** Runs at the end of each turn, in the order of registration. A hook may dispatch; that opens a new turn. */
  onTurnEnd(hook: () => void): void {
    this.turnHooks.push(hook);
  }

  /** Appends an event; never runs a handler before it returns. After `stop` events are dropped. */
  dispatch(event: E): void {
    if (this.stopped) return;
    this.queue.push(event);
    const depth = this.queue.length - this.head;
    if (depth > this.maxDepth) this.maxDepth = depth;
    this.schedule();
  }

  /** Resolves when the queue is empty and every turn hook has run. */
  drained(): Promise<void> {
    if (this.idle()) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Drops what waits and takes no more. */
  stop(): void {
    this.stopped = true;
    this.queue = [];
    this.head = 0;
    this.wake();
  }

  metrics(): DispatcherMetrics {
    return {
      depth: this.queue.length - this.head,
      maxDepth: this.maxDepth,
      handled: this.handled,
      handlerMs: { ...this.handlerMs },
    };
  }

  private idle(): boolean {
    return !this.scheduled && !this.running && this.head === this.queue.length;
  }

  private schedule(): void {
    if (this.scheduled || this.running) return;
    this.scheduled = true;
    queueMicrotask(() => this.turn());
  }

  private turn(): void {
    this.scheduled = false;
    if (this.stopped) return;
    this.running = true;
    let event: E | undefined;
    let sinceMs = this.now();
    try {
      for (let left = this.maxTurnEvents; left > 0; left--) {
        const current = this.queue[this.head];
        if (!current) break;
        this.head++;
        event = current;
        if (this.handlers.listenerCount(current.domain) === 0) {
          throw new Error(`no handler for the domain of event ${current.domain}.${current.type}`);
        }
        this.handlers.emit(current.domain, current);
        const nowMs = this.now();
        this.handlerMs[current.domain] = (this.handlerMs[current.domain] ?? 0) + (nowMs - sinceMs);
        sinceMs = nowMs;
        this.handled++;
        if (this.stopped) break;
      }
      event = undefined;
      this.dropHandled();
      for (const hook of this.turnHooks) hook();
    } catch (error) {
      this.stop();
      this.running = false;
      this.onFatal(error, event);
      return;
    }
    this.running = false;
    if (this.head < this.queue.length) {
      this.scheduled = true;
      setImmediate(() => this.turn());
    } else {
      this.wake();
    }
  }

  /** Not in each turn: of a long queue that would copy more than is handled. */
  private dropHandled(): void {
    if (this.head * 2 < this.queue.length) return;
    this.queue = this.queue.slice(this.head);
    this.head = 0;
  }

  private wake(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}
