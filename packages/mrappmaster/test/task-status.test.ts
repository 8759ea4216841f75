/** The slot between a chatty child and a busy dispatcher. */
import type { TaskAttemptId } from '@bobbin/common';
import { StatusSlot, type TaskStatus } from '../src/task-status.js';

const [one, two] = ['attempt_1_0001_m_000000_0', 'attempt_1_0001_m_000001_0'] as TaskAttemptId[] as [
  TaskAttemptId,
  TaskAttemptId,
];
const status = (over: Partial<TaskStatus>): TaskStatus => ({
  attemptId: one,
  progress: 0,
  phase: 'MAP',
  stateString: '',
  ...over,
});

test('only the first status of several asks for an event', () => {
  const slot = new StatusSlot();
  expect([slot.offer(status({})), slot.offer(status({})), slot.offer(status({}))]).toEqual([true, false, false]);
  slot.take();
  expect(slot.offer(status({}))).toBe(true);
});

test('the newest status is taken, once', () => {
  const slot = new StatusSlot();
  slot.offer(status({ progress: 0.1 }));
  slot.offer(status({ progress: 0.2 }));
  expect(slot.take()?.progress).toBe(0.2);
  expect(slot.take()).toBeUndefined();
});

test('what is told only once is kept: failed fetches, diagnostics, counters', () => {
  const slot = new StatusSlot();
  slot.offer(status({ failedFetchTasks: [one], diagnosticInfo: 'a', counters: { g: { X: 1 } } }));
  slot.offer(status({ failedFetchTasks: [two] }));
  slot.offer(status({ diagnosticInfo: 'b' }));
  expect(slot.take()).toMatchObject({
    failedFetchTasks: [one, two],
    diagnosticInfo: 'a\nb',
    counters: { g: { X: 1 } },
  });
});
