/** decide and transitionTable: a machine as a pure step and as the table on top of its file. */
import { assign, emit, raise, setup } from 'xstate';
import fc from 'fast-check';
import { begin, decide, targetsOf, transitionTable } from '../../src/index.js';
import { flatMachine } from '../../src/state/flat-machine.js';
import { runMachine } from '../../src/testing/index.js';

type LampEvent = { readonly type: 'PRESS' | 'BREAK' | 'WARM' };
type LampEffect =
  { readonly type: 'LIGHT'; readonly presses: number } | { readonly type: 'INVALID_EVENT'; readonly event: string };

const lamp = setup({
  types: { context: {} as { readonly presses: number }, events: {} as LampEvent, emitted: {} as LampEffect },
  actions: {
    count: assign({ presses: ({ context }) => context.presses + 1 }),
    light: emit(({ context }) => ({ type: 'LIGHT', presses: context.presses }) as const),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
  guards: { worn: ({ context }) => context.presses >= 2 },
}).createMachine({
  id: 'lamp',
  context: { presses: 0 },
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'OFF',
  states: {
    OFF: {
      on: {
        PRESS: [
          { guard: 'worn', target: 'BROKEN' },
          { target: 'ON', actions: ['count', 'light'] },
        ],
        BREAK: 'BROKEN',
      },
    },
    ON: {
      on: {
        PRESS: 'OFF',
        BREAK: [{ guard: 'worn', target: 'BROKEN' }, { actions: 'count' }],
        WARM: { actions: 'count' },
      },
    },
    BROKEN: { on: { PRESS: {}, BREAK: {} } },
  },
});

const state = (snapshot: { readonly value: unknown }): unknown => snapshot.value;

test('a step gives the next snapshot and the effects in order, and changes nothing', () => {
  const off = begin(lamp);
  const [on, effects] = decide(lamp, off, { type: 'PRESS' });
  expect([state(off), state(on), effects]).toEqual(['OFF', 'ON', [{ type: 'LIGHT', presses: 1 }]]);
  expect(decide(lamp, off, { type: 'PRESS' })[1]).toEqual(effects);
});

test('an event without an arc is reported and leaves the state; a late harmless one is silent', () => {
  const [same, effects] = decide(lamp, begin(lamp), { type: 'WARM' });
  expect([state(same), effects]).toEqual(['OFF', [{ type: 'INVALID_EVENT', event: 'WARM' }]]);
  const [broken] = decide(lamp, begin(lamp), { type: 'BREAK' });
  expect(decide(lamp, broken, { type: 'PRESS' })[1]).toEqual([]);
});

test('the table names targets, = for actions only, . for neither, ! for no arc, / between guarded ones', () => {
  const table = transitionTable(lamp);
  expect(table).toEqual({
    OFF: { PRESS: 'BROKEN/ON', BREAK: 'BROKEN', WARM: '!' },
    ON: { PRESS: 'OFF', BREAK: 'BROKEN/ON', WARM: '=' },
    BROKEN: { PRESS: '.', BREAK: '.', WARM: '!' },
  });
  expect(targetsOf(table, 'OFF', 'PRESS')).toEqual(['BROKEN', 'ON']);
  expect(targetsOf(table, 'ON', 'WARM')).toEqual(['ON']);
  expect(targetsOf(table, 'BROKEN', 'BREAK')).toEqual(['BROKEN']);
  expect(targetsOf(table, 'OFF', 'WARM')).toEqual([]);
  expect(targetsOf(table, 'NOWHERE', 'PRESS')).toEqual([]);
});

test('a machine that asks for more than assign and emit is refused', () => {
  const raising = setup({}).createMachine({
    initial: 'A',
    states: { A: { on: { GO: { actions: raise({ type: 'LATER' }, { delay: 5 }) } } } },
  });
  expect(() => decide(raising, begin(raising), { type: 'GO' })).toThrow(
    "a machine may only assign and emit, but asked for 'xstate.raise'",
  );
  const loud = setup({}).createMachine({ id: 'loud', entry: emit({ type: 'HELLO' }) });
  expect(() => begin(loud)).toThrow("machine 'loud' has effects on entry of its initial state");
});

test('a machine by the house rules is stepped by its own table, and answers as xstate does', () => {
  expect(flatMachine(lamp)).toBeDefined();
  const events = fc.array(fc.constantFrom<LampEvent['type']>('PRESS', 'BREAK', 'WARM'), { maxLength: 12 });
  // runMachine compares each step.
  fc.assert(
    fc.property(events, (types) => {
      runMachine(
        lamp,
        undefined,
        types.map((type) => ({ type })),
      );
    }),
  );
});

test.each([
  ['waits', setup({}).createMachine({ initial: 'A', states: { A: { after: { 5: 'B' } }, B: {} } })],
  [
    'has states in states',
    setup({}).createMachine({ initial: 'A', states: { A: { initial: 'B', states: { B: {} } } } }),
  ],
  ['acts on entry', setup({}).createMachine({ initial: 'A', states: { A: { entry: emit({ type: 'HELLO' }) } } })],
])('a machine that %s is left to xstate', (_, machine) => {
  expect(flatMachine(machine)).toBeUndefined();
});
