/**
 * SchedulerService: the shell around a ResourceScheduler. Hadoop: scheduler/AbstractYarnScheduler.java. Feeds it events, asks it to decide
 * once a turn when something changed, makes RMContainers of its assignments, and keeps what an attempt has been given until its AM pulls it.
 * Owns the RMContainers. Emits to attempts, applications and nodes; tells the AM's service that there is news.
 */
import {
  applicationOf,
  ContainerExitStatus,
  InvalidContainerReleaseError,
  parseContainerId,
  type ApplicationAttemptId,
  type ApplicationId,
  type Clock,
  type ContainerId,
  type ContainerStatus,
  type EventSink,
  type LivelinessMonitor,
  type Logger,
  type NMContainerStatus,
  type NodeId,
  type ResourceRequest,
  type Timer,
} from '@bobbin/common';
import type { RMEvent, SchedulerRoomEvent } from '../events.js';
import type { RMContainerState } from '../rmcontainer/rm-container-machine.js';
import {
  abnormalStatus,
  RMContainer,
  type RMContainerDeps,
  type RMContainerInfo,
} from '../rmcontainer/rm-container.js';
import type { RMRegistry } from '../rm-registry.js';
import type { Assignment, ResourceScheduler } from './scheduler.js';

export interface SchedulerServiceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dispatcher: EventSink<RMEvent>;
  readonly registry: RMRegistry;
  readonly scheduler: ResourceScheduler;
  /** Of this ResourceManager's life; stands in the ids of the containers it has given. */
  readonly epoch: number;
  /** Watches containers from the pull until their node reports them. */
  readonly allocationExpirer: LivelinessMonitor<ContainerId>;
  /** There is something for this AM to pull. */
  readonly wakeAM: (attemptId: ApplicationAttemptId) => void;
}

/** What an AM's heartbeat asks; checked by its service. */
export interface Demand {
  readonly asks: readonly ResourceRequest[];
  readonly releases: readonly ContainerId[];
  readonly blacklistAdditions: readonly string[];
  readonly blacklistRemovals: readonly string[];
}

export class SchedulerService {
  private readonly allocated = new Map<ApplicationAttemptId, RMContainer[]>();
  /** Releases of containers that no node has reported yet after a restart. */
  private readonly pendingReleases = new Set<ContainerId>();
  /** Containers of an earlier life of the ResourceManager that were taken up again in this one, of applications that are not over. */
  private readonly recovered = new Map<ApplicationId, Set<ContainerId>>();
  private readonly containerDeps: RMContainerDeps;
  private open = true;
  private decisionDue = false;
  private wake: { readonly atMs: number; readonly timer: Timer } | undefined;

  constructor(private readonly deps: SchedulerServiceDeps) {
    this.containerDeps = {
      log: deps.log,
      allocated: (container) => this.tellAllocated(container),
      watchLaunch: (container) => deps.allocationExpirer.register(container.id),
      unwatchLaunch: (container) => deps.allocationExpirer.unregister(container.id),
      runsOnNode: (container) => this.tellRunsOnNode(container),
      cleanUpOnNode: (container) => this.cleanUpOnNode(container.nodeId, container.id),
      finished: (container, status, before) => this.finished(container, status, before),
    };
  }

  get scheduler(): ResourceScheduler {
    return this.deps.scheduler;
  }

  /** Nothing is given out until `openForAllocation`: after a restart nodes must report first. */
  holdAllocation(): void {
    this.open = false;
  }

  openForAllocation(): void {
    if (this.open) return;
    this.open = true;
    this.changed();
  }

  get isOpen(): boolean {
    return this.open;
  }

  stop(): void {
    this.wake?.timer.cancel();
    this.wake = undefined;
  }

  handle(event: SchedulerRoomEvent): void {
    const { scheduler, registry, dispatcher } = this.deps;
    switch (event.type) {
      case 'NODE_ADDED':
        return this.addNode(event.nodeId);
      case 'NODE_REMOVED':
        this.killContainersOn(event.nodeId);
        scheduler.apply({ type: 'NODE_REMOVED', nodeId: event.nodeId });
        return this.changed();
      case 'NODE_FROZEN':
      case 'NODE_RESOURCE_UPDATED':
        scheduler.apply(event);
        return this.changed();
      case 'RECOVER_CONTAINERS':
        for (const container of event.containers) this.recoverContainer(event.nodeId, container);
        return this.changed();
      case 'APP_ADDED':
      case 'APP_RECOVERED': {
        const app = registry.apps.get(event.applicationId);
        if (!app) return;
        const { applicationId } = event;
        scheduler.apply({ type: 'APP_ADDED', applicationId, queue: app.queue, user: app.user });
        if (event.type === 'APP_ADDED') dispatcher.dispatch({ domain: 'rmapp', type: 'APP_ACCEPTED', applicationId });
        return;
      }
      case 'APP_REMOVED':
        this.recovered.delete(event.applicationId);
        scheduler.apply({ type: 'APP_REMOVED', applicationId: event.applicationId });
        return;
      case 'ATTEMPT_ADDED':
        return this.addAttempt(event);
      case 'ATTEMPT_REMOVED':
        return this.removeAttempt(event.attemptId, event.keepContainers);
      case 'CONTAINER_LAUNCHED':
        return this.containerLaunched(event.containerId, event.nodeId);
      case 'CONTAINER_FINISHED':
        return this.containerFinished(event.nodeId, event.status);
      case 'CONTAINER_EXPIRED': {
        const diagnostics = 'Container expired since it was unused';
        const status = abnormalStatus(event.containerId, ContainerExitStatus.ABORTED, diagnostics);
        registry.containers.get(event.containerId)?.handle({ type: 'EXPIRE', status });
        return;
      }
      case 'DECIDE':
        this.decisionDue = false;
        return this.decide();
    }
  }

  /**
   * Takes up what an AM asks. Throws InvalidContainerReleaseError, before anything has changed, where it releases what is not its own; a
   * release of what is unknown (it ended meanwhile) does nothing.
   */
  allocate(attemptId: ApplicationAttemptId, demand: Demand, mayReleaseOthers: boolean): void {
    const app = applicationOf(attemptId);
    for (const id of demand.releases) {
      const owner = parseContainerId(id).applicationAttemptId;
      const foreign = mayReleaseOthers ? applicationOf(owner) !== app : owner !== attemptId;
      if (foreign) throw new InvalidContainerReleaseError(id, attemptId);
    }
    for (const id of demand.releases) this.release(id);
    const { asks, blacklistAdditions, blacklistRemovals } = demand;
    if (asks.length + blacklistAdditions.length + blacklistRemovals.length === 0) return;
    this.deps.scheduler.apply({ type: 'DEMAND_CHANGED', attemptId, asks, blacklistAdditions, blacklistRemovals });
    this.changed();
  }

  hasAllocated(attemptId: ApplicationAttemptId): boolean {
    return (this.allocated.get(attemptId)?.length ?? 0) > 0;
  }

  /** What the attempt was given since the last call; from now on it is in its hands. */
  pull(attemptId: ApplicationAttemptId): RMContainer[] {
    const given = (this.allocated.get(attemptId) ?? []).filter((container) => container.state === 'ALLOCATED');
    this.allocated.delete(attemptId);
    for (const container of given) container.handle({ type: 'ACQUIRED' });
    return given;
  }

  /** Ends a container on the RM's own account. Nothing happens to one that is unknown. */
  kill(containerId: ContainerId, exitStatus: number, diagnostics: string): void {
    const status = abnormalStatus(containerId, exitStatus, diagnostics);
    this.deps.registry.containers.get(containerId)?.handle({ type: 'KILL', status });
  }

  private addNode(nodeId: NodeId): void {
    const node = this.deps.registry.nodes.get(nodeId);
    if (!node) return;
    const { host, capability } = node;
    this.killContainersOn(nodeId);
    const { rackName } = node.info;
    this.deps.scheduler.apply({ type: 'NODE_ADDED', node: { nodeId, host, rackName, capability } });
    this.changed();
  }

  private killContainersOn(nodeId: NodeId): void {
    for (const id of this.deps.scheduler.containersOn(nodeId)) {
      this.kill(id, ContainerExitStatus.ABORTED, `Container released on a *lost* node ${nodeId}`);
    }
  }

  private addAttempt(event: Extract<SchedulerRoomEvent, { type: 'ATTEMPT_ADDED' }>): void {
    const { attemptId, waitsForAM, runningAM, keepContainersOf, recovering } = event;
    if (!this.deps.registry.apps.has(applicationOf(attemptId))) return;
    this.deps.scheduler.apply({
      type: 'ATTEMPT_ADDED',
      attemptId,
      waitsForAM,
      ...(runningAM && { runningAM }),
      ...(keepContainersOf !== undefined && { keepContainersOf }),
    });
    if (!recovering) this.deps.dispatcher.dispatch({ domain: 'rmattempt', type: 'ATTEMPT_ADDED', attemptId });
  }

  /** Without `keepContainers` all it had is killed; with it, only what does not run yet. */
  private removeAttempt(attemptId: ApplicationAttemptId, keepContainers: boolean): void {
    for (const id of this.deps.scheduler.containersOf(attemptId)) {
      const container = this.deps.registry.containers.get(id);
      if (keepContainers && container?.state === 'RUNNING') continue;
      this.kill(id, ContainerExitStatus.ABORTED, 'Container of a completed application');
    }
    this.allocated.delete(attemptId);
    this.deps.scheduler.apply({ type: 'ATTEMPT_REMOVED', attemptId, keepContainers });
    this.changed();
  }

  private containerLaunched(containerId: ContainerId, nodeId: NodeId): void {
    const container = this.deps.registry.containers.get(containerId);
    if (!container) this.cleanUpOnNode(nodeId, containerId);
    else if (container.state === 'ACQUIRED') container.handle({ type: 'LAUNCHED' });
  }

  private containerFinished(nodeId: NodeId, status: ContainerStatus): void {
    const container = this.deps.registry.containers.get(status.containerId);
    if (container) container.handle({ type: 'FINISHED', status });
    else this.forgetOnNode(nodeId, status.containerId);
  }

  private release(id: ContainerId): void {
    const container = this.deps.registry.containers.get(id);
    if (!container) {
      if (!this.open) this.pendingReleases.add(id);
      return;
    }
    const status = abnormalStatus(id, ContainerExitStatus.ABORTED, 'Container released by application');
    if (container.state !== 'ALLOCATED') container.handle({ type: 'RELEASED', status });
  }

  /** After a restart of the RM, or of the node: what runs there is charged again, or cleaned up where nobody wants it. */
  private recoverContainer(nodeId: NodeId, reported: NMContainerStatus): void {
    const { registry, scheduler, clock } = this.deps;
    const { containerId } = reported;
    const status = statusOf(reported);
    const known = registry.containers.get(containerId);
    if (known) {
      if (reported.state === 'COMPLETE') known.handle({ type: 'FINISHED', status });
      else if (known.state === 'ACQUIRED') known.handle({ type: 'LAUNCHED' });
      return;
    }
    const owner = parseContainerId(containerId).applicationAttemptId;
    const attemptId = registry.apps.get(applicationOf(owner))?.ownerOfContainersOf(owner);
    // What an earlier AppMaster ran in is nobody's: the next one keeps its containers, not itself.
    const isOldAM = attemptId !== owner && registry.attempt(owner)?.masterContainer?.id === containerId;
    // One that was given or taken up in this life and is no longer known has ended here: its AM was told so.
    if (attemptId === undefined || isOldAM || this.hasEndedHere(containerId)) {
      if (reported.state === 'COMPLETE') this.forgetOnNode(nodeId, containerId);
      else this.cleanUpOnNode(nodeId, containerId);
      return;
    }
    const ofApp = this.recovered.get(applicationOf(owner)) ?? new Set();
    this.recovered.set(applicationOf(owner), ofApp.add(containerId));
    const isAM = registry.attempt(attemptId)?.masterContainer?.id === containerId;
    const { resource, priority, allocationRequestId } = reported;
    const container = this.newContainer({
      id: containerId,
      attemptId,
      nodeId,
      nodeHttpAddress: registry.nodes.get(nodeId)?.httpAddress ?? '',
      resource,
      priority,
      allocationRequestId,
      createdAtMs: reported.creationTimeMs || clock.now(),
      isAM,
    });
    if (reported.state !== 'COMPLETE') {
      const recovered = { containerId, attemptId, nodeId, resource, priority, allocationRequestId };
      scheduler.apply({ type: 'CONTAINER_RECOVERED', container: recovered, isAM });
    }
    container.handle({ type: 'RECOVER', status });
    if (this.pendingReleases.delete(containerId)) this.release(containerId);
  }

  private hasEndedHere(containerId: ContainerId): boolean {
    const { epoch, applicationAttemptId } = parseContainerId(containerId);
    return (
      epoch === this.deps.epoch || this.recovered.get(applicationOf(applicationAttemptId))?.has(containerId) === true
    );
  }

  private tellAllocated(container: RMContainer): void {
    const { attemptId } = container;
    const given = this.allocated.get(attemptId);
    if (given) given.push(container);
    else this.allocated.set(attemptId, [container]);
    if (container.isAM) this.deps.dispatcher.dispatch({ domain: 'rmattempt', type: 'CONTAINER_ALLOCATED', attemptId });
    else this.deps.wakeAM(attemptId);
  }

  private tellRunsOnNode({ attemptId, nodeId }: RMContainer): void {
    const applicationId = applicationOf(attemptId);
    const node = this.deps.registry.nodes.get(nodeId);
    if (!node || node.runningApplications.has(applicationId)) return;
    node.runningApplications.add(applicationId);
    this.deps.dispatcher.dispatch({ domain: 'rmapp', type: 'APP_RUNNING_ON_NODE', applicationId, nodeId });
  }

  private finished(container: RMContainer, status: ContainerStatus, before: RMContainerState): void {
    const { id, attemptId, nodeId, info } = container;
    this.deps.registry.containers.delete(id);
    this.deps.scheduler.apply({ type: 'CONTAINER_COMPLETED', containerId: id, askAgain: before === 'ALLOCATED' });
    this.changed();
    const attempt = this.deps.registry.attempt(attemptId);
    attempt?.charge(info.resource, this.deps.clock.now() - info.createdAtMs);
    // Before the pull the AM never heard of it.
    if (before === 'ALLOCATED' && !container.isAM) return;
    const done = { ...status, capability: info.resource };
    // The attempt that began it is told, and hands it on: to its successor, which may wait for its own container, it would be that one's end.
    const beganBy = parseContainerId(id).applicationAttemptId;
    this.deps.dispatcher.dispatch({
      domain: 'rmattempt',
      type: 'CONTAINER_FINISHED',
      attemptId: beganBy,
      nodeId,
      status: done,
    });
  }

  private cleanUpOnNode(nodeId: NodeId, container: ContainerId): void {
    if (!this.deps.registry.nodes.has(nodeId)) return;
    this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'CLEANUP_CONTAINER', nodeId, container });
  }

  private forgetOnNode(nodeId: NodeId, container: ContainerId): void {
    if (!this.deps.registry.nodes.has(nodeId)) return;
    const event = { type: 'FINISHED_CONTAINERS_PULLED_BY_AM', containers: [container] } as const;
    this.deps.dispatcher.dispatch({ domain: 'rmnode', nodeId, ...event });
  }

  private changed(): void {
    if (this.decisionDue || !this.open) return;
    this.decisionDue = true;
    this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'DECIDE' });
  }

  private decide(): void {
    if (!this.open) return;
    const { assignments, wakeAtMs } = this.deps.scheduler.decide(this.deps.clock.monotonic());
    for (const assignment of assignments) this.make(assignment);
    this.armWake(wakeAtMs);
  }

  private make(assignment: Assignment): void {
    const { containerId: id, attemptId, nodeId, resource, priority, allocationRequestId } = assignment;
    const { registry, clock } = this.deps;
    const container = this.newContainer({
      id,
      attemptId,
      nodeId,
      nodeHttpAddress: registry.nodes.get(nodeId)?.httpAddress ?? '',
      resource,
      priority,
      allocationRequestId,
      createdAtMs: clock.now(),
      isAM: registry.attempt(attemptId)?.waitsForContainer ?? false,
    });
    container.handle({ type: 'START' });
  }

  private newContainer(info: RMContainerInfo): RMContainer {
    const container = new RMContainer(info, this.containerDeps);
    this.deps.registry.containers.set(info.id, container);
    return container;
  }

  private armWake(atMs: number | undefined): void {
    if (this.wake?.atMs === atMs) return;
    this.wake?.timer.cancel();
    this.wake = undefined;
    if (atMs === undefined) return;
    const delayMs = Math.max(0, atMs - this.deps.clock.monotonic());
    const timer = this.deps.clock.after(delayMs, () => {
      this.wake = undefined;
      this.changed();
    });
    this.wake = { atMs, timer };
  }
}

function statusOf(reported: NMContainerStatus): ContainerStatus {
  const { containerId, state, diagnostics, exitStatus, resource } = reported;
  return { containerId, state, diagnostics, exitStatus, capability: resource };
}
