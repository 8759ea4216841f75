/** Bundles the bench, so that it runs as tasks do (one file, no loader), and runs it in this process. */
import { build } from 'esbuild';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const outfile = join(mkdtempSync(join(tmpdir(), 'bobbin-bench-')), 'datapath.mjs');
const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../../..');
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
await import(pathToFileURL(outfile).href);
