/**
 * AMShare: how much of the cluster AMs may hold together. Hadoop: `maximum-am-resource-percent` of the CapacityScheduler. Without it a
 * burst of applications fills the cluster with AMs that wait for each other. One is always let in, and they are let in in order.
 */
import { addResources, NO_RESOURCE, subtractResources, type ApplicationAttemptId, type Resource } from '@bobbin/common';
import { compareAsks, type Ask } from './ask.js';

export class AMShare {
  private readonly queue: Ask[] = [];
  private readonly heldBy = new Map<ApplicationAttemptId, Resource>();
  private total = NO_RESOURCE;

  constructor(
    /** 0..1 of the cluster's memory, and of its cores. */
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

  /** Those that may be served now; what they ask for counts as held from here on. */
  admit(cluster: Resource): Ask[] {
    const admitted: Ask[] = [];
    for (let ask = this.queue[0]; ask; ask = this.queue[0]) {
      if (this.heldBy.size > 0 && this.scarce(cluster, ask.capability)) break;
      this.queue.shift();
      this.hold(ask.attempt.attemptId, ask.capability);
      admitted.push(ask);
    }
    return admitted;
  }

  /** Counts an AM that is there already. */
  hold(attempt: ApplicationAttemptId, resource: Resource): void {
    this.release(attempt);
    this.heldBy.set(attempt, resource);
    this.total = addResources(this.total, resource);
  }

  /** The AM is gone, or will never come. Safe to call twice. */
  release(attempt: ApplicationAttemptId): void {
    this.total = subtractResources(this.total, this.heldBy.get(attempt) ?? NO_RESOURCE);
    this.heldBy.delete(attempt);
  }

  /** For an ask that is queued: why. */
  explain(ask: Ask, cluster: Resource): string {
    const ahead = this.queue.indexOf(ask);
    const [dimension, unit] =
      this.scarce(cluster, ask.capability) === 'vcores'
        ? (['vcores', 'cores'] as const)
        : (['memoryMb', 'MB'] as const);
    const limit = Math.floor(this.maxFraction * cluster[dimension]);
    return (
      `AppMasters hold ${this.total[dimension]} of the ${limit} ${unit} they may hold together, ` +
      `and ${ahead === 1 ? '1 application is' : `${ahead} applications are`} ahead in the queue`
    );
  }

  /** What there would be too much of with `more`. */
  private scarce(cluster: Resource, more: Resource): keyof Resource | undefined {
    const { memoryMb, vcores } = addResources(this.total, more);
    if (memoryMb > this.maxFraction * cluster.memoryMb) return 'memoryMb';
    return vcores > this.maxFraction * cluster.vcores ? 'vcores' : undefined;
  }
}
