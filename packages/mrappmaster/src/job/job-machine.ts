/**
 * Job: set up, run, commit or abort, end. Hadoop: v2.app.job.impl.JobImpl. Carried out by Job (job.ts).
 * The context counts tasks by how they ended and holds nothing that grows with them. A job fails as soon as more tasks of
 * a kind failed than their percentage allows; it then waits a while (FAIL_WAIT) for what it killed. Commit and abort are
 * the committer's; whoever comes second (a kill during commit) sends JOB_ABORT, which interrupts the first.
 *
 * | state      | JOB_INIT   | JOB_INIT_FAILED | JOB_START | JOB_SETUP_COMPLETED | JOB_SETUP_FAILED |
 * | ---------- | ---------- | --------------- | --------- | ------------------- | ---------------- |
 * | NEW        | INITED/NEW | FAIL_ABORT      | !         | !                   | !                |
 * | INITED     | !          | !               | SETUP     | !                   | !                |
 * | SETUP      | !          | !               | !         | RUNNING             | FAIL_ABORT       |
 * | KILL_ABORT | !          | !               | !         | .                   | .                |
 * | FAILED     | !          | !               | !         | .                   | .                |
 * | KILLED     | !          | .               | .         | .                   | .                |
 * | ERROR      | .          | .               | .         | .                   | .                |
 * | REBOOT     | .          | .               | .         | .                   | .                |
 *
 * | state      | JOB_KILL   | JOB_AM_REBOOT | INTERNAL_ERROR | JOB_DIAGNOSTIC_UPDATE | JOB_COUNTER_UPDATE |
 * | ---------- | ---------- | ------------- | -------------- | --------------------- | ------------------ |
 * | NEW        | KILLED     | REBOOT        | ERROR          | =                     | =                  |
 * | INITED     | KILLED     | REBOOT        | ERROR          | =                     | =                  |
 * | SETUP      | KILL_ABORT | REBOOT        | ERROR          | =                     | =                  |
 * | RUNNING    | KILL_WAIT  | REBOOT        | ERROR          | =                     | =                  |
 * | COMMITTING | KILL_ABORT | REBOOT        | ERROR          | =                     | =                  |
 * | FAIL_WAIT  | KILLED     | .             | ERROR          | =                     | =                  |
 * | FAIL_ABORT | KILLED     | .             | ERROR          | =                     | =                  |
 * | KILL_WAIT  | .          | .             | ERROR          | =                     | =                  |
 * | KILL_ABORT | KILLED     | .             | ERROR          | =                     | =                  |
 * | SUCCEEDED  | .          | .             | ERROR          | =                     | =                  |
 * | FAILED     | .          | .             | ERROR          | =                     | =                  |
 * | KILLED     | .          | .             | ERROR          | =                     | =                  |
 * | ERROR      | .          | .             | .              | .                     | =                  |
 * | REBOOT     | .          | .             | .              | .                     | =                  |
 *
 * | state      | JOB_TASK_COMPLETED                      | JOB_MAP_TASK_RESCHEDULED | JOB_TASK_ATTEMPT_COMPLETED |
 * | ---------- | --------------------------------------- | ------------------------ | -------------------------- |
 * | RUNNING    | FAIL_ABORT/FAIL_WAIT/COMMITTING/RUNNING | =                        | RUNNING                    |
 * | COMMITTING | .                                       | .                        | .                          |
 * | FAIL_WAIT  | FAIL_ABORT/FAIL_WAIT                    | =                        | .                          |
 * | FAIL_ABORT | .                                       | .                        | .                          |
 * | KILL_WAIT  | KILL_ABORT/KILL_WAIT                    | =                        | =                          |
 * | KILL_ABORT | .                                       | .                        | .                          |
 * | SUCCEEDED  | .                                       | .                        | .                          |
 * | FAILED     | .                                       | .                        | .                          |
 * | KILLED     | .                                       | .                        | .                          |
 * | ERROR      | .                                       | .                        | .                          |
 * | REBOOT     | .                                       | .                        | .                          |
 *
 * | state      | JOB_COMPLETED      | JOB_UPDATED_NODES | JOB_TASK_ATTEMPT_FETCH_FAILURE | JOB_FAIL_WAIT_TIMEDOUT |
 * | ---------- | ------------------ | ----------------- | ------------------------------ | ---------------------- |
 * | NEW        | !                  | =                 | !                              | !                      |
 * | INITED     | !                  | =                 | !                              | !                      |
 * | SETUP      | !                  | =                 | !                              | !                      |
 * | RUNNING    | COMMITTING/RUNNING | RUNNING           | =                              | !                      |
 * | COMMITTING | !                  | .                 | .                              | !                      |
 * | FAIL_WAIT  | !                  | .                 | .                              | FAIL_ABORT             |
 * | FAIL_ABORT | !                  | .                 | .                              | .                      |
 * | KILL_WAIT  | KILL_ABORT         | .                 | .                              | !                      |
 * | KILL_ABORT | !                  | .                 | .                              | !                      |
 * | SUCCEEDED  | !                  | .                 | .                              | !                      |
 * | FAILED     | !                  | .                 | .                              | .                      |
 * | KILLED     | !                  | .                 | .                              | .                      |
 * | ERROR      | .                  | .                 | .                              | .                      |
 * | REBOOT     | .                  | .                 | .                              | .                      |
 *
 * | state      | JOB_COMMIT_COMPLETED | JOB_COMMIT_FAILED | JOB_ABORT_COMPLETED |
 * | ---------- | -------------------- | ----------------- | ------------------- |
 * | COMMITTING | SUCCEEDED            | FAIL_ABORT        | !                   |
 * | FAIL_ABORT | .                    | .                 | FAILED              |
 * | KILL_ABORT | .                    | .                 | KILLED              |
 * | FAILED     | .                    | .                 | .                   |
 * | KILLED     | .                    | .                 | .                   |
 * | ERROR      | .                    | .                 | .                   |
 * | REBOOT     | .                    | .                 | .                   |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT). Arcs beyond Hadoop's: docs/decisions.
 */
import { assign, emit, setup } from 'xstate';
import { isUnusable, taskOf, taskTypeOf } from '@bobbin/common';
import type { NodeId, NodeReport, NodeState, TaskAttemptId, TaskId } from '@bobbin/common';
import type { RecoveredTask, TaskSplit } from '../app-context.js';
import type { CounterUpdate, JobEvent } from '../events.js';

/** A job event as the machine takes it. */
export type JobMachineEvent = JobEvent extends infer E ? (E extends JobEvent ? Omit<E, 'domain'> : never) : never;

type Of<T extends JobMachineEvent['type']> = Extract<JobMachineEvent, { readonly type: T }>;
export type JobEndState = 'SUCCEEDED' | 'FAILED' | 'KILLED' | 'ERROR' | 'REBOOT';

/** What the entity carries out, in order. */
export type JobEffect =
  | { readonly type: 'WRITE_SUBMITTED' }
  /** Makes the tasks, settles whether the job is uber. */
  | { readonly type: 'MAKE_TASKS'; readonly splits: readonly TaskSplit[] }
  /** Start time and history. `recovered`: tasks an earlier AM attempt finished; they are not scheduled but recovered. */
  | {
      readonly type: 'START';
      readonly startTimeMs: number | undefined;
      readonly recovered: ReadonlyMap<TaskId, RecoveredTask> | undefined;
    }
  | { readonly type: 'SET_UP_JOB' | 'COMMIT_JOB' }
  | { readonly type: 'ABORT_JOB'; readonly finalState: 'FAILED' | 'KILLED' }
  | { readonly type: 'SCHEDULE_TASKS' }
  /** The job has no tasks: JOB_COMPLETED is all that will come. */
  | { readonly type: 'ANNOUNCE_COMPLETED' }
  | { readonly type: 'KILL_TASKS'; readonly which: 'ALL' | 'UNFINISHED_MAPS'; readonly diagnostics: string }
  | { readonly type: 'KILL_TASK'; readonly taskId: TaskId; readonly diagnostics: string }
  /** JOB_FAIL_WAIT_TIMEDOUT comes after the configured time unless the wait was ended. */
  | { readonly type: 'START_FAIL_WAIT' | 'END_FAIL_WAIT' }
  | { readonly type: 'NOTE_TASK_COMPLETED'; readonly taskId: TaskId; readonly state: 'SUCCEEDED' | 'FAILED' | 'KILLED' }
  | { readonly type: 'ADD_COMPLETION_EVENT'; readonly event: Of<'JOB_TASK_ATTEMPT_COMPLETED'> }
  | { readonly type: 'ADD_TO_COUNTERS'; readonly updates: readonly CounterUpdate[] }
  | { readonly type: 'COUNT_FETCH_FAILURES'; readonly event: Of<'JOB_TASK_ATTEMPT_FETCH_FAILURE'> }
  /** Succeeded maps on those of the nodes that are unusable run again. */
  | { readonly type: 'RERUN_MAPS'; readonly nodes: readonly NodeReport[] }
  /** This map succeeded on a node that is unusable already. */
  | {
      readonly type: 'RERUN_MAP';
      readonly attemptId: TaskAttemptId;
      readonly nodeId: NodeId;
      readonly state: NodeState;
    }
  | { readonly type: 'ADD_DIAGNOSTICS'; readonly text: string }
  /** End time, history, and the word to the AM. */
  | { readonly type: 'FINISH'; readonly state: JobEndState }
  | { readonly type: 'INVALID_EVENT'; readonly event: JobMachineEvent['type'] };

/** Tasks by kind and end. */
export interface JobCounts {
  readonly succeededMaps: number;
  readonly succeededReduces: number;
  readonly failedMaps: number;
  readonly failedReduces: number;
  readonly killedMaps: number;
  readonly killedReduces: number;
}

export interface JobInput {
  readonly numReduces: number;
  /** 0..100. */
  readonly mapFailuresMaxPercent: number;
  readonly reduceFailuresMaxPercent: number;
  readonly finishWhenAllReducersDone: boolean;
}

export interface JobContext extends JobInput, JobCounts {
  /** 0 until JOB_INIT. */
  readonly numMaps: number;
  /** Maps that run again for nobody were killed: once is enough. */
  readonly mapsCutShort: boolean;
  /** Nodes of which the last word was that they are unusable. It may come before a recovered map that succeeded there does. */
  readonly unusableNodes: ReadonlyMap<NodeId, NodeState>;
}

type Completed = Of<'JOB_TASK_COMPLETED'>;

export const completedMaps = (c: JobCounts): number => c.succeededMaps + c.failedMaps + c.killedMaps;
export const completedReduces = (c: JobCounts): number => c.succeededReduces + c.failedReduces + c.killedReduces;

const isComplete = (c: JobContext): boolean => completedMaps(c) + completedReduces(c) >= c.numMaps + c.numReduces;

const hasFailed = (c: JobContext): boolean =>
  c.failedMaps * 100 > c.mapFailuresMaxPercent * c.numMaps ||
  c.failedReduces * 100 > c.reduceFailuresMaxPercent * c.numReduces;

/** Reduces are all over, maps still run: their output has no reader. */
const onlyMapsLeft = (c: JobContext): boolean =>
  c.finishWhenAllReducersDone && c.numReduces > 0 && completedReduces(c) >= c.numReduces && !isComplete(c);

function withNodes(
  known: ReadonlyMap<NodeId, NodeState>,
  nodes: readonly NodeReport[],
): ReadonlyMap<NodeId, NodeState> {
  const next = new Map(known);
  for (const { nodeId, state } of nodes) {
    if (isUnusable(state)) next.set(nodeId, state);
    else next.delete(nodeId);
  }
  return next;
}

/** The context after one more task is over. */
function counted(context: JobContext, { taskId, state }: Omit<Completed, 'type'>): JobContext {
  const isMap = taskTypeOf(taskId) === 'MAP';
  switch (state) {
    case 'SUCCEEDED':
      return isMap
        ? { ...context, succeededMaps: context.succeededMaps + 1 }
        : { ...context, succeededReduces: context.succeededReduces + 1 };
    case 'FAILED':
      return isMap
        ? { ...context, failedMaps: context.failedMaps + 1 }
        : { ...context, failedReduces: context.failedReduces + 1 };
    case 'KILLED':
      return isMap
        ? { ...context, killedMaps: context.killedMaps + 1 }
        : { ...context, killedReduces: context.killedReduces + 1 };
  }
}

const { createMachine } = setup({
  types: {
    context: {} as JobContext,
    events: {} as JobMachineEvent,
    emitted: {} as JobEffect,
    input: {} as JobInput,
  },
  guards: {
    hasSplits: (_, p: Of<'JOB_INIT'>) => p.splits !== undefined,
    hasNoTasks: ({ context }) => context.numMaps + context.numReduces === 0,
    isComplete: ({ context }) => isComplete(context),
    willBeComplete: ({ context }, p: Completed) => isComplete(counted(context, p)),
    willHaveFailed: ({ context }, p: Completed) => hasFailed(counted(context, p)),
    willHaveFailedAndBeComplete: ({ context }, p: Completed) => {
      const next = counted(context, p);
      return hasFailed(next) && isComplete(next);
    },
    willOnlyMapsBeLeft: ({ context }, p: Completed) => !context.mapsCutShort && onlyMapsLeft(counted(context, p)),
    reducesRemain: ({ context }) => completedReduces(context) < context.numReduces,
    isLostMap: ({ context }, p: Of<'JOB_TASK_ATTEMPT_COMPLETED'>) =>
      context.unusableNodes.has(p.nodeId) &&
      p.status === 'SUCCEEDED' &&
      taskTypeOf(taskOf(p.attemptId)) === 'MAP' &&
      completedReduces(context) < context.numReduces,
  },
  actions: {
    writeSubmitted: emit({ type: 'WRITE_SUBMITTED' }),
    makeTasks: emit((_, p: Of<'JOB_INIT'>) => ({ type: 'MAKE_TASKS', splits: p.splits ?? [] }) as const),
    keepNumMaps: assign({ numMaps: (_, p: Of<'JOB_INIT'>) => p.splits?.length ?? 0 }),
    start: emit(
      (_, p: Of<'JOB_START'>) =>
        ({ type: 'START', startTimeMs: p.recoveredStartTimeMs, recovered: p.recovered }) as const,
    ),
    setUpJob: emit({ type: 'SET_UP_JOB' }),
    commitJob: emit({ type: 'COMMIT_JOB' }),
    abortJob: emit((_, p: { finalState: 'FAILED' | 'KILLED' }) => ({ type: 'ABORT_JOB', ...p }) as const),
    scheduleTasks: emit({ type: 'SCHEDULE_TASKS' }),
    announceCompleted: emit({ type: 'ANNOUNCE_COMPLETED' }),
    killTasks: emit((_, p: { diagnostics: string }) => ({ type: 'KILL_TASKS', which: 'ALL', ...p }) as const),
    cutMapsShort: emit({
      type: 'KILL_TASKS',
      which: 'UNFINISHED_MAPS',
      diagnostics: 'All reduces are done: nobody will read the output of this map',
    }),
    killTask: emit(
      (_, p: { taskId: TaskId }) =>
        ({ type: 'KILL_TASK', taskId: p.taskId, diagnostics: 'The job is ending: its output is not needed' }) as const,
    ),
    noteMapsCutShort: assign({ mapsCutShort: true }),
    startFailWait: emit({ type: 'START_FAIL_WAIT' }),
    endFailWait: emit({ type: 'END_FAIL_WAIT' }),
    countTask: assign(({ context }, p: Completed) => counted(context, p)),
    uncountMap: assign({ succeededMaps: ({ context }) => context.succeededMaps - 1 }),
    noteTask: emit((_, p: Completed) => ({ type: 'NOTE_TASK_COMPLETED', taskId: p.taskId, state: p.state }) as const),
    addCompletionEvent: emit(
      (_, p: Of<'JOB_TASK_ATTEMPT_COMPLETED'>) => ({ type: 'ADD_COMPLETION_EVENT', event: p }) as const,
    ),
    addToCounters: emit(
      (_, p: { updates: readonly CounterUpdate[] }) => ({ type: 'ADD_TO_COUNTERS', updates: p.updates }) as const,
    ),
    countFetchFailures: emit(
      (_, p: Of<'JOB_TASK_ATTEMPT_FETCH_FAILURE'>) => ({ type: 'COUNT_FETCH_FAILURES', event: p }) as const,
    ),
    rerunMaps: emit((_, p: { nodes: readonly NodeReport[] }) => ({ type: 'RERUN_MAPS', nodes: p.nodes }) as const),
    rerunMap: emit(
      ({ context }, { attemptId, nodeId }: Of<'JOB_TASK_ATTEMPT_COMPLETED'>) =>
        ({ type: 'RERUN_MAP', attemptId, nodeId, state: context.unusableNodes.get(nodeId) ?? 'LOST' }) as const,
    ),
    keepNodes: assign({
      unusableNodes: ({ context }, p: { nodes: readonly NodeReport[] }) => withNodes(context.unusableNodes, p.nodes),
    }),
    addDiagnostics: emit(
      (_, p: { diagnostics: string }) => ({ type: 'ADD_DIAGNOSTICS', text: p.diagnostics }) as const,
    ),
    explainFailure: emit(
      ({ context: c }) =>
        ({
          type: 'ADD_DIAGNOSTICS',
          text:
            `Job failed as tasks failed. failedMaps:${c.failedMaps} failedReduces:${c.failedReduces} ` +
            `killedMaps:${c.killedMaps} killedReduces:${c.killedReduces}`,
        }) as const,
    ),
    finish: emit((_, p: { state: JobEndState }) => ({ type: 'FINISH', state: p.state }) as const),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

const payload = <E>({ event }: { event: E }): E => event;

/** Arcs without target or action: events that come late and change nothing any more. */
function late<T extends JobMachineEvent['type']>(...events: T[]): Record<T, object> {
  return Object.fromEntries(events.map((event) => [event, {}])) as Record<T, object>;
}

const counters = { JOB_COUNTER_UPDATE: { actions: { type: 'addToCounters', params: payload } } } as const;
const diagnostics = {
  ...counters,
  JOB_DIAGNOSTIC_UPDATE: { actions: { type: 'addDiagnostics', params: payload } },
} as const;
const internalError = {
  INTERNAL_ERROR: { target: 'ERROR', actions: { type: 'finish', params: { state: 'ERROR' } } },
} as const;
/** What every state before commit shares. */
const alive = {
  ...diagnostics,
  ...internalError,
  JOB_AM_REBOOT: { target: 'REBOOT', actions: { type: 'finish', params: { state: 'REBOOT' } } },
} as const;

const abort = <S extends 'FAILED' | 'KILLED'>(finalState: S) => ({ type: 'abortJob', params: { finalState } }) as const;
const finish = <S extends JobEndState>(state: S) => ({ type: 'finish', params: { state } }) as const;
const say = (text: string) => ({ type: 'addDiagnostics', params: { diagnostics: text } }) as const;
const sayWhy = (text: string) =>
  ({
    type: 'addDiagnostics',
    params: ({ event }: { event: { diagnostics: string } }) => ({ diagnostics: `${text}: ${event.diagnostics}` }),
  }) as const;

const countTask = [
  { type: 'countTask', params: payload },
  { type: 'noteTask', params: payload },
] as const;
const completionEvents = {
  JOB_TASK_ATTEMPT_COMPLETED: { actions: { type: 'addCompletionEvent', params: payload } },
} as const;

/** Tasks that earlier attempts of the AM ran are not back yet. */
const nodesBeforeTasks = { JOB_UPDATED_NODES: { actions: { type: 'keepNodes', params: payload } } } as const;

/** A map that would run again in a job that only waits for its tasks to be gone is killed, and counts once. */
const noRerun = {
  JOB_MAP_TASK_RESCHEDULED: { actions: ['uncountMap', { type: 'killTask', params: payload }] },
} as const;

const setupEvents = ['JOB_SETUP_COMPLETED', 'JOB_SETUP_FAILED'] as const;
const commitEvents = ['JOB_COMMIT_COMPLETED', 'JOB_COMMIT_FAILED'] as const;
const taskEvents = ['JOB_TASK_COMPLETED', 'JOB_TASK_ATTEMPT_COMPLETED', 'JOB_MAP_TASK_RESCHEDULED'] as const;
const nodeEvents = ['JOB_UPDATED_NODES', 'JOB_TASK_ATTEMPT_FETCH_FAILURE'] as const;
const lateInError = [
  ...setupEvents,
  ...commitEvents,
  ...taskEvents,
  ...nodeEvents,
  'JOB_INIT',
  'JOB_INIT_FAILED',
  'JOB_START',
  'JOB_COMPLETED',
  'JOB_KILL',
  'JOB_FAIL_WAIT_TIMEDOUT',
  'JOB_ABORT_COMPLETED',
  'JOB_DIAGNOSTIC_UPDATE',
  'JOB_AM_REBOOT',
  'INTERNAL_ERROR',
] as const;

export const jobMachine = createMachine({
  id: 'job',
  context: ({ input }) => ({
    ...input,
    numMaps: 0,
    succeededMaps: 0,
    succeededReduces: 0,
    failedMaps: 0,
    failedReduces: 0,
    killedMaps: 0,
    killedReduces: 0,
    mapsCutShort: false,
    unusableNodes: new Map(),
  }),
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'NEW',
  states: {
    NEW: {
      on: {
        ...alive,
        JOB_INIT: [
          {
            guard: { type: 'hasSplits', params: payload },
            target: 'INITED',
            actions: [
              'writeSubmitted',
              { type: 'keepNumMaps', params: payload },
              { type: 'makeTasks', params: payload },
            ],
          },
          {
            target: 'NEW',
            actions: [
              'writeSubmitted',
              {
                type: 'addDiagnostics',
                params: ({ event }) => ({ diagnostics: `Job init failed: ${event.failure ?? 'no splits were given'}` }),
              },
            ],
          },
        ],
        JOB_INIT_FAILED: { target: 'FAIL_ABORT', actions: abort('FAILED') },
        JOB_KILL: { target: 'KILLED', actions: [say('Job received Kill while in NEW state'), finish('KILLED')] },
        ...nodesBeforeTasks,
      },
    },
    INITED: {
      on: {
        ...alive,
        JOB_START: { target: 'SETUP', actions: [{ type: 'start', params: payload }, 'setUpJob'] },
        JOB_KILL: {
          target: 'KILLED',
          actions: [say('Job received Kill while in INITED state'), abort('KILLED'), finish('KILLED')],
        },
        ...nodesBeforeTasks,
      },
    },
    SETUP: {
      on: {
        ...alive,
        JOB_SETUP_COMPLETED: [
          { guard: 'hasNoTasks', target: 'RUNNING', actions: ['scheduleTasks', 'announceCompleted'] },
          { target: 'RUNNING', actions: 'scheduleTasks' },
        ],
        JOB_SETUP_FAILED: { target: 'FAIL_ABORT', actions: [sayWhy('Job setup failed'), abort('FAILED')] },
        JOB_KILL: {
          target: 'KILL_ABORT',
          actions: [say('Job received Kill while in SETUP state'), abort('KILLED')],
        },
        ...nodesBeforeTasks,
      },
    },
    RUNNING: {
      on: {
        ...alive,
        JOB_TASK_ATTEMPT_COMPLETED: [
          {
            guard: { type: 'isLostMap', params: payload },
            actions: [
              { type: 'addCompletionEvent', params: payload },
              { type: 'rerunMap', params: payload },
            ],
          },
          completionEvents.JOB_TASK_ATTEMPT_COMPLETED,
        ],
        JOB_TASK_COMPLETED: [
          {
            guard: { type: 'willHaveFailedAndBeComplete', params: payload },
            target: 'FAIL_ABORT',
            actions: [...countTask, 'explainFailure', abort('FAILED')],
          },
          {
            guard: { type: 'willHaveFailed', params: payload },
            target: 'FAIL_WAIT',
            actions: [
              ...countTask,
              'explainFailure',
              { type: 'killTasks', params: { diagnostics: 'The job has failed' } },
              'startFailWait',
            ],
          },
          {
            guard: { type: 'willBeComplete', params: payload },
            target: 'COMMITTING',
            actions: [...countTask, 'commitJob'],
          },
          {
            guard: { type: 'willOnlyMapsBeLeft', params: payload },
            actions: [...countTask, 'noteMapsCutShort', 'cutMapsShort'],
          },
          { actions: countTask },
        ],
        JOB_COMPLETED: [{ guard: 'isComplete', target: 'COMMITTING', actions: 'commitJob' }, { target: 'RUNNING' }],
        JOB_KILL: {
          target: 'KILL_WAIT',
          actions: [
            say('Job received Kill while in RUNNING state'),
            { type: 'killTasks', params: { diagnostics: 'The job was killed' } },
          ],
        },
        JOB_MAP_TASK_RESCHEDULED: { actions: 'uncountMap' },
        JOB_TASK_ATTEMPT_FETCH_FAILURE: { actions: { type: 'countFetchFailures', params: payload } },
        JOB_UPDATED_NODES: [
          {
            guard: 'reducesRemain',
            actions: [
              { type: 'keepNodes', params: payload },
              { type: 'rerunMaps', params: payload },
            ],
          },
          { actions: { type: 'keepNodes', params: payload } },
        ],
      },
    },
    COMMITTING: {
      on: {
        ...alive,
        JOB_COMMIT_COMPLETED: { target: 'SUCCEEDED', actions: finish('SUCCEEDED') },
        JOB_COMMIT_FAILED: { target: 'FAIL_ABORT', actions: [sayWhy('Job commit failed'), abort('FAILED')] },
        JOB_KILL: {
          target: 'KILL_ABORT',
          actions: [say('Job received Kill while in COMMITTING state'), abort('KILLED')],
        },
        ...late(...taskEvents, ...nodeEvents),
      },
    },
    FAIL_WAIT: {
      on: {
        ...diagnostics,
        ...internalError,
        JOB_TASK_COMPLETED: [
          {
            guard: { type: 'willBeComplete', params: payload },
            target: 'FAIL_ABORT',
            actions: [...countTask, 'endFailWait', abort('FAILED')],
          },
          { actions: countTask },
        ],
        JOB_FAIL_WAIT_TIMEDOUT: { target: 'FAIL_ABORT', actions: ['endFailWait', abort('FAILED')] },
        JOB_KILL: { target: 'KILLED', actions: ['endFailWait', finish('KILLED')] },
        ...noRerun,
        ...late('JOB_TASK_ATTEMPT_COMPLETED', 'JOB_AM_REBOOT', ...nodeEvents),
      },
    },
    FAIL_ABORT: {
      on: {
        ...diagnostics,
        ...internalError,
        JOB_ABORT_COMPLETED: { target: 'FAILED', actions: finish('FAILED') },
        JOB_KILL: { target: 'KILLED', actions: finish('KILLED') },
        ...late(...taskEvents, ...nodeEvents, ...commitEvents, 'JOB_AM_REBOOT', 'JOB_FAIL_WAIT_TIMEDOUT'),
      },
    },
    KILL_WAIT: {
      on: {
        ...diagnostics,
        ...internalError,
        ...completionEvents,
        JOB_TASK_COMPLETED: [
          {
            guard: { type: 'willBeComplete', params: payload },
            target: 'KILL_ABORT',
            actions: [...countTask, abort('KILLED')],
          },
          { actions: countTask },
        ],
        JOB_COMPLETED: { target: 'KILL_ABORT', actions: abort('KILLED') },
        ...noRerun,
        ...late('JOB_KILL', 'JOB_AM_REBOOT', ...nodeEvents),
      },
    },
    KILL_ABORT: {
      on: {
        ...diagnostics,
        ...internalError,
        JOB_ABORT_COMPLETED: { target: 'KILLED', actions: finish('KILLED') },
        JOB_KILL: { target: 'KILLED', actions: finish('KILLED') },
        ...late(...taskEvents, ...nodeEvents, ...setupEvents, ...commitEvents, 'JOB_AM_REBOOT'),
      },
    },
    SUCCEEDED: {
      on: { ...diagnostics, ...internalError, ...late(...taskEvents, ...nodeEvents, 'JOB_KILL', 'JOB_AM_REBOOT') },
    },
    FAILED: {
      on: {
        ...diagnostics,
        ...internalError,
        ...late(
          ...taskEvents,
          ...nodeEvents,
          ...setupEvents,
          ...commitEvents,
          'JOB_KILL',
          'JOB_ABORT_COMPLETED',
          'JOB_AM_REBOOT',
          'JOB_FAIL_WAIT_TIMEDOUT',
        ),
      },
    },
    KILLED: {
      on: {
        ...diagnostics,
        ...internalError,
        ...late(
          ...taskEvents,
          ...nodeEvents,
          ...setupEvents,
          ...commitEvents,
          'JOB_INIT_FAILED',
          'JOB_START',
          'JOB_KILL',
          'JOB_ABORT_COMPLETED',
          'JOB_AM_REBOOT',
          'JOB_FAIL_WAIT_TIMEDOUT',
        ),
      },
    },
    ERROR: { on: { ...counters, ...late(...lateInError) } },
    REBOOT: { on: { ...counters, ...late(...lateInError) } },
  },
});
