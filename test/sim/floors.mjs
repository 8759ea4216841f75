/**
 * Floors: what runs must have reached, or they say nothing. `ci`: of 1,000 seeds; `full`: of 100,000. What stays below is a fault of the
 * test. Arcs, and phases of a job in which a kind of fault struck, are held against arcs/taken.json, which `--record` writes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { whyNever } from './arcs/never.mjs';

const TAKEN = new URL('arcs/taken.json', import.meta.url);

/** Least strikes per 1,000 seeds while a job ran, by kind; what is rare by its nature has a floor of its own. */
const FAULTS = { default: 20, 'submit-again': 5, 'fail-attempt': 5, 'kill-job': 10 };
const KINDS = [
  ...['slow-link', 'reorder-calls', 'lose-reply', 'late-request', 'refuse-calls', 'partition', 'one-way', 'isolate'],
  ...['clog', 'swizzle', 'half-open', 'kill-rm', 'kill-nm', 'kill-am', 'kill-task', 'kill-all', 'kill-at-point'],
  ...['pause-rm', 'pause-nm', 'pause-am', 'pause-task', 'reboot-node', 'power-cut', 'slow-node', 'clock-skew'],
  ...['clock-step', 'clock-step-all', 'clock-drift', 'disk-full', 'kill-job', 'fail-attempt', 'submit-again'],
];
const PHASES = ['before maps', 'maps', 'between', 'reduces', 'commit', 'after'];
/** Least strikes of all kinds together in one phase, per 1,000 seeds; and of one kind in one phase, per 100,000. */
const OF_PHASE = 60;
const OF_KIND_AND_PHASE = 20;

/** Least times per 1,000 seeds. */
const SOMETIMES = {
  'an AppMaster that was given up calls again': 20,
  'a container ends while its NodeManager is down': 20,
  'a container ends while the ResourceManager is down': 20,
  'a node is lost for ever while a job runs': 5,
  'a task goes on under another AppMaster': 20,
  'an AppMaster finds a commit that was begun': 5,
  'two attempts end within a millisecond': 20,
};

/** Least runs of 100,000 that take an arc which is on the list of `ci`. */
const OF_ARC = 20;
/** Recorded where so many of 1,000 runs reach it: what chance then hardly ever leaves out. */
const SURE = 10;

/**
 * @param {'ci' | 'full'} which
 * @param {number} runs
 * @param {Record<'faults' | 'phases' | 'arcs' | 'sometimes', Record<string, number>>} coverage
 * @param {readonly string[]} allArcs what the tables of the machines have
 * @returns {string[]} in words, what stayed below
 */
export function belowFloors(which, runs, coverage, allArcs) {
  const taken = JSON.parse(readFileSync(TAKEN, 'utf8'));
  const full = which === 'full';
  const thousands = full ? runs / 1000 : 1;
  const missing = [];
  const least = (what, n = 0, floor = 1) => {
    if (n < Math.floor(floor)) missing.push(`${what}: ${n} of ${Math.floor(floor)}`);
  };
  const ofLong = (floor) => (full ? Math.max(1, (floor * runs) / 100_000) : 1);
  for (const kind of KINDS) {
    least(`fault ${kind}`, coverage.faults[kind], (FAULTS[kind] ?? FAULTS.default) * thousands);
    if (!full) continue;
    for (const phase of PHASES)
      least(`fault ${kind} @ ${phase}`, coverage.phases[`${kind} @ ${phase}`], ofLong(OF_KIND_AND_PHASE));
  }
  for (const phase of PHASES) {
    const strikes = KINDS.reduce((sum, kind) => sum + (coverage.phases[`${kind} @ ${phase}`] ?? 0), 0);
    least(`faults @ ${phase}`, strikes, OF_PHASE * thousands);
  }
  if (!full) for (const name of taken.ci.phases) least(`fault ${name}`, coverage.phases[name]);
  for (const [name, floor] of Object.entries(SOMETIMES)) least(name, coverage.sometimes[name], floor * thousands);
  for (const arc of taken.ci.arcs) least(`arc ${arc}`, coverage.arcs[arc], ofLong(OF_ARC));
  if (full) for (const arc of taken.full.arcs) least(`arc ${arc}`, coverage.arcs[arc]);
  const listed = new Set([...taken.ci.arcs, ...taken.full.arcs, ...taken.rare.arcs]);
  const known = new Set(allArcs);
  for (const arc of listed) if (!known.has(arc)) missing.push(`arc ${arc}: the tables have none such: --record`);
  for (const arc of allArcs)
    if (!listed.has(arc) && whyNever(arc) === undefined)
      missing.push(`arc ${arc}: neither in taken.json nor in never.mjs`);
  return missing;
}

/** Writes arcs/taken.json anew. What was known as `full` or `rare` and is not met in these runs stays so. */
export function record(runs, coverage, allArcs) {
  const before = JSON.parse(readFileSync(TAKEN, 'utf8'));
  const known = new Set([...before.ci.arcs, ...before.full.arcs, ...before.rare.arcs]);
  const sure = (n) => n >= (SURE * runs) / 1000;
  const ci = [];
  const full = [];
  const rare = [];
  for (const arc of allArcs) {
    const n = coverage.arcs[arc] ?? 0;
    if (sure(n)) ci.push(arc);
    else if (n > 1 || before.full.arcs.includes(arc)) full.push(arc);
    else if (n === 1 || known.has(arc)) rare.push(arc);
  }
  const phases = KINDS.flatMap((kind) => PHASES.map((phase) => `${kind} @ ${phase}`)).filter((name) =>
    sure(coverage.phases[name] ?? 0),
  );
  const lists = { ci: { arcs: ci, phases }, full: { arcs: full }, rare: { arcs: rare } };
  writeFileSync(TAKEN, `${JSON.stringify(lists, undefined, 1)}\n`);
}
