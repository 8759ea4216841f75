/** Replay of histories: of Hadoop, of jobs with odd ways, and of histories that cannot have been. */
import type { HistoryEvent, TaskAttemptId } from '@bobbin/common';
import { parseJhist } from '@bobbin/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayHistory } from '../../src/replay/history-replay.js';
import { MRApp, type Behaviour } from '../support/mr-app.js';

const sample = (name: string): readonly HistoryEvent[] =>
  parseJhist(readFileSync(join(__dirname, `../../../common/test/data/history/hadoop-3.4.2-${name}.jhist`))).events;

/** The history of a job in which each attempt behaves so. */
async function historyOf(
  shape: { readonly maps: number; readonly reduces: number },
  behaviour: (attemptId: TaskAttemptId) => Behaviour,
  meanwhile: (app: MRApp) => void | Promise<void> = () => undefined,
): Promise<HistoryEvent[]> {
  const app = new MRApp({ ...shape, behaviour });
  await app.run();
  await meanwhile(app);
  await app.settle();
  const am = sample('wordcount-succeeded.json').filter(({ type }) => type === 'AM_STARTED');
  return [...am, ...app.history];
}

test.each([
  ['wordcount-succeeded.json', 'SUCCEEDED'],
  ['wordcount-succeeded.binary', 'SUCCEEDED'],
  ['terasort-failed.binary', 'FAILED'],
])('what Hadoop did in %s, our machines do', (name, state) => {
  expect(replayHistory(sample(name)).jobState).toBe(state);
});

test('a random job, whatever its attempts do, replays to the state it reached', async () => {
  const words: Behaviour[] = ['succeed', 'fail', 'failFast', 'die', 'succeed', 'succeed'];
  for (let seed = 0; seed < 200; seed++) {
    const behaviour = (id: TaskAttemptId): Behaviour => {
      const [, task = 0, attempt = 0] = /_(\d+)_(\d+)$/.exec(id)?.map(Number) ?? [];
      const isMap = id.includes('_m_');
      return words[(seed * 7 + task * (seed % 5) + attempt * 3 + (isMap ? 1 : 0)) % words.length] ?? 'succeed';
    };
    const events = await historyOf({ maps: 1 + (seed % 4), reduces: seed % 3 }, behaviour);
    const end = events.at(-1)?.type;
    const { jobState } = replayHistory(events);
    expect([seed, `JOB_${jobState.replace('SUCCEEDED', 'FINISHED')}`]).toEqual([seed, end]);
  }
});

test('a job killed while its tasks run replays to KILLED', async () => {
  const events = await historyOf(
    { maps: 3, reduces: 1 },
    () => 'hang',
    (app) => app.dispatch({ domain: 'job', type: 'JOB_KILL' }),
  );
  expect(events.at(-1)?.type).toBe('JOB_KILLED');
  expect(replayHistory(events).jobState).toBe('KILLED');
});

test('a map that runs again because its output was lost replays', async () => {
  const events = await historyOf(
    { maps: 2, reduces: 1 },
    (id) => (id.includes('_r_') ? 'hang' : 'succeed'),
    async (app) => {
      const attemptId = app.attemptId('MAP', 0);
      const reduceId = app.attemptId('REDUCE', 0);
      app.dispatch({ domain: 'taskattempt', type: 'TA_TOO_MANY_FETCH_FAILURE', attemptId, reduceId, reduceHost: 'h' });
      await app.settle();
    },
  );
  expect(events.filter(({ type }) => type === 'MAP_ATTEMPT_STARTED')).toHaveLength(3);
  expect(replayHistory(events).jobState).toBe('RUNNING');
});

test('the first record that the machines do not agree with is named, with both views', () => {
  const events = sample('wordcount-succeeded.json');
  const forged = events.map((event) => (event.type === 'JOB_FINISHED' ? { ...event, finishedMaps: 3 } : event));
  expect(() => replayHistory(forged)).toThrow(
    'event 18, JOB_FINISHED of job_1795255153792_0001, differs: its finishedMaps is 3, that of the machines 2',
  );
  const early = [...events.slice(0, 8), ...events.slice(-1)];
  expect(() => replayHistory(early)).toThrow(
    'event 9, JOB_FINISHED of job_1795255153792_0001, differs: the machines do not write it: job is RUNNING',
  );
});

test('nothing, and a job that never began, replay to where they are', () => {
  expect(replayHistory([])).toEqual({ events: 0, steps: 0, jobState: 'NEW' });
  expect(replayHistory(sample('wordcount-succeeded.json').slice(0, 3)).jobState).toBe('INITED');
});
