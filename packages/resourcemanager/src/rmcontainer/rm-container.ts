/**
 * RMContainer: carries out what its machine decides. Hadoop: resourcemanager/rmcontainer/RMContainerImpl.java. Owned by the scheduler's
 * room, which calls `handle` within its own turn; whoever else must know is told through `RMContainerDeps`.
 */
import {
  begin,
  decide,
  type ApplicationAttemptId,
  type Container,
  type ContainerId,
  type ContainerStatus,
  type Logger,
  type NodeId,
  type Resource,
  type Token,
} from '@bobbin/common';
import type { SnapshotFrom } from 'xstate';
import {
  rmContainerMachine,
  type RMContainerEffect,
  type RMContainerEvent,
  type RMContainerState,
} from './rm-container-machine.js';

export interface RMContainerInfo {
  readonly id: ContainerId;
  readonly attemptId: ApplicationAttemptId;
  readonly nodeId: NodeId;
  readonly nodeHttpAddress: string;
  readonly resource: Resource;
  readonly priority: number;
  readonly allocationRequestId: number;
  readonly createdAtMs: number;
  readonly isAM: boolean;
}

/** Each is called within the turn of the event that caused it, in the order of the effects. */
export interface RMContainerDeps {
  readonly log: Logger;
  allocated(container: RMContainer): void;
  watchLaunch(container: RMContainer): void;
  unwatchLaunch(container: RMContainer): void;
  runsOnNode(container: RMContainer): void;
  cleanUpOnNode(container: RMContainer): void;
  /** The last call for this container. `before` is the state it ended in. */
  finished(container: RMContainer, status: ContainerStatus, before: RMContainerState): void;
}

export class RMContainer {
  readonly id: ContainerId;
  readonly attemptId: ApplicationAttemptId;
  readonly nodeId: NodeId;
  readonly isAM: boolean;
  private snapshot: SnapshotFrom<typeof rmContainerMachine>;

  constructor(
    readonly info: RMContainerInfo,
    private readonly deps: RMContainerDeps,
  ) {
    this.id = info.id;
    this.attemptId = info.attemptId;
    this.nodeId = info.nodeId;
    this.isAM = info.isAM;
    this.snapshot = begin(rmContainerMachine, { resource: info.resource });
  }

  get state(): RMContainerState {
    return this.snapshot.value;
  }

  handle(event: RMContainerEvent): void {
    const before = this.state;
    const [next, effects] = decide(rmContainerMachine, this.snapshot, event);
    this.snapshot = next;
    if (next.value !== before) {
      this.deps.log.debug(`${this.id} Container Transitioned from ${before} to ${next.value}`, { event: event.type });
    }
    for (const effect of effects) this.carryOut(effect, before);
  }

  /** As an AM or an NM gets it. */
  toRecord(containerToken?: Token): Container {
    const { id, nodeId, nodeHttpAddress, resource, priority, allocationRequestId } = this.info;
    return {
      id,
      nodeId,
      nodeHttpAddress,
      resource,
      priority,
      executionType: 'GUARANTEED',
      allocationRequestId,
      version: 0,
      ...(containerToken && { containerToken }),
    };
  }

  private carryOut(effect: RMContainerEffect, before: RMContainerState): void {
    switch (effect.type) {
      case 'TELL_ATTEMPT_ALLOCATED':
        return this.deps.allocated(this);
      case 'WATCH_LAUNCH':
        return this.deps.watchLaunch(this);
      case 'UNWATCH_LAUNCH':
        return this.deps.unwatchLaunch(this);
      case 'TELL_APP_RUNNING_ON_NODE':
        return this.deps.runsOnNode(this);
      case 'CLEAN_UP_ON_NODE':
        return this.deps.cleanUpOnNode(this);
      case 'SHRINK_ON_NODE':
        throw new Error(`${this.id} grew on ${this.nodeId}, but sizes of running containers are never changed`);
      case 'FINISH':
        return this.deps.finished(this, effect.status, before);
      case 'INVALID_EVENT':
        this.deps.log.error(`Can't handle this event at current state`, {
          containerId: this.id,
          state: before,
          event: effect.event,
        });
    }
  }
}

/** The status of a container that the RM itself ends. */
export function abnormalStatus(containerId: ContainerId, exitStatus: number, diagnostics: string): ContainerStatus {
  return { containerId, state: 'COMPLETE', exitStatus, diagnostics };
}
