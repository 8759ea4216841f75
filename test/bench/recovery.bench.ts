/**
 * The RM, the AppMaster, and a NodeManager, killed with SIGKILL in the middle of a job's maps: how long until the first new container
 * runs, and whether any map ran again. RM and NM are started again at once by `bobbin cluster start`, whose time counts. Everything is read
 * from the job's history, by the clock of the AppMaster that launched the container; nothing is polled for the figure.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findHistory, parseApplicationAttemptId, parseContainerId, type AttemptInfo, type JobId } from '@bobbin/common';
import { BenchCluster } from './support/bench-cluster.js';
import { inTurn, medianOf, type Bench, type Benchmark, type Result, type Sample } from './support/benchmark.js';
import { MapAttempts } from './support/map-attempts.js';
import { descendants, runsScript } from './support/process-tree.js';

const MAPS = 48;
const MAP_MS = 200;
/** As many maps are finished when something is killed. */
const FINISHED = 9;

type Victim = 'rm' | 'am' | 'nm';

export const benchmark: Benchmark = {
  name: 'recovery',
  title: `kill -9 in the middle of ${MAPS} maps of ${MAP_MS} ms on two nodes, a new container each`,
  runs: 5,
  run: measure,
};

async function measure(bench: Bench): Promise<Result> {
  const input = join(bench.dir, 'input');
  mkdirSync(input);
  for (let n = 0; n < MAPS; n++) writeFileSync(join(input, `line-${n}.txt`), `line ${n}\n`);
  const rerun = { finished: 0, running: 0 };
  const kill = async (victim: Victim): Promise<Sample> => {
    const { value, finished, running } = await killOne(bench, input, victim);
    rerun.finished += finished;
    rerun.running += running;
    return { value };
  };
  const rows = await inTurn(bench, [
    { what: 'RM: a container that the new RM gave runs', unit: 's', budget: '< 3 s', measure: () => kill('rm') },
    { what: 'AM: a container that the new AM asked for runs', unit: 's', budget: '< 1 s', measure: () => kill('am') },
    { what: 'NM: a new container runs on the new NM', unit: 's', measure: () => kill('nm') },
  ]);
  const [rm, am, nm] = rows.map((row) => medianOf(row, 2));
  return {
    rows,
    figures: {
      rm_s: rm ?? null,
      am_s: am ?? null,
      nm_s: nm ?? null,
      finished_maps_rerun: rerun.finished,
      running_maps_rerun: rerun.running,
    },
    notes: [
      "From the signal to the start of a map's attempt in the history. RM: its container's id carries the new epoch. AM: its container is of the",
      'new application attempt. NM: it runs on the node of the NM that died. Starting RM and NM again is part of it.',
    ],
  };
}

interface Killed {
  /** Until the first new container, s. */
  readonly value: number;
  /** Maps that ran again. */
  readonly finished: number;
  readonly running: number;
}

/** One job on a new cluster: nothing of an earlier kill is in the way. */
async function killOne(bench: Bench, input: string, victim: Victim): Promise<Killed> {
  const cluster = await BenchCluster.start(bench, 2);
  const output = join(bench.dir, 'out');
  try {
    const done = submit(bench, cluster, input, output);
    done.catch(() => undefined);
    const maps = new MapAttempts();
    const { jobId, folder } = await inMidMaps(join(cluster.dir, 'staging'), maps);
    const node = maps.running.at(-1)?.trackerName ?? '';
    const { resourceManager, nodeManagers } = cluster.daemons;
    const pid = {
      rm: () => resourceManager.process.pid,
      nm: () => nodeManagers.find(({ address }) => address === node)?.process.pid,
      am: () => descendants(cluster.pids).find((each) => runsScript(each, 'am.cjs')),
    }[victim]();
    if (pid === undefined) throw new Error(`there is no ${victim} to kill`);
    const killedAtMs = Date.now();
    process.kill(pid, 'SIGKILL');
    await (victim === 'am' ? maps.readStaging(jobId, folder) : cluster.restart());
    await done;
    const finished = await findHistory(join(cluster.dir, 'history', 'done'), jobId);
    if (!finished) throw new Error(`${jobId} left no history`);
    await maps.read(jobId, finished.path);
    return { value: secondsUntilNew(maps, victim, node, killedAtMs), ...maps.rerunAfter(killedAtMs) };
  } finally {
    await cluster.stop();
    for (const folder of [output, cluster.dir]) rmSync(folder, { recursive: true, force: true });
  }
}

function submit(bench: Bench, cluster: BenchCluster, input: string, output: string): Promise<unknown> {
  const options = {
    'mapreduce.job.ubertask.enable': false,
    'bobbin.job.container-reuse.enable': false,
    'mapreduce.job.reduce.slowstart.completedmaps': 1,
    'mapreduce.map.speculative': false,
    'bobbin.client.connect.max-wait-ms': 60_000,
    'test.map-ms': MAP_MS,
  };
  const defines = Object.entries(options).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
  return cluster.submit(
    join(bench.root, 'test/bench/jobs/slow-maps.ts'),
    '--input',
    input,
    '--output',
    output,
    ...defines,
  );
}

/** Waits until enough maps are finished, and one runs on each node or more. */
async function inMidMaps(staging: string, maps: MapAttempts): Promise<{ jobId: JobId; folder: string }> {
  for (;;) {
    const [user = ''] = existsSync(staging) ? readdirSync(staging) : [];
    const jobs = join(staging, user, '.staging');
    const [jobId] = user !== '' && existsSync(jobs) ? (readdirSync(jobs) as JobId[]) : [];
    if (jobId !== undefined) {
      const folder = join(jobs, jobId);
      await maps.readStaging(jobId, folder);
      if (maps.finished.length >= FINISHED && maps.running.length > 0) return { jobId, folder };
    }
    await pause(5);
  }
}

function secondsUntilNew(maps: MapAttempts, victim: Victim, node: string, killedAtMs: number): number {
  const known = new Set(
    maps
      .all()
      .filter(({ startTimeMs }) => startTimeMs <= killedAtMs)
      .map((a) => a.containerId),
  );
  const isNew = ({ containerId, trackerName }: AttemptInfo): boolean => {
    const { epoch, applicationAttemptId } = parseContainerId(containerId);
    if (victim === 'rm') return epoch > 0;
    return victim === 'am' ? parseApplicationAttemptId(applicationAttemptId).attempt > 1 : trackerName === node;
  };
  const starts = maps.all().filter((attempt) => !known.has(attempt.containerId) && isNew(attempt));
  if (starts.length === 0) throw new Error(`no new container ran after the ${victim} was killed`);
  return (Math.min(...starts.map(({ startTimeMs }) => startTimeMs)) - killedAtMs) / 1000;
}
