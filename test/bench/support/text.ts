/** Inputs of benchmarks, and what an independent program makes of them. */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './benchmark.js';
import { runCommand } from './command.js';

/** A folder with `files` files of real source text, about `bytes` bytes together; their paths. */
export function someText(
  bench: Bench,
  name: string,
  files: number,
  bytes: number,
): { folder: string; files: string[] } {
  const source = realpathSync(join(bench.root, 'node_modules/typescript/lib/typescript.js'));
  const text = readFileSync(source);
  const folder = join(bench.dir, name);
  mkdirSync(folder, { recursive: true });
  const each = Math.floor(bytes / files);
  return {
    folder,
    files: Array.from({ length: files }, (_, n) => {
      const file = join(folder, `text-${n}.txt`);
      writeFileSync(file, Buffer.concat([text.subarray(n * each, (n + 1) * each), Buffer.from('\n')]));
      return file;
    }),
  };
}

/**
 * `word TAB count` lines in byte order, by coreutils, written to `file`. A word is a run of bytes other than space, tab, newline,
 * carriage return and form feed; each input file should end with a newline.
 */
export async function countWords(inputs: readonly string[], file: string): Promise<void> {
  const script = String.raw`out=$1; shift
    cat -- "$@" | tr -s ' \t\n\r\f' '\n' | sed '/^$/d' | sort -S 2G --parallel=2 | uniq -c |
    sed -E 's/^ *([0-9]+) (.*)$/\2\t\1/' | sort -S 1G > "$out"`;
  await runCommand('bash', ['-o', 'pipefail', '-c', script, '_', file, ...inputs], { env: { LC_ALL: 'C' } });
}
