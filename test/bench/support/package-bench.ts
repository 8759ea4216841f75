/**
 * A measurement that needs a package's inside lies in that package's test/bench and is run from here: bundled from the sources, in a
 * process of its own, so that neither the harness nor another case is in its memory or its compiled code. It prints JSON.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.js';
import type { Bench } from './benchmark.js';
import { runCommand } from './command.js';

/** What `packages/<of>/test/bench/<name>.bench.ts` prints last, as JSON. */
export async function runPackageBench<T>(
  { root }: Bench,
  of: string,
  name: string,
  args: readonly (string | number)[],
  nodeOptions: readonly string[] = [],
): Promise<T> {
  // Below the package, so that its dependencies resolve.
  const outfile = join(root, `packages/${of}/dist/bench/${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, `packages/${of}/test/bench/${name}.bench.ts`)],
    outfile,
    ...bundleOptions,
  });
  try {
    const { stdout } = await runCommand(process.execPath, [...nodeOptions, outfile, ...args.map(String)]);
    return JSON.parse(stdout.trim().split('\n').pop() ?? '') as T;
  } finally {
    rmSync(outfile, { force: true });
  }
}
