/**
 * LivelinessMonitor: tells when something has been silent for too long. Hadoop: yarn.util.AbstractLivelinessMonitor, of which
 * AMLivelinessMonitor, NMLivelinessMonitor, ContainerAllocationExpirer and the AM's TaskHeartbeatHandler are kinds. One timer, for whoever will be due first:
 * since all wait equally long, the order of the last signs of life is the order of expiry, and nothing is ever scanned. A process that was itself
 * stopped (a debugger, a machine that was suspended) has heard nobody meanwhile: signs of life wait in its sockets, and are read before it judges.
 */
import type { Clock, Timer } from '../clock/clock.js';

/** A timer that is late by more than this part of the expiry means that the process was stopped. */
const STOPPED_FRACTION = 0.05;

export class LivelinessMonitor<K> {
  /** By last sign of life, oldest first. */
  private readonly lastSeenMs = new Map<K, number>();
  private timer: Timer | undefined;
  private dueAtMs = 0;
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    /** Silence as long as this is too long. */
    private readonly expiryMs: number,
    /** Called once; the key is forgotten before. */
    private readonly onExpired: (key: K) => void,
  ) {}

  get size(): number {
    return this.lastSeenMs.size;
  }

  /** Whether its silence is counted: false once it has expired, until it registers again. */
  watches(key: K): boolean {
    return this.lastSeenMs.has(key);
  }

  /** Watches from now on. A second call is a sign of life. */
  register(key: K): void {
    this.lastSeenMs.delete(key);
    this.lastSeenMs.set(key, this.clock.monotonic());
    this.arm();
  }

  /** A sign of life; ignored for one that is not watched. */
  ping(key: K): void {
    if (this.lastSeenMs.has(key)) this.register(key);
  }

  /** Safe to call twice. */
  unregister(key: K): void {
    this.lastSeenMs.delete(key);
    if (this.lastSeenMs.size === 0) this.disarm();
  }

  /** Nothing expires any more. */
  stop(): void {
    this.stopped = true;
    this.disarm();
  }

  private arm(): void {
    if (this.timer || this.stopped) return;
    const oldest = this.lastSeenMs.values().next();
    if (oldest.done) return;
    this.armIn(Math.max(0, oldest.value + this.expiryMs - this.clock.monotonic()));
  }

  private armIn(dueInMs: number): void {
    this.dueAtMs = this.clock.monotonic() + dueInMs;
    this.timer = this.clock.after(dueInMs, () => this.expire());
  }

  private disarm(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private expire(): void {
    this.timer = undefined;
    const nowMs = this.clock.monotonic();
    const lateMs = nowMs - this.dueAtMs;
    if (lateMs > this.expiryMs * STOPPED_FRACTION) return this.armIn(Math.min(lateMs, this.expiryMs));
    const limit = nowMs - this.expiryMs;
    for (const [key, seenMs] of this.lastSeenMs) {
      if (seenMs > limit) break;
      this.lastSeenMs.delete(key);
      this.onExpired(key);
    }
    this.arm();
  }
}
