/**
 * HeldCalls: answers that wait until there is something to say. Each held call is a question that is asked again whenever
 * `reconsider` runs (the end of a dispatcher turn, a heartbeat) and once a second, until it has an answer or HOLD_MS are over.
 * It stands where Hadoop's children poll (getTask, canCommit, getMapCompletionEvents).
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
  private held = new Set<Held>();
  private timer: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  /** Calls that wait now. */
  get size(): number {
    return this.held.size;
  }

  /** Resolves with the first defined `answer()`, at the latest with `nothing`. Rejects with what `answer` throws. */
  hold<T>(answer: () => T | undefined, nothing: T): Promise<T> {
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
      this.held.add(call);
      this.arm();
    });
  }

  /** Asks every held question again, oldest first. Cheap when nothing is held. */
  reconsider(): void {
    if (this.held.size === 0) return;
    const now = this.clock.monotonic();
    for (const call of this.held) {
      if (call.tryAnswer(now >= call.until)) this.held.delete(call);
    }
  }

  /** Answers everything with nothing, at once. */
  release(): void {
    for (const call of this.held) call.tryAnswer(true);
    this.held.clear();
    this.timer?.cancel();
    this.timer = undefined;
  }

  private arm(): void {
    this.timer ??= this.clock.after(RECONSIDER_MS, () => {
      this.timer = undefined;
      this.reconsider();
      if (this.held.size > 0) this.arm();
    });
  }
}
