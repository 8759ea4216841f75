/**
 * `npm run demo`: a cluster of real processes, a word count over real text, its result, and a clean stop.
 * Speaks to the cluster through the bobbin command only, and prints each command as a user would type it.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bobbin = join(root, 'packages/cli/bin/bobbin.mjs');
const work = mkdtempSync(join(tmpdir(), 'bobbin-demo-'));
const cluster = join(work, 'cluster');
const output = join(work, 'counts');
const text = join(work, 'text');
/** The demo's cluster is not the one that the user's next command should find. */
const env = { ...process.env, XDG_STATE_HOME: join(work, 'state') };

function run(args, { quiet = false } = {}) {
  const shown = args.map((a) => (a.startsWith(root) ? relative(root, a) : a));
  if (!quiet) console.log(`\n$ npx bobbin ${shown.join(' ')}`);
  return spawnSync(process.execPath, [bobbin, ...args], { stdio: 'inherit', cwd: root, env }).status ?? 1;
}

/** Every file below node_modules/typescript, joined to a dozen; a newline keeps neighbours apart. */
function collectText() {
  mkdirSync(text);
  const files = readdirSync(realpathSync(join(root, 'node_modules/typescript')), {
    recursive: true,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  files.forEach((file, n) => appendFileSync(join(text, `text-${n % 12}.txt`), `${readFileSync(file, 'utf8')}\n`));
  const bytes = readdirSync(text).reduce((sum, name) => sum + statSync(join(text, name)).size, 0);
  console.log(`${(bytes / 1e6).toFixed(1)} MB of text from ${files.length} files lie in ${text}`);
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

collectText();
let status = run(['cluster', 'start', '--nodes', '2', '--dir', cluster]);
try {
  if (status === 0) {
    const job = join(root, 'examples/wordcount/wordcount.ts');
    const options = ['-D', 'mapreduce.job.reduces=2', '-D', 'mapreduce.job.ubertask.enable=false'];
    status = run(['job', 'submit', job, '--input', text, '--output', output, ...options, '--dir', cluster]);
  }
  if (status === 0) {
    tenCommonest();
    run(['cluster', 'status', '--dir', cluster]);
    console.log(`\nResult:  ${output}\nLogs:    ${join(cluster, 'logs')}\nHistory: ${join(cluster, 'history')}`);
  }
} finally {
  const stopped = run(['cluster', 'stop', '--dir', cluster]);
  if (status === 0) status = stopped;
}
process.exitCode = status;
