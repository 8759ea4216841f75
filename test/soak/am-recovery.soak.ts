/**
 * An AppMaster that is killed: its successor takes over what is finished, and the result is the same. `npm run soak:recovery`; not
 * in the gate, since the second test passes alone but has hung beside other suites, and the cause is not known (docs/status.md).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localCluster, type LocalCluster } from '../e2e/support/local-cluster.js';
import { someText } from '../e2e/support/text.js';
import { actualCounts, expectedCountsIn } from '../e2e/support/word-count-oracle.js';

jest.setTimeout(180_000);

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await localCluster(2);
});
afterEach(() => cluster.stop());

interface Told {
  readonly status: string;
  readonly tasks: readonly {
    readonly taskId: string;
    readonly taskType: string;
    readonly attempts: readonly { readonly attemptId: string; readonly state: string }[];
  }[];
}

async function history(job: string): Promise<Told> {
  const { stdout } = await cluster.run('history', 'show', job, '--json');
  return JSON.parse(stdout) as Told;
}

/** The attempts, with their states, of each map that has one that succeeded. */
function finishedMaps({ tasks }: Told): string[] {
  return tasks
    .filter(({ taskType, attempts }) => taskType === 'MAP' && attempts.some(({ state }) => state === 'SUCCEEDED'))
    .map(({ attempts }) => attempts.map(({ attemptId, state }) => `${attemptId} ${state}`).join(', '))
    .sort();
}

/** Waits until so many maps are finished in the live history. */
async function finished(job: string, maps: number): Promise<string[]> {
  for (;;) {
    const found = finishedMaps(await history(job));
    if (found.length >= maps) return found;
  }
}

const submission = (...more: readonly string[]): string[] => [
  ...['job', 'submit', join(__dirname, '../e2e/fixtures/waits.ts'), '--input', join(cluster.path, 'input')],
  ...['--output', join(cluster.path, 'out'), '-D', 'mapreduce.job.ubertask.enable=false'],
  ...['-D', 'mapreduce.input.fileinputformat.split.maxsize=300000'],
  ...['-D', 'mapreduce.job.reduce.slowstart.completedmaps=1.0', ...more],
];

test('killed in the middle of the maps: finished ones do not run again', async () => {
  const input = someText(join(cluster.path, 'input'), 2);
  const gate = join(cluster.path, 'gate');
  const running = cluster.start(...submission('-D', `test.gate=${gate}`, '-D', 'test.gate-input=two.txt'));
  const job = await running.printed(/job_\d+_\d+/);
  await running.printed(/running in uber mode : false/);
  const before = await finished(job, 2);
  cluster.killApplicationMaster();
  writeFileSync(gate, '');
  const result = await running.finished;
  expect(result.stdout + result.stderr).toContain('completed successfully');
  expect(actualCounts(join(cluster.path, 'out')).equals(expectedCountsIn(input))).toBe(true);
  const after = finishedMaps(await history(job));
  expect(after).toHaveLength(8);
  expect(after).toEqual(expect.arrayContaining(before));
  expect(after.some((map) => map.includes('_1000 SUCCEEDED'))).toBe(true);
});

test('killed between maps and reduces: no map runs again, reduces fetch what the first attempt left', async () => {
  const input = someText(join(cluster.path, 'input'), 2);
  const gate = join(cluster.path, 'reduce-gate');
  const running = cluster.start(...submission('-D', `test.reduce-gate=${gate}`));
  const job = await running.printed(/job_\d+_\d+/);
  await running.printed(/map 100% reduce \d+%/);
  const before = await finished(job, 8);
  cluster.killApplicationMaster();
  writeFileSync(gate, '');
  const result = await running.finished;
  expect(result.stdout + result.stderr).toContain('completed successfully');
  expect(actualCounts(join(cluster.path, 'out')).equals(expectedCountsIn(input))).toBe(true);
  expect(finishedMaps(await history(job))).toEqual(before);
});
