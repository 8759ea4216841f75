/**
 * TaskAttempt: one try at a task, from the request for a container to its end. Hadoop: v2.app.job.impl.TaskAttemptImpl.
 * Carried out by TaskAttempt (task-attempt.ts). In the two *_FINISHING_CONTAINER states the result is announced already
 * and only the container's end is awaited. A map that reduces still read (`rerunnable`) may be failed or killed after it
 * succeeded; any other success is final. `announced` keeps a failure from being told twice. One that ran when its AM died comes
 * back as RUNNING; TA_ADOPTED says that its child has found this AM.
 *
 * | state | TA_SCHEDULE | TA_RESCHEDULE | TA_RECOVER                      |
 * | ----- | ----------- | ------------- | ------------------------------- |
 * | NEW   | UNASSIGNED  | UNASSIGNED    | SUCCEEDED/FAILED/RUNNING/KILLED |
 *
 * | state                       | TA_ASSIGNED | TA_CONTAINER_LAUNCHED | TA_CONTAINER_LAUNCH_FAILED | TA_DIAGNOSTICS_UPDATE |
 * | --------------------------- | ----------- | --------------------- | -------------------------- | --------------------- |
 * | NEW                         | !           | !                     | !                          | =                     |
 * | UNASSIGNED                  | ASSIGNED    | !                     | !                          | =                     |
 * | ASSIGNED                    | !           | RUNNING               | FAILED                     | =                     |
 * | RUNNING                     | !           | !                     | !                          | =                     |
 * | COMMIT_PENDING              | !           | !                     | !                          | =                     |
 * | SUCCESS_FINISHING_CONTAINER | !           | !                     | !                          | =                     |
 * | FAIL_FINISHING_CONTAINER    | !           | .                     | .                          | =                     |
 * | SUCCESS_CONTAINER_CLEANUP   | !           | !                     | !                          | =                     |
 * | FAIL_CONTAINER_CLEANUP      | !           | .                     | .                          | =                     |
 * | KILL_CONTAINER_CLEANUP      | !           | .                     | .                          | =                     |
 * | FAIL_TASK_CLEANUP           | !           | .                     | .                          | =                     |
 * | KILL_TASK_CLEANUP           | !           | .                     | .                          | =                     |
 * | SUCCEEDED                   | !           | !                     | !                          | =                     |
 * | FAILED                      | .           | .                     | .                          | =                     |
 * | KILLED                      | .           | .                     | .                          | =                     |
 *
 * | state                       | TA_UPDATE | TA_COMMIT_PENDING | TA_DONE                     | TA_FAILMSG               |
 * | --------------------------- | --------- | ----------------- | --------------------------- | ------------------------ |
 * | ASSIGNED                    | !         | !                 | !                           | FAIL_FINISHING_CONTAINER |
 * | RUNNING                     | =         | COMMIT_PENDING    | SUCCESS_FINISHING_CONTAINER | FAIL_FINISHING_CONTAINER |
 * | COMMIT_PENDING              | =         | .                 | SUCCESS_FINISHING_CONTAINER | FAIL_FINISHING_CONTAINER |
 * | SUCCESS_FINISHING_CONTAINER | .         | .                 | .                           | .                        |
 * | FAIL_FINISHING_CONTAINER    | .         | .                 | .                           | .                        |
 * | SUCCESS_CONTAINER_CLEANUP   | .         | .                 | .                           | .                        |
 * | FAIL_CONTAINER_CLEANUP      | .         | .                 | .                           | .                        |
 * | KILL_CONTAINER_CLEANUP      | .         | .                 | .                           | .                        |
 * | FAIL_TASK_CLEANUP           | .         | .                 | .                           | .                        |
 * | KILL_TASK_CLEANUP           | .         | .                 | .                           | .                        |
 * | SUCCEEDED                   | .         | .                 | .                           | .                        |
 * | FAILED                      | .         | .                 | .                           | .                        |
 * | KILLED                      | .         | .                 | .                           | .                        |
 *
 * | state                       | TA_KILL                                          | TA_FAILMSG_BY_CLIENT   |
 * | --------------------------- | ------------------------------------------------ | ---------------------- |
 * | NEW                         | KILLED                                           | FAILED                 |
 * | UNASSIGNED                  | KILLED                                           | FAILED                 |
 * | ASSIGNED                    | KILL_CONTAINER_CLEANUP                           | FAIL_CONTAINER_CLEANUP |
 * | RUNNING                     | KILL_CONTAINER_CLEANUP                           | FAIL_CONTAINER_CLEANUP |
 * | COMMIT_PENDING              | KILL_CONTAINER_CLEANUP                           | FAIL_CONTAINER_CLEANUP |
 * | SUCCESS_FINISHING_CONTAINER | SUCCESS_CONTAINER_CLEANUP/KILL_CONTAINER_CLEANUP | .                      |
 * | FAIL_FINISHING_CONTAINER    | .                                                | .                      |
 * | SUCCESS_CONTAINER_CLEANUP   | SUCCEEDED/KILLED                                 | .                      |
 * | FAIL_CONTAINER_CLEANUP      | .                                                | .                      |
 * | KILL_CONTAINER_CLEANUP      | .                                                | .                      |
 * | FAIL_TASK_CLEANUP           | .                                                | .                      |
 * | KILL_TASK_CLEANUP           | .                                                | .                      |
 * | SUCCEEDED                   | SUCCEEDED/KILLED                                 | .                      |
 * | FAILED                      | .                                                | .                      |
 * | KILLED                      | .                                                | .                      |
 *
 * | state                       | TA_CONTAINER_COMPLETED | TA_CONTAINER_CLEANED | TA_CLEANUP_DONE |
 * | --------------------------- | ---------------------- | -------------------- | --------------- |
 * | ASSIGNED                    | FAILED                 | KILLED               | !               |
 * | RUNNING                     | FAILED                 | KILLED               | !               |
 * | COMMIT_PENDING              | FAILED                 | KILLED               | !               |
 * | SUCCESS_FINISHING_CONTAINER | SUCCEEDED              | SUCCEEDED            | !               |
 * | FAIL_FINISHING_CONTAINER    | FAILED                 | FAILED               | !               |
 * | SUCCESS_CONTAINER_CLEANUP   | .                      | SUCCEEDED            | !               |
 * | FAIL_CONTAINER_CLEANUP      | .                      | FAIL_TASK_CLEANUP    | !               |
 * | KILL_CONTAINER_CLEANUP      | .                      | KILL_TASK_CLEANUP    | !               |
 * | FAIL_TASK_CLEANUP           | .                      | .                    | FAILED          |
 * | KILL_TASK_CLEANUP           | .                      | .                    | KILLED          |
 * | SUCCEEDED                   | .                      | .                    | !               |
 * | FAILED                      | .                      | .                    | .               |
 * | KILLED                      | .                      | .                    | .               |
 *
 * | state                       | TA_TIMED_OUT              | TA_TOO_MANY_FETCH_FAILURE | TA_PREEMPTED |
 * | --------------------------- | ------------------------- | ------------------------- | ------------ |
 * | RUNNING                     | FAIL_CONTAINER_CLEANUP    | !                         | KILLED       |
 * | COMMIT_PENDING              | FAIL_CONTAINER_CLEANUP    | !                         | !            |
 * | SUCCESS_FINISHING_CONTAINER | SUCCESS_CONTAINER_CLEANUP | FAILED                    | .            |
 * | FAIL_FINISHING_CONTAINER    | FAIL_CONTAINER_CLEANUP    | !                         | .            |
 * | SUCCESS_CONTAINER_CLEANUP   | .                         | FAILED                    | .            |
 * | FAIL_CONTAINER_CLEANUP      | .                         | !                         | .            |
 * | KILL_CONTAINER_CLEANUP      | .                         | .                         | .            |
 * | FAIL_TASK_CLEANUP           | .                         | !                         | .            |
 * | KILL_TASK_CLEANUP           | .                         | .                         | .            |
 * | SUCCEEDED                   | .                         | FAILED                    | .            |
 * | FAILED                      | .                         | .                         | .            |
 * | KILLED                      | .                         | .                         | .            |
 *
 * | state                  | TA_ADOPTED |
 * | ---------------------- | ---------- |
 * | RUNNING                | =          |
 * | COMMIT_PENDING         | =          |
 * | FAIL_CONTAINER_CLEANUP | .          |
 * | KILL_CONTAINER_CLEANUP | .          |
 * | FAIL_TASK_CLEANUP      | .          |
 * | KILL_TASK_CLEANUP      | .          |
 * | FAILED                 | .          |
 * | KILLED                 | .          |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT). Arcs beyond Hadoop's: docs/decisions.
 */
import { assign, emit, setup } from 'xstate';
import type { Container } from '@bobbin/common';
import type { RecoveredAttempt } from '../../app-context.js';
import type { TaskAttemptEvent } from '../../events.js';

/** What the entity carries out, in order. */
export type TaskAttemptEffect =
  /** `anywhere`: at the fast-fail priority, without hosts. */
  | { readonly type: 'REQUEST_CONTAINER'; readonly anywhere: boolean }
  /** Takes back a request that was not answered yet. */
  | { readonly type: 'WITHDRAW_REQUEST' }
  | { readonly type: 'LAUNCH_CONTAINER'; readonly container: Container }
  /** Gives a container back that never ran. */
  | { readonly type: 'DEALLOCATE_CONTAINER' }
  | { readonly type: 'ANNOUNCE_LAUNCH'; readonly shufflePort: number }
  /** History: the attempt goes on under this AM. */
  | { readonly type: 'ANNOUNCE_ADOPTION' }
  | { readonly type: 'TAKE_STATUS' }
  | { readonly type: 'ASK_COMMIT' }
  | { readonly type: 'ADD_DIAGNOSTICS'; readonly text: string }
  /** The umbilical forgets the attempt. */
  | { readonly type: 'STOP_LISTENING' }
  /** The finishing monitor begins, ends to wait for the container's end. */
  | { readonly type: 'AWAIT_EXIT' | 'STOP_AWAITING_EXIT' }
  | { readonly type: 'CLEAN_CONTAINER'; readonly dumpThreads: boolean }
  /** The launcher learns that this attempt is through with its container. */
  | { readonly type: 'RETURN_CONTAINER' }
  | { readonly type: 'ABORT_TASK' }
  | { readonly type: 'ANNOUNCE_SUCCESS' }
  /** `afterSuccess`: what was told as a success before is taken back. */
  | { readonly type: 'ANNOUNCE_FAILURE'; readonly fastFail: boolean; readonly afterSuccess: boolean }
  | { readonly type: 'ANNOUNCE_KILL'; readonly reschedule: boolean; readonly afterSuccess: boolean }
  | {
      readonly type: 'RECOVER';
      readonly attempt: RecoveredAttempt;
      readonly outcome: 'SUCCEEDED' | 'FAILED' | 'KILLED';
    }
  /** It runs already, or ran: history, container and child are taken over as if this AM had launched it. */
  | { readonly type: 'ADOPT'; readonly attempt: RecoveredAttempt }
  | { readonly type: 'INVALID_EVENT'; readonly event: TaskAttemptEvent['type'] };

export interface TaskAttemptContext {
  /** A map of a job with reduces: its success can be taken back while they need its output. */
  readonly rerunnable: boolean;
  /** What the task was told last, if anything. */
  readonly announced: 'NOTHING' | 'SUCCESS' | 'FAILURE';
  /** A kill asked that the next attempt be placed at once and anywhere. */
  readonly reschedule: boolean;
}

type Of<T extends TaskAttemptEvent['type']> = Extract<TaskAttemptEvent, { readonly type: T }>;

const { createMachine } = setup({
  types: {
    context: {} as TaskAttemptContext,
    events: {} as TaskAttemptEvent,
    emitted: {} as TaskAttemptEffect,
    input: {} as { readonly rerunnable: boolean },
  },
  guards: {
    isFinal: ({ context }) => !context.rerunnable,
    failureAnnounced: ({ context }) => context.announced === 'FAILURE',
    recoveredAs: (_, p: { attempt: RecoveredAttempt; outcome: RecoveredAttempt['state'] }) =>
      p.attempt.state === p.outcome,
  },
  actions: {
    addDiagnostics: emit(
      (_, p: { diagnostics: string }) => ({ type: 'ADD_DIAGNOSTICS', text: p.diagnostics }) as const,
    ),
    blameFetchFailures: emit(
      (_, p: Pick<Of<'TA_TOO_MANY_FETCH_FAILURE'>, 'reduceId' | 'reduceHost'>) =>
        ({
          type: 'ADD_DIAGNOSTICS',
          text: `Too many fetch failures. Failing the attempt. Last failure reported by ${p.reduceId} from host ${p.reduceHost}`,
        }) as const,
    ),
    blameSlowExit: emit({
      type: 'ADD_DIAGNOSTICS',
      text: 'The attempt is done by its own word, but its container did not end in time',
    }),
    keepReschedule: assign({ reschedule: (_, p: { reschedule?: boolean }) => p.reschedule ?? false }),

    requestContainer: emit((_, p: { anywhere: boolean }) => ({ type: 'REQUEST_CONTAINER', ...p }) as const),
    withdrawRequest: emit({ type: 'WITHDRAW_REQUEST' }),
    launchContainer: emit(
      (_, p: { container: Container }) => ({ type: 'LAUNCH_CONTAINER', container: p.container }) as const,
    ),
    deallocateContainer: emit({ type: 'DEALLOCATE_CONTAINER' }),
    announceLaunch: emit(
      (_, p: { shufflePort: number }) => ({ type: 'ANNOUNCE_LAUNCH', shufflePort: p.shufflePort }) as const,
    ),
    takeStatus: emit({ type: 'TAKE_STATUS' }),
    askCommit: emit({ type: 'ASK_COMMIT' }),
    stopListening: emit({ type: 'STOP_LISTENING' }),
    awaitExit: emit({ type: 'AWAIT_EXIT' }),
    stopAwaitingExit: emit({ type: 'STOP_AWAITING_EXIT' }),
    cleanContainer: emit({ type: 'CLEAN_CONTAINER', dumpThreads: false }),
    cleanAndDump: emit({ type: 'CLEAN_CONTAINER', dumpThreads: true }),
    returnContainer: emit({ type: 'RETURN_CONTAINER' }),
    abortTask: emit({ type: 'ABORT_TASK' }),
    announceSuccess: emit({ type: 'ANNOUNCE_SUCCESS' }),
    announceFailure: emit(
      ({ context }, p: { fastFail?: boolean }) =>
        ({
          type: 'ANNOUNCE_FAILURE',
          fastFail: p.fastFail ?? false,
          afterSuccess: context.announced === 'SUCCESS',
        }) as const,
    ),
    announceKill: emit(
      ({ context }) =>
        ({
          type: 'ANNOUNCE_KILL',
          reschedule: context.reschedule,
          afterSuccess: context.announced === 'SUCCESS',
        }) as const,
    ),
    noteSuccess: assign({ announced: 'SUCCESS' }),
    noteFailure: assign({ announced: 'FAILURE' }),
    recover: emit(
      (_, p: { attempt: RecoveredAttempt; outcome: 'SUCCEEDED' | 'FAILED' | 'KILLED' }) =>
        ({ type: 'RECOVER', ...p }) as const,
    ),
    adopt: emit((_, p: { attempt: RecoveredAttempt }) => ({ type: 'ADOPT', attempt: p.attempt }) as const),
    announceAdoption: emit({ type: 'ANNOUNCE_ADOPTION' }),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

const payload = <E>({ event }: { event: E }): E => event;
const diagnostics = { TA_DIAGNOSTICS_UPDATE: { actions: { type: 'addDiagnostics', params: payload } } } as const;

/** Arcs without target or action: events that come late and change nothing any more. */
function late<T extends TaskAttemptEvent['type']>(...events: T[]): Record<T, object> {
  return Object.fromEntries(events.map((event) => [event, {}])) as Record<T, object>;
}

const failNow = [{ type: 'announceFailure', params: payload }, 'noteFailure'] as const;
const fail = [{ type: 'announceFailure', params: {} }, 'noteFailure'] as const;
const keepKill = [
  { type: 'addDiagnostics', params: payload },
  { type: 'keepReschedule', params: payload },
] as const;
const tooManyFetchFailures = [{ type: 'blameFetchFailures', params: payload }, ...fail] as const;

/** RUNNING and COMMIT_PENDING end in the same ways. */
const whileRunning = {
  ...diagnostics,
  TA_DONE: {
    target: 'SUCCESS_FINISHING_CONTAINER',
    actions: ['stopListening', 'awaitExit', 'announceSuccess', 'noteSuccess'],
  },
  TA_FAILMSG: { target: 'FAIL_FINISHING_CONTAINER', actions: ['stopListening', 'awaitExit', ...failNow] },
  TA_FAILMSG_BY_CLIENT: { target: 'FAIL_CONTAINER_CLEANUP', actions: ['stopListening', 'cleanContainer'] },
  TA_CONTAINER_COMPLETED: { target: 'FAILED', actions: ['stopListening', 'returnContainer', ...fail] },
  TA_TIMED_OUT: { target: 'FAIL_CONTAINER_CLEANUP', actions: ['stopListening', 'cleanAndDump'] },
  TA_CONTAINER_CLEANED: { target: 'KILLED', actions: ['stopListening', 'announceKill'] },
  TA_KILL: { target: 'KILL_CONTAINER_CLEANUP', actions: [...keepKill, 'stopListening', 'cleanContainer'] },
  TA_UPDATE: { actions: 'takeStatus' },
  TA_ADOPTED: { actions: 'announceAdoption' },
} as const;

const lateInCleanup = [
  'TA_KILL',
  'TA_CONTAINER_COMPLETED',
  'TA_UPDATE',
  'TA_COMMIT_PENDING',
  'TA_CONTAINER_LAUNCHED',
  'TA_CONTAINER_LAUNCH_FAILED',
  'TA_DONE',
  'TA_FAILMSG',
  'TA_FAILMSG_BY_CLIENT',
  'TA_PREEMPTED',
  'TA_TIMED_OUT',
  'TA_ADOPTED',
] as const;

const lateInEnd = [
  ...lateInCleanup,
  'TA_ASSIGNED',
  'TA_CONTAINER_CLEANED',
  'TA_TOO_MANY_FETCH_FAILURE',
  'TA_CLEANUP_DONE',
] as const;

export const taskAttemptMachine = createMachine({
  id: 'taskAttempt',
  context: ({ input }) => ({ rerunnable: input.rerunnable, announced: 'NOTHING', reschedule: false }),
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        ...diagnostics,
        TA_SCHEDULE: { target: 'UNASSIGNED', actions: { type: 'requestContainer', params: { anywhere: false } } },
        TA_RESCHEDULE: { target: 'UNASSIGNED', actions: { type: 'requestContainer', params: { anywhere: true } } },
        TA_KILL: { target: 'KILLED', actions: [...keepKill, 'announceKill'] },
        TA_FAILMSG_BY_CLIENT: { target: 'FAILED', actions: fail },
        TA_RECOVER: [
          {
            guard: { type: 'recoveredAs', params: ({ event }) => ({ attempt: event.attempt, outcome: 'SUCCEEDED' }) },
            target: 'SUCCEEDED',
            actions: [
              { type: 'recover', params: ({ event }) => ({ attempt: event.attempt, outcome: 'SUCCEEDED' }) },
              'noteSuccess',
            ],
          },
          {
            guard: { type: 'recoveredAs', params: ({ event }) => ({ attempt: event.attempt, outcome: 'FAILED' }) },
            target: 'FAILED',
            actions: [
              { type: 'recover', params: ({ event }) => ({ attempt: event.attempt, outcome: 'FAILED' }) },
              'noteFailure',
            ],
          },
          {
            guard: { type: 'recoveredAs', params: ({ event }) => ({ attempt: event.attempt, outcome: 'RUNNING' }) },
            target: 'RUNNING',
            actions: { type: 'adopt', params: payload },
          },
          {
            target: 'KILLED',
            actions: [
              { type: 'recover', params: ({ event }) => ({ attempt: event.attempt, outcome: 'KILLED' }) },
              'abortTask',
            ],
          },
        ],
      },
    },
    UNASSIGNED: {
      on: {
        ...diagnostics,
        TA_ASSIGNED: { target: 'ASSIGNED', actions: { type: 'launchContainer', params: payload } },
        TA_KILL: { target: 'KILLED', actions: [...keepKill, 'withdrawRequest', 'announceKill'] },
        TA_FAILMSG_BY_CLIENT: { target: 'FAILED', actions: ['withdrawRequest', ...fail] },
      },
    },
    ASSIGNED: {
      on: {
        ...diagnostics,
        TA_CONTAINER_LAUNCHED: { target: 'RUNNING', actions: { type: 'announceLaunch', params: payload } },
        TA_CONTAINER_LAUNCH_FAILED: {
          target: 'FAILED',
          actions: [{ type: 'addDiagnostics', params: payload }, 'stopListening', 'deallocateContainer', ...fail],
        },
        TA_CONTAINER_COMPLETED: { target: 'FAILED', actions: ['stopListening', 'returnContainer', ...fail] },
        TA_CONTAINER_CLEANED: { target: 'KILLED', actions: ['stopListening', 'announceKill'] },
        TA_KILL: { target: 'KILL_CONTAINER_CLEANUP', actions: [...keepKill, 'stopListening', 'cleanContainer'] },
        TA_FAILMSG: { target: 'FAIL_FINISHING_CONTAINER', actions: ['stopListening', 'awaitExit', ...failNow] },
        TA_FAILMSG_BY_CLIENT: { target: 'FAIL_CONTAINER_CLEANUP', actions: ['stopListening', 'cleanContainer'] },
      },
    },
    RUNNING: {
      on: {
        ...whileRunning,
        TA_COMMIT_PENDING: { target: 'COMMIT_PENDING', actions: 'askCommit' },
        TA_PREEMPTED: { target: 'KILLED', actions: ['stopListening', 'cleanContainer', 'announceKill'] },
      },
    },
    COMMIT_PENDING: { on: { ...whileRunning, ...late('TA_COMMIT_PENDING') } },
    SUCCESS_FINISHING_CONTAINER: {
      on: {
        ...diagnostics,
        TA_CONTAINER_COMPLETED: { target: 'SUCCEEDED', actions: ['stopAwaitingExit', 'returnContainer'] },
        TA_CONTAINER_CLEANED: { target: 'SUCCEEDED', actions: 'stopAwaitingExit' },
        TA_KILL: [
          { guard: 'isFinal', target: 'SUCCESS_CONTAINER_CLEANUP', actions: ['stopAwaitingExit', 'cleanContainer'] },
          { target: 'KILL_CONTAINER_CLEANUP', actions: [...keepKill, 'stopAwaitingExit', 'cleanContainer'] },
        ],
        TA_TIMED_OUT: {
          target: 'SUCCESS_CONTAINER_CLEANUP',
          actions: ['blameSlowExit', 'stopAwaitingExit', 'cleanContainer'],
        },
        TA_TOO_MANY_FETCH_FAILURE: {
          target: 'FAILED',
          actions: ['stopAwaitingExit', 'cleanContainer', ...tooManyFetchFailures],
        },
        ...late('TA_UPDATE', 'TA_DONE', 'TA_COMMIT_PENDING', 'TA_FAILMSG', 'TA_FAILMSG_BY_CLIENT', 'TA_PREEMPTED'),
      },
    },
    FAIL_FINISHING_CONTAINER: {
      on: {
        ...diagnostics,
        TA_CONTAINER_COMPLETED: { target: 'FAILED', actions: ['stopAwaitingExit', 'returnContainer'] },
        TA_CONTAINER_CLEANED: { target: 'FAILED', actions: 'stopAwaitingExit' },
        TA_TIMED_OUT: {
          target: 'FAIL_CONTAINER_CLEANUP',
          actions: ['blameSlowExit', 'stopAwaitingExit', 'cleanContainer'],
        },
        ...late(
          'TA_KILL',
          'TA_UPDATE',
          'TA_DONE',
          'TA_COMMIT_PENDING',
          'TA_CONTAINER_LAUNCHED',
          'TA_CONTAINER_LAUNCH_FAILED',
          'TA_FAILMSG',
          'TA_FAILMSG_BY_CLIENT',
          'TA_PREEMPTED',
        ),
      },
    },
    SUCCESS_CONTAINER_CLEANUP: {
      on: {
        ...diagnostics,
        TA_CONTAINER_CLEANED: { target: 'SUCCEEDED' },
        TA_TOO_MANY_FETCH_FAILURE: { target: 'FAILED', actions: tooManyFetchFailures },
        TA_KILL: [
          { guard: 'isFinal', target: 'SUCCEEDED' },
          { target: 'KILLED', actions: [...keepKill, 'announceKill'] },
        ],
        ...late(
          'TA_UPDATE',
          'TA_DONE',
          'TA_COMMIT_PENDING',
          'TA_FAILMSG',
          'TA_FAILMSG_BY_CLIENT',
          'TA_PREEMPTED',
          'TA_TIMED_OUT',
          'TA_CONTAINER_COMPLETED',
        ),
      },
    },
    FAIL_CONTAINER_CLEANUP: {
      on: {
        ...diagnostics,
        TA_CONTAINER_CLEANED: { target: 'FAIL_TASK_CLEANUP', actions: 'abortTask' },
        ...late(...lateInCleanup),
      },
    },
    KILL_CONTAINER_CLEANUP: {
      on: {
        ...diagnostics,
        TA_CONTAINER_CLEANED: { target: 'KILL_TASK_CLEANUP', actions: 'abortTask' },
        ...late(...lateInCleanup, 'TA_TOO_MANY_FETCH_FAILURE'),
      },
    },
    FAIL_TASK_CLEANUP: {
      on: {
        ...diagnostics,
        TA_CLEANUP_DONE: [
          { guard: 'failureAnnounced', target: 'FAILED' },
          { target: 'FAILED', actions: fail },
        ],
        ...late(...lateInCleanup, 'TA_CONTAINER_CLEANED'),
      },
    },
    KILL_TASK_CLEANUP: {
      on: {
        ...diagnostics,
        TA_CLEANUP_DONE: { target: 'KILLED', actions: 'announceKill' },
        ...late(...lateInCleanup, 'TA_CONTAINER_CLEANED', 'TA_TOO_MANY_FETCH_FAILURE'),
      },
    },
    SUCCEEDED: {
      on: {
        ...diagnostics,
        TA_TOO_MANY_FETCH_FAILURE: { target: 'FAILED', actions: tooManyFetchFailures },
        TA_KILL: [
          { guard: 'isFinal', target: 'SUCCEEDED' },
          { target: 'KILLED', actions: [...keepKill, 'announceKill'] },
        ],
        ...late(
          'TA_UPDATE',
          'TA_DONE',
          'TA_COMMIT_PENDING',
          'TA_FAILMSG',
          'TA_FAILMSG_BY_CLIENT',
          'TA_PREEMPTED',
          'TA_TIMED_OUT',
          'TA_CONTAINER_CLEANED',
          'TA_CONTAINER_COMPLETED',
        ),
      },
    },
    FAILED: { on: { ...diagnostics, ...late(...lateInEnd) } },
    KILLED: { on: { ...diagnostics, ...late(...lateInEnd) } },
  },
});
