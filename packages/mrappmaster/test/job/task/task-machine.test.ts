/** The machine of a task: the rules of mapreduce.md 2.6 and 2.6.1, recovery, and what no order of ends may break. */
import { jobId, applicationId, taskAttemptId, taskId, type TaskAttemptId, type TaskType } from '@bobbin/common';
import { runMachine } from '@bobbin/common/testing';
import fc from 'fast-check';
import type { RecoveredAttempt, RecoveredTask } from '../../../src/app-context.js';
import {
  taskMachine,
  type TaskEffect,
  type TaskInput,
  type TaskMachineEvent,
} from '../../../src/job/task/task-machine.js';

const id = taskId(jobId(applicationId(1, 1)), 'MAP', 0);
const a = (attempt: number): TaskAttemptId => taskAttemptId(id, attempt);
const input = (taskType: TaskType = 'MAP', maxAttempts = 4): TaskInput => ({
  taskId: id,
  taskType,
  maxAttempts,
  firstAttempt: 0,
});

const schedule: TaskMachineEvent = { type: 'T_SCHEDULE' };
const kill: TaskMachineEvent = { type: 'T_KILL' };
const speculate: TaskMachineEvent = { type: 'T_ADD_SPEC_ATTEMPT' };
const launched = (n: number): TaskMachineEvent => ({ type: 'T_ATTEMPT_LAUNCHED', attemptId: a(n) });
const succeeded = (n: number): TaskMachineEvent => ({ type: 'T_ATTEMPT_SUCCEEDED', attemptId: a(n) });
const commit = (n: number): TaskMachineEvent => ({ type: 'T_ATTEMPT_COMMIT_PENDING', attemptId: a(n) });
const killed = (n: number, reschedule = false): TaskMachineEvent => ({
  type: 'T_ATTEMPT_KILLED',
  attemptId: a(n),
  reschedule,
});
const failed = (n: number, { fastFail = false, rivalHasContainer = false } = {}): TaskMachineEvent => ({
  type: 'T_ATTEMPT_FAILED',
  attemptId: a(n),
  fastFail,
  rivalHasContainer,
});
const running = [schedule, launched(0)];

/** An effect in few words. */
function words(effect: TaskEffect): string {
  switch (effect.type) {
    case 'ADD_ATTEMPT':
      return `add ${effect.attemptId.slice(-1)}${effect.reschedule ? ' again' : ''}${effect.avataar === 'SPECULATIVE' ? ' beside' : ''}`;
    case 'KILL_ATTEMPTS':
      return `kill ${effect.attemptIds.map((attemptId) => attemptId.slice(-1)).join('')}`;
    case 'ADD_COMPLETION_EVENT':
      return `${effect.status} ${effect.attemptId.slice(-1)}`;
    default:
      return effect.type;
  }
}

function lastStep(events: readonly TaskMachineEvent[], of = input()): { state: string; effects: string[] } {
  const before = runMachine(taskMachine, of, events.slice(0, -1)).effects.length;
  const { state, effects } = runMachine(taskMachine, of, events);
  return { state, effects: effects.slice(before).map(words) };
}

test.each<[rule: string, events: TaskMachineEvent[], state: string, effects: string[]]>([
  ['begins with one attempt', [schedule], 'SCHEDULED', ['WRITE_STARTED', 'add 0']],
  ['killed before it began ends at once', [kill], 'KILLED', ['ANNOUNCE_KILLED']],
  ['killed while it waits kills its attempt', [schedule, kill], 'KILL_WAIT', ['kill 0']],
  [
    'killed ends with its last attempt',
    [...running, speculate, kill, killed(0), killed(1)],
    'KILLED',
    ['ANNOUNCE_KILLED'],
  ],
  ['killed ends even when that attempt succeeds', [...running, kill, succeeded(0)], 'KILLED', ['ANNOUNCE_KILLED']],
  ['killed waits for the others', [...running, speculate, kill, failed(0)], 'KILL_WAIT', []],
  [
    'tries again after a failure, at once',
    [...running, failed(0)],
    'RUNNING',
    ['BLAME_NODE', 'FAILED 0', 'add 1 again'],
  ],
  ['tries again after a kill, as before', [...running, killed(0)], 'RUNNING', ['KILLED 0', 'add 1']],
  ['tries again elsewhere if the kill says so', [...running, killed(0, true)], 'RUNNING', ['KILLED 0', 'add 1 again']],
  [
    'tries urgently after a kill if it has failures',
    [...running, failed(0), killed(1)],
    'RUNNING',
    ['KILLED 1', 'add 2 again'],
  ],
  [
    'fails at its limit',
    [schedule, failed(0), failed(1), failed(2), failed(3)],
    'FAILED',
    ['BLAME_NODE', 'TIPFAILED 3', 'kill ', 'ANNOUNCE_FAILED'],
  ],
  [
    'fails at once when told so',
    [...running, failed(0, { fastFail: true })],
    'FAILED',
    ['BLAME_NODE', 'TIPFAILED 0', 'kill ', 'ANNOUNCE_FAILED'],
  ],
  [
    'adds none while a rival runs',
    [...running, speculate, failed(0, { rivalHasContainer: true })],
    'RUNNING',
    ['BLAME_NODE', 'FAILED 0'],
  ],
  [
    'adds one while a rival only waits',
    [...running, speculate, failed(0)],
    'RUNNING',
    ['BLAME_NODE', 'FAILED 0', 'add 2 again'],
  ],
  ['speculates', [...running, speculate], 'RUNNING', ['add 1 beside']],
  [
    'succeeds with the first attempt that does',
    [...running, speculate, succeeded(1)],
    'SUCCEEDED',
    ['SUCCEEDED 1', 'ANNOUNCE_SUCCEEDED', 'kill 0'],
  ],
  ['lets the first commit that asks', [...running, speculate, commit(1)], 'RUNNING', ['GRANT_COMMIT']],
  ['kills who asks second', [...running, speculate, commit(1), commit(0)], 'RUNNING', ['kill 0']],
  ['is not asked twice', [...running, commit(0), commit(0)], 'RUNNING', []],
  [
    'grants anew after its committer failed',
    [...running, commit(0), failed(0), commit(1)],
    'RUNNING',
    ['GRANT_COMMIT'],
  ],
  [
    'grants anew after its committer was killed',
    [...running, commit(0), killed(0), commit(1)],
    'RUNNING',
    ['GRANT_COMMIT'],
  ],
  [
    'whose winner fails later is tried again, and that counts',
    [...running, succeeded(0), failed(0)],
    'SCHEDULED',
    ['ANNOUNCE_RESCHEDULED', 'BLAME_NODE', 'FAILED 0', 'add 1 again'],
  ],
  [
    'whose winner is killed later is tried again, and that does not count',
    [...running, succeeded(0), killed(0, true)],
    'SCHEDULED',
    ['KILLED 0', 'ANNOUNCE_RESCHEDULED', 'add 1 again'],
  ],
  [
    'that succeeded does not mind how its losers end',
    [...running, speculate, succeeded(0), failed(1)],
    'SUCCEEDED',
    [],
  ],
  [
    'that succeeded does not mind a second success',
    [...running, speculate, succeeded(0), succeeded(1)],
    'SUCCEEDED',
    [],
  ],
  ['that failed does not mind what comes', [...running, failed(0, { fastFail: true }), succeeded(0)], 'FAILED', []],
  ['refuses what makes no sense', [succeeded(0)], 'NEW', ['INVALID_EVENT']],
])('a task %s', (_, events, state, effects) => {
  expect(lastStep(events)).toEqual({ state, effects });
});

test.each([failed(0), killed(0)])('the success of a reduce is never taken back (%p)', (end) => {
  expect(lastStep([...running, succeeded(0), end], input('REDUCE'))).toEqual({
    state: 'SUCCEEDED',
    effects: ['INVALID_EVENT'],
  });
});

test('a map that fails after its success too often fails its task', () => {
  const events = [...running, succeeded(0), failed(0), launched(1), succeeded(1), failed(1)];
  expect(lastStep(events, input('MAP', 2)).state).toBe('FAILED');
});

describe('recovery', () => {
  const attempt = (n: number, state: RecoveredAttempt['state']) => ({ attemptId: a(n), state }) as RecoveredAttempt;
  const recover = (status: RecoveredTask['status'], ...attempts: RecoveredAttempt[]): TaskMachineEvent => ({
    type: 'T_RECOVER',
    task: { taskId: id, status, startTimeMs: 1, attempts },
    recoverOutput: false,
  });

  test.each<[string, TaskMachineEvent, string, string[]]>([
    [
      'a success with its attempt',
      recover('SUCCEEDED', attempt(0, 'FAILED'), attempt(1, 'SUCCEEDED')),
      'SUCCEEDED',
      ['WRITE_STARTED', 'RECOVER_ATTEMPTS', 'ANNOUNCE_SUCCEEDED'],
    ],
    [
      'a success whose attempt did not survive by a new attempt',
      recover('SUCCEEDED', attempt(0, 'KILLED')),
      'RUNNING',
      ['WRITE_STARTED', 'RECOVER_ATTEMPTS', 'add 0'],
    ],
    [
      'a failure',
      recover('FAILED', attempt(0, 'FAILED')),
      'FAILED',
      ['WRITE_STARTED', 'RECOVER_ATTEMPTS', 'ANNOUNCE_FAILED'],
    ],
    ['a kill', recover('KILLED'), 'KILLED', ['WRITE_STARTED', 'RECOVER_ATTEMPTS', 'ANNOUNCE_KILLED']],
    [
      'an attempt that may still run, without another one',
      recover('RUNNING', attempt(0, 'FAILED'), attempt(1, 'RUNNING')),
      'RUNNING',
      ['WRITE_STARTED', 'RECOVER_ATTEMPTS'],
    ],
    [
      'attempts of which none can run any more by a new one',
      recover('RUNNING', attempt(0, 'FAILED'), attempt(1, 'KILLED')),
      'RUNNING',
      ['WRITE_STARTED', 'RECOVER_ATTEMPTS', 'add 0 again'],
    ],
  ])('takes up %s', (_, event, state, effects) => {
    expect(lastStep([event])).toEqual({ state, effects });
  });

  test('grants the commit to whichever of the adopted asks first, and runs again when all of them are gone', () => {
    const adopted = recover('RUNNING', attempt(0, 'RUNNING'), attempt(1, 'RUNNING'));
    expect(lastStep([adopted, commit(1)]).effects).toEqual(['GRANT_COMMIT']);
    expect(lastStep([adopted, commit(1), commit(0)]).effects).toEqual(['kill 0']);
    expect(lastStep([adopted, killed(0), killed(1)])).toEqual({ state: 'RUNNING', effects: ['KILLED 1', 'add 1'] });
    expect(lastStep([adopted, succeeded(0)])).toEqual({
      state: 'SUCCEEDED',
      effects: ['SUCCEEDED 0', 'ANNOUNCE_SUCCEEDED', 'kill 1'],
    });
  });

  test('numbers new attempts apart from those of the earlier AM, and remembers failures', () => {
    const of = { ...input(), firstAttempt: 1000 };
    const { effects, snapshot } = runMachine(taskMachine, of, [
      recover('SUCCEEDED', attempt(0, 'FAILED'), attempt(1, 'SUCCEEDED')),
      killed(1, true),
    ]);
    expect(effects.at(-1)).toMatchObject({ type: 'ADD_ATTEMPT', attemptId: a(1000), reschedule: true });
    expect(snapshot.context.failures).toBe(1);
  });
});

test('in any order: failures never exceed the limit, kills never count, and live attempts are those that did not end', () => {
  const move = fc.tuple(
    fc.constantFrom('fail', 'kill', 'succeed', 'commit', 'launch', 'spec'),
    fc.nat(4),
    fc.boolean(),
  );
  fc.assert(
    fc.property(
      fc.constantFrom<TaskType>('MAP', 'REDUCE'),
      fc.integer({ min: 1, max: 4 }),
      fc.array(move),
      (type, max, moves) => {
        const events: TaskMachineEvent[] = [schedule];
        for (const [what, n, flag] of moves) {
          if (what === 'fail') events.push(failed(n, { rivalHasContainer: flag }));
          else if (what === 'kill') events.push(killed(n, flag));
          else if (what === 'succeed') events.push(succeeded(n));
          else if (what === 'commit') events.push(commit(n));
          else events.push(what === 'launch' ? launched(n) : speculate);
        }
        const { state, snapshot, effects } = runMachine(taskMachine, input(type, max), events);
        const { failures, live, successfulAttempt, commitAttempt } = snapshot.context;
        expect(failures).toBeLessThanOrEqual(max);
        expect(state === 'FAILED').toBe(failures === max);
        expect(new Set(live).size).toBe(live.length);
        expect(successfulAttempt !== undefined).toBe(state === 'SUCCEEDED');
        if (state === 'SCHEDULED' || state === 'RUNNING') expect(live.length).toBeGreaterThan(0);
        if (commitAttempt !== undefined) expect(live).toContain(commitAttempt);
        const added = effects.filter((effect) => effect.type === 'ADD_ATTEMPT').map((effect) => effect.attemptId);
        expect(new Set(added).size).toBe(added.length);
      },
    ),
  );
});
