/** The file by which an AM attempt makes itself known, and what its absence means. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalFileSystem, systemRandom } from '@bobbin/common';
import { ControlledClock, tempDir } from '@bobbin/common/testing';
import { locateAppMaster, publishAddress, readAddress } from '../../src/umbilical/app-master-address.js';
import { UmbilicalClient } from '../../src/umbilical/umbilical-client.js';

const fs = new LocalFileSystem();
const am = (attempt: number) => ({ attempt, host: 'h', port: 4000 + attempt });

test('a later attempt takes the place of an earlier one, never the other way round; saying it twice is harmless', async () => {
  using dir = tempDir();
  const file = join(dir.path, 'am-address.json');
  expect(await readAddress(fs, file)).toBeUndefined();
  for (const attempt of [1, 2, 2, 1]) await publishAddress(fs, file, am(attempt));
  expect(await readAddress(fs, file)).toEqual(am(2));
});

test.each(['', '{"attempt":2', '{"attempt":"2","host":"h","port":1}', '[]'])('%j tells nothing', async (text) => {
  using dir = tempDir();
  const file = join(dir.path, 'am-address.json');
  writeFileSync(file, text);
  expect(await readAddress(fs, file)).toBeUndefined();
  const where = { launchedBy: am(1), addressFile: file };
  expect(await locateAppMaster(where, () => fs)).toEqual(am(1));
});

test('a child goes by the file only where that tells of a later AM than the one that launched it', async () => {
  using dir = tempDir();
  const addressFile = join(dir.path, 'am-address.json');
  await publishAddress(fs, addressFile, am(2));
  expect(await locateAppMaster({ launchedBy: am(1), addressFile }, () => fs)).toEqual(am(2));
  expect(await locateAppMaster({ launchedBy: am(3), addressFile }, () => fs)).toEqual(am(3));
  expect(await locateAppMaster({ launchedBy: am(1) }, () => fs)).toEqual(am(1));
});

test('a job is over where its staging folder is gone', async () => {
  using dir = tempDir();
  const staging = join(dir.path, 'job_1_0001');
  const addressFile = join(staging, 'am-address.json');
  const locate = () => locateAppMaster({ launchedBy: am(1), addressFile }, () => fs);
  mkdirSync(staging);
  expect(await locate()).toEqual(am(1));
  rmSync(staging, { recursive: true });
  expect(await locate()).toBe('JOB_OVER');
});

test('a child of a job that is over does not wait for another AM', async () => {
  const client = new UmbilicalClient({
    clock: new ControlledClock(),
    random: systemRandom,
    containerId: 'container_1_0001_01_000002' as never,
    jobToken: Buffer.of(1),
    locate: () => Promise.resolve('JOB_OVER'),
    connectionWaitMs: 1_200_000,
    log: () => undefined,
  });
  await expect(client.call('getTask', { pid: 1 })).rejects.toThrow('the job is over');
});
