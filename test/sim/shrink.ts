/**
 * shrink: the smallest plan that still breaks the same rule: fewer faults, jobs and nodes, settings at their defaults, tried one at a time until
 * nothing more can go. All draws are functions of names, so what stays is not moved by what goes.
 */
import type { Plan } from './faults/plan.js';
import { runPlan } from './run.js';

/** What is left, the rule it breaks, and how many runs that took. Undefined where the plan breaks none. */
export async function shrink(plan: Plan): Promise<{ plan: Plan; rule: string; runs: number } | undefined> {
  let runs = 0;
  const broken = async (candidate: Plan): Promise<string | undefined> => {
    runs++;
    return (await runPlan(candidate)).violations[0]?.rule;
  };
  const rule = await broken(plan);
  if (rule === undefined) return undefined;
  let smallest = plan;
  for (let smaller = true; smaller;) {
    smaller = false;
    for (const candidate of candidates(smallest)) {
      if ((await broken(candidate)) !== rule) continue;
      smallest = candidate;
      smaller = true;
      break;
    }
  }
  return { plan: smallest, rule, runs };
}

/** Each with one thing less, the largest steps first. */
function* candidates(plan: Plan): Iterable<Plan> {
  const { faults, jobs, nodes, lostForEver, properties } = plan;
  const half = Math.ceil(faults.length / 2);
  if (faults.length > 2) {
    yield { ...plan, faults: faults.slice(half) };
    yield { ...plan, faults: faults.slice(0, half) };
  }
  for (const fault of faults) yield { ...plan, faults: faults.filter((other) => other !== fault) };
  if (lostForEver.length > 0) yield { ...plan, lostForEver: [] };
  // A fault of a user names its job by its place: only the last can go.
  if (jobs.length > 1) yield { ...plan, jobs: jobs.slice(0, -1) };
  const named = new Set([...lostForEver, ...faults.flatMap(({ host, peer }) => [host, peer])]);
  for (const node of nodes) {
    if (nodes.length > 1 && !named.has(node.host)) yield { ...plan, nodes: nodes.filter((other) => other !== node) };
  }
  for (const [index, job] of jobs.entries()) {
    if (job.kind !== 'mapreduce') continue;
    const less = { ...job, maps: job.maps >> 1, reduces: job.reduces >> 1 };
    if (less.maps + less.reduces < job.maps + job.reduces) yield { ...plan, jobs: jobs.with(index, less) };
    if (Object.keys(job.fates).length > 0) yield { ...plan, jobs: jobs.with(index, { ...job, fates: {} }) };
  }
  for (const name of Object.keys(properties)) {
    // Without them a run has production's expiries, which are hours of virtual time.
    if (/expiry|max-attempts|maximum-allocation/.test(name)) continue;
    yield { ...plan, properties: Object.fromEntries(Object.entries(properties).filter(([other]) => other !== name)) };
  }
}
