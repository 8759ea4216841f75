/**
 * `npm run bench -- NAME [--runs N] [--record] [--option value ...]`: runs one benchmark of this folder, NAME.bench.ts, and prints a
 * table and, as the last line, its figures as one JSON object. `--record` keeps the result in docs/performance/, from
 * which `npm run bench -- page` makes the tables and plots of docs/performance.md. The benchmark is bundled first, its packages taken
 * from their dist: it runs as the product does, without a loader.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from './support/bundle-options.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const names = readdirSync(here)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const [name = '', ...args] = process.argv.slice(2).filter((arg) => arg !== '--');

if (name !== 'page' && !existsSync(join(here, `${name}.bench.ts`))) {
  console.error(
    `usage: npm run bench -- NAME [--runs N] [--record] [--option value ...]\nNAME: ${names.join(', ')}, page`,
  );
  process.exit(2);
}
// Beside the sources, so that its imports resolve as theirs do.
const outfile = join(here, '../dist/bench', `${name}-${process.pid}.mjs`);
const contents =
  name === 'page'
    ? "export { main } from './support/page.js';"
    : `import { benchmark } from './${name}.bench.js';
       import { runBenchmark } from './support/run-benchmark.js';
       export const main = (root, args) => runBenchmark(benchmark, root, args);`;
try {
  await build({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    outfile,
    ...bundleOptions,
  });
  process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(root, args);
} finally {
  rmSync(outfile, { force: true });
}
