/** What a task tells its AM, and how often: seldom, but never late. */
import { jobId, taskAttemptId, taskId, toApplicationId } from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { TaskProgress } from '@bobbin/mapreduce/runtime';
import { AttemptUsage } from '../../src/child/attempt-usage.js';
import { TaskReporter } from '../../src/child/task-reporter.js';
import type { TaskStatus } from '../../src/task-status.js';

const job = jobId(toApplicationId('application_1700000000000_0001'));
const attemptId = taskAttemptId(taskId(job, 'REDUCE', 0), 0);
const map = taskAttemptId(taskId(job, 'MAP', 3), 0);

function aReporter() {
  const clock = new ControlledClock();
  const progress = TaskProgress.create();
  const sent: (TaskStatus | undefined)[] = [];
  const reporter = new TaskReporter({
    clock,
    attemptId,
    progress,
    usage: new AttemptUsage('REDUCE'),
    intervalMs: 3000,
    send: (status) => void sent.push(status),
  });
  return { clock, progress, sent, reporter };
}

test('a phase that changes is told at once', () => {
  const { clock, progress, sent } = aReporter();
  progress.beginPhase('SHUFFLE', 0, 1 / 3, 10);
  clock.advance(100);
  expect(sent).toMatchObject([{ attemptId, phase: 'SHUFFLE' }]);
});

test('a task at work reports soon at first, then ever more seldom up to the interval', () => {
  const { clock, progress, sent } = aReporter();
  const reportedAt: number[] = [];
  for (let ms = 100; ms <= 13_000; ms += 100) {
    progress.touch();
    clock.advance(100);
    if (sent.splice(0).length > 0) reportedAt.push(ms);
  }
  expect(reportedAt).toEqual([500, 1500, 3500, 6500, 9500, 12_500]);
});

test('a task that does nothing sends pings, and a status again once it moves', () => {
  const { clock, progress, sent } = aReporter();
  clock.advance(3500);
  expect(sent).toEqual([undefined, undefined, undefined]);
  progress.beginPhase('STARTING', 0, 1, 10);
  progress.advance(5);
  clock.advance(3000);
  expect(sent[3]).toMatchObject({ progress: 0.5 });
});

test('a map output that could not be fetched is told at once, and once', () => {
  const { clock, progress, sent, reporter } = aReporter();
  reporter.fetchFailed(map);
  expect(sent).toMatchObject([{ failedFetchTasks: [map] }]);
  progress.touch();
  clock.advance(1000);
  expect(sent).toHaveLength(2);
  expect(sent.at(-1)).not.toHaveProperty('failedFetchTasks');
});

test('the last status of a finished task is complete, whatever was measured', () => {
  const { clock, progress, reporter } = aReporter();
  progress.setFinishTime('SHUFFLE', 12.6);
  expect(reporter.status(true)).toMatchObject({ progress: 1, finishTimeMs: clock.now(), shuffleFinishTimeMs: 13 });
});

test('a stopped reporter is silent', () => {
  const { clock, sent, reporter } = aReporter();
  reporter.stop();
  clock.advance(10_000);
  expect(sent).toEqual([]);
});
