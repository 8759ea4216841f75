/**
 * bundleJob: a job file with all it imports as one CommonJS text, so that an author needs no build step and a task loads a single
 * file. `@bobbin/mapreduce` is this installation's own wherever the job file lies. The source map inside names the author's files by
 * their full paths: a task's stack traces then show the author's lines.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, Message, Plugin } from 'esbuild';
import { CommandError } from '../errors.js';

const require = createRequire(import.meta.url);

export interface BundledJob {
  /** Content of `job.cjs`. */
  readonly code: string;
}

/** Throws CommandError that shows the place and the line of each syntax error and of each import that cannot be found. */
export async function bundleJob(file: string): Promise<BundledJob> {
  const entry = resolve(file);
  checkFile(entry, file);
  const { build } = await import('esbuild');
  const outfile = `${entry}.cjs`;
  let outputs;
  try {
    const result = await build({
      entryPoints: [entry],
      outfile,
      absWorkingDir: dirname(entry),
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node22.12',
      format: 'cjs',
      sourcemap: 'external',
      sourcesContent: false,
      keepNames: true,
      logLevel: 'silent',
      plugins: [ownPackages],
    });
    outputs = result.outputFiles;
  } catch (error) {
    throw new CommandError(describeFailure(file, dirname(entry), error as BuildFailure), error);
  }
  const [map, code] = ['.map', '.cjs'].map((end) => outputs.find(({ path }) => path.endsWith(end))?.text ?? '');
  return { code: `${code}\n//# sourceMappingURL=${inlineMap(map ?? '', dirname(outfile))}\n` };
}

function checkFile(entry: string, shown: string): void {
  const found = statSync(entry, { throwIfNoEntry: false });
  if (!found) throw new CommandError(`job file '${shown}' does not exist`);
  if (!found.isFile())
    throw new CommandError(`job file '${shown}' is a folder; name the TypeScript or JavaScript file`);
}

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
function describeFailure(file: string, folder: string, failure: Partial<BuildFailure>): string {
  const errors = failure.errors ?? [];
  if (errors.length === 0) return `job file '${file}' cannot be bundled: ${failure.message}`;
  return errors.map((error) => describeError(error, folder)).join('\n\n');
}

function describeError({ text, location, notes }: Message, folder: string): string {
  const advice = notes.map((note) => `\n  ${note.text}`).join('');
  if (!location) return text + advice;
  const { line, column, length, lineText } = location;
  const place = relative(process.cwd(), resolve(folder, location.file));
  const gutter = `  ${line} | `;
  const before = lineText.slice(0, column);
  const mark =
    ' '.repeat(gutter.length - 2) + '| ' + before.replace(/[^\t]/g, ' ') + '^'.padEnd(Math.max(1, length), '~');
  return `${place}:${line}:${column + 1}: ${text}\n${gutter}${lineText}\n${mark}${advice}`;
}
