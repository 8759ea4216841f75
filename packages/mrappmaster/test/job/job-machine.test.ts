/** The machine of a job: the rules of mapreduce.md 2.3 and 2.4 as far as they are decisions. */
import {
  applicationId,
  jobId,
  nodeId,
  taskAttemptId,
  taskId,
  type NodeReport,
  type NodeState,
  type TaskType,
} from '@bobbin/common';
import { runMachine } from '@bobbin/common/testing';
import fc from 'fast-check';
import {
  completedMaps,
  completedReduces,
  jobMachine,
  type JobInput,
  type JobMachineEvent,
} from '../../src/job/job-machine.js';
import { splits } from '../support/mr-app.js';

const job = jobId(applicationId(1, 1));
const input = (over: Partial<JobInput> = {}): JobInput => ({
  numReduces: 1,
  mapFailuresMaxPercent: 0,
  reduceFailuresMaxPercent: 0,
  finishWhenAllReducersDone: true,
  ...over,
});

type State = 'SUCCEEDED' | 'FAILED' | 'KILLED';
const over = (type: TaskType, state: State, number = 0): JobMachineEvent => ({
  type: 'JOB_TASK_COMPLETED',
  taskId: taskId(job, type, number),
  state,
});
const map = (state: State, number = 0): JobMachineEvent => over('MAP', state, number);
const reduce = (state: State, number = 0): JobMachineEvent => over('REDUCE', state, number);
const rescheduled: JobMachineEvent = { type: 'JOB_MAP_TASK_RESCHEDULED', taskId: taskId(job, 'MAP', 0) };
const kill: JobMachineEvent = { type: 'JOB_KILL' };
const error: JobMachineEvent = { type: 'INTERNAL_ERROR' };
const reboot: JobMachineEvent = { type: 'JOB_AM_REBOOT' };
const nodes: JobMachineEvent = { type: 'JOB_UPDATED_NODES', nodes: [] };
const home = nodeId('host', 1);
const homeIs = (state: NodeState): JobMachineEvent => ({
  type: 'JOB_UPDATED_NODES',
  nodes: [{ nodeId: home, state } as NodeReport],
});
const succeededAtHome = (type: TaskType): JobMachineEvent => ({
  type: 'JOB_TASK_ATTEMPT_COMPLETED',
  attemptId: taskAttemptId(taskId(job, type, 0), 0),
  status: 'SUCCEEDED',
  mapOutputServerAddress: 'host:2',
  attemptRunTimeMs: 1,
  nodeId: home,
});

const inited = (maps: number): JobMachineEvent[] => [{ type: 'JOB_INIT', splits: splits(maps) }];
const setup = (maps: number): JobMachineEvent[] => [...inited(maps), { type: 'JOB_START' }];
const running = (maps: number): JobMachineEvent[] => [...setup(maps), { type: 'JOB_SETUP_COMPLETED' }];
const committing = [...running(1), map('SUCCEEDED'), reduce('SUCCEEDED')];

function lastStep(events: readonly JobMachineEvent[], of = input()): { state: string; effects: string[] } {
  const before = runMachine(jobMachine, of, events.slice(0, -1)).effects.length;
  const { state, effects } = runMachine(jobMachine, of, events);
  return {
    state,
    effects: effects.slice(before).map((effect) => {
      if (effect.type === 'FINISH') return `FINISH ${effect.state}`;
      if (effect.type === 'ABORT_JOB') return `ABORT ${effect.finalState}`;
      return effect.type === 'KILL_TASKS' ? `KILL ${effect.which}` : effect.type;
    }),
  };
}

test.each<[rule: string, events: JobMachineEvent[], state: string, effects: string[]]>([
  ['is set up by the committer', setup(1), 'SETUP', ['START', 'SET_UP_JOB']],
  ['schedules its tasks when it is set up', running(1), 'RUNNING', ['SCHEDULE_TASKS']],
  ['commits when every task is over', committing, 'COMMITTING', ['NOTE_TASK_COMPLETED', 'COMMIT_JOB']],
  ['ends when it is committed', [...committing, { type: 'JOB_COMMIT_COMPLETED' }], 'SUCCEEDED', ['FINISH SUCCEEDED']],
  [
    'that cannot commit aborts and says why',
    [...committing, { type: 'JOB_COMMIT_FAILED', diagnostics: 'disk full' }],
    'FAIL_ABORT',
    ['ADD_DIAGNOSTICS', 'ABORT FAILED'],
  ],
  [
    'that cannot be set up aborts and says why',
    [...setup(1), { type: 'JOB_SETUP_FAILED', diagnostics: 'no such folder' }],
    'FAIL_ABORT',
    ['ADD_DIAGNOSTICS', 'ABORT FAILED'],
  ],
  [
    'fails with its first failed task, and waits for those it kills',
    [...running(2), map('FAILED')],
    'FAIL_WAIT',
    ['NOTE_TASK_COMPLETED', 'ADD_DIAGNOSTICS', 'KILL ALL', 'START_FAIL_WAIT'],
  ],
  [
    'fails at once when nothing is left to kill',
    [...running(1), map('SUCCEEDED'), reduce('FAILED')],
    'FAIL_ABORT',
    ['NOTE_TASK_COMPLETED', 'ADD_DIAGNOSTICS', 'ABORT FAILED'],
  ],
  [
    'aborts when the killed tasks are gone',
    [...running(1), map('FAILED'), reduce('KILLED')],
    'FAIL_ABORT',
    ['NOTE_TASK_COMPLETED', 'END_FAIL_WAIT', 'ABORT FAILED'],
  ],
  [
    'aborts when it has waited long enough',
    [...running(1), map('FAILED'), { type: 'JOB_FAIL_WAIT_TIMEDOUT' }],
    'FAIL_ABORT',
    ['END_FAIL_WAIT', 'ABORT FAILED'],
  ],
  [
    'that waits to fail and is killed is killed',
    [...running(1), map('FAILED'), kill],
    'KILLED',
    ['END_FAIL_WAIT', 'FINISH KILLED'],
  ],
  ['killed before it was read ends at once', [kill], 'KILLED', ['ADD_DIAGNOSTICS', 'FINISH KILLED']],
  [
    'killed before its start ends at once, and cleans up',
    [...inited(1), kill],
    'KILLED',
    ['ADD_DIAGNOSTICS', 'ABORT KILLED', 'FINISH KILLED'],
  ],
  ['killed in set-up aborts', [...setup(1), kill], 'KILL_ABORT', ['ADD_DIAGNOSTICS', 'ABORT KILLED']],
  ['killed while it runs kills its tasks', [...running(1), kill], 'KILL_WAIT', ['ADD_DIAGNOSTICS', 'KILL ALL']],
  [
    'killed aborts when the tasks are gone',
    [...running(1), kill, map('KILLED'), reduce('KILLED')],
    'KILL_ABORT',
    ['NOTE_TASK_COMPLETED', 'ABORT KILLED'],
  ],
  [
    'killed does not let a map run again',
    [...running(2), map('SUCCEEDED'), kill, rescheduled],
    'KILL_WAIT',
    ['KILL_TASK'],
  ],
  ['killed in commit aborts', [...committing, kill], 'KILL_ABORT', ['ADD_DIAGNOSTICS', 'ABORT KILLED']],
  ['killed twice does not wait for the abort', [...committing, kill, kill], 'KILLED', ['FINISH KILLED']],
  ['killed after its end has ended', [...committing, { type: 'JOB_COMMIT_COMPLETED' }, kill], 'SUCCEEDED', []],
  [
    'forgets a map whose output is lost',
    [...running(1), map('SUCCEEDED'), rescheduled, reduce('SUCCEEDED')],
    'RUNNING',
    ['NOTE_TASK_COMPLETED', 'KILL UNFINISHED_MAPS'],
  ],
  [
    'makes maps of lost nodes again while reduces remain',
    [...running(2), map('SUCCEEDED'), nodes],
    'RUNNING',
    ['RERUN_MAPS'],
  ],
  [
    'leaves maps of lost nodes once the reduces are done',
    [...running(2), map('SUCCEEDED'), reduce('SUCCEEDED'), nodes],
    'RUNNING',
    [],
  ],
  ...(['NEW', 'INITED', 'SETUP', 'RUNNING'] as const).map(
    (state, events): [string, JobMachineEvent[], string, string[]] => [
      `that was told in ${state} of a lost node makes a map that comes back from there again`,
      [...running(1).slice(0, events), homeIs('LOST'), ...running(1).slice(events), succeededAtHome('MAP')],
      'RUNNING',
      ['ADD_COMPLETION_EVENT', 'RERUN_MAP'],
    ],
  ),
  [
    'keeps a map of a node that is well again',
    [...setup(1), homeIs('LOST'), homeIs('RUNNING'), { type: 'JOB_SETUP_COMPLETED' }, succeededAtHome('MAP')],
    'RUNNING',
    ['ADD_COMPLETION_EVENT'],
  ],
  [
    'keeps a reduce that comes back from a lost node',
    [...running(1), homeIs('LOST'), succeededAtHome('REDUCE')],
    'RUNNING',
    ['ADD_COMPLETION_EVENT'],
  ],
  [
    'keeps maps of a lost node once the reduces are done',
    [...running(2), homeIs('LOST'), reduce('SUCCEEDED'), succeededAtHome('MAP')],
    'RUNNING',
    ['ADD_COMPLETION_EVENT'],
  ],
  ['without tasks is told so', running(0), 'RUNNING', ['SCHEDULE_TASKS']],
  ['whose AM is not wanted any more leaves it to the next', [...running(1), reboot], 'REBOOT', ['FINISH REBOOT']],
  ['with a bug ends in ERROR', [...running(1), error], 'ERROR', ['FINISH ERROR']],
  ['in ERROR takes no notice', [...running(1), error, error], 'ERROR', []],
  ['refuses what makes no sense', [{ type: 'JOB_START' }], 'NEW', ['INVALID_EVENT']],
])('a job %s', (_, events, state, effects) => {
  expect(lastStep(events)).toEqual({ state, effects });
});

test('a job without tasks commits when it hears that it is done', () => {
  const of = input({ numReduces: 0 });
  expect(lastStep(running(0), of).effects).toEqual(['SCHEDULE_TASKS', 'ANNOUNCE_COMPLETED']);
  expect(lastStep([...running(0), { type: 'JOB_COMPLETED' }], of)).toEqual({
    state: 'COMMITTING',
    effects: ['COMMIT_JOB'],
  });
  expect(lastStep([...running(0), kill, { type: 'JOB_COMPLETED' }], of).state).toBe('KILL_ABORT');
});

test.each<[maxPercent: number, failed: number, state: string]>([
  [0, 1, 'FAIL_WAIT'],
  [24, 1, 'FAIL_WAIT'],
  [25, 1, 'RUNNING'],
  [50, 2, 'RUNNING'],
  [50, 3, 'FAIL_WAIT'],
  [100, 4, 'RUNNING'],
])('with %d %% of 4 maps allowed to fail, %d failed maps leave a job %s', (percent, count, state) => {
  const failures = Array.from({ length: count }, (_, number) => map('FAILED', number));
  expect(lastStep([...running(4), ...failures], input({ mapFailuresMaxPercent: percent })).state).toBe(state);
});

test('maps that run again for nobody are killed once, or never if the job says so', () => {
  const events = [...running(3), map('SUCCEEDED'), reduce('SUCCEEDED')];
  expect(lastStep(events).effects).toContain('KILL UNFINISHED_MAPS');
  expect(lastStep([...events, map('KILLED', 1)]).effects).toEqual(['NOTE_TASK_COMPLETED']);
  expect(lastStep(events, input({ finishWhenAllReducersDone: false })).effects).toEqual(['NOTE_TASK_COMPLETED']);
});

test('counts are what was told, and a job commits exactly when all tasks are over and not too many failed', () => {
  const ends = fc.array(fc.constantFrom<State>('SUCCEEDED', 'FAILED', 'KILLED'), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(ends, ends, fc.integer({ min: 0, max: 100 }), (maps, reduces, percent) => {
      const of = input({
        numReduces: reduces.length,
        mapFailuresMaxPercent: percent,
        reduceFailuresMaxPercent: percent,
      });
      const told = [...maps.map((state, n) => map(state, n)), ...reduces.map((state, n) => reduce(state, n))];
      const { state, snapshot } = runMachine(jobMachine, of, [...running(maps.length), ...told]);
      const tooMany = (all: State[]): boolean =>
        all.filter((end) => end === 'FAILED').length * 100 > percent * all.length;
      const fails = tooMany(maps) || tooMany(reduces);
      expect(state).toBe(fails ? 'FAIL_ABORT' : 'COMMITTING');
      expect([completedMaps(snapshot.context), completedReduces(snapshot.context)]).toEqual([
        maps.length,
        reduces.length,
      ]);
    }),
  );
});
