/** Sizes are rounded as YARN rounds them. */
import fc from 'fast-check';
import { normaliseResource } from '../../src/scheduler/resource-limits.js';

const minimum = { memoryMb: 1024, vcores: 1 };
const maximum = { memoryMb: 8192, vcores: 4 };

test.each([
  [0, 0, 1024, 1],
  [1, 1, 1024, 1],
  [1024, 1, 1024, 1],
  [1025, 2, 2048, 2],
  [8192, 4, 8192, 4],
  [9999, 9, 8192, 4],
])('<%d MB, %d cores> becomes <%d MB, %d cores>', (memoryMb, vcores, mb, cores) => {
  expect(normaliseResource({ memoryMb, vcores }, minimum, maximum)).toEqual({ memoryMb: mb, vcores: cores });
});

test('rounding twice is rounding once, never down, never past the maximum', () => {
  fc.assert(
    fc.property(fc.nat(8192), fc.nat(4), fc.integer({ min: 1, max: 1024 }), (memoryMb, vcores, step) => {
      const least = { memoryMb: step, vcores: 1 };
      const once = normaliseResource({ memoryMb, vcores }, least, maximum);
      expect(normaliseResource(once, least, maximum)).toEqual(once);
      expect(once.memoryMb).toBeGreaterThanOrEqual(memoryMb);
      expect(once.memoryMb).toBeLessThanOrEqual(maximum.memoryMb);
    }),
  );
});
