/**
 * LivelinessMonitor: tells when something has been silent for too long. Hadoop: yarn.util.AbstractLivelinessMonitor, of which
 * AMLivelinessMonitor, NMLivelinessMonitor, ContainerAllocationExpirer and the AM's TaskHeartbeatHandler are kinds. One timer, for whoever will be due first:
 * since all wait equally long, the order of the last signs of life is the order of expiry, and nothing is ever scanned.
 */
import type { Clock, Timer } from '../clock/clock.js';

export class LivelinessMonitor<K> {
  /** By last sign of life, oldest first. */
  private readonly lastSeenMs = new Map<K, number>();
  private timer: Timer | undefined;
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
    const dueInMs = Math.max(0, oldest.value + this.expiryMs - this.clock.monotonic());
    this.timer = this.clock.after(dueInMs, () => this.expire());
  }

  private disarm(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private expire(): void {
    this.timer = undefined;
    const limit = this.clock.monotonic() - this.expiryMs;
    for (const [key, seenMs] of this.lastSeenMs) {
      if (seenMs > limit) break;
      this.lastSeenMs.delete(key);
      this.onExpired(key);
    }
    this.arm();
  }
}
