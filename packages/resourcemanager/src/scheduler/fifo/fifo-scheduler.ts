/**
 * FifoScheduler: one queue, `default`; who came first is served first, as far as what is free suits him. Hadoop:
 * scheduler/fifo/FifoScheduler.java, driven by demand and supply instead of heartbeats. Between two decisions no pending ask fits any node it
 * may use; so a decision offers the nodes that gained something to the asks that wait, and what was newly asked to the nodes that have room,
 * and looks at nothing else. It does not reserve: a large container may be overtaken by small ones, as in YARN's.
 */
import {
  addResources,
  applicationOf,
  subtractResources,
  NO_RESOURCE,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type NodeId,
  type QueueInfo,
  type Resource,
} from '@bobbin/common';
import { compareAsks, type Ask } from '../ask.js';
import { ClusterNodes } from '../cluster-nodes.js';
import { Demands, type DemandsOptions } from '../demands.js';
import { normaliseResource } from '../resource-limits.js';
import { SchedulerAttempt } from '../scheduler-attempt.js';
import type { SchedulerNode } from '../scheduler-node.js';
import type {
  Assignment,
  AttemptUsage,
  Decision,
  Locality,
  ResourceScheduler,
  SchedulerEvent,
  Waiting,
} from '../scheduler.js';
import { whyWaiting } from '../why-waiting.js';

export interface FifoSchedulerOptions extends DemandsOptions {
  readonly minimumAllocation: Resource;
  readonly maximumAllocation: Resource;
  /** Of this RM's incarnation; stands in the container ids. */
  readonly epoch: number;
}

/** A container that is given away. */
interface Held {
  attempt: SchedulerAttempt;
  readonly node: SchedulerNode;
  readonly resource: Resource;
  /** The attempt whose AM it is, which holds a part of the AMs' share for it; another attempt may have taken the container over. */
  readonly amOf: ApplicationAttemptId | undefined;
  /** Absent for a recovered one: its ask is not known. */
  readonly ask?: Ask;
  readonly names: readonly string[];
}

const QUEUE = 'default';
const LEVEL: Record<Locality, number> = { NODE_LOCAL: 0, RACK_LOCAL: 1, OFF_SWITCH: 2 };

export class FifoScheduler implements ResourceScheduler {
  readonly schedulerType = 'fifoScheduler';
  readonly minimumAllocation: Resource;
  private readonly nodes = new ClusterNodes();
  private readonly orders = new Map<ApplicationId, number>();
  private nextOrder = 1;
  private readonly attempts = new Map<ApplicationAttemptId, SchedulerAttempt>();
  private readonly held = new Map<ContainerId, Held>();
  /** Attempts whose AM no node has reported since the restart of the RM. */
  private readonly unseenAMs = new Set<ApplicationAttemptId>();
  private readonly demands: Demands;
  private readonly suppliers = new Set<SchedulerNode>();
  private used: Resource = NO_RESOURCE;

  constructor(private readonly options: FifoSchedulerOptions) {
    this.minimumAllocation = options.minimumAllocation;
    this.demands = new Demands(this.nodes, options);
  }

  apply(event: SchedulerEvent): void {
    switch (event.type) {
      case 'NODE_ADDED':
        if (this.nodes.get(event.node.nodeId)) this.removeNode(event.node.nodeId);
        this.suppliers.add(this.nodes.add(event.node));
        return this.demands.admitAMs();
      case 'NODE_REMOVED':
        return this.removeNode(event.nodeId);
      case 'NODE_RESOURCE_UPDATED':
        return this.withNode(event.nodeId, (node) => this.nodes.resize(node, event.capability));
      case 'NODE_FROZEN':
        return this.withNode(event.nodeId, (node) => this.nodes.freeze(node, event.frozen));
      case 'APP_ADDED':
        if (!this.orders.has(event.applicationId)) this.orders.set(event.applicationId, this.nextOrder++);
        return;
      case 'APP_REMOVED':
        this.orders.delete(event.applicationId);
        return;
      case 'ATTEMPT_ADDED':
        return this.addAttempt(event);
      case 'ATTEMPT_REMOVED':
        return this.removeAttempt(event.attemptId, event.keepContainers);
      case 'DEMAND_CHANGED':
        return this.changeDemand(event);
      case 'CONTAINER_COMPLETED':
        return this.complete(event.containerId, event.askAgain);
      case 'CONTAINER_RECOVERED':
        return this.recover(event);
    }
  }

  decide(nowMs: number): Decision {
    const assignments: Assignment[] = [];
    const changed = this.demands.takeChanged(nowMs);
    // One container a node and round, so that nodes that come together share what waits.
    for (let round = [...this.suppliers]; round.length > 0;) {
      round = round.filter((node) => this.serveNode(node, nowMs, assignments));
    }
    this.suppliers.clear();
    for (const ask of changed) this.serveAsk(ask, nowMs, assignments);
    return { assignments, wakeAtMs: this.demands.nextWakeMs() };
  }

  maximumAllocation(): Resource {
    const configured = this.options.maximumAllocation;
    if (this.nodes.size === 0) return configured;
    const largest = this.nodes.largestCapability();
    return {
      memoryMb: Math.min(configured.memoryMb, largest.memoryMb),
      vcores: Math.min(configured.vcores, largest.vcores),
    };
  }

  normalise(resource: Resource): Resource {
    return normaliseResource(resource, this.minimumAllocation, this.options.maximumAllocation);
  }

  headroom(attemptId: ApplicationAttemptId): Resource {
    if (!this.attempts.has(attemptId)) return NO_RESOURCE;
    const left = subtractResources(this.nodes.total, this.used);
    return { memoryMb: Math.max(0, left.memoryMb), vcores: Math.max(0, left.vcores) };
  }

  usage(attemptId: ApplicationAttemptId): AttemptUsage {
    const attempt = this.attempts.get(attemptId);
    let pending = NO_RESOURCE;
    let pendingContainers = 0;
    for (const ask of attempt?.asks.values() ?? []) {
      pendingContainers += ask.pending;
      pending = addResources(pending, {
        memoryMb: ask.capability.memoryMb * ask.pending,
        vcores: ask.capability.vcores * ask.pending,
      });
    }
    return {
      containers: attempt?.containers.size ?? 0,
      used: attempt?.used ?? NO_RESOURCE,
      pending,
      pendingContainers,
    };
  }

  explain(attemptId: ApplicationAttemptId): readonly Waiting[] {
    const asks = [...(this.attempts.get(attemptId)?.asks.values() ?? [])].filter((ask) => ask.pending > 0);
    return asks.sort(compareAsks).map((ask) => ({
      ...whyWaiting(ask, this.nodes, this.demands.whyOutside(ask)),
      priority: ask.priority,
      resource: ask.capability,
      count: ask.pending,
    }));
  }

  containersOn(nodeId: NodeId): readonly ContainerId[] {
    return [...(this.nodes.get(nodeId)?.containers ?? [])];
  }

  containersOf(attemptId: ApplicationAttemptId): readonly ContainerId[] {
    return [...(this.attempts.get(attemptId)?.containers ?? [])];
  }

  nodeUsage(nodeId: NodeId): { readonly used: Resource; readonly containers: number } | undefined {
    const node = this.nodes.get(nodeId);
    return node && { used: node.used, containers: node.containers.size };
  }

  clusterResource(): Resource {
    return this.nodes.total;
  }

  clusterUsed(): Resource {
    return this.used;
  }

  refuse(queue: string): string | undefined {
    return isDefaultQueue(queue)
      ? undefined
      : `queue '${queue}' does not exist; the FIFO scheduler has one, '${QUEUE}'`;
  }

  queueInfo(queue: string): Omit<QueueInfo, 'applications'> | undefined {
    if (!isDefaultQueue(queue)) return undefined;
    const total = this.nodes.total.memoryMb;
    return {
      queueName: QUEUE,
      queuePath: `root.${QUEUE}`,
      capacity: 1,
      maximumCapacity: 1,
      currentCapacity: total > 0 ? this.used.memoryMb / total : 0,
      state: 'RUNNING',
      schedulerType: this.schedulerType,
    };
  }

  /** A node that leaves takes its containers along; what they were charged for is given back here, the owner is not told. */
  private removeNode(nodeId: NodeId): void {
    const node = this.nodes.get(nodeId);
    if (!node) return;
    for (const container of [...node.containers]) this.complete(container, false);
    this.suppliers.delete(node);
    this.nodes.remove(nodeId);
  }

  private withNode(nodeId: NodeId, change: (node: SchedulerNode) => void): void {
    const node = this.nodes.get(nodeId);
    if (!node) return;
    change(node);
    this.suppliers.add(node);
    this.demands.admitAMs();
  }

  private addAttempt(event: Extract<SchedulerEvent, { type: 'ATTEMPT_ADDED' }>): void {
    const { attemptId, waitsForAM, runningAM, keepContainersOf } = event;
    const order = this.orders.get(applicationOf(attemptId));
    if (order === undefined) throw new Error(`attempt ${attemptId} was added before its application`);
    const expected = this.attempts.get(attemptId);
    const attempt = new SchedulerAttempt(attemptId, order, this.options.epoch, waitsForAM);
    this.attempts.set(attemptId, attempt);
    if (expected) this.handOver(expected, attempt);
    if (runningAM) {
      this.unseenAMs.add(attemptId);
      this.demands.holdAMShare(attemptId, runningAM);
    }
    const previous = keepContainersOf === undefined ? undefined : this.attempts.get(keepContainersOf);
    if (previous) this.handOver(previous, attempt);
    if (keepContainersOf !== undefined) this.removeAttempt(keepContainersOf, false);
  }

  private handOver(from: SchedulerAttempt, to: SchedulerAttempt): void {
    for (const id of [...from.containers]) {
      const held = this.held.get(id);
      if (!held) continue;
      from.release(id, held.resource);
      to.charge(id, held.resource);
      held.attempt = to;
    }
  }

  private removeAttempt(attemptId: ApplicationAttemptId, keepContainers: boolean): void {
    const attempt = this.attempts.get(attemptId);
    if (!attempt) return;
    for (const ask of attempt.asks.values()) this.demands.forget(ask);
    attempt.asks.clear();
    if (!keepContainers) this.attempts.delete(attemptId);
    if (this.unseenAMs.delete(attemptId) || attempt.waitsForAM) this.demands.releaseAMShare(attemptId);
    this.demands.admitAMs();
  }

  private changeDemand(event: Extract<SchedulerEvent, { type: 'DEMAND_CHANGED' }>): void {
    const attempt = this.attempts.get(event.attemptId);
    if (!attempt) return;
    const changed = new Set<Ask>();
    for (const request of event.asks) {
      const ask = attempt.askFor(request);
      if (!changed.has(ask)) this.demands.unfile(ask);
      changed.add(ask);
      ask.replace(request, this.normalise(request.capability));
    }
    if (event.blacklistAdditions.length > 0 || event.blacklistRemovals.length > 0) {
      attempt.changeBlacklist(event.blacklistAdditions, event.blacklistRemovals);
      for (const ask of attempt.asks.values()) changed.add(ask);
    }
    for (const ask of changed) this.demands.take(ask);
    this.demands.admitAMs();
  }

  private complete(containerId: ContainerId, askAgain: boolean): void {
    const held = this.held.get(containerId);
    if (!held) return;
    const { attempt, node, resource, ask } = held;
    this.held.delete(containerId);
    node.release(containerId, resource);
    attempt.release(containerId, resource);
    this.used = subtractResources(this.used, resource);
    this.nodes.changed(node);
    this.suppliers.add(node);
    if (held.amOf !== undefined) this.demands.releaseAMShare(held.amOf);
    if (askAgain && ask && this.attempts.get(attempt.attemptId) === attempt) {
      const present = attempt.standingIn(ask);
      this.demands.unfile(present);
      present.giveBack(held.names, ask);
      if (held.amOf !== undefined) attempt.waitsForAM = true;
      this.demands.take(present);
    }
    this.demands.admitAMs();
  }

  private recover(event: Extract<SchedulerEvent, { type: 'CONTAINER_RECOVERED' }>): void {
    const { containerId, attemptId, nodeId, resource } = event.container;
    const node = this.nodes.get(nodeId);
    if (!node || this.held.has(containerId)) return;
    const attempt = this.attempts.get(attemptId) ?? this.expectAttempt(attemptId);
    if (!attempt) return;
    node.charge(containerId, resource);
    attempt.charge(containerId, resource);
    this.used = addResources(this.used, resource);
    this.nodes.changed(node);
    this.held.set(containerId, { attempt, node, resource, amOf: event.isAM ? attemptId : undefined, names: [] });
    if (event.isAM) {
      attempt.waitsForAM = false;
      this.unseenAMs.delete(attemptId);
      this.demands.holdAMShare(attemptId, resource);
    }
  }

  /** The books of an attempt that was begun and is still to be added: containers of the one before are its own already. */
  private expectAttempt(attemptId: ApplicationAttemptId): SchedulerAttempt | undefined {
    const order = this.orders.get(applicationOf(attemptId));
    if (order === undefined) return undefined;
    const attempt = new SchedulerAttempt(attemptId, order, this.options.epoch, false);
    this.attempts.set(attemptId, attempt);
    return attempt;
  }

  /** A node with something free takes the first in the queue that fits; says whether there was one. */
  private serveNode(node: SchedulerNode, nowMs: number, out: Assignment[]): boolean {
    if (this.nodes.get(node.nodeId) !== node || this.nodes.isFrozen(node)) return false;
    const accepts = (ask: Ask): boolean => this.localityAllowed(ask, node) !== undefined;
    const best = this.demands.first(node, node.free, accepts);
    const locality = best && this.localityAllowed(best, node);
    if (!best || !locality) return false;
    this.assign(best, node, locality, out);
    if (best.pending > 0) this.demands.waits(best, nowMs);
    return true;
  }

  /** A new or changed ask looks for room: on its hosts, then on its racks, then anywhere, as far as it may reach. */
  private serveAsk(ask: Ask, nowMs: number, out: Assignment[]): void {
    while (ask.pending > 0) {
      const node = this.roomFor(ask);
      const locality = node && this.localityAllowed(ask, node);
      if (!node || !locality) break;
      this.assign(ask, node, locality, out);
    }
    if (ask.pending > 0) this.demands.waits(ask, nowMs);
  }

  private roomFor(ask: Ask): SchedulerNode | undefined {
    const accepts = (node: SchedulerNode): boolean => this.localityAllowed(ask, node) !== undefined;
    const names = ask.localNames();
    for (const name of names) {
      const node = this.nodes.onHost(name, ask.capability, accepts);
      if (node) return node;
    }
    if (ask.reach === 'NODE_LOCAL') return undefined;
    for (const name of names) {
      if (!ask.relaxesTo(name)) continue;
      const node = this.nodes.onRack(name, ask.capability, accepts);
      if (node) return node;
    }
    if (ask.reach === 'RACK_LOCAL' || !ask.relaxesToAny) return undefined;
    return this.nodes.anywhere(ask.capability, accepts);
  }

  private localityAllowed(ask: Ask, node: SchedulerNode): Locality | undefined {
    if (ask.attempt.shuns(node)) return undefined;
    const locality = ask.localityOf(node);
    return locality !== undefined && LEVEL[locality] <= LEVEL[ask.reach] ? locality : undefined;
  }

  private assign(ask: Ask, node: SchedulerNode, locality: Locality, out: Assignment[]): void {
    const { attempt, capability: resource } = ask;
    const containerId = attempt.nextContainerId();
    node.allocate(containerId, resource);
    attempt.charge(containerId, resource);
    this.used = addResources(this.used, resource);
    this.nodes.changed(node);
    const names = ask.take(node, locality);
    const amOf = attempt.waitsForAM ? attempt.attemptId : undefined;
    this.held.set(containerId, { attempt, node, resource, amOf, ask, names });
    attempt.waitsForAM = false;
    this.demands.served(ask, names, locality !== 'OFF_SWITCH');
    const { priority, allocationRequestId } = ask;
    out.push({
      containerId,
      attemptId: attempt.attemptId,
      nodeId: node.nodeId,
      resource,
      priority,
      allocationRequestId,
      locality,
    });
  }
}

function isDefaultQueue(queue: string): boolean {
  return queue === QUEUE || queue === `root.${QUEUE}`;
}
