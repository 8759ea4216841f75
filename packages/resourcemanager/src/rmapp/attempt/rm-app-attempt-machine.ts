/**
 * RMAppAttempt: one run of an application's AM, from the ask for its container to its last word. Hadoop:
 * resourcemanager/rmapp/attempt/RMAppAttemptImpl.java. Carried out by `rm-app-attempt.ts`. The master container is stored before
 * it is launched, and each end before anyone is told of it (FINAL_SAVING). A finished container that is not the AM's is kept for
 * the AM, also after the end: the next attempt may inherit it.
 *
 * | state                     | START     | RECOVER                         | REGISTERED   | KILL         |
 * | ------------------------- | --------- | ------------------------------- | ------------ | ------------ |
 * | NEW                       | SUBMITTED | FINISHED/FAILED/KILLED/LAUNCHED | FINAL_SAVING | FINAL_SAVING |
 * | SUBMITTED                 | !         | !                               | FINAL_SAVING | FINAL_SAVING |
 * | SCHEDULED                 | !         | !                               | !            | FINAL_SAVING |
 * | ALLOCATED_SAVING          | !         | !                               | !            | FINAL_SAVING |
 * | ALLOCATED                 | !         | !                               | RUNNING      | FINAL_SAVING |
 * | LAUNCHED_UNMANAGED_SAVING | !         | !                               | FINAL_SAVING | FINAL_SAVING |
 * | LAUNCHED                  | !         | !                               | RUNNING      | FINAL_SAVING |
 * | RUNNING                   | !         | !                               | .            | FINAL_SAVING |
 * | FINAL_SAVING              | !         | !                               | !            | .            |
 * | FINISHING                 | !         | !                               | !            | .            |
 * | FINISHED                  | !         | !                               | !            | .            |
 * | FAILED                    | !         | !                               | .            | .            |
 * | KILLED                    | !         | !                               | .            | .            |
 *
 * | state                     | FAIL         | ATTEMPT_ADDED                       | CONTAINER_ALLOCATED        |
 * | ------------------------- | ------------ | ----------------------------------- | -------------------------- |
 * | NEW                       | FINAL_SAVING | !                                   | !                          |
 * | SUBMITTED                 | FINAL_SAVING | LAUNCHED_UNMANAGED_SAVING/SCHEDULED | !                          |
 * | SCHEDULED                 | FINAL_SAVING | !                                   | ALLOCATED_SAVING/SCHEDULED |
 * | ALLOCATED_SAVING          | FINAL_SAVING | !                                   | !                          |
 * | ALLOCATED                 | FINAL_SAVING | !                                   | !                          |
 * | LAUNCHED_UNMANAGED_SAVING | FINAL_SAVING | !                                   | !                          |
 * | LAUNCHED                  | FINAL_SAVING | !                                   | !                          |
 * | RUNNING                   | FINAL_SAVING | !                                   | .                          |
 * | FINAL_SAVING              | .            | .                                   | .                          |
 * | FINISHING                 | .            | !                                   | .                          |
 * | FINISHED                  | .            | !                                   | .                          |
 * | FAILED                    | .            | !                                   | .                          |
 * | KILLED                    | .            | .                                   | .                          |
 *
 * | state                     | CONTAINER_FINISHED    | ATTEMPT_NEW_SAVED | LAUNCHED | LAUNCH_FAILED |
 * | ------------------------- | --------------------- | ----------------- | -------- | ------------- |
 * | NEW                       | !                     | !                 | !        | !             |
 * | SUBMITTED                 | !                     | !                 | !        | !             |
 * | SCHEDULED                 | FINAL_SAVING          | !                 | !        | !             |
 * | ALLOCATED_SAVING          | FINAL_SAVING          | ALLOCATED         | !        | !             |
 * | ALLOCATED                 | FINAL_SAVING          | !                 | LAUNCHED | FINAL_SAVING  |
 * | LAUNCHED_UNMANAGED_SAVING | !                     | LAUNCHED          | !        | !             |
 * | LAUNCHED                  | FINAL_SAVING/LAUNCHED | !                 | !        | !             |
 * | RUNNING                   | FINAL_SAVING/RUNNING  | !                 | .        | !             |
 * | FINAL_SAVING              | FINAL_SAVING          | .                 | .        | .             |
 * | FINISHING                 | FINISHED/FINISHING    | !                 | .        | !             |
 * | FINISHED                  | =                     | !                 | .        | !             |
 * | FAILED                    | =                     | !                 | .        | .             |
 * | KILLED                    | =                     | !                 | .        | .             |
 *
 * | state                     | EXPIRE       | UNREGISTERED | STATUS_UPDATE | ATTEMPT_UPDATE_SAVED             |
 * | ------------------------- | ------------ | ------------ | ------------- | -------------------------------- |
 * | NEW                       | !            | !            | !             | !                                |
 * | SUBMITTED                 | !            | !            | !             | !                                |
 * | SCHEDULED                 | !            | !            | !             | !                                |
 * | ALLOCATED_SAVING          | !            | !            | !             | !                                |
 * | ALLOCATED                 | !            | !            | !             | !                                |
 * | LAUNCHED_UNMANAGED_SAVING | !            | !            | !             | !                                |
 * | LAUNCHED                  | FINAL_SAVING | !            | !             | !                                |
 * | RUNNING                   | FINAL_SAVING | FINAL_SAVING | RUNNING       | !                                |
 * | FINAL_SAVING              | =            | .            | .             | FINISHING/FINISHED/KILLED/FAILED |
 * | FINISHING                 | FINISHED     | .            | .             | !                                |
 * | FINISHED                  | .            | .            | !             | !                                |
 * | FAILED                    | .            | .            | .             | !                                |
 * | KILLED                    | .            | .            | .             | !                                |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT).
 */
import { assign, emit, setup } from 'xstate';
import type {
  ApplicationAttemptId,
  Container,
  ContainerId,
  ContainerStatus,
  FinalApplicationStatus,
  NodeId,
} from '@bobbin/common';

export type RMAppAttemptFinalState = 'FINISHED' | 'FAILED' | 'KILLED';

export type RMAppAttemptState =
  | 'NEW'
  | 'SUBMITTED'
  | 'SCHEDULED'
  | 'ALLOCATED_SAVING'
  | 'ALLOCATED'
  | 'LAUNCHED_UNMANAGED_SAVING'
  | 'LAUNCHED'
  | 'RUNNING'
  | 'FINAL_SAVING'
  | 'FINISHING'
  | RMAppAttemptFinalState;

export type RMAppAttemptEvent =
  | { readonly type: 'START'; readonly keepContainers: boolean }
  | { readonly type: 'ATTEMPT_ADDED' | 'ATTEMPT_NEW_SAVED' | 'ATTEMPT_UPDATE_SAVED' | 'LAUNCHED' | 'EXPIRE' }
  | { readonly type: 'KILL' | 'FAIL' | 'LAUNCH_FAILED'; readonly diagnostics: string }
  | { readonly type: 'CONTAINER_ALLOCATED'; readonly container?: Container }
  | { readonly type: 'CONTAINER_FINISHED'; readonly nodeId: NodeId; readonly status: ContainerStatus }
  | { readonly type: 'REGISTERED'; readonly host: string; readonly rpcPort: number; readonly trackingUrl: string }
  | { readonly type: 'STATUS_UPDATE'; readonly progress: number; readonly trackingUrl?: string }
  | {
      readonly type: 'UNREGISTERED';
      readonly finalStatus: FinalApplicationStatus;
      readonly diagnostics: string;
      readonly trackingUrl: string;
    }
  | {
      readonly type: 'RECOVER';
      /** As stored; where only the application's end was stored, that end. */
      readonly finalState?: RMAppAttemptFinalState;
      readonly masterContainer?: Container;
      readonly finalStatus: FinalApplicationStatus;
      readonly diagnostics: string;
      readonly trackingUrl: string;
      readonly exitStatus: number;
    };

export interface AttemptOutcome {
  readonly state: RMAppAttemptFinalState;
  readonly finalStatus: FinalApplicationStatus;
  readonly diagnostics: string;
  readonly trackingUrl: string;
  /** Of the AM's container; -1000 where it is not known. */
  readonly exitStatus: number;
}

export type RMAppAttemptEffect =
  | { readonly type: 'REGISTER_WITH_AM_SERVICE' }
  | { readonly type: 'ADD_TO_SCHEDULER'; readonly keepContainers: boolean; readonly recovering: boolean }
  | { readonly type: 'ASK_FOR_AM_CONTAINER' | 'SAVE_ATTEMPT' | 'LAUNCH_AM' | 'WATCH_AM' | 'WATCH_FINISHING' }
  | { readonly type: 'TELL_LAUNCHED' | 'TELL_REGISTERED' }
  | { readonly type: 'SAVE_TRACKING_URL'; readonly trackingUrl: string }
  | { readonly type: 'SAVE_FINAL'; readonly outcome: AttemptOutcome }
  | { readonly type: 'TELL_UNREGISTERED'; readonly outcome: AttemptOutcome }
  | { readonly type: 'KEEP_FINISHED' | 'ACK_AM_CONTAINER'; readonly nodeId: NodeId; readonly status: ContainerStatus }
  | { readonly type: 'FINISH'; readonly outcome: AttemptOutcome; readonly recovered: boolean }
  | { readonly type: 'INVALID_EVENT'; readonly event: RMAppAttemptEvent['type'] };

export interface RMAppAttemptContext {
  readonly attemptId: ApplicationAttemptId;
  readonly unmanaged: boolean;
  readonly masterContainer: Container | undefined;
  /** `N/A` and -1 until the AM has registered. */
  readonly host: string;
  readonly rpcPort: number;
  readonly trackingUrl: string;
  readonly progress: number;
  readonly finalStatus: FinalApplicationStatus;
  readonly diagnostics: string;
  readonly exitStatus: number;
  /** Where FINAL_SAVING leads. */
  readonly target: RMAppAttemptFinalState | 'FINISHING';
}

type Finished = Extract<RMAppAttemptEvent, { type: 'CONTAINER_FINISHED' }>;
type Registered = Extract<RMAppAttemptEvent, { type: 'REGISTERED' }>;
type Unregistered = Extract<RMAppAttemptEvent, { type: 'UNREGISTERED' }>;
type Recover = Extract<RMAppAttemptEvent, { type: 'RECOVER' }>;

/** The id of the AM's container, as far as it is known. */
function masterId(context: RMAppAttemptContext): ContainerId | undefined {
  return context.masterContainer?.id;
}

function outcomeOf(context: RMAppAttemptContext): AttemptOutcome {
  const { finalStatus, diagnostics, trackingUrl, exitStatus } = context;
  const state = context.target === 'FINISHING' ? 'FINISHED' : context.target;
  return { state, finalStatus, diagnostics, trackingUrl, exitStatus };
}

function crashText(context: RMAppAttemptContext, status: ContainerStatus): string {
  return (
    `AM Container for ${context.attemptId} exited with  exitCode: ${status.exitStatus}\n` +
    `Failing this attempt.Diagnostics: ${status.diagnostics}`
  );
}

const { createMachine } = setup({
  types: {
    context: {} as RMAppAttemptContext,
    events: {} as RMAppAttemptEvent,
    emitted: {} as RMAppAttemptEffect,
    input: {} as { readonly attemptId: ApplicationAttemptId; readonly unmanaged: boolean },
  },
  guards: {
    unmanaged: ({ context }) => context.unmanaged,
    containerGiven: (_, p: { readonly container?: Container }) => p.container !== undefined,
    isAMContainer: ({ context }, p: Finished) => p.status.containerId === masterId(context),
    trackingUrlChanges: ({ context }, p: { readonly trackingUrl?: string }) =>
      p.trackingUrl !== undefined && p.trackingUrl !== context.trackingUrl,
    bound: ({ context }, p: { target: RMAppAttemptContext['target'] }) => context.target === p.target,
    endedAs: (_, p: { event: Recover; state: RMAppAttemptFinalState }) => p.event.finalState === p.state,
  },
  actions: {
    restore: assign((_, p: Recover) => ({
      masterContainer: p.masterContainer,
      finalStatus: p.finalStatus,
      diagnostics: p.diagnostics,
      trackingUrl: p.trackingUrl,
      exitStatus: p.exitStatus,
      target: p.finalState ?? ('FAILED' as const),
    })),
    keepMaster: assign({ masterContainer: (_, p: { readonly container?: Container }) => p.container }),
    keepAddress: assign((_, p: Registered) => ({ host: p.host, rpcPort: p.rpcPort, trackingUrl: p.trackingUrl })),
    keepStatus: assign(({ context }, p: { progress: number; readonly trackingUrl?: string }) => ({
      progress: p.progress,
      trackingUrl: p.trackingUrl ?? context.trackingUrl,
    })),
    keepDiagnostics: assign({ diagnostics: (_, p: { diagnostics: string }) => p.diagnostics }),
    keepCrash: assign(({ context }, p: Finished) => ({
      exitStatus: p.status.exitStatus,
      diagnostics: crashText(context, p.status),
      finalStatus: 'FAILED' as const,
    })),
    keepExit: assign({ exitStatus: (_, p: Finished) => p.status.exitStatus }),
    keepFarewell: assign((_, p: Unregistered) => ({
      finalStatus: p.finalStatus,
      diagnostics: p.diagnostics,
      trackingUrl: p.trackingUrl,
      progress: 1,
    })),
    keepLaunchFailure: assign({
      diagnostics: ({ context }, p: { diagnostics: string }) =>
        `Error launching ${context.attemptId}. Got exception: ${p.diagnostics}`,
    }),
    keepTimeout: assign({
      diagnostics: ({ context }) =>
        `ApplicationMaster for attempt ${context.attemptId} timed out: no call for yarn.am.liveness-monitor.expiry-interval-ms`,
    }),
    keepTooEarly: assign({
      diagnostics: ({ context }) => `ApplicationMaster of ${context.attemptId} registered before it was launched`,
    }),
    aimFailed: assign({ target: 'FAILED', finalStatus: 'FAILED' }),
    aimKilled: assign({ target: 'KILLED', finalStatus: 'KILLED' }),
    aimFinishing: assign({
      target: ({ context }) => (context.unmanaged ? ('FINISHED' as const) : ('FINISHING' as const)),
    }),
    aimPastFinishing: assign({
      target: ({ context }) => (context.target === 'FINISHING' ? ('FINISHED' as const) : context.target),
    }),
    aimFinished: assign({ target: 'FINISHED' }),
    registerWithAMService: emit({ type: 'REGISTER_WITH_AM_SERVICE' }),
    addToScheduler: emit(
      (_, p: { keepContainers: boolean; recovering: boolean }) =>
        ({ type: 'ADD_TO_SCHEDULER', keepContainers: p.keepContainers, recovering: p.recovering }) as const,
    ),
    askForAMContainer: emit({ type: 'ASK_FOR_AM_CONTAINER' }),
    saveAttempt: emit({ type: 'SAVE_ATTEMPT' }),
    launchAM: emit({ type: 'LAUNCH_AM' }),
    watchAM: emit({ type: 'WATCH_AM' }),
    watchFinishing: emit({ type: 'WATCH_FINISHING' }),
    tellLaunched: emit({ type: 'TELL_LAUNCHED' }),
    tellRegistered: emit({ type: 'TELL_REGISTERED' }),
    tellUnregistered: emit(({ context }) => ({ type: 'TELL_UNREGISTERED', outcome: outcomeOf(context) }) as const),
    saveTrackingUrl: emit(
      (_, p: { readonly trackingUrl?: string }) =>
        ({ type: 'SAVE_TRACKING_URL', trackingUrl: p.trackingUrl ?? '' }) as const,
    ),
    saveFinal: emit(({ context }) => ({ type: 'SAVE_FINAL', outcome: outcomeOf(context) }) as const),
    keepFinished: emit((_, p: Finished) => ({ type: 'KEEP_FINISHED', nodeId: p.nodeId, status: p.status }) as const),
    ackAMContainer: emit(
      (_, p: Finished) => ({ type: 'ACK_AM_CONTAINER', nodeId: p.nodeId, status: p.status }) as const,
    ),
    finish: emit(({ context }) => ({ type: 'FINISH', outcome: outcomeOf(context), recovered: false }) as const),
    finishRecovered: emit(({ context }) => ({ type: 'FINISH', outcome: outcomeOf(context), recovered: true }) as const),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

export const rmAppAttemptMachine = createMachine({
  id: 'rmAppAttempt',
  context: ({ input }) => ({
    attemptId: input.attemptId,
    unmanaged: input.unmanaged,
    masterContainer: undefined,
    host: 'N/A',
    rpcPort: -1,
    trackingUrl: '',
    progress: 0,
    finalStatus: 'UNDEFINED',
    diagnostics: '',
    exitStatus: -1000,
    target: 'FAILED',
  }),
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        START: {
          target: 'SUBMITTED',
          actions: [
            'registerWithAMService',
            {
              type: 'addToScheduler',
              params: ({ event }) => ({ keepContainers: event.keepContainers, recovering: false }),
            },
          ],
        },
        RECOVER: [
          {
            guard: { type: 'endedAs', params: ({ event }) => ({ event, state: 'FINISHED' as const }) },
            target: 'FINISHED',
            actions: [{ type: 'restore', params: ({ event }) => event }, 'finishRecovered'],
          },
          {
            guard: { type: 'endedAs', params: ({ event }) => ({ event, state: 'FAILED' as const }) },
            target: 'FAILED',
            actions: [{ type: 'restore', params: ({ event }) => event }, 'finishRecovered'],
          },
          {
            guard: { type: 'endedAs', params: ({ event }) => ({ event, state: 'KILLED' as const }) },
            target: 'KILLED',
            actions: [{ type: 'restore', params: ({ event }) => event }, 'finishRecovered'],
          },
          {
            target: 'LAUNCHED',
            actions: [
              { type: 'restore', params: ({ event }) => event },
              'registerWithAMService',
              { type: 'addToScheduler', params: { keepContainers: true, recovering: true } },
              'watchAM',
            ],
          },
        ],
        REGISTERED: { target: 'FINAL_SAVING', actions: ['keepTooEarly', 'aimFailed', 'saveFinal'] },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
      },
    },
    SUBMITTED: {
      on: {
        ATTEMPT_ADDED: [
          { guard: 'unmanaged', target: 'LAUNCHED_UNMANAGED_SAVING', actions: 'saveAttempt' },
          { target: 'SCHEDULED', actions: 'askForAMContainer' },
        ],
        REGISTERED: { target: 'FINAL_SAVING', actions: ['keepTooEarly', 'aimFailed', 'saveFinal'] },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
      },
    },
    SCHEDULED: {
      on: {
        CONTAINER_ALLOCATED: [
          {
            guard: { type: 'containerGiven', params: ({ event }) => event },
            target: 'ALLOCATED_SAVING',
            actions: [{ type: 'keepMaster', params: ({ event }) => event }, 'saveAttempt'],
          },
          {},
        ],
        CONTAINER_FINISHED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepCrash', params: ({ event }) => event },
            { type: 'ackAMContainer', params: ({ event }) => event },
            'aimFailed',
            'saveFinal',
          ],
        },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
      },
    },
    ALLOCATED_SAVING: {
      on: {
        ATTEMPT_NEW_SAVED: { target: 'ALLOCATED', actions: 'launchAM' },
        CONTAINER_FINISHED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepCrash', params: ({ event }) => event },
            { type: 'ackAMContainer', params: ({ event }) => event },
            'aimFailed',
            'saveFinal',
          ],
        },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
      },
    },
    ALLOCATED: {
      on: {
        LAUNCHED: { target: 'LAUNCHED', actions: ['watchAM', 'tellLaunched'] },
        LAUNCH_FAILED: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepLaunchFailure', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
        REGISTERED: {
          target: 'RUNNING',
          actions: ['watchAM', 'tellLaunched', { type: 'keepAddress', params: ({ event }) => event }, 'tellRegistered'],
        },
        CONTAINER_FINISHED: {
          target: 'FINAL_SAVING',
          actions: [
            { type: 'keepCrash', params: ({ event }) => event },
            { type: 'ackAMContainer', params: ({ event }) => event },
            'aimFailed',
            'saveFinal',
          ],
        },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
      },
    },
    LAUNCHED_UNMANAGED_SAVING: {
      on: {
        ATTEMPT_NEW_SAVED: { target: 'LAUNCHED', actions: ['watchAM', 'tellLaunched'] },
        REGISTERED: { target: 'FINAL_SAVING', actions: ['keepTooEarly', 'aimFailed', 'saveFinal'] },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
      },
    },
    LAUNCHED: {
      on: {
        REGISTERED: {
          target: 'RUNNING',
          actions: [{ type: 'keepAddress', params: ({ event }) => event }, 'tellRegistered'],
        },
        CONTAINER_FINISHED: [
          {
            guard: { type: 'isAMContainer', params: ({ event }) => event },
            target: 'FINAL_SAVING',
            actions: [
              { type: 'keepCrash', params: ({ event }) => event },
              { type: 'ackAMContainer', params: ({ event }) => event },
              'aimFailed',
              'saveFinal',
            ],
          },
          { actions: { type: 'keepFinished', params: ({ event }) => event } },
        ],
        EXPIRE: { target: 'FINAL_SAVING', actions: ['keepTimeout', 'aimFailed', 'saveFinal'] },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
      },
    },
    RUNNING: {
      on: {
        UNREGISTERED: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepFarewell', params: ({ event }) => event }, 'aimFinishing', 'saveFinal'],
        },
        STATUS_UPDATE: [
          {
            guard: { type: 'trackingUrlChanges', params: ({ event }) => event },
            actions: [
              { type: 'keepStatus', params: ({ event }) => event },
              { type: 'saveTrackingUrl', params: ({ event }) => event },
            ],
          },
          { actions: { type: 'keepStatus', params: ({ event }) => event } },
        ],
        CONTAINER_FINISHED: [
          {
            guard: { type: 'isAMContainer', params: ({ event }) => event },
            target: 'FINAL_SAVING',
            actions: [
              { type: 'keepCrash', params: ({ event }) => event },
              { type: 'ackAMContainer', params: ({ event }) => event },
              'aimFailed',
              'saveFinal',
            ],
          },
          { actions: { type: 'keepFinished', params: ({ event }) => event } },
        ],
        EXPIRE: { target: 'FINAL_SAVING', actions: ['keepTimeout', 'aimFailed', 'saveFinal'] },
        KILL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimKilled', 'saveFinal'],
        },
        FAIL: {
          target: 'FINAL_SAVING',
          actions: [{ type: 'keepDiagnostics', params: ({ event }) => event }, 'aimFailed', 'saveFinal'],
        },
        LAUNCHED: {},
        REGISTERED: {},
        CONTAINER_ALLOCATED: {},
      },
    },
    FINAL_SAVING: {
      on: {
        ATTEMPT_UPDATE_SAVED: [
          {
            guard: { type: 'bound', params: { target: 'FINISHING' } },
            target: 'FINISHING',
            actions: ['tellUnregistered', 'watchFinishing'],
          },
          { guard: { type: 'bound', params: { target: 'FINISHED' } }, target: 'FINISHED', actions: 'finish' },
          { guard: { type: 'bound', params: { target: 'KILLED' } }, target: 'KILLED', actions: 'finish' },
          { target: 'FAILED', actions: 'finish' },
        ],
        CONTAINER_FINISHED: [
          {
            guard: { type: 'isAMContainer', params: ({ event }) => event },
            actions: [
              { type: 'keepExit', params: ({ event }) => event },
              { type: 'ackAMContainer', params: ({ event }) => event },
              'aimPastFinishing',
            ],
          },
          { actions: { type: 'keepFinished', params: ({ event }) => event } },
        ],
        EXPIRE: { actions: 'aimPastFinishing' },
        UNREGISTERED: {},
        STATUS_UPDATE: {},
        LAUNCHED: {},
        LAUNCH_FAILED: {},
        CONTAINER_ALLOCATED: {},
        ATTEMPT_NEW_SAVED: {},
        ATTEMPT_ADDED: {},
        KILL: {},
        FAIL: {},
      },
    },
    FINISHING: {
      on: {
        CONTAINER_FINISHED: [
          {
            guard: { type: 'isAMContainer', params: ({ event }) => event },
            target: 'FINISHED',
            actions: [
              { type: 'keepExit', params: ({ event }) => event },
              { type: 'ackAMContainer', params: ({ event }) => event },
              'aimFinished',
              'finish',
            ],
          },
          { actions: { type: 'keepFinished', params: ({ event }) => event } },
        ],
        EXPIRE: { target: 'FINISHED', actions: ['aimFinished', 'finish'] },
        UNREGISTERED: {},
        STATUS_UPDATE: {},
        LAUNCHED: {},
        CONTAINER_ALLOCATED: {},
        KILL: {},
        FAIL: {},
      },
    },
    FINISHED: {
      on: {
        CONTAINER_FINISHED: { actions: { type: 'keepFinished', params: ({ event }) => event } },
        LAUNCHED: {},
        EXPIRE: {},
        UNREGISTERED: {},
        CONTAINER_ALLOCATED: {},
        KILL: {},
        FAIL: {},
      },
    },
    FAILED: {
      on: {
        CONTAINER_FINISHED: { actions: { type: 'keepFinished', params: ({ event }) => event } },
        LAUNCHED: {},
        LAUNCH_FAILED: {},
        EXPIRE: {},
        REGISTERED: {},
        UNREGISTERED: {},
        STATUS_UPDATE: {},
        CONTAINER_ALLOCATED: {},
        KILL: {},
        FAIL: {},
      },
    },
    KILLED: {
      on: {
        CONTAINER_FINISHED: { actions: { type: 'keepFinished', params: ({ event }) => event } },
        ATTEMPT_ADDED: {},
        LAUNCHED: {},
        LAUNCH_FAILED: {},
        EXPIRE: {},
        REGISTERED: {},
        UNREGISTERED: {},
        STATUS_UPDATE: {},
        CONTAINER_ALLOCATED: {},
        KILL: {},
        FAIL: {},
      },
    },
  },
});
