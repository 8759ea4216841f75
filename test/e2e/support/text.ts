/** Inputs of the end-to-end tests: real text that every checkout has, whole or in part. */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './bobbin.js';

/** Every text below node_modules/typescript: about 23 MB in a hundred files and several folders. */
export const typescriptText = realpathSync(join(repository, 'node_modules/typescript'));

/** Options for a job over `typescriptText`: it has folders. */
export const recursive = ['-D', 'mapreduce.input.fileinputformat.input.dir.recursive=true'];

/** A folder with two files of that text, together about `megabytes` MB. */
export function someText(folder: string, megabytes: number): string {
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(typescriptText, 'lib/typescript.js'));
  const half = (megabytes / 2) * 1e6;
  writeFileSync(join(folder, 'one.txt'), text.subarray(0, half));
  writeFileSync(join(folder, 'two.txt'), text.subarray(half, 2 * half));
  return folder;
}

/** One file with these lines. */
export function lines(file: string, content: readonly string[]): string {
  writeFileSync(file, `${content.join('\n')}\n`);
  return file;
}
