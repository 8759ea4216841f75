/**
 * typeAfter: what the next task of this process probably is, so that it gets ready for one of that kind and for none that will not
 * come: a thread that nobody needs costs as much as a short task. A wrong guess costs time, nothing else.
 */
import type { TaskType } from '@bobbin/common';
import type { TaskSpec } from '@bobbin/mapreduce/runtime';

/** Of the same kind; behind the last map comes a reduce, if there is any, and behind the last reduce nothing. */
export function typeAfter({ type, partition, numMaps, numReduces }: TaskSpec): TaskType | undefined {
  if (type === 'REDUCE') return partition === numReduces - 1 ? undefined : 'REDUCE';
  if (partition < numMaps - 1) return 'MAP';
  return numReduces > 0 ? 'REDUCE' : undefined;
}
