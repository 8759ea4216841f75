/** Bundles the bench, so that it runs as tasks do (one file, no loader), and runs its cases, each in a process of its own. */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'bobbin-bench-'));
const outfile = join(folder, 'datapath.mjs');
await build({
  entryPoints: [join(here, 'datapath.bench.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: ['better-sqlite3'],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  alias: {
    '@bobbin/common/testing': join(root, 'packages/common/src/testing/index.ts'),
    '@bobbin/common': join(root, 'packages/common/src/index.ts'),
    '@bobbin/mapreduce': join(root, 'packages/mapreduce/src/index.ts'),
  },
});

const [, , input, ...rest] = process.argv;
const onText =
  input === undefined ? [] : ['word count', 'word count on bytes', 'word count, no combiner', 'sort of lines'];
let figures = {};
for (const name of ['random keys', 'word keys', ...onText]) {
  const lines = execFileSync(process.execPath, [outfile, name, input ?? '', ...rest], { encoding: 'utf8' })
    .trim()
    .split('\n');
  figures = { ...figures, ...JSON.parse(lines.pop() ?? '{}') };
  console.log(lines.join('\n'));
}
console.log(JSON.stringify(figures));
rmSync(folder, { recursive: true });
