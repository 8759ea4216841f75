/** The machine that a figure was taken on, and how busy it was when the run began. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** Mean length of the run queue over the minute before. */
  readonly load: number;
  /** All of it in a line. */
  readonly text: string;
}

export function thisMachine(): Machine {
  const cores = availableParallelism();
  const memoryGb = Math.round(totalmem() / 1e9);
  const load = Math.round((loadavg()[0] ?? 0) * 100) / 100;
  const model = cpus()[0]?.model.trim() ?? process.arch;
  const text = `${cores} cores (${model}), ${memoryGb} GB, Linux ${release()}, Node ${process.versions.node}; load before the run ${load}`;
  return { cores, memoryGb, node: process.versions.node, load, text };
}
