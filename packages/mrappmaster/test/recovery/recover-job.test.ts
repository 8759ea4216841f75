/** What a new AM attempt makes of output that is not where an earlier one left it. */
import {
  applicationAttemptId,
  applicationId,
  containerId,
  DEFAULT_RACK,
  jobId,
  nodeId,
  taskAttemptId,
  taskId,
} from '@bobbin/common';
import type { RecoveredAttempt } from '../../src/app-context.js';
import { recoverOutput } from '../../src/recovery/recover-job.js';

const app = applicationId(1_700_000_000_000, 1);
const reduce = taskId(jobId(app), 'REDUCE', 0);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const succeeded: RecoveredAttempt = {
  attemptId: taskAttemptId(reduce, 0),
  state: 'SUCCEEDED',
  startTimeMs: 1,
  finishTimeMs: 2,
  shuffleFinishTimeMs: 0,
  sortFinishTimeMs: 0,
  times: {},
  containerId: containerId(applicationAttemptId(app, 1), 2),
  nodeId: nodeId('n1', 1),
  nodeHttpAddress: 'n1:2',
  rackName: DEFAULT_RACK,
  shufflePort: 3,
  avataar: 'VIRGIN',
  counters: {},
  diagnostics: '',
};

test.each([
  ['runs again where the job is not committed', false, 'KILLED'],
  ['is done where the job has been committed, which took the output away', true, 'SUCCEEDED'],
] as const)('a task whose output is gone %s', async (_, committed, state) => {
  const task = { taskId: reduce, status: 'SUCCEEDED', startTimeMs: 1, attempts: [succeeded] } as const;
  const output = {
    recoverTask: () => Promise.reject(new Error('lost')),
    isCommitted: () => Promise.resolve(committed),
  };
  const settled = await recoverOutput(new Map([[reduce, task]]), 1, output, quiet);
  expect(settled.get(reduce)?.attempts.map((attempt) => attempt.state)).toEqual([state]);
});
