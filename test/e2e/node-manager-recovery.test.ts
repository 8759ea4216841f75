/** A NodeManager that dies by kill -9 in the middle of its duties: the next one on its folders does what is left of them. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, processIdentity } from '@bobbin/common';
import { filesBelow } from './support/files-below.js';
import { HeldJob } from './support/held-job.js';
import { localCluster, type LocalCluster } from './support/local-cluster.js';

jest.setTimeout(120_000);

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await localCluster(2);
});
afterEach(() => cluster.stop());

function killNodeManagers(): void {
  for (const { pid } of cluster.daemons().slice(1)) process.kill(pid, 'SIGKILL');
}

test('a container that ended while there was no NodeManager is told with its exit code', async () => {
  const job = await HeldJob.submit(cluster, 'job');
  await job.reach('MAPS');
  const attempts = [...(await job.history()).tasks.values()].flatMap((task) => [...task.attempts.values()]);
  const attempt = attempts.find(({ state }) => state === 'RUNNING');
  const task = processIdentity(cluster.taskIn(attempt?.containerId ?? ''));
  if (!attempt || !task) throw new Error('no task runs');
  killNodeManagers();
  process.kill(task.pid, 'SIGKILL');
  while (isAlive(task)) await pause(5);
  await cluster.restart();
  const end = await job.letGo();
  expect(end.stdout + end.stderr).toContain('completed successfully');
  const ended = [...(await job.history()).tasks.values()].flatMap((each) => [...each.attempts.values()]);
  const { state, error } = ended.find(({ attemptId }) => attemptId === attempt.attemptId) ?? {};
  expect(state).toBe('FAILED');
  expect(error).toContain('Exit code is 137');
});

test('a deletion that had begun is finished', async () => {
  const job = await HeldJob.submit(cluster, 'job', '-D', 'test.scratch-files=2000');
  await job.reach('MAPS');
  const locals = [1, 2].map((node) => join(cluster.path, 'cluster', `nm-${node}`, 'local'));
  const scratch = (): string[] =>
    locals.flatMap((local) => filesBelow(local).filter((path) => path.includes('scratch-')));
  const all = scratch().length;
  expect(all).toBeGreaterThanOrEqual(2000);
  const end = job.letGo();
  while (scratch().length === all) await pause(1);
  killNodeManagers();
  expect(scratch().length).toBeGreaterThan(0);
  await cluster.restart();
  await end;
  while (scratch().length > 0) await pause(20);
});
