/**
 * What no order of events may break. Whatever happens in a random life of a job: no event without an arc, no task that fails
 * more often than it may, no job that hangs, counts that add up.
 */
import { parseTaskAttemptId } from '@bobbin/common';
import fc from 'fast-check';
import { drain, MAX_ATTEMPTS, play, scenario } from '../support/job-scenario.js';
import type { MRApp } from '../support/mr-app.js';

/** How many failures each task was charged with; one that comes when the task is over is not. */
function failures(app: MRApp): number[] {
  const charged = new Map<string, number>();
  for (const event of app.events) {
    if (event.type !== 'JOB_TASK_ATTEMPT_COMPLETED' || !event.status.endsWith('FAILED')) continue;
    const { taskId } = parseTaskAttemptId(event.attemptId);
    charged.set(taskId, (charged.get(taskId) ?? 0) + 1);
  }
  return [...charged.values()];
}

test('a job comes to an end, whatever comes when', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const app = await play(given);
      await drain(app);
      const end = app.job.internalState;
      await app.settle();
      app.clock.advance(1_000_000);
      await app.settle();

      expect(app.log.filter((line) => line.startsWith('Invalid event'))).toEqual([]);
      expect(['SUCCEEDED', 'FAILED', 'KILLED']).toContain(end);
      expect(app.job.internalState).toBe(end);
      expect(Math.max(0, ...failures(app))).toBeLessThanOrEqual(MAX_ATTEMPTS);

      const { numMaps, completedMaps, numReduces, completedReduces } = app.job;
      expect(completedMaps).toBeLessThanOrEqual(numMaps);
      expect(completedReduces).toBeLessThanOrEqual(numReduces);
      if (end === 'SUCCEEDED') expect([completedMaps, completedReduces]).toEqual([numMaps, numReduces]);

      const ends = app.history.filter(({ type }) => /^JOB_(FINISHED|FAILED|KILLED|ERROR)$/.test(type));
      expect(ends).toHaveLength(1);
      const started = app.history.filter(({ type }) => type.endsWith('_ATTEMPT_STARTED'));
      expect(new Set(started.map((event) => 'attemptId' in event && event.attemptId)).size).toBe(started.length);
    }),
    { numRuns: 150 },
  );
});

test('every attempt that ever asked for a container got it or gave the request back', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const app = await play(given);
      await drain(app);
      await app.settle();
      const needs = new Map<string, number>();
      for (const event of app.events) {
        if (event.type !== 'TASK_CONTAINER_NEED_UPDATE') continue;
        needs.set(event.taskId, (needs.get(event.taskId) ?? 0) + event.delta);
      }
      expect([...needs.values()].filter((need) => need !== 0)).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
