/**
 * How a task's memory is shared out: the container's limit pays for Node itself, the buffers of the data path, and the heap of
 * user code. V8's limit does not see buffers (datapath.md 10), so the heap gets what the buffers leave.
 * Hadoop: -Xmx from mapreduce.job.heap.memory-mb.ratio.
 */
import type { TaskType } from '@bobbin/common';

/** Of a thread, in MiB. */
export interface MemoryPlan {
  /** For `resourceLimits` of a worker. */
  readonly maxOldGenerationSizeMb: number;
  readonly maxYoungGenerationSizeMb: number;
  /** Address space of its slab, for the largest task it may carry. */
  readonly slabMb: number;
}

/** Of a task of one kind, in MiB. */
export interface MemoryNeeds {
  readonly containerMb: number;
  /** What Node and the data path's buffers take. */
  readonly offHeapMb: number;
}

/** User code gets this much even where the buffers leave less; the container may then be killed for its memory. */
const LEAST_HEAP_MB = 32;
/** V8's own choice for a 64-bit process. */
const YOUNG_MB = 48;
/** Share of a container that is planned for; the rest is for what nobody counts (stacks, code, fragments). */
const PLANNED_FRACTION = 0.95;

export function planMemory({ containerMb, offHeapMb }: MemoryNeeds): MemoryPlan {
  const young = Math.max(8, Math.min(YOUNG_MB, Math.floor(containerMb / 16)));
  const old = Math.floor(containerMb * PLANNED_FRACTION - offHeapMb) - young;
  return { maxOldGenerationSizeMb: Math.max(LEAST_HEAP_MB, old), maxYoungGenerationSizeMb: young, slabMb: offHeapMb };
}

/** What the AppMaster of an uber job takes of the container that it shares with its tasks, MiB. */
const APP_MASTER_MB = 128;

/**
 * The plans of an uber job's tasks, whose container is the AppMaster's: where it has room for the larger heap beside the larger buffers, both
 * kinds have the same plan, so that they may share a thread. What a task may hold in all is watched apart, by its own memory (LimitWatch).
 */
export function planUber(needs: Readonly<Record<TaskType, MemoryNeeds>>, amMb: number): Record<TaskType, MemoryPlan> {
  const plans = { MAP: planMemory(needs.MAP), REDUCE: planMemory(needs.REDUCE) };
  const { MAP, REDUCE } = plans;
  const larger = MAP.maxOldGenerationSizeMb > REDUCE.maxOldGenerationSizeMb ? MAP : REDUCE;
  const both = { ...larger, slabMb: Math.max(MAP.slabMb, REDUCE.slabMb) };
  const wantedMb = APP_MASTER_MB + both.slabMb + both.maxOldGenerationSizeMb + both.maxYoungGenerationSizeMb;
  return wantedMb <= amMb ? { MAP: both, REDUCE: both } : plans;
}
