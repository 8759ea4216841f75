/**
 * Sweep: fixed scenarios without chance of their own; first a run without a fault, whose points of death are counted, then one run for each
 * point with the death placed there, and one in some with a second death while it recovers. Exhaustive for one death: what random seeds
 * are worth is on top of it.
 */
import {
  ALLOCATION_EXPIRY,
  AM_EXPIRY,
  NM_EXPIRY,
  type Fault,
  type CustomJobPlan,
  type JobPlan,
  type MapReduceJobPlan,
  type NodePlan,
  type Plan,
} from './faults/plan.js';
import type { Role } from './machine.js';
import { Draws } from './random.js';
import { runPlan } from './run.js';

/** A death of a sweep. */
export interface Death {
  readonly scenario: string;
  readonly role: Role;
  readonly instance: number;
  readonly point: number;
  readonly name: string;
  readonly plan: Plan;
}

const node = (n: number, over: Partial<NodePlan> = {}): NodePlan => ({
  host: `n${n}`,
  memoryMb: 6144,
  vcores: 6,
  rackName: '/rack-a',
  ...over,
});

const custom = (over: Partial<CustomJobPlan> = {}): CustomJobPlan => ({
  kind: 'custom',
  user: 'alice',
  submitAtMs: 1000,
  containers: 3,
  taskMs: 1000,
  failures: 0,
  maxAppAttempts: 100,
  ...over,
});

const mapReduce = (over: Partial<MapReduceJobPlan> = {}): MapReduceJobPlan => ({
  kind: 'mapreduce',
  user: 'alice',
  submitAtMs: 1000,
  maps: 2,
  reduces: 1,
  uber: false,
  mapMs: 1000,
  reduceMs: 1000,
  fates: {},
  properties: {},
  maxAppAttempts: 100,
  ...over,
});

function scenario(jobs: readonly JobPlan[], over: Partial<Plan> = {}): Plan {
  return {
    seed: 1,
    nodes: [node(1), node(2)],
    nodeManager: 'real',
    properties: {
      [AM_EXPIRY]: '8000',
      [NM_EXPIRY]: '8000',
      [ALLOCATION_EXPIRY]: '20000',
      'yarn.resourcemanager.am.max-attempts': '100',
    },
    jobs,
    chaosMs: 30_000,
    faults: [],
    lostForEver: [],
    ...over,
  };
}

/** By name. */
export const SCENARIOS: Readonly<Record<string, Plan>> = {
  'one custom job': scenario([custom()]),
  'one custom job, scripted node': scenario([custom()], { nodeManager: 'scripted', nodes: [node(1)] }),
  'a job without containers': scenario([custom({ containers: 0 })], { nodes: [node(1)] }),
  'tasks that fail': scenario([custom({ failures: 2 })]),
  'more than fits': scenario([custom({ containers: 9, taskMs: 500 })], {
    nodes: [node(1, { memoryMb: 3072, vcores: 3 })],
  }),
  'a job that is killed': scenario([custom({ taskMs: 20_000, killAtMs: 4000 })]),
  'a job that is killed as it starts': scenario([custom({ killAtMs: 1004 })]),
  'one attempt only': scenario([custom({ maxAppAttempts: 1 })]),
  'two jobs at once': scenario([custom({ containers: 2 }), custom({ user: 'bob', submitAtMs: 1002, containers: 2 })]),
  'one after the other': scenario([
    custom({ containers: 1, taskMs: 100 }),
    custom({ submitAtMs: 5000, containers: 1 }),
  ]),
  'a MapReduce job': scenario([mapReduce()]),
  'a map-only job': scenario([mapReduce({ reduces: 0, maps: 1 })], { nodes: [node(1)] }),
  'an uber job': scenario([mapReduce({ uber: true, maps: 1 })], { nodes: [node(1)] }),
  'a map that fails once': scenario([mapReduce({ fates: { m_0_0: 'fail' } })]),
};

/** Roles whose deaths are placed. */
const ROLES: readonly Role[] = ['rm', 'nm', 'am'];
const RESTART_MS = 500;

/** Every death of a scenario, in its order. Throws where the scenario fails without one. */
export async function deathsOf(name: string): Promise<readonly Death[]> {
  const plan = SCENARIOS[name];
  if (!plan) throw new Error(`no scenario '${name}'; there are: ${Object.keys(SCENARIOS).join(', ')}`);
  const { violations, points } = await runPlan(plan, { recordPoints: true });
  if (violations[0]) throw new Error(`scenario '${name}' fails without a death: ${violations[0].message}`);
  const draws = new Draws(points.length);
  const deaths: Death[] = [];
  for (const { role, instance, point, name: at } of points) {
    if (!ROLES.includes(role)) continue;
    const first: Fault = { id: 'first', kind: 'kill-at-point', atMs: 0, role, instance, point, restartMs: RESTART_MS };
    deaths.push({ scenario: name, role, instance, point, name: at, plan: { ...plan, faults: [first] } });
    if (role === 'am' || !draws.chance(200, 'twice?', deaths.length)) continue;
    // The next life of a daemon is the next process of its role.
    const next = role === 'rm' ? 1 : plan.nodes.length;
    const again = draws.between(1, 25, 'second', deaths.length);
    const second: Fault = { ...first, id: 'second', instance: next, point: again };
    deaths.push({
      scenario: name,
      role,
      instance,
      point,
      name: `${at}, again at ${again}`,
      plan: { ...plan, faults: [first, second] },
    });
  }
  return deaths;
}
