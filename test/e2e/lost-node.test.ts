/** A NodeManager lost during maps, or with finished map output on it: the job succeeds with the same result. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localCluster, type LocalCluster } from './support/local-cluster.js';
import { someText } from './support/text.js';
import { actualCounts, expectedCountsIn } from './support/word-count-oracle.js';

jest.setTimeout(180_000);

const quickLoss = [
  ['yarn.nm.liveness-monitor.expiry-interval-ms', 3000],
  ['mapreduce.reduce.shuffle.fetch.retry.timeout-ms', 1000],
].flatMap(([key, value]) => ['-D', `${key}=${value}`]);

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await localCluster(3, ...quickLoss);
});
afterEach(() => cluster.stop());

interface Daemons {
  readonly nodeManagers: readonly { readonly process: { readonly pid: number }; readonly address: string }[];
}

/** Kills a NodeManager with everything that runs below it, as when its machine loses power. */
async function loseNodeWithout(applicationMaster: string): Promise<void> {
  const { nodeManagers } = JSON.parse((await cluster.run('cluster', 'status', '--json')).stdout) as Daemons;
  const victim = nodeManagers.find((daemon) => daemon.address !== applicationMaster);
  if (!victim) throw new Error('every NodeManager holds the AM');
  cluster.killNode(victim.process.pid, nodeManagers.indexOf(victim) + 1);
}

async function nodeOfApplicationMaster(): Promise<string> {
  const [app] = JSON.parse((await cluster.run('app', 'list', '--json')).stdout) as { amNodeId: string }[];
  if (!app) throw new Error('no application runs');
  return app.amNodeId;
}

const job = (output: string): string[] => [
  ...['job', 'submit', join(__dirname, 'fixtures/waits.ts'), '--input', join(cluster.path, 'input')],
  ...['--output', join(cluster.path, output), '-D', 'mapreduce.job.ubertask.enable=false'],
  ...['-D', `test.gate=${join(cluster.path, 'gate')}`, '-D', 'mapreduce.input.fileinputformat.split.maxsize=300000'],
];

test('during maps: what ran there runs elsewhere', async () => {
  const input = someText(join(cluster.path, 'input'), 2);
  const running = cluster.start(...job('out'));
  await running.printed(/running in uber mode : false/);
  await loseNodeWithout(await nodeOfApplicationMaster());
  writeFileSync(join(cluster.path, 'gate'), '');
  const result = await running.finished;
  expect(result.stdout + result.stderr).toContain('completed successfully');
  expect(actualCounts(join(cluster.path, 'out')).equals(expectedCountsIn(input))).toBe(true);
});

test('with finished map output on it: those maps run again', async () => {
  const input = someText(join(cluster.path, 'input'), 2);
  writeFileSync(join(cluster.path, 'gate'), '');
  const slowStart = ['-D', 'mapreduce.job.reduce.slowstart.completedmaps=1.0'];
  const held = ['-D', `test.reduce-gate=${join(cluster.path, 'reduce-gate')}`];
  const running = cluster.start(...job('out'), ...slowStart, ...held);
  await running.printed(/map 100% reduce \d+%/);
  await loseNodeWithout(await nodeOfApplicationMaster());
  writeFileSync(join(cluster.path, 'reduce-gate'), '');
  const result = await running.finished;
  expect(result.stdout + result.stderr).toContain('completed successfully');
  expect(actualCounts(join(cluster.path, 'out')).equals(expectedCountsIn(input))).toBe(true);
});
