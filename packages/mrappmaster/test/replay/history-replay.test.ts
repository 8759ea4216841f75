/** Replay of histories: of Hadoop, of jobs with odd ways, and of histories that cannot have been. */
import type { HistoryEvent, TaskAttemptId } from '@bobbin/common';
import { parseJhist } from '@bobbin/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { HistoryReplayError } from '../../src/errors.js';
import { replayHistory } from '../../src/replay/history-replay.js';
import { drain, play, scenario } from '../support/job-scenario.js';
import { MRApp, type Behaviour } from '../support/mr-app.js';

const sample = (name: string): readonly HistoryEvent[] =>
  parseJhist(readFileSync(join(__dirname, `../../../common/test/data/history/hadoop-3.4.2-${name}.jhist`))).events;

/** Of an AppMaster whose job has the id of MRApp. */
const am = sample('wordcount-succeeded.json').slice(0, 1);

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
  return [...am, ...app.history];
}

test.each([
  ['wordcount-succeeded.json', 'SUCCEEDED'],
  ['wordcount-succeeded.binary', 'SUCCEEDED'],
  ['terasort-failed.binary', 'FAILED'],
])('what Hadoop did in %s, our machines do', (name, state) => {
  expect(replayHistory(sample(name)).jobState).toBe(state);
});

/**
 * What a history does not tell (a wish to speculate, the end of an attempt without a container, a kill that came too late) is
 * guessed, and some lives defy every guess: these are the shares that must replay. The seed is fixed, so they are exact.
 */
test.each([
  ['to its end', true],
  ['to somewhere in the middle', false],
] as const)('nearly any life of a job, lived %s, replays to the state the job reached', async (_, toTheEnd) => {
  let agreed = 0;
  const lives = fc.sample(scenario, { numRuns: 300, seed: 42 });
  for (const life of lives) {
    const app = await play(life);
    if (toTheEnd) await drain(app);
    // The AppMaster writes nothing more once the job has ended.
    const end = app.history.findIndex(({ type }) => /^JOB_(FINISHED|FAILED|KILLED|ERROR)$/.test(type));
    const history = [...am, ...app.history.slice(0, end < 0 ? undefined : end + 1)];
    try {
      const { jobState } = replayHistory(history);
      if (!toTheEnd || jobState === app.job.internalState) agreed++;
    } catch (error) {
      expect(error).toBeInstanceOf(HistoryReplayError);
    }
  }
  expect(agreed / lives.length).toBeGreaterThan(0.93);
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
