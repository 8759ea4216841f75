/**
 * Task: a map or a reduce that is tried until one attempt succeeds or too many failed. Hadoop: v2.app.job.impl.TaskImpl.
 * Carried out by Task (task.ts). A killed attempt never counts; a failed one counts once. Only a map's success can be
 * taken back (its output was lost): the task is then SCHEDULED again. Attempts are numbered by the machine; `live` are
 * those that have not ended. An end that is told twice, or of an attempt that is not live, changes nothing.
 *
 * | state     | T_SCHEDULE | T_RECOVER                       | T_KILL    | T_ADD_SPEC_ATTEMPT | T_ATTEMPT_LAUNCHED |
 * | --------- | ---------- | ------------------------------- | --------- | ------------------ | ------------------ |
 * | NEW       | SCHEDULED  | SUCCEEDED/FAILED/KILLED/RUNNING | KILLED    | !                  | !                  |
 * | SCHEDULED | !          | !                               | KILL_WAIT | .                  | RUNNING            |
 * | RUNNING   | !          | !                               | KILL_WAIT | =                  | .                  |
 * | KILL_WAIT | !          | !                               | .         | .                  | .                  |
 * | SUCCEEDED | !          | !                               | .         | .                  | .                  |
 * | FAILED    | !          | !                               | .         | .                  | .                  |
 * | KILLED    | .          | .                               | .         | .                  | .                  |
 *
 * | state     | T_ATTEMPT_COMMIT_PENDING | T_ATTEMPT_SUCCEEDED | T_ATTEMPT_FAILED           | T_ATTEMPT_KILLED    |
 * | --------- | ------------------------ | ------------------- | -------------------------- | ------------------- |
 * | SCHEDULED | SCHEDULED                | SCHEDULED/SUCCEEDED | SCHEDULED/FAILED           | SCHEDULED           |
 * | RUNNING   | RUNNING                  | RUNNING/SUCCEEDED   | RUNNING/FAILED             | RUNNING             |
 * | KILL_WAIT | .                        | KILL_WAIT/KILLED    | KILL_WAIT/KILLED           | KILL_WAIT/KILLED    |
 * | SUCCEEDED | .                        | =                   | SUCCEEDED/FAILED/SCHEDULED | SUCCEEDED/SCHEDULED |
 * | FAILED    | .                        | .                   | .                          | .                   |
 * | KILLED    | .                        | .                   | .                          | .                   |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT). Arcs beyond Hadoop's: docs/decisions.
 */
import { assign, emit, setup } from 'xstate';
import { taskAttemptId } from '@bobbin/common';
import type { TaskAttemptCompletionEventStatus, TaskAttemptId, TaskId, TaskType } from '@bobbin/common';
import type { RecoveredTask } from '../../app-context.js';
import type { TaskEvent } from '../../events.js';

type Dispatched = TaskEvent extends infer E ? (E extends TaskEvent ? Omit<E, 'domain' | 'taskId'> : never) : never;

/** A task event, and what the entity knows when it comes: whether another live attempt has its container. */
export type TaskMachineEvent =
  | Exclude<Dispatched, { readonly type: 'T_ATTEMPT_FAILED' }>
  | (Extract<Dispatched, { readonly type: 'T_ATTEMPT_FAILED' }> & { readonly rivalHasContainer: boolean });

/** What the entity carries out, in order. */
export type TaskEffect =
  | { readonly type: 'WRITE_STARTED' }
  /** `reschedule`: ask at the fast-fail priority, anywhere. */
  | {
      readonly type: 'ADD_ATTEMPT';
      readonly attemptId: TaskAttemptId;
      readonly avataar: 'VIRGIN' | 'SPECULATIVE';
      readonly reschedule: boolean;
    }
  | { readonly type: 'RECOVER_ATTEMPTS'; readonly task: RecoveredTask; readonly recoverOutput: boolean }
  /** Those of them that have not finished get TA_KILL. */
  | { readonly type: 'KILL_ATTEMPTS'; readonly attemptIds: readonly TaskAttemptId[]; readonly diagnostics: string }
  | { readonly type: 'GRANT_COMMIT'; readonly attemptId: TaskAttemptId }
  /** The job appends a completion event, if the attempt had a node. */
  | {
      readonly type: 'ADD_COMPLETION_EVENT';
      readonly attemptId: TaskAttemptId;
      readonly status: TaskAttemptCompletionEventStatus;
    }
  /** Counts against the attempt's node, if it had one. */
  | { readonly type: 'BLAME_NODE'; readonly attemptId: TaskAttemptId }
  /** The winner is the context's `successfulAttempt`. */
  | { readonly type: 'ANNOUNCE_SUCCEEDED' | 'ANNOUNCE_RESCHEDULED' }
  /** `attemptId`: the one that broke the limit; none when an earlier AM attempt recorded the failure. */
  | { readonly type: 'ANNOUNCE_FAILED'; readonly attemptId: TaskAttemptId | undefined }
  | { readonly type: 'ANNOUNCE_KILLED' }
  | { readonly type: 'INVALID_EVENT'; readonly event: TaskMachineEvent['type'] };

export interface TaskContext {
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly maxAttempts: number;
  /** Number of the attempt made next. */
  readonly nextAttempt: number;
  readonly live: readonly TaskAttemptId[];
  readonly failures: number;
  /** Who may commit; nobody else may until it failed or was killed. */
  readonly commitAttempt: TaskAttemptId | undefined;
  readonly successfulAttempt: TaskAttemptId | undefined;
}

export interface TaskInput {
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly maxAttempts: number;
  /** (AM attempt - 1) * 1000, so that attempts never collide between AMs. */
  readonly firstAttempt: number;
}

interface Ended {
  readonly attemptId: TaskAttemptId;
}
interface Failed extends Ended {
  readonly fastFail: boolean;
  readonly rivalHasContainer: boolean;
}
interface Killed extends Ended {
  readonly reschedule: boolean;
}
interface Recovered {
  readonly task: RecoveredTask;
}

const winnerOf = (task: RecoveredTask): TaskAttemptId | undefined =>
  task.attempts.find((attempt) => attempt.state === 'SUCCEEDED')?.attemptId;

const aliveOf = (task: RecoveredTask): TaskAttemptId[] =>
  task.attempts.filter(({ state }) => state === 'RUNNING').map(({ attemptId }) => attemptId);

const { createMachine } = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskMachineEvent,
    emitted: {} as TaskEffect,
    input: {} as TaskInput,
  },
  guards: {
    isOver: ({ context }, p: Ended) => !context.live.includes(p.attemptId),
    isLast: ({ context }, p: Ended) => context.live.every((attemptId) => attemptId === p.attemptId),
    isReduce: ({ context }) => context.taskType === 'REDUCE',
    isNotWinner: ({ context }, p: Ended) => context.successfulAttempt !== p.attemptId,
    attemptsExhausted: ({ context }, p: Failed) => p.fastFail || context.failures + 1 >= context.maxAttempts,
    /** What is live beside the failed attempt already has a container: no further attempt is needed. */
    hasSpare: ({ context }, p: Failed) => p.rivalHasContainer && context.live.some((live) => live !== p.attemptId),
    commitIsFree: ({ context }) => context.commitAttempt === undefined,
    commitIsTheirs: ({ context }, p: Ended) => context.commitAttempt === p.attemptId,
    recoveredSuccess: (_, p: Recovered) => p.task.status === 'SUCCEEDED' && winnerOf(p.task) !== undefined,
    recoveredFailure: (_, p: Recovered) => p.task.status === 'FAILED',
    recoveredKill: (_, p: Recovered) => p.task.status === 'KILLED',
    recoveredAlive: (_, p: Recovered) => aliveOf(p.task).length > 0,
  },
  actions: {
    writeStarted: emit({ type: 'WRITE_STARTED' }),
    countAttempt: assign(({ context }) => ({
      nextAttempt: context.nextAttempt + 1,
      live: [...context.live, taskAttemptId(context.taskId, context.nextAttempt)],
    })),
    addAttempt: emit(
      ({ context }, p: { avataar: 'VIRGIN' | 'SPECULATIVE'; reschedule: boolean }) =>
        ({
          type: 'ADD_ATTEMPT',
          attemptId: taskAttemptId(context.taskId, context.nextAttempt - 1),
          avataar: p.avataar,
          reschedule: p.reschedule || context.failures > 0,
        }) as const,
    ),
    end: assign(({ context }, p: Ended) => ({
      live: context.live.filter((attemptId) => attemptId !== p.attemptId),
      commitAttempt: context.commitAttempt === p.attemptId ? undefined : context.commitAttempt,
    })),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    keepWinner: assign({ successfulAttempt: (_, p: Ended) => p.attemptId }),
    forgetWinner: assign({ successfulAttempt: undefined, commitAttempt: undefined }),
    keepCommitter: assign({ commitAttempt: (_, p: Ended) => p.attemptId }),
    grantCommit: emit((_, p: Ended) => ({ type: 'GRANT_COMMIT', attemptId: p.attemptId }) as const),
    killLateCommitter: emit(
      ({ context }, p: Ended) =>
        ({
          type: 'KILL_ATTEMPTS',
          attemptIds: [p.attemptId],
          diagnostics: `Attempt ${context.commitAttempt ?? ''} asked to commit first`,
        }) as const,
    ),
    killLosers: emit(
      ({ context }) =>
        ({
          type: 'KILL_ATTEMPTS',
          attemptIds: context.live,
          diagnostics: `Attempt ${context.successfulAttempt ?? ''} succeeded first`,
        }) as const,
    ),
    killLive: emit(
      ({ context }, p: { diagnostics?: string }) =>
        ({
          type: 'KILL_ATTEMPTS',
          attemptIds: context.live,
          diagnostics: p.diagnostics ?? 'Its task was killed',
        }) as const,
    ),
    addCompletionEvent: emit(
      (_, p: Ended & { status: TaskAttemptCompletionEventStatus }) => ({ type: 'ADD_COMPLETION_EVENT', ...p }) as const,
    ),
    blameNode: emit((_, p: Ended) => ({ type: 'BLAME_NODE', attemptId: p.attemptId }) as const),
    announceRescheduled: emit({ type: 'ANNOUNCE_RESCHEDULED' }),
    announceSucceeded: emit({ type: 'ANNOUNCE_SUCCEEDED' }),
    announceFailed: emit(
      (_, p: { attemptId: TaskAttemptId | undefined }) =>
        ({ type: 'ANNOUNCE_FAILED', attemptId: p.attemptId }) as const,
    ),
    announceKilled: emit({ type: 'ANNOUNCE_KILLED' }),
    recoverAttempts: emit(
      (_, p: Recovered & { recoverOutput: boolean }) =>
        ({ type: 'RECOVER_ATTEMPTS', task: p.task, recoverOutput: p.recoverOutput }) as const,
    ),
    keepRecovered: assign((_, p: Recovered) => ({
      failures: p.task.attempts.filter((attempt) => attempt.state === 'FAILED').length,
      successfulAttempt: winnerOf(p.task),
      live: aliveOf(p.task),
    })),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

const payload = <E>({ event }: { event: E }): E => event;

/** Arcs without target or action: events that come late and change nothing any more. */
function late<T extends TaskMachineEvent['type']>(...events: T[]): Record<T, object> {
  return Object.fromEntries(events.map((event) => [event, {}])) as Record<T, object>;
}

/** The end of an attempt that is not live: told already, or never ours. */
const ignoreIfOver = { guard: { type: 'isOver', params: payload } } as const;
const end = { type: 'end', params: payload } as const;

function completionEvent<S extends TaskAttemptCompletionEventStatus>(status: S) {
  return {
    type: 'addCompletionEvent',
    params: ({ event }: { event: Ended }) => ({ attemptId: event.attemptId, status }),
  } as const;
}

const nextAttempt = ['countAttempt', { type: 'addAttempt', params: { avataar: 'VIRGIN', reschedule: false } }] as const;
const nextAttemptAfterKill = [
  'countAttempt',
  {
    type: 'addAttempt',
    params: ({ event }: { event: Killed }) => ({ avataar: 'VIRGIN', reschedule: event.reschedule }) as const,
  },
] as const;
const recover = [
  'writeStarted',
  { type: 'recoverAttempts', params: payload },
  { type: 'keepRecovered', params: payload },
] as const;
const failure = [end, 'countFailure', { type: 'blameNode', params: payload }] as const;
const failTask = [
  ...failure,
  completionEvent('TIPFAILED'),
  { type: 'killLive', params: { diagnostics: 'Its task has failed' } },
  { type: 'announceFailed', params: payload },
] as const;

/** The rules of a failed attempt, wherever the task then waits for another. */
const attemptFailed = [
  { guard: { type: 'attemptsExhausted', params: payload }, target: 'FAILED', actions: failTask },
  { guard: { type: 'hasSpare', params: payload }, actions: [...failure, completionEvent('FAILED')] },
  { actions: [...failure, completionEvent('FAILED'), ...nextAttempt] },
] as const;

/** SCHEDULED and RUNNING differ only in whether an attempt has been launched. */
const whileTrying = {
  T_ATTEMPT_FAILED: [ignoreIfOver, ...attemptFailed],
  T_ATTEMPT_KILLED: [ignoreIfOver, { actions: [completionEvent('KILLED'), end, ...nextAttemptAfterKill] }],
  T_ATTEMPT_SUCCEEDED: [
    ignoreIfOver,
    {
      target: 'SUCCEEDED',
      actions: [
        completionEvent('SUCCEEDED'),
        end,
        { type: 'keepWinner', params: payload },
        'announceSucceeded',
        'killLosers',
      ],
    },
  ],
  T_ATTEMPT_COMMIT_PENDING: [
    ignoreIfOver,
    {
      guard: 'commitIsFree',
      actions: [
        { type: 'keepCommitter', params: payload },
        { type: 'grantCommit', params: payload },
      ],
    },
    { guard: { type: 'commitIsTheirs', params: payload } },
    { actions: { type: 'killLateCommitter', params: payload } },
  ],
  T_KILL: { target: 'KILL_WAIT', actions: { type: 'killLive', params: payload } },
} as const;

/** KILL_WAIT ends with its last live attempt, however that one ended. */
const lastOneOut = [
  ignoreIfOver,
  { guard: { type: 'isLast', params: payload }, target: 'KILLED', actions: [end, 'announceKilled'] },
  { actions: end },
] as const;

const lateInEnd = [
  'T_KILL',
  'T_ADD_SPEC_ATTEMPT',
  'T_ATTEMPT_LAUNCHED',
  'T_ATTEMPT_COMMIT_PENDING',
  'T_ATTEMPT_SUCCEEDED',
  'T_ATTEMPT_FAILED',
  'T_ATTEMPT_KILLED',
] as const;

export const taskMachine = createMachine({
  id: 'task',
  context: ({ input }) => ({
    taskId: input.taskId,
    taskType: input.taskType,
    maxAttempts: input.maxAttempts,
    nextAttempt: input.firstAttempt,
    live: [],
    failures: 0,
    commitAttempt: undefined,
    successfulAttempt: undefined,
  }),
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        T_SCHEDULE: { target: 'SCHEDULED', actions: ['writeStarted', ...nextAttempt] },
        T_KILL: { target: 'KILLED', actions: 'announceKilled' },
        T_RECOVER: [
          {
            guard: { type: 'recoveredSuccess', params: payload },
            target: 'SUCCEEDED',
            actions: [...recover, 'announceSucceeded'],
          },
          {
            guard: { type: 'recoveredFailure', params: payload },
            target: 'FAILED',
            actions: [...recover, { type: 'announceFailed', params: { attemptId: undefined } }],
          },
          {
            guard: { type: 'recoveredKill', params: payload },
            target: 'KILLED',
            actions: [...recover, 'announceKilled'],
          },
          { guard: { type: 'recoveredAlive', params: payload }, target: 'RUNNING', actions: recover },
          { target: 'RUNNING', actions: [...recover, ...nextAttempt] },
        ],
      },
    },
    SCHEDULED: {
      on: { ...whileTrying, T_ATTEMPT_LAUNCHED: { target: 'RUNNING' }, ...late('T_ADD_SPEC_ATTEMPT') },
    },
    RUNNING: {
      on: {
        ...whileTrying,
        T_ADD_SPEC_ATTEMPT: {
          actions: ['countAttempt', { type: 'addAttempt', params: { avataar: 'SPECULATIVE', reschedule: false } }],
        },
        ...late('T_ATTEMPT_LAUNCHED'),
      },
    },
    KILL_WAIT: {
      on: {
        T_ATTEMPT_KILLED: lastOneOut,
        T_ATTEMPT_FAILED: lastOneOut,
        T_ATTEMPT_SUCCEEDED: lastOneOut,
        ...late('T_KILL', 'T_ATTEMPT_LAUNCHED', 'T_ATTEMPT_COMMIT_PENDING', 'T_ADD_SPEC_ATTEMPT'),
      },
    },
    SUCCEEDED: {
      on: {
        T_ATTEMPT_FAILED: [
          { guard: { type: 'isNotWinner', params: payload }, actions: end },
          { guard: 'isReduce', actions: 'reportInvalid' },
          {
            guard: { type: 'attemptsExhausted', params: payload },
            target: 'FAILED',
            actions: ['announceRescheduled', 'forgetWinner', ...failTask],
          },
          {
            guard: { type: 'hasSpare', params: payload },
            target: 'SCHEDULED',
            actions: ['announceRescheduled', 'forgetWinner', ...failure, completionEvent('FAILED')],
          },
          {
            target: 'SCHEDULED',
            actions: ['announceRescheduled', 'forgetWinner', ...failure, completionEvent('FAILED'), ...nextAttempt],
          },
        ],
        T_ATTEMPT_KILLED: [
          { guard: { type: 'isNotWinner', params: payload }, actions: end },
          { guard: 'isReduce', actions: 'reportInvalid' },
          {
            target: 'SCHEDULED',
            actions: ['forgetWinner', completionEvent('KILLED'), 'announceRescheduled', ...nextAttemptAfterKill],
          },
        ],
        T_ATTEMPT_SUCCEEDED: { actions: end },
        ...late('T_ADD_SPEC_ATTEMPT', 'T_ATTEMPT_COMMIT_PENDING', 'T_ATTEMPT_LAUNCHED', 'T_KILL'),
      },
    },
    FAILED: { on: late(...lateInEnd) },
    KILLED: { on: late(...lateInEnd, 'T_SCHEDULE', 'T_RECOVER') },
  },
});
