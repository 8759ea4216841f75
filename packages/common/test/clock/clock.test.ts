/** Clock, its helpers, and the ControlledClock that tests own. */
import { delay, every, systemClock } from '../../src/index.js';
import { ControlledClock } from '../../src/testing/index.js';

test('a controlled clock fires in order of time, then of arming, timers armed meanwhile included', () => {
  const clock = new ControlledClock(1000);
  const seen: string[] = [];
  clock.after(20, () => seen.push(`late at ${clock.now()}`));
  clock.after(10, () => {
    seen.push(`early at ${clock.now()}`);
    clock.after(5, () => seen.push(`nested at ${clock.now()}`));
  });
  clock.after(10, () => seen.push('second'));
  clock.advance(19);
  expect(seen).toEqual(['early at 1010', 'second', 'nested at 1015']);
  clock.advance(1);
  expect(seen.at(-1)).toBe('late at 1020');
  expect([clock.armed, clock.now(), clock.monotonic()]).toEqual([0, 1020, 1020]);
});

test('a cancelled timer never fires; cancelling twice or too late is fine', () => {
  const clock = new ControlledClock();
  let fired = 0;
  const timer = clock.after(10, () => void fired++);
  timer.cancel();
  timer.cancel();
  clock.advance(100);
  const other = clock.after(1, () => void fired++);
  clock.advance(1);
  other.cancel();
  expect(fired).toBe(1);
});

test('every repeats until cancelled, from inside too', () => {
  const clock = new ControlledClock();
  const at: number[] = [];
  const start = clock.now();
  const timer = every(clock, 10, () => {
    at.push(clock.now() - start);
    if (at.length === 3) timer.cancel();
  });
  clock.advance(100);
  expect(at).toEqual([10, 20, 30]);
  expect(clock.armed).toBe(0);
});

test('delay resolves when its time has come', async () => {
  const clock = new ControlledClock();
  let done = false;
  const waiting = delay(clock, 50).then(() => (done = true));
  clock.advance(49);
  await Promise.resolve();
  expect(done).toBe(false);
  clock.advance(1);
  await waiting;
  expect(done).toBe(true);
});

test('the system clock tells the time, never runs back, and fires', async () => {
  const before = systemClock.monotonic();
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  // Keeps the process alive: the clock's own timers do not.
  const alive = setInterval(() => undefined, 1000);
  await delay(systemClock, 5);
  clearInterval(alive);
  expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(4);
  systemClock
    .after(1, () => {
      throw new Error('was cancelled');
    })
    .cancel();
});

test('a timer further away than Node can count is armed all the same, and does not fire at once', async () => {
  let fired = false;
  const timer = systemClock.after(0x7fffffff * 3, () => (fired = true));
  const alive = setInterval(() => undefined, 1000);
  await delay(systemClock, 5);
  clearInterval(alive);
  expect(fired).toBe(false);
  timer.cancel();
});
