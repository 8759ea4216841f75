/** Ctrl-C, `job kill` and `cluster stop` leave no process, no socket and no temporary output behind. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './support/files-below.js';
import { listeningInodes, localCluster, parentOf, type LocalCluster } from './support/local-cluster.js';
import { someText } from './support/text.js';

jest.setTimeout(120_000);

let cluster: LocalCluster;
let input: string;
beforeEach(async () => {
  cluster = await localCluster(2);
  input = someText(join(cluster.path, 'input'), 1);
});
afterEach(() => cluster.stop());

const waiting = (): string[] => [
  ...['job', 'submit', join(__dirname, 'fixtures/waits.ts'), '--input', input, '--output', join(cluster.path, 'out')],
  ...['-D', 'test.gate=/nonexistent', '-D', 'mapreduce.job.ubertask.enable=false'],
];

/** The daemons and nothing else. */
const daemons = 3;

async function started(running: { printed(pattern: RegExp): Promise<string> }): Promise<string> {
  const job = await running.printed(/job_\d+_\d+/);
  await running.printed(/running in uber mode/);
  return job;
}

/** The daemons and what each NodeManager starts containers with; what helped the command, its bundler say, may outlive it by a moment. */
async function onlyDaemonsLeft(): Promise<void> {
  const own = cluster.daemons().map(({ pid }) => pid);
  const isDaemons = (pid: number): boolean => own.includes(pid) || own.includes(parentOf(pid));
  const areLeft = (pids: readonly number[]): boolean => own.every((pid) => pids.includes(pid)) && pids.every(isDaemons);
  while (!areLeft(cluster.processes())) await new Promise((resolve) => setImmediate(resolve));
}

test('Ctrl-C kills the job with its containers and its temporary output', async () => {
  const running = cluster.start(...waiting());
  const job = await started(running);
  running.process.kill('SIGINT');
  const result = await running.finished;
  expect(result.code).toBe(130);
  expect((await cluster.run('job', 'status', job)).stdout).toContain('KILLED');
  expect(existsSync(join(cluster.path, 'out', '_temporary'))).toBe(false);
  await cluster.containersGone();
  await onlyDaemonsLeft();
});

test('job kill does the same, and the submitting command says so', async () => {
  const running = cluster.start(...waiting());
  const job = await started(running);
  expect((await cluster.run('job', 'kill', job)).stdout).toContain('Killed job');
  const result = await running.finished;
  expect(result.code).not.toBe(0);
  expect(result.stdout + result.stderr).toContain('KILLED');
  expect(existsSync(join(cluster.path, 'out', '_temporary'))).toBe(false);
  await cluster.containersGone();
  await onlyDaemonsLeft();
});

test('cluster stop in the middle of a job ends every process and socket', async () => {
  const running = cluster.start(...waiting());
  await started(running);
  const sockets = cluster.listeningSockets();
  expect(sockets.length).toBeGreaterThanOrEqual(daemons);
  expect((await cluster.run('cluster', 'stop')).code).toBe(0);
  expect((await running.finished).code).not.toBe(0);
  expect(cluster.processes()).toEqual([]);
  const listening = listeningInodes();
  expect(sockets.filter((inode) => listening.has(inode))).toEqual([]);
  expect(existsSync(join(cluster.path, 'out', '_temporary'))).toBe(false);
  const staged = filesBelow(join(cluster.path, 'cluster', 'staging'));
  expect(staged.filter((file) => file.endsWith('job.json'))).toEqual([]);
});

test('a command that heard nothing of a cluster stop ends too, and says why', async () => {
  const running = cluster.start(...waiting());
  await started(running);
  running.process.kill('SIGSTOP');
  expect((await cluster.run('cluster', 'stop')).code).toBe(0);
  // Nor did it have to be killed for the connection of a client that cannot let go of it.
  const log = readFileSync(join(cluster.path, 'cluster', 'logs', 'resourcemanager.log'), 'utf8');
  expect(log).toContain('ResourceManager has stopped');
  running.process.kill('SIGCONT');
  const { code, stderr } = await running.finished;
  expect(code).toBe(1);
  expect(stderr).toMatch(/the cluster in .* was stopped/);
});
