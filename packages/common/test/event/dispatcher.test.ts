/** Dispatcher: one FIFO, run to completion, hooks once a turn, a throwing handler ends it. */
import fc from 'fast-check';
import { Dispatcher, type Event } from '../../src/index.js';

type TestEvent =
  | { readonly domain: 'a'; readonly type: 'GO'; readonly n: number }
  | { readonly domain: 'b'; readonly type: 'ECHO'; readonly n: number };

const go = (n: number): TestEvent => ({ domain: 'a', type: 'GO', n });
const echo = (n: number): TestEvent => ({ domain: 'b', type: 'ECHO', n });

test('events are handled in the order they were dispatched, never inside dispatch', async () => {
  const dispatcher = new Dispatcher<TestEvent>();
  const seen: string[] = [];
  dispatcher.on('a', ({ n }) => {
    seen.push(`a${n}`);
    dispatcher.dispatch(echo(n));
    seen.push(`a${n} returned`);
  });
  dispatcher.on('b', ({ n }) => void seen.push(`b${n}`));
  dispatcher.dispatch(go(1));
  dispatcher.dispatch(go(2));
  expect(seen).toEqual([]);
  await dispatcher.drained();
  expect(seen).toEqual(['a1', 'a1 returned', 'a2', 'a2 returned', 'b1', 'b2']);
});

test('several handlers of a domain are called in the order of registration', async () => {
  const dispatcher = new Dispatcher<TestEvent>();
  const seen: number[] = [];
  for (const i of [1, 2, 3]) dispatcher.on('a', () => void seen.push(i));
  dispatcher.dispatch(go(0));
  await dispatcher.drained();
  expect(seen).toEqual([1, 2, 3]);
});

test('hooks run once at the end of a turn, in order; what a hook dispatches is a new turn', async () => {
  const dispatcher = new Dispatcher<TestEvent>();
  const seen: string[] = [];
  dispatcher.on('a', ({ n }) => void seen.push(`a${n}`));
  let more = true;
  dispatcher.onTurnEnd(() => {
    seen.push('commit');
    if (more) dispatcher.dispatch(go(9));
    more = false;
  });
  dispatcher.onTurnEnd(() => void seen.push('after'));
  dispatcher.dispatch(go(1));
  dispatcher.dispatch(go(2));
  await dispatcher.drained();
  expect(seen).toEqual(['a1', 'a2', 'commit', 'after', 'a9', 'commit', 'after']);
});

test('a long turn gives way to the event loop and loses nothing', async () => {
  const dispatcher = new Dispatcher<TestEvent>({ maxTurnEvents: 10 });
  let turns = 0;
  let handled = 0;
  let loopRan = false;
  dispatcher.on('a', () => void handled++);
  dispatcher.onTurnEnd(() => void turns++);
  for (let n = 0; n < 25; n++) dispatcher.dispatch(go(n));
  setImmediate(() => (loopRan = true));
  await dispatcher.drained();
  expect({ turns, handled, loopRan }).toEqual({ turns: 3, handled: 25, loopRan: true });
});

test('a handler that throws stops the dispatcher and is told to onFatal with its event', async () => {
  const fatal: [unknown, Event | undefined][] = [];
  const dispatcher = new Dispatcher<TestEvent>({ onFatal: (error, event) => void fatal.push([error, event]) });
  let hooks = 0;
  dispatcher.onTurnEnd(() => void hooks++);
  dispatcher.on('a', ({ n }) => {
    if (n === 2) throw new Error('broken');
  });
  for (const n of [1, 2, 3]) dispatcher.dispatch(go(n));
  await dispatcher.drained();
  dispatcher.dispatch(go(4));
  await dispatcher.drained();
  expect(fatal).toEqual([[new Error('broken'), go(2)]]);
  expect(hooks).toBe(0);
  expect(dispatcher.metrics()).toMatchObject({ depth: 0, handled: 1 });
});

test('a hook that throws is fatal too, with no event to blame', async () => {
  const fatal: unknown[] = [];
  const dispatcher = new Dispatcher<TestEvent>({ onFatal: (error, event) => void fatal.push([error, event]) });
  dispatcher.on('a', () => undefined);
  dispatcher.onTurnEnd(() => {
    throw new Error('disk full');
  });
  dispatcher.dispatch(go(1));
  await dispatcher.drained();
  expect(fatal).toEqual([[new Error('disk full'), undefined]]);
});

test('an event of a domain nobody handles is fatal', async () => {
  const fatal: unknown[] = [];
  const dispatcher = new Dispatcher<TestEvent>({ onFatal: (error) => void fatal.push(error) });
  dispatcher.dispatch(echo(1));
  await dispatcher.drained();
  expect(fatal).toEqual([new Error('no handler for the domain of event b.ECHO')]);
});

test('stopped by a handler, the turn still commits what was done, and the rest is dropped', async () => {
  const dispatcher = new Dispatcher<TestEvent>();
  const seen: string[] = [];
  dispatcher.on('a', ({ n }) => {
    seen.push(`a${n}`);
    if (n === 2) dispatcher.stop();
  });
  dispatcher.onTurnEnd(() => void seen.push('commit'));
  for (const n of [1, 2, 3]) dispatcher.dispatch(go(n));
  await dispatcher.drained();
  expect(seen).toEqual(['a1', 'a2', 'commit']);
});

test('metrics count depth, what was handled and the time of each domain', async () => {
  let time = 0;
  const dispatcher = new Dispatcher<TestEvent>({ now: () => time });
  dispatcher.on('a', () => void (time += 5));
  dispatcher.on('b', () => void (time += 1));
  for (const event of [go(1), echo(1), go(2)]) dispatcher.dispatch(event);
  expect(dispatcher.metrics()).toMatchObject({ depth: 3, maxDepth: 3, handled: 0 });
  await dispatcher.drained();
  expect(dispatcher.metrics()).toEqual({ depth: 0, maxDepth: 3, handled: 3, handlerMs: { a: 10, b: 1 } });
});

test('whatever handlers dispatch, every event is handled exactly once and in FIFO order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      async (spawns, maxTurnEvents) => {
        const dispatcher = new Dispatcher<TestEvent>({ maxTurnEvents });
        const sent: number[] = [];
        const seen: number[] = [];
        const send = (): void => {
          sent.push(sent.length);
          dispatcher.dispatch(go(sent.length - 1));
        };
        dispatcher.on('a', ({ n }) => {
          seen.push(n);
          for (let i = 0; i < (spawns[n] ?? 0); i++) send();
        });
        send();
        await dispatcher.drained();
        expect(seen).toEqual(sent);
      },
    ),
  );
});
