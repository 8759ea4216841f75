/**
 * `npm run demo`: a cluster of real processes, a word count over real text, its result, and a clean stop.
 * Speaks to the cluster through the bobbin command only, and prints each command as a user would type it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bobbin = join(root, 'packages/cli/bin/bobbin.mjs');
const work = mkdtempSync(join(tmpdir(), 'bobbin-demo-'));
const cluster = join(work, 'cluster');
const output = join(work, 'counts');
const text = realpathSync(join(root, 'node_modules/typescript'));

function run(args, { quiet = false } = {}) {
  const shown = args.map((a) => (a.startsWith(root) ? relative(root, a) : a));
  if (!quiet) console.log(`\n$ npx bobbin ${shown.join(' ')}`);
  return spawnSync(process.execPath, [bobbin, ...args], { stdio: 'inherit', cwd: root }).status ?? 1;
}

function tenCommonest() {
  const counts = readdirSync(output)
    .filter((name) => name.startsWith('part-'))
    .flatMap((name) => readFileSync(join(output, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  counts.sort((a, b) => Number(b[1]) - Number(a[1]));
  console.log('\nThe ten commonest words:');
  for (const [word, count] of counts.slice(0, 10))
    console.log(`${Number(count).toLocaleString('en-US').padStart(12)}  ${word}`);
}

let status = run(['cluster', 'start', '--nodes', '2', '--dir', cluster]);
try {
  if (status === 0) {
    status = run([
      'job',
      'submit',
      join(root, 'examples/wordcount/wordcount.ts'),
      '--input',
      text,
      '--output',
      output,
      '-D',
      'mapreduce.input.fileinputformat.input.dir.recursive=true',
      '-D',
      'mapreduce.job.ubertask.enable=false',
      '-D',
      'bobbin.fs.local.block-size=4194304',
      '-D',
      'mapreduce.job.reduces=2',
      '--dir',
      cluster,
    ]);
  }
  if (status === 0) {
    tenCommonest();
    run(['cluster', 'status', '--dir', cluster]);
    console.log(`\nResult: ${output}\nLogs:   ${join(cluster, 'logs')} (they stay)`);
  }
} finally {
  const stopped = run(['cluster', 'stop', '--dir', cluster]);
  if (status === 0) status = stopped;
  if (status === 0) rmSync(join(cluster, 'run'), { recursive: true, force: true });
}
process.exitCode = status;
