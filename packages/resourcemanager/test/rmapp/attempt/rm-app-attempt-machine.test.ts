/** The machine of one run of an AM: its table, Hadoop's arcs, what each step asks for, and what no order may break. */
import {
  applicationAttemptId,
  applicationId,
  containerId,
  nodeId,
  type Container,
  type ContainerStatus,
} from '@bobbin/common';
import { runMachine } from '@bobbin/common/testing';
import fc from 'fast-check';
import { rmAppAttemptMachine, type RMAppAttemptEvent } from '../../../src/rmapp/attempt/rm-app-attempt-machine.js';

const attemptId = applicationAttemptId(applicationId(1_700_000_000_000, 1), 1);
const input = { attemptId, unmanaged: false };
const node = nodeId('h1', 1);
const container: Container = {
  id: containerId(attemptId, 1),
  nodeId: node,
  nodeHttpAddress: 'h1:2',
  resource: { memoryMb: 1024, vcores: 1 },
  priority: 0,
  executionType: 'GUARANTEED',
  allocationRequestId: -1,
  version: 0,
};
const exited = (id: ContainerStatus['containerId'], exitStatus = 1): RMAppAttemptEvent => ({
  type: 'CONTAINER_FINISHED',
  nodeId: node,
  status: { containerId: id, state: 'COMPLETE', diagnostics: 'last words', exitStatus },
});
const amExited = exited(container.id);
const taskExited = exited(containerId(attemptId, 2));

const scheduled: RMAppAttemptEvent[] = [{ type: 'START', keepContainers: false }, { type: 'ATTEMPT_ADDED' }];
const allocated: RMAppAttemptEvent[] = [
  ...scheduled,
  { type: 'CONTAINER_ALLOCATED', container },
  { type: 'ATTEMPT_NEW_SAVED' },
];
const launched: RMAppAttemptEvent[] = [...allocated, { type: 'LAUNCHED' }];
const registered: RMAppAttemptEvent = { type: 'REGISTERED', host: 'h1', rpcPort: 99, trackingUrl: 'http://h1' };
const running: RMAppAttemptEvent[] = [...launched, registered];
const farewell: RMAppAttemptEvent = {
  type: 'UNREGISTERED',
  finalStatus: 'SUCCEEDED',
  diagnostics: '',
  trackingUrl: 'u',
};
const saved: RMAppAttemptEvent = { type: 'ATTEMPT_UPDATE_SAVED' };

const upTo = {
  launched: [
    'REGISTER_WITH_AM_SERVICE',
    'ADD_TO_SCHEDULER',
    'ASK_FOR_AM_CONTAINER',
    'SAVE_ATTEMPT',
    'LAUNCH_AM',
    'WATCH_AM',
    'TELL_LAUNCHED',
  ],
};

test.each<[string, RMAppAttemptEvent[], string, string[]]>([
  ['its container is stored before it is launched', allocated, 'ALLOCATED', upTo.launched.slice(0, 5)],
  [
    'it waits on when its container was taken back',
    [...scheduled, { type: 'CONTAINER_ALLOCATED' }],
    'SCHEDULED',
    upTo.launched.slice(0, 3),
  ],
  [
    'an AM that is faster than the launcher is launched too',
    [...allocated, registered],
    'RUNNING',
    [...upTo.launched, 'TELL_REGISTERED'],
  ],
  [
    'the app hears of an unregistered AM once that is stored',
    [...running, farewell, saved],
    'FINISHING',
    [...upTo.launched, 'TELL_REGISTERED', 'SAVE_FINAL', 'TELL_UNREGISTERED', 'WATCH_FINISHING'],
  ],
  [
    'the AM that leaves has finished',
    [...running, farewell, saved, amExited],
    'FINISHED',
    [
      ...upTo.launched,
      'TELL_REGISTERED',
      'SAVE_FINAL',
      'TELL_UNREGISTERED',
      'WATCH_FINISHING',
      'ACK_AM_CONTAINER',
      'FINISH',
    ],
  ],
  [
    'the AM that does not leave has finished all the same',
    [...running, farewell, saved, { type: 'EXPIRE' }],
    'FINISHED',
    [...upTo.launched, 'TELL_REGISTERED', 'SAVE_FINAL', 'TELL_UNREGISTERED', 'WATCH_FINISHING', 'FINISH'],
  ],
  [
    'its exit may overtake the store',
    [...running, farewell, amExited, saved],
    'FINISHED',
    [...upTo.launched, 'TELL_REGISTERED', 'SAVE_FINAL', 'ACK_AM_CONTAINER', 'FINISH'],
  ],
  [
    'an AM that exits without a word has failed',
    [...running, amExited, saved],
    'FAILED',
    [...upTo.launched, 'TELL_REGISTERED', 'ACK_AM_CONTAINER', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'a task container that ends is kept for the AM',
    [...running, taskExited],
    'RUNNING',
    [...upTo.launched, 'TELL_REGISTERED', 'KEEP_FINISHED'],
  ],
  [
    'a launch that fails fails the attempt',
    [...allocated, { type: 'LAUNCH_FAILED', diagnostics: 'refused' }, saved],
    'FAILED',
    [...upTo.launched.slice(0, 5), 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'a silent AM has failed',
    [...running, { type: 'EXPIRE' }, saved],
    'FAILED',
    [...upTo.launched, 'TELL_REGISTERED', 'SAVE_FINAL', 'FINISH'],
  ],
  [
    'a changed tracking URL is stored',
    [
      ...running,
      { type: 'STATUS_UPDATE', progress: 0.5, trackingUrl: 'v' },
      { type: 'STATUS_UPDATE', progress: 0.6, trackingUrl: 'v' },
    ],
    'RUNNING',
    [...upTo.launched, 'TELL_REGISTERED', 'SAVE_TRACKING_URL'],
  ],
])('%s', (_rule, events, state, effects) => {
  const result = runMachine(rmAppAttemptMachine, input, events);
  expect(result.state).toBe(state);
  expect(result.effects.map((e) => e.type)).toEqual(effects);
});

test('a crash carries the exit code and what the node said', () => {
  const { effects } = runMachine(rmAppAttemptMachine, input, [...running, amExited]);
  expect(effects.at(-1)).toMatchObject({
    type: 'SAVE_FINAL',
    outcome: { state: 'FAILED', exitStatus: 1, diagnostics: expect.stringContaining('last words') as unknown },
  });
});

test('an unmanaged AM is stored without a container and ends at its farewell', () => {
  const events: RMAppAttemptEvent[] = [...scheduled, { type: 'ATTEMPT_NEW_SAVED' }, registered, farewell, saved];
  const result = runMachine(rmAppAttemptMachine, { attemptId, unmanaged: true }, events);
  expect(result.state).toBe('FINISHED');
  expect(result.effects.map((e) => e.type)).not.toContain('LAUNCH_AM');
});

test.each<['FINISHED' | 'FAILED' | 'KILLED']>([['FINISHED'], ['FAILED'], ['KILLED']])(
  'a stored end (%s) is the end',
  (state) => {
    const recover: RMAppAttemptEvent = {
      type: 'RECOVER',
      finalState: state,
      masterContainer: container,
      finalStatus: 'ENDED',
      diagnostics: 'd',
      trackingUrl: 'u',
      exitStatus: 3,
    };
    const result = runMachine(rmAppAttemptMachine, input, [recover]);
    expect(result.state).toBe(state);
    expect(result.effects).toEqual([
      {
        type: 'FINISH',
        recovered: true,
        outcome: { state, finalStatus: 'ENDED', diagnostics: 'd', trackingUrl: 'u', exitStatus: 3 },
      },
    ]);
  },
);

test('one that ran when the RM died is waited for', () => {
  const recover: RMAppAttemptEvent = {
    type: 'RECOVER',
    masterContainer: container,
    finalStatus: 'UNDEFINED',
    diagnostics: '',
    trackingUrl: '',
    exitStatus: -1000,
  };
  const result = runMachine(rmAppAttemptMachine, input, [recover, registered]);
  expect(result.state).toBe('RUNNING');
  expect(result.effects.map((e) => e.type)).toEqual([
    'REGISTER_WITH_AM_SERVICE',
    'ADD_TO_SCHEDULER',
    'WATCH_AM',
    'TELL_REGISTERED',
  ]);
});

const anyEvent = fc.constantFrom<RMAppAttemptEvent>(
  ...running,
  farewell,
  saved,
  amExited,
  taskExited,
  { type: 'KILL', diagnostics: 'k' },
  { type: 'FAIL', diagnostics: 'f' },
  { type: 'EXPIRE' },
  { type: 'LAUNCH_FAILED', diagnostics: 'l' },
  { type: 'STATUS_UPDATE', progress: 0.5 },
);

test('whatever comes: it ends once, as it was saved, and is launched at most once', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const { effects } = runMachine(rmAppAttemptMachine, input, events);
      const types = effects.map((e) => e.type);
      expect(types.filter((t) => t === 'FINISH').length).toBeLessThanOrEqual(1);
      expect(types.filter((t) => t === 'SAVE_FINAL').length).toBeLessThanOrEqual(1);
      expect(types.filter((t) => t === 'LAUNCH_AM').length).toBeLessThanOrEqual(1);
      const save = effects.find((e) => e.type === 'SAVE_FINAL');
      const end = effects.find((e) => e.type === 'FINISH');
      if (end) expect(end.outcome.state).toBe(save?.outcome.state);
    }),
  );
});
