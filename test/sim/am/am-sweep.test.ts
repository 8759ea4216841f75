/**
 * The AppMaster's sweep: whatever the moment of its death, the job succeeds with the same bytes, no task of it begins twice, and nothing stays.
 * One point of three here; `npm run sim -- --sweep` goes through all.
 */
import { Draws } from '../random.js';
import { runJob, type JobRun } from './am-world.js';
import { wrongWith } from './job-verdict.js';
import type { SimJob } from './stage-job.js';

// Hundreds of runs, on a machine that may be busy.
jest.setTimeout(120_000);

const STRIDE = 3;

const IN_CONTAINERS: SimJob = { user: 'alice', maps: 2, reduces: 1, uber: false, mapMs: 1000, reduceMs: 1000 };

/** An AM that died after its goodbye leaves its staging folder to the sweep of its user's next client. */
function mayLeaveStaging(run: JobRun, death: number): boolean {
  return (
    death > run.points.lastIndexOf('send finishApplicationMaster', death) &&
    run.points.slice(0, death).includes('send finishApplicationMaster')
  );
}

test('a job ends right without a death, and the same way twice', async () => {
  const run = await runJob(IN_CONTAINERS);
  expect(wrongWith(run, IN_CONTAINERS)).toEqual([]);
  expect((await runJob(IN_CONTAINERS)).traceHash).toBe(run.traceHash);
});

test('a job ends right, and no task of it runs again, wherever its AppMaster dies', async () => {
  const { points } = await runJob(IN_CONTAINERS);
  const problems: string[] = [];
  for (let death = 0; death < points.length; death += STRIDE) {
    const run = await runJob(IN_CONTAINERS, { deaths: [death] });
    const wrong = wrongWith(run, IN_CONTAINERS).filter(
      (one) => !(one.startsWith('staged') && mayLeaveStaging(run, death)),
    );
    problems.push(...wrong.map((one) => `death ${death} at ${points[death] ?? ''}: ${one}`));
  }
  expect(problems).toEqual([]);
});

test('a job ends right where its AppMasters die again and again', async () => {
  const problems: string[] = [];
  for (let seed = 1; seed <= 10; seed++) {
    const draws = new Draws(seed);
    const { points } = await runJob(IN_CONTAINERS, { seed });
    const first = draws.below(points.length - 20, 'first death');
    const deaths = [first, first + draws.between(1, 120, 'second death')];
    const run = await runJob(IN_CONTAINERS, { seed, deaths });
    const wrong = wrongWith(run, IN_CONTAINERS).filter((one) => !one.startsWith('staged'));
    problems.push(...wrong.map((one) => `seed ${seed}, deaths ${deaths.join(', ')}: ${one}`));
  }
  expect(problems).toEqual([]);
});
