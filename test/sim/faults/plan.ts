/**
 * Plan: everything a run is made of, as data: nodes, settings, jobs, faults, how the healing goes. Drawn from a seed (draw-plan.ts), cut down
 * by the shrinker, kept as a file where it once failed. The same plan gives the same run, whatever seed it came from: `seed` governs only the
 * small draws (delays, ties).
 */
import type { Role } from '../machine.js';

export const FAULT_KINDS = [
  // network
  'slow-link',
  'reorder-calls',
  'lose-reply',
  'late-request',
  'refuse-calls',
  'partition',
  'one-way',
  'isolate',
  'clog',
  'swizzle',
  'half-open',
  // processes
  'kill-rm',
  'kill-nm',
  'kill-am',
  'kill-task',
  'kill-all',
  'kill-at-point',
  'pause-rm',
  'pause-nm',
  'pause-am',
  'pause-task',
  // nodes and clocks
  'reboot-node',
  'power-cut',
  'slow-node',
  'clock-skew',
  'clock-step',
  'clock-step-all',
  'clock-drift',
  // disks
  'disk-full',
  // users
  'kill-job',
  'fail-attempt',
  'submit-again',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** How far a MapReduce job has come (phases.ts), in order: before its first map runs; until all maps are done; until a reduce runs; until all are done; until `_SUCCESS`; until the client knows. */
export const PHASES = ['before maps', 'maps', 'between', 'reduces', 'commit', 'after'] as const;

export type JobPhase = (typeof PHASES)[number];

export interface Fault {
  /** Unique in its plan: the name of its draws. */
  readonly id: string;
  readonly kind: FaultKind;
  /** Virtual ms; with `when`, after that. */
  readonly atMs: number;
  /** Begins when the job of this index comes into this phase, or never. `kill-at-point`: its `point` is counted from then on, over all processes of the role. */
  readonly when?: { readonly job: number; readonly phase: JobPhase };
  /** For those that last; absent where it is over at once. */
  readonly forMs?: number;
  /** A machine, by host. */
  readonly host?: string;
  /** The other machine. */
  readonly peer?: string;
  /** `kill-at-point`: dies at the `point`-th write or send (from 1) of the `instance`-th process (from 0) of this role, from `atMs` on. */
  readonly role?: Role;
  readonly instance?: number;
  readonly point?: number;
  /** How long a killed daemon stays away, ms. */
  readonly restartMs?: number;
  readonly perMille?: number;
  /** Meaning by kind: ms of delay or skew, ppm of drift, times slower, index of a job. */
  readonly amount?: number;
}

export interface NodePlan {
  readonly host: string;
  readonly memoryMb: number;
  readonly vcores: number;
  readonly rackName: string;
}

interface JobPlanBase {
  readonly user: string;
  readonly submitAtMs: number;
  readonly killAtMs?: number;
  readonly maxAppAttempts: number;
}

/** A scripted AppMaster that wants containers and nothing else. */
export interface CustomJobPlan extends JobPlanBase {
  readonly kind: 'custom';
  readonly containers: number;
  readonly taskMs: number;
  /** Containers that fail before the others succeed. */
  readonly failures: number;
}

/** The real MRAppMaster and children; the work of an attempt is a script. Needs real nodes. */
export interface MapReduceJobPlan extends JobPlanBase {
  readonly kind: 'mapreduce';
  readonly maps: number;
  readonly reduces: number;
  readonly uber: boolean;
  readonly mapMs: number;
  readonly reduceMs: number;
  /** What an attempt does in place of finishing, by `m_<number>_<attempt>` or `r_<number>_<attempt>`. */
  readonly fates: Readonly<Record<string, 'fail' | 'crash' | 'hang'>>;
  readonly properties: Readonly<Record<string, string>>;
}

export type JobPlan = CustomJobPlan | MapReduceJobPlan;

export interface Plan {
  readonly seed: number;
  readonly nodes: readonly NodePlan[];
  /** `real`: NMCore; `scripted`: by the protocol alone, which is cheaper. */
  readonly nodeManager: 'real' | 'scripted';
  /** Configuration of the daemons. */
  readonly properties: Readonly<Record<string, string>>;
  readonly jobs: readonly JobPlan[];
  /** Phase A, virtual ms. */
  readonly chaosMs: number;
  readonly faults: readonly Fault[];
  /** Machines that phase B does not bring back. */
  readonly lostForEver: readonly string[];
}

/** Milliseconds of a setting of the plan. */
export function settingMs(plan: Plan, name: string, otherwise: number): number {
  const text = plan.properties[name];
  return text === undefined ? otherwise : Number(text);
}

export const AM_EXPIRY = 'yarn.am.liveness-monitor.expiry-interval-ms';
export const NM_EXPIRY = 'yarn.nm.liveness-monitor.expiry-interval-ms';
export const ALLOCATION_EXPIRY = 'yarn.resourcemanager.rm.container-allocation.expiry-interval-ms';
export const HEARTBEAT = 'yarn.resourcemanager.nodemanagers.heartbeat-interval-ms';

/** The longest time after which somebody who is silent is given up. */
export function longestExpiryMs(plan: Plan): number {
  return Math.max(
    settingMs(plan, AM_EXPIRY, 900_000),
    settingMs(plan, NM_EXPIRY, 600_000),
    settingMs(plan, ALLOCATION_EXPIRY, 600_000),
  );
}
