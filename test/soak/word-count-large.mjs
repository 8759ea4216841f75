/**
 * `npm run soak:wordcount [-- FILE [memory MiB]]`: word count over 1.2 GB of text in tasks of 256 MiB, on two nodes of real processes,
 * held against coreutils byte for byte. Without FILE the text is made of Debian's package linux-source-6.1: all its .c, .h,
 * .rst, .txt and .S files, joined. Needs about 6 GB below the system's folder for temporary files.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = join(root, 'packages/cli/bin/bobbin.mjs');
const archive = '/usr/src/linux-source-6.1.tar.xz';
const work = mkdtempSync(join(tmpdir(), 'bobbin-soak-'));
const [given, memory = '256'] = process.argv.slice(2);

function shell(script, ...args) {
  return execFileSync('bash', ['-euo', 'pipefail', '-c', script, '_', ...args], {
    cwd: work,
    env: { ...process.env, LC_ALL: 'C' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

function bobbin(...args) {
  console.log(`$ bobbin ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [entry, ...args], { stdio: 'inherit', cwd: root });
  if (status !== 0) throw new Error(`bobbin ${args[0]} ${args[1]} exited with ${status}`);
}

function theText() {
  if (given !== undefined) return given;
  if (!existsSync(archive)) {
    throw new Error(`${archive} is missing; install Debian's package linux-source-6.1, or name a text file`);
  }
  console.log('unpacking linux-source-6.1 ...');
  shell(
    `tar xJf "$1"
     find linux-source-6.1 -type f \\( -name '*.c' -o -name '*.h' -o -name '*.rst' -o -name '*.txt' -o -name '*.S' \\) -print0 |
       sort -z | xargs -0 cat > linux.txt
     rm -rf linux-source-6.1`,
    archive,
  );
  return join(work, 'linux.txt');
}

const dir = join(work, 'cluster');
try {
  const text = theText();
  console.log(`${(statSync(text).size / 1e9).toFixed(2)} GB of text, ${memory} MiB a task`);
  bobbin('cluster', 'start', '--nodes', '2', '--dir', dir, '-D', `yarn.scheduler.minimum-allocation-mb=${memory}`);
  const job = join(root, 'examples/wordcount/wordcount.ts');
  const sizes = ['map', 'reduce'].flatMap((kind) => ['-D', `mapreduce.${kind}.memory.mb=${memory}`]);
  const options = [...sizes, '-D', 'mapreduce.task.io.sort.mb=100', '-D', 'mapreduce.job.reduces=2'];
  const started = process.hrtime.bigint();
  bobbin('job', 'submit', job, '--input', text, '--output', join(work, 'counts'), '--dir', dir, ...options);
  console.log(`job: ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s`);
  bobbin('cluster', 'stop', '--dir', dir);
  const ours = shell(`sort -S 2G counts/part-r-* | tee >(wc -l > lines) | sha256sum | cut -d' ' -f1`);
  const theirs = shell(
    String.raw`tr -s ' \t\n\r\f' '\n' < "$1" | sed '/^$/d' | sort -S 4G --parallel=2 | uniq -c |
      sed -E 's/^ *([0-9]+) (.*)$/\2\t\1/' | sort -S 2G | sha256sum | cut -d' ' -f1`,
    text,
  );
  console.log(`${shell('cat lines')} distinct words\nours      ${ours}\ncoreutils ${theirs}`);
  if (ours !== theirs) throw new Error('the counts differ');
  console.log('equal');
} finally {
  if (existsSync(dir)) spawnSync(process.execPath, [entry, 'cluster', 'stop', '--dir', dir], { stdio: 'ignore' });
  rmSync(work, { recursive: true, force: true });
}
