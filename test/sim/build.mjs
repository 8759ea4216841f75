/**
 * Bundles the simulator with the sources of all packages into one file, so that workers are plain Node processes without a loader. `decide` is
 * replaced by one that counts arcs; a mutant's planted bug is put into the source as it is read. Nothing under packages/ knows of either.
 */
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @param {{ name: string, file: string, find: string, replace: string } | undefined} mutant a text in a source file, and what stands there instead
 * @returns {Promise<string>} the bundle's path
 */
export async function buildWorker(mutant) {
  const outfile = join(root, 'node_modules/.cache/bobbin-sim', `${mutant?.name ?? 'worker'}.mjs`);
  mkdirSync(dirname(outfile), { recursive: true });
  let planted = false;
  await build({
    entryPoints: [join(root, 'test/sim/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22.12',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as bobbinRequire } from 'node:module'; const require = bobbinRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'simulation',
        setup(b) {
          b.onResolve({ filter: /^@bobbin\// }, ({ path, importer }) => {
            if (importer.endsWith('test/sim/counted-decide.ts'))
              return { path: join(root, 'packages/common/src/state/decide.ts') };
            const [, name, sub] = /^@bobbin\/([^/]+)(?:\/(.+))?$/.exec(path);
            return { path: join(root, 'packages', name, 'src', sub ?? '', 'index.ts') };
          });
          b.onResolve({ filter: /^better-sqlite3$/ }, ({ path }) => ({
            path: createRequire(join(root, 'packages/common/package.json')).resolve(path),
            external: true,
          }));
          b.onResolve({ filter: /^\.\/state\/decide\.js$/ }, ({ importer }) =>
            importer.endsWith('packages/common/src/index.ts')
              ? { path: join(root, 'test/sim/counted-decide.ts') }
              : undefined,
          );
          if (!mutant) return;
          b.onLoad({ filter: /\.ts$/ }, ({ path }) => {
            if (!path.endsWith(mutant.file)) return undefined;
            const source = readFileSync(path, 'utf8');
            if (!source.includes(mutant.find))
              throw new Error(`mutant ${mutant.name}: ${mutant.file} has no '${mutant.find}'`);
            planted = true;
            return { contents: source.replace(mutant.find, mutant.replace), loader: 'ts' };
          });
        },
      },
    ],
  });
  if (mutant && !planted) throw new Error(`mutant ${mutant.name}: ${mutant.file} is not in the bundle`);
  return outfile;
}
