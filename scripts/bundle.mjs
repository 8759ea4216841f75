/**
 * Bundles what must start fast and must run from a single file in a container: the AppMaster and the task (DESIGN D6), as
 * CommonJS, with their source maps beside them. Runs after `tsc -b`: other packages are taken from their dist.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../packages/mrappmaster/', import.meta.url));
const entries = { am: `${root}src/main.ts`, task: `${root}src/child/main.ts` };
const there = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));

mkdirSync(`${root}dist/bundle`, { recursive: true });
await build({
  entryPoints: there,
  outdir: `${root}dist/bundle`,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node22.12',
  format: 'cjs',
  sourcemap: 'linked',
  // Whitespace and syntax only: names stay as they are in stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: true,
  legalComments: 'none',
  external: ['better-sqlite3'],
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
});
