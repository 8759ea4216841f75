import { applicationId, jobId, taskAttemptId, taskId } from '@bobbin/common';
import { localizedProperties } from '../../src/runtime/localized-properties.js';

const job = jobId(applicationId(1_700_000_000_000, 1));

test('a map finds its ids and its split under the keys of Hadoop', () => {
  const split = { path: 'file:///in.txt', start: 10, length: 20, hosts: [] };
  const attemptId = taskAttemptId(taskId(job, 'MAP', 3), 2);
  const spec = { jobId: job, attemptId, partition: 3, numMaps: 4, numReduces: 1, amAttempt: 1 };
  expect(localizedProperties({ ...spec, type: 'MAP', split })).toEqual({
    'mapreduce.job.id': 'job_1700000000000_0001',
    'mapreduce.task.id': 'task_1700000000000_0001_m_000003',
    'mapreduce.task.attempt.id': 'attempt_1700000000000_0001_m_000003_2',
    'mapreduce.task.partition': '3',
    'mapreduce.task.ismap': 'true',
    'mapreduce.job.application.attempt.id': '1',
    'mapreduce.map.input.file': 'file:///in.txt',
    'mapreduce.map.input.start': '10',
    'mapreduce.map.input.length': '20',
  });
});

test('a reduce finds its ids, and no input', () => {
  const attemptId = taskAttemptId(taskId(job, 'REDUCE', 0), 0);
  const spec = {
    jobId: job,
    attemptId,
    partition: 0,
    numMaps: 4,
    numReduces: 1,
    amAttempt: 2,
    type: 'REDUCE',
  } as const;
  const properties = localizedProperties(spec);
  expect(properties['mapreduce.task.ismap']).toBe('false');
  expect(properties['mapreduce.job.application.attempt.id']).toBe('2');
  expect(Object.keys(properties).filter((key) => key.startsWith('mapreduce.map.'))).toEqual([]);
});
