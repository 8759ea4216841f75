/**
 * runPlan: one life of a cluster in three phases. A, chaos: faults, and what must never happen. B, heal: faults end, but for what is lost for
 * ever, and every accepted job must end in a bounded time, as it should (L1). C, rest: three expiries in which nothing but heartbeats may run.
 */
import { takeArcs } from './arcs.js';
import { addCoverage, emptyCoverage, type Coverage } from './coverage.js';
import { Injector } from './faults/inject.js';
import { longestExpiryMs, type Plan } from './faults/plan.js';
import { activate } from './guards.js';
import type { Violation } from './simulator.js';
import { Trace } from './trace.js';
import { World } from './world.js';

export interface RunOptions {
  /** Keeps the text of the last events, or of all. */
  readonly trace?: 'tail' | 'all';
  /** Ends after this many events. */
  readonly untilEvent?: number;
  /** Keeps every point of death that was passed. */
  readonly recordPoints?: boolean;
}

export interface RunResult {
  readonly seed: number;
  /** Equal for equal runs. */
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  readonly trace: readonly string[];
  readonly points: World['passed'];
  /** Last words about the cluster, for a reader of a failure. */
  readonly state: readonly string[];
}

/** Beyond it, a run goes in a circle. */
const MOST_EVENTS = 2_000_000;

/** To be awaited before another run begins: guards know one world. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const trace = new Trace(options.trace);
  const world = new World(plan, trace);
  world.recordPoints = options.recordPoints ?? false;
  const { sim } = world;
  takeArcs();
  activate(sim);
  try {
    await phases(world, Math.min(options.untilEvent ?? MOST_EVENTS, MOST_EVENTS));
    if (sim.events >= MOST_EVENTS) sim.fail('S11', `more than ${MOST_EVENTS} events`);
    const stopped = options.untilEvent !== undefined && sim.events >= options.untilEvent;
    const state = world.describe();
    if (!stopped) world.finish();
    const { seed } = plan;
    const { violations, events, nowMs: virtualMs } = sim;
    const { coverage, passed: points } = world;
    addCoverage(coverage, { ...emptyCoverage(), arcs: takeArcs() });
    return { seed, hash: trace.hash, events, virtualMs, violations, coverage, trace: trace.text(), points, state };
  } finally {
    activate(undefined);
    world.dispose();
  }
}

async function phases(world: World, maxEvents: number): Promise<void> {
  const { sim, plan, client } = world;
  const injector = new Injector(world);
  if (world.recordPoints) {
    // What a sweep goes through ends a little after the last job: at rest there is nothing to lose.
    await sim.run(plan.chaosMs, () => client.allEnded, maxEvents);
    await sim.run(Math.min(plan.chaosMs, sim.nowMs + AFTER_MS), undefined, maxEvents);
    world.recordPoints = false;
  }
  await sim.run(plan.chaosMs, undefined, maxEvents);
  world.phase = 'heal';
  injector.heal();
  world.heal();
  const boundMs =
    3 * longestExpiryMs(plan) + 4 * world.faultFreeMs() + SETTLE_MS + (plan.lostForEver.length > 0 ? STOP_MS : 0);
  const ended = await sim.run(plan.chaosMs + boundMs, () => client.allEnded, maxEvents);
  if (sim.violations.length > 0 || sim.events >= maxEvents) return;
  if (!ended) {
    for (const { applicationId, acknowledged, ended: over, state, job } of client.ledger) {
      if (!over)
        sim.fail(
          'L1',
          `${job.name} (${applicationId}) is ${acknowledged ? state : 'not accepted'} ${boundMs} ms after the faults`,
        );
    }
    return;
  }
  for (const { job, report, applicationId, wasHurt } of client.ledger) {
    if (job.expects !== 'any' && !wasHurt && report?.finalApplicationStatus !== job.expects)
      sim.fail(
        'L1',
        `${job.name} (${applicationId}) ended ${report?.finalApplicationStatus}, not ${job.expects}: ${report?.diagnostics}`,
      );
  }
  world.phase = 'rest';
  await sim.run(sim.nowMs + 3 * longestExpiryMs(plan), undefined, maxEvents);
}

/** For what is cleaned up after a job. */
const AFTER_MS = 2500;
/** Connections that hang until their keepalive, retries, a scheduler that waits for nodes after a restart. */
const SETTLE_MS = 180_000;
/** So long a node that never comes back is asked to stop what ran there (`yarn.client.nodemanager-connect.max-wait-ms`), before its task runs again. */
const STOP_MS = 190_000;
