/** Inputs of the end-to-end tests: real text that every checkout has, whole or in part. */
import { mkdirSync, readdirSync, realpathSync, statSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './bobbin.js';

/** Every text below node_modules/typescript: about 23 MB in a hundred files and several folders. */
export const typescriptText = realpathSync(join(repository, 'node_modules/typescript'));

/** Options for a job over `typescriptText`: it has folders. */
export const recursive = ['-D', 'mapreduce.input.fileinputformat.input.dir.recursive=true'];

/** A folder with a few of those files, about `megabytes` MB. */
export function someText(folder: string, megabytes: number): string {
  mkdirSync(folder, { recursive: true });
  const lib = join(typescriptText, 'lib');
  let left = megabytes * 1e6;
  for (const name of readdirSync(lib).sort()) {
    const size = statSync(join(lib, name)).size;
    if (!name.endsWith('.ts') || size > left) continue;
    copyFileSync(join(lib, name), join(folder, name));
    left -= size;
  }
  return folder;
}

/** One file with these lines. */
export function lines(file: string, content: readonly string[]): string {
  writeFileSync(file, `${content.join('\n')}\n`);
  return file;
}
