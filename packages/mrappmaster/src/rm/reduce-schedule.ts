/**
 * When reduces are asked for, and when running ones make room for maps. Hadoop: scheduleReduces and preemptReducesIfNeeded
 * of mapreduce.v2.app.rm.RMContainerAllocator (reference mapreduce.md 3.5). Pure arithmetic over resource vectors; the
 * allocator carries the answers out. A reduce that starts early shuffles while maps run, one that starts too early takes
 * the room the maps need: hence slow start, the ramp, and preemption.
 */
import { addResources, subtractResources, type Resource } from '@bobbin/common';

export interface ReduceScheduleSettings {
  /** Share of the maps that must be complete before the first reduce is asked for, 0..1. */
  readonly slowStartFraction: number;
  /** Share of the job's room that reduces may take while maps wait, 0..1. */
  readonly rampUpLimitFraction: number;
  /** Share of the job's room that one preemption may take from reduces, 0..1. */
  readonly preemptionLimitFraction: number;
  /** Maps that waited longer make running reduces yield where headroom has no room for a map; 0: at once. */
  readonly preemptDelayMs: number;
  /**
   * No reduce yields before maps have gone without any container for so long. Hadoop looks once a heartbeat and does not see the
   * moment between the end of a map and the next grant; this allocator looks at each event.
   */
  readonly maplessPatienceMs: number;
  /** Maps that waited longer make reduces yield whatever headroom says; below 0: never. */
  readonly unconditionalPreemptDelayMs: number;
}

/** The figures of the job and the allocator at one instant. */
export interface ReduceScheduleView {
  readonly totalMaps: number;
  /** Succeeded, failed and killed ones. */
  readonly completedMaps: number;
  readonly scheduledMaps: number;
  readonly assignedMaps: number;
  /** How long maps have waited while none had a container; 0 where one has. */
  readonly maplessForMs: number;
  readonly pendingReduces: number;
  readonly scheduledReduces: number;
  readonly assignedReduces: number;
  /** What the RM says is left for this job. */
  readonly headroom: Resource;
  /** Container sizes; absent until the first request of the kind. */
  readonly mapSize?: Resource;
  readonly reduceSize?: Resource;
}

const scale = (r: Resource, factor: number): Resource => ({
  memoryMb: r.memoryMb * factor,
  vcores: r.vcores * factor,
});

const ratios = (room: Resource, size: Resource): number[] => {
  const all: number[] = [];
  if (size.memoryMb > 0) all.push(room.memoryMb / size.memoryMb);
  if (size.vcores > 0) all.push(room.vcores / size.vcores);
  return all;
};

/** How many containers of `size` fit into `room`; rounded towards zero, negative where there is less than no room. */
export function containersIn(room: Resource, size: Resource): number {
  const all = ratios(room, size);
  return all.length === 0 ? 0 : Math.trunc(Math.min(...all));
}

/** How many containers of `size` it takes to cover `need` in every dimension. */
export function containersFor(need: Resource, size: Resource): number {
  return Math.max(0, Math.ceil(Math.max(0, ...ratios(need, size))));
}

/** Whether enough maps are complete for reduces to start. Once true the caller never asks again. */
export function slowStartReached(view: ReduceScheduleView, settings: ReduceScheduleSettings): boolean {
  return view.completedMaps >= Math.ceil(settings.slowStartFraction * view.totalMaps);
}

/** All the room this job has: what is left, and what its own containers take. */
export function resourceLimit(view: ReduceScheduleView): Resource {
  let limit = view.headroom;
  if (view.mapSize) limit = addResources(limit, scale(view.mapSize, view.assignedMaps));
  if (view.reduceSize) limit = addResources(limit, scale(view.reduceSize, view.assignedReduces));
  return limit;
}

/**
 * How many reduces to move from pending to scheduled (above 0) or back (below 0), slow start being reached. All pending
 * ones where no map waits for a container.
 */
export function reducesToSchedule(view: ReduceScheduleView, settings: ReduceScheduleSettings): number {
  if (view.scheduledMaps === 0) return view.pendingReduces;
  const { mapSize, reduceSize } = view;
  if (!mapSize || !reduceSize) return 0;
  const done = view.totalMaps > 0 ? view.completedMaps / view.totalMaps : 1;
  const limit = resourceLimit(view);
  const idealReduce = scale(limit, Math.min(done, settings.rampUpLimitFraction));
  const idealMap = subtractResources(limit, idealReduce);
  const mapsInPlay = view.scheduledMaps + view.assignedMaps;
  const mapsFit = containersIn(idealMap, mapSize) >= mapsInPlay;
  const finalReduce = mapsFit
    ? addResources(idealReduce, subtractResources(idealMap, scale(mapSize, mapsInPlay)))
    : idealReduce;
  const taken = scale(reduceSize, view.scheduledReduces + view.assignedReduces);
  const change = containersIn(subtractResources(finalReduce, taken), reduceSize);
  return change >= 0 ? Math.min(change, view.pendingReduces) : -Math.min(-change, view.scheduledReduces);
}

/**
 * How many running reduces must yield to waiting maps; undefined if none, and then reduces may be scheduled. A number, even
 * 0, means that all scheduled reduces go back to pending. `hangingMaps(delay)` counts maps that waited longer than it.
 */
export function reducesToPreempt(
  view: ReduceScheduleView,
  settings: ReduceScheduleSettings,
  hangingMaps: (delayMs: number) => number,
): number | undefined {
  const { mapSize, reduceSize } = view;
  if (!mapSize || !reduceSize || view.assignedMaps > 0 || view.scheduledMaps === 0) return undefined;
  if (view.maplessForMs < settings.maplessPatienceMs) return undefined;
  if (settings.unconditionalPreemptDelayMs >= 0) {
    const hanging = hangingMaps(settings.unconditionalPreemptDelayMs);
    if (hanging > 0) return preemption(view, settings, mapSize, reduceSize, hanging);
  }
  const forMaps = subtractResources(view.headroom, scale(reduceSize, view.scheduledReduces));
  if (containersIn(forMaps, mapSize) > 0) return undefined;
  const hanging = hangingMaps(settings.preemptDelayMs);
  return hanging > 0 ? preemption(view, settings, mapSize, reduceSize, hanging) : undefined;
}

function preemption(
  view: ReduceScheduleView,
  settings: ReduceScheduleSettings,
  mapSize: Resource,
  reduceSize: Resource,
  hanging: number,
): number {
  const forOneMap = containersFor(mapSize, reduceSize);
  const byLimit = containersFor(scale(resourceLimit(view), settings.preemptionLimitFraction), reduceSize);
  const forAllMaps = containersFor(scale(mapSize, hanging), reduceSize);
  return Math.min(Math.max(forOneMap, byLimit), forAllMaps);
}
