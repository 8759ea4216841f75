/** What an AM is given: its environment and the staged files; whatever is wrong with them is said with its place. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@bobbin/common/testing';
import { readAMEnvironment } from '../../src/conf/am-environment.js';
import {
  progressReportIntervalMs,
  toAllocatorSettings,
  toHistorySettings,
  toJobConf,
} from '../../src/conf/am-settings.js';
import { readJobFile, readSplits } from '../../src/conf/job-file.js';

const readText = (path: string): string => readFileSync(path, 'utf8');

const environment = {
  CONTAINER_ID: 'container_1700000000000_0003_02_000001',
  NM_HOST: 'h',
  NM_PORT: '4000',
  NM_HTTP_PORT: '8042',
  APP_SUBMIT_TIME_ENV: '17',
  BOBBIN_RM_ADDRESS: 'rm:8032',
  HADOOP_TOKEN_FILE_LOCATION: '/c/container_tokens',
  LOG_DIRS: '/l1,/l2',
};

describe('the environment of an AM', () => {
  it('tells who it is', () => {
    expect(readAMEnvironment(environment)).toMatchObject({
      applicationAttemptId: 'appattempt_1700000000000_0003_000002',
      applicationId: 'application_1700000000000_0003',
      jobId: 'job_1700000000000_0003',
      attemptNumber: 2,
      nodeId: 'h:4000',
      submitTimeMs: 17,
      logDir: '/l1',
    });
  });

  it('that lacks something names all of it at once', () => {
    const { NM_HOST: _, ...rest } = environment;
    expect(() => readAMEnvironment({ ...rest, NM_PORT: 'x', BOBBIN_RM_ADDRESS: '' })).toThrow(
      /3 problems:\s+NM_HOST is not set.*\s+NM_PORT='x' is not a number\s+BOBBIN_RM_ADDRESS is not set/,
    );
  });

  it('with a container id that is none is refused', () => {
    expect(() => readAMEnvironment({ ...environment, CONTAINER_ID: 'x' })).toThrow(/'x' is not a container id/);
  });
});

const good = {
  jobName: 'n',
  user: 'u',
  queue: 'q',
  properties: { 'mapreduce.map.memory.mb': '512', 'my.password': 'x' },
  numMaps: 2,
  numReduces: 1,
  inputBytes: 10,
  submitTimeMs: 5,
  taskLocalResources: {},
};

describe('job.json', () => {
  const write = (dir: string, content: string): string => {
    const path = join(dir, 'job.json');
    writeFileSync(path, content);
    return path;
  };

  it('becomes the settings of the components, with the defaults of the tables', () => {
    using dir = tempDir();
    const { file, conf } = readJobFile(write(dir.path, JSON.stringify(good)), readText);
    expect(toJobConf(file, conf, { jobConfPath: 'c', historyFile: 'h' })).toMatchObject({
      jobName: 'n',
      map: { resource: { memoryMb: 512, vcores: 1 }, maxAttempts: 4 },
      reduce: { resource: { memoryMb: 1024, vcores: 1 }, failuresMaxPercent: 0 },
      uber: { enabled: true, maxMaps: 9, maxBytes: 128 * 1024 * 1024 },
    });
    expect(toAllocatorSettings(conf)).toMatchObject({
      reuseContainers: true,
      blacklist: { maxTaskFailuresPerTracker: 3, ignoreThresholdPercent: 33 },
      retries: { waitMs: 30_000, maxAttempts: { MAP: 4, REDUCE: 4 } },
      reduces: { slowStartFraction: 0.05, unconditionalPreemptDelayMs: 300_000 },
    });
    expect(progressReportIntervalMs(conf)).toBe(6000);
    const { confText } = toHistorySettings('job_1_0001' as never, 'f', file, conf);
    expect(JSON.parse(confText)).toEqual({ 'mapreduce.map.memory.mb': '512', 'my.password': '*********(redacted)' });
  });

  it.each([
    ['{', /job\.json cannot be used/],
    ['[]', /'jobName' is not a text/],
    ['null', /not a JSON object/],
    [JSON.stringify({ ...good, numMaps: -1 }), /'numMaps' is not a number of at least 0/],
    [JSON.stringify({ ...good, properties: 'x' }), /'properties' is not an object/],
    [JSON.stringify({ ...good, properties: { 'mapreduce.map.memory.mb': 'x' } }), /mapreduce\.map\.memory\.mb = 'x'/],
  ])('that holds %s is refused', (content, message) => {
    using dir = tempDir();
    const path = write(dir.path, content);
    expect(() => readJobFile(path, readText)).toThrow(message);
  });

  it('that is missing is named', () => {
    expect(() => readJobFile('/none/job.json', readText)).toThrow(
      /staged file \/none\/job\.json cannot be used: ENOENT/,
    );
  });
});

describe('job.splits.jsonl', () => {
  const split = '{"path":"/in","start":0,"length":1,"hosts":[]}\n';
  const read = (content: string, maps: number) => {
    using dir = tempDir();
    const path = join(dir.path, 's');
    writeFileSync(path, content);
    return readSplits(path, maps, readText);
  };

  it('has one split a map', () => {
    expect(read(split + split, 2)).toHaveLength(2);
    expect(read('', 0)).toEqual([]);
  });

  it.each([
    [split, 2, /it has 1 splits, the job has 2 maps/],
    ['x\n', 1, /s:1 cannot be used/],
    ['{"path":"/in"}\n', 1, /a split has path, start, length and hosts/],
  ])('%j for %d maps is refused', (content, maps, message) => {
    expect(() => read(content, maps)).toThrow(message);
  });
});
