/** Ids: YARN's text forms, to the digit, and clear refusals of anything else. */
import fc from 'fast-check';
import {
  applicationAttemptId,
  applicationId,
  applicationOf,
  containerId,
  InvalidIdError,
  jobId,
  nodeId,
  parseApplicationAttemptId,
  parseApplicationId,
  parseContainerId,
  parseJobId,
  parseNodeId,
  parseTaskAttemptId,
  parseTaskId,
  taskAttemptId,
  taskId,
  taskOf,
  taskTypeOf,
  toApplicationId,
  toContainerId,
} from '../../src/index.js';

const stamp = fc.integer({ min: 0, max: 4_000_000_000_000 });
const sequence = fc.integer({ min: 1, max: 2_147_483_647 });

test('ids are padded as Hadoop pads them', () => {
  const app = applicationId(1700000000000, 7);
  const attempt = applicationAttemptId(app, 2);
  expect([app, attempt]).toEqual(['application_1700000000000_0007', 'appattempt_1700000000000_0007_000002']);
  expect(containerId(attempt, 31)).toBe('container_1700000000000_0007_02_000031');
  expect(containerId(attempt, 31, 3)).toBe('container_e03_1700000000000_0007_02_000031');
  expect(applicationId(1, 123456)).toBe('application_1_123456');
  const task = taskId(jobId(app), 'REDUCE', 12);
  expect([jobId(app), task, taskAttemptId(task, 3)]).toEqual([
    'job_1700000000000_0007',
    'task_1700000000000_0007_r_000012',
    'attempt_1700000000000_0007_r_000012_3',
  ]);
  expect(nodeId('host.example', 45454)).toBe('host.example:45454');
});

test('what is made is parsed back', () => {
  fc.assert(
    fc.property(stamp, sequence, sequence, fc.nat(200), fc.nat(1000), (ts, seq, container, epoch, n) => {
      const app = applicationId(ts, seq);
      const attempt = applicationAttemptId(app, n + 1);
      expect(parseApplicationId(app)).toEqual({ clusterTimestamp: ts, sequence: seq });
      expect(parseApplicationAttemptId(attempt)).toEqual({ applicationId: app, attempt: n + 1 });
      expect(applicationOf(attempt)).toBe(app);
      expect(parseContainerId(containerId(attempt, container, epoch))).toEqual({
        applicationAttemptId: attempt,
        epoch,
        sequence: container,
      });
      const job = jobId(app);
      const task = taskId(job, n % 2 === 0 ? 'MAP' : 'REDUCE', n);
      expect(parseJobId(job)).toEqual({ applicationId: app });
      expect(parseTaskId(task)).toEqual({ jobId: job, type: n % 2 === 0 ? 'MAP' : 'REDUCE', task: n });
      expect(parseTaskAttemptId(taskAttemptId(task, epoch))).toEqual({ taskId: task, attempt: epoch });
    }),
  );
});

test('a node id may hold an IPv6 address', () => {
  expect(parseNodeId(nodeId('::1', 8041))).toEqual({ host: '::1', port: 8041 });
});

test.each([
  [
    toApplicationId,
    'application_1',
    "'application_1' is not an application id; one looks like 'application_1700000000000_0001'",
  ],
  [toApplicationId, 'job_1_0001', "'job_1_0001' is not an application id"],
  [toApplicationId, 'application_1_0001 ', 'is not an application id'],
  [toContainerId, 'container_1_0001_1_000001', 'is not a container id'],
  [parseApplicationAttemptId, '', "'' is not an application attempt id"],
  [parseJobId, 'job_1_1', 'is not a job id'],
  [parseTaskId, 'task_1_0001_x_000001', 'is not a task id'],
  [parseTaskAttemptId, 'attempt_1_0001_m_000001', 'is not a task attempt id'],
  [parseNodeId, 'host', 'is not a node id'],
])('%p refuses %p', (parse: (text: string) => unknown, text, message) => {
  expect(() => parse(text)).toThrow(InvalidIdError);
  expect(() => parse(text)).toThrow(message);
});

test('the cuts of hot paths agree with the parsers', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(9999999), fc.boolean(), fc.nat(9999999), fc.nat(99999), (ts, app, isMap, task, n) => {
      const type = isMap ? 'MAP' : 'REDUCE';
      const id = taskId(jobId(applicationId(ts, app)), type, task);
      expect(taskTypeOf(id)).toBe(type);
      expect(taskOf(taskAttemptId(id, n))).toBe(id);
    }),
  );
});
