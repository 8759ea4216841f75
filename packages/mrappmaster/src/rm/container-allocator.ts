/**
 * ContainerAllocator: decides what to ask of the RM and which attempt gets which container. Hadoop: mapreduce.v2.app.rm.
 * RMContainerAllocator (reference mapreduce.md 3). No call is made and no event sent here: each method changes the books and
 * leaves decisions for `takeDecisions`; RMContainerAllocator (the service) carries them out. Same inputs, same decisions.
 *
 * Maps are asked for at once; reduces are pending until the schedule lets them (reduce-schedule). Reuse is ours: a container
 * whose attempt ended well takes the next scheduled attempt of the same size in the order of the priorities, data-local
 * maps first, and is given back the moment there is none, or when the RM has named it for preemption (others starve for it).
 * A retry goes to a node where its task has not failed, as far as failed-places holds out for one.
 */
import {
  ContainerExitStatus,
  DEFAULT_RACK,
  fitsIn,
  formatResource,
  isUnusable,
  parseNodeId,
  taskOf,
  taskTypeOf,
  NO_RESOURCE,
  type AllocateResponse,
  type Container,
  type ContainerId,
  type ContainerStatus,
  type NodeId,
  type NodeReport,
  type Resource,
  type TaskAttemptId,
  type TaskType,
} from '@bobbin/common';
import { AssignedRequests } from './assigned-requests.js';
import {
  ContainerRequestor,
  PRIORITY_FAST_FAIL_MAP,
  PRIORITY_MAP,
  PRIORITY_REDUCE,
  type BlacklistSettings,
  type ContainerRequest,
} from './container-requestor.js';
import { FailedPlaces, type FailedPlacesSettings } from './failed-places.js';
import {
  reducesToPreempt,
  reducesToSchedule,
  slowStartReached,
  type ReduceScheduleSettings,
  type ReduceScheduleView,
} from './reduce-schedule.js';
import { ScheduledRequests } from './scheduled-requests.js';

export interface ContainerAllocatorSettings {
  readonly blacklist: BlacklistSettings;
  readonly retries: FailedPlacesSettings;
  readonly reduces: ReduceScheduleSettings;
  /** At most this many at a time; 0: no limit. */
  readonly runningMapLimit: number;
  readonly runningReduceLimit: number;
  readonly reuseContainers: boolean;
}

/** What the job knows that the decisions need, read anew for each. */
export interface JobFigures {
  readonly numMaps: number;
  readonly numReduces: number;
  /** Succeeded, failed and killed. */
  readonly completedMaps: number;
}

export interface AllocationRequest {
  readonly attemptId: TaskAttemptId;
  readonly capability: Resource;
  readonly hosts: readonly string[];
  readonly racks: readonly string[];
  readonly earlierAttemptFailed: boolean;
}

/** How near to its data a map was put; the names of the job counters. */
export type LocalityCounter = 'DATA_LOCAL_MAPS' | 'RACK_LOCAL_MAPS' | 'OTHER_LOCAL_MAPS';

export type AllocatorDecision =
  /** `reused`: the container runs already and has carried another attempt. */
  | {
      readonly type: 'ASSIGN';
      readonly attemptId: TaskAttemptId;
      readonly container: Container;
      readonly reused: boolean;
      readonly locality?: LocalityCounter;
    }
  /** The container ended by itself; diagnostics come before the completion. */
  | { readonly type: 'COMPLETE_ATTEMPT'; readonly attemptId: TaskAttemptId; readonly diagnostics: string }
  | {
      readonly type: 'KILL_ATTEMPT';
      readonly attemptId: TaskAttemptId;
      readonly diagnostics: string;
      readonly reschedule: boolean;
    }
  | { readonly type: 'TELL_NODES'; readonly nodes: readonly NodeReport[] }
  /** No task comes for this container: its child is told to exit; its release is in the next ask. */
  | { readonly type: 'DISMISS'; readonly containerId: ContainerId }
  | { readonly type: 'KILL_JOB'; readonly diagnostics: string };

/** Ends that are nobody's failure: the attempt counts as killed. */
const KILLED_BY_PLATFORM: ReadonlySet<number> = new Set([
  ContainerExitStatus.ABORTED,
  ContainerExitStatus.PREEMPTED,
  ContainerExitStatus.KILLED_BY_CONTAINER_SCHEDULER,
]);

const sameSize = (a: Resource, b: Resource): boolean => a.memoryMb === b.memoryMb && a.vcores === b.vcores;
const hostOf = (container: Container): string => parseNodeId(container.nodeId).host;
const NO_NODES: ReadonlySet<NodeId> = new Set();
type Accepts = (request: ContainerRequest) => boolean;

export class ContainerAllocator {
  readonly requestor: ContainerRequestor;
  private readonly scheduled = new ScheduledRequests();
  private readonly assigned = new AssignedRequests();
  private readonly failedPlaces: FailedPlaces;
  private pendingReduces: ContainerRequest[] = [];
  private readonly preempted = new Set<ContainerId>();
  /** Containers of earlier AMs that the job has not claimed yet, and how those ended that did meanwhile. */
  private readonly awaited: Set<ContainerId>;
  private readonly endedUnclaimed = new Map<ContainerId, ContainerStatus>();
  private readonly racks = new Map<string, string>();
  private decisions: AllocatorDecision[] = [];
  private headroom: Resource = NO_RESOURCE;
  private maximum: Resource | undefined;
  private mapSize: Resource | undefined;
  private reduceSize: Resource | undefined;
  private reducesStarted = false;
  /** Since when maps wait while none has a container. */
  private maplessSinceMs: number | undefined;

  constructor(
    private readonly settings: ContainerAllocatorSettings,
    private readonly figures: () => JobFigures,
    /** 0..1; decides which reduces yield first. */
    private readonly progressOf: (id: TaskAttemptId) => number,
    awaited: Iterable<ContainerId> = [],
  ) {
    this.awaited = new Set(awaited);
    this.requestor = new ContainerRequestor(settings.blacklist);
    this.failedPlaces = new FailedPlaces(settings.retries);
  }

  /** The largest container the RM gives, as registration said. */
  setMaximum(maximum: Resource): void {
    this.maximum = maximum;
  }

  /** The rack of a host as the RM's node reports told it. */
  rackOf(host: string): string {
    return this.racks.get(host) ?? DEFAULT_RACK;
  }

  /** Hands over what was decided since the last call, in order. */
  takeDecisions(): readonly AllocatorDecision[] {
    const taken = this.decisions;
    this.decisions = [];
    return taken;
  }

  /** An attempt wants a container. The first request of a kind fixes the size of that kind. */
  request(wanted: AllocationRequest, nowMs: number): void {
    const taskType = taskTypeOf(taskOf(wanted.attemptId));
    const capability = this.sizeOf(taskType, wanted.capability);
    if (!capability) return;
    const base = { attemptId: wanted.attemptId, taskType, capability, requestedAtMs: nowMs };
    if (taskType === 'REDUCE') {
      const request = { ...base, priority: PRIORITY_REDUCE, hosts: [], racks: [] };
      if (wanted.earlierAttemptFailed) this.pendingReduces.unshift(request);
      else this.pendingReduces.push(request);
    } else if (wanted.earlierAttemptFailed) {
      const request = { ...base, priority: PRIORITY_FAST_FAIL_MAP, hosts: [], racks: [] };
      this.scheduled.addFailedMap(request);
      this.requestor.add(request);
    } else {
      const request = { ...base, priority: PRIORITY_MAP, hosts: wanted.hosts, racks: wanted.racks };
      this.scheduled.addMap(request);
      this.requestor.add(request);
    }
  }

  /** An attempt wants nothing more: its ask goes, or its place among the pending, or its container. */
  deallocate(attemptId: TaskAttemptId): void {
    if (this.unschedule(attemptId)) return;
    const pending = this.pendingReduces.length;
    this.pendingReduces = this.pendingReduces.filter((request) => request.attemptId !== attemptId);
    if (this.pendingReduces.length < pending) return;
    const assigned = this.assigned.ofAttempt(attemptId);
    if (assigned) this.giveBack(assigned.container.id);
  }

  /** A container of an earlier AM carries this attempt. */
  adopt(attemptId: TaskAttemptId, container: Container, capability: Resource): void {
    const { id } = container;
    const taskType = taskTypeOf(taskOf(attemptId));
    this.sizeOf(taskType, capability);
    this.assigned.assign({ container, attemptId, taskType, capability });
    this.awaited.delete(id);
    const ended = this.endedUnclaimed.get(id);
    this.endedUnclaimed.delete(id);
    if (ended) this.completed(ended);
  }

  /** Containers of earlier AMs that still run: those that nobody claims are given back. Called at each registration. */
  kept(ids: Iterable<ContainerId>): void {
    for (const id of ids) {
      if (!this.awaited.has(id) && !this.assigned.ofContainer(id)) this.requestor.release(id);
    }
  }

  /** An attempt failed on this node. */
  attemptFailed(attemptId: TaskAttemptId, nodeId: NodeId): void {
    this.requestor.hostFailed(parseNodeId(nodeId).host);
    this.failedPlaces.failed(attemptId, nodeId);
  }

  /** The child of a container asks for its next task, `attemptId` having ended well there. Ignored for any other attempt. */
  available(id: ContainerId, attemptId: TaskAttemptId, nowMs: number): void {
    const held = this.assigned.ofContainer(id);
    if (!held) {
      this.decisions.push({ type: 'DISMISS', containerId: id });
      return;
    }
    if (held.attemptId !== attemptId) return;
    this.assigned.remove(id);
    const request = this.nextFor(held.container, held.capability, nowMs);
    if (request) {
      this.assign(request, held.container, true);
    } else {
      this.giveBack(id);
      this.decisions.push({ type: 'DISMISS', containerId: id });
    }
  }

  /** One answer of the RM: completed containers first, then new ones, then the schedule of reduces. */
  answered(response: AllocateResponse, nowMs: number): void {
    this.headroom = response.availableResources;
    this.requestor.setClusterNodes(response.numClusterNodes);
    this.failedPlaces.setClusterNodes(response.numClusterNodes);
    for (const id of response.preemptedContainers) this.preempted.add(id);
    this.nodesUpdated(response.updatedNodes);
    for (const status of response.completedContainersStatuses) this.completed(status);
    this.place(response.allocatedContainers, nowMs);
    this.recalculate(nowMs);
  }

  /** Weighs reduces against maps, then sets the limits of the asks. Called whenever the figures may have changed. */
  recalculate(nowMs: number): void {
    const hanging = (delayMs: number): number => this.scheduled.hangingMaps(delayMs, nowMs);
    const mapless = this.assigned.mapCount === 0 && this.scheduled.mapCount > 0;
    this.maplessSinceMs = mapless ? (this.maplessSinceMs ?? nowMs) : undefined;
    const view = this.view(nowMs - (this.maplessSinceMs ?? nowMs));
    // What is left on the nodes that they avoid is no room for the maps that wait, nor would a reduce there make any.
    const avoided = this.avoidedByAll(this.scheduled.waitingMaps(), nowMs);
    const forMaps = avoided.size > 0 ? { ...view, headroom: NO_RESOURCE } : view;
    const toPreempt = reducesToPreempt(forMaps, this.settings.reduces, hanging);
    if (toPreempt !== undefined) this.preempt(toPreempt, avoided);
    else this.scheduleReduces(view, nowMs);
    this.applyLimits();
    this.requestor.leaveOut(this.leftOut(nowMs));
  }

  /** Figures for logs and tests. */
  counts(): Readonly<
    Record<'scheduledMaps' | 'scheduledReduces' | 'pendingReduces' | 'assignedMaps' | 'assignedReduces', number>
  > {
    return {
      scheduledMaps: this.scheduled.mapCount,
      scheduledReduces: this.scheduled.reduceCount,
      pendingReduces: this.pendingReduces.length,
      assignedMaps: this.assigned.mapCount,
      assignedReduces: this.assigned.reduceCount,
    };
  }

  private sizeOf(taskType: TaskType, wanted: Resource): Resource | undefined {
    const known = taskType === 'MAP' ? this.mapSize : this.reduceSize;
    if (known) return known;
    if (this.maximum && !fitsIn(wanted, this.maximum)) {
      const key = taskType === 'MAP' ? 'mapreduce.map' : 'mapreduce.reduce';
      const diagnostics =
        `${taskType} capability required is more than the supported max container capability in the cluster. Killing ` +
        `the job. ${key}: ${formatResource(wanted)}, maximum: ${formatResource(this.maximum)}; lower ${key}.memory.mb or ` +
        `${key}.cpu.vcores, or raise yarn.scheduler.maximum-allocation-mb or -vcores`;
      this.decisions.push({ type: 'KILL_JOB', diagnostics });
      return undefined;
    }
    if (taskType === 'MAP') this.mapSize = wanted;
    else this.reduceSize = wanted;
    return wanted;
  }

  private unschedule(attemptId: TaskAttemptId): ContainerRequest | undefined {
    const request = this.scheduled.remove(attemptId);
    if (request) this.requestor.remove(request);
    return request;
  }

  private giveBack(id: ContainerId): void {
    this.assigned.remove(id);
    this.preempted.delete(id);
    this.requestor.release(id);
  }

  private nodesUpdated(nodes: readonly NodeReport[]): void {
    if (nodes.length === 0) return;
    const unusable = new Map<string, NodeReport>();
    for (const node of nodes) {
      this.racks.set(parseNodeId(node.nodeId).host, node.rackName);
      this.failedPlaces.nodeUpdated(node.nodeId, node.state);
      if (isUnusable(node.state)) unusable.set(node.nodeId, node);
    }
    this.decisions.push({ type: 'TELL_NODES', nodes });
    if (unusable.size === 0) return;
    for (const { container, attemptId, taskType } of this.assigned.all()) {
      const node = unusable.get(container.nodeId);
      if (!node) continue;
      const diagnostics = `TaskAttempt killed because it ran on unusable node ${node.nodeId} (${node.state})`;
      this.decisions.push({ type: 'KILL_ATTEMPT', attemptId, diagnostics, reschedule: taskType === 'MAP' });
    }
  }

  private completed(status: ContainerStatus): void {
    this.requestor.confirmReleased(status.containerId);
    this.preempted.delete(status.containerId);
    if (this.awaited.has(status.containerId)) this.endedUnclaimed.set(status.containerId, status);
    const assigned = this.assigned.remove(status.containerId);
    if (!assigned) return;
    const { attemptId } = assigned;
    if (KILLED_BY_PLATFORM.has(status.exitStatus)) {
      const diagnostics = status.diagnostics || `Container ${status.containerId} was killed by the framework`;
      this.decisions.push({ type: 'KILL_ATTEMPT', attemptId, diagnostics, reschedule: false });
    } else {
      this.decisions.push({ type: 'COMPLETE_ATTEMPT', attemptId, diagnostics: status.diagnostics });
    }
  }

  /**
   * New containers, by whole passes: fast-fail maps and reduces, then maps node-local, rack-local, anywhere; then, where none of
   * those it was asked for goes to its node, whoever wants a container of that size.
   */
  private place(containers: readonly Container[], nowMs: number): void {
    let left = containers.filter((container) => this.usable(container));
    left = this.pass(left, (container) => this.withoutLocality(container, nowMs));
    for (const locality of ['DATA_LOCAL_MAPS', 'RACK_LOCAL_MAPS', 'OTHER_LOCAL_MAPS'] as const) {
      left = this.pass(left, (container) => this.localMap(container, locality, nowMs));
    }
    left = this.pass(left, (container) => this.unasked(container, nowMs));
    for (const container of left) this.requestor.release(container.id);
  }

  private pass(
    containers: readonly Container[],
    choose: (container: Container) => ContainerRequest | undefined,
  ): Container[] {
    return containers.filter((container) => {
      const request = choose(container);
      if (request) this.assign(request, container, false);
      return !request;
    });
  }

  /** Releases what is too small, of no use, or on a host that is avoided. */
  private usable(container: Container): boolean {
    const size = container.priority === PRIORITY_REDUCE ? this.reduceSize : this.mapSize;
    const waiting = this.waitingAt(container.priority);
    if (!waiting || !size || !fitsIn(size, container.resource)) {
      this.requestor.release(container.id);
      return false;
    }
    if (!this.requestor.isBlacklisted(hostOf(container))) return true;
    this.askAgain(waiting);
    this.requestor.release(container.id);
    return false;
  }

  /** The RM has counted a container against this ask that the AM does not take for it. */
  private askAgain(request: ContainerRequest): void {
    this.requestor.remove(request);
    this.requestor.add(request);
  }

  private waitingAt(priority: number, accepts?: Accepts): ContainerRequest | undefined {
    switch (priority) {
      case PRIORITY_FAST_FAIL_MAP:
        return this.scheduled.oldestFailedMap(accepts);
      case PRIORITY_REDUCE:
        return this.scheduled.oldestReduce(accepts);
      case PRIORITY_MAP:
        return this.scheduled.oldestMap(accepts);
      default:
        return undefined;
    }
  }

  private withoutLocality(container: Container, nowMs: number): ContainerRequest | undefined {
    if (container.priority === PRIORITY_MAP) return undefined;
    return this.waitingAt(container.priority, this.goingTo(container.nodeId, nowMs));
  }

  private localMap(container: Container, locality: LocalityCounter, nowMs: number): ContainerRequest | undefined {
    if (container.priority !== PRIORITY_MAP) return undefined;
    const host = hostOf(container);
    const accepts = this.goingTo(container.nodeId, nowMs);
    if (locality === 'DATA_LOCAL_MAPS') return this.scheduled.mapOnHost(host, accepts);
    if (locality === 'RACK_LOCAL_MAPS') return this.scheduled.mapInRack(this.rackOf(host), accepts);
    return this.scheduled.oldestMap(accepts);
  }

  /** For a container that none of those it was asked for takes: they ask again, another of the same size may have it. */
  private unasked(container: Container, nowMs: number): ContainerRequest | undefined {
    const waiting = this.waitingAt(container.priority);
    if (!waiting) return undefined;
    this.askAgain(waiting);
    const other = this.firstFor(container, waiting.capability, nowMs);
    if (!other) this.failedPlaces.refused(waiting.attemptId);
    return other;
  }

  /** What a container that has become free carries next; nothing if it has to go back. */
  private nextFor(container: Container, capability: Resource, nowMs: number): ContainerRequest | undefined {
    if (!this.settings.reuseContainers || this.preempted.has(container.id)) return undefined;
    return this.requestor.isBlacklisted(hostOf(container)) ? undefined : this.firstFor(container, capability, nowMs);
  }

  /** The most urgent request of exactly this size that may run in this container now. */
  private firstFor(container: Container, capability: Resource, nowMs: number): ContainerRequest | undefined {
    const host = hostOf(container);
    const accepts = this.goingTo(container.nodeId, nowMs);
    const { runningMapLimit, runningReduceLimit } = this.settings;
    const mapsAllowed = runningMapLimit === 0 || this.assigned.mapCount < runningMapLimit;
    const reducesAllowed = runningReduceLimit === 0 || this.assigned.reduceCount < runningReduceLimit;
    const fits = (request: ContainerRequest | undefined): request is ContainerRequest =>
      request !== undefined &&
      sameSize(request.capability, capability) &&
      (request.taskType === 'MAP' ? mapsAllowed : reducesAllowed);
    return [
      this.scheduled.oldestFailedMap(accepts),
      this.scheduled.oldestReduce(accepts),
      this.scheduled.mapOnHost(host, accepts),
      this.scheduled.mapInRack(this.rackOf(host), accepts),
      this.scheduled.oldestMap(accepts),
    ].find(fits);
  }

  /** Whether a request goes to this node now. Undefined where every request does: no queue has to be searched then. */
  private goingTo(nodeId: NodeId, nowMs: number): Accepts | undefined {
    return this.failedPlaces.isEmpty ? undefined : (request) => !this.avoidedBy(request, nowMs).has(nodeId);
  }

  private avoidedBy({ attemptId, capability, requestedAtMs }: ContainerRequest, nowMs: number): ReadonlySet<NodeId> {
    return this.failedPlaces.avoidedBy(attemptId, nowMs - requestedAtMs, (nodes) => {
      for (const held of this.assigned.all()) {
        // A reduce may itself be waiting for this map.
        const takes = held.taskType === 'MAP' && sameSize(held.capability, capability);
        if (takes && !nodes.has(held.container.nodeId)) return true;
      }
      return false;
    });
  }

  /** Nodes whose containers could only be given back: of those that wait for one size, nobody goes there. */
  private leftOut(nowMs: number): ReadonlySet<NodeId> {
    const { mapSize, reduceSize } = this;
    if (mapSize && reduceSize && sameSize(mapSize, reduceSize)) return this.avoidedByAll(this.scheduled.all(), nowMs);
    const byMaps = this.avoidedByAll(this.scheduled.waitingMaps(), nowMs);
    return new Set([...byMaps, ...this.avoidedByAll(this.scheduled.waitingReduces(), nowMs)]);
  }

  private avoidedByAll(requests: Iterable<ContainerRequest>, nowMs: number): ReadonlySet<NodeId> {
    if (this.failedPlaces.isEmpty) return NO_NODES;
    let common: readonly NodeId[] | undefined;
    for (const request of requests) {
      const avoided = this.avoidedBy(request, nowMs);
      common = common ? common.filter((node) => avoided.has(node)) : [...avoided];
      if (common.length === 0) return NO_NODES;
    }
    return new Set(common);
  }

  private assign(request: ContainerRequest, container: Container, reused: boolean): void {
    const { attemptId, taskType, capability } = request;
    this.unschedule(attemptId);
    this.assigned.assign({ container, attemptId, taskType, capability });
    const decision = { type: 'ASSIGN', attemptId, container, reused } as const;
    if (taskType === 'REDUCE') this.decisions.push(decision);
    else this.decisions.push({ ...decision, locality: this.localityOf(request, container) });
  }

  private localityOf(request: ContainerRequest, container: Container): LocalityCounter {
    const host = hostOf(container);
    if (request.hosts.includes(host)) return 'DATA_LOCAL_MAPS';
    if (request.racks.includes(this.rackOf(host))) return 'RACK_LOCAL_MAPS';
    return 'OTHER_LOCAL_MAPS';
  }

  private view(maplessForMs: number): ReduceScheduleView {
    const { numMaps, completedMaps } = this.figures();
    return {
      totalMaps: numMaps,
      maplessForMs,
      completedMaps,
      ...this.counts(),
      headroom: this.headroom,
      ...(this.mapSize ? { mapSize: this.mapSize } : {}),
      ...(this.reduceSize ? { reduceSize: this.reduceSize } : {}),
    };
  }

  private preempt(count: number, sparedNodes: ReadonlySet<NodeId>): void {
    this.rampDown(this.scheduled.reduceCount);
    const wanted = count - this.assigned.yieldingCount;
    for (const attemptId of this.assigned.chooseYielding(wanted, this.progressOf, sparedNodes)) {
      const diagnostics = 'Reduce preempted to make room for pending map attempts';
      this.decisions.push({ type: 'KILL_ATTEMPT', attemptId, diagnostics, reschedule: false });
    }
  }

  private scheduleReduces(view: ReduceScheduleView, nowMs: number): void {
    if (view.pendingReduces + view.scheduledReduces === 0) return;
    this.reducesStarted ||= slowStartReached(view, this.settings.reduces);
    if (!this.reducesStarted) return;
    const change = reducesToSchedule(view, this.settings.reduces);
    if (change < 0) this.rampDown(-change);
    for (const pending of this.pendingReduces.splice(0, Math.max(0, change))) {
      const request = { ...pending, requestedAtMs: nowMs };
      this.scheduled.addReduce(request);
      this.requestor.add(request);
    }
  }

  private rampDown(count: number): void {
    for (let i = 0; i < count; i++) {
      const oldest = this.scheduled.oldestReduce();
      if (!oldest) return;
      this.unschedule(oldest.attemptId);
      this.pendingReduces.push(oldest);
    }
  }

  private applyLimits(): void {
    const { runningMapLimit, runningReduceLimit } = this.settings;
    const { numMaps, numReduces } = this.figures();
    if (runningMapLimit > 0 && numMaps > runningMapLimit && this.mapSize) {
      const allowed = Math.max(0, runningMapLimit - this.assigned.mapCount);
      const failed = Math.min(allowed, this.scheduled.failedMapCount);
      this.requestor.limit(PRIORITY_FAST_FAIL_MAP, this.mapSize, failed);
      this.requestor.limit(PRIORITY_MAP, this.mapSize, allowed - failed);
    }
    if (runningReduceLimit > 0 && numReduces > runningReduceLimit && this.reduceSize) {
      const allowed = Math.max(0, runningReduceLimit - this.assigned.reduceCount);
      this.requestor.limit(PRIORITY_REDUCE, this.reduceSize, allowed);
    }
  }
}
