/**
 * Containers that do nothing, as an AppMaster gets them: asked for, started, ended and reported, by the distributed shell of the examples.
 * Beside them the floor: the very launch script of such a container, run as often and as many at a time by a plain loop, behind the one
 * shell that a NodeManager needs to keep the exit code. Each copy leaves a line behind, so that none is counted that did not run.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withCluster, type BenchCluster } from './support/bench-cluster.js';
import { inTurn, medianOf, type Bench, type Benchmark, type Result, type Sample } from './support/benchmark.js';

const CONTAINERS = 200;
const SLOTS_A_NODE = 8;
const NODES = 2;
/** One slot is the AppMaster's. */
const AT_A_TIME = NODES * SLOTS_A_NODE - 1;

export const benchmark: Benchmark = {
  name: 'containers',
  title: `${CONTAINERS} containers that do nothing, ${AT_A_TIME} at a time on ${NODES} nodes, first ask to last report`,
  runs: 5,
  run: (bench) =>
    withCluster(
      bench,
      NODES,
      ['-D', `yarn.nodemanager.resource.cpu-vcores=${SLOTS_A_NODE}`, '-D', 'yarn.nodemanager.resource.memory-mb=16384'],
      (cluster) => measure(bench, cluster),
    ),
};

async function measure(bench: Bench, cluster: BenchCluster): Promise<Result> {
  const shell = join(bench.root, 'examples/distributed-shell');
  const trace = join(bench.dir, 'ran');

  const ours = async (): Promise<Sample> => {
    rmSync(trace, { force: true });
    const copies = ['--copies', String(CONTAINERS), `echo $COPY >> ${trace}`];
    const ran = await cluster.run('app', 'submit', shell, '--', ...copies);
    const seconds = Number(/copies succeeded in ([\d.]+) s/.exec(ran.stdout)?.[1]);
    mustHaveRun(trace, 'copies');
    await cluster.quiet();
    return { value: CONTAINERS / seconds, peakMb: ran.peakMb };
  };

  await ours();
  // The folder of a container goes when it ends, its logs and its script stay.
  const script = join(bench.dir, 'launch_container.sh');
  copyFileSync(aLaunchScript(join(cluster.dir, 'logs')), script);

  const rows = await inTurn(bench, [
    { what: 'containers', unit: '1/s', measure: ours },
    { what: 'floor: their launch scripts, by themselves', unit: '1/s', measure: () => floor(bench, script, trace) },
  ]);
  const [mine, bare] = rows;
  return {
    rows,
    figures: { ours_per_s: mine ? medianOf(mine, 1) : null, floor_per_s: bare ? medianOf(bare, 1) : null },
    notes: ["Containers: from the AppMaster's first ask to the last end it was told of, by its own clock."],
  };
}

async function floor(bench: Bench, script: string, trace: string): Promise<Sample> {
  rmSync(trace, { force: true });
  const started = performance.now();
  let left = CONTAINERS;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await runScript(bench, script);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  const seconds = (performance.now() - started) / 1000;
  mustHaveRun(trace, 'scripts');
  return { value: CONTAINERS / seconds };
}

function runScript(bench: Bench, script: string): Promise<void> {
  const child = spawn('/bin/bash', ['-c', '/bin/bash "$1" </dev/null >/dev/null 2>&1; exit $?', 'floor', script], {
    cwd: bench.dir,
    stdio: 'ignore',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${script} ended with ${code}`))));
  });
}

function mustHaveRun(trace: string, what: string): void {
  const lines = readFileSync(trace, 'utf8').trimEnd().split('\n').length;
  if (lines !== CONTAINERS) throw new Error(`${lines} ${what} ran, not ${CONTAINERS}`);
}

/** That of a container which is not an AppMaster's. */
function aLaunchScript(logs: string): string {
  const found = readdirSync(logs, { recursive: true, encoding: 'utf8' }).find((path) =>
    /_01_0*[2-9]\/launch_container\.sh$/.test(path),
  );
  if (found === undefined) throw new Error(`no container left its launch script below ${logs}`);
  return join(logs, found);
}
