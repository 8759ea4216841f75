/** An attempt as the main thread sees it, with an AM of a few lines. */
import { applicationId, jobId, taskAttemptId, taskId } from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import type { TaskProgress, TaskSpec } from '@bobbin/mapreduce/runtime';
import type { AttemptCalls } from '../../src/child/attempt-runner.js';
import { RunningAttempt } from '../../src/child/running-attempt.js';

const task = taskId(jobId(applicationId(1, 1)), 'REDUCE', 0);
const spec = { attemptId: taskAttemptId(task, 0), type: 'REDUCE' } as TaskSpec;

test('a reduce that has shuffled asks for completion events no more: its questions would pass for progress', async () => {
  const answers: (() => void)[] = [];
  let progress: TaskProgress | undefined;
  let calls: AttemptCalls | undefined;
  const attempt = new RunningAttempt(spec, {
    clock: new ControlledClock(),
    umbilical: {
      call: ((method: string) =>
        method === 'getMapCompletionEvents'
          ? new Promise((resolve) => answers.push(() => resolve({ events: [], shouldReset: false, amAttempt: 1 })))
          : Promise.resolve({ taskFound: true })) as never,
    },
    reportIntervalMs: 3000,
    localWriteLimitBytes: -1,
    begin: (_, given, its) => {
      [progress, calls] = [given, its];
      return { outcome: new Promise(() => undefined), end: () => Promise.resolve(true) };
    },
    usage: () => ({ addTo: (counters) => counters, ended: () => undefined }),
    memoryOf: () => ({ key: 'mapreduce.reduce.memory.mb', memoryMb: 1024 }),
    heldBytes: () => 0,
    stack: () => Promise.resolve([]),
    discardOutput: () => Promise.resolve(),
    log: () => undefined,
  });
  void attempt.run();
  progress?.beginPhase('SHUFFLE', 0, 1 / 3, 1);
  const asked = calls?.completionEvents(0, 10);
  answers.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toHaveLength(1);
  progress?.beginPhase('REDUCE', 2 / 3, 1 / 3, 1);
  answers.shift()?.();
  expect(await asked).toEqual([]);
  expect(answers).toHaveLength(0);
});
