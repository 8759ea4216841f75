/**
 * Runs one benchmark: a scratch folder, the options, the table, the last line. `--record` keeps the result in
 * docs/performance/<name>.json, from which `npm run bench -- page` writes the page.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Result } from './benchmark.js';
import { thisMachine, type Machine } from './machine.js';
import { tableLines } from './table.js';

/** What docs/performance/<name>.json holds. */
export interface Recorded extends Result {
  readonly name: string;
  readonly title: string;
  readonly machine: Machine;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly runs: number;
}

/** The exit code: 0, or 2 for options that cannot be understood. A benchmark whose results are wrong throws. */
export async function runBenchmark(benchmark: Benchmark, root: string, args: readonly string[]): Promise<number> {
  const { options, record } = parse(args);
  const { runs: given, ...others } = options;
  const runs = Number(given ?? benchmark.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    console.error(`--runs ${given} should be a whole number from 1 on`);
    return 2;
  }
  const dir = mkdtempSync(join(tmpdir(), `bobbin-bench-${benchmark.name}-`));
  try {
    const say = (line: string): void => console.log(`  ${line}`);
    const machine = thisMachine();
    console.log(`${benchmark.name}: ${benchmark.title}\n${machine.text}`);
    const result = await benchmark.run({ root, dir, runs, options: others, say });
    console.log(`\n${tableLines(result.rows).join('\n')}`);
    for (const note of result.notes ?? []) console.log(note);
    if (record) {
      const { name, title } = benchmark;
      const recorded: Recorded = { name, title, machine, day: new Date().toISOString().slice(0, 10), runs, ...result };
      mkdirSync(join(root, 'docs/performance'), { recursive: true });
      writeFileSync(join(root, `docs/performance/${name}.json`), `${JSON.stringify(recorded, undefined, 1)}\n`);
    }
    console.log(JSON.stringify(result.figures));
    return 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** `--record` stands alone; every other option has a value. */
function parse(args: readonly string[]): { options: Record<string, string>; record: boolean } {
  const options: Record<string, string> = {};
  let record = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [name = '', value] = arg.replace(/^--/, '').split(/=(.*)/s);
    if (name === 'record') record = true;
    else options[name] = value ?? args[++at] ?? '';
  }
  return { options, record };
}
