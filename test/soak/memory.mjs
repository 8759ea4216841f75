/**
 * `npm run soak:memory [-- GB]`: tasks of 128 MiB over twenty times as much data, on real processes: one map of 2.7 GB whose spills take
 * several passes, then many maps and one reduce of 2.7 GB that does; plain and compressed. Held against GNU sort byte for byte; what
 * takes more memory than its container is killed. Peaks are of resident memory, Node's own program included. Needs about 12 GB below the system's folder for temporary files.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = join(root, 'packages/cli/bin/bobbin.mjs');
const work = mkdtempSync(join(tmpdir(), 'bobbin-soak-memory-'));
const bytes = Number(process.argv[2] ?? 2.7) * 1e9;
const dir = join(work, 'cluster');
const input = join(work, 'lines.txt');

function bobbin(...args) {
  const { status, stdout } = spawnSync(process.execPath, [entry, ...args, '--dir', dir], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`bobbin ${args[0]} ${args[1]} exited with ${status}\n${stdout}`);
  return stdout;
}

function digest(script, ...args) {
  const env = { ...process.env, LC_ALL: 'C' };
  return execFileSync('bash', ['-eo', 'pipefail', '-c', script, '_', ...args], { cwd: work, env, encoding: 'utf8' });
}

/** Lines of base64, random but the same each time, so that nothing of them compresses to nothing. */
function makeInput() {
  const random = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'soak'), Buffer.alloc(16));
  const zeros = Buffer.alloc(7_500_000);
  const file = openSync(input, 'w');
  for (let done = 0; done < bytes; done += 10_000_000) {
    const block = Buffer.from(random.update(zeros).toString('base64'), 'latin1');
    for (let end = 99; end < block.length; end += 100) block[end] = 0x0a;
    writeSync(file, block);
  }
  closeSync(file);
}

const MIB = 1 << 20;
const small = ['mapreduce.map.memory.mb=128', 'mapreduce.reduce.memory.mb=128', 'mapreduce.job.reduces=1'];
const whole = 'bobbin.fs.local.block-size=100g';
const pieces = `bobbin.fs.local.block-size=${64 * MIB}`;
const codec = 'mapreduce.map.output.compress.codec=org.apache.hadoop.io.compress.ZStandardCodec';
const compressed = ['mapreduce.map.output.compress=true', codec];
const cases = {
  'one map': [whole],
  'one map, compressed': [whole, ...compressed],
  'many maps, one reduce': [pieces, 'mapreduce.task.io.sort.factor=5'],
  'many maps, one reduce, compressed': [pieces, 'mapreduce.task.io.sort.factor=5', ...compressed],
};

try {
  makeInput();
  const expected = digest('sort -S 2G --parallel=2 -T . "$1" | sha256sum', input);
  bobbin('cluster', 'start', '--nodes', '1', '-D', 'yarn.scheduler.minimum-allocation-mb=128');
  for (const [what, settings] of Object.entries(cases)) {
    const output = join(work, 'sorted');
    const defines = [...small, ...settings].flatMap((setting) => ['-D', setting]);
    const started = performance.now();
    const job = join(root, 'examples/sort/sort.ts');
    const said = bobbin('job', 'submit', job, '--input', input, '--output', output, ...defines);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const counter = (name) => Number(new RegExp(`${name}=(\\d+)`).exec(said)?.[1] ?? NaN);
    const passes = counter('Spilled Records') / counter('Map input records');
    const peak = ['Map', 'Reduce'].map((kind) =>
      (counter(`Peak ${kind} Physical memory \\(bytes\\)`) / MIB).toFixed(0),
    );
    if (digest('cat "$1"/part-r-* | sha256sum', output) !== expected) throw new Error(`${what}: not what sort gives`);
    if (counter('Failed (map|reduce) tasks') > 0) throw new Error(`${what}: tasks failed\n${said}`);
    console.log(
      `${what}: equal; ${seconds} s, each record written ${passes.toFixed(1)} times, peaks ${peak.join(' and ')} MiB`,
    );
    rmSync(output, { recursive: true });
  }
} finally {
  if (existsSync(dir)) spawnSync(process.execPath, [entry, 'cluster', 'stop', '--dir', dir], { stdio: 'ignore' });
  rmSync(work, { recursive: true, force: true });
}
