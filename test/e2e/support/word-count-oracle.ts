/**
 * The independent answer: coreutils count the words. A word is a run of bytes other than space, tab, newline, carriage
 * return and form feed; files are kept apart by a newline, since a word does not cross them.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const COUNT = String.raw`xargs -0 -n 1 sh -c 'cat "$1"; echo' _ |
  tr -s ' \t\n\r\f' '\n' | sed '/^$/d' | sort | uniq -c |
  sed -E 's/^ *([0-9]+) (.*)$/\2\t\1/' | sort`;

/** `word TAB count` lines in C order, as bytes. */
export function expectedCounts(files: readonly string[]): Buffer {
  return execFileSync('bash', ['--norc', '-o', 'pipefail', '-c', COUNT], {
    env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    input: files.map((file) => `${file}\0`).join(''),
    maxBuffer: 1 << 30,
  });
}

/** The same over every file of a flat folder. */
export function expectedCountsIn(folder: string): Buffer {
  return expectedCounts(readdirSync(folder).map((name) => join(folder, name)));
}

/** All lines of a job's part files in C order, as bytes. */
export function actualCounts(output: string): Buffer {
  const parts = readdirSync(output).filter((name) => name.startsWith('part-'));
  const joined = Buffer.concat(parts.map((name) => readFileSync(join(output, name))));
  return execFileSync('sort', [], {
    env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    input: joined,
    maxBuffer: 1 << 30,
  });
}
