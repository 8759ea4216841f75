/** Whoever is silent for too long is told of once, at the right time, without anybody being scanned. */
import fc from 'fast-check';
import { LivelinessMonitor } from '../../src/index.js';
import { ControlledClock } from '../../src/testing/index.js';

function monitor(expiryMs = 100) {
  const clock = new ControlledClock(0);
  const expired: string[] = [];
  return {
    clock,
    expired,
    m: new LivelinessMonitor<string>(clock, expiryMs, (key) => expired.push(`${key}@${clock.now()}`)),
  };
}

test('silence expires exactly when the time is over', () => {
  const { clock, expired, m } = monitor();
  m.register('a');
  clock.advance(99);
  expect(expired).toEqual([]);
  clock.advance(1);
  expect(expired).toEqual(['a@100']);
  clock.advance(1000);
  expect(expired).toHaveLength(1);
});

test('a sign of life starts the time anew; of one that is not watched it is nothing', () => {
  const { clock, expired, m } = monitor();
  m.register('a');
  m.register('b');
  clock.advance(60);
  m.ping('a');
  m.ping('stranger');
  clock.advance(1000);
  expect(expired).toEqual(['b@100', 'a@160']);
});

test('what is unregistered, or all after a stop, never expires', () => {
  const { clock, expired, m } = monitor();
  m.register('a');
  m.register('b');
  m.unregister('a');
  m.unregister('a');
  clock.advance(50);
  m.stop();
  clock.advance(1000);
  expect(expired).toEqual([]);
});

test('one timer is armed however many are watched, and none when nobody is', () => {
  const { clock, m } = monitor();
  for (let n = 0; n < 1000; n++) m.register(`k${n}`);
  expect(clock.armed).toBe(1);
  for (let n = 0; n < 1000; n++) m.unregister(`k${n}`);
  expect(clock.armed).toBe(0);
});

test('a process that was stopped listens before it judges: as long as it was late, at most one expiry', () => {
  for (const { stoppedMs, judgedAtMs } of [
    { stoppedMs: 5, judgedAtMs: 105 },
    { stoppedMs: 6, judgedAtMs: 112 },
    { stoppedMs: 40, judgedAtMs: 180 },
    { stoppedMs: 5000, judgedAtMs: 5200 },
  ]) {
    const { clock, expired, m } = monitor();
    m.register('silent');
    m.register('heard');
    clock.stall(100 + stoppedMs);
    m.ping('heard');
    const heardAtMs = clock.now();
    clock.advance(10_000);
    expect(expired).toEqual([`silent@${judgedAtMs}`, `heard@${heardAtMs + 100}`]);
    expect(m.watches('heard')).toBe(false);
  }
});

test('whatever comes, each expires its time after its last sign of life, and no other does', () => {
  const step = fc.record({
    act: fc.constantFrom('register', 'ping', 'unregister'),
    key: fc.constantFrom('a', 'b', 'c'),
    wait: fc.nat(60),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { clock, expired, m } = monitor();
      const due = new Map<string, number>();
      const wanted: string[] = [];
      for (const { act, key, wait } of steps) {
        if (act === 'register' || (act === 'ping' && due.has(key))) due.set(key, clock.now() + 100);
        if (act === 'unregister') due.delete(key);
        m[act as 'register'](key);
        clock.advance(wait);
        for (const [k, at] of [...due].sort((x, y) => x[1] - y[1])) {
          if (at > clock.now()) continue;
          due.delete(k);
          wanted.push(`${k}@${at}`);
        }
      }
      expect([...expired].sort()).toEqual(wanted.sort());
    }),
  );
});
