/** The parts a job is made of: counters, completion events, fetch failures, progress, what is external. */
import { nodeId, type TaskAttemptId, type TaskAttemptCompletionEventStatus } from '@bobbin/common';
import fc from 'fast-check';
import { CompletionEvents } from '../../src/job/completion-events.js';
import { sumCounters } from '../../src/job/counters.js';
import { externalJobState } from '../../src/job/external-states.js';
import { FetchFailures } from '../../src/job/fetch-failures.js';
import { JobProgress } from '../../src/job/job-progress.js';
import { timeCounters } from '../../src/job/taskattempt/time-counters.js';

const map = (task: number, attempt = 0): TaskAttemptId => `attempt_1_0001_m_00000${task}_${attempt}` as TaskAttemptId;
const reduce = (task: number): TaskAttemptId => `attempt_1_0001_r_00000${task}_0` as TaskAttemptId;

test('counters are added up, but for those that are maxima', () => {
  expect(
    sumCounters([
      { a: { X: 1, MAP_PHYSICAL_MEMORY_BYTES_MAX: 5 }, b: { Y: 1 } },
      { a: { X: 2, Z: 3, MAP_PHYSICAL_MEMORY_BYTES_MAX: 4 } },
    ]),
  ).toEqual({ a: { X: 3, Z: 3, MAP_PHYSICAL_MEMORY_BYTES_MAX: 5 }, b: { Y: 1 } });
});

describe('completion events', () => {
  const n1 = nodeId('n1', 1);
  const completed = (attemptId: TaskAttemptId, status: TaskAttemptCompletionEventStatus, node = n1) => ({
    attemptId,
    status,
    mapOutputServerAddress: 'http://n1:2',
    attemptRunTimeMs: 3,
    nodeId: node,
  });

  test('of maps are numbered anew for reducers', () => {
    const events = new CompletionEvents();
    events.append(completed(reduce(0), 'FAILED'));
    events.append(completed(map(0), 'SUCCEEDED'));
    expect(events.slice(0, 9).map((event) => event.eventId)).toEqual([0, 1]);
    expect(events.mapSlice(0, 9)).toMatchObject([{ eventId: 0, attemptId: map(0) }]);
    expect(events.slice(1, 1)).toHaveLength(1);
    expect(events.mapSlice(1, 9)).toEqual([]);
  });

  test('make an earlier success of the same task obsolete, in place', () => {
    const events = new CompletionEvents();
    events.append(completed(map(0), 'SUCCEEDED'));
    events.append(completed(map(1), 'SUCCEEDED'));
    events.append(completed(map(0), 'KILLED'));
    events.append(completed(map(0, 1), 'SUCCEEDED'));
    expect(events.mapSlice(0, 9).map(({ status }) => status)).toEqual(['OBSOLETE', 'SUCCEEDED', 'KILLED', 'SUCCEEDED']);
    expect(events.succeededMapsOn(n1)).toEqual([map(0), map(1), map(0, 1)]);
    expect(events.succeededMapsOn(nodeId('n2', 1))).toEqual([]);
  });

  test("of another attempt, told after the winner's, take nothing away from its success", () => {
    const events = new CompletionEvents();
    events.append(completed(map(0), 'SUCCEEDED'));
    events.append(completed(map(0, 1), 'KILLED'));
    expect(events.mapSlice(0, 9).map(({ status }) => status)).toEqual(['SUCCEEDED', 'KILLED']);
    events.append(completed(map(0), 'FAILED'));
    expect(events.mapSlice(0, 9).map(({ status }) => status)).toEqual(['OBSOLETE', 'KILLED', 'FAILED']);
  });

  test('of reduces are not kept by node', () => {
    const events = new CompletionEvents();
    events.append(completed(reduce(0), 'SUCCEEDED'));
    expect(events.succeededMapsOn(n1)).toEqual([]);
  });
});

test.each<[reports: number, shuffling: number, condemnedAt: number]>([
  [5, 0, 3],
  [5, 1, 3],
  [9, 10, 5],
  [5, 6, 3],
])('of %d reports with %d reduces shuffling, report %d condemns the map', (reports, shuffling, condemnedAt) => {
  const failures = new FetchFailures({ maxFetchFailureNotifications: 3, maxFetchFailuresFraction: 0.5 });
  const verdicts = Array.from({ length: reports }, () => failures.add([map(0)], shuffling).length);
  expect(verdicts.indexOf(1) + 1).toBe(condemnedAt);
});

test('reports are forgotten with the map they condemned', () => {
  const failures = new FetchFailures({ maxFetchFailureNotifications: 2, maxFetchFailuresFraction: 0 });
  const verdicts = Array.from({ length: 4 }, () => failures.add([map(0)], 1).length);
  expect(verdicts).toEqual([0, 1, 0, 1]);
});

describe('progress', () => {
  const at = (maps: number, reduces: number, mapSum: number, reduceSum: number): JobProgress => {
    const progress = new JobProgress();
    progress.begin(maps, reduces);
    progress.add('MAP', mapSum);
    progress.add('REDUCE', reduceSum);
    return progress;
  };

  test('weighs set-up and clean-up with 5 % each, and the kinds of task alike', () => {
    const progress = at(2, 1, 1, 0.5);
    expect(progress.total).toBeCloseTo(0.45 * 0.5 + 0.45 * 0.5);
    progress.setupDone();
    progress.cleanupDone();
    expect(progress.total).toBeCloseTo(0.1 + 0.45);
  });

  test('gives all the rest to the only kind there is', () => {
    expect(at(2, 0, 1, 0).total).toBeCloseTo(0.45);
    expect(at(0, 2, 0, 1).total).toBeCloseTo(0.45);
    expect(at(0, 0, 0, 0).total).toBe(0);
  });

  test('ends at exactly 1, however the steps were', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (maps, steps) => {
          const progress = new JobProgress();
          progress.begin(maps, 0);
          for (let task = 0; task < maps; task++) {
            const points = [...steps, 1];
            let before = 0;
            for (const point of points) {
              progress.add('MAP', point - before);
              before = point;
            }
          }
          expect(progress.mapFraction).toBe(1);
        },
      ),
    );
  });
});

test('time is charged as such, by slots, by cores and by memory', () => {
  const charged = timeCounters({
    taskType: 'MAP',
    resource: { memoryMb: 1536, vcores: 2 },
    durationMs: 10,
    minimumAllocationMb: 1024,
  });
  expect(Object.fromEntries(charged.map(({ name, delta }) => [name, delta]))).toEqual({
    SLOTS_MILLIS_MAPS: 20,
    MILLIS_MAPS: 10,
    VCORES_MILLIS_MAPS: 20,
    MB_MILLIS_MAPS: 15360,
  });
});

test('a job that another AM attempt takes up still runs for its clients', () => {
  expect(externalJobState('REBOOT', false)).toBe('RUNNING');
  expect(externalJobState('REBOOT', true)).toBe('ERROR');
});
