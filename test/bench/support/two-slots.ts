/**
 * A cluster of one node that runs two tasks of 512 MB at a time, beside the AppMaster: what the peers get, two threads or two
 * processes. Reduces start when the maps are done: a slot that only waits for maps would be one less for them.
 */
import { withCluster, type BenchCluster } from './bench-cluster.js';
import type { Bench } from './benchmark.js';

const TASK_MB = 512;
const AM_MB = 512;

const NODE: Record<string, number> = {
  'yarn.nodemanager.resource.memory-mb': AM_MB + 2 * TASK_MB,
  'yarn.scheduler.minimum-allocation-mb': TASK_MB,
};
const JOB: Record<string, string | number> = {
  'yarn.app.mapreduce.am.resource.mb': AM_MB,
  'mapreduce.map.memory.mb': TASK_MB,
  'mapreduce.reduce.memory.mb': TASK_MB,
  'mapreduce.task.io.sort.mb': 250,
  'mapreduce.job.reduces': 2,
  'mapreduce.job.reduce.slowstart.completedmaps': 1,
};

const defines = (properties: Record<string, string | number>): string[] =>
  Object.entries(properties).flatMap(([key, value]) => ['-D', `${key}=${value}`]);

/** What a job adds on the command line to fit in. */
export const twoSlotJob: readonly string[] = defines(JOB);

/** Runs `work` on such a cluster and stops it, whatever happens. */
export function withTwoSlots<T>(bench: Bench, work: (cluster: BenchCluster) => Promise<T>): Promise<T> {
  return withCluster(bench, 1, defines(NODE), work);
}
