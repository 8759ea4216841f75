/**
 * One node of two has a full disk, on real processes: what fails there says why and runs on the other node, the job succeeds, and
 * nothing is left on the disk. Skipped where mounting is not permitted.
 */
import { statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wrappedCluster, type LocalCluster } from './support/local-cluster.js';
import { canMount, filesSeenBy, withSmallDisk } from './support/small-disk.js';
import { someText } from './support/text.js';
import { actualCounts, expectedCountsIn } from './support/word-count-oracle.js';

jest.setTimeout(180_000);

const whereItCan = canMount ? test : test.skip;
/** Enough for the files of a job, too little for what a map of it writes. */
const diskKb = 2560;

let cluster: LocalCluster | undefined;
afterEach(() => cluster?.stop());

async function clusterWithSmallDisk(
  ...options: string[]
): Promise<{ cluster: LocalCluster; pid: number; disk: string }> {
  const started = await wrappedCluster((dir) => withSmallDisk(join(dir, 'nm-1/local'), diskKb), 2, ...options);
  cluster = started;
  const pid = started.daemons()[1]?.pid ?? 0;
  return { cluster: started, pid, disk: join(started.path, 'cluster/nm-1/local') };
}

const job = (path: string): string[] => [
  ...['job', 'submit', join(__dirname, 'fixtures/without-combiner.ts'), '--input', join(path, 'input')],
  ...['--output', join(path, 'out'), '-D', 'mapreduce.job.ubertask.enable=false'],
  ...['-D', 'mapreduce.input.fileinputformat.split.maxsize=2300000'],
];

/** What jobs have left in a folder of a node: its caches of files stay, and are not meant. */
async function nothingOfJobsIn(pid: number, disk: string): Promise<void> {
  while (filesSeenBy(pid, disk).some((file) => file.includes('/appcache/'))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each([
  ['with reuse', []],
  ['without reuse', ['-D', 'bobbin.job.container-reuse.enable=false']],
] as const)('%s', (_, options) => {
  whereItCan('a task that fills the disk of a node runs on the other', async () => {
    const { cluster, pid, disk } = await clusterWithSmallDisk(
      '-D',
      'yarn.nodemanager.disk-health-checker.enable=false',
    );
    const input = someText(join(cluster.path, 'input'), 9);
    const result = await cluster.run(...job(cluster.path), ...options);
    const said = result.stdout + result.stderr;
    expect(said).toMatch(/no space left on the disk of '.*nm-1\/local\/.*' \(write\)/);
    expect(result.code).toBe(0);
    expect(actualCounts(join(cluster.path, 'out')).equals(expectedCountsIn(input))).toBe(true);
    // No task has failed twice: each went to the other node after its first failure.
    expect(said).not.toMatch(/attempt_\d+_\d+_[mr]_\d+_[1-9]\d*\b.*(FAILED|failed)/);
    await nothingOfJobsIn(pid, disk);
  });
});

whereItCan(
  'a node whose disk is full is ill as soon as something has failed on it, and well when there is room',
  async () => {
    const { cluster, pid, disk } = await clusterWithSmallDisk();
    const seen = join(`/proc/${pid}/root`, disk);
    const { bavail, bsize } = statfsSync(seen);
    writeFileSync(join(seen, 'ballast'), Buffer.alloc(bavail * bsize - 65_536));
    const input = someText(join(cluster.path, 'input'), 9);
    const result = await cluster.run(...job(cluster.path));
    expect(result.code).toBe(0);
    expect(actualCounts(join(cluster.path, 'out')).equals(expectedCountsIn(input))).toBe(true);
    const address = cluster.daemons()[1]?.address ?? '';
    expect(lineOf(await cluster.run('node', 'list', '--all'), address)).toContain('UNHEALTHY');
    unlinkSync(join(seen, 'ballast'));
    await nothingOfJobsIn(pid, disk);
    while (!/RUNNING/.test(lineOf(await cluster.run('node', 'list', '--all'), address)));
  },
);

function lineOf({ stdout }: { readonly stdout: string }, word: string): string {
  return stdout.split('\n').find((line) => line.includes(word)) ?? '';
}
