/**
 * ScheduledRequests: attempts whose containers have been asked for and have not come. Hadoop: the inner class of that name
 * in mapreduce.v2.app.rm.RMContainerAllocator. Maps are found by host, by rack, or oldest first; maps that failed before
 * and reduces oldest first only. Each lookup is amortised constant: queues drop what is no longer scheduled when they meet it.
 */
import type { TaskAttemptId } from '@bobbin/common';
import type { ContainerRequest } from './container-requestor.js';

/** Attempts in order of arrival; `first` forgets those for which `alive` is false. */
class ArrivalQueue {
  private items: TaskAttemptId[] = [];
  private head = 0;

  push(id: TaskAttemptId): void {
    this.items.push(id);
  }

  first(alive: (id: TaskAttemptId) => boolean): TaskAttemptId | undefined {
    while (this.head < this.items.length) {
      const id = this.items[this.head];
      if (id !== undefined && alive(id)) return id;
      this.head++;
    }
    this.items = [];
    this.head = 0;
    return undefined;
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

  /** The oldest scheduled map whose data lie on this host. */
  mapOnHost(host: string): ContainerRequest | undefined {
    return this.firstMap(this.byHost.get(host));
  }

  /** The oldest scheduled map whose data lie in this rack. */
  mapInRack(rack: string): ContainerRequest | undefined {
    return this.firstMap(this.byRack.get(rack));
  }

  oldestMap(): ContainerRequest | undefined {
    return this.firstMap(this.mapQueue);
  }

  oldestFailedMap(): ContainerRequest | undefined {
    const id = this.failedMapQueue.first((attempt) => this.failedMaps.has(attempt));
    return id === undefined ? undefined : this.failedMaps.get(id);
  }

  oldestReduce(): ContainerRequest | undefined {
    const id = this.reduceQueue.first((attempt) => this.reduces.has(attempt));
    return id === undefined ? undefined : this.reduces.get(id);
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

  /** Every scheduled request, for checks and resynchronisation. */
  *all(): Iterable<ContainerRequest> {
    yield* this.failedMaps.values();
    yield* this.maps.values();
    yield* this.reduces.values();
  }

  private firstMap(queue: ArrivalQueue | undefined): ContainerRequest | undefined {
    const id = queue?.first((attempt) => this.maps.has(attempt));
    return id === undefined ? undefined : this.maps.get(id);
  }
}

function queueOf(queues: Map<string, ArrivalQueue>, name: string): ArrivalQueue {
  let queue = queues.get(name);
  if (!queue) queues.set(name, (queue = new ArrivalQueue()));
  return queue;
}
