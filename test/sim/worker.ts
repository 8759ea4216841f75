/**
 * One worker of the simulator: a plain Node process that gets its work as JSON in its last argument and writes one JSON object a line: a result
 * for each run that matters, and its sum at the end. Bundled by build.mjs.
 */
import { targetsOf, transitionTable } from '@bobbin/common';
import { machines } from './arcs.js';
import { addCoverage, emptyCoverage } from './coverage.js';
import { drawPlan } from './faults/draw-plan.js';
import type { FaultKind, Plan } from './faults/plan.js';
import { runPlan, type RunResult } from './run.js';
import { shrink } from './shrink.js';
import { deathsOf, SCENARIOS } from './sweep.js';

type Work =
  /** Every arc that the machines' tables have. */
  | { readonly mode: 'arcs' }
  | { readonly mode: 'shrink'; readonly seed?: number; readonly kind?: FaultKind; readonly plan?: Plan }
  /** Every `step`-th seed from `from` to `to`; one in `twice` is run two times. */
  | {
      readonly mode: 'seeds';
      readonly from: number;
      readonly to: number;
      readonly step: number;
      readonly twice: number;
      readonly kind?: FaultKind;
      /** Ends at the first failure. */
      readonly first?: boolean;
    }
  /** Every `step`-th death of the sweep from the `from`-th on, of all scenarios or of one. */
  | {
      readonly mode: 'sweep';
      readonly from: number;
      readonly step: number;
      readonly scenario?: string;
      readonly first?: boolean;
    }
  | {
      readonly mode: 'one';
      readonly seed?: number;
      readonly kind?: FaultKind;
      readonly plan?: Plan;
      readonly until?: number;
      readonly trace?: 'tail' | 'all';
    };

/** So many runs are told of at once. */
const NEWS = 100;

const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function seeds({ from, to, step, twice, first, kind }: Extract<Work, { mode: 'seeds' }>): Promise<void> {
  const sum = { runs: 0, events: 0, virtualMs: 0, coverage: emptyCoverage(), failed: 0 };
  for (let seed = from; seed <= to; seed += step) {
    const plan = drawPlan(seed, kind);
    const result = await runPlan(plan);
    sum.runs++;
    if (sum.runs % NEWS === 0) say({ ran: NEWS });
    sum.events += result.events;
    sum.virtualMs += result.virtualMs;
    addCoverage(sum.coverage, result.coverage);
    if (result.violations.length > 0) {
      sum.failed++;
      say({ failure: { seed, violations: result.violations } });
      if (first) break;
    }
    if (seed % twice === 0) {
      const again = await runPlan(plan);
      if (again.hash !== result.hash) say({ failure: { seed, violations: [await difference(plan)] } });
    }
  }
  say({ sum });
}

async function sweep({ from, step, scenario, first }: Extract<Work, { mode: 'sweep' }>): Promise<void> {
  const sum = { runs: 0, events: 0, virtualMs: 0, coverage: emptyCoverage(), failed: 0 };
  for (const name of scenario === undefined ? Object.keys(SCENARIOS) : [scenario]) {
    const deaths = await deathsOf(name);
    for (let n = from; n < deaths.length; n += step) {
      const death = deaths[n];
      if (!death) continue;
      const { violations, coverage, events, virtualMs } = await runPlan(death.plan);
      sum.runs++;
      sum.events += events;
      sum.virtualMs += virtualMs;
      addCoverage(sum.coverage, coverage);
      if (violations.length === 0) continue;
      sum.failed++;
      say({ failure: { death, violations } });
      if (first) return say({ sum });
    }
  }
  say({ sum });
}

/** Of the machines that a MapReduce job needs, which are all there are. */
async function allArcs(): Promise<readonly string[]> {
  const plan = SCENARIOS['a MapReduce job'];
  if (plan) await runPlan(plan);
  return [...machines.values()].flatMap((machine) => {
    const table = transitionTable(machine);
    return Object.entries(table).flatMap(([state, row]) =>
      Object.keys(row).flatMap((event) =>
        targetsOf(table, state, event).map((target) => `${machine.id} ${state} ${event}>${target}`),
      ),
    );
  });
}

/** The first line in which two runs of a plan differ. */
async function difference(plan: Plan): Promise<{ rule: string; message: string }> {
  const [a, b] = [await runPlan(plan, { trace: 'all' }), await runPlan(plan, { trace: 'all' })];
  const at = a.trace.findIndex((line, n) => line !== b.trace[n]);
  return { rule: 'SIM', message: `two runs differ at line ${at}: '${a.trace[at]}' and '${b.trace[at]}'` };
}

async function main(work: Work): Promise<void> {
  if (work.mode === 'seeds') return seeds(work);
  if (work.mode === 'sweep') return sweep(work);
  if (work.mode === 'arcs') return say({ arcs: await allArcs() });
  if (work.mode === 'shrink') return say({ shrunk: await shrink(work.plan ?? drawPlan(work.seed ?? 1, work.kind)) });
  const plan = work.plan ?? drawPlan(work.seed ?? 1, work.kind);
  const result: RunResult = await runPlan(plan, {
    ...(work.trace && { trace: work.trace }),
    ...(work.until !== undefined && { untilEvent: work.until }),
  });
  say({ plan, result: { ...result, points: undefined } });
}

await main(JSON.parse(process.argv[2] ?? '{}') as Work);
