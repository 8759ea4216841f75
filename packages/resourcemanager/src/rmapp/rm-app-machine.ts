/**
 * RMApp: one application from submission to its end. Hadoop: resourcemanager/rmapp/RMAppImpl.java. Carried out by `rm-app.ts`.
 * A terminal event is first written down: FINAL_SAVING remembers where to go and goes there when the store has said so. A kill
 * can therefore still end FINISHED, when the AM was done first. What clients see of KILLING and FINAL_SAVING is the state before.
 *
 * | state        | START      | RECOVER                                                | KILL         |
 * | ------------ | ---------- | ------------------------------------------------------ | ------------ |
 * | NEW          | NEW_SAVING | FINISHED/FAILED/KILLED/FINAL_SAVING/SUBMITTED/ACCEPTED | KILLED       |
 * | NEW_SAVING   | !          | !                                                      | FINAL_SAVING |
 * | SUBMITTED    | !          | !                                                      | FINAL_SAVING |
 * | ACCEPTED     | !          | !                                                      | KILLING      |
 * | RUNNING      | !          | !                                                      | KILLING      |
 * | KILLING      | !          | !                                                      | .            |
 * | FINAL_SAVING | !          | !                                                      | .            |
 * | FINISHING    | !          | !                                                      | .            |
 * | FINISHED     | !          | !                                                      | .            |
 * | FAILED       | !          | !                                                      | .            |
 * | KILLED       | .          | !                                                      | .            |
 *
 * | state        | APP_REJECTED | NODE_UPDATE | APP_NEW_SAVED | APP_SAVE_FAILED | APP_ACCEPTED |
 * | ------------ | ------------ | ----------- | ------------- | --------------- | ------------ |
 * | NEW          | FINAL_SAVING | =           | !             | !               | !            |
 * | NEW_SAVING   | FINAL_SAVING | =           | SUBMITTED     | FAILED          | !            |
 * | SUBMITTED    | FINAL_SAVING | =           | !             | !               | ACCEPTED     |
 * | ACCEPTED     | !            | =           | !             | !               | !            |
 * | RUNNING      | !            | =           | !             | !               | !            |
 * | KILLING      | !            | .           | !             | !               | !            |
 * | FINAL_SAVING | !            | .           | .             | !               | !            |
 * | FINISHING    | !            | .           | !             | !               | !            |
 * | FINISHED     | !            | .           | !             | !               | !            |
 * | FAILED       | !            | .           | !             | !               | !            |
 * | KILLED       | .            | .           | !             | !               | .            |
 *
 * | state        | ATTEMPT_REGISTERED | ATTEMPT_LAUNCHED | ATTEMPT_FAILED        | ATTEMPT_FINISHED |
 * | ------------ | ------------------ | ---------------- | --------------------- | ---------------- |
 * | NEW          | !                  | !                | !                     | !                |
 * | NEW_SAVING   | !                  | !                | !                     | !                |
 * | SUBMITTED    | !                  | !                | !                     | !                |
 * | ACCEPTED     | RUNNING            | ACCEPTED         | ACCEPTED/FINAL_SAVING | FINAL_SAVING     |
 * | RUNNING      | !                  | !                | ACCEPTED/FINAL_SAVING | FINISHED         |
 * | KILLING      | .                  | .                | FINAL_SAVING          | FINISHED         |
 * | FINAL_SAVING | !                  | !                | !                     | =                |
 * | FINISHING    | !                  | !                | !                     | FINISHED         |
 * | FINISHED     | !                  | !                | !                     | .                |
 * | FAILED       | !                  | !                | !                     | !                |
 * | KILLED       | !                  | !                | .                     | .                |
 *
 * | state        | ATTEMPT_KILLED | APP_RUNNING_ON_NODE | ATTEMPT_UNREGISTERED | APP_UPDATE_SAVED                 |
 * | ------------ | -------------- | ------------------- | -------------------- | -------------------------------- |
 * | NEW          | !              | !                   | !                    | !                                |
 * | NEW_SAVING   | !              | !                   | !                    | !                                |
 * | SUBMITTED    | !              | !                   | !                    | !                                |
 * | ACCEPTED     | FINAL_SAVING   | =                   | !                    | !                                |
 * | RUNNING      | !              | =                   | FINAL_SAVING         | !                                |
 * | KILLING      | FINAL_SAVING   | =                   | FINAL_SAVING         | .                                |
 * | FINAL_SAVING | !              | =                   | !                    | FINISHING/FINISHED/KILLED/FAILED |
 * | FINISHING    | !              | =                   | !                    | !                                |
 * | FINISHED     | !              | =                   | .                    | !                                |
 * | FAILED       | !              | =                   | !                    | !                                |
 * | KILLED       | !              | =                   | !                    | !                                |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT).
 */
import { assign, emit, setup } from 'xstate';
import type { ApplicationId, FinalApplicationStatus, NodeId } from '@bobbin/common';

export type RMAppFinalState = 'FINISHED' | 'FAILED' | 'KILLED';

export type RMAppState =
  | 'NEW'
  | 'NEW_SAVING'
  | 'SUBMITTED'
  | 'ACCEPTED'
  | 'RUNNING'
  | 'KILLING'
  | 'FINAL_SAVING'
  | 'FINISHING'
  | RMAppFinalState;

export type NodeUpdateType = 'NODE_USABLE' | 'NODE_UNUSABLE' | 'NODE_DECOMMISSIONING';

export type RMAppEvent =
  | { readonly type: 'START' | 'APP_ACCEPTED' | 'APP_NEW_SAVED' | 'APP_UPDATE_SAVED' | 'ATTEMPT_REGISTERED' }
  | {
      readonly type: 'RECOVER';
      /** As stored; absent for an application that had not ended. */
      readonly finalState?: RMAppFinalState;
      /** Attempts in the store. */
      readonly attempts: number;
      readonly diagnostics: string;
      /** Why it cannot go on in this ResourceManager (its queue is gone). */
      readonly rejected?: string;
    }
  | { readonly type: 'APP_REJECTED' | 'APP_SAVE_FAILED' | 'KILL'; readonly diagnostics: string }
  | { readonly type: 'ATTEMPT_LAUNCHED'; readonly atMs: number }
  | {
      readonly type: 'ATTEMPT_UNREGISTERED' | 'ATTEMPT_FINISHED';
      readonly finalStatus: FinalApplicationStatus;
      readonly diagnostics: string;
    }
  | { readonly type: 'ATTEMPT_KILLED'; readonly diagnostics: string }
  | {
      readonly type: 'ATTEMPT_FAILED';
      readonly diagnostics: string;
      /** False for what was not the application's fault: preempted, lost node, disk, killed by the RM. */
      readonly counts: boolean;
      readonly atMs: number;
      /** Whether the next attempt takes over the containers of this one. */
      readonly keepContainers: boolean;
    }
  | { readonly type: 'NODE_UPDATE'; readonly nodeId: NodeId; readonly update: NodeUpdateType }
  | { readonly type: 'APP_RUNNING_ON_NODE'; readonly nodeId: NodeId };

export type RMAppEffect =
  | { readonly type: 'SAVE_APP' | 'ADD_TO_SCHEDULER' }
  | { readonly type: 'RECOVER_ATTEMPTS' }
  | { readonly type: 'START_ATTEMPT'; readonly keepContainers: boolean }
  | { readonly type: 'KILL_ATTEMPT'; readonly diagnostics: string }
  | { readonly type: 'SAVE_LAUNCH_TIME'; readonly atMs: number }
  | { readonly type: 'SAVE_FINAL'; readonly state: RMAppFinalState; readonly diagnostics: string }
  | { readonly type: 'REMEMBER_NODE' | 'CLEAN_UP_NODE'; readonly nodeId: NodeId }
  | { readonly type: 'QUEUE_NODE_UPDATE'; readonly nodeId: NodeId; readonly update: NodeUpdateType }
  | { readonly type: 'FINISH'; readonly state: RMAppFinalState }
  | { readonly type: 'INVALID_EVENT'; readonly event: RMAppEvent['type'] };

export interface RMAppContext {
  readonly applicationId: ApplicationId;
  /** Attempts whose failure may count before the application fails; at least 1. */
  readonly maxAttempts: number;
  /** Failures older than this no longer count; -1: all count. */
  readonly validityIntervalMs: number;
  readonly unmanaged: boolean;
  readonly attempts: number;
  readonly failuresAtMs: readonly number[];
  readonly launchTimeMs: number;
  readonly diagnostics: string;
  /** Where FINAL_SAVING leads. */
  readonly target: RMAppFinalState | 'FINISHING';
}

export interface RMAppInput {
  readonly applicationId: ApplicationId;
  readonly maxAttempts: number;
  readonly validityIntervalMs: number;
  readonly unmanaged: boolean;
  /** Times of failures known from the store. */
  readonly failuresAtMs?: readonly number[];
}

type Failure = Extract<RMAppEvent, { type: 'ATTEMPT_FAILED' }>;

function failuresAfter(context: RMAppContext, event: Failure): number[] {
  const all = event.counts ? [...context.failuresAtMs, event.atMs] : [...context.failuresAtMs];
  if (context.validityIntervalMs <= 0) return all;
  return all.filter((atMs) => atMs > event.atMs - context.validityIntervalMs);
}

/** Whether another attempt may follow this failure. One allowed means none again, whatever the cause: its author says it must not run twice. */
export function attemptsLeftAfter(context: RMAppContext, event: Failure): boolean {
  if (context.unmanaged || context.maxAttempts === 1) return false;
  return failuresAfter(context, event).length < context.maxAttempts;
}

function failureText(context: RMAppContext, diagnostics: string): string {
  const id = context.applicationId;
  if (context.unmanaged) return `Unmanaged application ${id} failed due to ${diagnostics}. Failing the application.`;
  return `Application ${id} failed ${context.maxAttempts} times due to ${diagnostics}. Failing the application.`;
}

const { createMachine } = setup({
  types: {
    context: {} as RMAppContext,
    events: {} as RMAppEvent,
    emitted: {} as RMAppEffect,
    input: {} as RMAppInput,
  },
  guards: {
    endedAs: (_, p: { event: { readonly finalState?: RMAppFinalState }; state: RMAppFinalState }) =>
      p.event.finalState === p.state,
    refused: (_, p: { readonly rejected?: string }) => p.rejected !== undefined,
    neverTried: (_, p: { readonly attempts: number }) => p.attempts === 0,
    attemptsLeft: ({ context }, p: Failure) => attemptsLeftAfter(context, p),
    bound: ({ context }, p: { target: RMAppContext['target'] }) => context.target === p.target,
    launchedFirst: ({ context }) => context.launchTimeMs === 0,
  },
  actions: {
    restore: assign({
      attempts: (_, p: { attempts: number; diagnostics: string }) => p.attempts,
      diagnostics: (_, p: { attempts: number; diagnostics: string }) => p.diagnostics,
    }),
    keepDiagnostics: assign({ diagnostics: (_, p: { diagnostics: string }) => p.diagnostics }),
    keepFailure: assign({
      failuresAtMs: ({ context }, p: Failure) => failuresAfter(context, p),
    }),
    keepFailureText: assign({ diagnostics: ({ context }, p: Failure) => failureText(context, p.diagnostics) }),
    keepLaunchTime: assign({ launchTimeMs: (_, p: { atMs: number }) => p.atMs }),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    aimAt: assign({ target: (_, p: { target: RMAppContext['target'] }) => p.target }),
    aimPastFinishing: assign({
      target: ({ context }) => (context.target === 'FINISHING' ? ('FINISHED' as const) : context.target),
    }),
    saveApp: emit({ type: 'SAVE_APP' }),
    saveLaunchTime: emit((_, p: { atMs: number }) => ({ type: 'SAVE_LAUNCH_TIME', atMs: p.atMs }) as const),
    saveFinal: emit(({ context }) => {
      const state = context.target === 'FINISHING' ? 'FINISHED' : context.target;
      return { type: 'SAVE_FINAL', state, diagnostics: context.diagnostics } as const;
    }),
    addToScheduler: emit({ type: 'ADD_TO_SCHEDULER' }),
    recoverAttempts: emit({ type: 'RECOVER_ATTEMPTS' }),
    startAttempt: emit(
      (_, p: { keepContainers: boolean }) => ({ type: 'START_ATTEMPT', keepContainers: p.keepContainers }) as const,
    ),
    killAttempt: emit(
      (_, p: { diagnostics: string }) => ({ type: 'KILL_ATTEMPT', diagnostics: p.diagnostics }) as const,
    ),
    rememberNode: emit((_, p: { nodeId: NodeId }) => ({ type: 'REMEMBER_NODE', nodeId: p.nodeId }) as const),
    cleanUpNode: emit((_, p: { nodeId: NodeId }) => ({ type: 'CLEAN_UP_NODE', nodeId: p.nodeId }) as const),
    queueNodeUpdate: emit(
      (_, p: { nodeId: NodeId; update: NodeUpdateType }) =>
        ({ type: 'QUEUE_NODE_UPDATE', nodeId: p.nodeId, update: p.update }) as const,
    ),
    finish: emit((_, p: { state: RMAppFinalState }) => ({ type: 'FINISH', state: p.state }) as const),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

export const rmAppMachine = createMachine({
  id: 'rmApp',
  context: ({ input }) => ({
    applicationId: input.applicationId,
    maxAttempts: input.maxAttempts,
    validityIntervalMs: input.validityIntervalMs,
    unmanaged: input.unmanaged,
    attempts: 0,
    failuresAtMs: input.failuresAtMs ?? [],
    launchTimeMs: 0,
    diagnostics: '',
    target: 'FAILED',
  }),
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        START: { target: 'NEW_SAVING', actions: 'saveApp' },
        RECOVER: [
          {
            guard: { type: 'endedAs', params: ({ event }) => ({ event, state: 'FINISHED' as const }) },
            target: 'FINISHED',
            actions: [
              { type: 'restore', params: ({ event }) => event },
              'recoverAttempts',
              { type: 'finish', params: { state: 'FINISHED' } },
            ],
          },
          {
            guard: { type: 'endedAs', params: ({ event }) => ({ event, state: 'FAILED' as const }) },
            target: 'FAILED',
            actions: [
              { type: 'restore', params: ({ event }) => event },
              'recoverAttempts',
              { type: 'finish', params: { state: 'FAILED' } },
            ],
          },
          {
            guard: { type: 'endedAs', params: ({ event }) => ({ event, state: 'KILLED' as const }) },
            target: 'KILLED',
            actions: [
              { type: 'restore', params: ({ event }) => event },
              'recoverAttempts',
              { type: 'finish', params: { state: 'KILLED' } },
            ],
          },
          {
            guard: { type: 'refused', params: ({ event }) => event },
            target: 'FINAL_SAVING',
            actions: [
              { type: 'restore', params: ({ event }) => event },
              { type: 'keepDiagnostics', params: ({ event }) => ({ diagnostics: event.rejected ?? '' }) },
              { type: 'aimAt', params: { target: 'FAILED' } },
              'saveFinal',
            ],
          },
          {
            guard: { type: 'neverTried', params: ({ event }) => event },
            target: 'SUBMITTED',
            actions: [{ type: 'restore', params: ({ event }) => event }, 'addToScheduler'],
          },
          {
            target: 'ACCEPTED',
            actions: [{ type: 'restore', params: ({ event }) => event }, 'recoverAttempts'],
          },
        ],
        KILL: {
          target: 'KILLED',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'finish', params: { state: 'KILLED' } },
          ],
        },
        APP_REJECTED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'FAILED' } },
            'saveFinal',
          ],
        },
        NODE_UPDATE: { actions: { type: 'queueNodeUpdate', params: ({ event }) => event } },
      },
    },
    NEW_SAVING: {
      on: {
        APP_NEW_SAVED: { target: 'SUBMITTED', actions: 'addToScheduler' },
        APP_SAVE_FAILED: {
          target: 'FAILED',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'finish', params: { state: 'FAILED' } },
          ],
        },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'KILLED' } },
            'saveFinal',
          ],
        },
        APP_REJECTED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'FAILED' } },
            'saveFinal',
          ],
        },
        NODE_UPDATE: { actions: { type: 'queueNodeUpdate', params: ({ event }) => event } },
      },
    },
    SUBMITTED: {
      on: {
        APP_ACCEPTED: {
          target: 'ACCEPTED',
          actions: ['countAttempt', { type: 'startAttempt', params: { keepContainers: false } }],
        },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'KILLED' } },
            'saveFinal',
          ],
        },
        APP_REJECTED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'FAILED' } },
            'saveFinal',
          ],
        },
        NODE_UPDATE: { actions: { type: 'queueNodeUpdate', params: ({ event }) => event } },
      },
    },
    ACCEPTED: {
      on: {
        ATTEMPT_REGISTERED: 'RUNNING',
        ATTEMPT_LAUNCHED: [
          {
            guard: 'launchedFirst',
            actions: [
              { type: 'keepLaunchTime', params: ({ event }) => event },
              { type: 'saveLaunchTime', params: ({ event }) => event },
            ],
          },
          {},
        ],
        ATTEMPT_FAILED: [
          {
            guard: { type: 'attemptsLeft', params: ({ event }) => event },
            actions: [
              { type: 'keepFailure', params: ({ event }) => event },
              { type: 'keepDiagnostics', params: ({ event }) => event },
              'countAttempt',
              { type: 'startAttempt', params: ({ event }) => event },
            ],
          },
          {
            target: 'FINAL_SAVING',
            actions: [
              { type: 'keepFailure', params: ({ event }) => event },
              { type: 'keepFailureText', params: ({ event }) => event },
              { type: 'aimAt', params: { target: 'FAILED' } },
              'saveFinal',
            ],
          },
        ],
        ATTEMPT_FINISHED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'FINISHED' } },
            'saveFinal',
          ],
        },
        ATTEMPT_KILLED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'KILLED' } },
            'saveFinal',
          ],
        },
        KILL: {
          target: 'KILLING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'killAttempt', params: ({ event }) => event },
          ],
        },
        APP_RUNNING_ON_NODE: { actions: { type: 'rememberNode', params: ({ event }) => event } },
        NODE_UPDATE: { actions: { type: 'queueNodeUpdate', params: ({ event }) => event } },
      },
    },
    RUNNING: {
      on: {
        ATTEMPT_UNREGISTERED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'FINISHING' } },
            'saveFinal',
          ],
        },
        ATTEMPT_FINISHED: {
          target: 'FINISHED',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'finish', params: { state: 'FINISHED' } },
          ],
        },
        ATTEMPT_FAILED: [
          {
            guard: { type: 'attemptsLeft', params: ({ event }) => event },
            target: 'ACCEPTED',
            actions: [
              { type: 'keepFailure', params: ({ event }) => event },
              { type: 'keepDiagnostics', params: ({ event }) => event },
              'countAttempt',
              { type: 'startAttempt', params: ({ event }) => event },
            ],
          },
          {
            target: 'FINAL_SAVING',
            actions: [
              { type: 'keepFailure', params: ({ event }) => event },
              { type: 'keepFailureText', params: ({ event }) => event },
              { type: 'aimAt', params: { target: 'FAILED' } },
              'saveFinal',
            ],
          },
        ],
        KILL: {
          target: 'KILLING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'killAttempt', params: ({ event }) => event },
          ],
        },
        APP_RUNNING_ON_NODE: { actions: { type: 'rememberNode', params: ({ event }) => event } },
        NODE_UPDATE: { actions: { type: 'queueNodeUpdate', params: ({ event }) => event } },
      },
    },
    KILLING: {
      on: {
        ATTEMPT_KILLED: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'aimAt', params: { target: 'KILLED' } }, 'saveFinal'],
        },
        ATTEMPT_UNREGISTERED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'aimAt', params: { target: 'FINISHING' } },
            'saveFinal',
          ],
        },
        ATTEMPT_FINISHED: {
          target: 'FINISHED',
          actions: [
            { type: 'keepDiagnostics', params: ({ event }) => event },
            { type: 'finish', params: { state: 'FINISHED' } },
          ],
        },
        ATTEMPT_FAILED: [
          {
            guard: { type: 'attemptsLeft', params: ({ event }) => event },
            target: 'FINAL_SAVING',
            actions: [
              { type: 'keepFailure', params: ({ event }) => event },
              { type: 'aimAt', params: { target: 'KILLED' } },
              'saveFinal',
            ],
          },
          {
            target: 'FINAL_SAVING',
            actions: [
              { type: 'keepFailure', params: ({ event }) => event },
              { type: 'keepFailureText', params: ({ event }) => event },
              { type: 'aimAt', params: { target: 'FAILED' } },
              'saveFinal',
            ],
          },
        ],
        APP_RUNNING_ON_NODE: { actions: { type: 'rememberNode', params: ({ event }) => event } },
        ATTEMPT_REGISTERED: {},
        ATTEMPT_LAUNCHED: {},
        APP_UPDATE_SAVED: {},
        KILL: {},
        NODE_UPDATE: {},
      },
    },
    FINAL_SAVING: {
      on: {
        APP_UPDATE_SAVED: [
          { guard: { type: 'bound', params: { target: 'FINISHING' } }, target: 'FINISHING' },
          {
            guard: { type: 'bound', params: { target: 'FINISHED' } },
            target: 'FINISHED',
            actions: { type: 'finish', params: { state: 'FINISHED' } },
          },
          {
            guard: { type: 'bound', params: { target: 'KILLED' } },
            target: 'KILLED',
            actions: { type: 'finish', params: { state: 'KILLED' } },
          },
          { target: 'FAILED', actions: { type: 'finish', params: { state: 'FAILED' } } },
        ],
        ATTEMPT_FINISHED: { actions: 'aimPastFinishing' },
        APP_RUNNING_ON_NODE: { actions: { type: 'rememberNode', params: ({ event }) => event } },
        APP_NEW_SAVED: {},
        KILL: {},
        NODE_UPDATE: {},
      },
    },
    FINISHING: {
      on: {
        ATTEMPT_FINISHED: { target: 'FINISHED', actions: { type: 'finish', params: { state: 'FINISHED' } } },
        APP_RUNNING_ON_NODE: { actions: { type: 'rememberNode', params: ({ event }) => event } },
        KILL: {},
        NODE_UPDATE: {},
      },
    },
    FINISHED: {
      on: {
        APP_RUNNING_ON_NODE: { actions: { type: 'cleanUpNode', params: ({ event }) => event } },
        ATTEMPT_UNREGISTERED: {},
        ATTEMPT_FINISHED: {},
        KILL: {},
        NODE_UPDATE: {},
      },
    },
    FAILED: {
      on: {
        APP_RUNNING_ON_NODE: { actions: { type: 'cleanUpNode', params: ({ event }) => event } },
        KILL: {},
        NODE_UPDATE: {},
      },
    },
    KILLED: {
      on: {
        APP_RUNNING_ON_NODE: { actions: { type: 'cleanUpNode', params: ({ event }) => event } },
        START: {},
        APP_ACCEPTED: {},
        APP_REJECTED: {},
        ATTEMPT_FAILED: {},
        ATTEMPT_FINISHED: {},
        KILL: {},
        NODE_UPDATE: {},
      },
    },
  },
});
