/**
 * SchedulerNode: the books of one node: what it has, what is given away, to which containers. Hadoop: scheduler/SchedulerNode.java.
 * `free` may fall below zero when a node shrinks; it never does by an allocation.
 */
import {
  addResources,
  fitsIn,
  subtractResources,
  NO_RESOURCE,
  type ContainerId,
  type NodeId,
  type Resource,
} from '@bobbin/common';
import type { SchedulerNodeInfo } from './scheduler.js';

export class SchedulerNode {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly rackName: string;
  readonly containers = new Set<ContainerId>();
  private total: Resource;
  private taken: Resource = NO_RESOURCE;
  private left: Resource;

  constructor(info: SchedulerNodeInfo) {
    this.nodeId = info.nodeId;
    this.host = info.host;
    this.rackName = info.rackName;
    this.total = info.capability;
    this.left = info.capability;
  }

  get capability(): Resource {
    return this.total;
  }
  get used(): Resource {
    return this.taken;
  }
  get free(): Resource {
    return this.left;
  }

  /** Throws when it does not fit: the scheduler has miscounted. */
  allocate(container: ContainerId, resource: Resource): void {
    if (!fitsIn(resource, this.left)) throw new Error(`${container} does not fit on ${this.nodeId}`);
    this.charge(container, resource);
  }

  /** Books what runs there already, whether it fits or not. */
  charge(container: ContainerId, resource: Resource): void {
    this.containers.add(container);
    this.taken = addResources(this.taken, resource);
    this.left = subtractResources(this.left, resource);
  }

  release(container: ContainerId, resource: Resource): void {
    if (!this.containers.delete(container)) throw new Error(`${container} is not on ${this.nodeId}`);
    this.taken = subtractResources(this.taken, resource);
    this.left = addResources(this.left, resource);
  }

  resize(capability: Resource): void {
    this.total = capability;
    this.left = subtractResources(capability, this.taken);
  }
}
