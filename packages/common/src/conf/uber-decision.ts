/**
 * Whether a MapReduce job is small enough to run in its AppMaster's own container. Hadoop: JobImpl.makeUberDecision. The AppMaster decides; its
 * submitter, by the same rule, tells the container beforehand, so that the process of the tasks starts with it.
 * Unlike Hadoop's, an uber task keeps its attempts (docs/decisions): its code runs in a process of its own, so a second
 * try is as safe as in a container.
 */
import type { Resource } from '../records/resource.js';
import type { Configuration } from './configuration.js';
import { mrKeys } from './mapreduce-keys.js';
import { mrAmKeys } from './mrappmaster-keys.js';

/** Set in the AppMaster's container where its job will be uber. */
export const UBER_VARIABLE = 'BOBBIN_UBER';

/** `mapreduce.job.ubertask.*`, and the AM's own container. */
export interface UberConf {
  readonly enabled: boolean;
  readonly maxMaps: number;
  readonly maxReduces: number;
  readonly maxBytes: number;
  /** Undefined: not limited. */
  readonly amMemoryMb: number | undefined;
  readonly amVcores: number;
}

/** What the decision goes by, the number of maps aside. */
export interface UberFacts {
  readonly uber: UberConf;
  readonly map: { readonly resource: Resource };
  readonly reduce: { readonly resource: Resource };
  readonly numReduces: number;
  readonly inputBytes: number;
}

export interface UberDecision {
  readonly isUber: boolean;
  /** Why not, one line each; empty for an uber job. */
  readonly reasons: readonly string[];
}

/** Where a kind of task is given none. */
const DEFAULT_TASK_MB = 1024;

/** The container of one kind of task. */
export function taskResource(conf: Configuration, type: 'MAP' | 'REDUCE'): Resource {
  const isMap = type === 'MAP';
  const memoryMb = conf.get(isMap ? mrKeys.mapMemoryMb : mrKeys.reduceMemoryMb);
  const vcores = conf.get(isMap ? mrKeys.mapVcores : mrKeys.reduceVcores);
  return { memoryMb: memoryMb > 0 ? memoryMb : DEFAULT_TASK_MB, vcores };
}

export function uberConf(conf: Configuration): UberConf {
  return {
    enabled: conf.get(mrKeys.uberEnable),
    maxMaps: conf.get(mrKeys.uberMaxMaps),
    maxReduces: conf.get(mrKeys.uberMaxReduces),
    maxBytes: conf.get(mrKeys.uberMaxBytes) ?? conf.get(mrKeys.localBlockBytes),
    amMemoryMb: conf.get(mrAmKeys.resourceMb),
    amVcores: conf.get(mrAmKeys.resourceVcores),
  };
}

export function decideUber(facts: UberFacts, numMaps: number): UberDecision {
  const { uber, map, reduce, numReduces, inputBytes } = facts;
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
