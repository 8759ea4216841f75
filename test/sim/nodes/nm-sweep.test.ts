/** The NodeManager's sweep: whatever the moment of its death, a container runs once, its end is told, and nothing of it stays. */
import { Draws } from '../random.js';
import { SCENARIOS, wrong } from './nm-scenarios.js';
import { runNode } from './node-world.js';

// Hundreds of runs, on a machine that may be busy.
jest.setTimeout(120_000);

describe.each(Object.entries(SCENARIOS))('a container that %s', (_, scenario) => {
  test('ends right without a death, and the same way twice', async () => {
    const run = await runNode(scenario);
    expect(wrong(run, scenario.exitStatus, 'no death')).toEqual([]);
    expect((await runNode(scenario)).traceHash).toBe(run.traceHash);
    expect((await runNode(scenario, { seed: 2 })).traceHash).not.toBe(run.traceHash);
  });

  test('ends right wherever the NodeManager dies', async () => {
    const { points } = await runNode(scenario);
    const problems: string[] = [];
    for (let death = 0; death < points.length; death++) {
      const run = await runNode(scenario, { deaths: [death] });
      problems.push(...wrong(run, scenario.exitStatus, `death ${death} at ${points[death] ?? ''}`));
    }
    expect(problems).toEqual([]);
  });

  test('ends right where it dies again while it recovers, however soon it is back', async () => {
    const problems: string[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const draws = new Draws(seed);
      const { points } = await runNode(scenario, { seed });
      const first = draws.below(points.length, 'first death');
      const deaths = [first, first + draws.between(1, 25, 'second death')];
      const restartAfterMs = draws.pick([0, 500, 3000], 'restart');
      const run = await runNode(scenario, { seed, deaths, restartAfterMs });
      problems.push(...wrong(run, scenario.exitStatus, `seed ${seed}, deaths ${deaths.join(', ')}`));
    }
    expect(problems).toEqual([]);
  });
});
