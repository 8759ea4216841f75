/**
 * Simulator: the kernel: virtual time, a heap of events by (time, sequence), and the barrier after each of them. It knows nothing of YARN.
 *
 * An event belongs to one process (or to the world) and is everything that happens until nothing more can happen without another event: the
 * code under test uses promises, and a microtask queue that has run dry is the end of an event. `setImmediate` of that code is an event of
 * its own (guards.ts), so the barrier is exact whatever the length of a chain. Real timers, real I/O and real randomness throw.
 *
 * Nothing of a dead process runs: its events are dropped, and what is left of its promise chains ends at the first seam it touches
 * (ProcessDied, or a promise that never settles). A paused process keeps its events until it is resumed.
 */
import type { Timer } from '@bobbin/common';
import type { SimProcess } from './machine.js';
import { Draws } from './random.js';
import type { Trace } from './trace.js';

/** A rule that did not hold; the first one ends the run. */
export interface Violation {
  /** `S1` ... `L3`, or `SIM` for a fault of the simulator itself. */
  readonly rule: string;
  readonly message: string;
  /** Number of the event that broke it. */
  readonly event: number;
  /** Virtual ms. */
  readonly atMs: number;
}

interface SimEvent {
  readonly atMs: number;
  readonly tie: number;
  readonly sequence: number;
  readonly process: SimProcess | undefined;
  readonly label: string;
  readonly action: () => void;
  cancelled: boolean;
}

/** Kept before guards.ts replaces it. */
const realSetImmediate = setImmediate;

/** Turns asked of the event loop at once: it looks for I/O only between such batches, which costs more than most events do. */
const TURNS = 256;

/**
 * The end of an event: between two immediates Node runs microtasks, ticks and the handlers of unhandled rejections until there are no more. All runs of
 * this process share it.
 */
const barrier = {
  left: 0,
  waiting: undefined as (() => void) | undefined,

  /** Resolves when nothing more can happen without another event. One at a time. */
  passed(): Promise<void> {
    if (this.left === 0) {
      this.left = TURNS;
      for (let turn = 0; turn < TURNS; turn++) realSetImmediate(() => this.turn());
    }
    return new Promise((resolve) => (this.waiting = resolve));
  },

  turn(): void {
    this.left--;
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.();
  },
};

export class Simulator {
  /** Virtual ms since the world began. */
  nowMs = 0;
  /** Events handled so far: the address of a moment for `--until`. */
  events = 0;
  /** Whose event is handled. */
  current: SimProcess | undefined;
  readonly draws: Draws;
  readonly violations: Violation[] = [];
  private readonly heap: SimEvent[] = [];
  private sequence = 0;
  private readonly afterEach: (() => void)[] = [];
  private readonly drawsTies: boolean;

  constructor(
    seed: number,
    readonly trace: Trace,
  ) {
    this.draws = new Draws(seed);
    this.drawsTies = this.draws.chance(250, 'ties?');
  }

  /** Runs after every event: incremental checkers. */
  onEvent(check: () => void): void {
    this.afterEach.push(check);
  }

  /** `process` undefined: the world's own. The action runs in at least `delayMs`, later where the process is paused, never where it is dead. */
  schedule(delayMs: number, process: SimProcess | undefined, label: string, action: () => void): Timer {
    const sequence = this.sequence++;
    const tie = this.drawsTies ? this.draws.word('ties', sequence) : 0;
    const atMs = this.nowMs + Math.max(0, Math.round(delayMs));
    const event: SimEvent = { atMs, tie, sequence, process, label, action, cancelled: false };
    this.push(event);
    return { cancel: () => void (event.cancelled = true) };
  }

  /** Goes on as `process` within the event that is handled: at once, at its resumption, or never. */
  runAs(process: SimProcess, label: string, action: () => void): void {
    if (process.state === 'DEAD') return;
    if (process.state === 'PAUSED') {
      process.defer(label, action);
      return;
    }
    const before = this.current;
    this.current = process;
    this.trace.add(`${this.nowMs} ${process.id} ${label}`);
    try {
      this.guarded(process, action);
    } finally {
      this.current = before ?? process;
    }
  }

  /** Notes that a rule was broken; the run ends after this event. */
  fail(rule: string, message: string): void {
    this.violations.push({ rule, message, event: this.events, atMs: this.nowMs });
    this.trace.note(`VIOLATION ${rule}: ${message}`);
  }

  /** Handles events until `untilMs`, the first violation, or until `done` says so. Returns whether `done` did. */
  async run(untilMs: number, done: () => boolean = () => false, maxEvents = Infinity): Promise<boolean> {
    while (this.violations.length === 0 && this.events < maxEvents) {
      if (done()) return true;
      const next = this.heap[0];
      if (!next || next.atMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return done();
      }
      this.pop();
      if (next.cancelled || next.process?.state === 'DEAD') continue;
      await this.handle(next);
    }
    return false;
  }

  /** Events that wait, dead and cancelled ones left out, for a checker of what is left behind. */
  pending(): readonly { readonly process: SimProcess | undefined; readonly label: string; readonly atMs: number }[] {
    return this.heap.filter((event) => !event.cancelled && event.process?.state !== 'DEAD');
  }

  private async handle(event: SimEvent): Promise<void> {
    this.nowMs = Math.max(this.nowMs, event.atMs);
    const { process } = event;
    if (process?.state === 'PAUSED') {
      process.defer(event.label, event.action);
      return;
    }
    this.events++;
    this.current = process;
    this.trace.add(`${this.nowMs} ${process?.id ?? '-'} ${event.label}`);
    this.guarded(process, event.action);
    await barrier.passed();
    this.current = undefined;
    for (const check of this.afterEach) check();
  }

  private guarded(process: SimProcess | undefined, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (process) process.threw(error);
      else this.fail('SIM', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  private push(event: SimEvent): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as SimEvent;
      if (!before(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as SimEvent, heap[child] as SimEvent)) child++;
      if (!before(heap[child] as SimEvent, last)) break;
      heap[at] = heap[child] as SimEvent;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: SimEvent, b: SimEvent): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  if (a.tie !== b.tie) return a.tie < b.tie;
  return a.sequence < b.sequence;
}
