/** Attempts that say nothing: when they are given up, and diagnostics that name the setting. */
import { applicationId, jobId, taskAttemptId, taskId, type TaskAttemptId } from '@bobbin/common';
import { ControlledClock, recordingSink } from '@bobbin/common/testing';
import type { MRAppEvent } from '../../src/events.js';
import { TaskAttemptFinishingMonitor } from '../../src/umbilical/task-attempt-finishing-monitor.js';
import { TaskHeartbeatHandler, type TaskHeartbeatSettings } from '../../src/umbilical/task-heartbeat-handler.js';

const job = jobId(applicationId(1_700_000_000_000, 1));
const attempt = (n: number): TaskAttemptId => taskAttemptId(taskId(job, 'MAP', n), 0);

function aHandler(settings: Partial<TaskHeartbeatSettings> = {}) {
  const clock = new ControlledClock();
  const sink = recordingSink<MRAppEvent>();
  const handler = new TaskHeartbeatHandler(
    { clock, dispatcher: sink },
    { timeoutMs: 10_000, stuckTimeoutMs: 50_000, progressReportIntervalMs: 100, pingCounts: false, ...settings },
  );
  handler.register(attempt(0));
  const timedOut = (): string[] => sink.take().map(({ type }) => type);
  return { clock, handler, timedOut, sink };
}

describe('TaskHeartbeatHandler', () => {
  it('an attempt without progress times out, with the setting to change in its diagnostics', () => {
    const { clock, handler, sink } = aHandler();
    clock.advance(9000);
    handler.progressing(attempt(0));
    clock.advance(9999);
    expect(sink.take()).toEqual([]);
    clock.advance(1);
    expect(sink.take()).toMatchObject([
      { type: 'TA_DIAGNOSTICS_UPDATE', diagnostics: expect.stringContaining('mapreduce.task.timeout') as string },
      { type: 'TA_TIMED_OUT', attemptId: attempt(0) },
    ]);
  });

  it.each([
    ['no progress', false, ['TA_DIAGNOSTICS_UPDATE', 'TA_TIMED_OUT']],
    ['progress where it is set so', true, []],
  ])('a ping is %s', (_, pingCounts, expected) => {
    const { clock, handler, timedOut } = aHandler({ pingCounts });
    for (let i = 0; i < 4; i++) {
      clock.advance(4000);
      handler.pinged(attempt(0));
    }
    expect(timedOut()).toEqual(expected);
  });

  it('an attempt that never reported times out also where progress is not watched; one that did, does not', () => {
    const { clock, handler, timedOut } = aHandler({ timeoutMs: 0 });
    handler.register(attempt(1));
    handler.progressing(attempt(1));
    clock.advance(50_000);
    expect(timedOut()).toEqual(['TA_DIAGNOSTICS_UPDATE', 'TA_TIMED_OUT']);
  });

  it('the timeout is at least two report intervals', () => {
    const { clock, timedOut } = aHandler({ timeoutMs: 1000, progressReportIntervalMs: 2000 });
    clock.advance(3999);
    expect(timedOut()).toEqual([]);
    clock.advance(1);
    expect(timedOut()).toHaveLength(2);
  });

  it('an unregistered attempt is left alone, also by a late word', () => {
    const { clock, handler, timedOut } = aHandler();
    handler.unregister(attempt(0));
    handler.progressing(attempt(0));
    clock.advance(100_000);
    expect(timedOut()).toEqual([]);
    handler.stop();
    expect(clock.armed).toBe(0);
  });
});

it('an attempt that said done but does not leave times out after the exit timeout', () => {
  const clock = new ControlledClock();
  const sink = recordingSink<MRAppEvent>();
  const monitor = new TaskAttemptFinishingMonitor(clock, sink, 60_000);
  monitor.register(attempt(0));
  monitor.register(attempt(1));
  monitor.unregister(attempt(1));
  clock.advance(60_000);
  expect(sink.take()).toEqual([{ domain: 'taskattempt', type: 'TA_TIMED_OUT', attemptId: attempt(0) }]);
  monitor.stop();
});
