/** Process identity: the same pid later is not the same process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAlive, processIdentity, signalProcess } from '../../src/index.js';

test('a process is alive until it ends, and a pid with another start time is not it', async () => {
  const own = processIdentity(process.pid);
  if (!own) throw new Error('this process must exist');
  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, startTicks: own.startTicks + 1 })).toBe(false);

  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const identity = processIdentity(child.pid ?? 0);
  if (!identity) throw new Error('the child must exist');
  expect(isAlive(identity)).toBe(true);
  const exit = once(child, 'exit');
  expect(signalProcess(identity.pid, 'SIGKILL', true)).toBe(true);
  await exit;
  expect(isAlive(identity)).toBe(false);
  expect(signalProcess(identity.pid, 'SIGKILL', true)).toBe(false);
  expect(processIdentity(identity.pid)).toBeUndefined();
});
