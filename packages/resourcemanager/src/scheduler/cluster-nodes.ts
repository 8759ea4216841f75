/**
 * ClusterNodes: all nodes a scheduler may use, found by id, host, rack, or room. Hadoop: scheduler/ClusterNodeTracker.java. Frozen nodes
 * keep their books here but are found by id only.
 */
import { addResources, fitsIn, subtractResources, NO_RESOURCE, type NodeId, type Resource } from '@bobbin/common';
import { NodeIndex } from './node-index.js';
import { SchedulerNode } from './scheduler-node.js';
import type { SchedulerNodeInfo } from './scheduler.js';

type Accept = (node: SchedulerNode) => boolean;

export class ClusterNodes {
  private readonly nodes = new Map<NodeId, SchedulerNode>();
  private readonly open = new NodeIndex();
  private readonly hosts = new Map<string, SchedulerNode[]>();
  private readonly racks = new Map<string, NodeIndex>();
  private readonly frozen = new Set<NodeId>();
  private sum: Resource = NO_RESOURCE;
  private largest: Resource | undefined;

  get size(): number {
    return this.nodes.size;
  }

  get total(): Resource {
    return this.sum;
  }

  get(nodeId: NodeId): SchedulerNode | undefined {
    return this.nodes.get(nodeId);
  }

  add(info: SchedulerNodeInfo): SchedulerNode {
    this.remove(info.nodeId);
    const node = new SchedulerNode(info);
    this.nodes.set(node.nodeId, node);
    this.sum = addResources(this.sum, node.capability);
    this.largest = undefined;
    this.expose(node);
    return node;
  }

  remove(nodeId: NodeId): SchedulerNode | undefined {
    const node = this.nodes.get(nodeId);
    if (!node) return undefined;
    this.hide(node);
    this.frozen.delete(nodeId);
    this.nodes.delete(nodeId);
    this.sum = subtractResources(this.sum, node.capability);
    this.largest = undefined;
    return node;
  }

  resize(node: SchedulerNode, capability: Resource): void {
    this.sum = addResources(subtractResources(this.sum, node.capability), capability);
    this.largest = undefined;
    node.resize(capability);
    this.changed(node);
  }

  freeze(node: SchedulerNode, frozen: boolean): void {
    if (this.frozen.has(node.nodeId) === frozen) return;
    if (frozen) {
      this.frozen.add(node.nodeId);
      this.hide(node);
    } else {
      this.frozen.delete(node.nodeId);
      this.expose(node);
    }
  }

  isFrozen(node: SchedulerNode): boolean {
    return this.frozen.has(node.nodeId);
  }

  /** To be called whenever the free part of a node has changed. */
  changed(node: SchedulerNode): void {
    this.open.update(node);
    this.racks.get(node.rackName)?.update(node);
  }

  hasHost(host: string): boolean {
    return this.hosts.has(host);
  }

  hasRack(rack: string): boolean {
    return this.racks.has(rack);
  }

  /** The one with the most free memory among the nodes of a host. */
  onHost(host: string, resource: Resource, accept: Accept): SchedulerNode | undefined {
    let best: SchedulerNode | undefined;
    for (const node of this.hosts.get(host) ?? []) {
      if (!fitsIn(resource, node.free) || !accept(node)) continue;
      if (!best || node.free.memoryMb > best.free.memoryMb) best = node;
    }
    return best;
  }

  onRack(rack: string, resource: Resource, accept: Accept): SchedulerNode | undefined {
    return this.racks.get(rack)?.next(resource, accept);
  }

  anywhere(resource: Resource, accept: Accept): SchedulerNode | undefined {
    return this.open.next(resource, accept);
  }

  largestFree(): Resource {
    return this.open.largestFree();
  }

  /** The largest memory and the largest number of cores of a node; not necessarily the same node. */
  largestCapability(): Resource {
    if (this.largest) return this.largest;
    let memoryMb = 0;
    let vcores = 0;
    for (const { capability } of this.nodes.values()) {
      memoryMb = Math.max(memoryMb, capability.memoryMb);
      vcores = Math.max(vcores, capability.vcores);
    }
    this.largest = { memoryMb, vcores };
    return this.largest;
  }

  /** Whether some node, empty, would take it. Looks at all nodes: for explanations only. */
  couldEverHold(resource: Resource): boolean {
    for (const node of this.nodes.values()) if (fitsIn(resource, node.capability)) return true;
    return false;
  }

  private expose(node: SchedulerNode): void {
    this.open.add(node);
    let rack = this.racks.get(node.rackName);
    if (!rack) this.racks.set(node.rackName, (rack = new NodeIndex()));
    rack.add(node);
    this.hosts.set(node.host, [...(this.hosts.get(node.host) ?? []), node]);
  }

  private hide(node: SchedulerNode): void {
    this.open.remove(node.nodeId);
    const rack = this.racks.get(node.rackName);
    rack?.remove(node.nodeId);
    if (rack?.size === 0) this.racks.delete(node.rackName);
    const others = (this.hosts.get(node.host) ?? []).filter((other) => other !== node);
    if (others.length > 0) this.hosts.set(node.host, others);
    else this.hosts.delete(node.host);
  }
}
