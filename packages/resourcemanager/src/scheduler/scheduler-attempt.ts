/**
 * SchedulerAttempt: the books of one application attempt: its asks, its containers, what it must not be given. Hadoop:
 * scheduler/{SchedulerApplicationAttempt,AppSchedulingInfo}.java. Container ids are numbered here, from 1 in each attempt.
 */
import {
  addResources,
  containerId,
  subtractResources,
  NO_RESOURCE,
  type ApplicationAttemptId,
  type ContainerId,
  type Resource,
  type ResourceRequest,
} from '@bobbin/common';
import { Ask } from './ask.js';
import type { SchedulerNode } from './scheduler-node.js';

export class SchedulerAttempt {
  readonly asks = new Map<string, Ask>();
  readonly containers = new Set<ContainerId>();
  private taken: Resource = NO_RESOURCE;
  private sequence = 0;
  private readonly blacklist = new Set<string>();

  constructor(
    readonly attemptId: ApplicationAttemptId,
    /** Its place in the queue: lower is served first. */
    readonly order: number,
    private readonly epoch: number,
    /** Whether the next container it gets is its AM's. */
    public waitsForAM: boolean,
  ) {}

  get used(): Resource {
    return this.taken;
  }

  nextContainerId(): ContainerId {
    return containerId(this.attemptId, ++this.sequence, this.epoch);
  }

  /** The ask a request belongs to, made where there is none. */
  askFor(request: ResourceRequest): Ask {
    const key = `${request.priority}/${request.allocationRequestId}`;
    let ask = this.asks.get(key);
    if (!ask) this.asks.set(key, (ask = new Ask(this, request.priority, request.allocationRequestId)));
    return ask;
  }

  /** The ask that stands where `ask` stood: another one, where the attempt has asked again meanwhile. */
  standingIn(ask: Ask): Ask {
    const key = `${ask.priority}/${ask.allocationRequestId}`;
    const present = this.asks.get(key) ?? ask;
    this.asks.set(key, present);
    return present;
  }

  drop(ask: Ask): void {
    this.asks.delete(`${ask.priority}/${ask.allocationRequestId}`);
  }

  charge(container: ContainerId, resource: Resource): void {
    this.containers.add(container);
    this.taken = addResources(this.taken, resource);
  }

  release(container: ContainerId, resource: Resource): void {
    if (!this.containers.delete(container)) throw new Error(`${container} is not of ${this.attemptId}`);
    this.taken = subtractResources(this.taken, resource);
  }

  /** Hosts, racks and, ours, ids of nodes, added and removed; removing wins where a name stands in both, as in YARN. */
  changeBlacklist(additions: readonly string[], removals: readonly string[]): void {
    for (const name of additions) this.blacklist.add(name);
    for (const name of removals) this.blacklist.delete(name);
  }

  shuns(node: SchedulerNode): boolean {
    if (this.blacklist.size === 0) return false;
    return [node.host, node.rackName, node.nodeId].some((name) => this.blacklist.has(name));
  }
}
