/**
 * The large inputs: 1.2 GB of source text, kept from one run to the next, and lines to sort, the same ones each time. Text: all
 * `.c .h .rst .txt .S` files of Debian's package linux-source-6.1, joined; without it the text that every checkout has, repeated.
 */
import { createCipheriv } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './benchmark.js';
import { runCommand } from './command.js';

const ARCHIVE = '/usr/src/linux-source-6.1.tar.xz';
const UNPACK = String.raw`work=$(dirname "$2")/unpacked; rm -rf "$work"; mkdir "$work"; tar xJf "$1" -C "$work"
  find "$work" -type f \( -name '*.c' -o -name '*.h' -o -name '*.rst' -o -name '*.txt' -o -name '*.S' \) -print0 |
    sort -z | xargs -0 cat > "$2"
  rm -rf "$work"`;
const TEXT_BYTES = 1.2e9;

/** A text of 1.2 GB: `--text FILE`, else the one kept in the user's cache folder, made where it is missing. */
export async function largeText(bench: Bench): Promise<{ file: string; what: string }> {
  const { text } = bench.options;
  if (text !== undefined) return { file: text, what: text };
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'bobbin-bench');
  mkdirSync(folder, { recursive: true });
  const isLinux = existsSync(ARCHIVE);
  const file = join(folder, isLinux ? 'linux-source-6.1.txt' : 'repeated.txt');
  if (!existsSync(file)) {
    bench.say(`making ${file}`);
    const half = `${file}.part`;
    if (isLinux)
      await runCommand('bash', ['-eo', 'pipefail', '-c', UNPACK, '_', ARCHIVE, half], { env: { LC_ALL: 'C' } });
    else repeatText(bench, half);
    renameSync(half, file);
  }
  return { file, what: isLinux ? 'the sources of Linux 6.1' : "TypeScript's compiler, again and again" };
}

function repeatText({ root }: Bench, file: string): void {
  const once = readFileSync(realpathSync(join(root, 'node_modules/typescript/lib/typescript.js')));
  for (let bytes = 0; bytes < TEXT_BYTES; bytes += once.length) appendFileSync(file, once);
}

const LINE_BYTES = 100;
const LINES_AT_ONCE = 100_000;

/** `lines` lines of 99 characters of base64 and a newline, random but the same each time. */
export function randomLines(file: string, lines: number): void {
  const random = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'bobbin'), Buffer.alloc(16));
  const zeros = Buffer.alloc((LINES_AT_ONCE * LINE_BYTES * 3) / 4);
  const target = openSync(file, 'w');
  for (let done = 0; done < lines; done += LINES_AT_ONCE) {
    const block = Buffer.from(random.update(zeros).toString('base64'), 'latin1');
    for (let end = LINE_BYTES - 1; end < block.length; end += LINE_BYTES) block[end] = 0x0a;
    writeSync(target, block, 0, Math.min(lines - done, LINES_AT_ONCE) * LINE_BYTES);
  }
  closeSync(target);
}
