/**
 * Application: what this node knows of an application while it has, or had, containers here.
 * Hadoop: nodemanager/containermanager/application/ApplicationImpl.java. Carried out by `application.ts`.
 *
 * | state                            | INIT_APPLICATION | INIT_CONTAINER | APPLICATION_INITED | FINISH_APPLICATION |
 * | -------------------------------- | ---------------- | -------------- | ------------------ | ------------------ |
 * | NEW                              | INITING          | =              | !                  | !                  |
 * | INITING                          | !                | =              | RUNNING            | APPLICATION_RESOURCES_CLEANINGUP/FINISHING_CONTAINERS_WAIT |
 * | RUNNING                          | !                | =              | !                  | APPLICATION_RESOURCES_CLEANINGUP/FINISHING_CONTAINERS_WAIT |
 * | FINISHING_CONTAINERS_WAIT        | !                | =              | .                  | .                  |
 * | APPLICATION_RESOURCES_CLEANINGUP | !                | =              | .                  | .                  |
 * | FINISHED                         | !                | =              | !                  | .                  |
 *
 * | state                            | APPLICATION_CONTAINER_FINISHED | APPLICATION_RESOURCES_CLEANEDUP |
 * | -------------------------------- | ------------------------------ | ------------------------------- |
 * | NEW                              | !                              | !                               |
 * | INITING                          | =                              | !                               |
 * | RUNNING                          | =                              | !                               |
 * | FINISHING_CONTAINERS_WAIT        | APPLICATION_RESOURCES_CLEANINGUP/FINISHING_CONTAINERS_WAIT | ! |
 * | APPLICATION_RESOURCES_CLEANINGUP | .                              | FINISHED                        |
 * | FINISHED                         | .                              | !                               |
 *
 * | state                            | APPLICATION_LOG_HANDLING_INITED | APPLICATION_LOG_HANDLING_FAILED | APPLICATION_LOG_HANDLING_FINISHED |
 * | -------------------------------- | ------------------------------- | ------------------------------- | --------------------------------- |
 * | NEW                              | !                               | !                               | !                                 |
 * | INITING                          | =                               | =                               | !                                 |
 * | RUNNING                          | !                               | !                               | !                                 |
 * | FINISHING_CONTAINERS_WAIT        | .                               | .                               | !                                 |
 * | APPLICATION_RESOURCES_CLEANINGUP | .                               | .                               | .                                 |
 * | FINISHED                         | .                               | =                               | =                                 |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT).
 */
import { assign, emit, setup } from 'xstate';
import type { ContainerId } from '@bobbin/common';

export type ApplicationEvent =
  | {
      readonly type:
        | 'INIT_APPLICATION'
        | 'APPLICATION_INITED'
        | 'APPLICATION_RESOURCES_CLEANEDUP'
        | 'APPLICATION_LOG_HANDLING_INITED'
        | 'APPLICATION_LOG_HANDLING_FINISHED'
        | 'APPLICATION_LOG_HANDLING_FAILED';
    }
  | { readonly type: 'INIT_CONTAINER' | 'APPLICATION_CONTAINER_FINISHED'; readonly container: ContainerId }
  | { readonly type: 'FINISH_APPLICATION'; readonly diagnostics: string };

export type ApplicationEffect =
  | {
      readonly type:
        | 'START_LOG_HANDLING'
        /** Make the application's local directories; answered by APPLICATION_INITED. */
        | 'INIT_RESOURCES'
        /** Delete them and stop it in the auxiliary services; answered by APPLICATION_RESOURCES_CLEANEDUP. */
        | 'CLEANUP_RESOURCES'
        | 'FINISH_LOG_HANDLING'
        /** The node may drop every trace but the logs. */
        | 'FORGET';
    }
  | { readonly type: 'INIT_CONTAINERS'; readonly containers: readonly ContainerId[] }
  /** Each ends with exit status -107. */
  | { readonly type: 'KILL_CONTAINERS'; readonly containers: readonly ContainerId[]; readonly diagnostics: string }
  | { readonly type: 'INVALID_EVENT'; readonly event: ApplicationEvent['type'] };

interface Context {
  /** Known and not yet finished. */
  readonly containers: readonly ContainerId[];
}

const { createMachine } = setup({
  types: { context: {} as Context, events: {} as ApplicationEvent, emitted: {} as ApplicationEffect },
  guards: {
    noContainers: ({ context }) => context.containers.length === 0,
    isLast: ({ context }, p: { container: ContainerId }) => context.containers.every((c) => c === p.container),
  },
  actions: {
    addContainer: assign({
      containers: ({ context }, p: { container: ContainerId }) => [...context.containers, p.container],
    }),
    dropContainer: assign({
      containers: ({ context }, p: { container: ContainerId }) => context.containers.filter((c) => c !== p.container),
    }),
    startLogHandling: emit({ type: 'START_LOG_HANDLING' }),
    initResources: emit({ type: 'INIT_RESOURCES' }),
    initOne: emit(
      (_, p: { container: ContainerId }) => ({ type: 'INIT_CONTAINERS', containers: [p.container] }) as const,
    ),
    initAll: emit(({ context }) => ({ type: 'INIT_CONTAINERS', containers: context.containers }) as const),
    killAll: emit(({ context }, p: { diagnostics: string }) => {
      return { type: 'KILL_CONTAINERS', containers: context.containers, diagnostics: p.diagnostics } as const;
    }),
    refuse: emit((_, p: { container: ContainerId }) => {
      const diagnostics = 'the application is finishing on this node';
      return { type: 'KILL_CONTAINERS', containers: [p.container], diagnostics } as const;
    }),
    cleanupResources: emit({ type: 'CLEANUP_RESOURCES' }),
    finishLogHandling: emit({ type: 'FINISH_LOG_HANDLING' }),
    forget: emit({ type: 'FORGET' }),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

/** A container that comes too late is killed by its own machine; it never joins. */
const refuseContainer = {
  actions: { type: 'refuse', params: <E>({ event }: { readonly event: E }): E => event },
} as const;

export const applicationMachine = createMachine({
  id: 'application',
  context: { containers: [] },
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        INIT_APPLICATION: { target: 'INITING', actions: 'startLogHandling' },
        INIT_CONTAINER: { actions: { type: 'addContainer', params: ({ event }) => event } },
      },
    },
    INITING: {
      on: {
        INIT_CONTAINER: { actions: { type: 'addContainer', params: ({ event }) => event } },
        // A failed log handler means no logs for this application, not no application.
        APPLICATION_LOG_HANDLING_INITED: { actions: 'initResources' },
        APPLICATION_LOG_HANDLING_FAILED: { actions: 'initResources' },
        APPLICATION_INITED: { target: 'RUNNING', actions: 'initAll' },
        APPLICATION_CONTAINER_FINISHED: { actions: { type: 'dropContainer', params: ({ event }) => event } },
        FINISH_APPLICATION: [
          { guard: 'noContainers', target: 'APPLICATION_RESOURCES_CLEANINGUP', actions: 'cleanupResources' },
          { target: 'FINISHING_CONTAINERS_WAIT', actions: { type: 'killAll', params: ({ event }) => event } },
        ],
      },
    },
    RUNNING: {
      on: {
        INIT_CONTAINER: {
          actions: [
            { type: 'addContainer', params: ({ event }) => event },
            { type: 'initOne', params: ({ event }) => event },
          ],
        },
        APPLICATION_CONTAINER_FINISHED: { actions: { type: 'dropContainer', params: ({ event }) => event } },
        FINISH_APPLICATION: [
          { guard: 'noContainers', target: 'APPLICATION_RESOURCES_CLEANINGUP', actions: 'cleanupResources' },
          { target: 'FINISHING_CONTAINERS_WAIT', actions: { type: 'killAll', params: ({ event }) => event } },
        ],
      },
    },
    FINISHING_CONTAINERS_WAIT: {
      on: {
        APPLICATION_CONTAINER_FINISHED: [
          {
            guard: { type: 'isLast', params: ({ event }) => event },
            target: 'APPLICATION_RESOURCES_CLEANINGUP',
            actions: [{ type: 'dropContainer', params: ({ event }) => event }, 'cleanupResources'],
          },
          { actions: { type: 'dropContainer', params: ({ event }) => event } },
        ],
        INIT_CONTAINER: refuseContainer,
        APPLICATION_LOG_HANDLING_INITED: {},
        APPLICATION_LOG_HANDLING_FAILED: {},
        APPLICATION_INITED: {},
        FINISH_APPLICATION: {},
      },
    },
    APPLICATION_RESOURCES_CLEANINGUP: {
      on: {
        APPLICATION_RESOURCES_CLEANEDUP: { target: 'FINISHED', actions: 'finishLogHandling' },
        INIT_CONTAINER: refuseContainer,
        APPLICATION_CONTAINER_FINISHED: {},
        APPLICATION_LOG_HANDLING_INITED: {},
        APPLICATION_LOG_HANDLING_FAILED: {},
        APPLICATION_LOG_HANDLING_FINISHED: {},
        APPLICATION_INITED: {},
        FINISH_APPLICATION: {},
      },
    },
    FINISHED: {
      on: {
        APPLICATION_LOG_HANDLING_FINISHED: { actions: 'forget' },
        APPLICATION_LOG_HANDLING_FAILED: { actions: 'forget' },
        INIT_CONTAINER: refuseContainer,
        APPLICATION_LOG_HANDLING_INITED: {},
        APPLICATION_CONTAINER_FINISHED: {},
        FINISH_APPLICATION: {},
      },
    },
  },
});
