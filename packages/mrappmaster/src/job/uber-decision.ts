/**
 * Whether a job is small enough to run in the AM's own container. Hadoop: JobImpl.makeUberDecision.
 * Unlike Hadoop's, an uber task keeps its attempts (docs/decisions): its code runs in a process of its own, so a second
 * try is as safe as in a container.
 */
import type { JobConf } from '../app-context.js';

export interface UberDecision {
  readonly isUber: boolean;
  /** Why not, one line each; empty for an uber job. */
  readonly reasons: readonly string[];
}

export function decideUber(conf: JobConf, numMaps: number): UberDecision {
  const { uber, map, reduce, numReduces, inputBytes } = conf;
  if (!uber.enabled) return { isUber: false, reasons: ['mapreduce.job.ubertask.enable is false'] };
  const reasons: string[] = [];
  const limit = (what: string, value: number, most: number): void => {
    if (value > most) reasons.push(`${what} ${value}, at most ${most} would do`);
  };
  limit('maps:', numMaps, uber.maxMaps);
  limit('reduces:', numReduces, uber.maxReduces);
  limit('bytes of input:', inputBytes, uber.maxBytes);
  const kinds = [...(numMaps > 0 ? [map] : []), ...(numReduces > 0 ? [reduce] : [])];
  const largest = (of: (kind: { memoryMb: number; vcores: number }) => number): number =>
    Math.max(0, ...kinds.map((kind) => of(kind.resource)));
  if (uber.amMemoryMb !== undefined)
    limit(
      'memory of a task in MiB:',
      largest((r) => r.memoryMb),
      uber.amMemoryMb,
    );
  limit(
    'virtual cores of a task:',
    largest((r) => r.vcores),
    uber.amVcores,
  );
  return { isUber: reasons.length === 0, reasons };
}
