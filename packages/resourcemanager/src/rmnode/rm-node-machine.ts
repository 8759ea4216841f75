/**
 * RMNode: one NodeManager as the ResourceManager sees it; its states are YARN's NodeState. Hadoop:
 * resourcemanager/rmnode/RMNodeImpl.java. Carried out by `rm-node.ts`. A node that leaves takes its containers with it (-100), except
 * one that was UNHEALTHY: the scheduler had given it up already. A node in an end state comes back by a new registration, as a new RMNode.
 *
 * | state           | STARTED           | DECOMMISSION   | RESOURCE_UPDATE | FINISHED_CONTAINERS_PULLED_BY_AM |
 * | --------------- | ----------------- | -------------- | --------------- | -------------------------------- |
 * | NEW             | RUNNING/UNHEALTHY | DECOMMISSIONED | =               | =                                |
 * | RUNNING         | !                 | DECOMMISSIONED | =               | =                                |
 * | UNHEALTHY       | !                 | DECOMMISSIONED | =               | =                                |
 * | DECOMMISSIONING | !                 | DECOMMISSIONED | =               | =                                |
 * | DECOMMISSIONED  | !                 | !              | .               | .                                |
 * | LOST            | !                 | !              | .               | .                                |
 * | REBOOTED        | !                 | !              | .               | .                                |
 * | SHUTDOWN        | !                 | !              | .               | .                                |
 *
 * | state           | STATUS_UPDATE                  | RECONNECTED                    | GRACEFUL_DECOMMISSION |
 * | --------------- | ------------------------------ | ------------------------------ | --------------------- |
 * | NEW             | !                              | !                              | !                     |
 * | RUNNING         | RUNNING/UNHEALTHY              | RUNNING                        | DECOMMISSIONING       |
 * | UNHEALTHY       | RUNNING/UNHEALTHY              | =                              | DECOMMISSIONING       |
 * | DECOMMISSIONING | DECOMMISSIONED/DECOMMISSIONING | DECOMMISSIONED/DECOMMISSIONING | .                     |
 * | DECOMMISSIONED  | !                              | !                              | !                     |
 * | LOST            | !                              | !                              | !                     |
 * | REBOOTED        | !                              | !                              | !                     |
 * | SHUTDOWN        | !                              | !                              | !                     |
 *
 * | state           | EXPIRE | REBOOTING | SHUTDOWN | CLEANUP_APP | CLEANUP_CONTAINER | UPDATE_CONTAINER |
 * | --------------- | ------ | --------- | -------- | ----------- | ----------------- | ---------------- |
 * | NEW             | !      | !         | !        | !           | !                 | !                |
 * | RUNNING         | LOST   | REBOOTED  | SHUTDOWN | =           | =                 | =                |
 * | UNHEALTHY       | LOST   | REBOOTED  | SHUTDOWN | =           | =                 | !                |
 * | DECOMMISSIONING | LOST   | REBOOTED  | SHUTDOWN | =           | =                 | !                |
 * | DECOMMISSIONED  | !      | !         | !        | !           | !                 | !                |
 * | LOST            | !      | !         | !        | !           | !                 | !                |
 * | REBOOTED        | !      | !         | !        | !           | !                 | !                |
 * | SHUTDOWN        | !      | !         | !        | !           | !                 | !                |
 *
 * | state           | SIGNAL_CONTAINER | RECOMMISSION |
 * | --------------- | ---------------- | ------------ |
 * | NEW             | !                | !            |
 * | RUNNING         | =                | !            |
 * | UNHEALTHY       | =                | !            |
 * | DECOMMISSIONING | !                | RUNNING      |
 * | DECOMMISSIONED  | !                | !            |
 * | LOST            | !                | !            |
 * | REBOOTED        | !                | !            |
 * | SHUTDOWN        | !                | !            |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT).
 */
import { emit, setup } from 'xstate';
import type {
  ApplicationId,
  ContainerId,
  ContainerStatus,
  NMContainerStatus,
  NodeState,
  Resource,
  SignalContainerCommand,
} from '@bobbin/common';
import type { NodeUpdateType } from '../rmapp/rm-app-machine.js';

export type RMNodeEvent =
  | {
      readonly type: 'STARTED';
      readonly healthy: boolean;
      readonly containers: readonly NMContainerStatus[];
      readonly runningApplications: readonly ApplicationId[];
    }
  | {
      readonly type: 'STATUS_UPDATE';
      readonly healthy: boolean;
      /** No application has anything left there, and none will. */
      readonly idle: boolean;
      readonly containers: readonly ContainerStatus[];
    }
  | {
      readonly type: 'RECONNECTED';
      /** No application has anything there. */
      readonly idle: boolean;
      readonly capability: Resource;
      readonly containers: readonly NMContainerStatus[];
      readonly runningApplications: readonly ApplicationId[];
    }
  | { readonly type: 'DECOMMISSION' | 'GRACEFUL_DECOMMISSION' | 'RECOMMISSION' | 'EXPIRE' | 'REBOOTING' | 'SHUTDOWN' }
  | { readonly type: 'RESOURCE_UPDATE'; readonly capability: Resource }
  | { readonly type: 'CLEANUP_APP'; readonly app: ApplicationId }
  | { readonly type: 'CLEANUP_CONTAINER'; readonly container: ContainerId }
  | { readonly type: 'UPDATE_CONTAINER'; readonly container: ContainerId; readonly capability: Resource }
  | { readonly type: 'SIGNAL_CONTAINER'; readonly container: ContainerId; readonly command: SignalContainerCommand }
  | { readonly type: 'FINISHED_CONTAINERS_PULLED_BY_AM'; readonly containers: readonly ContainerId[] };

export type RMNodeEffect =
  | { readonly type: 'ADD_TO_SCHEDULER' | 'REMOVE_FROM_SCHEDULER' | 'FREEZE_IN_SCHEDULER' | 'THAW_IN_SCHEDULER' }
  | {
      readonly type: 'ADOPT';
      readonly containers: readonly NMContainerStatus[];
      readonly runningApplications: readonly ApplicationId[];
    }
  | { readonly type: 'PROCESS_CONTAINERS'; readonly containers: readonly ContainerStatus[] }
  | { readonly type: 'SET_CAPABILITY'; readonly capability: Resource; readonly tellScheduler: boolean }
  | { readonly type: 'TELL_APPS'; readonly update: NodeUpdateType }
  | { readonly type: 'DEACTIVATE'; readonly state: NodeState }
  | { readonly type: 'QUEUE_CLEANUP_APP'; readonly app: ApplicationId }
  | { readonly type: 'QUEUE_CLEANUP_CONTAINER'; readonly container: ContainerId }
  | { readonly type: 'QUEUE_UPDATE_CONTAINER'; readonly container: ContainerId; readonly capability: Resource }
  | { readonly type: 'QUEUE_SIGNAL'; readonly container: ContainerId; readonly command: SignalContainerCommand }
  | { readonly type: 'QUEUE_FORGET'; readonly containers: readonly ContainerId[] }
  | { readonly type: 'INVALID_EVENT'; readonly event: RMNodeEvent['type'] };

const { createMachine } = setup({
  types: {
    context: {} as Record<never, never>,
    events: {} as RMNodeEvent,
    emitted: {} as RMNodeEffect,
  },
  guards: {
    healthy: (_, p: { healthy: boolean }) => p.healthy,
    idle: (_, p: { idle: boolean }) => p.idle,
  },
  actions: {
    addToScheduler: emit({ type: 'ADD_TO_SCHEDULER' }),
    removeFromScheduler: emit({ type: 'REMOVE_FROM_SCHEDULER' }),
    freeze: emit({ type: 'FREEZE_IN_SCHEDULER' }),
    thaw: emit({ type: 'THAW_IN_SCHEDULER' }),
    adopt: emit(
      (_, p: { containers: readonly NMContainerStatus[]; runningApplications: readonly ApplicationId[] }) =>
        ({ type: 'ADOPT', containers: p.containers, runningApplications: p.runningApplications }) as const,
    ),
    processContainers: emit(
      (_, p: { containers: readonly ContainerStatus[] }) =>
        ({ type: 'PROCESS_CONTAINERS', containers: p.containers }) as const,
    ),
    setCapability: emit(
      (_, p: { capability: Resource }) =>
        ({ type: 'SET_CAPABILITY', capability: p.capability, tellScheduler: false }) as const,
    ),
    changeCapability: emit(
      (_, p: { capability: Resource }) =>
        ({ type: 'SET_CAPABILITY', capability: p.capability, tellScheduler: true }) as const,
    ),
    tellUsable: emit({ type: 'TELL_APPS', update: 'NODE_USABLE' }),
    tellUnusable: emit({ type: 'TELL_APPS', update: 'NODE_UNUSABLE' }),
    tellDecommissioning: emit({ type: 'TELL_APPS', update: 'NODE_DECOMMISSIONING' }),
    deactivate: emit((_, p: { state: NodeState }) => ({ type: 'DEACTIVATE', state: p.state }) as const),
    queueCleanupApp: emit((_, p: { app: ApplicationId }) => ({ type: 'QUEUE_CLEANUP_APP', app: p.app }) as const),
    queueCleanupContainer: emit(
      (_, p: { container: ContainerId }) => ({ type: 'QUEUE_CLEANUP_CONTAINER', container: p.container }) as const,
    ),
    queueUpdateContainer: emit(
      (_, p: { container: ContainerId; capability: Resource }) =>
        ({ type: 'QUEUE_UPDATE_CONTAINER', container: p.container, capability: p.capability }) as const,
    ),
    queueSignal: emit(
      (_, p: { container: ContainerId; command: SignalContainerCommand }) =>
        ({ type: 'QUEUE_SIGNAL', container: p.container, command: p.command }) as const,
    ),
    queueForget: emit(
      (_, p: { containers: readonly ContainerId[] }) => ({ type: 'QUEUE_FORGET', containers: p.containers }) as const,
    ),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

export const rmNodeMachine = createMachine({
  id: 'rmNode',
  context: {},
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        STARTED: [
          {
            guard: { type: 'healthy', params: ({ event }) => event },
            target: 'RUNNING',
            actions: ['addToScheduler', { type: 'adopt', params: ({ event }) => event }, 'tellUsable'],
          },
          { target: 'UNHEALTHY', actions: { type: 'adopt', params: ({ event }) => event } },
        ],
        DECOMMISSION: {
          target: 'DECOMMISSIONED',
          actions: { type: 'deactivate', params: { state: 'DECOMMISSIONED' } },
        },
        RESOURCE_UPDATE: { actions: { type: 'setCapability', params: ({ event }) => event } },
        FINISHED_CONTAINERS_PULLED_BY_AM: { actions: { type: 'queueForget', params: ({ event }) => event } },
      },
    },
    RUNNING: {
      on: {
        STATUS_UPDATE: [
          {
            guard: { type: 'healthy', params: ({ event }) => event },
            actions: { type: 'processContainers', params: ({ event }) => event },
          },
          {
            target: 'UNHEALTHY',
            actions: [
              { type: 'processContainers', params: ({ event }) => event },
              'removeFromScheduler',
              'tellUnusable',
            ],
          },
        ],
        RECONNECTED: [
          {
            guard: { type: 'idle', params: ({ event }) => event },
            actions: [
              'removeFromScheduler',
              { type: 'setCapability', params: ({ event }) => event },
              'addToScheduler',
              { type: 'adopt', params: ({ event }) => event },
            ],
          },
          {
            actions: [
              { type: 'changeCapability', params: ({ event }) => event },
              { type: 'adopt', params: ({ event }) => event },
            ],
          },
        ],
        DECOMMISSION: {
          target: 'DECOMMISSIONED',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'DECOMMISSIONED' } }],
        },
        GRACEFUL_DECOMMISSION: { target: 'DECOMMISSIONING', actions: ['freeze', 'tellDecommissioning'] },
        EXPIRE: {
          target: 'LOST',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'LOST' } }],
        },
        REBOOTING: {
          target: 'REBOOTED',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'REBOOTED' } }],
        },
        SHUTDOWN: {
          target: 'SHUTDOWN',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'SHUTDOWN' } }],
        },
        RESOURCE_UPDATE: { actions: { type: 'changeCapability', params: ({ event }) => event } },
        CLEANUP_APP: { actions: { type: 'queueCleanupApp', params: ({ event }) => event } },
        CLEANUP_CONTAINER: { actions: { type: 'queueCleanupContainer', params: ({ event }) => event } },
        UPDATE_CONTAINER: { actions: { type: 'queueUpdateContainer', params: ({ event }) => event } },
        SIGNAL_CONTAINER: { actions: { type: 'queueSignal', params: ({ event }) => event } },
        FINISHED_CONTAINERS_PULLED_BY_AM: { actions: { type: 'queueForget', params: ({ event }) => event } },
      },
    },
    UNHEALTHY: {
      on: {
        STATUS_UPDATE: [
          {
            guard: { type: 'healthy', params: ({ event }) => event },
            target: 'RUNNING',
            actions: ['addToScheduler', { type: 'processContainers', params: ({ event }) => event }, 'tellUsable'],
          },
          { actions: { type: 'processContainers', params: ({ event }) => event } },
        ],
        RECONNECTED: { actions: { type: 'setCapability', params: ({ event }) => event } },
        DECOMMISSION: {
          target: 'DECOMMISSIONED',
          actions: { type: 'deactivate', params: { state: 'DECOMMISSIONED' } },
        },
        GRACEFUL_DECOMMISSION: { target: 'DECOMMISSIONING', actions: 'tellDecommissioning' },
        EXPIRE: { target: 'LOST', actions: { type: 'deactivate', params: { state: 'LOST' } } },
        REBOOTING: { target: 'REBOOTED', actions: { type: 'deactivate', params: { state: 'REBOOTED' } } },
        SHUTDOWN: { target: 'SHUTDOWN', actions: { type: 'deactivate', params: { state: 'SHUTDOWN' } } },
        RESOURCE_UPDATE: { actions: { type: 'setCapability', params: ({ event }) => event } },
        CLEANUP_APP: { actions: { type: 'queueCleanupApp', params: ({ event }) => event } },
        CLEANUP_CONTAINER: { actions: { type: 'queueCleanupContainer', params: ({ event }) => event } },
        SIGNAL_CONTAINER: { actions: { type: 'queueSignal', params: ({ event }) => event } },
        FINISHED_CONTAINERS_PULLED_BY_AM: { actions: { type: 'queueForget', params: ({ event }) => event } },
      },
    },
    DECOMMISSIONING: {
      on: {
        STATUS_UPDATE: [
          {
            guard: { type: 'idle', params: ({ event }) => event },
            target: 'DECOMMISSIONED',
            actions: [
              { type: 'processContainers', params: ({ event }) => event },
              'removeFromScheduler',
              'tellUnusable',
              { type: 'deactivate', params: { state: 'DECOMMISSIONED' } },
            ],
          },
          { actions: { type: 'processContainers', params: ({ event }) => event } },
        ],
        RECONNECTED: [
          {
            guard: { type: 'idle', params: ({ event }) => event },
            target: 'DECOMMISSIONED',
            actions: [
              'removeFromScheduler',
              'tellUnusable',
              { type: 'deactivate', params: { state: 'DECOMMISSIONED' } },
            ],
          },
          { actions: [{ type: 'adopt', params: ({ event }) => event }, 'freeze'] },
        ],
        DECOMMISSION: {
          target: 'DECOMMISSIONED',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'DECOMMISSIONED' } }],
        },
        GRACEFUL_DECOMMISSION: {},
        RECOMMISSION: { target: 'RUNNING', actions: ['thaw', 'tellUsable'] },
        EXPIRE: {
          target: 'LOST',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'LOST' } }],
        },
        REBOOTING: {
          target: 'REBOOTED',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'REBOOTED' } }],
        },
        SHUTDOWN: {
          target: 'SHUTDOWN',
          actions: ['removeFromScheduler', 'tellUnusable', { type: 'deactivate', params: { state: 'SHUTDOWN' } }],
        },
        RESOURCE_UPDATE: { actions: { type: 'setCapability', params: ({ event }) => event } },
        CLEANUP_APP: { actions: { type: 'queueCleanupApp', params: ({ event }) => event } },
        CLEANUP_CONTAINER: { actions: { type: 'queueCleanupContainer', params: ({ event }) => event } },
        FINISHED_CONTAINERS_PULLED_BY_AM: { actions: { type: 'queueForget', params: ({ event }) => event } },
      },
    },
    DECOMMISSIONED: { on: { RESOURCE_UPDATE: {}, FINISHED_CONTAINERS_PULLED_BY_AM: {} } },
    LOST: { on: { RESOURCE_UPDATE: {}, FINISHED_CONTAINERS_PULLED_BY_AM: {} } },
    REBOOTED: { on: { RESOURCE_UPDATE: {}, FINISHED_CONTAINERS_PULLED_BY_AM: {} } },
    SHUTDOWN: { on: { RESOURCE_UPDATE: {}, FINISHED_CONTAINERS_PULLED_BY_AM: {} } },
  },
});
