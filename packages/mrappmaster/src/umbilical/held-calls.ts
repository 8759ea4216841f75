/**
 * HeldCalls: answers that wait until there is something to say. Each held call is a question that is asked again whenever
 * `reconsider` runs (the end of a dispatcher turn, a heartbeat) and once a second, until it has an answer or HOLD_MS are over.
 * A question with a key is asked again when something happened to what the key names: of a thousand containers that wait for a
 * task only one is looked at, and reducers that wait for maps only when a map has ended. It stands where Hadoop's children poll (getTask, canCommit, getMapCompletionEvents).
 */
import type { Clock, Timer } from '@bobbin/common';
import { HOLD_MS } from './task-umbilical-protocol.js';

const RECONSIDER_MS = 1000;

interface Held {
  readonly until: number;
  /** True when the call has been answered. */
  readonly tryAnswer: (late: boolean) => boolean;
}

export class HeldCalls {
  private readonly held = new Set<Held>();
  private readonly keyed = new Map<string, Set<Held>>();
  private timer: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  /** Calls that wait now. */
  get size(): number {
    let size = this.held.size;
    for (const calls of this.keyed.values()) size += calls.size;
    return size;
  }

  /**
   * Resolves with the first defined `answer()`, at the latest with `nothing`. Rejects with what `answer` throws. With a `key`, it is
   * asked again by `reconsiderKey` alone, and once a second.
   */
  hold<T>(answer: () => T | undefined, nothing: T, key?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const call: Held = {
        until: this.clock.monotonic() + HOLD_MS,
        tryAnswer: (late) => {
          try {
            const value = answer() ?? (late ? nothing : undefined);
            if (value === undefined) return false;
            resolve(value);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
          return true;
        },
      };
      if (call.tryAnswer(false)) return;
      this.callsOf(key).add(call);
      this.arm();
    });
  }

  /** Asks every held question without a key again, oldest first. Cheap when nothing is held. */
  reconsider(): void {
    if (this.held.size > 0) this.ask(this.held);
  }

  /** Asks the questions with this key again. */
  reconsiderKey(key: string): void {
    const calls = this.keyed.get(key);
    if (!calls) return;
    this.ask(calls);
    if (calls.size === 0) this.keyed.delete(key);
  }

  /** Answers everything with nothing, at once. */
  release(): void {
    for (const calls of [this.held, ...this.keyed.values()]) {
      for (const call of calls) call.tryAnswer(true);
    }
    this.held.clear();
    this.keyed.clear();
    this.timer?.cancel();
    this.timer = undefined;
  }

  private arm(): void {
    this.timer ??= this.clock.after(RECONSIDER_MS, () => {
      this.timer = undefined;
      this.reconsider();
      for (const key of [...this.keyed.keys()]) this.reconsiderKey(key);
      if (this.held.size + this.keyed.size > 0) this.arm();
    });
  }

  private ask(calls: Set<Held>): void {
    const now = this.clock.monotonic();
    for (const call of calls) {
      if (call.tryAnswer(now >= call.until)) calls.delete(call);
    }
  }

  private callsOf(key: string | undefined): Set<Held> {
    if (key === undefined) return this.held;
    let calls = this.keyed.get(key);
    if (!calls) this.keyed.set(key, (calls = new Set()));
    return calls;
  }
}
