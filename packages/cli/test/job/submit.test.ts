/** `bobbin job submit`: what the cluster is given, what its user sees, and what is left where it fails. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeCredentials,
  decodeSubmissionContext,
  encodeSubmissionContext,
  InvalidResourceRequestError,
  SHUFFLE_SECRET_ALIAS,
  taskAttemptId,
  taskId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
  type JobReport,
} from '@bobbin/common';
import { fakeCluster, type FakeCluster } from '../support/fake-cluster.js';
import { aJob, anApplication, app, job, wordCountCounters } from '../support/records.js';

const JOB = `import { defineJob, long, sum, text } from '@bobbin/mapreduce';
export default defineJob({ mapOutput: { key: text, value: long }, mapper(line: string, { emit }) { emit(line, 1); }, reducer: sum });
`;

let cluster: FakeCluster;
let submitted: ApplicationSubmissionContext | undefined;
let application: ApplicationReport;
let file: string;
const at = (name: string): string => join(cluster.path, name);
const staging = (): string => at(`staging/ann/.staging/${job}`);

beforeEach(async () => {
  cluster = await fakeCluster();
  file = at('wordcount.ts');
  writeFileSync(file, JOB);
  mkdirSync(at('in'));
  writeFileSync(at('in/a.txt'), 'x'.repeat(30));
  writeFileSync(at('in/b.txt'), 'y'.repeat(50));
  submitted = undefined;
  application = anApplication({ state: 'ACCEPTED', finalApplicationStatus: 'UNDEFINED' });
  cluster.rm.getNewApplication = () => ({
    applicationId: app,
    maximumResourceCapability: { memoryMb: 8192, vcores: 4 },
  });
  cluster.rm.getClusterNodes = () => ({ nodeReports: [] });
  cluster.rm.submitApplication = ({ applicationSubmissionContext: context }) => {
    submitted = context;
    return {};
  };
  cluster.rm.getApplicationReport = () => ({ applicationReport: application });
});
afterEach(() => cluster.stop());

/** The AppMaster tells these reports, one a question; the last again and again. */
function theJobRuns(...reports: Partial<JobReport>[]): void {
  application = cluster.running(application);
  let next = 0;
  cluster.am.getJobReport = () => {
    const report = aJob({ finishTimeMs: 0, ...reports[Math.min(next++, reports.length - 1)] });
    return { jobReport: report, version: Math.min(next, reports.length) };
  };
  cluster.am.getTaskAttemptCompletionEvents = () => ({ completionEvents: [] });
  cluster.am.getCounters = () => ({ counters: wordCountCounters });
  cluster.am.getTaskReports = () => ({ taskReports: [] });
}

const submit = (...more: string[]) =>
  cluster.run('job', 'submit', file, '--input', at('in'), '--output', at('out'), ...more);

test('the staging folder and the application hold what the AppMaster needs', async () => {
  const { code, out } = await submit(
    '--no-wait',
    '-D',
    'my.own=1',
    '-D',
    'mapreduce.job.reduces=2',
    '--name',
    'counting',
  );
  expect({ code, out }).toEqual({ code: 0, out: [`Submitted job ${job}`] });
  expect(statSync(staging()).mode & 0o777).toBe(0o700);
  const description = JSON.parse(readFileSync(join(staging(), 'job.json'), 'utf8')) as Record<string, unknown>;
  expect(description).toMatchObject({
    jobName: 'counting',
    user: 'ann',
    queue: 'default',
    numMaps: 2,
    numReduces: 2,
    inputBytes: 80,
  });
  expect(description['properties']).toMatchObject({
    'my.own': '1',
    'mapreduce.job.name': 'counting',
    'mapreduce.input.fileinputformat.inputdir': at('in'),
    'mapreduce.output.fileoutputformat.outputdir': at('out'),
  });
  const splits = readFileSync(join(staging(), 'job.splits.jsonl'), 'utf8').trimEnd().split('\n');
  expect(splits.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { path: `file://${at('in/b.txt')}`, start: 0, length: 50 },
    { path: `file://${at('in/a.txt')}`, start: 0, length: 30 },
  ]);
  const resources = submitted?.amContainerSpec.localResources ?? {};
  expect(Object.keys(resources).sort()).toEqual(['am.cjs', 'job.cjs', 'job.json', 'job.splits.jsonl', 'task.cjs']);
  expect(resources['job.cjs']).toMatchObject({
    url: `file://${staging()}/job.cjs`,
    sizeBytes: statSync(join(staging(), 'job.cjs')).size,
    timestampMs: Math.trunc(statSync(join(staging(), 'job.cjs')).mtimeMs),
    visibility: 'APPLICATION',
  });
  expect(Object.keys(description['taskLocalResources'] as object)).toEqual(['task.cjs', 'job.cjs']);
  const { secrets } = decodeCredentials(submitted?.amContainerSpec.tokens ?? Buffer.alloc(0));
  expect(secrets.get(SHUFFLE_SECRET_ALIAS)?.length).toBeGreaterThanOrEqual(20);
  if (submitted) expect(decodeSubmissionContext(encodeSubmissionContext(submitted))).toEqual(submitted);
});

test('progress, the end and the counters are what a Hadoop client prints', async () => {
  theJobRuns({ state: 'RUNNING', mapProgress: 0.4, reduceProgress: 0 }, { state: 'SUCCEEDED' });
  const { code, out, err } = await submit();
  expect(out.slice(0, 6)).toEqual([
    `Running job: ${job}`,
    `Job ${job} running in uber mode : false`,
    ' map 40% reduce 0%',
    ' map 100% reduce 100%',
    `Job ${job} completed successfully`,
    'Counters: 48',
  ]);
  expect({ code, err }).toEqual({ code: 0, err: [] });
});

test('--json prints one object and nothing else', async () => {
  theJobRuns({ state: 'RUNNING' }, { state: 'SUCCEEDED' });
  const { code, out } = await submit('--json');
  expect(code).toBe(0);
  expect(out).toHaveLength(1);
  expect(JSON.parse(out[0] ?? '')).toMatchObject({ jobId: job, state: 'SUCCEEDED', output: at('out'), isUber: false });
});

test('a failed job ends with what its task said and where the logs are', async () => {
  theJobRuns({ state: 'RUNNING' }, { state: 'FAILED', diagnostics: 'Task failed task_x\n' });
  const task = taskId(job, 'MAP', 0);
  const said = 'mapper failed at /in/a.txt, line at byte 5: cannot weigh it\n    at map (/home/ann/wordcount.ts:5:11)';
  cluster.am.getTaskAttemptCompletionEvents = ({ fromEventId }) => ({
    completionEvents:
      fromEventId > 0
        ? []
        : [
            {
              attemptId: taskAttemptId(task, 3),
              eventId: 0,
              status: 'TIPFAILED',
              mapOutputServerAddress: '',
              attemptRunTimeMs: 1,
            },
          ],
  });
  cluster.am.getDiagnostics = () => ({ diagnostics: [said] });
  cluster.am.getTaskReports = ({ taskType }) => ({
    taskReports:
      taskType === 'MAP'
        ? [
            {
              taskId: task,
              state: 'FAILED',
              progress: 0,
              startTimeMs: 0,
              finishTimeMs: 0,
              counters: {},
              runningAttempts: [],
              diagnostics: ['first', said],
            },
          ]
        : [],
  });
  const { code, err } = await submit();
  expect(code).toBe(1);
  expect(err.join('\n').split('\n')).toEqual([
    `Task Id : attempt_1795259442712_0001_m_000000_3, Status : TIPFAILED`,
    ...said.split('\n'),
    `Job ${job} failed with state FAILED due to: Task failed task_x`,
    '',
    `${task} failed; its last attempt said:`,
    ...said.split('\n').map((line) => `  ${line}`),
    '',
    `Logs: bobbin job logs ${job}`,
  ]);
});

test('an AppMaster that never came up leaves what the RM says', async () => {
  application = anApplication({
    state: 'FAILED',
    finalApplicationStatus: 'FAILED',
    currentApplicationAttemptId: undefined as never,
    diagnostics: 'AM Container exited with  exitCode: 1',
  });
  const { code, err } = await submit();
  expect(code).toBe(1);
  expect(err).toEqual([`${app} was not accepted: AM Container exited with  exitCode: 1`]);
});

test('an RM that took the job and then failed may run it yet: the staging folder stays', async () => {
  cluster.rm.getApplicationReport = () => {
    throw new Error('gone');
  };
  expect((await submit()).code).toBe(1);
  expect(existsSync(join(staging(), 'job.json'))).toBe(true);
});

test('the first Ctrl-C kills the job and waits for its end; the exit code is 130', async () => {
  theJobRuns({ state: 'RUNNING' });
  cluster.am.killJob = () => {
    theJobRuns({ state: 'KILLED', diagnostics: 'Kill job received' });
    application = { ...application, state: 'KILLED', finalApplicationStatus: 'KILLED' };
    return {};
  };
  const { io, result } = cluster.start('job', 'submit', file, '--input', at('in'), '--output', at('out'));
  await until(() => io.printed.length > 1);
  io.interrupt();
  const { code, err } = await result;
  expect(code).toBe(130);
  expect(err[0]).toBe(`Killing ${job}; press Ctrl-C again to leave it to itself`);
  expect(err.join('\n')).toContain(`Job ${job} failed with state KILLED`);
});

test('Ctrl-C before the job is submitted: it is not, and nothing is left', async () => {
  const { io, result } = cluster.start('job', 'submit', file, '--input', at('in'), '--output', at('out'));
  cluster.rm.getNewApplication = () => {
    io.interrupt();
    return { applicationId: app, maximumResourceCapability: { memoryMb: 8192, vcores: 4 } };
  };
  expect(await result).toMatchObject({ code: 130, err: ['interrupted before the job was submitted'] });
  expect(submitted).toBeUndefined();
  expect(existsSync(staging())).toBe(false);
});

test('Ctrl-C while the RM takes the job: it is killed as soon as it is accepted', async () => {
  theJobRuns({ state: 'RUNNING' });
  cluster.am.killJob = () => {
    theJobRuns({ state: 'KILLED' });
    application = { ...application, state: 'KILLED', finalApplicationStatus: 'KILLED' };
    return {};
  };
  const { io, result } = cluster.start('job', 'submit', file, '--input', at('in'), '--output', at('out'));
  cluster.rm.submitApplication = () => {
    io.interrupt();
    return {};
  };
  expect((await result).code).toBe(130);
  expect(application.state).toBe('KILLED');
});

test('the second Ctrl-C leaves the job to itself', async () => {
  theJobRuns({ state: 'RUNNING' });
  cluster.am.killJob = () => ({});
  const { io, result } = cluster.start('job', 'submit', file, '--input', at('in'), '--output', at('out'));
  await until(() => io.printed.length > 1);
  io.interrupt();
  io.interrupt();
  expect((await result).code).toBe(130);
});

describe('before acceptance nothing is left', () => {
  test.each([
    ['the input is missing', () => ['--input', at('nowhere')], /nowhere/],
    ['the output exists', () => ['--input', at('in'), '--output', at('in')], /output folder .*in exists already/],
    [
      'there are more maps than allowed',
      () => ['-D', 'mapreduce.job.max.map=1'],
      /the input makes 2 maps, mapreduce\.job\.max\.map allows 1/,
    ],
    [
      'a container would be too large',
      () => ['-D', 'mapreduce.map.memory.mb=900000'],
      /900000 is more than .* 8192 MiB/,
    ],
    [
      'a value is wrong',
      () => ['-D', 'mapreduce.job.reduces=some'],
      /mapreduce\.job\.reduces = 'some' in -D: should be a whole number/,
    ],
  ])('when %s', async (_what, options, message) => {
    const { code, err } = await submit(...options());
    expect(code).toBe(1);
    expect(err.join('\n')).toMatch(message);
    expect(submitted).toBeUndefined();
    expect(existsSync(staging())).toBe(false);
  });

  test('when the RM refuses the application', async () => {
    cluster.rm.submitApplication = () => {
      throw new InvalidResourceRequestError('no queue like that');
    };
    expect(await submit()).toMatchObject({ code: 1, err: ['no queue like that'] });
    expect(existsSync(staging())).toBe(false);
  });

  test('when the staging folder cannot be made', async () => {
    writeFileSync(at('staging'), 'a file in its place');
    const { code, err } = await submit();
    expect(code).toBe(1);
    expect(err[0]).toMatch(/staging folder .* cannot be written: .* has a file where a folder should be/);
  });
});

/** Lets the event loop turn until something is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
