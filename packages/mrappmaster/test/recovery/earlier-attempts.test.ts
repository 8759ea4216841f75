/** What counts as finished, over the histories of one or more AM attempts. */
import {
  applicationAttemptId,
  applicationId,
  containerId,
  jobId,
  taskAttemptId,
  taskId,
  type HistoryEvent,
  type TaskType,
} from '@bobbin/common';
import { EarlierAttempts } from '../../src/recovery/earlier-attempts.js';

const app = applicationId(1, 1);

type Word = 'start' | 'ok' | 'KILLED' | 'FAILED';
/** Number of the AM attempt, of the task's attempt, what its history says of it, and where. */
type Line = readonly [am: number, attempt: number, word: Word, shufflePort?: number];

function record(type: TaskType, [am, n, word, shufflePort = 13562]: Line, atMs: number): HistoryEvent {
  const task = taskId(jobId(app), type, 0);
  const ids = { taskId: task, attemptId: taskAttemptId(task, n) };
  const end = { ...ids, finishTimeMs: atMs, hostname: 'h', port: 4000, rackname: '/r', counters: {} };
  const ok = { ...end, taskStatus: 'SUCCEEDED', state: '' };
  if (word === 'start') {
    const container = containerId(applicationAttemptId(app, am), 2);
    const where = { trackerName: 'h:4000', httpPort: 8042, shufflePort, containerId: container };
    return { type: `${type}_ATTEMPT_STARTED`, ...ids, startTimeMs: atMs, ...where };
  }
  if (word !== 'ok') return { type: `${type}_ATTEMPT_${word}`, ...end, status: word, error: word };
  return type === 'MAP'
    ? { type: 'MAP_ATTEMPT_FINISHED', ...ok, mapFinishTimeMs: atMs }
    : { type: 'REDUCE_ATTEMPT_FINISHED', ...ok, shuffleFinishTimeMs: atMs, sortFinishTimeMs: atMs };
}

function recovered(type: TaskType, lines: readonly Line[]): string | undefined {
  const earlier = new EarlierAttempts();
  lines.forEach((line, n) => earlier.add(record(type, line, n)));
  const [task] = earlier.succeeded().values();
  return task?.attempts.map(({ attemptId, state }) => `${attemptId.split('_').at(-1)} ${state}`).join(', ');
}

test.each<[string, TaskType, Line[], string | undefined]>([
  ['an attempt without an end is dropped', 'MAP', [[1, 0, 'start']], undefined],
  [
    'failures come back with the success',
    'MAP',
    [
      [1, 0, 'start'],
      [1, 0, 'FAILED'],
      [1, 1, 'start'],
      [1, 1, 'ok'],
    ],
    '0 FAILED, 1 SUCCEEDED',
  ],
  [
    'a task that only failed starts over',
    'MAP',
    [
      [1, 0, 'start'],
      [1, 0, 'FAILED'],
    ],
    undefined,
  ],
  [
    'a success that was taken back is none',
    'MAP',
    [
      [1, 0, 'start'],
      [1, 0, 'ok'],
      [1, 0, 'KILLED'],
    ],
    undefined,
  ],
  [
    'of two successes the first counts',
    'MAP',
    [
      [1, 0, 'start'],
      [1, 1, 'start'],
      [1, 1, 'ok'],
      [1, 0, 'ok'],
    ],
    '1 SUCCEEDED, 0 KILLED',
  ],
  [
    'map output survives an AM that told nothing of it',
    'MAP',
    [
      [1, 0, 'start'],
      [1, 0, 'ok'],
      [2, 0, 'start'],
    ],
    '0 SUCCEEDED',
  ],
  [
    'a later AM has the last word',
    'MAP',
    [
      [1, 0, 'start'],
      [1, 0, 'ok'],
      [2, 0, 'start'],
      [2, 0, 'KILLED'],
    ],
    undefined,
  ],
  [
    'of two, one that a server holds is preferred',
    'MAP',
    [
      [1, 0, 'start', -1],
      [1, 0, 'ok'],
      [2, 1000, 'start'],
      [2, 1000, 'ok'],
    ],
    '0 KILLED, 1000 SUCCEEDED',
  ],
])('%s', (_, type, lines, expected) => {
  expect(recovered(type, lines)).toBe(expected);
});

function unfinished(type: TaskType, lines: readonly Line[], amContainer = false): string | undefined {
  const earlier = new EarlierAttempts();
  const attempt = applicationAttemptId(app, 1);
  earlier.add({
    type: 'AM_STARTED',
    applicationAttemptId: attempt,
    startTimeMs: 1,
    containerId: containerId(attempt, amContainer ? 2 : 1),
    nodeManagerHost: 'h',
    nodeManagerPort: 4000,
    nodeManagerHttpPort: 8042,
  });
  lines.forEach((line, n) => earlier.add(record(type, line, n)));
  const [task] = earlier.unfinished(earlier.succeeded()).values();
  return task?.attempts.map(({ attemptId, state }) => `${attemptId.split('_').at(-1)} ${state}`).join(', ');
}

test.each<[string, Line[], boolean, string | undefined]>([
  ['an attempt without an end may run still', [[1, 0, 'start']], false, '0 RUNNING'],
  ['in the container of its AM it ended with that', [[1, 0, 'start']], true, '0 KILLED'],
  [
    'failures are remembered, and stand before what runs',
    [
      [1, 0, 'start'],
      [1, 1, 'start'],
      [1, 0, 'FAILED'],
    ],
    false,
    '0 FAILED, 1 RUNNING',
  ],
  [
    'rivals run side by side',
    [
      [1, 0, 'start'],
      [1, 1, 'start'],
    ],
    false,
    '0 RUNNING, 1 RUNNING',
  ],
  [
    'beside a success nothing is adopted',
    [
      [1, 0, 'start'],
      [1, 1, 'start'],
      [1, 1, 'ok'],
    ],
    false,
    undefined,
  ],
  [
    'a later AM told its end',
    [
      [1, 0, 'start'],
      [2, 0, 'start'],
      [2, 0, 'KILLED'],
    ],
    false,
    '0 KILLED',
  ],
])('of a task that has not ended: %s', (_, lines, amContainer, expected) => {
  expect(unfinished('MAP', lines, amContainer)).toBe(expected);
});
