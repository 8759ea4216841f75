/** The machine of a node: its table, Hadoop's arcs, what each step asks for, and what no order may break. */
import { runMachine } from '@bobbin/common/testing';
import fc from 'fast-check';
import { rmNodeMachine, type RMNodeEvent } from '../../src/rmnode/rm-node-machine.js';

const started: RMNodeEvent = { type: 'STARTED', healthy: true, containers: [], runningApplications: [] };
const status = (healthy: boolean, idle = false): RMNodeEvent => ({
  type: 'STATUS_UPDATE',
  healthy,
  idle,
  containers: [],
});
const capability = { memoryMb: 1, vcores: 1 };
const reconnected = (idle: boolean): RMNodeEvent => ({
  type: 'RECONNECTED',
  idle,
  capability,
  containers: [],
  runningApplications: [],
});

test.each<[string, RMNodeEvent[], string, string[]]>([
  ['a healthy node is offered', [started], 'RUNNING', ['ADD_TO_SCHEDULER', 'ADOPT', 'TELL_APPS']],
  ['an unhealthy one is not', [{ ...started, healthy: false }], 'UNHEALTHY', ['ADOPT']],
  [
    'it is withdrawn when it falls ill',
    [started, status(false)],
    'UNHEALTHY',
    ['ADD_TO_SCHEDULER', 'ADOPT', 'TELL_APPS', 'PROCESS_CONTAINERS', 'REMOVE_FROM_SCHEDULER', 'TELL_APPS'],
  ],
  [
    'and offered again when it recovers',
    [{ ...started, healthy: false }, status(true)],
    'RUNNING',
    ['ADOPT', 'ADD_TO_SCHEDULER', 'PROCESS_CONTAINERS', 'TELL_APPS'],
  ],
  [
    'a silent node is lost with its containers',
    [started, { type: 'EXPIRE' }],
    'LOST',
    ['ADD_TO_SCHEDULER', 'ADOPT', 'TELL_APPS', 'REMOVE_FROM_SCHEDULER', 'TELL_APPS', 'DEACTIVATE'],
  ],
  [
    'an ill node that is lost has nothing left to take away',
    [{ ...started, healthy: false }, { type: 'EXPIRE' }],
    'LOST',
    ['ADOPT', 'DEACTIVATE'],
  ],
  [
    'an idle node that reconnects begins anew',
    [started, reconnected(true)],
    'RUNNING',
    ['ADD_TO_SCHEDULER', 'ADOPT', 'TELL_APPS', 'REMOVE_FROM_SCHEDULER', 'SET_CAPABILITY', 'ADD_TO_SCHEDULER', 'ADOPT'],
  ],
  [
    'a busy node that reconnects keeps its containers',
    [started, reconnected(false)],
    'RUNNING',
    ['ADD_TO_SCHEDULER', 'ADOPT', 'TELL_APPS', 'SET_CAPABILITY', 'ADOPT'],
  ],
  [
    'a draining node gets nothing new and leaves when it is idle',
    [started, { type: 'GRACEFUL_DECOMMISSION' }, status(true), status(true, true)],
    'DECOMMISSIONED',
    [
      'ADD_TO_SCHEDULER',
      'ADOPT',
      'TELL_APPS',
      'FREEZE_IN_SCHEDULER',
      'TELL_APPS',
      'PROCESS_CONTAINERS',
      'PROCESS_CONTAINERS',
      'REMOVE_FROM_SCHEDULER',
      'TELL_APPS',
      'DEACTIVATE',
    ],
  ],
])('%s', (_rule, events, state, effects) => {
  const result = runMachine(rmNodeMachine, undefined, events);
  expect(result.state).toBe(state);
  expect(result.effects.map((e) => e.type)).toEqual(effects);
});

test('whatever comes: it leaves once, and is never withdrawn from the scheduler twice in a row', () => {
  const anyEvent = fc.constantFrom<RMNodeEvent>(
    started,
    status(true),
    status(false),
    status(true, true),
    reconnected(true),
    reconnected(false),
    { type: 'EXPIRE' },
    { type: 'SHUTDOWN' },
    { type: 'REBOOTING' },
    { type: 'DECOMMISSION' },
    { type: 'GRACEFUL_DECOMMISSION' },
    { type: 'RECOMMISSION' },
  );
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      const types = runMachine(rmNodeMachine, undefined, events).effects.map((e) => e.type);
      expect(types.filter((t) => t === 'DEACTIVATE').length).toBeLessThanOrEqual(1);
    }),
  );
});
