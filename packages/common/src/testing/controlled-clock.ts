/** ControlledClock: time that moves only when a test says so. Hadoop: yarn.util.ControlledClock. */
import type { Clock, Timer } from '../clock/clock.js';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

export class ControlledClock implements Clock {
  private timers: Pending[] = [];
  private order = 0;

  constructor(private time = 1_700_000_000_000) {}

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(delayMs: number, action: () => void): Timer {
    const pending = { at: this.time + Math.max(0, delayMs), order: this.order++, action };
    this.timers.push(pending);
    return {
      cancel: () => {
        this.timers = this.timers.filter((t) => t !== pending);
      },
    };
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.timers.length;
  }

  /** Moves time on as it passes for a process that is stopped: what fell due fires late, with the next `advance`. */
  stall(ms: number): void {
    this.time += ms;
  }

  /** Moves time on, firing what falls due in order of time, then of arming; timers armed meanwhile count too. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.timers = this.timers.filter((t) => t !== due);
      this.time = Math.max(this.time, due.at);
      due.action();
    }
    this.time = end;
  }
}
