/** A `cluster start` that is killed before it could write down what it had started: the next stop, and the next start, know all of it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tempDir } from '@bobbin/common/testing';
import { start, succeed } from './support/bobbin.js';
import { processesOf } from './support/local-cluster.js';

jest.setTimeout(60_000);

let temp: ReturnType<typeof tempDir>;
let dir: string;
let env: Readonly<Record<string, string>>;

/** Kills a start of two nodes when its RM serves and both NodeManagers are under way: nothing is recorded. */
beforeEach(async () => {
  temp = tempDir('bobbin-e2e-');
  dir = join(temp.path, 'cluster');
  env = { XDG_STATE_HOME: join(temp.path, 'state') };
  await startAndKill();
  // On a busy machine a start may be over before it is looked at.
  while (existsSync(join(dir, 'cluster.json'))) {
    await succeed(['cluster', 'stop'], env);
    rmSync(dir, { recursive: true });
    await startAndKill();
  }
  expect(processesOf(dir)).toHaveLength(3);
});
async function startAndKill(): Promise<void> {
  const starting = start(['cluster', 'start', '--nodes', '2', '--dir', dir], env);
  let isOver = false;
  void starting.finished.then(() => (isOver = true));
  // The command itself, the RM, and two NodeManagers.
  while (processesOf(dir).length < 4 && !isOver) await pause(1);
  starting.process.kill('SIGKILL');
  await starting.finished;
}
afterEach(() => {
  for (const pid of processesOf(dir)) process.kill(pid, 'SIGKILL');
  temp[Symbol.dispose]();
});

test('stop ends every daemon of it, named or not', async () => {
  const { stdout } = await succeed(['cluster', 'stop', '--json'], env);
  expect(JSON.parse(stdout)).toMatchObject({ dir, orphans: 0 });
  expect(processesOf(dir)).toEqual([]);
});

test('start makes a cluster of it all the same, and a stop then leaves nothing', async () => {
  await succeed(['cluster', 'start', '--nodes', '2', '--dir', dir], env);
  const nodes = JSON.parse((await succeed(['node', 'list', '--json'], env)).stdout) as readonly { state: string }[];
  expect(nodes.map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING']);
  await succeed(['cluster', 'stop'], env);
  expect(processesOf(dir)).toEqual([]);
});
