/**
 * Bundles what must start fast: the AppMaster and the task, which must run from a single file in a container (DESIGN D6), and the
 * command; and the daemons, which take a fifth less memory from one file; as CommonJS, with their source maps beside them. The first two carry their program as a text, which
 * mrappmaster/src/code-cache runs. Runs after `tsc -b`: other packages are taken from their dist.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyBuiltins } from './lazy-builtins.mjs';

/** A bundle that looks for its installation from where it lies. */
const installed = {
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
};

/** SQLite is a binary, and no dependency of the command's package: it is loaded from where @bobbin/common has it. */
const sqliteOfCommon = {
  name: 'sqlite-of-common',
  setup(build) {
    build.onResolve({ filter: /^better-sqlite3$/ }, ({ path }) => ({ path, namespace: 'of-common' }));
    build.onLoad({ filter: /.*/, namespace: 'of-common' }, ({ path }) => ({
      contents: `const { createRequire } = require('node:module');
        module.exports = createRequire(createRequire(__filename).resolve('@bobbin/common'))('${path}');`,
    }));
  },
};

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const bundles = [
  {
    entry: 'mrappmaster/src/main.ts',
    outfile: 'mrappmaster/dist/bundle/am.cjs',
    purpose: "'am'",
    early: {
      name: 'startFirstUberChild',
      from: '../launcher/first-uber-child.ts',
      call: '(process.env, process.cwd())',
    },
  },
  {
    entry: 'mrappmaster/src/child/main.ts',
    outfile: 'mrappmaster/dist/bundle/task.cjs',
    // A thread is told by SpareWorker.
    purpose: "require('node:worker_threads').workerData?.purpose ?? 'process'",
  },
  {
    entry: 'cli/src/main.ts',
    outfile: 'cli/dist/bobbin.cjs',
    // Loaded when they are needed, from where they are installed.
    external: ['esbuild', '@bobbin/resourcemanager', '@bobbin/nodemanager', '@bobbin/mrappmaster'],
    options: installed,
  },
  {
    entry: 'cli/src/daemon/main.ts',
    outfile: 'cli/dist/resourcemanager.cjs',
    external: ['@bobbin/nodemanager'],
    options: { ...installed, plugins: [lazyBuiltins, sqliteOfCommon] },
  },
  {
    entry: 'cli/src/daemon/main.ts',
    outfile: 'cli/dist/nodemanager.cjs',
    external: ['@bobbin/resourcemanager'],
    options: { ...installed, plugins: [lazyBuiltins, sqliteOfCommon] },
  },
];

/** Whitespace and syntax only: names stay as they are in stack traces. */
const minify = { minifyWhitespace: true, minifySyntax: true, keepNames: true, legalComments: 'none' };
const common = { bundle: true, platform: 'node', target: 'node22.12', format: 'cjs', logLevel: 'warning', ...minify };

for (const { entry, outfile, external = [], purpose, early, options } of bundles) {
  await build({
    ...common,
    entryPoints: [packages + entry],
    outfile: packages + outfile,
    sourcemap: 'linked',
    external: ['better-sqlite3', ...external],
    plugins: [lazyBuiltins],
    ...options,
  });
  if (purpose !== undefined) await wrap(packages + outfile, purpose, early);
}

/** Puts runBundle around the program at `outfile`; `purpose` is an expression, `early` a function that is called before. */
async function wrap(outfile, purpose, early) {
  const program = JSON.stringify(readFileSync(outfile, 'utf8'));
  const given = early ? `early: ${early.name}${early.call},` : '';
  const contents = `import { runBundle } from './run-bundle.ts';
    ${early ? `import { ${early.name} } from '${early.from}';` : ''}
    runBundle({ program: ${program}, file: __filename, require, module, purpose: ${purpose}, ${given} env: process.env });`;
  await build({
    ...common,
    stdin: { contents, resolveDir: `${packages}mrappmaster/src/code-cache`, loader: 'js' },
    outfile,
    allowOverwrite: true,
  });
}
