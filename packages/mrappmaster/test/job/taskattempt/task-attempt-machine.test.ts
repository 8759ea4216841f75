/** The machine of an attempt: what each step asks for (mapreduce.md 2.8), and what no order of events may break. */
import { applicationAttemptId, applicationId, containerId, nodeId, type TaskAttemptId } from '@bobbin/common';
import { runMachine } from '@bobbin/common/testing';
import fc from 'fast-check';
import type { RecoveredAttempt } from '../../../src/app-context.js';
import type { TaskAttemptEvent } from '../../../src/events.js';
import { taskAttemptMachine } from '../../../src/job/taskattempt/task-attempt-machine.js';
import { StatusSlot } from '../../../src/task-status.js';

const attemptId = 'attempt_1700000000000_0001_m_000000_0' as TaskAttemptId;
const base = { domain: 'taskattempt', attemptId } as const;
type Type = TaskAttemptEvent['type'];

const container = {
  id: containerId(applicationAttemptId(applicationId(1, 1), 1), 2),
  nodeId: nodeId('h', 1),
  nodeHttpAddress: 'h:2',
  resource: { memoryMb: 1, vcores: 1 },
  priority: 20,
  executionType: 'GUARANTEED',
  allocationRequestId: -1,
  version: 0,
} as const;

const recovered = (state: RecoveredAttempt['state']): RecoveredAttempt => ({
  attemptId,
  state,
  startTimeMs: 1,
  finishTimeMs: 2,
  shuffleFinishTimeMs: 0,
  sortFinishTimeMs: 0,
  containerId: container.id,
  nodeId: container.nodeId,
  nodeHttpAddress: 'h:2',
  rackName: '/r',
  shufflePort: 13562,
  counters: {},
  diagnostics: '',
  avataar: 'VIRGIN',
});

/** An event with whatever payload its type needs. */
function ev(type: Type, state: RecoveredAttempt['state'] = 'SUCCEEDED'): TaskAttemptEvent {
  switch (type) {
    case 'TA_ASSIGNED':
      return { ...base, type, container };
    case 'TA_CONTAINER_LAUNCHED':
      return { ...base, type, shufflePort: 13562 };
    case 'TA_CONTAINER_LAUNCH_FAILED':
    case 'TA_DIAGNOSTICS_UPDATE':
      return { ...base, type, diagnostics: 'why' };
    case 'TA_KILL':
      return { ...base, type, diagnostics: 'by alice', reschedule: true };
    case 'TA_UPDATE':
      return { ...base, type, slot: new StatusSlot() };
    case 'TA_TOO_MANY_FETCH_FAILURE':
      return { ...base, type, reduceId: attemptId, reduceHost: 'r' };
    case 'TA_RECOVER':
      return { ...base, type, attempt: recovered(state), recoverOutput: false };
    default:
      return { ...base, type };
  }
}

const adopted: Type[] = ['TA_RECOVER', 'TA_ADOPTED'];
const assigned: Type[] = ['TA_SCHEDULE', 'TA_ASSIGNED'];
const running: Type[] = [...assigned, 'TA_CONTAINER_LAUNCHED'];
const finishing: Type[] = [...running, 'TA_DONE'];
const succeeded: Type[] = [...finishing, 'TA_CONTAINER_COMPLETED'];

/** The effects of the last event alone. */
function lastStep(rerunnable: boolean, types: readonly Type[]): { state: string; effects: string[] } {
  const events = types.map((type) => ev(type, 'RUNNING'));
  const before = runMachine(taskAttemptMachine, { rerunnable }, events.slice(0, -1)).effects.length;
  const { state, effects } = runMachine(taskAttemptMachine, { rerunnable }, events);
  return { state, effects: effects.slice(before).map((effect) => effect.type) };
}

test.each<[rule: string, types: Type[], state: string, effects: string[]]>([
  ['asks for a container', ['TA_SCHEDULE'], 'UNASSIGNED', ['REQUEST_CONTAINER']],
  ['that was killed before it began leaves nothing', ['TA_KILL'], 'KILLED', ['ADD_DIAGNOSTICS', 'ANNOUNCE_KILL']],
  ['that was failed before it began tells its task', ['TA_FAILMSG_BY_CLIENT'], 'FAILED', ['ANNOUNCE_FAILURE']],
  ['launches what it was given', assigned, 'ASSIGNED', ['LAUNCH_CONTAINER']],
  [
    'gives its request back when killed',
    ['TA_SCHEDULE', 'TA_KILL'],
    'KILLED',
    ['ADD_DIAGNOSTICS', 'WITHDRAW_REQUEST', 'ANNOUNCE_KILL'],
  ],
  [
    'gives its request back when failed',
    ['TA_SCHEDULE', 'TA_FAILMSG_BY_CLIENT'],
    'FAILED',
    ['WITHDRAW_REQUEST', 'ANNOUNCE_FAILURE'],
  ],
  ['runs once its container does', running, 'RUNNING', ['ANNOUNCE_LAUNCH']],
  [
    'gives back a container that could not be launched',
    [...assigned, 'TA_CONTAINER_LAUNCH_FAILED'],
    'FAILED',
    ['ADD_DIAGNOSTICS', 'STOP_LISTENING', 'DEALLOCATE_CONTAINER', 'ANNOUNCE_FAILURE'],
  ],
  [
    'whose container ended before it ran has failed',
    [...assigned, 'TA_CONTAINER_COMPLETED'],
    'FAILED',
    ['STOP_LISTENING', 'RETURN_CONTAINER', 'ANNOUNCE_FAILURE'],
  ],
  ['of an earlier AM that is heard goes on, and says so', adopted, 'RUNNING', ['ANNOUNCE_ADOPTION']],
  [
    'that was adopted ends like any other',
    [...adopted, 'TA_DONE'],
    'SUCCESS_FINISHING_CONTAINER',
    ['STOP_LISTENING', 'AWAIT_EXIT', 'ANNOUNCE_SUCCESS'],
  ],
  [
    'of an earlier AM whose container ended unheard has failed',
    ['TA_RECOVER', 'TA_CONTAINER_COMPLETED'],
    'FAILED',
    ['STOP_LISTENING', 'RETURN_CONTAINER', 'ANNOUNCE_FAILURE'],
  ],
  [
    'of an earlier AM that is given up has its container stopped first',
    ['TA_RECOVER', 'TA_KILL'],
    'KILL_CONTAINER_CLEANUP',
    ['ADD_DIAGNOSTICS', 'STOP_LISTENING', 'CLEAN_CONTAINER'],
  ],
  [
    'that is heard after it was given up changes nothing',
    ['TA_RECOVER', 'TA_KILL', 'TA_ADOPTED'],
    'KILL_CONTAINER_CLEANUP',
    [],
  ],
  ['keeps the newest status', [...running, 'TA_UPDATE'], 'RUNNING', ['TAKE_STATUS']],
  ['asks its task whether it may commit', [...running, 'TA_COMMIT_PENDING'], 'COMMIT_PENDING', ['ASK_COMMIT']],
  ['asks once', [...running, 'TA_COMMIT_PENDING', 'TA_COMMIT_PENDING'], 'COMMIT_PENDING', []],
  [
    'announces its success before its container has ended',
    finishing,
    'SUCCESS_FINISHING_CONTAINER',
    ['STOP_LISTENING', 'AWAIT_EXIT', 'ANNOUNCE_SUCCESS'],
  ],
  [
    'announces its failure before its container has ended',
    [...running, 'TA_FAILMSG'],
    'FAIL_FINISHING_CONTAINER',
    ['STOP_LISTENING', 'AWAIT_EXIT', 'ANNOUNCE_FAILURE'],
  ],
  ['is through when its container has ended', succeeded, 'SUCCEEDED', ['STOP_AWAITING_EXIT', 'RETURN_CONTAINER']],
  [
    'that ends by itself fails without a task abort',
    [...running, 'TA_CONTAINER_COMPLETED'],
    'FAILED',
    ['STOP_LISTENING', 'RETURN_CONTAINER', 'ANNOUNCE_FAILURE'],
  ],
  [
    'that times out is cleaned with its stacks',
    [...running, 'TA_TIMED_OUT'],
    'FAIL_CONTAINER_CLEANUP',
    ['STOP_LISTENING', 'CLEAN_CONTAINER'],
  ],
  [
    'has its output aborted once its container is gone',
    [...running, 'TA_TIMED_OUT', 'TA_CONTAINER_CLEANED'],
    'FAIL_TASK_CLEANUP',
    ['ABORT_TASK'],
  ],
  [
    'tells its failure when all is clean',
    [...running, 'TA_TIMED_OUT', 'TA_CONTAINER_CLEANED', 'TA_CLEANUP_DONE'],
    'FAILED',
    ['ANNOUNCE_FAILURE'],
  ],
  [
    'that said it failed and does not leave is cleaned, but told once',
    [...running, 'TA_FAILMSG', 'TA_TIMED_OUT', 'TA_CONTAINER_CLEANED', 'TA_CLEANUP_DONE'],
    'FAILED',
    [],
  ],
  [
    'whose container was cleaned behind its back is killed',
    [...running, 'TA_CONTAINER_CLEANED'],
    'KILLED',
    ['STOP_LISTENING', 'ANNOUNCE_KILL'],
  ],
  [
    'that yields is killed, not failed',
    [...running, 'TA_PREEMPTED'],
    'KILLED',
    ['STOP_LISTENING', 'CLEAN_CONTAINER', 'ANNOUNCE_KILL'],
  ],
  [
    'that does not leave in time has succeeded all the same',
    [...finishing, 'TA_TIMED_OUT', 'TA_CONTAINER_CLEANED'],
    'SUCCEEDED',
    [],
  ],
  [
    'keeps what comes late for its diagnostics',
    [...succeeded, 'TA_DIAGNOSTICS_UPDATE'],
    'SUCCEEDED',
    ['ADD_DIAGNOSTICS'],
  ],
  [
    'whose output nobody can fetch has failed after all',
    [...succeeded, 'TA_TOO_MANY_FETCH_FAILURE'],
    'FAILED',
    ['ADD_DIAGNOSTICS', 'ANNOUNCE_FAILURE'],
  ],
  ['refuses what makes no sense', ['TA_DONE'], 'NEW', ['INVALID_EVENT']],
])('an attempt %s', (_, types, state, effects) => {
  expect(lastStep(true, types)).toEqual({ state, effects });
});

test.each<[string, boolean, Type[], string]>([
  ['of a map that reduces still read is taken back', true, [...succeeded, 'TA_KILL'], 'KILLED'],
  ['of a reduce or map-only map is final', false, [...succeeded, 'TA_KILL'], 'SUCCEEDED'],
  ['is taken back in mid-exit', true, [...finishing, 'TA_KILL'], 'KILL_CONTAINER_CLEANUP'],
  ['is final in mid-exit', false, [...finishing, 'TA_KILL'], 'SUCCESS_CONTAINER_CLEANUP'],
  ['is taken back in clean-up', true, [...finishing, 'TA_TIMED_OUT', 'TA_KILL'], 'KILLED'],
  ['is final in clean-up', false, [...finishing, 'TA_TIMED_OUT', 'TA_KILL'], 'SUCCEEDED'],
])('the success %s when killed', (_, rerunnable, types, state) => {
  expect(lastStep(rerunnable, types).state).toBe(state);
});

test('a kill hands its wish for another place on to the task, also after clean-up', () => {
  const events = [...finishing, 'TA_KILL', 'TA_CONTAINER_CLEANED', 'TA_CLEANUP_DONE'].map((type) => ev(type as Type));
  const { state, effects } = runMachine(taskAttemptMachine, { rerunnable: true }, events);
  expect(state).toBe('KILLED');
  expect(effects.at(-1)).toEqual({ type: 'ANNOUNCE_KILL', reschedule: true, afterSuccess: true });
});

test('a failure keeps the word that no further attempt is worth it', () => {
  const events = [...running.map((type) => ev(type)), { ...base, type: 'TA_FAILMSG', fastFail: true } as const];
  expect(runMachine(taskAttemptMachine, { rerunnable: true }, events).effects.at(-1)).toMatchObject({
    type: 'ANNOUNCE_FAILURE',
    fastFail: true,
  });
});

test.each<[RecoveredAttempt['state'], string[]]>([
  ['SUCCEEDED', ['RECOVER']],
  ['FAILED', ['RECOVER']],
  ['KILLED', ['RECOVER', 'ABORT_TASK']],
  ['RUNNING', ['ADOPT']],
])('an attempt of an earlier AM that was %s is so again', (state, effects) => {
  const result = runMachine(taskAttemptMachine, { rerunnable: true }, [ev('TA_RECOVER', state)]);
  expect(result.state).toBe(state);
  expect(result.effects.map(({ type }) => type)).toEqual(effects);
});

const TYPES: readonly Type[] = [
  'TA_SCHEDULE',
  'TA_RESCHEDULE',
  'TA_RECOVER',
  'TA_ASSIGNED',
  'TA_CONTAINER_LAUNCHED',
  'TA_CONTAINER_LAUNCH_FAILED',
  'TA_DIAGNOSTICS_UPDATE',
  'TA_UPDATE',
  'TA_COMMIT_PENDING',
  'TA_DONE',
  'TA_FAILMSG',
  'TA_KILL',
  'TA_FAILMSG_BY_CLIENT',
  'TA_CONTAINER_COMPLETED',
  'TA_CONTAINER_CLEANED',
  'TA_CLEANUP_DONE',
  'TA_TIMED_OUT',
  'TA_TOO_MANY_FETCH_FAILURE',
  'TA_PREEMPTED',
];

test('in any order: what is over stays over, and each end is told at most once', () => {
  const list = fc.array(fc.constantFrom(...TYPES), { maxLength: 30 });
  fc.assert(
    fc.property(fc.boolean(), list, (rerunnable, types) => {
      const all = [...running, ...types].map((type) => ev(type));
      let over = '';
      for (let length = 1; length <= all.length; length++) {
        const { state, effects } = runMachine(taskAttemptMachine, { rerunnable }, all.slice(0, length));
        if (over !== '') expect(state).toBe(over);
        if (state === 'FAILED' || state === 'KILLED') over = state;
        const told = (type: string): number => effects.filter((effect) => effect.type === type).length;
        expect(told('ANNOUNCE_SUCCESS')).toBeLessThanOrEqual(1);
        expect(told('ANNOUNCE_FAILURE') + told('ANNOUNCE_KILL')).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 150 },
  );
});
