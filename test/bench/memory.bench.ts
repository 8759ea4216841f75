/** Resident memory of an idle RM and NM, and of an AppMaster while its job waits for its tasks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCluster } from './support/bench-cluster.js';
import { inTurn, medianOf, type Bench, type Benchmark, type Result, type Sample } from './support/benchmark.js';
import { descendants, rssMb } from './support/process-tree.js';
import { someText } from './support/text.js';

const SETTLE_MS = 3000;

export const benchmark: Benchmark = {
  name: 'memory',
  title: 'resident memory of idle daemons, and of an AppMaster that waits',
  runs: 3,
  run: measure,
};

async function measure(bench: Bench): Promise<Result> {
  const seen: Record<'rm' | 'nm' | 'am', Sample[]> = { rm: [], nm: [], am: [] };
  const look = async (): Promise<Sample> => {
    await withCluster(bench, 1, [], async (cluster) => {
      const { resourceManager, nodeManagers } = cluster.daemons;
      await pause();
      seen.rm.push({ value: rssMb(resourceManager.process.pid) });
      seen.nm.push({ value: rssMb(nodeManagers[0]?.process.pid ?? 0) });
      const job = join(bench.dir, 'waits.mjs');
      writeFileSync(
        job,
        `import { defineMapJob } from '@bobbin/mapreduce';
         export default defineMapJob({ mapper: () => new Promise((resolve) => setTimeout(resolve, 60_000)) });`,
      );
      const { folder } = someText(bench, 'text', 1, 1000);
      const output = join(bench.dir, `out-${seen.rm.length}`);
      const options = ['-D', 'mapreduce.job.ubertask.enable=false', '--no-wait'];
      const ran = await cluster.run('job', 'submit', '--json', job, '--input', folder, '--output', output, ...options);
      const { jobId } = JSON.parse(ran.stdout) as { jobId: string };
      await pause();
      const am = descendants(cluster.pids).find((pid) => /node\0(-[^\0]*\0)*am\.cjs/.test(commandOf(pid)));
      seen.am.push({ value: rssMb(am ?? 0) });
      await cluster.run('job', 'kill', jobId);
    });
    return seen.rm.at(-1) ?? { value: NaN };
  };
  await inTurn(bench, [{ what: 'RM', unit: 'MB', measure: look }]);
  const row = (what: string, samples: readonly Sample[], budget?: string) => ({
    what,
    unit: 'MB',
    samples,
    ...(budget !== undefined && { budget }),
  });
  const rows = [
    row('ResourceManager, idle', seen.rm, '<= 120 MB'),
    row('NodeManager, idle', seen.nm, '<= 100 MB'),
    row('AppMaster, its job waiting for one map', seen.am),
  ];
  const [rm, nm, am] = rows.map((one) => medianOf(one));
  return { rows, figures: { rm_mb: rm ?? null, nm_mb: nm ?? null, am_mb: am ?? null } };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
