/** Map output that rots on its disk, on real processes: the damage is found, the map runs again, and the result is right. */
import { join } from 'node:path';
import { localCluster, type LocalCluster } from './support/local-cluster.js';
import { lines } from './support/text.js';
import { actualCounts, expectedCounts } from './support/word-count-oracle.js';

jest.setTimeout(120_000);

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await localCluster(1);
});
afterAll(() => cluster.stop());

test.each([
  ['small, so that it is read into memory', 500, []],
  // The first attempt of the reduce fails while it merges; the second looks before it merges.
  ['large, so that it is read where it lies', 60_000, [/^Error: segment at byte 0 of '.*file\.out' is corrupt$/m]],
] as const)('one bit of a map output, %s', async (_what, words, said) => {
  const folder = join(cluster.path, `${words}`);
  const input = lines(
    `${folder}-in.txt`,
    Array.from({ length: words }, (_, i) => `word${i} and another`),
  );
  const result = await cluster.run(
    ...['job', 'submit', join(__dirname, 'fixtures/damages-map-output.ts')],
    ...['--input', input, '--output', `${folder}-out`, '-D', 'mapreduce.job.ubertask.enable=false'],
  );
  expect(`${result.stdout}${result.stderr}`).toContain('Too many fetch failures. Failing the attempt.');
  for (const line of said) expect(`${result.stdout}${result.stderr}`).toMatch(line);
  expect(result.code).toBe(0);
  expect(actualCounts(`${folder}-out`).equals(expectedCounts([input]))).toBe(true);
});
