/** Keys: when they are made, when they sign, how long they verify. */
import * as fc from 'fast-check';
import { RollingKeys, systemRandom, type RandomSource } from '../../src/index.js';
import { ControlledClock } from '../../src/testing/index.js';

function rolling(over: { random?: RandomSource } = {}) {
  const clock = new ControlledClock();
  const options = { clock, random: systemRandom, rollIntervalMs: 1000, activationDelayMs: 100, ...over };
  return { clock, options, keys: new RollingKeys(options) };
}

test('a next key is made at the interval, told at once, and signs after the delay', () => {
  const { clock, keys } = rolling();
  const first = keys.current;
  expect(first.bytes).toHaveLength(32);
  clock.advance(999);
  expect(keys.advance()).toBe(false);
  clock.advance(1);
  expect(keys.advance()).toBe(true);
  const second = keys.newest;
  expect(second.keyId).toBe((first.keyId + 1) | 0);
  expect(keys.current).toBe(first);
  clock.advance(100);
  expect(keys.advance()).toBe(true);
  expect(keys.current).toBe(second);
  expect(keys.known).toEqual([second, first]);
});

test('the key before the previous one no longer counts', () => {
  const { clock, keys } = rolling();
  const first = keys.current;
  for (let i = 0; i < 4; i++) {
    clock.advance(1000);
    keys.advance();
  }
  expect(keys.known).not.toContain(first);
});

test('key ids wrap within signed 32 bits', () => {
  const random: RandomSource = {
    bytes: (n) => Buffer.concat([Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(28)]).subarray(0, n),
  };
  const { clock, keys } = rolling({ random });
  expect(keys.current.keyId).toBe(0x7fff_ffff);
  clock.advance(1000);
  keys.advance();
  expect(keys.newest.keyId).toBe(-0x8000_0000);
});

test('keys made from a stored state go on as the first would have', () => {
  const { clock, options, keys } = rolling();
  clock.advance(1000);
  keys.advance();
  const again = new RollingKeys({ ...options, state: keys.state });
  expect(again.known).toEqual(keys.known);
  clock.advance(100);
  expect(again.advance()).toBe(true);
  expect(again.current).toBe(keys.newest);
});

test('whatever the times of advance, the signing key is known and at most three are', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 3000 })), (steps) => {
      const { clock, keys } = rolling();
      for (const step of steps) {
        clock.advance(step);
        keys.advance();
        expect(keys.known).toContain(keys.current);
        expect(keys.known).toContain(keys.newest);
        expect(keys.known.length).toBeLessThanOrEqual(3);
      }
    }),
  );
});
