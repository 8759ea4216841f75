/** Proof that two programs gave the same result: digests of files, in order or sorted as lines by coreutils in byte order. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';

/** SHA-256 of the files' bytes, one behind the other. */
export async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** SHA-256 of all lines of the files in byte order. */
export async function digestOfLines(files: readonly string[]): Promise<string> {
  const { stdout } = await runCommand(
    'bash',
    ['-o', 'pipefail', '-c', 'cat -- "$@" | sort -S 1G --parallel=2 | sha256sum | cut -d" " -f1', '_', ...files],
    { env: { LC_ALL: 'C' } },
  );
  return stdout.trim();
}

/** The part files of a job's output folder, in the order of their partitions. */
export function partFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('part-'))
    .sort()
    .map((name) => join(folder, name));
}

/** Throws where they differ: a figure for a wrong result is worth nothing. */
export function mustEqual(what: string, ours: string, theirs: string): void {
  if (ours !== theirs) throw new Error(`${what}: the results differ: ${ours} is not ${theirs}`);
}
