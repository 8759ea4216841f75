/**
 * Container: one container on this node, from the accepted request to the moment its folder is gone.
 * Hadoop: nodemanager/containermanager/container/ContainerImpl.java. Carried out by `container.ts`.
 *
 * | state                          | INIT_CONTAINER                                | RESOURCE_LOCALIZED                          | RESOURCE_FAILED     | KILL_CONTAINER | CONTAINER_RESOURCES_CLEANEDUP |
 * | ------------------------------ | --------------------------------------------- | ------------------------------------------- | ------------------- | -------------- | ----------------------------- |
 * | NEW                            | DONE/LOCALIZATION_FAILED/SCHEDULED/LOCALIZING | !                                           | !                   | DONE/KILLING   | !                             |
 * | LOCALIZING                     | !                                             | SCHEDULED/LOCALIZING                        | LOCALIZATION_FAILED | KILLING        | !                             |
 * | LOCALIZATION_FAILED            | !                                             | .                                           | .                   | .              | DONE                          |
 * | SCHEDULED                      | !                                             | !                                           | !                   | KILLING        | !                             |
 * | RUNNING                        | !                                             | =                                           | =                   | KILLING        | !                             |
 * | RELAUNCHING                    | !                                             | !                                           | !                   | KILLING        | !                             |
 * | REINITIALIZING                 | !                                             | REINITIALIZING_AWAITING_KILL/REINITIALIZING | RUNNING             | KILLING        | !                             |
 * | REINITIALIZING_AWAITING_KILL   | !                                             | !                                           | !                   | KILLING        | !                             |
 * | PAUSING                        | !                                             | =                                           | !                   | KILLING        | !                             |
 * | PAUSED                         | !                                             | =                                           | !                   | KILLING        | !                             |
 * | RESUMING                       | !                                             | =                                           | !                   | KILLING        | !                             |
 * | KILLING                        | .                                             | .                                           | .                   | .              | DONE                          |
 * | EXITED_WITH_SUCCESS            | .                                             | !                                           | !                   | .              | DONE                          |
 * | EXITED_WITH_FAILURE            | .                                             | !                                           | !                   | .              | DONE                          |
 * | CONTAINER_CLEANEDUP_AFTER_KILL | .                                             | !                                           | .                   | .              | DONE                          |
 * | DONE                           | .                                             | !                                           | .                   | .              | !                             |
 *
 * | state                          | CONTAINER_LAUNCHED | CONTAINER_EXITED_WITH_SUCCESS | CONTAINER_EXITED_WITH_FAILURE             | CONTAINER_KILLED_ON_REQUEST    |
 * | ------------------------------ | ------------------ | ----------------------------- | ----------------------------------------- | ------------------------------ |
 * | SCHEDULED                      | RUNNING            | !                             | EXITED_WITH_FAILURE                       | !                              |
 * | RUNNING                        | !                  | EXITED_WITH_SUCCESS           | RELAUNCHING/SCHEDULED/EXITED_WITH_FAILURE | EXITED_WITH_FAILURE            |
 * | RELAUNCHING                    | RUNNING            | !                             | EXITED_WITH_FAILURE                       | !                              |
 * | REINITIALIZING                 | !                  | EXITED_WITH_SUCCESS           | EXITED_WITH_FAILURE                       | !                              |
 * | REINITIALIZING_AWAITING_KILL   | !                  | EXITED_WITH_SUCCESS           | EXITED_WITH_FAILURE                       | SCHEDULED                      |
 * | PAUSING                        | !                  | EXITED_WITH_SUCCESS           | EXITED_WITH_FAILURE                       | EXITED_WITH_FAILURE            |
 * | PAUSED                         | !                  | EXITED_WITH_SUCCESS           | EXITED_WITH_FAILURE                       | EXITED_WITH_FAILURE            |
 * | RESUMING                       | !                  | EXITED_WITH_SUCCESS           | EXITED_WITH_FAILURE                       | EXITED_WITH_FAILURE            |
 * | KILLING                        | .                  | EXITED_WITH_SUCCESS           | EXITED_WITH_FAILURE                       | CONTAINER_CLEANEDUP_AFTER_KILL |
 * | EXITED_WITH_SUCCESS            | !                  | !                             | !                                         | .                              |
 * | EXITED_WITH_FAILURE            | !                  | !                             | !                                         | .                              |
 * | CONTAINER_CLEANEDUP_AFTER_KILL | !                  | .                             | .                                         | .                              |
 * | DONE                           | !                  | .                             | .                                         | .                              |
 *
 * | state                          | REINITIALIZE_CONTAINER                              | ROLLBACK_REINIT                                     | UPDATE_CONTAINER_TOKEN | UPDATE_DIAGNOSTICS_MSG |
 * | ------------------------------ | --------------------------------------------------- | --------------------------------------------------- | ---------------------- | ---------------------- |
 * | NEW                            | !                                                   | !                                                   | =                      | =                      |
 * | LOCALIZING                     | !                                                   | !                                                   | =                      | =                      |
 * | LOCALIZATION_FAILED            | !                                                   | !                                                   | .                      | =                      |
 * | SCHEDULED                      | !                                                   | !                                                   | =                      | =                      |
 * | RUNNING                        | RUNNING/REINITIALIZING_AWAITING_KILL/REINITIALIZING | RUNNING/REINITIALIZING_AWAITING_KILL/REINITIALIZING | =                      | =                      |
 * | RELAUNCHING                    | !                                                   | !                                                   | =                      | =                      |
 * | REINITIALIZING                 | !                                                   | !                                                   | =                      | =                      |
 * | REINITIALIZING_AWAITING_KILL   | !                                                   | !                                                   | =                      | =                      |
 * | PAUSING                        | !                                                   | !                                                   | =                      | =                      |
 * | PAUSED                         | !                                                   | !                                                   | =                      | =                      |
 * | RESUMING                       | !                                                   | !                                                   | =                      | =                      |
 * | KILLING                        | !                                                   | !                                                   | .                      | =                      |
 * | EXITED_WITH_SUCCESS            | !                                                   | !                                                   | .                      | =                      |
 * | EXITED_WITH_FAILURE            | !                                                   | !                                                   | .                      | =                      |
 * | CONTAINER_CLEANEDUP_AFTER_KILL | !                                                   | !                                                   | .                      | =                      |
 * | DONE                           | !                                                   | !                                                   | .                      | =                      |
 *
 * | state                          | PAUSE_CONTAINER | CONTAINER_PAUSED | RESUME_CONTAINER | CONTAINER_RESUMED | RECOVER_PAUSED_CONTAINER |
 * | ------------------------------ | --------------- | ---------------- | ---------------- | ----------------- | ------------------------ |
 * | LOCALIZATION_FAILED            | .               | !                | !                | !                 | !                        |
 * | SCHEDULED                      | !               | !                | !                | !                 | PAUSED                   |
 * | RUNNING                        | PAUSING         | !                | !                | !                 | !                        |
 * | RELAUNCHING                    | KILLING         | !                | !                | !                 | !                        |
 * | REINITIALIZING                 | PAUSING         | !                | !                | !                 | !                        |
 * | REINITIALIZING_AWAITING_KILL   | SCHEDULED       | !                | !                | !                 | !                        |
 * | PAUSING                        | !               | PAUSED           | !                | !                 | !                        |
 * | PAUSED                         | .               | !                | RESUMING         | !                 | !                        |
 * | RESUMING                       | !               | !                | !                | RUNNING           | !                        |
 * | KILLING                        | .               | !                | !                | !                 | !                        |
 * | EXITED_WITH_SUCCESS            | .               | !                | !                | !                 | !                        |
 * | EXITED_WITH_FAILURE            | .               | !                | !                | !                 | !                        |
 * | CONTAINER_CLEANEDUP_AFTER_KILL | .               | !                | !                | !                 | !                        |
 * | DONE                           | .               | !                | !                | !                 | !                        |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT). Nothing sends the events of pausing, updating and
 * re-initialising yet. The reason of a kill outlives whatever code the process ends with: who decided is what users ask.
 */
import { assign, emit, setup } from 'xstate';
import { ContainerExitStatus, type ContainerLaunchContext, type Resource } from '@bobbin/common';

/** When a failed process is started again in the same container. Hadoop: ContainerRetryContext. */
export interface ContainerRetryPolicy {
  readonly policy: 'NEVER_RETRY' | 'RETRY_ON_ALL_ERRORS' | 'RETRY_ON_SPECIFIC_ERROR_CODES';
  readonly errorCodes: readonly number[];
  /** -1: for ever. */
  readonly maxRetries: number;
  readonly intervalMs: number;
  /** Restarts longer ago do not count; -1: all count. */
  readonly failuresValidityIntervalMs: number;
}

export const NEVER_RETRY: ContainerRetryPolicy = {
  policy: 'NEVER_RETRY',
  errorCodes: [],
  maxRetries: 0,
  intervalMs: 0,
  failuresValidityIntervalMs: -1,
};

/** What a container that an earlier NodeManager had accepted was found as; absent for a new one. */
export type RecoveredAs = 'COMPLETED' | 'KILLED_BEFORE_LAUNCH' | 'LAUNCHED' | 'REQUESTED';

/** A resource as this container got it. */
export interface LocalizedFile {
  /** Key of the resource. */
  readonly resource: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Whether it was on this node before. */
  readonly cached: boolean;
}

export type ContainerEvent =
  | {
      readonly type: 'INIT_CONTAINER';
      /** Keys of the resources to fetch. */
      readonly resources: readonly string[];
      /** Why the request cannot be met, for instance a resource without an address. */
      readonly invalid?: string;
    }
  | { readonly type: 'KILL_CONTAINER'; readonly exitStatus: number; readonly diagnostics: string }
  | { readonly type: 'UPDATE_DIAGNOSTICS_MSG'; readonly diagnostics: string }
  | { readonly type: 'UPDATE_CONTAINER_TOKEN'; readonly resource: Resource; readonly version: number }
  | ({ readonly type: 'RESOURCE_LOCALIZED' } & LocalizedFile)
  | { readonly type: 'RESOURCE_FAILED'; readonly resource: string; readonly diagnostics: string }
  | {
      readonly type:
        | 'CONTAINER_RESOURCES_CLEANEDUP'
        | 'CONTAINER_LAUNCHED'
        | 'CONTAINER_EXITED_WITH_SUCCESS'
        | 'PAUSE_CONTAINER'
        | 'RESUME_CONTAINER'
        | 'CONTAINER_PAUSED'
        | 'CONTAINER_RESUMED'
        | 'RECOVER_PAUSED_CONTAINER';
    }
  | {
      readonly type: 'CONTAINER_EXITED_WITH_FAILURE' | 'CONTAINER_KILLED_ON_REQUEST';
      readonly exitStatus: number;
      readonly diagnostics: string;
      readonly atMs: number;
    }
  | {
      readonly type: 'REINITIALIZE_CONTAINER' | 'ROLLBACK_REINIT';
      readonly launchContext: ContainerLaunchContext;
      readonly resources: readonly string[];
      readonly invalid?: string;
      /** Whether the present launch context is kept to fall back to. */
      readonly keepPrevious: boolean;
    };

export type ContainerEffect =
  | { readonly type: 'INIT_AUX_SERVICES' }
  | { readonly type: 'REQUEST_RESOURCES'; readonly resources: readonly string[] }
  /** Answered by CONTAINER_LAUNCHED and then one of the exits, or by CONTAINER_EXITED_WITH_FAILURE alone. */
  | { readonly type: 'LAUNCH' }
  | { readonly type: 'RELAUNCH'; readonly delayMs: number }
  /** TERM, then KILL; answered by an exit. */
  | { readonly type: 'KILL_PROCESS' }
  | { readonly type: 'PAUSE_PROCESS' | 'RESUME_PROCESS' }
  | { readonly type: 'START_MONITORING' | 'STOP_MONITORING' }
  /** A resource that came while the container runs. */
  | { readonly type: 'LINK_RESOURCE'; readonly resource: string; readonly path: string }
  /** Release the resources, delete the folder; answered by CONTAINER_RESOURCES_CLEANEDUP. */
  | { readonly type: 'CLEANUP_RESOURCES' }
  /** Store the outcome, tell application, services and RM. */
  | { readonly type: 'FINISH' }
  | { readonly type: 'STORE_TOKEN' }
  | { readonly type: 'INVALID_EVENT'; readonly event: ContainerEvent['type'] };

export interface ContainerInput {
  readonly launchContext: ContainerLaunchContext;
  readonly resource: Resource;
  readonly version: number;
  readonly retry: ContainerRetryPolicy;
  /** The oldest characters beyond this are cut. */
  readonly maxDiagnosticsChars: number;
  readonly recovered?: {
    readonly as: RecoveredAs;
    /** Of one that is over. */
    readonly exitStatus?: number;
  };
}

interface Context extends ContainerInput {
  /** Keys of the resources that are not there yet. */
  readonly pending: readonly string[];
  readonly localized: readonly LocalizedFile[];
  readonly exitStatus: number;
  readonly diagnostics: string;
  readonly restartsAtMs: readonly number[];
  /** What runs after the kill of a re-initialisation. */
  readonly next: ContainerLaunchContext | undefined;
  /** What a failed re-initialisation falls back to. */
  readonly previous: ContainerLaunchContext | undefined;
}

interface Reason {
  readonly exitStatus: number;
  readonly diagnostics: string;
}
interface Reinit {
  readonly launchContext: ContainerLaunchContext;
  readonly resources: readonly string[];
  readonly invalid?: string;
  readonly keepPrevious: boolean;
}

const isSet = (exitStatus: number): boolean => exitStatus !== ContainerExitStatus.INVALID;

function append(context: Context, text: string): string {
  if (text === '') return context.diagnostics;
  const all = context.diagnostics + (text.endsWith('\n') ? text : `${text}\n`);
  return all.length > context.maxDiagnosticsChars ? all.slice(-context.maxDiagnosticsChars) : all;
}

function retriesLeft(context: Context, exitStatus: number, atMs: number): boolean {
  const { policy, errorCodes, maxRetries, failuresValidityIntervalMs } = context.retry;
  if (policy === 'NEVER_RETRY') return false;
  if (policy === 'RETRY_ON_SPECIFIC_ERROR_CODES' && !errorCodes.includes(exitStatus)) return false;
  const counting = context.restartsAtMs.filter(
    (at) => failuresValidityIntervalMs < 0 || at > atMs - failuresValidityIntervalMs,
  );
  return maxRetries < 0 || counting.length < maxRetries;
}

const { createMachine } = setup({
  types: {
    context: {} as Context,
    events: {} as ContainerEvent,
    emitted: {} as ContainerEffect,
    input: {} as ContainerInput,
  },
  guards: {
    wasOver: ({ context: { recovered } }) => recovered?.as === 'COMPLETED' || recovered?.as === 'KILLED_BEFORE_LAUNCH',
    wasLaunched: ({ context }) => context.recovered?.as === 'LAUNCHED',
    isInvalid: (_, p: { invalid?: string }) => p.invalid !== undefined,
    needsNothing: (_, p: { resources: readonly string[] }) => p.resources.length === 0,
    isLastPending: ({ context }, p: { resource: string }) => context.pending.every((r) => r === p.resource),
    willRetry: ({ context }, p: { exitStatus: number; atMs: number }) => retriesLeft(context, p.exitStatus, p.atMs),
    canRollBack: ({ context }) => context.previous !== undefined,
  },
  actions: {
    keepPending: assign({ pending: (_, p: { resources: readonly string[] }) => p.resources }),
    keepLocalized: assign(({ context }, { resource, path, sizeBytes, cached }: LocalizedFile) => ({
      pending: context.pending.filter((r) => r !== resource),
      localized: [...context.localized, { resource, path, sizeBytes, cached }],
    })),
    keepDiagnostics: assign({
      diagnostics: ({ context }, p: { diagnostics: string }) => append(context, p.diagnostics),
    }),
    keepInvalid: assign({ diagnostics: ({ context }, p: { invalid?: string }) => append(context, p.invalid ?? '') }),
    /** The first status stays: a kill's reason is not overwritten by the code the killed process ends with. */
    keepExit: assign(({ context }, p: Reason) => ({
      exitStatus: isSet(context.exitStatus) ? context.exitStatus : p.exitStatus,
      diagnostics: append(context, p.diagnostics),
    })),
    keepSuccess: assign({
      exitStatus: ({ context }) => (isSet(context.exitStatus) ? context.exitStatus : ContainerExitStatus.SUCCESS),
    }),
    keepRecoveredExit: assign({
      exitStatus: ({ context }) => context.recovered?.exitStatus ?? ContainerExitStatus.ABORTED,
    }),
    keepToken: assign((_, p: { resource: Resource; version: number }) => ({
      resource: p.resource,
      version: p.version,
    })),
    keepRestart: assign({ restartsAtMs: ({ context }, p: { atMs: number }) => [...context.restartsAtMs, p.atMs] }),
    planReinit: assign(({ context }, p: Reinit) => ({
      next: p.launchContext,
      previous: p.keepPrevious ? context.launchContext : undefined,
      pending: p.resources,
    })),
    dropReinit: assign({ next: undefined, previous: undefined, pending: [] }),
    swap: assign(({ context }) => ({ launchContext: context.next ?? context.launchContext, next: undefined })),
    rollBack: assign(({ context }) => ({
      launchContext: context.previous ?? context.launchContext,
      previous: undefined,
    })),
    initAuxServices: emit({ type: 'INIT_AUX_SERVICES' }),
    requestResources: emit((_, p: { resources: readonly string[] }) => {
      return { type: 'REQUEST_RESOURCES', resources: p.resources } as const;
    }),
    launch: emit({ type: 'LAUNCH' }),
    relaunch: emit(({ context }) => ({ type: 'RELAUNCH', delayMs: context.retry.intervalMs }) as const),
    killProcess: emit({ type: 'KILL_PROCESS' }),
    pauseProcess: emit({ type: 'PAUSE_PROCESS' }),
    resumeProcess: emit({ type: 'RESUME_PROCESS' }),
    startMonitoring: emit({ type: 'START_MONITORING' }),
    stopMonitoring: emit({ type: 'STOP_MONITORING' }),
    linkResource: emit(
      (_, p: LocalizedFile) => ({ type: 'LINK_RESOURCE', resource: p.resource, path: p.path }) as const,
    ),
    cleanupResources: emit({ type: 'CLEANUP_RESOURCES' }),
    finish: emit({ type: 'FINISH' }),
    storeToken: emit({ type: 'STORE_TOKEN' }),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

// Arcs that many states share. Each is the same decision wherever it stands.
const params = <E>({ event }: { readonly event: E }): E => event;

const diagnose = { actions: { type: 'keepDiagnostics', params } } as const;
const updateToken = { actions: [{ type: 'keepToken', params }, 'storeToken'] } as const;
const kill = {
  target: 'KILLING',
  actions: [{ type: 'keepExit', params }, 'killProcess'],
} as const;
const exitedWell = {
  target: 'EXITED_WITH_SUCCESS',
  actions: ['keepSuccess', 'stopMonitoring', 'cleanupResources'],
} as const;
const exitedBadly = {
  target: 'EXITED_WITH_FAILURE',
  actions: [{ type: 'keepExit', params }, 'stopMonitoring', 'cleanupResources'],
} as const;
const killedFromOutside = {
  target: 'EXITED_WITH_FAILURE',
  actions: [{ type: 'keepExit', params }, 'stopMonitoring', 'cleanupResources'],
} as const;
const linkLate = { actions: { type: 'linkResource', params } } as const;
const cleanedUp = { target: 'DONE', actions: 'finish' } as const;
const wasOver = { guard: 'wasOver', target: 'DONE', actions: ['keepRecoveredExit', 'finish'] } as const;

export const containerMachine = createMachine({
  id: 'container',
  context: ({ input }) => ({
    ...input,
    pending: [],
    localized: [],
    exitStatus: ContainerExitStatus.INVALID,
    diagnostics: '',
    restartsAtMs: [],
    next: undefined,
    previous: undefined,
  }),
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        INIT_CONTAINER: [
          wasOver,
          {
            guard: { type: 'isInvalid', params: ({ event }) => event },
            target: 'LOCALIZATION_FAILED',
            actions: [{ type: 'keepInvalid', params: ({ event }) => event }, 'cleanupResources'],
          },
          // Its files are linked and in use: nothing is fetched, the launcher takes the process back.
          {
            guard: 'wasLaunched',
            target: 'SCHEDULED',
            actions: ['initAuxServices', 'launch'],
          },
          {
            guard: { type: 'needsNothing', params: ({ event }) => event },
            target: 'SCHEDULED',
            actions: ['initAuxServices', 'launch'],
          },
          {
            target: 'LOCALIZING',
            actions: [
              { type: 'keepPending', params: ({ event }) => event },
              'initAuxServices',
              { type: 'requestResources', params: ({ event }) => event },
            ],
          },
        ],
        // It may come before the application is ready again: an earlier NodeManager's process must be found even so.
        KILL_CONTAINER: [
          wasOver,
          {
            guard: 'wasLaunched',
            target: 'KILLING',
            actions: [{ type: 'keepExit', params: ({ event }) => event }, 'launch', 'killProcess'],
          },
          { target: 'DONE', actions: [{ type: 'keepExit', params: ({ event }) => event }, 'finish'] },
        ],
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    LOCALIZING: {
      on: {
        RESOURCE_LOCALIZED: [
          {
            guard: { type: 'isLastPending', params: ({ event }) => event },
            target: 'SCHEDULED',
            actions: [{ type: 'keepLocalized', params: ({ event }) => event }, 'launch'],
          },
          { actions: { type: 'keepLocalized', params: ({ event }) => event } },
        ],
        RESOURCE_FAILED: {
          target: 'LOCALIZATION_FAILED',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'cleanupResources'],
        },
        // There is no process yet.
        KILL_CONTAINER: {
          target: 'KILLING',
          actions: [{ type: 'keepExit', params: ({ event }) => event }, 'cleanupResources'],
        },
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    LOCALIZATION_FAILED: {
      on: {
        CONTAINER_RESOURCES_CLEANEDUP: cleanedUp,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: {},
        KILL_CONTAINER: {},
        PAUSE_CONTAINER: {},
        RESOURCE_LOCALIZED: {},
        RESOURCE_FAILED: {},
      },
    },
    SCHEDULED: {
      on: {
        CONTAINER_LAUNCHED: { target: 'RUNNING', actions: 'startMonitoring' },
        RECOVER_PAUSED_CONTAINER: { target: 'PAUSED', actions: 'startMonitoring' },
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        KILL_CONTAINER: kill,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    RUNNING: {
      on: {
        CONTAINER_EXITED_WITH_SUCCESS: exitedWell,
        CONTAINER_EXITED_WITH_FAILURE: [
          {
            guard: { type: 'willRetry', params: ({ event }) => event },
            target: 'RELAUNCHING',
            actions: [
              { type: 'keepDiagnostics', params: ({ event }) => event },
              { type: 'keepRestart', params: ({ event }) => event },
              'stopMonitoring',
              'relaunch',
            ],
          },
          {
            guard: 'canRollBack',
            target: 'SCHEDULED',
            actions: [
              { type: 'keepDiagnostics', params: ({ event }) => event },
              'stopMonitoring',
              'rollBack',
              'launch',
            ],
          },
          exitedBadly,
        ],
        CONTAINER_KILLED_ON_REQUEST: killedFromOutside,
        KILL_CONTAINER: kill,
        REINITIALIZE_CONTAINER: [
          {
            guard: { type: 'isInvalid', params: ({ event }) => event },
            target: 'RUNNING',
            actions: { type: 'keepInvalid', params: ({ event }) => event },
          },
          {
            guard: { type: 'needsNothing', params: ({ event }) => event },
            target: 'REINITIALIZING_AWAITING_KILL',
            actions: [{ type: 'planReinit', params: ({ event }) => event }, 'killProcess'],
          },
          {
            target: 'REINITIALIZING',
            actions: [
              { type: 'planReinit', params: ({ event }) => event },
              { type: 'requestResources', params: ({ event }) => event },
            ],
          },
        ],
        ROLLBACK_REINIT: [
          {
            guard: { type: 'isInvalid', params: ({ event }) => event },
            target: 'RUNNING',
            actions: { type: 'keepInvalid', params: ({ event }) => event },
          },
          {
            guard: { type: 'needsNothing', params: ({ event }) => event },
            target: 'REINITIALIZING_AWAITING_KILL',
            actions: [{ type: 'planReinit', params: ({ event }) => event }, 'killProcess'],
          },
          {
            target: 'REINITIALIZING',
            actions: [
              { type: 'planReinit', params: ({ event }) => event },
              { type: 'requestResources', params: ({ event }) => event },
            ],
          },
        ],
        RESOURCE_LOCALIZED: linkLate,
        RESOURCE_FAILED: { actions: { type: 'keepDiagnostics', params: ({ event }) => event } },
        PAUSE_CONTAINER: { target: 'PAUSING', actions: 'pauseProcess' },
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    RELAUNCHING: {
      on: {
        CONTAINER_LAUNCHED: { target: 'RUNNING', actions: 'startMonitoring' },
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        KILL_CONTAINER: kill,
        // A process that is about to start cannot be paused.
        PAUSE_CONTAINER: { target: 'KILLING', actions: 'killProcess' },
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    REINITIALIZING: {
      on: {
        RESOURCE_LOCALIZED: [
          {
            guard: { type: 'isLastPending', params: ({ event }) => event },
            target: 'REINITIALIZING_AWAITING_KILL',
            actions: [{ type: 'keepLocalized', params: ({ event }) => event }, 'killProcess'],
          },
          { actions: { type: 'keepLocalized', params: ({ event }) => event } },
        ],
        RESOURCE_FAILED: {
          target: 'RUNNING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'dropReinit'],
        },
        CONTAINER_EXITED_WITH_SUCCESS: exitedWell,
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        KILL_CONTAINER: kill,
        PAUSE_CONTAINER: { target: 'PAUSING', actions: 'pauseProcess' },
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    REINITIALIZING_AWAITING_KILL: {
      on: {
        CONTAINER_KILLED_ON_REQUEST: { target: 'SCHEDULED', actions: ['stopMonitoring', 'swap', 'launch'] },
        CONTAINER_EXITED_WITH_SUCCESS: exitedWell,
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        KILL_CONTAINER: kill,
        PAUSE_CONTAINER: { target: 'SCHEDULED' },
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    PAUSING: {
      on: {
        CONTAINER_PAUSED: { target: 'PAUSED' },
        CONTAINER_EXITED_WITH_SUCCESS: exitedWell,
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        CONTAINER_KILLED_ON_REQUEST: killedFromOutside,
        KILL_CONTAINER: kill,
        RESOURCE_LOCALIZED: linkLate,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    PAUSED: {
      on: {
        RESUME_CONTAINER: { target: 'RESUMING', actions: 'resumeProcess' },
        PAUSE_CONTAINER: {},
        CONTAINER_EXITED_WITH_SUCCESS: exitedWell,
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        CONTAINER_KILLED_ON_REQUEST: killedFromOutside,
        KILL_CONTAINER: kill,
        RESOURCE_LOCALIZED: linkLate,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    RESUMING: {
      on: {
        CONTAINER_RESUMED: { target: 'RUNNING' },
        CONTAINER_EXITED_WITH_SUCCESS: exitedWell,
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        CONTAINER_KILLED_ON_REQUEST: killedFromOutside,
        KILL_CONTAINER: kill,
        RESOURCE_LOCALIZED: linkLate,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        UPDATE_CONTAINER_TOKEN: updateToken,
      },
    },
    KILLING: {
      on: {
        CONTAINER_KILLED_ON_REQUEST: {
          target: 'CONTAINER_CLEANEDUP_AFTER_KILL',
          actions: [{ type: 'keepExit', params: ({ event }) => event }, 'stopMonitoring', 'cleanupResources'],
        },
        CONTAINER_EXITED_WITH_SUCCESS: exitedWell,
        CONTAINER_EXITED_WITH_FAILURE: exitedBadly,
        CONTAINER_RESOURCES_CLEANEDUP: cleanedUp,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        INIT_CONTAINER: {},
        KILL_CONTAINER: {},
        CONTAINER_LAUNCHED: {},
        PAUSE_CONTAINER: {},
        // The clean-up releases every resource that was asked for, whether it had come or not.
        RESOURCE_LOCALIZED: {},
        RESOURCE_FAILED: {},
        UPDATE_CONTAINER_TOKEN: {},
      },
    },
    EXITED_WITH_SUCCESS: {
      on: {
        CONTAINER_RESOURCES_CLEANEDUP: cleanedUp,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        INIT_CONTAINER: {},
        KILL_CONTAINER: {},
        PAUSE_CONTAINER: {},
        CONTAINER_KILLED_ON_REQUEST: {},
        UPDATE_CONTAINER_TOKEN: {},
      },
    },
    EXITED_WITH_FAILURE: {
      on: {
        CONTAINER_RESOURCES_CLEANEDUP: cleanedUp,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        INIT_CONTAINER: {},
        KILL_CONTAINER: {},
        PAUSE_CONTAINER: {},
        CONTAINER_KILLED_ON_REQUEST: {},
        UPDATE_CONTAINER_TOKEN: {},
      },
    },
    CONTAINER_CLEANEDUP_AFTER_KILL: {
      on: {
        CONTAINER_RESOURCES_CLEANEDUP: cleanedUp,
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        INIT_CONTAINER: {},
        KILL_CONTAINER: {},
        PAUSE_CONTAINER: {},
        CONTAINER_KILLED_ON_REQUEST: {},
        CONTAINER_EXITED_WITH_SUCCESS: {},
        CONTAINER_EXITED_WITH_FAILURE: {},
        RESOURCE_FAILED: {},
        UPDATE_CONTAINER_TOKEN: {},
      },
    },
    DONE: {
      on: {
        UPDATE_DIAGNOSTICS_MSG: diagnose,
        INIT_CONTAINER: {},
        KILL_CONTAINER: {},
        PAUSE_CONTAINER: {},
        CONTAINER_KILLED_ON_REQUEST: {},
        CONTAINER_EXITED_WITH_SUCCESS: {},
        CONTAINER_EXITED_WITH_FAILURE: {},
        RESOURCE_FAILED: {},
        UPDATE_CONTAINER_TOKEN: {},
      },
    },
  },
});
