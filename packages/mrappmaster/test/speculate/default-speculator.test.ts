/** Speculation: the checks in their order, one rival a look and kind, the caps, the pauses. */
import { applicationId, jobId, taskAttemptId, taskId, type TaskId, type TaskType } from '@bobbin/common';
import { ControlledClock, recordingSink } from '@bobbin/common/testing';
import type { JobView } from '../../src/app-context.js';
import type { MRAppEvent } from '../../src/events.js';
import {
  DefaultSpeculator,
  speculationValue,
  type SpeculationView,
  type SpeculatorSettings,
} from '../../src/speculate/default-speculator.js';
import { LegacyTaskRuntimeEstimator } from '../../src/speculate/task-runtime-estimator.js';

const job = jobId(applicationId(1_700_000_000_000, 1));
const map = (n: number): TaskId => taskId(job, 'MAP', n);

describe('the value of a second attempt', () => {
  const slow = { enrolledAtMs: 0, estimatedRuntimeMs: 1000 };
  const base: SpeculationView = {
    now: 500,
    tasksOfKind: 100,
    completedOfKind: 5,
    speculatedBefore: false,
    liveAttempts: [slow],
    newAttemptRuntimeMs: 200,
  };
  it.each<[string, Partial<SpeculationView>, object]>([
    ['is what it would save', {}, { type: 'WORTH', gainMs: 300 }],
    ['is none before 5 % are complete', { completedOfKind: 4 }, { type: 'ON_SCHEDULE' }],
    ['is none before one is complete', { tasksOfKind: 1, completedOfKind: 0 }, { type: 'ON_SCHEDULE' }],
    ['is none where nothing runs', { liveAttempts: [] }, { type: 'NOT_RUNNING' }],
    ['is none where a rival runs', { liveAttempts: [slow, slow] }, { type: 'ALREADY_SPECULATING' }],
    [
      'is none for an attempt never heard of',
      { liveAttempts: [{ ...slow, estimatedRuntimeMs: undefined }] },
      { type: 'TOO_NEW' },
    ],
    ['is none for one that begins later', { liveAttempts: [{ ...slow, enrolledAtMs: 501 }] }, { type: 'TOO_NEW' }],
    [
      'is none where the end is due',
      { liveAttempts: [{ ...slow, estimatedRuntimeMs: 499 }] },
      { type: 'PROGRESS_IS_GOOD' },
    ],
    ['is none where a new one ends no earlier', { newAttemptRuntimeMs: 500 }, { type: 'TOO_LATE_TO_SPECULATE' }],
    [
      'needs no share of completed ones once it was worth it',
      { completedOfKind: 0, speculatedBefore: true },
      { type: 'WORTH', gainMs: 300 },
    ],
  ])('%s', (_, change, expected) => {
    expect(speculationValue({ ...base, ...change })).toEqual(expected);
  });
});

it('the legacy estimate is time over progress; a new attempt takes the mean of the finished ones', () => {
  const estimator = new LegacyTaskRuntimeEstimator();
  const id = (n: number) => taskAttemptId(map(n), 0);
  for (const n of [0, 1, 2]) estimator.attemptStarted(id(n), 100);
  expect(estimator.estimatedRuntimeMs(id(0))).toBeUndefined();
  expect(estimator.estimatedNewAttemptRuntimeMs('MAP')).toBeUndefined();
  estimator.progressed(id(0), 0.25, 200);
  expect(estimator.estimatedRuntimeMs(id(0))).toBe(400);
  estimator.progressed(id(0), 0, 200);
  expect(estimator.estimatedRuntimeMs(id(0))).toBe(1_000_000);
  estimator.succeeded(id(1), 200);
  estimator.succeeded(id(2), 400);
  expect(estimator.estimatedNewAttemptRuntimeMs('MAP')).toBe(200);
  expect(estimator.estimatedNewAttemptRuntimeMs('REDUCE')).toBeUndefined();
  estimator.ended(id(0));
  expect(estimator.enrolledAtMs(id(0))).toBeUndefined();
});

interface FakeTask {
  readonly id: TaskId;
  readonly type: TaskType;
  isFinished: boolean;
  readonly attempts: Map<string, { id: string; state: string }>;
}

function aStand(settings: Partial<SpeculatorSettings> = {}) {
  const clock = new ControlledClock();
  const sink = recordingSink<MRAppEvent>();
  const tasks = new Map<TaskId, FakeTask>();
  const figures = { numMaps: 10, numReduces: 0, completedMaps: 0, completedReduces: 0 };
  const view = () => ({ ...figures, task: (id: TaskId) => tasks.get(id) }) as unknown as JobView;
  const estimator = new LegacyTaskRuntimeEstimator();
  const speculator = new DefaultSpeculator(
    { clock, dispatcher: sink, job: view, estimator },
    {
      map: true,
      reduce: true,
      minimumAllowedTasks: 10,
      capTotalTasksFraction: 0.01,
      capRunningTasksFraction: 0.1,
      retryAfterNoSpeculateMs: 1000,
      retryAfterSpeculateMs: 15_000,
      ...settings,
    },
  );
  const start = (n: number, attempt = 0): void => {
    const attemptId = taskAttemptId(map(n), attempt);
    const task = tasks.get(map(n)) ?? { id: map(n), type: 'MAP', isFinished: false, attempts: new Map() };
    task.attempts.set(attemptId, { id: attemptId, state: 'RUNNING' });
    tasks.set(map(n), task);
    speculator.handle({ domain: 'speculator', type: 'ATTEMPT_START', attemptId, atMs: clock.now() });
  };
  const tell = (n: number, state: 'RUNNING' | 'SUCCEEDED', progress: number): void => {
    const attemptId = taskAttemptId(map(n), 0);
    speculator.handle({
      domain: 'speculator',
      type: 'ATTEMPT_STATUS_UPDATE',
      attemptId,
      state,
      progress,
      atMs: clock.now(),
    });
    if (state !== 'SUCCEEDED') return;
    figures.completedMaps++;
    const task = tasks.get(map(n));
    if (task) task.isFinished = true;
  };
  const rivals = (): string[] => sink.take().map((e) => ('taskId' in e ? `${e.type} ${e.taskId}` : e.type));
  return { clock, speculator, start, tell, rivals };
}

/** Three maps: one done in a second, two far behind, the last one farthest. */
function behind(stand: ReturnType<typeof aStand>): void {
  for (const n of [0, 1, 2]) stand.start(n);
  stand.clock.advance(500);
  stand.tell(0, 'SUCCEEDED', 1);
  stand.tell(1, 'RUNNING', 0.05);
  stand.tell(2, 'RUNNING', 0.01);
}

describe('DefaultSpeculator', () => {
  it('gives a rival to the task that will end last, and pauses longer after it', () => {
    const stand = aStand();
    behind(stand);
    stand.clock.advance(500);
    expect(stand.rivals()).toEqual([`T_ADD_SPEC_ATTEMPT ${map(2)}`]);
    stand.start(2, 1);
    stand.clock.advance(14_999);
    expect(stand.rivals()).toEqual([]);
    stand.clock.advance(1);
    expect(stand.rivals()).toEqual([`T_ADD_SPEC_ATTEMPT ${map(1)}`]);
  });

  it('makes none while an attempt of the kind waits for a container', () => {
    const stand = aStand();
    const need = (delta: 1 | -1): void =>
      stand.speculator.handle({ domain: 'speculator', type: 'TASK_CONTAINER_NEED_UPDATE', taskId: map(9), delta });
    behind(stand);
    need(1);
    stand.clock.advance(500);
    expect(stand.rivals()).toEqual([]);
    need(-1);
    stand.clock.advance(1000);
    expect(stand.rivals()).toHaveLength(1);
  });

  it.each([
    ['the kind is switched off', { map: false }],
    ['the cap is reached', { minimumAllowedTasks: 0, capTotalTasksFraction: 0, capRunningTasksFraction: 0 }],
  ])('makes none where %s', (_, settings) => {
    const stand = aStand(settings);
    behind(stand);
    stand.clock.advance(5000);
    expect(stand.rivals()).toEqual([]);
  });

  it('an attempt that fell silent is taken to stand still', () => {
    const stand = aStand();
    stand.start(0);
    stand.start(1);
    stand.clock.advance(10);
    stand.tell(1, 'RUNNING', 0.9);
    stand.clock.advance(990);
    stand.tell(0, 'SUCCEEDED', 1);
    stand.clock.advance(8000);
    expect(stand.rivals()).toEqual([]);
    stand.clock.advance(4000);
    expect(stand.rivals()).toEqual([`T_ADD_SPEC_ATTEMPT ${map(1)}`]);
  });

  it('keeps no timer where nothing runs, nor after its stop', () => {
    const stand = aStand();
    expect(stand.clock.armed).toBe(0);
    stand.start(0);
    stand.tell(0, 'SUCCEEDED', 1);
    stand.clock.advance(1000);
    expect(stand.clock.armed).toBe(0);
    stand.start(1);
    stand.speculator.stop();
    expect(stand.clock.armed).toBe(0);
  });
});
