/** What keeps a NodeManager from starting: it says so, names the setting, and leaves nothing behind. */
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { Configuration, systemClock } from '@bobbin/common';
import { recordingLogger } from '@bobbin/common/testing';
import { NodeManager } from '../src/node-manager.js';
import { NodeStand } from './node-stand.js';

async function occupied(): Promise<{ readonly server: Server; readonly address: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('a NodeManager does not start', () => {
  test.each([
    ['yarn.nodemanager.address', /port \d+ is in use.*yarn.nodemanager.address/],
    ['yarn.nodemanager.webapp.address', /in use.*yarn.nodemanager.webapp.address/],
  ])('where the port of %s is in use', async (key, message) => {
    await using stand = new NodeStand();
    await stand.rm.start();
    const { server, address } = await occupied();
    await expect(stand.startNode({ [key]: address })).rejects.toThrow(message);
    server.close();
    // The store is free again, and nothing of the first attempt is in the way.
    await stand.startNode();
  });

  test('where none of its folders can be written', async () => {
    await using stand = new NodeStand();
    await stand.rm.start();
    const file = join(stand.dir.path, 'a-file');
    writeFileSync(file, '');
    await expect(stand.startNode({ 'yarn.nodemanager.local-dirs': join(file, 'x') })).rejects.toThrow(
      /none of yarn.nodemanager.local-dirs can be used/,
    );
    await expect(stand.startNode({ 'yarn.nodemanager.log-dirs': join(file, 'x') })).rejects.toThrow(
      /none of yarn.nodemanager.log-dirs can be used/,
    );
    await expect(stand.startNode({ 'yarn.nodemanager.recovery.dir': join(file, 'x') })).rejects.toThrow(
      /cannot be opened/,
    );
  });

  test('where another NodeManager has its state', async () => {
    await using stand = await NodeStand.start();
    const first = stand.nodeManager;
    await expect(stand.startNode()).rejects.toThrow(/in use by another process/);
    stand.nodeManager = first;
  });

  test('where the RM does not answer, for as long as it may try', async () => {
    await using stand = new NodeStand();
    const { server, address } = await occupied();
    server.close();
    await expect(
      stand.startNode({ 'yarn.resourcemanager.address': address, 'yarn.resourcemanager.connect.max-wait.ms': '100' }),
    ).rejects.toThrow(address);
  });

  test('and can be stopped while it calls an RM that does not answer', async () => {
    await using stand = new NodeStand();
    const { server, address } = await occupied();
    server.close();
    const starting = stand.startNode({ 'yarn.resourcemanager.address': address });
    await stand.nodeManager?.stop();
    await expect(starting).rejects.toThrow();
  });

  test('with settings that cannot work: all of them are named at once', () => {
    const conf = Configuration.fromProperties({
      'yarn.nodemanager.hostname': '0.0.0.0',
      'yarn.nodemanager.aux-services': 'mapreduce_shuffle,spark_shuffle',
    });
    const make = (): NodeManager =>
      new NodeManager({
        conf,
        clock: systemClock,
        log: recordingLogger(),
        environment: {},
        nodePath: process.execPath,
      });
    expect(make).toThrow(/names 'spark_shuffle'/);
    expect(make).toThrow(/serves on loopback only, not on '0.0.0.0'/);
  });
});

test('a setting without effect is said in the log', async () => {
  await using stand = await NodeStand.start({ 'yarn.nodemanager.health-checker.script.path': '/bin/true' });
  expect(stand.log.entries.map((e) => e.message)).toContainEqual(
    expect.stringContaining('this release runs no health scripts'),
  );
});
