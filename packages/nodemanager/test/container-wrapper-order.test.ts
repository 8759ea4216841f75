/**
 * The end of a short container may be known before what its wrapper said has been read: the two come through different doors of the
 * system, in either order. Which one comes first on a real process is not for a test to choose, so the process is played here.
 */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { spawn } from 'node:child_process';
import { systemClock } from '@bobbin/common';
import { DefaultContainerExecutor } from '../src/default-container-executor.js';

jest.mock('node:child_process');

const request = { scriptPath: '/s', workDir: '/', pidFile: '/p', environment: {} };

function launch() {
  const wrapper = Object.assign(new EventEmitter(), { stdout: new PassThrough(), unref: () => undefined });
  jest.mocked(spawn).mockReturnValue(wrapper as unknown as ReturnType<typeof spawn>);
  const container = new DefaultContainerExecutor({ clock: systemClock, exitCodeFileTimeoutMs: 1 }).launch(request);
  return { wrapper, ...container };
}

test('a container whose end is known first has started all the same', async () => {
  const { wrapper, started, exited } = launch();
  wrapper.emit('exit', 0, null);
  wrapper.stdout.end('999999999\n');
  wrapper.stdout.once('end', () => wrapper.emit('close', 0, null));
  expect(await started).toEqual({ pid: 999999999, startTicks: 0 });
  expect(await exited).toBe(0);
});

test('a wrapper that ends without a word has started nothing', async () => {
  const { wrapper, started } = launch();
  wrapper.emit('exit', 127, null);
  wrapper.emit('close', 127, null);
  await expect(started).rejects.toThrow('the wrapper ended before its container began (code 127)');
});
