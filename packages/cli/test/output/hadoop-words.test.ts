/** Lists and reports are what Hadoop's commands print, field by field, to the blank but where Hadoop's columns do not align. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationId } from '@bobbin/common';
import { applicationListLines, applicationStatusLines } from '../../src/app/application-lines.js';
import { jobListLines, jobStateOf, jobStatusLines } from '../../src/job/job-lines.js';
import { nodeListLines } from '../../src/node/node-lines.js';
import { findCounter } from '../../src/output/counters.js';
import { aJob, aNode, anApplication, wordCountCounters } from '../support/records.js';

const golden = (name: string): string[] =>
  readFileSync(join(__dirname, '../data', `${name}.txt`), 'utf8')
    .trimEnd()
    .split('\n');

const fields = (lines: readonly string[]): string[][] =>
  lines.map((line) => line.split('\t').map((field) => field.trim()));

const pi = anApplication({
  applicationId: applicationId(1795259442712, 2),
  name: 'QuasiMonteCarlo',
  startTimeMs: 1795259471759,
  trackingUrl: 'http://localhost:18088/proxy/application_1795259442712_0002/',
  originalTrackingUrl: 'http://localhost:19888/jobhistory/job/job_1795259442712_0002',
});
const states = ['NEW', 'NEW_SAVING', 'SUBMITTED', 'ACCEPTED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const;

test('a list of applications', () => {
  const lines = applicationListLines([pi, anApplication()], { types: [], states, tags: [] });
  expect(fields(lines)).toEqual(fields(golden('yarn-application-list')));
  expect(lines.slice(2)).toEqual(golden('yarn-application-list').slice(2));
});

test('the status of an application, but for what this release does not have', () => {
  const absent = /Aggregate Resource Preempted|Node Label Expression|TimeoutType/;
  expect(applicationStatusLines(anApplication())).toEqual(
    golden('yarn-application-status').filter((line) => !absent.test(line)),
  );
});

test('columns align whatever is in them', () => {
  const named = anApplication({ name: 'a name that is longer than its column', queue: 'q' });
  const [, header = '', ...rows] = applicationListLines([anApplication(), named], { types: [], states, tags: [] });
  const stops = (line: string): number[] => [...line.matchAll(/\t/g)].map(({ index }) => index);
  for (const row of rows) expect(stops(row)).toEqual(stops(header));
});

test('a list of nodes, with their details', () => {
  const ours = /^(Total Nodes|\s+Node-Id|\s*localhost|Detailed|\tConfigured|\tAllocated)/;
  expect(nodeListLines([aNode], true).filter((line) => ours.test(line))).toEqual(
    golden('yarn-node-list').filter((line) => ours.test(line)),
  );
});

test('a list of jobs', () => {
  const { usage: _a, ...first } = pi;
  const { usage: _b, ...second } = anApplication();
  const lines = jobListLines([first, second]);
  expect(lines).toEqual(golden('mapred-job-list'));
});

test('the status of a job, with its counters', () => {
  expect(jobStatusLines(aJob(), wordCountCounters).map((line) => line.trimEnd())).toEqual(
    golden('mapred-job-status')
      .slice(1)
      .map((line) => line.trimEnd()),
  );
});

test.each([
  ['NEW', 'UNDEFINED', 'PREP'],
  ['ACCEPTED', 'UNDEFINED', 'PREP'],
  ['RUNNING', 'UNDEFINED', 'RUNNING'],
  ['FINISHED', 'FAILED', 'FAILED'],
  ['FINISHED', 'SUCCEEDED', 'SUCCEEDED'],
  ['KILLED', 'KILLED', 'KILLED'],
] as const)('an application that is %s, %s is a job that is %s', (state, finalApplicationStatus, jobState) => {
  expect(jobStateOf(anApplication({ state, finalApplicationStatus }))).toBe(jobState);
});

test.each([
  ['org.apache.hadoop.mapreduce.TaskCounter', 'MAP_INPUT_RECORDS', 25587],
  ['Map-Reduce Framework', 'Map input records', 25587],
  ['Job Counters', 'Launched map tasks', 2],
  ['Shuffle Errors', 'BAD_ID', 0],
  ['Mine', 'apples', undefined],
  ['Map-Reduce Framework', 'nothing', undefined],
])('the counter %s, %s is found by either of its names', (group, counter, value) => {
  expect(findCounter(wordCountCounters, group, counter)).toBe(value);
});
