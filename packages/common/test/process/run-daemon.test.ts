/** The frame of every daemon: says when it serves, ends when asked or by itself, and is stopped in every case. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Configuration, runDaemon, type Daemon, type DaemonReady } from '../../src/index.js';
import { tempDir } from '../../src/testing/index.js';

const ADDRESSES = { address: 'node:1', webAddress: 'node:2' };
const never = new Promise<never>(() => undefined);

function stand(daemon: Partial<Daemon>) {
  const dir = tempDir();
  const readyFile = join(dir.path, 'ready');
  const told: DaemonReady[] = [];
  let stops = 0;
  const running = (
    asked: Promise<unknown>,
    announce: ((ready: DaemonReady) => void) | 'OVER_IPC' = (ready) => void told.push(ready),
  ): Promise<void> =>
    runDaemon({
      name: 'TestDaemon',
      conf: Configuration.fromProperties({
        'bobbin.daemon.ready-file': readyFile,
        'bobbin.log.file': join(dir.path, 'log'),
      }),
      make: () => ({
        start: () => Promise.resolve(ADDRESSES),
        ended: never,
        stop: () => {
          stops++;
          return Promise.resolve();
        },
        ...daemon,
      }),
      asked,
      ...(announce !== 'OVER_IPC' && { announce }),
    });
  return { dir, readyFile, told, running, stops: () => stops };
}

test('one that serves says where, in a file too, until it is asked to end', async () => {
  const { dir, readyFile, running, stops } = stand({});
  using _ = dir;
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  let inFile: unknown;
  let told: DaemonReady | undefined;
  await running(asked, (ready) => {
    told = ready;
    inFile = JSON.parse(readFileSync(readyFile, 'utf8'));
    ask();
  });
  expect(told).toEqual({ ready: true, ...ADDRESSES, pid: process.pid });
  expect(inFile).toEqual(told);
  expect([stops(), existsSync(readyFile)]).toEqual([1, false]);
});

test.each<[what: string, daemon: Partial<Daemon>, ready: number]>([
  ['cannot start', { start: () => Promise.reject(new Error('no port')) }, 0],
  ['ends by itself', { ended: Promise.reject(new Error('no port')) }, 1],
])('one that %s is stopped, and its reason told', async (_, daemon, ready) => {
  daemon.ended?.catch(() => undefined);
  const { dir, told, readyFile, running, stops } = stand(daemon);
  using _dir = dir;
  await expect(running(never)).rejects.toThrow('no port');
  expect([told.length, stops(), existsSync(readyFile)]).toEqual([ready, 1, false]);
});

test('one that is asked to end while it starts never says that it serves', async () => {
  const { dir, told, running, stops } = stand({ start: () => never });
  using _ = dir;
  await running(Promise.resolve());
  expect([told.length, stops()]).toEqual([0, 1]);
});

test('one whose starter is gone serves all the same', async () => {
  const { dir, readyFile, running } = stand({});
  using _ = dir;
  const { send } = process;
  // As a channel that is closed answers.
  process.send = (...[, , , callback]: unknown[]): boolean => {
    if (typeof callback !== 'function') throw new Error('Channel closed');
    (callback as (error: Error) => void)(new Error('Channel closed'));
    return false;
  };
  try {
    let ask: () => void = () => undefined;
    const ended = running(new Promise<void>((resolve) => (ask = resolve)), 'OVER_IPC');
    while (!existsSync(readyFile)) await new Promise(setImmediate);
    ask();
    await ended;
  } finally {
    if (send) process.send = send;
    else delete process.send;
  }
});
