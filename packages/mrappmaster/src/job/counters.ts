/**
 * Sums of counters over attempts. Hadoop: mapreduce.counters.AbstractCounters.incrAllCounters, JobCounter, and the four
 * task counters that are aggregated by maximum.
 */
import type { CounterGroups } from '@bobbin/common';

export const JOB_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.JobCounter';

const BY_MAXIMUM: ReadonlySet<string> = new Set([
  'MAP_PHYSICAL_MEMORY_BYTES_MAX',
  'MAP_VIRTUAL_MEMORY_BYTES_MAX',
  'REDUCE_PHYSICAL_MEMORY_BYTES_MAX',
  'REDUCE_VIRTUAL_MEMORY_BYTES_MAX',
]);

/** Every group and counter that occurs in any of `all`, added up (or the largest, for the `..._MAX` counters). */
export function sumCounters(all: Iterable<CounterGroups>): CounterGroups {
  const sums: Record<string, Record<string, number>> = {};
  for (const groups of all) {
    for (const group in groups) {
      const target = (sums[group] ??= {});
      const source = groups[group] ?? {};
      for (const name in source) {
        const value = source[name] ?? 0;
        const sum = target[name];
        if (sum === undefined) target[name] = value;
        else target[name] = BY_MAXIMUM.has(name) ? Math.max(sum, value) : sum + value;
      }
    }
  }
  return sums;
}
