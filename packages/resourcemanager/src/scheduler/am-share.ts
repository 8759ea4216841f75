/**
 * AMShare: how much of the cluster AMs may hold together. Hadoop: `maximum-am-resource-percent` of the CapacityScheduler. Without it a
 * burst of applications fills the cluster with AMs that wait for each other. One is always let in, and they are let in in order.
 */
import type { ApplicationAttemptId } from '@bobbin/common';
import { compareAsks, type Ask } from './ask.js';

export class AMShare {
  private readonly queue: Ask[] = [];
  private readonly heldMb = new Map<ApplicationAttemptId, number>();
  private totalMb = 0;

  constructor(
    /** 0..1 of the cluster's memory. */
    private readonly maxFraction: number,
  ) {}

  /** Lines up the ask for an AM's container; nothing is filed for it before `admit` returns it. */
  queueUp(ask: Ask): void {
    if (this.queue.includes(ask)) return;
    this.queue.push(ask);
    this.queue.sort(compareAsks);
  }

  isQueued(ask: Ask): boolean {
    return this.queue.includes(ask);
  }

  withdraw(ask: Ask): void {
    const at = this.queue.indexOf(ask);
    if (at >= 0) this.queue.splice(at, 1);
  }

  /** Those that may be served now; their memory counts as held from here on. */
  admit(clusterMb: number): Ask[] {
    const admitted: Ask[] = [];
    for (let ask = this.queue[0]; ask; ask = this.queue[0]) {
      const mb = ask.capability.memoryMb;
      if (this.totalMb > 0 && this.totalMb + mb > this.maxFraction * clusterMb) break;
      this.queue.shift();
      this.hold(ask.attempt.attemptId, mb);
      admitted.push(ask);
    }
    return admitted;
  }

  /** Counts an AM that is there already. */
  hold(attempt: ApplicationAttemptId, mb: number): void {
    this.release(attempt);
    this.heldMb.set(attempt, mb);
    this.totalMb += mb;
  }

  /** The AM is gone, or will never come. Safe to call twice. */
  release(attempt: ApplicationAttemptId): void {
    this.totalMb -= this.heldMb.get(attempt) ?? 0;
    this.heldMb.delete(attempt);
  }

  /** For an ask that is queued: why. */
  explain(ask: Ask, clusterMb: number): string {
    const ahead = this.queue.indexOf(ask);
    const limit = Math.floor(this.maxFraction * clusterMb);
    return (
      `AppMasters hold ${this.totalMb} of the ${limit} MB they may hold together, ` +
      `and ${ahead === 1 ? '1 application is' : `${ahead} applications are`} ahead in the queue`
    );
  }
}
