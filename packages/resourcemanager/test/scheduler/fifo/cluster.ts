/** A scheduler in hand: builders of events, and a book kept beside it that is counted from its outputs alone. */
import {
  applicationAttemptId,
  applicationId,
  applicationOf,
  nodeId,
  DEFAULT_RACK,
  type ApplicationAttemptId,
  type ResourceRequest,
} from '@bobbin/common';
import { FifoScheduler, type FifoSchedulerOptions } from '../../../src/scheduler/fifo/fifo-scheduler.js';
import type { Assignment } from '../../../src/scheduler/scheduler.js';

export const attempt = (app: number, n = 1): ApplicationAttemptId =>
  applicationAttemptId(applicationId(1_700_000_000_000, app), n);

export class Cluster {
  readonly scheduler: FifoScheduler;
  now = 0;

  constructor(options: Partial<FifoSchedulerOptions> = {}) {
    this.scheduler = new FifoScheduler({
      minimumAllocation: { memoryMb: 1024, vcores: 1 },
      maximumAllocation: { memoryMb: 8192, vcores: 4 },
      epoch: 0,
      nodeLocalityDelay: 40,
      maxAMShare: 1,
      ...options,
    });
  }

  node(host: string, memoryMb = 4096, vcores = 4, rackName = DEFAULT_RACK): this {
    this.scheduler.apply({
      type: 'NODE_ADDED',
      node: { nodeId: nodeId(host, 1), host, rackName, capability: { memoryMb, vcores } },
    });
    return this;
  }

  app(app: number, waitsForAM = false): this {
    const attemptId = attempt(app);
    this.scheduler.apply({ type: 'APP_ADDED', applicationId: applicationOf(attemptId), queue: 'default', user: 'u' });
    this.scheduler.apply({ type: 'ATTEMPT_ADDED', attemptId, waitsForAM });
    return this;
  }

  ask(app: number, ...asks: ResourceRequest[]): this {
    this.scheduler.apply({
      type: 'DEMAND_CHANGED',
      attemptId: attempt(app),
      asks,
      blacklistAdditions: [],
      blacklistRemovals: [],
    });
    return this;
  }

  blacklist(app: number, additions: string[], removals: string[] = []): this {
    this.scheduler.apply({
      type: 'DEMAND_CHANGED',
      attemptId: attempt(app),
      asks: [],
      blacklistAdditions: additions,
      blacklistRemovals: removals,
    });
    return this;
  }

  done(assignment: Assignment | undefined, askAgain = false): this {
    if (!assignment) throw new Error('nothing was assigned');
    this.scheduler.apply({ type: 'CONTAINER_COMPLETED', containerId: assignment.containerId, askAgain });
    return this;
  }

  decide(): readonly Assignment[] {
    return this.scheduler.decide(this.now).assignments;
  }

  /** `app:host` of each assignment. */
  places(): string[] {
    return this.decide().map((a) => `${Number(a.attemptId.split('_')[2])}:${a.nodeId.split(':')[0]}`);
  }
}
