/**
 * drawPlan: a plan from a seed. Swarm options: which kinds of fault a run knows, and how many, is drawn first, so that a run has a few habits
 * and not a little of everything. What is not promised is not drawn (docs/simulation.md, "Not promised").
 */
import { RM_HOST } from '../cluster/resource-manager.js';
import { Draws } from '../random.js';
import {
  ALLOCATION_EXPIRY,
  AM_EXPIRY,
  FAULT_KINDS,
  NM_EXPIRY,
  PHASES,
  type Fault,
  type FaultKind,
  type JobPlan,
  type MapReduceJobPlan,
  type NodePlan,
  type Plan,
} from './plan.js';

/** Attempts of an AM that no plan uses up. */
export const MANY_ATTEMPTS = 100;

/** `kind`: every fault is of this one. */
export function drawPlan(seed: number, kind?: FaultKind): Plan {
  const draws = new Draws(seed);
  const nodes = drawNodes(draws);
  const chaosMs = draws.between(20_000, 120_000, 'chaos');
  const properties = drawProperties(draws);
  const nodeManager = draws.chance(700, 'real nodes?') ? 'real' : 'scripted';
  const [amExpiryMs, nmExpiryMs] = [Number(properties[AM_EXPIRY]), Number(properties[NM_EXPIRY])];
  const jobs = drawJobs(draws, chaosMs, nodeManager, Math.trunc(Math.min(amExpiryMs, nmExpiryMs) / 3));
  const kinds = kind === undefined ? FAULT_KINDS : [kind];
  const faults = drawFaults(draws, kinds, nodes, jobs, chaosMs, amExpiryMs, nmExpiryMs);
  const lost = draws.pick(nodes, 'permanent').host;
  const mayLose = draws.chance(500, 'permanent?') && isEnoughWithout(lost, nodes, jobs.length);
  const lostForEver = mayLose ? [lost] : [];
  return { seed, nodes, nodeManager, properties, jobs, chaosMs, faults, lostForEver };
}

/** What remains must have room for every AM and for tasks beside them: AMs are never preempted, in YARN neither. */
function isEnoughWithout(host: string, nodes: readonly NodePlan[], jobs: number): boolean {
  const left = nodes.filter((node) => node.host !== host);
  const memoryMb = left.reduce((sum, node) => sum + node.memoryMb, 0);
  const vcores = left.reduce((sum, node) => sum + node.vcores, 0);
  return memoryMb >= 2 * 2048 * jobs && vcores >= 2 * jobs;
}

function drawNodes(draws: Draws): readonly NodePlan[] {
  const count = draws.between(1, 5, 'nodes');
  return Array.from({ length: count }, (_, n) => ({
    host: `n${n + 1}`,
    memoryMb: 1024 * draws.between(3, 8, 'node memory', n),
    vcores: draws.between(3, 8, 'node cores', n),
    rackName: draws.chance(300, 'racks?') && n % 2 === 1 ? '/rack-b' : '/rack-a',
  }));
}

function drawProperties(draws: Draws): Readonly<Record<string, string>> {
  const most = draws.chance(700, 'short expiries?') ? 15 : 60;
  const amExpiryMs = draws.between(5, most, 'am expiry') * 1000;
  const nmExpiryMs = draws.between(5, most, 'nm expiry') * 1000;
  const properties: Record<string, string> = {
    [AM_EXPIRY]: String(amExpiryMs),
    [NM_EXPIRY]: String(nmExpiryMs),
    [ALLOCATION_EXPIRY]: String(draws.between(20, Math.max(20, most), 'allocation expiry') * 1000),
    'yarn.resourcemanager.am.max-attempts': String(MANY_ATTEMPTS),
    'yarn.scheduler.maximum-allocation-mb': '3072',
    'yarn.scheduler.maximum-allocation-vcores': '3',
  };
  const rolls = draws.chance(250, 'keys roll?');
  const seconds = rolls ? Math.ceil((3 * amExpiryMs) / 1000) + draws.between(1, 20, 'roll') : 86_400;
  for (const tokens of ['am-rm-tokens', 'nm-tokens', 'container-tokens']) {
    properties[`yarn.resourcemanager.${tokens}.master-key-rolling-interval-secs`] = String(seconds);
  }
  if (draws.chance(250, 'knobs?')) {
    if (draws.chance(250, 'knob heartbeat'))
      properties['yarn.resourcemanager.nodemanagers.heartbeat-interval-ms'] = draws.pick(['200', '3000'], 'heartbeat');
    if (draws.chance(250, 'knob wait'))
      properties['yarn.resourcemanager.work-preserving-recovery.scheduling-wait-ms'] = draws.pick(
        ['0', '30000'],
        'wait',
      );
    if (draws.chance(250, 'knob minimum')) properties['yarn.scheduler.minimum-allocation-mb'] = '1';
    if (draws.chance(250, 'knob blacklist'))
      properties['yarn.resourcemanager.am-scheduling.node-blacklisting-enabled'] = 'true';
    if (draws.chance(250, 'knob completed')) properties['yarn.resourcemanager.max-completed-applications'] = '1000';
  }
  return properties;
}

/** `commitWindowMs`: shorter than the time after which an AM is replaced, or what it allows is not fenced off from what its successor does. */
function drawJobs(
  draws: Draws,
  chaosMs: number,
  nodeManager: Plan['nodeManager'],
  commitWindowMs: number,
): readonly JobPlan[] {
  const count = draws.between(1, 5, 'jobs');
  return Array.from({ length: count }, (_, n): JobPlan => {
    const few = draws.chance(100, 'few attempts', n);
    const killed = draws.chance(80, 'killed', n);
    const submitAtMs = draws.between(0, Math.trunc(chaosMs / 2), 'submit', n);
    const base = {
      user: draws.pick(['alice', 'bob', 'carol'], 'user', n),
      submitAtMs,
      ...(killed && { killAtMs: submitAtMs + draws.between(10, 20_000, 'kill at', n) }),
      maxAppAttempts: few ? draws.between(1, 3, 'attempts', n) : MANY_ATTEMPTS,
    };
    if (nodeManager === 'real' && draws.chance(700, 'mapreduce?', n))
      return { ...base, ...drawMapReduce(draws, n, commitWindowMs) };
    return {
      ...base,
      kind: 'custom',
      containers: draws.between(0, 12, 'containers', n),
      taskMs: draws.pick([50, 500, 2000, 8000], 'task ms', n),
      failures: draws.chance(200, 'fails?', n) ? draws.between(1, 3, 'failures', n) : 0,
    };
  });
}

type MapReduceShape = Omit<MapReduceJobPlan, 'user' | 'submitAtMs' | 'killAtMs' | 'maxAppAttempts'>;

function drawMapReduce(draws: Draws, n: number, commitWindowMs: number): MapReduceShape {
  const uber = draws.chance(200, 'uber?', n);
  const maps = draws.between(0, uber ? 4 : 12, 'maps', n);
  const reduces = draws.between(0, uber ? 1 : 4, 'reduces', n);
  const fates: Record<string, 'fail' | 'crash' | 'hang'> = {};
  if (draws.chance(300, 'fates?', n)) {
    for (let fate = 0; fate < 2; fate++) {
      const isMap = reduces === 0 || draws.chance(600, `fate ${fate} map?`, n);
      const of = isMap ? maps : reduces;
      if (of === 0) continue;
      const task = draws.below(of, `fate ${fate} task`, n);
      fates[`${isMap ? 'm' : 'r'}_${task}_0`] = draws.pick(['fail', 'crash', 'hang'] as const, `fate ${fate}`, n);
    }
  }
  return {
    kind: 'mapreduce',
    maps,
    reduces,
    uber,
    mapMs: draws.pick([100, 1000, 4000, 10_000], 'map ms', n),
    reduceMs: draws.pick([100, 1000, 5000], 'reduce ms', n),
    fates,
    properties: {
      'mapreduce.task.timeout': String(draws.between(20, 40, 'task timeout', n) * 1000),
      // On a full cluster the tasks that wait for a new AppMaster hold the place it needs, until their patience ends.
      'bobbin.task.appmaster-wait-ms': '90000',
      'yarn.app.mapreduce.am.job.committer.commit-window': String(commitWindowMs),
      // Reduces that wait for every map leave a time between the two.
      'mapreduce.job.reduce.slowstart.completedmaps': draws.pick(['0.05', '1.0'], 'slowstart', n),
      'mapreduce.map.maxattempts': '100',
      'mapreduce.reduce.maxattempts': '100',
    },
  };
}

function drawFaults(
  draws: Draws,
  known: readonly FaultKind[],
  nodes: readonly NodePlan[],
  jobs: readonly JobPlan[],
  chaosMs: number,
  amExpiryMs: number,
  nmExpiryMs: number,
): readonly Fault[] {
  const habits = draws.between(0, 5, 'habits');
  const kinds = Array.from({ length: habits }, (_, n) => draws.pick(known, 'habit', n));
  const faults: Fault[] = [];
  for (const [habit, kind] of kinds.entries()) {
    const times = draws.between(1, 4, 'times', habit);
    for (let time = 0; time < times; time++) {
      const id = `f${habit}.${time}`;
      const at = (stream: string): string => `${id}/${stream}`;
      const host = draws.chance(300, at('rm?')) ? RM_HOST : draws.pick(nodes, at('host')).host;
      const node = draws.pick(nodes, at('node')).host;
      const peer = host === RM_HOST ? node : RM_HOST;
      const expiryMs = draws.pick([amExpiryMs, nmExpiryMs], at('expiry'));
      const around = draws.pick([0, 1000, expiryMs - 1, expiryMs + 1, expiryMs + 3000], at('restart'));
      faults.push({
        id,
        kind,
        atMs: draws.below(chaosMs, at('at')),
        ...details(draws, kind, { id, host, peer, node, around, jobs: jobs.length, expiryMs }),
        ...aim(draws, id, kind, jobs),
      });
    }
  }
  return faults;
}

const AIMS = [...PHASES, 'between', 'commit', 'commit', 'after'] as const;

/** Half of the faults of plans with a MapReduce job are aimed at a phase of it: those that are short would hardly be met by chance. */
function aim(draws: Draws, id: string, kind: FaultKind, jobs: readonly JobPlan[]): Partial<Fault> {
  const at = (stream: string): string => `${id}/${stream}`;
  const indexes = [...jobs.keys()].filter((index) => jobs[index]?.kind === 'mapreduce');
  if (indexes.length === 0 || !draws.chance(500, at('aimed?'))) return {};
  const phase = draws.pick(AIMS, at('phase'));
  const when = { job: draws.pick(indexes, at('aim')), phase };
  const isShort = phase === 'between' || phase === 'commit' || phase === 'after';
  const atMs = draws.pick(isShort ? [0, 0, 1, 2, 5, 10, 30] : [0, 0, 1, 5, 30, 300, 1000], at('after'));
  return { when, atMs, ...(kind === 'kill-at-point' && { point: draws.between(1, 20, at('near point')) }) };
}

interface Given {
  readonly id: string;
  /** A node or the ResourceManager's machine. */
  readonly host: string;
  readonly peer: string;
  readonly node: string;
  /** A time that an expiry may hang on. */
  readonly around: number;
  readonly expiryMs: number;
  readonly jobs: number;
}

function details(draws: Draws, kind: FaultKind, given: Given): Partial<Fault> {
  const { id, host, peer, node, around, expiryMs, jobs } = given;
  const at = (stream: string): string => `${id}/${stream}`;
  const forMs = draws.between(500, 30_000, at('for'));
  switch (kind) {
    case 'slow-link':
    case 'reorder-calls':
    case 'late-request':
    case 'lose-reply':
    case 'refuse-calls': {
      const everywhere = draws.chance(400, at('everywhere'));
      const amount = draws.pick([20, 500, 5000, 20_000], at('ms'));
      return {
        forMs,
        perMille: draws.pick([20, 100, 300, 700], at('rate')),
        amount,
        ...(!everywhere && { host, peer }),
      };
    }
    case 'partition':
    case 'one-way':
      return { host, peer, forMs: draws.pick([forMs, expiryMs + 2000], at('long?')) };
    case 'isolate':
      return { host, forMs };
    case 'clog':
      return { host, peer, forMs, amount: draws.pick([200, 2000, 8000], at('ms')) };
    case 'swizzle':
      return { forMs, amount: draws.pick([500, 3000], at('ms')) };
    case 'half-open':
    case 'reboot-node':
      return { host: node, forMs: Math.max(500, around) };
    case 'power-cut':
      return { host, forMs: Math.max(500, around) };
    case 'kill-rm':
    case 'kill-all':
      return { restartMs: around };
    case 'kill-nm':
      return { host: node, restartMs: around };
    case 'kill-am':
    case 'kill-task':
      return {};
    case 'kill-at-point': {
      const role = draws.pick(['rm', 'rm', 'nm', 'am'] as const, at('role'));
      const most = role === 'rm' ? 400 : 60;
      return {
        role,
        instance: draws.between(0, 3, at('instance')),
        point: draws.between(1, most, at('point')),
        restartMs: around,
        atMs: 0,
      };
    }
    case 'pause-rm':
    case 'pause-am':
    case 'pause-task':
      return { forMs: draws.pick([forMs, expiryMs + 3000], at('long?')) };
    case 'pause-nm':
      return { host: node, forMs: draws.pick([forMs, expiryMs + 3000], at('long?')) };
    case 'slow-node':
      return { host, forMs, amount: draws.pick([3, 10], at('times')) };
    case 'clock-skew':
      return { host, forMs, amount: draws.pick([-2000, -500, 500, 2000], at('ms')) };
    case 'clock-step':
      return { host, amount: draws.pick([-2000, -1000, 1000, 2000], at('ms')) };
    case 'clock-step-all':
      return { amount: draws.pick([-3_600_000, -10_000, 10_000, 3_600_000], at('ms')) };
    case 'clock-drift':
      return { host, amount: draws.pick([-10_000, 10_000], at('ppm')) };
    case 'disk-full':
      // Shorter than it takes to use up a task's attempts on that machine.
      return { host, forMs: Math.min(forMs, 10_000) };
    case 'kill-job':
    case 'fail-attempt':
    case 'submit-again':
      return { amount: draws.below(jobs, at('job')) };
  }
}
