/**
 * ScheduledRequests: attempts whose containers have been asked for and have not come. Hadoop: the inner class of that name
 * in mapreduce.v2.app.rm.RMContainerAllocator. Maps are found by host, by rack, or oldest first; maps that failed before
 * and reduces oldest first only. Each lookup is amortised constant: queues drop what is no longer scheduled when they meet it;
 * it is linear in those whom `accepts`, where it is given, turns away.
 */
import type { TaskAttemptId } from '@bobbin/common';
import type { ContainerRequest } from './container-requestor.js';

type Accepts = (request: ContainerRequest) => boolean;

/** Attempts in order of arrival; `first` forgets those at the head that are not `alive` any more. */
class ArrivalQueue {
  private items: TaskAttemptId[] = [];
  private head = 0;

  push(id: TaskAttemptId): void {
    this.items.push(id);
  }

  first(
    alive: ReadonlyMap<TaskAttemptId, ContainerRequest>,
    accepts: Accepts | undefined,
  ): ContainerRequest | undefined {
    while (this.head < this.items.length && !this.at(this.head, alive)) this.head++;
    if (this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    }
    for (let i = this.head; i < this.items.length; i++) {
      const request = this.at(i, alive);
      if (request && (!accepts || accepts(request))) return request;
    }
    return undefined;
  }

  private at(index: number, alive: ReadonlyMap<TaskAttemptId, ContainerRequest>): ContainerRequest | undefined {
    const id = this.items[index];
    return id === undefined ? undefined : alive.get(id);
  }
}

export class ScheduledRequests {
  private readonly maps = new Map<TaskAttemptId, ContainerRequest>();
  private readonly failedMaps = new Map<TaskAttemptId, ContainerRequest>();
  private readonly reduces = new Map<TaskAttemptId, ContainerRequest>();
  private readonly mapQueue = new ArrivalQueue();
  private readonly failedMapQueue = new ArrivalQueue();
  private readonly reduceQueue = new ArrivalQueue();
  private readonly byHost = new Map<string, ArrivalQueue>();
  private readonly byRack = new Map<string, ArrivalQueue>();

  /** Maps without a container, those that failed before included. */
  get mapCount(): number {
    return this.maps.size + this.failedMaps.size;
  }

  get failedMapCount(): number {
    return this.failedMaps.size;
  }

  get reduceCount(): number {
    return this.reduces.size;
  }

  addMap(request: ContainerRequest): void {
    this.maps.set(request.attemptId, request);
    this.mapQueue.push(request.attemptId);
    for (const host of request.hosts) queueOf(this.byHost, host).push(request.attemptId);
    for (const rack of request.racks) queueOf(this.byRack, rack).push(request.attemptId);
  }

  addFailedMap(request: ContainerRequest): void {
    this.failedMaps.set(request.attemptId, request);
    this.failedMapQueue.push(request.attemptId);
  }

  addReduce(request: ContainerRequest): void {
    this.reduces.set(request.attemptId, request);
    this.reduceQueue.push(request.attemptId);
  }

  /** Takes an attempt out; undefined if it was not scheduled. */
  remove(id: TaskAttemptId): ContainerRequest | undefined {
    for (const kind of [this.maps, this.failedMaps, this.reduces]) {
      const request = kind.get(id);
      if (request) {
        kind.delete(id);
        return request;
      }
    }
    return undefined;
  }

  /** The oldest scheduled map whose data lie on this host, of those that are accepted. */
  mapOnHost(host: string, accepts?: Accepts): ContainerRequest | undefined {
    return this.byHost.get(host)?.first(this.maps, accepts);
  }

  /** The oldest scheduled map whose data lie in this rack. */
  mapInRack(rack: string, accepts?: Accepts): ContainerRequest | undefined {
    return this.byRack.get(rack)?.first(this.maps, accepts);
  }

  oldestMap(accepts?: Accepts): ContainerRequest | undefined {
    return this.mapQueue.first(this.maps, accepts);
  }

  oldestFailedMap(accepts?: Accepts): ContainerRequest | undefined {
    return this.failedMapQueue.first(this.failedMaps, accepts);
  }

  oldestReduce(accepts?: Accepts): ContainerRequest | undefined {
    return this.reduceQueue.first(this.reduces, accepts);
  }

  /** How many maps have waited longer than `delayMs` at `now`; all of them where the delay is 0 or less. */
  hangingMaps(delayMs: number, now: number): number {
    if (delayMs <= 0) return this.mapCount;
    let count = 0;
    for (const kind of [this.maps, this.failedMaps]) {
      for (const request of kind.values()) if (now - request.requestedAtMs > delayMs) count++;
    }
    return count;
  }

  /** Every scheduled request; maps that never failed before come first. */
  *all(): Iterable<ContainerRequest> {
    yield* this.waitingMaps();
    yield* this.waitingReduces();
  }

  *waitingMaps(): Iterable<ContainerRequest> {
    yield* this.maps.values();
    yield* this.failedMaps.values();
  }

  waitingReduces(): Iterable<ContainerRequest> {
    return this.reduces.values();
  }
}

function queueOf(queues: Map<string, ArrivalQueue>, name: string): ArrivalQueue {
  let queue = queues.get(name);
  if (!queue) queues.set(name, (queue = new ArrivalQueue()));
  return queue;
}
