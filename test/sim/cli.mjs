/** `npm run sim`: builds the simulator and runs it. `--help` says how. */
import { parseArgs } from 'node:util';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { buildWorker } from './build.mjs';
import { belowFloors, record } from './floors.mjs';
import { MUTANTS } from './mutants/mutants.mjs';

const WORKERS = 2;
const REGRESSIONS = fileURLToPath(new URL('regressions/', import.meta.url));

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    plan: { type: 'string' },
    kind: { type: 'string' },
    until: { type: 'string' },
    trace: { type: 'boolean' },
    all: { type: 'boolean' },
    twice: { type: 'string', default: '20' },
    workers: { type: 'string', default: String(WORKERS) },
    json: { type: 'boolean' },
    sweep: { type: 'boolean' },
    mutants: { type: 'boolean' },
    regressions: { type: 'boolean' },
    shrink: { type: 'boolean' },
    floors: { type: 'string' },
    record: { type: 'boolean' },
    mutant: { type: 'string' },
    help: { type: 'boolean' },
    from: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    sample: { type: 'string', default: '1' },
  },
});

/** Runs one worker; calls back for each line it says. */
function work(file, job, hear) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', file, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TZ: 'UTC' },
    });
    createInterface({ input: child.stdout }).on('line', (line) => hear(JSON.parse(line)));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with code ${code}`))));
  });
}

const say = (text) => process.stdout.write(`${text}\n`);

async function one(file) {
  const job = {
    mode: values.shrink ? 'shrink' : 'one',
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
    ...(values.kind !== undefined && { kind: values.kind }),
    ...(values.plan !== undefined && { plan: JSON.parse(readFileSync(values.plan, 'utf8')) }),
    ...(values.until !== undefined && { until: Number(values.until) }),
    ...((values.trace || values.all) && { trace: values.all ? 'all' : 'tail' }),
  };
  await work(file, job, ({ plan, result, shrunk }) => {
    if (values.shrink) return say(shrunk ? JSON.stringify(shrunk.plan, undefined, 1) : 'no rule is broken');
    for (const line of result.trace) say(line);
    if (!values.trace && !values.all) say(JSON.stringify(plan, undefined, 1));
    for (const line of result.state) say(line);
    for (const { rule, message, event, atMs } of result.violations)
      say(`${rule} at event ${event}, ${atMs} ms: ${message}`);
    say(`seed ${result.seed}: ${result.events} events, ${result.virtualMs} virtual ms, hash ${result.hash}`);
    process.exitCode = result.violations.length > 0 ? 1 : 0;
  });
}

/** Spreads jobs over workers, prints failures, and as last line one JSON object; of `total` runs, how far they are on standard error. */
async function many(file, jobs, total) {
  const sum = {
    runs: 0,
    failed: 0,
    events: 0,
    virtualMs: 0,
    coverage: { faults: {}, phases: {}, arcs: {}, points: {}, sometimes: {} },
  };
  const rules = {};
  const started = process.hrtime.bigint();
  let ran = 0;
  const progress = (runs) => {
    const twentieths = (n) => Math.floor((n * 20) / total);
    const isDue = twentieths(ran + runs) > twentieths(ran);
    ran += runs;
    if (!isDue) return;
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const failed = Object.values(rules).reduce((a, b) => a + b, 0);
    const left = Math.ceil(((total - ran) * seconds) / ran / 60);
    process.stderr.write(`${ran} of ${total} seeds, ${failed} failed, about ${left} min left\n`);
  };
  const hear = ({ failure, sum: more, ran: runs }) => {
    if (more) add(sum, more);
    if (runs) progress(runs);
    if (!failure) return;
    const [{ rule, message, event, atMs }] = failure.violations;
    rules[rule] = (rules[rule] ?? 0) + 1;
    const { seed, death } = failure;
    const what = death
      ? `${death.scenario}: ${death.role} ${death.instance} dies at point ${death.point} (${death.name})`
      : `seed ${seed}`;
    say(`${what}, event ${event} at ${atMs} ms: ${rule}: ${message}`);
    const kind = values.kind === undefined ? '' : ` --kind ${values.kind}`;
    if (!death) return say(`  npm run sim -- --seed ${seed}${kind} --until ${event} --trace`);
    const plan = join(tmpdir(), `bobbin-sim-${rule}-${sum.runs}-${Object.values(rules).reduce((a, b) => a + b)}.json`);
    writeFileSync(plan, JSON.stringify(death.plan));
    say(`  npm run sim -- --plan ${plan} --until ${event} --trace`);
  };
  await Promise.all(jobs.map((job) => work(file, job, hear)));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { coverage, ...figures } = sum;
  const arcs = Object.keys(coverage.arcs).length;
  const shown = values.json ? { coverage } : { faults: coverage.faults, sometimes: coverage.sometimes };
  const perSecond = +(sum.runs / seconds).toFixed(1);
  say(JSON.stringify({ ...figures, seconds: Math.round(seconds), perSecond, rules, arcs, ...shown }));
  const arcsOfTables = values.floors !== undefined || values.record ? await allArcs(file) : [];
  if (values.record) record(sum.runs, coverage, arcsOfTables);
  const missing = values.floors === undefined ? [] : belowFloors(values.floors, sum.runs, coverage, arcsOfTables);
  for (const what of missing) process.stderr.write(`floor ${what}\n`);
  process.exitCode = Object.keys(rules).length + missing.length > 0 ? 1 : 0;
}

async function allArcs(file) {
  let found = [];
  await work(file, { mode: 'arcs' }, ({ arcs }) => (found = arcs));
  return found;
}

/** Plans that once failed, each of which must hold now. */
async function regressions(file) {
  const names = readdirSync(REGRESSIONS).filter((name) => name.endsWith('.json'));
  let failed = 0;
  for (const name of names) {
    const plan = JSON.parse(readFileSync(join(REGRESSIONS, name), 'utf8'));
    await work(file, { mode: 'one', plan }, ({ result }) => {
      const [broken] = result.violations;
      if (!broken) return;
      failed++;
      say(`${name}, event ${broken.event} at ${broken.atMs} ms: ${broken.rule}: ${broken.message}`);
    });
  }
  say(JSON.stringify({ runs: names.length, failed }));
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Where a planted bug is looked for. */
function huntOf({ within = 1, sweep, kind, regression }) {
  if (regression) return { mode: 'one', plan: JSON.parse(readFileSync(join(REGRESSIONS, regression), 'utf8')) };
  if (sweep) return { mode: 'sweep', from: 0, step: 1, scenario: sweep, first: true };
  const from = Number(values.from);
  return { mode: 'seeds', from, to: from + within - 1, step: 1, twice: 1_000_000, first: true, kind };
}

/** Every planted bug must be found; says after how many runs. Two at a time, each in a worker of its own. */
async function mutants(chosen) {
  const found = {};
  const missed = [];
  const waiting = [...chosen];
  const hunt = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const { name } = mutant;
      const file = await buildWorker(mutant);
      const job = huntOf(mutant);
      let failure;
      let runs = 0;
      await work(file, job, (line) => {
        if (line.failure) failure ??= line.failure;
        if (line.result?.violations.length > 0) failure ??= { violations: line.result.violations };
        runs = line.sum?.runs ?? 1;
      }).catch((error) => (failure ??= { violations: [{ rule: 'SWEEP', message: error.message }] }));
      if (!failure) missed.push(name);
      else
        found[name] = {
          rule: failure.violations[0].rule,
          runs,
          ...(failure.seed !== undefined && { seed: failure.seed }),
        };
      say(
        failure
          ? `${name}: ${failure.violations[0].rule} after ${runs} runs: ${failure.violations[0].message.split('\n')[0]}`
          : `${name}: NOT FOUND in ${runs} runs`,
      );
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, hunt));
  say(JSON.stringify({ mutants: chosen.length, found, missed }));
  process.exitCode = missed.length > 0 ? 1 : 0;
}

function add(sum, more) {
  for (const name of ['runs', 'failed', 'events', 'virtualMs']) sum[name] += more[name];
  for (const [part, counts] of Object.entries(more.coverage)) {
    for (const [name, n] of Object.entries(counts)) sum.coverage[part][name] = (sum.coverage[part][name] ?? 0) + n;
  }
}

const HELP = `npm run sim -- --seed N [--until E] [--trace | --all]   one run; its plan, or its last events, or all of them
npm run sim -- --plan FILE ...                        the same of a plan
npm run sim -- --seed N | --plan FILE --shrink        the smallest plan that breaks the same rule
npm run sim -- --seeds A..B [--floors ci | full]      many; failures, then one line of JSON
npm run sim -- --sweep [--scenario NAME] [--sample N] a death at each write and send, or at every N-th
npm run sim -- --mutants [--mutant NAME] [--from N]   planted bugs, all of which must be found
npm run sim -- --regressions                          plans that once failed
--record: writes the lists of the floors (arcs/taken.json) anew from these runs, for whoever changed the generator
--workers N (2), --twice N: every N-th seed runs two times (20), --kind NAME: faults of this kind only, --json: all counts of coverage`;

const planted = MUTANTS.find(({ name }) => name === values.mutant);
if (values.mutant !== undefined && !planted) throw new Error(`no mutant '${values.mutant}'`);
const file = values.mutants || values.help ? undefined : await buildWorker(planted);
const range = /^(\d+)\.\.(\d+)$/.exec(values.seeds ?? '');
const workers = Number(values.workers);
const each = (job) => Array.from({ length: workers }, (_, n) => job(n));
if (values.help) say(HELP);
else if (values.regressions) await regressions(file);
else if (values.mutants) await mutants(planted ? [planted] : MUTANTS);
else if (range) {
  const [from, to] = [Number(range[1]), Number(range[2])];
  await many(
    file,
    each((n) => ({ mode: 'seeds', from: from + n, to, step: workers, twice: Number(values.twice), kind: values.kind })),
    to - from + 1,
  );
} else if (values.sweep) {
  const sample = Number(values.sample);
  await many(
    file,
    each((n) => ({ mode: 'sweep', from: n * sample, step: workers * sample, scenario: values.scenario })),
  );
} else await one(file);
