/**
 * DeadlineQueue: keys that are overdue when nothing was heard of them for a fixed time. One timer for all of them: since the
 * time is the same for each, the order of the last signs of life is the order of the deadlines. A sign of life costs a map
 * operation, whatever the number of keys. Hadoop: util.AbstractLivelinessMonitor, without its scans.
 */
import type { Clock, Timer } from '@bobbin/common';

export class DeadlineQueue<K> {
  /** Last sign of life, oldest first. */
  private readonly seenAtMs = new Map<K, number>();
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    /** Above 0. */
    private readonly timeoutMs: number,
    /** The key is forgotten by then. */
    private readonly overdue: (key: K) => void,
  ) {}

  get size(): number {
    return this.seenAtMs.size;
  }

  has(key: K): boolean {
    return this.seenAtMs.has(key);
  }

  /** A sign of life; the first one registers the key. */
  touch(key: K): void {
    this.seenAtMs.delete(key);
    this.seenAtMs.set(key, this.clock.monotonic());
    this.arm();
  }

  /** Safe for unknown keys. */
  forget(key: K): void {
    this.seenAtMs.delete(key);
    if (this.seenAtMs.size === 0) this.stop();
  }

  /** Disarms the timer; a later `touch` arms it again. */
  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private arm(): void {
    if (this.timer) return;
    const [oldest] = this.seenAtMs.values();
    if (oldest === undefined) return;
    const delayMs = Math.max(0, oldest + this.timeoutMs - this.clock.monotonic());
    // One more: a deadline is passed, not met.
    this.timer = this.clock.after(delayMs + 1, () => {
      this.timer = undefined;
      this.expire();
    });
  }

  private expire(): void {
    const now = this.clock.monotonic();
    for (const [key, seenAtMs] of this.seenAtMs) {
      if (now - seenAtMs <= this.timeoutMs) break;
      this.seenAtMs.delete(key);
      this.overdue(key);
    }
    this.arm();
  }
}
