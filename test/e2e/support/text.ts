/** Inputs of the end-to-end tests: real text that every checkout has, whole or in part. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './bobbin.js';

const typescript = realpathSync(join(repository, 'node_modules/typescript'));

/** Every file below node_modules/typescript: about 23 MB of text in some 140 files. */
export function typescriptFiles(): string[] {
  return readdirSync(typescript, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * The bytes of all those files in a dozen, in two levels of folders: the task of these tests is to count words, not to start
 * a map for each kilobyte, and names that begin with `_` are hidden from a job. A newline keeps neighbours apart.
 */
export function typescriptText(folder: string): string {
  typescriptFiles().forEach((file, n) => {
    const bin = join(folder, `part-${n % 3}`);
    mkdirSync(bin, { recursive: true });
    appendFileSync(join(bin, `text-${n % 12}.txt`), Buffer.concat([readFileSync(file), Buffer.from('\n')]));
  });
  return folder;
}

/** Options for a job over it: it has folders. */
export const recursive = ['-D', 'mapreduce.input.fileinputformat.input.dir.recursive=true'];

/** A folder with two files of that text, together about `megabytes` MB. */
export function someText(folder: string, megabytes: number): string {
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(typescript, 'lib/typescript.js'));
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
