/**
 * NodeIndex: finds a node with room without looking at all of them. A segment tree over the nodes holds the largest free memory
 * and the largest free cores below each of its vertices, so that a search goes down only where a node may fit: O(log n) as a rule; more
 * only where memory and cores are free on different nodes. Hadoop: scheduler/ClusterNodeTracker.java, which sorts or scans.
 */
import type { NodeId, Resource } from '@bobbin/common';
import type { SchedulerNode } from './scheduler-node.js';

const SMALLEST = 16;

export class NodeIndex {
  private capacity = SMALLEST;
  /** Vertex 1 is the root, `capacity + slot` a leaf. -1: no node. */
  private freeMb = new Float64Array(2 * SMALLEST).fill(-1);
  private freeVcores = new Float64Array(2 * SMALLEST).fill(-1);
  private readonly nodes: (SchedulerNode | undefined)[] = [];
  private readonly slots = new Map<NodeId, number>();
  private readonly vacant: number[] = [];
  private cursor = 0;

  get size(): number {
    return this.slots.size;
  }

  add(node: SchedulerNode): void {
    const slot = this.vacant.pop() ?? this.nodes.length;
    this.nodes[slot] = node;
    this.slots.set(node.nodeId, slot);
    if (slot >= this.capacity) this.grow();
    else this.set(slot, node.free.memoryMb, node.free.vcores);
  }

  remove(nodeId: NodeId): void {
    const slot = this.slots.get(nodeId);
    if (slot === undefined) return;
    this.slots.delete(nodeId);
    this.nodes[slot] = undefined;
    this.vacant.push(slot);
    this.set(slot, -1, -1);
  }

  /** To be called whenever the free part of a node has changed. */
  update(node: SchedulerNode): void {
    const slot = this.slots.get(node.nodeId);
    if (slot !== undefined) this.set(slot, node.free.memoryMb, node.free.vcores);
  }

  /**
   * A node on which `resource` fits and that `accept` takes. Goes round the nodes, one step further with each node found, so that a
   * batch spreads over the cluster as it would by heartbeats.
   */
  next(resource: Resource, accept: (node: SchedulerNode) => boolean): SchedulerNode | undefined {
    const found =
      this.search(1, 0, this.capacity, this.cursor, resource, accept) ??
      this.search(1, 0, this.capacity, 0, resource, accept);
    if (found === undefined) return undefined;
    this.cursor = (found + 1) % Math.max(1, this.nodes.length);
    return this.nodes[found];
  }

  /** Upper bounds of what one node has free; not necessarily the same node. */
  largestFree(): Resource {
    return { memoryMb: Math.max(0, this.freeMb[1] ?? 0), vcores: Math.max(0, this.freeVcores[1] ?? 0) };
  }

  private search(
    vertex: number,
    low: number,
    high: number,
    from: number,
    resource: Resource,
    accept: (node: SchedulerNode) => boolean,
  ): number | undefined {
    if (high <= from) return undefined;
    if ((this.freeMb[vertex] ?? -1) < resource.memoryMb || (this.freeVcores[vertex] ?? -1) < resource.vcores)
      return undefined;
    if (high - low === 1) {
      const node = this.nodes[low];
      return node && accept(node) ? low : undefined;
    }
    const middle = (low + high) >>> 1;
    return (
      this.search(2 * vertex, low, middle, from, resource, accept) ??
      this.search(2 * vertex + 1, middle, high, from, resource, accept)
    );
  }

  private set(slot: number, freeMb: number, freeVcores: number): void {
    let vertex = this.capacity + slot;
    this.freeMb[vertex] = freeMb;
    this.freeVcores[vertex] = freeVcores;
    for (vertex >>>= 1; vertex >= 1; vertex >>>= 1) {
      const left = 2 * vertex;
      const mb = Math.max(this.freeMb[left] ?? -1, this.freeMb[left + 1] ?? -1);
      const vcores = Math.max(this.freeVcores[left] ?? -1, this.freeVcores[left + 1] ?? -1);
      if (this.freeMb[vertex] === mb && this.freeVcores[vertex] === vcores) return;
      this.freeMb[vertex] = mb;
      this.freeVcores[vertex] = vcores;
    }
  }

  private grow(): void {
    while (this.capacity < this.nodes.length) this.capacity *= 2;
    this.freeMb = new Float64Array(2 * this.capacity).fill(-1);
    this.freeVcores = new Float64Array(2 * this.capacity).fill(-1);
    this.nodes.forEach((node, slot) => {
      if (node) this.set(slot, node.free.memoryMb, node.free.vcores);
    });
  }
}
