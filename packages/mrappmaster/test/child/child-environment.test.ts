/** What a task's process takes from its container, and what it says when the container is no good. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createJobToken,
  encodeCredentials,
  JOB_TOKEN_ALIAS,
  jobId,
  systemRandom,
  toApplicationId,
} from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { memoryOf, readChildEnvironment } from '../../src/child/child-environment.js';
import { planMemory, planUber } from '../../src/child/memory-plan.js';

const token = createJobToken(jobId(toApplicationId('application_1700000000000_0001')), systemRandom);
const args = ['am.host', '4711', 'container_1700000000000_0001_01_000002'];

function aContainer(properties: Readonly<Record<string, string>>, tokens = new Map([[JOB_TOKEN_ALIAS, token]])) {
  const dir = tempDir();
  const tokenFile = join(dir.path, 'container_tokens');
  writeFileSync(tokenFile, encodeCredentials({ tokens, secrets: new Map() }));
  writeFileSync(join(dir.path, 'job.json'), JSON.stringify({ properties }));

  const before = process.cwd();
  process.chdir(dir.path);
  const env = { LOCAL_DIRS: '/d1,/d2', LOG_DIRS: '/l1,/l2', HADOOP_TOKEN_FILE_LOCATION: tokenFile };
  return {
    env,
    [Symbol.dispose]() {
      process.chdir(before);
      dir[Symbol.dispose]();
    },
  };
}

test('arguments, folders, token and settings are those of the container', () => {
  using container = aContainer({ 'mapreduce.task.timeout': '100000', 'bobbin.task.appmaster-wait-ms': '7' });
  const port = Buffer.alloc(4);
  port.writeInt32BE(13562);
  const env = { ...container.env, NM_HOST: 'n1', NM_AUX_SERVICE_mapreduce_shuffle: port.toString('base64') };
  const read = readChildEnvironment(args, env);
  expect(read).toMatchObject({
    launchedBy: { attempt: 1, host: 'am.host', port: 4711 },
    containerId: args[2],
    localDirs: ['/d1', '/d2'],
    logDir: '/l1',
    localShuffleAddress: 'n1:13562',
    reportIntervalMs: 1000,
    appMasterWaitMs: 7,
    localWriteLimitBytes: -1,
  });
  expect(Buffer.from(read.jobToken).equals(token.password)).toBe(true);
});

test.each([
  ['a container, by default', {}, { BOBBIN_AM_ADDRESS_FILE: '/staging/am' }, true],
  [
    'no container, where the job says so',
    { 'bobbin.job.container-reuse.enable': 'false' },
    { BOBBIN_AM_ADDRESS_FILE: '/am' },
    false,
  ],
  ['the process of an uber job, always', { 'bobbin.job.container-reuse.enable': 'false' }, {}, true],
])('further tasks come to %s', (_, properties, env, isReused) => {
  using container = aContainer(properties);
  expect(readChildEnvironment(args, { ...container.env, ...env }).isReused).toBe(isReused);
});

test.each([
  ['a hundredth of a long timeout is still seconds', '600000', 3000],
  ['without a timeout it is seconds too', '0', 3000],
])('the report interval: %s', (_, timeout, interval) => {
  using container = aContainer({ 'mapreduce.task.timeout': timeout });
  expect(readChildEnvironment(args, container.env).reportIntervalMs).toBe(interval);
});

test('everything that is missing is said at once', () => {
  expect(() => readChildEnvironment(['am.host'], {})).toThrow(
    /arguments are 'am\.host'; they should be <am host> <am port> <container id>\nLOCAL_DIRS is not set.*\nLOG_DIRS .*\nHADOOP_TOKEN_FILE_LOCATION /,
  );
});

test('credentials without a job token are refused', () => {
  using container = aContainer({}, new Map());
  expect(() => readChildEnvironment(args, container.env)).toThrow("holds no token of kind 'mapreduce.job'");
});

test('a setting of the wrong type is named with what it should be', () => {
  using container = aContainer({ 'mapreduce.task.timeout': 'soon' });
  expect(() => readChildEnvironment(args, container.env)).toThrow(
    /mapreduce\.task\.timeout is 'soon'; it should be a time/,
  );
});

test("a container's memory is what its kind asks for, 1024 MiB where it does not say", () => {
  expect(memoryOf('MAP', { 'mapreduce.map.memory.mb': '512' })).toEqual({
    key: 'mapreduce.map.memory.mb',
    memoryMb: 512,
  });
  expect(memoryOf('REDUCE', {})).toEqual({ key: 'mapreduce.reduce.memory.mb', memoryMb: 1024 });
});

test.each([
  [1024, 164, 760, 48],
  [256, 164, 63, 16],
  [128, 164, 32, 8],
])(
  'of %i MiB, %i off the heap leave an old generation of %i and a young one of %i',
  (containerMb, offHeapMb, maxOldGenerationSizeMb, maxYoungGenerationSizeMb) => {
    const plan = { maxOldGenerationSizeMb, maxYoungGenerationSizeMb, slabMb: offHeapMb };
    expect(planMemory({ containerMb, offHeapMb })).toEqual(plan);
  },
);

const map = { containerMb: 1024, offHeapMb: 164 };
const reduce = { containerMb: 1024, offHeapMb: 592 };

test('tasks of an uber job have one plan where its container has room for the larger heap beside the larger buffers', () => {
  const both = { maxOldGenerationSizeMb: 760, maxYoungGenerationSizeMb: 48, slabMb: 592 };
  expect(planUber({ MAP: map, REDUCE: reduce }, 1536)).toEqual({ MAP: both, REDUCE: both });
});

test('and else the plans that they have in containers of their own', () => {
  expect(planUber({ MAP: map, REDUCE: reduce }, 1500)).toEqual({ MAP: planMemory(map), REDUCE: planMemory(reduce) });
});
