/** A new attempt of the AppMaster takes over what the ones before finished, wherever their histories end. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHistory, taskOf, type HistoryEvent, type TaskAttemptId, type TaskId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { replayHistory } from '../../src/replay/history-replay.js';
import { job, type StandOptions } from '../support/app-master-stand.js';
import { attemptAfter as runAttemptAfter } from '../support/attempt-after.js';
import type { Script } from '../support/fake-cluster.js';

jest.setTimeout(120_000);

const [m0, m1, m2, r0] = ['m_000000', 'm_000001', 'm_000002', 'r_000000'].map(
  (task) => `${job.replace('job', 'attempt')}_${task}`,
);

/** Reduces begin when all maps are done. */
const SLOW_START = { 'mapreduce.job.reduce.slowstart.completedmaps': '1.0', 'bobbin.am.adoption-wait-ms': '50' };

/** Maps count their records; the first try of the first map fails. Every start is noted. */
function working(started: TaskAttemptId[]): Script {
  return async (task, child) => {
    started.push(task.attemptId);
    if (task.attemptId === `${m0}_0`) throw new Error('not yet');
    if (task.type === 'MAP') await child.report(task, 0.5, { MAP_INPUT_RECORDS: 7 });
    else await child.commit(task);
  };
}

/** Runs attempt `histories.length + 1` after attempts that left these texts; gives what it started and its own history. */
const attemptAfter = (dir: string, histories: readonly string[], options: Partial<StandOptions> = {}) =>
  runAttemptAfter(dir, histories, { working, maps: 3, properties: SLOW_START, ...options });

/** The first lines; a fraction of a line stays as a torn tail. */
function cut(text: string, part: number): string {
  const lines = text.split('\n').slice(0, -2);
  const whole = Math.floor(part * lines.length);
  const tail = lines[whole] ?? '';
  return lines.slice(0, whole).join('\n') + '\n' + tail.slice(0, tail.length / 2);
}

/** Maps whose last word is success. */
function finishedMaps(events: readonly HistoryEvent[]): Set<string> {
  const finished = new Set<string>();
  for (const event of events) {
    if (event.type === 'MAP_ATTEMPT_FINISHED') finished.add(event.attemptId);
    if (event.type === 'MAP_ATTEMPT_FAILED' || event.type === 'MAP_ATTEMPT_KILLED') finished.delete(event.attemptId);
  }
  return finished;
}

const JOB_COUNTER = 'org.apache.hadoop.mapreduce.JobCounter';

/** The job's own counters as they follow from its attempts: of 1024 MB and one core each, on the data's host unless after a failure. */
function jobCountersTold(events: readonly HistoryEvent[]): Record<string, number> {
  const counters: Record<string, number> = {};
  const add = (name: string, by: number): void => void (counters[name] = (counters[name] ?? 0) + by);
  const startsMs = new Map<TaskAttemptId, number>();
  const failed = new Set<TaskId>();
  for (const event of events) {
    if (!('attemptId' in event)) continue;
    const kind = event.type.startsWith('MAP') ? 'MAPS' : 'REDUCES';
    if (event.type.endsWith('STARTED') && 'startTimeMs' in event) {
      startsMs.set(event.attemptId, event.startTimeMs);
      add(`TOTAL_LAUNCHED_${kind}`, 1);
      if (kind === 'MAPS') add(failed.has(event.taskId) ? 'OTHER_LOCAL_MAPS' : 'DATA_LOCAL_MAPS', 1);
    } else if ('finishTimeMs' in event) {
      const forMs = event.finishTimeMs - (startsMs.get(event.attemptId) ?? 0);
      for (const name of ['SLOTS_MILLIS', 'MILLIS', 'VCORES_MILLIS']) add(`${name}_${kind}`, forMs);
      add(`MB_MILLIS_${kind}`, 1024 * forMs);
      if (event.type.endsWith('FAILED')) add(`NUM_FAILED_${kind}`, 1);
      if (event.type.endsWith('KILLED')) add(`NUM_KILLED_${kind}`, 1);
      if (event.type.endsWith('FAILED')) failed.add(event.taskId);
    }
  }
  return counters;
}

async function eventsOf(dir: string, text: string): Promise<readonly HistoryEvent[]> {
  const file = join(dir, 'cut.jhist.jsonl');
  writeFileSync(file, text);
  return (await readHistory(file)).events;
}

test('cut at any line, and again in the second attempt: no finished map runs again, counters are the same', async () => {
  using dir = tempDir();
  let runs = 0;
  const next = (): string => join(dir.path, String(runs++));
  const first = await attemptAfter(next(), []);
  const counters = first.info.mapCounters;
  expect(first.info.totalCounters[JOB_COUNTER]).toEqual(jobCountersTold(first.events));
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      async (a, b) => {
        const one = cut(first.text, a);
        const second = await attemptAfter(next(), [one]);
        const two = cut(second.text, b);
        const third = await attemptAfter(next(), [one, two]);
        expect(replayHistory(third.events).jobState).toBe('SUCCEEDED');
        const finished = new Set([
          ...finishedMaps(await eventsOf(dir.path, one)),
          ...finishedMaps(await eventsOf(dir.path, two)),
        ]);
        const tasks = new Set([...finished].map((id) => taskOf(id as TaskAttemptId)));
        expect(third.started.filter((id) => tasks.has(taskOf(id)))).toEqual([]);
        expect([...finishedMaps(third.events)]).toEqual(expect.arrayContaining([...finished]));
        const group = 'org.apache.hadoop.mapreduce.TaskCounter';
        expect(third.info.mapCounters[group]).toMatchObject({
          MAP_INPUT_RECORDS: counters[group]?.['MAP_INPUT_RECORDS'],
        });
        expect(third.info.totalCounters[JOB_COUNTER]).toEqual(jobCountersTold(third.events));
        expect(third.info.amInfos.map(({ applicationAttemptId: id }) => id.slice(-1)).join('')).toMatch(/^1?2?3$/);
      },
    ),
    { numRuns: 20 },
  );
});

test('what came back stands in the new history with its own numbers, nodes and ports; new attempts count from 1000', async () => {
  using dir = tempDir();
  const first = await attemptAfter(join(dir.path, 'a'), []);
  const upToMaps = first.events.findIndex(({ type }) => type === 'REDUCE_ATTEMPT_STARTED');
  const text = `${first.text
    .split('\n')
    .slice(0, upToMaps + 1)
    .join('\n')}\n`;
  const second = await attemptAfter(join(dir.path, 'b'), [text]);
  expect(second.started).toEqual([`${r0}_1000`]);
  expect(second.commits).toEqual(['setup', 'commit']);
  expect(second.info.launchTimeMs).toBe(first.info.launchTimeMs);
  for (const [id, task] of first.info.tasks) {
    if (task.taskType === 'REDUCE') continue;
    const again = second.info.tasks.get(id);
    expect(again?.startTimeMs).toBe(task.startTimeMs);
    expect([...(again?.attempts.values() ?? [])]).toEqual([...task.attempts.values()]);
  }
});

test('a reduce comes back with its output, brought back first; one whose output is lost runs again', async () => {
  using dir = tempDir();
  const first = await attemptAfter(join(dir.path, 'a'), []);
  const [kept, lost] = [join(dir.path, 'b'), join(dir.path, 'c')];
  const text = cut(first.text, 1);
  const second = await attemptAfter(kept, [text]);
  expect(second.started).toEqual([]);
  expect(second.commits).toEqual([`recover ${r0}_0`, 'setup', 'commit']);
  const recoverTask = (): Promise<void> => Promise.reject(new Error('gone'));
  const third = await attemptAfter(lost, [text], { committer: { recoverTask } });
  expect(third.started).toEqual([`${r0}_1000`]);
  expect(
    third.info.tasks.get(taskOf(`${r0}_0` as TaskAttemptId))?.attempts.get(`${r0}_0` as TaskAttemptId),
  ).toMatchObject({
    state: 'KILLED',
    error: expect.stringContaining('gone') as string,
  });
});

describe('nothing is taken over, and what was left of output stays until the job ends,', () => {
  const off = { ...SLOW_START, 'yarn.app.mapreduce.am.job.recovery.enable': 'false' };
  it.each<[string, Partial<StandOptions>]>([
    ['where it is switched off', { properties: off }],
    ['where the submitter gave no key to the map output', { withSecret: false }],
    ['where the committer cannot', { committer: { isRecoverySupported: false } }],
  ])('%s', async (_, options) => {
    using dir = tempDir();
    const first = await attemptAfter(join(dir.path, 'a'), []);
    const second = await attemptAfter(join(dir.path, 'b'), [cut(first.text, 1)], options);
    expect(second.started.sort()).toEqual([`${m0}_1000`, `${m1}_1000`, `${m2}_1000`, `${r0}_1000`]);
    expect(second.commits).toEqual(['setup', 'commit']);
    expect(second.info.amInfos).toHaveLength(2);
  });

  it('where the history is none; the job runs anew', async () => {
    using dir = tempDir();
    const second = await attemptAfter(join(dir.path, 'b'), ['no history']);
    expect(second.started).toHaveLength(4);
    expect(second.commits).toEqual(['setup', 'commit']);
  });
});

describe('a commit that the AppMaster before was torn from', () => {
  const REPEATABLE = { committer: { isCommitJobRepeatable: true } };
  const marked = (text: string, ...markers: string[]): Partial<StandOptions> => ({
    prepareStaging: (staging) => {
      writeFileSync(join(staging, `${job}_1.jhist.jsonl`), text);
      for (const marker of markers) writeFileSync(join(staging, marker), '');
    },
  });

  it('is repeated without a task running again, where the committer can', async () => {
    using dir = tempDir();
    const first = await attemptAfter(join(dir.path, 'a'), []);
    const text = cut(first.text, 1);
    const second = await attemptAfter(join(dir.path, 'b'), [text], {
      ...marked(text, 'COMMIT_STARTED'),
      ...REPEATABLE,
    });
    expect(second.started).toEqual([]);
    expect(second.commits).toEqual([`recover ${r0}_0`, 'setup', 'commit']);
    expect(second.info.totalCounters).toEqual(first.info.totalCounters);
  });

  it('that was done ends the application with all counters it would have had', async () => {
    using dir = tempDir();
    const first = await attemptAfter(join(dir.path, 'a'), []);
    const text = cut(first.text, 1);
    const done = marked(text, 'COMMIT_STARTED', 'COMMIT_SUCCESS');
    const second = await attemptAfter(join(dir.path, 'b'), [text], done);
    expect(second.started).toEqual([]);
    expect(second.commits).toEqual([]);
    expect(second.info.totalCounters).toEqual(first.info.totalCounters);
    expect(second.info.amInfos).toHaveLength(2);
  });

  it('an uber job whose reduces had all succeeded runs none of its maps again', async () => {
    using dir = tempDir();
    const uber = { properties: { ...SLOW_START, 'mapreduce.job.ubertask.enable': 'true' } };
    const first = await attemptAfter(join(dir.path, 'a'), [], uber);
    expect(first.info.uberized).toBe(true);
    const second = await attemptAfter(join(dir.path, 'b'), [cut(first.text, 1)], uber);
    expect(second.started).toEqual([]);
    expect(second.info.totalCounters).toEqual(first.info.totalCounters);
    const text = first.text.split('\n').slice(
      0,
      first.events.findIndex(({ type }) => type === 'REDUCE_ATTEMPT_FINISHED'),
    );
    const third = await attemptAfter(join(dir.path, 'c'), [`${text.join('\n')}\n`], uber);
    expect(third.started.toSorted()).toEqual([`${m0}_1000`, `${m1}_1000`, `${m2}_1000`, `${r0}_1000`]);
  });
});
