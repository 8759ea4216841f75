/** ShuffleScheduler: who is asked next, who is penalized, what is told to the AM, when a reduce gives up. Numbers are Hadoop's. */
import {
  applicationId,
  jobId,
  taskAttemptId,
  taskId,
  type TaskAttemptCompletionEvent,
  type TaskAttemptId,
} from '@bobbin/common';
import { ShuffleScheduler } from '../../../src/runtime/reduce/shuffle-scheduler.js';
import type { FetchConf } from '../../../src/runtime/task-conf.js';

const JOB = jobId(applicationId(1, 1));
const map = (task: number, attempt = 0): TaskAttemptId => taskAttemptId(taskId(JOB, 'MAP', task), attempt);
const conf: FetchConf = {
  connectTimeoutMs: 1,
  readTimeoutMs: 1,
  retryIntervalMs: 1000,
  maxRetryDelayMs: 60_000,
  maxFetchFailures: 10,
  maxHostFailures: 5,
  notifyReadError: false,
};

const event = (
  attemptId: TaskAttemptId,
  status: TaskAttemptCompletionEvent['status'],
  host = 'a:1',
): TaskAttemptCompletionEvent => ({
  attemptId,
  eventId: 0,
  status,
  mapOutputServerAddress: `http://${host}`,
  attemptRunTimeMs: 1000,
});

function scheduler(numMaps: number, hosts: readonly string[], over: Partial<FetchConf> = {}): ShuffleScheduler {
  const made = new ShuffleScheduler(numMaps, 0, { ...conf, ...over }, 0);
  hosts.forEach((host, i) => made.resolve(event(map(i), 'SUCCEEDED', host), 0));
  return made;
}

test('a host is one fetcher at a time, and gives at most 20 maps at once', () => {
  const shuffle = scheduler(
    30,
    Array.from({ length: 30 }, () => 'a:1'),
  );
  expect(shuffle.take(0)?.maps).toHaveLength(20);
  expect(shuffle.take(0)).toBeUndefined();
  shuffle.release('a:1');
  expect(shuffle.take(0)?.address).toBe('a:1');
});

test('hosts are taken in turn', () => {
  const shuffle = scheduler(4, ['a:1', 'b:1', 'a:1', 'c:1']);
  expect([shuffle.take(0), shuffle.take(0), shuffle.take(0)].map((work) => work?.address)).toEqual([
    'a:1',
    'b:1',
    'c:1',
  ]);
});

test('an obsolete output is not asked for, its successor is; what was copied stays', () => {
  const shuffle = scheduler(2, ['a:1', 'a:1']);
  expect(shuffle.copySucceeded(map(1), 1)).toBe(true);
  shuffle.resolve(event(map(0), 'OBSOLETE'), 2);
  shuffle.resolve(event(map(1), 'OBSOLETE'), 2);
  expect(shuffle.take(3)).toBeUndefined();
  shuffle.resolve(event(map(0, 1), 'SUCCEEDED', 'b:1'), 4);
  shuffle.resolve(event(map(1, 1), 'SUCCEEDED', 'b:1'), 4);
  expect(shuffle.take(5)).toEqual({ address: 'b:1', maps: [map(0, 1)] });
  expect(shuffle.copySucceeded(map(0, 1), 6)).toBe(true);
  expect(shuffle.isDone).toBe(true);
  expect(shuffle.copySucceeded(map(0, 1), 7)).toBe(false);
});

test('a map that failed for good counts as done without output', () => {
  const shuffle = scheduler(1, []);
  shuffle.resolve(event(map(0), 'TIPFAILED'), 0);
  expect(shuffle.isDone).toBe(true);
});

test('a failure penalizes the host, each one longer, up to the maximum', () => {
  const shuffle = scheduler(100, ['a:1', 'b:1']);
  for (const expected of [1000, 2000, 1000, 1000, 37_129.3, 48_268.09, 60_000, 60_000]) {
    shuffle.copyFailed(map(0), 'a:1', 'read', 0);
    expect(shuffle.nextPenaltyEndMs(0)).toBeCloseTo(expected, 1);
  }
  expect(shuffle.take(59_999)?.address).toBe('b:1');
  shuffle.copySucceeded(map(1), 59_999);
  expect(shuffle.take(60_000)?.address).toBe('a:1');
});

test('a host that does not answer is told of only when it had the time to start again, and three times soon after', () => {
  const shuffle = scheduler(1000, ['a:1', 'a:1']);
  const failures: (readonly [atMs: number, told: boolean])[] = [];
  for (let now = 0; failures.length < 5; now += shuffle.nextPenaltyEndMs(now) ?? 0) {
    failures.push([now, shuffle.copyFailed(map(0), 'a:1', 'connect', now)]);
  }
  expect(failures).toEqual([
    [0, false],
    [1000, false],
    [3000, true],
    [4000, true],
    [5000, true],
  ]);
  shuffle.copySucceeded(map(1), 6000);
  expect(shuffle.copyFailed(map(0), 'a:1', 'connect', 60_000)).toBe(false);
});

test('told to the AM: outputs that a host says it has not, each tenth read failure, hosts that fail often, all if so configured', () => {
  const told = (over: Partial<FetchConf>, kind: 'absent' | 'read', times: number): boolean[] => {
    const shuffle = scheduler(1000, ['a:1'], over);
    return Array.from({ length: times }, () => shuffle.copyFailed(map(0), 'a:1', kind, 0));
  };
  expect(told({}, 'absent', 1)).toEqual([true]);
  expect(told({}, 'read', 6)).toEqual([false, false, false, false, false, true]);
  expect(told({ maxHostFailures: 99 }, 'read', 10)).toEqual([...Array.from({ length: 9 }, () => false), true]);
  expect(told({ notifyReadError: true }, 'read', 2)).toEqual([true, true]);
});

test('a map that fails 30 times ends the reduce', () => {
  const shuffle = scheduler(100, ['a:1', 'b:1']);
  for (let i = 1; i < 40; i++) shuffle.copySucceeded(map(i), 0);
  for (let i = 1; i < 30; i++) shuffle.copyFailed(map(0), 'a:1', 'read', 0);
  expect(() => shuffle.copyFailed(map(0), 'a:1', 'read', 0)).toThrow(`30 failures to fetch the output of ${map(0)}`);
});

test('many maps failing while little comes in ends the reduce; enough progress does not', () => {
  const hosts = Array.from({ length: 20 }, (_, i) => `h${i}:1`);
  const failOften = (shuffle: ShuffleScheduler, i: number, now: number): void => {
    for (let n = 0; n < 6; n++) shuffle.copyFailed(map(i), `h${i}:1`, 'read', now);
  };
  const early = scheduler(20, hosts);
  for (let i = 0; i < 4; i++) failOften(early, i, 0);
  for (let n = 0; n < 5; n++) early.copyFailed(map(4), 'h4:1', 'read', 0);
  expect(() => early.copyFailed(map(4), 'h4:1', 'read', 0)).toThrow('Exceeded MAX_FAILED_UNIQUE_FETCHES; bailing-out.');

  const late = scheduler(20, hosts);
  for (let i = 0; i < 14; i++) late.copySucceeded(map(i), 10_000);
  for (let i = 14; i < 19; i++) failOften(late, i, 10_001);
  // Half of the maps are in and the last came just now; once nothing came for half the time it took, it is over.
  late.copyFailed(map(14), 'h14:1', 'read', 14_999);
  expect(() => late.copyFailed(map(14), 'h14:1', 'read', 15_000)).toThrow('bailing-out');
});

test('a map that was run again starts anew', () => {
  const shuffle = scheduler(1, ['a:1']);
  for (let n = 0; n < 2; n++) shuffle.copyFailed(map(0), 'a:1', 'connect', 0);
  shuffle.resolve(event(map(0), 'OBSOLETE'), 1);
  shuffle.resolve(event(map(0, 1), 'SUCCEEDED', 'b:1'), 2);
  expect(shuffle.take(3)).toEqual({ address: 'b:1', maps: [map(0, 1)] });
  expect(shuffle.copyFailed(map(0, 1), 'b:1', 'absent', 3)).toBe(true);
});
