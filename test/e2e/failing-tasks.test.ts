/** Tasks that go wrong end as YARN's users expect, on real processes: retried, given up, timed out, killed, and explained. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { localCluster, type LocalCluster } from './support/local-cluster.js';
import { lines, someText } from './support/text.js';
import { actualCounts, expectedCountsIn } from './support/word-count-oracle.js';

const fixture = (name: string): string => join(__dirname, 'fixtures', `${name}.ts`);
const inContainers = ['-D', 'mapreduce.job.ubertask.enable=false'];
const twice = ['-D', 'mapreduce.map.maxattempts=2'];

jest.setTimeout(120_000);

let cluster: LocalCluster;
let input: string;
beforeAll(async () => {
  cluster = await localCluster(2, '-D', 'yarn.nodemanager.resource-monitor.interval-ms=200');
  input = someText(join(cluster.path, 'input'), 1);
});
afterAll(() => cluster.stop());

function submit(job: string, from: string, output: string, ...options: readonly string[]) {
  return cluster.run(
    'job',
    'submit',
    fixture(job),
    '--input',
    from,
    '--output',
    join(cluster.path, output),
    ...options,
  );
}

describe.each([
  ['in containers', inContainers],
  ['without reuse', [...inContainers, '-D', 'bobbin.job.container-reuse.enable=false']],
] as const)('%s', (where, options) => {
  const folder = where.replaceAll(' ', '-');

  test('a task that throws three times and then succeeds does no harm', async () => {
    const result = await submit('throws-three-times', input, `lucky-${folder}`, ...options);
    expect(result.stderr).toContain('is not lucky');
    expect(result.code).toBe(0);
    expect(actualCounts(join(cluster.path, `lucky-${folder}`)).equals(expectedCountsIn(input))).toBe(true);
  });

  test('a task that always throws fails the job with its message, the record, the line of the job file, and the logs', async () => {
    const file = lines(join(cluster.path, 'poisoned.txt'), ['good', 'poison apple', 'good']);
    const result = await submit('always-throws', file, `poisoned-${folder}`, ...options);
    expect(result.code).not.toBe(0);
    const said = result.stdout + result.stderr;
    expect(said).toContain("cannot weigh 'poison apple'");
    expect(said).toMatch(/poisoned\.txt.*\b5\b/);
    expect(said).toMatch(/always-throws\.ts:5:\d+/);
    expect(said).toMatch(/bobbin job logs job_\d+_\d+/);
  });

  test('a task that never returns is timed out, its container killed, and the next attempt succeeds', async () => {
    const timeout = ['-D', 'mapreduce.task.timeout=2000', '-D', 'mapreduce.task.timeout.check-interval-ms=200'];
    const interval = ['-D', 'mapreduce.task.progress-report.interval=200'];
    const result = await submit('never-returns', input, `spun-${folder}`, ...options, ...timeout, ...interval);
    expect(result.stderr).toMatch(/taskTimedOut: true/);
    expect(result.code).toBe(0);
    expect(actualCounts(join(cluster.path, `spun-${folder}`)).equals(expectedCountsIn(input))).toBe(true);
  });

  test('a task that exits its process fails the attempt and says so', async () => {
    const result = await submit('exits', input, `exited-${folder}`, ...options, ...twice);
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toContain('process.exit(7)');
  });

  test('a task that fills its heap fails with the limit and the setting', async () => {
    const memory = ['-D', 'mapreduce.map.memory.mb=1024', '-D', 'mapreduce.task.io.sort.mb=16'];
    const result = await submit('allocates-heap', input, `heap-${folder}`, ...options, ...twice, ...memory);
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toMatch(/mapreduce\.map\.memory\.mb/);
  });

  test('a task that allocates outside the heap is ended by who sees it first, with limit and usage', async () => {
    const memory = ['-D', 'mapreduce.map.memory.mb=1024', '-D', 'mapreduce.task.io.sort.mb=16'];
    const result = await submit('allocates-buffers', input, `buffers-${folder}`, ...options, ...twice, ...memory);
    expect(result.code).not.toBe(0);
    // Its own watch and the NodeManager look at about the same pace.
    expect(result.stdout + result.stderr).toMatch(
      /\d GB of 1 GB physical memory used|the task's process holds \d+ MiB, its container has 1024/,
    );
  });

  test('a task whose own process allocates is killed by the NodeManager, which says limit and usage', async () => {
    const memory = ['-D', 'mapreduce.map.memory.mb=512', '-D', 'mapreduce.task.io.sort.mb=16'];
    const result = await submit('child-allocates', input, `child-${folder}`, ...options, ...twice, ...memory);
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toMatch(/physical memory/);
  });
});

test('a failed job leaves no temporary output', async () => {
  mkdirSync(join(cluster.path, 'left'), { recursive: true });
  const file = lines(join(cluster.path, 'left', 'in.txt'), ['poison']);
  const output = join(cluster.path, 'left', 'out');
  const result = await cluster.run(
    'job',
    'submit',
    fixture('always-throws'),
    '--input',
    file,
    '--output',
    output,
    ...twice,
  );
  expect(result.code).not.toBe(0);
  const listing = await cluster.run('job', 'list', '--all');
  expect(listing.stdout).toContain('FAILED');
  expect(() => actualCounts(join(output, '_temporary'))).toThrow();
});
