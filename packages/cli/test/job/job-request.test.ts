/** What is submitted: options over configuration over the job file, checked before the cluster is asked. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { applicationId, Configuration, mrKeys, type NodeId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { defineJob, long, sum, text } from '@bobbin/mapreduce';
import { checkContainerSizes, checkOutput, jobConfiguration, type SubmitOptions } from '../../src/job/job-request.js';
import { withOutputCompression } from '../../src/job/output-compression.js';
import { submissionContext } from '../../src/job/submission.js';

const job = defineJob({
  mapOutput: { key: text, value: long },
  mapper: () => undefined,
  reducer: sum,
  numReduceTasks: 3,
});
const options: SubmitOptions = { input: ['in'], output: 'out' };
const conf = (properties: Record<string, string> = {}): Configuration => Configuration.fromProperties(properties);

test('paths are meant from where the command runs; URLs and patterns stay', () => {
  const made = jobConfiguration(conf(), 'a/wordcount.ts', job, { input: ['in/*.txt', 'file:///x'], output: '/abs' });
  expect(made.get(mrKeys.inputDirs)).toBe(`${resolve('in/*.txt')},file:///x`);
  expect(made.get(mrKeys.outputDir)).toBe('/abs');
});

test('input and output may stand in the configuration; without them the job is refused', () => {
  const given = conf({
    'mapreduce.input.fileinputformat.inputdir': '/i',
    'mapreduce.output.fileoutputformat.outputdir': '/o',
  });
  expect(jobConfiguration(given, 'j.ts', job, { input: [] }).get(mrKeys.inputDirs)).toBe('/i');
  expect(() => jobConfiguration(conf(), 'j.ts', job, { input: [], output: 'o' })).toThrow(
    'name it with --input <path>',
  );
  expect(() => jobConfiguration(conf(), 'j.ts', job, { input: ['i'] })).toThrow('name it with --output <path>');
});

test.each([
  [{ name: 'by option' }, { 'mapreduce.job.name': 'set' }, 'by job', 'by option'],
  [{}, { 'mapreduce.job.name': 'set' }, 'by job', 'set'],
  [{}, {}, 'by job', 'by job'],
  [{}, {}, undefined, 'wordcount'],
])('the name: option %j, configuration %j, job file %j: %j', (option, properties, name, expected) => {
  const named = name === undefined ? job : { ...job, name };
  const made = jobConfiguration(conf(properties), 'a/wordcount.ts', named, {
    ...options,
    ...option,
  });
  expect(made.get(mrKeys.jobName)).toBe(expected);
});

test('the number of reduces: -D, else the job file, else 1', () => {
  const { numReduceTasks: _, ...plain } = job;
  expect(jobConfiguration(conf({ 'mapreduce.job.reduces': '7' }), 'j', job, options).get(mrKeys.numReduces)).toBe(7);
  expect(jobConfiguration(conf(), 'j', job, options).get(mrKeys.numReduces)).toBe(3);
  expect(jobConfiguration(conf(), 'j', plain, options).get(mrKeys.numReduces)).toBe(1);
});

test.each([
  [['a:1', 'a:2'], {}, undefined],
  [['a:1', 'b:1'], {}, true],
  [['a:1', 'b:1'], { 'mapreduce.map.output.compress': 'false' }, false],
  [['a:1'], { 'mapreduce.map.output.compress': 'true' }, true],
  [[], {}, undefined],
])('map output is compressed between hosts, or as told: nodes %j, configuration %j', (nodes, properties, expected) => {
  const reports = nodes.map((nodeId) => ({ nodeId: nodeId as NodeId }));
  expect(withOutputCompression(conf(properties), reports).get(mrKeys.mapOutputCompress)).toBe(expected);
});

test('between hosts the codec is the fastest one, unless told', () => {
  const nodes = ['a:1', 'b:1'].map((nodeId) => ({ nodeId: nodeId as NodeId }));
  const gzip = 'org.apache.hadoop.io.compress.GzipCodec';
  const told = conf({ 'mapreduce.map.output.compress.codec': gzip });
  expect(withOutputCompression(conf(), nodes).get(mrKeys.mapOutputCompressCodec)).toMatch(
    /ZStandardCodec$|DefaultCodec$/,
  );
  expect(withOutputCompression(told, nodes).get(mrKeys.mapOutputCompressCodec)).toBe(gzip);
});

test('an output that exists is refused', async () => {
  using dir = tempDir();
  mkdirSync(join(dir.path, 'old'));
  await expect(
    checkOutput(jobConfiguration(conf(), 'j', job, { input: ['i'], output: join(dir.path, 'old') })),
  ).rejects.toThrow(`output folder ${join(dir.path, 'old')} exists already; remove it, or name another with --output`);
  await checkOutput(jobConfiguration(conf(), 'j', job, { input: ['i'], output: join(dir.path, 'new') }));
});

test('containers larger than the cluster gives are refused, each with its key', () => {
  const large = conf({
    'mapreduce.map.memory.mb': '900000',
    'mapreduce.reduce.cpu.vcores': '64',
    'yarn.app.mapreduce.am.resource.mb': '9000',
  });
  expect(() => checkContainerSizes(large, { memoryMb: 8192, vcores: 4 })).toThrow(
    [
      'yarn.app.mapreduce.am.resource.mb = 9000 is more than the largest container of this cluster has, 8192 MiB',
      'mapreduce.map.memory.mb = 900000 is more than the largest container of this cluster has, 8192 MiB',
      'mapreduce.reduce.cpu.vcores = 64 is more than the largest container of this cluster has, 4',
    ].join('\n'),
  );
  checkContainerSizes(conf(), { memoryMb: 8192, vcores: 4 });
  const mapOnly = conf({ 'mapreduce.job.reduces': '0', 'mapreduce.reduce.memory.mb': '900000' });
  checkContainerSizes(mapOnly, { memoryMb: 8192, vcores: 4 });
});

test('the application is a MAPREDUCE one whose container runs am.cjs', () => {
  const made = jobConfiguration(conf({ 'mapreduce.job.priority': 'high', 'mapreduce.job.tags': 'a,b' }), 'j', job, {
    ...options,
    queue: 'etl',
  });
  const context = submissionContext({
    applicationId: applicationId(1, 1),
    conf: made,
    isUber: false,
    localResources: {},
  });
  expect(context).toMatchObject({
    applicationName: 'j',
    applicationType: 'MAPREDUCE',
    queue: 'etl',
    priority: 4,
    maxAppAttempts: 2,
    applicationTags: ['a', 'b'],
    resource: { memoryMb: 1536, vcores: 1 },
  });
  expect(context.amContainerSpec.commands.join(' ')).toBe(
    '{{BOBBIN_NODE}} --max-old-space-size=1228 am.cjs 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr',
  );
});

test('the code cache is switched off for the AppMaster by the variable that Node knows', () => {
  const made = (text: string) =>
    submissionContext({
      applicationId: applicationId(1, 1),
      conf: conf({ 'bobbin.job.code-cache.enable': text }),
      isUber: false,
      localResources: {},
    }).amContainerSpec.environment;
  expect(made('false')).toEqual({ NODE_DISABLE_COMPILE_CACHE: '1' });
  expect(made('true')).toEqual({});
});

test('a container that will carry the tasks too is told so beforehand', () => {
  const context = submissionContext({
    applicationId: applicationId(1, 1),
    conf: conf(),
    isUber: true,
    localResources: {},
  });
  expect(context.amContainerSpec.environment).toEqual({ BOBBIN_UBER: 'true' });
});

test('variables of the AppMaster come from the configuration; a wrong one is named', () => {
  const made = (env: string) => ({
    applicationId: applicationId(1, 1),
    conf: conf({ 'yarn.app.mapreduce.am.env': env }),
    isUber: false,
    localResources: {},
  });
  expect(submissionContext(made('A=1, B=x=y')).amContainerSpec.environment).toEqual({ A: '1', B: 'x=y' });
  expect(() => submissionContext(made('A=1,B'))).toThrow(
    "yarn.app.mapreduce.am.env = 'A=1,B': 'B' should be NAME=value",
  );
});
