/** The machine of a container: its table, Hadoop's arcs, what each step asks for, and what no order may break. */
import { applicationAttemptId, applicationId, containerId, type ContainerStatus } from '@bobbin/common';
import { runMachine } from '@bobbin/common/testing';
import fc from 'fast-check';
import { rmContainerMachine, type RMContainerEvent } from '../../src/rmcontainer/rm-container-machine.js';

const resource = { memoryMb: 1024, vcores: 1 };
const status: ContainerStatus = {
  containerId: containerId(applicationAttemptId(applicationId(1, 1), 1), 1),
  state: 'COMPLETE',
  diagnostics: '',
  exitStatus: 0,
};
const start: RMContainerEvent = { type: 'START' };
const acquired: RMContainerEvent = { type: 'ACQUIRED' };
const launched: RMContainerEvent = { type: 'LAUNCHED' };
const ended = (type: 'FINISHED' | 'RELEASED' | 'EXPIRE' | 'KILL'): RMContainerEvent => ({ type, status });

test.each<[string, RMContainerEvent[], string, string[]]>([
  ['the attempt hears of it', [start], 'ALLOCATED', ['TELL_ATTEMPT_ALLOCATED']],
  [
    'a pulled one must be launched in time',
    [start, acquired],
    'ACQUIRED',
    ['TELL_ATTEMPT_ALLOCATED', 'WATCH_LAUNCH', 'TELL_APP_RUNNING_ON_NODE'],
  ],
  [
    'a launched one is no longer watched',
    [start, acquired, launched],
    'RUNNING',
    ['TELL_ATTEMPT_ALLOCATED', 'WATCH_LAUNCH', 'TELL_APP_RUNNING_ON_NODE', 'UNWATCH_LAUNCH'],
  ],
  ['one never pulled is unknown to its node', [start, ended('KILL')], 'KILLED', ['TELL_ATTEMPT_ALLOCATED', 'FINISH']],
  [
    'one never launched is cleaned up on its node',
    [start, acquired, ended('EXPIRE')],
    'EXPIRED',
    [
      'TELL_ATTEMPT_ALLOCATED',
      'WATCH_LAUNCH',
      'TELL_APP_RUNNING_ON_NODE',
      'UNWATCH_LAUNCH',
      'CLEAN_UP_ON_NODE',
      'FINISH',
    ],
  ],
  [
    'a released one is cleaned up on its node',
    [start, acquired, launched, ended('RELEASED')],
    'RELEASED',
    [
      'TELL_ATTEMPT_ALLOCATED',
      'WATCH_LAUNCH',
      'TELL_APP_RUNNING_ON_NODE',
      'UNWATCH_LAUNCH',
      'CLEAN_UP_ON_NODE',
      'FINISH',
    ],
  ],
  [
    'one that ended by itself needs no clean-up',
    [start, acquired, launched, ended('FINISHED')],
    'COMPLETED',
    ['TELL_ATTEMPT_ALLOCATED', 'WATCH_LAUNCH', 'TELL_APP_RUNNING_ON_NODE', 'UNWATCH_LAUNCH', 'FINISH'],
  ],
  [
    'recovered while it runs',
    [{ type: 'RECOVER', status: { ...status, state: 'RUNNING' } }],
    'RUNNING',
    ['TELL_APP_RUNNING_ON_NODE'],
  ],
  ['recovered after its end', [{ type: 'RECOVER', status }], 'COMPLETED', ['FINISH']],
  [
    'an increase the node does not know yet stays watched',
    [
      start,
      acquired,
      launched,
      { type: 'ACQUIRE_UPDATED_CONTAINER', resource: { memoryMb: 2048, vcores: 1 } },
      { type: 'NM_DONE_CHANGE_RESOURCE', resource },
    ],
    'RUNNING',
    ['TELL_ATTEMPT_ALLOCATED', 'WATCH_LAUNCH', 'TELL_APP_RUNNING_ON_NODE', 'UNWATCH_LAUNCH', 'WATCH_LAUNCH'],
  ],
  [
    'a node that grants too much is told to shrink',
    [start, acquired, launched, { type: 'NM_DONE_CHANGE_RESOURCE', resource: { memoryMb: 2048, vcores: 1 } }],
    'RUNNING',
    ['TELL_ATTEMPT_ALLOCATED', 'WATCH_LAUNCH', 'TELL_APP_RUNNING_ON_NODE', 'UNWATCH_LAUNCH', 'SHRINK_ON_NODE'],
  ],
])('%s', (_rule, events, state, effects) => {
  const result = runMachine(rmContainerMachine, { resource }, events);
  expect(result.state).toBe(state);
  expect(result.effects.map((e) => e.type)).toEqual(effects);
});

test('whatever comes: it finishes at most once, and a watched launch is always let go', () => {
  const anyEvent = fc.constantFrom(
    start,
    acquired,
    launched,
    ended('FINISHED'),
    ended('RELEASED'),
    ended('EXPIRE'),
    ended('KILL'),
  );
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      const { effects } = runMachine(rmContainerMachine, { resource }, events);
      const types = effects.map((e) => e.type);
      expect(types.filter((t) => t === 'FINISH').length).toBeLessThanOrEqual(1);
      if (types.includes('FINISH') && types.includes('WATCH_LAUNCH')) expect(types).toContain('UNWATCH_LAUNCH');
    }),
  );
});
