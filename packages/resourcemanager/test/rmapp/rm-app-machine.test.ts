/** The machine of an application: its table, Hadoop's arcs, what each step asks for, and what no order of events may break. */
import { applicationId, nodeId } from '@bobbin/common';
import { runMachine } from '@bobbin/common/testing';
import fc from 'fast-check';
import { rmAppMachine, type RMAppEffect, type RMAppEvent, type RMAppInput } from '../../src/rmapp/rm-app-machine.js';

const app = applicationId(1_700_000_000_000, 1);
const node = nodeId('h1', 1);
const input = (over: Partial<RMAppInput> = {}): RMAppInput => ({
  applicationId: app,
  maxAttempts: 2,
  validityIntervalMs: -1,
  unmanaged: false,
  ...over,
});

const accepted: RMAppEvent[] = [{ type: 'START' }, { type: 'APP_NEW_SAVED' }, { type: 'APP_ACCEPTED' }];
const running: RMAppEvent[] = [...accepted, { type: 'ATTEMPT_REGISTERED' }];
const failed = (atMs: number, counts = true): RMAppEvent => ({
  type: 'ATTEMPT_FAILED',
  diagnostics: `boom ${atMs}`,
  counts,
  atMs,
  keepContainers: false,
});
const kill: RMAppEvent = { type: 'KILL', diagnostics: 'by alice' };
const done: RMAppEvent = { type: 'ATTEMPT_FINISHED', finalStatus: 'SUCCEEDED', diagnostics: 'ok' };
const unregistered: RMAppEvent = { ...done, type: 'ATTEMPT_UNREGISTERED' };
const saved: RMAppEvent = { type: 'APP_UPDATE_SAVED' };

test.each<[string, RMAppEvent[], string, string[]]>([
  ['is stored before the scheduler hears of it', [{ type: 'START' }], 'NEW_SAVING', ['SAVE_APP']],
  ['starts its first attempt when accepted', accepted, 'ACCEPTED', ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT']],
  [
    'keeps its first launch time',
    [...accepted, { type: 'ATTEMPT_LAUNCHED', atMs: 5 }, { type: 'ATTEMPT_LAUNCHED', atMs: 9 }],
    'ACCEPTED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'SAVE_LAUNCH_TIME'],
  ],
  [
    'tries again when an attempt fails',
    [...running, failed(1)],
    'ACCEPTED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'START_ATTEMPT'],
  ],
  [
    'fails when the attempts are used up',
    [...running, failed(1), failed(2), saved],
    'FAILED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'START_ATTEMPT', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'waits for its AM to leave after the last word',
    [...running, unregistered, saved],
    'FINISHING',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'SAVE_FINAL'],
  ],
  [
    'is finished when the container overtook the store',
    [...running, unregistered, done, saved],
    'FINISHED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'a kill that comes too late ends FINISHED',
    [...running, kill, unregistered, saved, done],
    'FINISHED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'KILL_ATTEMPT', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'a kill waits for the attempt',
    [...running, kill, { type: 'ATTEMPT_KILLED', diagnostics: '' }, saved],
    'KILLED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'KILL_ATTEMPT', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'an attempt that fails while killed is not repeated',
    [...running, kill, failed(1), saved],
    'KILLED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'START_ATTEMPT', 'KILL_ATTEMPT', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'a refusal of the scheduler fails it',
    [{ type: 'START' }, { type: 'APP_NEW_SAVED' }, { type: 'APP_REJECTED', diagnostics: 'no queue' }, saved],
    'FAILED',
    ['SAVE_APP', 'ADD_TO_SCHEDULER', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'a node that still runs it after the end is told to clean up',
    [{ ...kill }, { type: 'APP_RUNNING_ON_NODE', nodeId: node }],
    'KILLED',
    ['FINISH', 'CLEAN_UP_NODE'],
  ],
  [
    'recovered with a stored end it has ended',
    [{ type: 'RECOVER', finalState: 'FAILED', attempts: 2, diagnostics: 'd' }],
    'FAILED',
    ['RECOVER_ATTEMPTS', 'FINISH'],
  ],
  [
    'recovered without an attempt it begins again',
    [{ type: 'RECOVER', attempts: 0, diagnostics: '' }],
    'SUBMITTED',
    ['ADD_TO_SCHEDULER'],
  ],
  [
    'recovered with an attempt it waits for the AM',
    [{ type: 'RECOVER', attempts: 1, diagnostics: '' }],
    'ACCEPTED',
    ['RECOVER_ATTEMPTS'],
  ],
  [
    'recovered into a cluster without its queue it fails',
    [{ type: 'RECOVER', attempts: 1, diagnostics: '', rejected: 'no queue' }, saved],
    'FAILED',
    ['SAVE_FINAL', 'FINISH'],
  ],
])('%s', (_rule, events, state, effects) => {
  const result = runMachine(rmAppMachine, input(), events);
  expect(result.state).toBe(state);
  expect(result.effects.map((e) => e.type)).toEqual(effects);
});

test('a failure that was not its fault does not use up an attempt', () => {
  const events = [...running, failed(1, false), failed(2, false), failed(3, false), failed(4)];
  expect(runMachine(rmAppMachine, input(), events).state).toBe('ACCEPTED');
});

test('one attempt allowed is one attempt, whatever the cause', () => {
  expect(runMachine(rmAppMachine, input({ maxAttempts: 1 }), [...running, failed(1, false)]).state).toBe(
    'FINAL_SAVING',
  );
});

test('failures older than the validity interval do not count', () => {
  const events = [...running, failed(1000), failed(5000)];
  expect(runMachine(rmAppMachine, input({ validityIntervalMs: 1000 }), events).state).toBe('ACCEPTED');
  expect(runMachine(rmAppMachine, input({ validityIntervalMs: 10_000 }), events).state).toBe('FINAL_SAVING');
});

test('the end names how often it failed and why', () => {
  const { effects } = runMachine(rmAppMachine, input(), [...running, failed(1), failed(2)]);
  expect(effects.at(-1)).toEqual<RMAppEffect>({
    type: 'SAVE_FINAL',
    state: 'FAILED',
    diagnostics: `Application ${app} failed 2 times due to boom 2. Failing the application.`,
  });
});

const anyEvent: fc.Arbitrary<RMAppEvent> = fc.oneof(
  fc.constantFrom<RMAppEvent>(
    { type: 'START' },
    { type: 'APP_NEW_SAVED' },
    { type: 'APP_ACCEPTED' },
    saved,
    { type: 'ATTEMPT_REGISTERED' },
    { type: 'ATTEMPT_LAUNCHED', atMs: 1 },
    { type: 'ATTEMPT_KILLED', diagnostics: '' },
    { type: 'APP_REJECTED', diagnostics: 'r' },
    { type: 'APP_SAVE_FAILED', diagnostics: 's' },
    { type: 'NODE_UPDATE', nodeId: node, update: 'NODE_USABLE' },
    { type: 'APP_RUNNING_ON_NODE', nodeId: node },
    kill,
    done,
    unregistered,
  ),
  fc.nat(100).map((atMs) => failed(atMs)),
);

test('whatever comes: attempts stay within the limit, and the end is reached once and for good', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (events, maxAttempts) => {
      const { effects } = runMachine(rmAppMachine, input({ maxAttempts }), events);
      expect(effects.filter((e) => e.type === 'START_ATTEMPT').length).toBeLessThanOrEqual(maxAttempts);
      expect(effects.filter((e) => e.type === 'FINISH').length).toBeLessThanOrEqual(1);
      const end = effects.findIndex((e) => e.type === 'FINISH');
      const late = end < 0 ? [] : effects.slice(end + 1).map((e) => e.type);
      expect(late.filter((type) => type !== 'CLEAN_UP_NODE' && type !== 'INVALID_EVENT')).toEqual([]);
    }),
  );
});

test('nothing is told to anyone as final before it was saved', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const { effects } = runMachine(rmAppMachine, input(), [...accepted, ...events]);
      const end = effects.find((e) => e.type === 'FINISH');
      const save = effects.find((e) => e.type === 'SAVE_FINAL');
      if (end && end.state !== 'FINISHED') expect(save?.state).toBe(end.state);
    }),
  );
});
