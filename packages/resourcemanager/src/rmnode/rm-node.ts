/**
 * RMNode: carries out what its machine decides, and keeps what its NodeManager must be told at the next heartbeat. Hadoop:
 * resourcemanager/rmnode/RMNodeImpl.java. Compares each report with what it knew: what is new has been launched, what is gone without
 * a word is lost (-100). Emits to the scheduler's room and to the applications.
 */
import {
  begin,
  decide,
  parseNodeId,
  parseContainerId,
  applicationOf,
  ContainerExitStatus,
  type ApplicationId,
  type ContainerId,
  type ContainerStatus,
  type EventSink,
  type Logger,
  type NMContainerStatus,
  type NodeHealthStatus,
  type NodeHeartbeatResponse,
  type NodeId,
  type NodeState,
  type Resource,
  type SignalContainerCommand,
} from '@bobbin/common';
import type { SnapshotFrom } from 'xstate';
import type { RMEvent } from '../events.js';
import { abnormalStatus } from '../rmcontainer/rm-container.js';
import type { NodeUpdateType } from '../rmapp/rm-app-machine.js';
import { rmNodeMachine, type RMNodeEffect, type RMNodeEvent } from './rm-node-machine.js';

export interface RMNodeInfo {
  readonly nodeId: NodeId;
  readonly httpPort: number;
  readonly rackName: string;
  readonly capability: Resource;
  readonly nmVersion: string;
}

export interface RMNodeDeps {
  readonly log: Logger;
  readonly dispatcher: EventSink<RMEvent>;
  /** There is something for its next heartbeat. */
  wake(nodeId: NodeId): void;
  /** It has left: from the active nodes to the others. */
  deactivate(node: RMNode, state: NodeState): void;
  /** Applications that want to know what becomes of nodes. */
  tellApps(nodeId: NodeId, update: NodeUpdateType): void;
  isAppKnown(app: ApplicationId): boolean;
}

type HeartbeatWork = Pick<
  NodeHeartbeatResponse,
  'containersToCleanup' | 'applicationsToCleanup' | 'containersToBeRemovedFromNM' | 'containersToSignal'
>;

const HAS_LEFT: ReadonlySet<NodeState> = new Set(['LOST', 'REBOOTED', 'SHUTDOWN', 'DECOMMISSIONED']);
/** What may lie in the queue behind the event by which a node leaves: its own calls, and work for it, which Hadoop hands to active nodes only. */
const LATE_FOR_ONE_THAT_LEFT: ReadonlySet<RMNodeEvent['type']> = new Set([
  'STATUS_UPDATE',
  'RECONNECTED',
  'REBOOTING',
  'SHUTDOWN',
  'DECOMMISSION',
  'EXPIRE',
  'CLEANUP_APP',
  'CLEANUP_CONTAINER',
  'SIGNAL_CONTAINER',
]);

export class RMNode {
  readonly nodeId: NodeId;
  readonly host: string;
  httpPort: number;
  capability: Resource;
  health: NodeHealthStatus;
  /** The last answer to a heartbeat: its id, and the whole of it for a call that comes twice. */
  lastResponse: NodeHeartbeatResponse | undefined;
  lastResponseId = 0;
  readonly runningApplications = new Set<ApplicationId>();
  private readonly launched = new Set<ContainerId>();
  private readonly completed = new Set<ContainerId>();
  private readonly toCleanUp = new Set<ContainerId>();
  private readonly finishedApps = new Set<ApplicationId>();
  private readonly toForget = new Set<ContainerId>();
  private readonly signals: { containerId: ContainerId; command: SignalContainerCommand }[] = [];
  private snapshot: SnapshotFrom<typeof rmNodeMachine> = begin(rmNodeMachine);

  constructor(
    readonly info: RMNodeInfo,
    nowMs: number,
    private readonly deps: RMNodeDeps,
  ) {
    this.nodeId = info.nodeId;
    this.host = parseNodeId(info.nodeId).host;
    this.httpPort = info.httpPort;
    this.capability = info.capability;
    this.health = { isNodeHealthy: true, healthReport: '', lastHealthReportTimeMs: nowMs };
  }

  get state(): NodeState {
    return this.snapshot.value;
  }

  get httpAddress(): string {
    return `${this.host}:${this.httpPort}`;
  }

  handle(event: RMNodeEvent): void {
    const before = this.state;
    if (HAS_LEFT.has(before) && LATE_FOR_ONE_THAT_LEFT.has(event.type)) {
      // A call may have been answered before the turn in which the node left: it has left all the same, and learns so by its next call.
      this.deps.log.debug(`${this.nodeId} is ${before}: ${event.type} is late`);
      return;
    }
    const [next, effects] = decide(rmNodeMachine, this.snapshot, event);
    this.snapshot = next;
    if (next.value !== before) {
      this.deps.log.info(`${this.nodeId} Node Transitioned from ${before} to ${next.value}`, { event: event.type });
    }
    for (const effect of effects) this.carryOut(effect, before);
  }

  get hasHeartbeatWork(): boolean {
    return this.toCleanUp.size + this.finishedApps.size + this.toForget.size + this.signals.length > 0;
  }

  /** What the node must do; handed out once. A lost answer is given again as a whole (`lastResponse`). */
  takeHeartbeatWork(): HeartbeatWork {
    const work: HeartbeatWork = {
      containersToCleanup: [...this.toCleanUp],
      applicationsToCleanup: [...this.finishedApps],
      containersToBeRemovedFromNM: [...this.toForget],
      containersToSignal: this.signals.splice(0),
    };
    for (const id of this.toForget) this.completed.delete(id);
    if (this.finishedApps.size > 0) {
      // The node forgets a finished application as a whole.
      for (const id of this.completed) {
        if (this.finishedApps.has(applicationOf(parseContainerId(id).applicationAttemptId))) this.completed.delete(id);
      }
    }
    this.toCleanUp.clear();
    this.finishedApps.clear();
    this.toForget.clear();
    return work;
  }

  /** Whether a report says nothing that is not known: then there is no need for an event. */
  knows(containers: readonly ContainerStatus[]): boolean {
    let running = 0;
    for (const { containerId, state } of containers) {
      if (state === 'COMPLETE') {
        if (!this.completed.has(containerId)) return false;
      } else {
        if (!this.launched.has(containerId)) return false;
        running++;
      }
    }
    return running === this.launched.size;
  }

  private carryOut(effect: RMNodeEffect, before: NodeState): void {
    const { nodeId } = this;
    switch (effect.type) {
      case 'ADD_TO_SCHEDULER':
        return this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'NODE_ADDED', nodeId });
      case 'REMOVE_FROM_SCHEDULER':
        this.launched.clear();
        return this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'NODE_REMOVED', nodeId });
      case 'FREEZE_IN_SCHEDULER':
      case 'THAW_IN_SCHEDULER': {
        const frozen = effect.type === 'FREEZE_IN_SCHEDULER';
        return this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'NODE_FROZEN', nodeId, frozen });
      }
      case 'ADOPT':
        return this.adopt(effect.containers, effect.runningApplications);
      case 'PROCESS_CONTAINERS':
        return this.processContainers(effect.containers);
      case 'SET_CAPABILITY':
        this.capability = effect.capability;
        if (!effect.tellScheduler) return;
        return this.deps.dispatcher.dispatch({
          domain: 'scheduler',
          type: 'NODE_RESOURCE_UPDATED',
          nodeId,
          capability: effect.capability,
        });
      case 'TELL_APPS':
        return this.deps.tellApps(nodeId, effect.update);
      case 'DEACTIVATE':
        return this.deps.deactivate(this, effect.state);
      case 'QUEUE_CLEANUP_APP':
        this.finishedApps.add(effect.app);
        this.runningApplications.delete(effect.app);
        return this.deps.wake(nodeId);
      case 'QUEUE_CLEANUP_CONTAINER':
        this.toCleanUp.add(effect.container);
        return this.deps.wake(nodeId);
      case 'QUEUE_UPDATE_CONTAINER':
        throw new Error(`${effect.container} is to be resized, but sizes of running containers are never changed`);
      case 'QUEUE_SIGNAL':
        this.signals.push({ containerId: effect.container, command: effect.command });
        return this.deps.wake(nodeId);
      case 'QUEUE_FORGET':
        // Nobody is woken for it: the node loses nothing but a little memory until its next beat.
        for (const id of effect.containers) this.toForget.add(id);
        return;
      case 'INVALID_EVENT':
        this.deps.log.error(`Can't handle this event at current state`, { nodeId, state: before, event: effect.event });
    }
  }

  /** Takes over what a node that registers has, be it nothing. The scheduler's room sorts out what may stay. */
  private adopt(containers: readonly NMContainerStatus[], running: readonly ApplicationId[]): void {
    for (const app of running) this.noticeApp(app);
    this.launched.clear();
    for (const { containerId, state } of containers) {
      if (state === 'COMPLETE') this.completed.add(containerId);
      else this.launched.add(containerId);
    }
    this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'RECOVER_CONTAINERS', nodeId: this.nodeId, containers });
  }

  private processContainers(containers: readonly ContainerStatus[]): void {
    const running = new Set<ContainerId>();
    for (const status of containers) {
      const { containerId } = status;
      // The end of one that is to be cleaned up was decided here; its node's word comes too late.
      const app = applicationOf(parseContainerId(containerId).applicationAttemptId);
      if (this.finishedApps.has(app)) continue;
      if (status.state === 'COMPLETE') {
        this.launched.delete(containerId);
        if (this.completed.has(containerId)) continue;
        this.completed.add(containerId);
        this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'CONTAINER_FINISHED', nodeId: this.nodeId, status });
        continue;
      }
      running.add(containerId);
      this.noticeApp(app);
      if (this.launched.has(containerId) || this.toCleanUp.has(containerId)) continue;
      this.launched.add(containerId);
      const { nodeId } = this;
      this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'CONTAINER_LAUNCHED', nodeId, containerId });
    }
    for (const containerId of this.launched) {
      if (running.has(containerId)) continue;
      this.launched.delete(containerId);
      const status = abnormalStatus(
        containerId,
        ContainerExitStatus.ABORTED,
        `Container ${containerId} is no longer known to its node ${this.nodeId}`,
      );
      this.deps.dispatcher.dispatch({ domain: 'scheduler', type: 'CONTAINER_FINISHED', nodeId: this.nodeId, status });
    }
  }

  private noticeApp(app: ApplicationId): void {
    if (this.runningApplications.has(app)) return;
    if (!this.deps.isAppKnown(app)) {
      this.finishedApps.add(app);
      this.deps.wake(this.nodeId);
      return;
    }
    this.runningApplications.add(app);
    this.deps.dispatcher.dispatch({
      domain: 'rmapp',
      type: 'APP_RUNNING_ON_NODE',
      applicationId: app,
      nodeId: this.nodeId,
    });
  }
}
