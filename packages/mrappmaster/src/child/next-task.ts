/**
 * kindsAhead: of which kinds the next tasks of this process probably are, so that it gets ready for these and for none that will not
 * come: a thread that nobody needs costs as much as a short task. A wrong guess costs time, nothing else.
 */
import type { TaskType } from '@bobbin/common';
import type { TaskSpec } from '@bobbin/mapreduce/runtime';

/** Of the same kind; behind the last two maps comes a reduce, if there is any, and behind the last reduce nothing. */
export function kindsAhead({ type, partition, numMaps, numReduces }: TaskSpec): readonly TaskType[] {
  if (type === 'REDUCE') return partition === numReduces - 1 ? [] : ['REDUCE'];
  const maps = numMaps - 1 - partition;
  const kinds: TaskType[] = maps > 0 ? ['MAP'] : [];
  return maps < 2 && numReduces > 0 ? [...kinds, 'REDUCE'] : kinds;
}
