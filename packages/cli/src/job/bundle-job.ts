/**
 * bundleJob: a job file with all it imports as one CommonJS text, so that an author needs no build step and a task loads a single
 * file. `@bobbin/mapreduce` is this installation's own wherever the job file lies. The source map inside names the author's files by
 * their full paths: a task's stack traces then show the author's lines.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, BuildOptions, Message, OutputFile, Plugin } from 'esbuild';
import { sharedApiModule } from '@bobbin/mapreduce/runtime';
import { CommandError } from '../errors.js';

const require = createRequire(import.meta.url);

export interface BundledJob {
  /** Content of `job.cjs`. */
  readonly code: string;
}

/** Throws CommandError that shows the place and the line of each syntax error and of each import that cannot be found. */
export async function bundleJob(file: string): Promise<BundledJob> {
  return { code: await bundle(file, 'job file', { format: 'cjs', plugins: [sharedApi, ownPackages] }) };
}

/**
 * The main file of an AppMaster with all it imports as one ES module, so that it may await at its top level. Throws as `bundleJob`.
 */
export function bundleMain(file: string): Promise<string> {
  // What was written as CommonJS asks for Node's own modules by `require`.
  const banner = `import { createRequire as bundleRequire } from 'node:module';
const require = bundleRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`;
  return bundle(file, 'main file', { format: 'esm', banner: { js: banner }, external: ['better-sqlite3'] });
}

async function bundle(file: string, what: string, options: BuildOptions): Promise<string> {
  const entry = resolve(file);
  checkFile(entry, file, what);
  const { build } = await import('esbuild');
  const outfile = `${entry}.cjs`;
  let outputs: readonly OutputFile[];
  try {
    const result = await build({
      entryPoints: [entry],
      outfile,
      absWorkingDir: dirname(entry),
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node22.12',
      sourcemap: 'external',
      sourcesContent: false,
      keepNames: true,
      logLevel: 'silent',
      plugins: [ownPackages],
      ...options,
    });
    outputs = result.outputFiles ?? [];
  } catch (error) {
    throw new CommandError(describeFailure(`${what} '${file}'`, dirname(entry), error as BuildFailure), error);
  }
  const [map, code] = ['.map', '.cjs'].map((end) => outputs.find(({ path }) => path.endsWith(end))?.text ?? '');
  return `${code}\n//# sourceMappingURL=${inlineMap(map ?? '', dirname(outfile))}\n`;
}

function checkFile(entry: string, shown: string, what: string): void {
  const found = statSync(entry, { throwIfNoEntry: false });
  if (!found) throw new CommandError(`${what} '${shown}' does not exist`);
  if (!found.isFile()) throw new CommandError(`${what} '${shown}' is a folder; name the TypeScript or JavaScript file`);
}

const SHARED_API = 'shared-api';

/** Leaves the job API to whoever loads the bundle (mapreduce/src/shared-api). */
const sharedApi: Plugin = {
  name: 'bobbin-shared-api',
  setup(build) {
    build.onResolve({ filter: /^@bobbin\/mapreduce$/ }, ({ path }) => ({
      path,
      namespace: SHARED_API,
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: SHARED_API }, () => ({ contents: sharedApiModule() }));
  },
};

/** Hands imports of our own packages to this installation. */
const ownPackages: Plugin = {
  name: 'bobbin-packages',
  setup(build) {
    build.onResolve({ filter: /^@bobbin\// }, ({ path }) => {
      try {
        return { path: require.resolve(path), sideEffects: false };
      } catch {
        return undefined;
      }
    });
  },
};

/** The source map as a data URL, its sources as `file:` URLs that hold wherever the bundle lies. */
function inlineMap(text: string, folder: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  map.sources = map.sources.map((source) => pathToFileURL(resolve(folder, source)).href);
  return `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
}

/** `file.ts:2:7: message`, the line, and a mark below the column, for each error. */
function describeFailure(named: string, folder: string, failure: Partial<BuildFailure>): string {
  const errors = failure.errors ?? [];
  if (errors.length === 0) return `${named} cannot be bundled: ${failure.message}`;
  return errors.map((error) => describeError(error, folder)).join('\n\n');
}

function describeError({ text, location, notes }: Message, folder: string): string {
  const advice = notes.map((note) => `\n  ${note.text}`).join('');
  const said = text.replace(`${SHARED_API}:`, '');
  if (!location) return said + advice;
  const { line, column, length, lineText } = location;
  const place = relative(process.cwd(), resolve(folder, location.file));
  const gutter = `  ${line} | `;
  const before = lineText.slice(0, column);
  const mark =
    ' '.repeat(gutter.length - 2) + '| ' + before.replace(/[^\t]/g, ' ') + '^'.padEnd(Math.max(1, length), '~');
  return `${place}:${line}:${column + 1}: ${said}\n${gutter}${lineText}\n${mark}${advice}`;
}
