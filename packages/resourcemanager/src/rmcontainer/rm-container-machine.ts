/**
 * RMContainer: one container as the ResourceManager sees it. Hadoop: resourcemanager/rmcontainer/RMContainerImpl.java. Carried out
 * by `rm-container.ts`. ALLOCATED is given to an attempt that has not asked yet; ACQUIRED is in the AM's hands, with a token; RUNNING
 * is what a node has reported. One that never was acquired is unknown to its node, so nobody there is told of its end.
 *
 * | state     | START     | RESERVED | ACQUIRED | RECOVER           | KILL   | RELEASED | EXPIRE  | LAUNCHED |
 * | --------- | --------- | -------- | -------- | ----------------- | ------ | -------- | ------- | -------- |
 * | NEW       | ALLOCATED | RESERVED | ACQUIRED | COMPLETED/RUNNING | KILLED | !        | !       | !        |
 * | RESERVED  | ALLOCATED | .        | !        | !                 | KILLED | RELEASED | !       | !        |
 * | ALLOCATED | !         | !        | ACQUIRED | !                 | KILLED | !        | EXPIRED | !        |
 * | ACQUIRED  | !         | !        | .        | !                 | KILLED | RELEASED | EXPIRED | RUNNING  |
 * | RUNNING   | !         | .        | .        | !                 | KILLED | RELEASED | !       | !        |
 * | COMPLETED | !         | !        | !        | !                 | .      | .        | .       | !        |
 * | EXPIRED   | !         | !        | !        | !                 | .      | .        | !       | !        |
 * | RELEASED  | !         | !        | !        | !                 | .      | .        | .       | !        |
 * | KILLED    | !         | !        | .        | !                 | .      | .        | .       | !        |
 *
 * | state     | FINISHED  | ACQUIRE_UPDATED_CONTAINER | NM_DONE_CHANGE_RESOURCE |
 * | --------- | --------- | ------------------------- | ----------------------- |
 * | NEW       | !         | !                         | !                       |
 * | RESERVED  | !         | !                         | !                       |
 * | ALLOCATED | !         | !                         | !                       |
 * | ACQUIRED  | COMPLETED | !                         | !                       |
 * | RUNNING   | COMPLETED | =                         | RUNNING                 |
 * | COMPLETED | !         | !                         | !                       |
 * | EXPIRED   | !         | !                         | !                       |
 * | RELEASED  | .         | !                         | !                       |
 * | KILLED    | .         | !                         | !                       |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT).
 */
import { assign, emit, setup } from 'xstate';
import type { ContainerStatus, Resource } from '@bobbin/common';

export type RMContainerState =
  'NEW' | 'RESERVED' | 'ALLOCATED' | 'ACQUIRED' | 'RUNNING' | 'COMPLETED' | 'EXPIRED' | 'RELEASED' | 'KILLED';

export type RMContainerEvent =
  | { readonly type: 'START' | 'RESERVED' | 'ACQUIRED' | 'LAUNCHED' }
  | { readonly type: 'FINISHED' | 'RELEASED' | 'EXPIRE' | 'KILL'; readonly status: ContainerStatus }
  | {
      readonly type: 'RECOVER';
      /** As its node reports it. */
      readonly status: ContainerStatus;
    }
  | { readonly type: 'ACQUIRE_UPDATED_CONTAINER'; readonly resource: Resource }
  | { readonly type: 'NM_DONE_CHANGE_RESOURCE'; readonly resource: Resource };

export type RMContainerEffect =
  | { readonly type: 'TELL_ATTEMPT_ALLOCATED' | 'WATCH_LAUNCH' | 'UNWATCH_LAUNCH' | 'TELL_APP_RUNNING_ON_NODE' }
  | { readonly type: 'CLEAN_UP_ON_NODE' }
  | { readonly type: 'SHRINK_ON_NODE'; readonly resource: Resource }
  | { readonly type: 'FINISH'; readonly status: ContainerStatus }
  | { readonly type: 'INVALID_EVENT'; readonly event: RMContainerEvent['type'] };

export interface RMContainerContext {
  /** What the scheduler holds for it. */
  readonly resource: Resource;
  /** What its node is known to grant; behind `resource` while an increase is on its way. */
  readonly confirmed: Resource;
}

function exceeds(a: Resource, b: Resource): boolean {
  return a.memoryMb > b.memoryMb || a.vcores > b.vcores;
}

const { createMachine } = setup({
  types: {
    context: {} as RMContainerContext,
    events: {} as RMContainerEvent,
    emitted: {} as RMContainerEffect,
    input: {} as { readonly resource: Resource },
  },
  guards: {
    isComplete: (_, p: { readonly status: ContainerStatus }) => p.status.state === 'COMPLETE',
    nodeHasMore: ({ context }, p: { resource: Resource }) => exceeds(p.resource, context.resource),
    nodeHasAll: ({ context }, p: { resource: Resource }) => !exceeds(context.resource, p.resource),
  },
  actions: {
    keepResource: assign({ resource: (_, p: { resource: Resource }) => p.resource }),
    keepConfirmed: assign({ confirmed: (_, p: { resource: Resource }) => p.resource }),
    confirmAll: assign({ confirmed: ({ context }) => context.resource }),
    tellAttempt: emit({ type: 'TELL_ATTEMPT_ALLOCATED' }),
    watchLaunch: emit({ type: 'WATCH_LAUNCH' }),
    unwatchLaunch: emit({ type: 'UNWATCH_LAUNCH' }),
    tellApp: emit({ type: 'TELL_APP_RUNNING_ON_NODE' }),
    cleanUp: emit({ type: 'CLEAN_UP_ON_NODE' }),
    shrinkOnNode: emit(({ context }) => ({ type: 'SHRINK_ON_NODE', resource: context.resource }) as const),
    finish: emit((_, p: { readonly status: ContainerStatus }) => ({ type: 'FINISH', status: p.status }) as const),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

export const rmContainerMachine = createMachine({
  id: 'rmContainer',
  context: ({ input }) => ({ resource: input.resource, confirmed: input.resource }),
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        START: { target: 'ALLOCATED', actions: 'tellAttempt' },
        RESERVED: 'RESERVED',
        ACQUIRED: { target: 'ACQUIRED', actions: ['watchLaunch', 'tellApp'] },
        RECOVER: [
          {
            guard: { type: 'isComplete', params: ({ event }) => event },
            target: 'COMPLETED',
            actions: { type: 'finish', params: ({ event }) => event },
          },
          { target: 'RUNNING', actions: 'tellApp' },
        ],
        KILL: 'KILLED',
      },
    },
    RESERVED: {
      on: {
        START: { target: 'ALLOCATED', actions: 'tellAttempt' },
        RESERVED: {},
        RELEASED: 'RELEASED',
        KILL: 'KILLED',
      },
    },
    ALLOCATED: {
      on: {
        ACQUIRED: { target: 'ACQUIRED', actions: ['watchLaunch', 'tellApp'] },
        EXPIRE: { target: 'EXPIRED', actions: { type: 'finish', params: ({ event }) => event } },
        KILL: { target: 'KILLED', actions: { type: 'finish', params: ({ event }) => event } },
      },
    },
    ACQUIRED: {
      on: {
        LAUNCHED: { target: 'RUNNING', actions: 'unwatchLaunch' },
        FINISHED: { target: 'COMPLETED', actions: ['unwatchLaunch', { type: 'finish', params: ({ event }) => event }] },
        RELEASED: {
          target: 'RELEASED',
          actions: ['unwatchLaunch', 'cleanUp', { type: 'finish', params: ({ event }) => event }],
        },
        EXPIRE: {
          target: 'EXPIRED',
          actions: ['unwatchLaunch', 'cleanUp', { type: 'finish', params: ({ event }) => event }],
        },
        KILL: {
          target: 'KILLED',
          actions: ['unwatchLaunch', 'cleanUp', { type: 'finish', params: ({ event }) => event }],
        },
        ACQUIRED: {},
      },
    },
    RUNNING: {
      on: {
        FINISHED: { target: 'COMPLETED', actions: { type: 'finish', params: ({ event }) => event } },
        RELEASED: {
          target: 'RELEASED',
          actions: ['cleanUp', { type: 'finish', params: ({ event }) => event }],
        },
        KILL: {
          target: 'KILLED',
          actions: ['cleanUp', { type: 'finish', params: ({ event }) => event }],
        },
        ACQUIRE_UPDATED_CONTAINER: { actions: [{ type: 'keepResource', params: ({ event }) => event }, 'watchLaunch'] },
        NM_DONE_CHANGE_RESOURCE: [
          { guard: { type: 'nodeHasMore', params: ({ event }) => event }, actions: ['confirmAll', 'shrinkOnNode'] },
          { guard: { type: 'nodeHasAll', params: ({ event }) => event }, actions: ['confirmAll', 'unwatchLaunch'] },
          { actions: { type: 'keepConfirmed', params: ({ event }) => event } },
        ],
        RESERVED: {},
        ACQUIRED: {},
      },
    },
    COMPLETED: { on: { EXPIRE: {}, RELEASED: {}, KILL: {} } },
    EXPIRED: { on: { RELEASED: {}, KILL: {} } },
    RELEASED: { on: { EXPIRE: {}, RELEASED: {}, KILL: {}, FINISHED: {} } },
    KILLED: { on: { EXPIRE: {}, RELEASED: {}, KILL: {}, ACQUIRED: {}, FINISHED: {} } },
  },
});
