/** What a process gets ready for while it runs a task. */
import { jobId, taskAttemptId, taskId, toApplicationId } from '@bobbin/common';
import type { TaskSpec } from '@bobbin/mapreduce/runtime';
import { kindsAhead } from '../../src/child/next-task.js';

function task(type: 'MAP' | 'REDUCE', partition: number, numMaps: number, numReduces: number): TaskSpec {
  const job = jobId(toApplicationId('application_1700000000000_0001'));
  const base = {
    jobId: job,
    attemptId: taskAttemptId(taskId(job, type, partition), 0),
    partition,
    numMaps,
    numReduces,
    amAttempt: 1,
  };
  return type === 'REDUCE'
    ? { ...base, type }
    : { ...base, type, split: { path: '/in', start: 0, length: 1, hosts: [] } };
}

test.each([
  ['behind a map comes a map', task('MAP', 0, 3, 1), ['MAP']],
  ['before the last map the reduce is not far', task('MAP', 0, 2, 1), ['MAP', 'REDUCE']],
  ['behind the last map comes a reduce', task('MAP', 1, 2, 1), ['REDUCE']],
  ['behind the last map of a job without reduces comes nothing', task('MAP', 1, 2, 0), []],
  ['behind a reduce comes a reduce', task('REDUCE', 0, 2, 2), ['REDUCE']],
  ['behind the last reduce comes nothing', task('REDUCE', 1, 2, 2), []],
])('%s', (_, spec, kinds) => {
  expect(kindsAhead(spec)).toEqual(kinds);
});
