/**
 * How a task's memory is shared out: the container's limit pays for Node itself, the buffers of the data path, and the heap of
 * user code. V8's limit does not see buffers (datapath.md 10), so the heap gets what the buffers leave.
 * Hadoop: -Xmx from mapreduce.job.heap.memory-mb.ratio.
 */

/** For `resourceLimits` of a worker. */
export interface MemoryPlan {
  readonly maxOldGenerationSizeMb: number;
  readonly maxYoungGenerationSizeMb: number;
}

/** User code gets this much even where the buffers leave less; the container may then be killed for its memory. */
const LEAST_HEAP_MB = 32;
/** V8's own choice for a 64-bit process. */
const YOUNG_MB = 48;
/** Share of a container that is planned for; the rest is for what nobody counts (stacks, code, fragments). */
const PLANNED_FRACTION = 0.95;

/** Both in MiB; `offHeapMb` is what Node and the data path's buffers take. */
export function planMemory(containerMb: number, offHeapMb: number): MemoryPlan {
  const young = Math.max(8, Math.min(YOUNG_MB, Math.floor(containerMb / 16)));
  const old = Math.floor(containerMb * PLANNED_FRACTION - offHeapMb) - young;
  return { maxOldGenerationSizeMb: Math.max(LEAST_HEAP_MB, old), maxYoungGenerationSizeMb: young };
}
