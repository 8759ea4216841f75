/**
 * Clock: the only source of time and timers, passed to whoever needs one, so that tests and simulations own time.
 * Hadoop: yarn.util.{Clock,SystemClock,MonotonicClock}.
 */
export interface Timer {
  /** Safe to call twice, and after it fired. */
  cancel(): void;
}

export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Never goes back; for durations and deadlines. Milliseconds from an arbitrary start. */
  monotonic(): number;
  /** Calls `action` once, `delayMs` from now. Only timers of `foregroundClock` keep the process alive. */
  after(delayMs: number, action: () => void): Timer;
}

/** Node fires at once what lies further away: 24.8 days. */
const LONGEST_TIMEOUT_MS = 0x7fffffff;

class SystemClock implements Clock {
  constructor(private readonly keepsAlive: boolean) {}

  now(): number {
    return Date.now();
  }
  monotonic(): number {
    return performance.now();
  }
  after(delayMs: number, action: () => void): Timer {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, LONGEST_TIMEOUT_MS);
      handle = setTimeout(() => (stepMs < leftMs ? arm(leftMs - stepMs) : action()), stepMs);
      if (!this.keepsAlive) handle.unref();
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(handle) };
  }
}

export const systemClock: Clock = new SystemClock(false);

/** The same, but its timers keep the process alive: for a command that has nothing to do but wait. */
export const foregroundClock: Clock = new SystemClock(true);

/** Resolves after `delayMs` of this clock. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}

/** Keeps the process alive until cancelled: for who waits on a timer and has nothing else open. */
export function stayAlive(): Timer {
  const handle = setInterval(() => undefined, 0x7fffffff);
  return { cancel: () => clearInterval(handle) };
}

/** Calls `action` each `periodMs` until cancelled; the next call is armed after the last returned. */
export function every(clock: Clock, periodMs: number, action: () => void): Timer {
  let timer: Timer;
  let cancelled = false;
  const arm = (): void => {
    timer = clock.after(periodMs, () => {
      action();
      if (!cancelled) arm();
    });
  };
  arm();
  return {
    cancel: () => {
      cancelled = true;
      timer.cancel();
    },
  };
}

/** When this process began, ms since 1970. */
export function processStartMs(): number {
  return Math.round(performance.timeOrigin);
}
