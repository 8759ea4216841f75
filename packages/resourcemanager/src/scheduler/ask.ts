/**
 * Ask: what one attempt wants under one scheduler key (priority, allocationRequestId): a table of names (host, rack, `*`) with counts.
 * Hadoop: scheduler/{AppSchedulingInfo,placement/LocalityAppPlacementAllocator}.java. The count at `*` is the number of containers; the others say
 * where they would be welcome. `relaxLocality` is read on the wider name: false on a rack forbids to fall back from its hosts to it,
 * false on `*` forbids to leave the racks. All names of a key are served with the size given at `*`.
 */
import { ANY, NO_RESOURCE, type Resource, type ResourceRequest } from '@bobbin/common';
import type { Locality } from './scheduler.js';
import type { SchedulerNode } from './scheduler-node.js';
import type { SchedulerAttempt } from './scheduler-attempt.js';

interface Wish {
  count: number;
  relaxLocality: boolean;
}

export class Ask {
  /** As it will be given; set with the ask for `*`. */
  capability: Resource = NO_RESOURCE;
  /** Since when it waits for a host it named; undefined while it does not. */
  waitsSinceMs: number | undefined;
  /** How far it may go by now. */
  reach: Locality = 'NODE_LOCAL';
  /** Names under which it stands in the waiting rooms now. */
  readonly filedUnder = new Set<string>();
  private readonly wishes = new Map<string, Wish>();

  constructor(
    readonly attempt: SchedulerAttempt,
    readonly priority: number,
    readonly allocationRequestId: number,
  ) {}

  /** Containers wanted. */
  get pending(): number {
    return this.wishes.get(ANY)?.count ?? 0;
  }

  get relaxesToAny(): boolean {
    return this.wishes.get(ANY)?.relaxLocality ?? false;
  }

  /** Replaces what was asked under this name. */
  replace(request: ResourceRequest, capability: Resource): void {
    if (request.resourceName === ANY) this.capability = capability;
    this.wishes.set(request.resourceName, { count: request.numContainers, relaxLocality: request.relaxLocality });
  }

  /** Hosts and racks with a count above zero. */
  localNames(): string[] {
    return [...this.wishes].filter(([name, wish]) => name !== ANY && wish.count > 0).map(([name]) => name);
  }

  countAt(name: string): number {
    return this.wishes.get(name)?.count ?? 0;
  }

  /** Whether a rack that was named may be used as a whole, not only its hosts. */
  relaxesTo(rack: string): boolean {
    return this.countAt(rack) > 0 && (this.wishes.get(rack)?.relaxLocality ?? false);
  }

  /** How close the node is to what was asked; undefined where it must not be used. Patience apart. */
  localityOf(node: SchedulerNode): Locality | undefined {
    if (this.pending <= 0) return undefined;
    const rack = this.wishes.get(node.rackName);
    if (this.countAt(node.host) > 0 && (rack === undefined || rack.count > 0)) return 'NODE_LOCAL';
    if (rack !== undefined && rack.count > 0 && rack.relaxLocality) return 'RACK_LOCAL';
    return this.relaxesToAny ? 'OFF_SWITCH' : undefined;
  }

  /** Counts one container off at every level it satisfied; gives the names that were counted. */
  take(node: SchedulerNode, locality: Locality): string[] {
    const names = [ANY];
    if (locality !== 'OFF_SWITCH') names.push(node.rackName);
    if (locality === 'NODE_LOCAL') names.push(node.host);
    return names.filter((name) => {
      const wish = this.wishes.get(name);
      if (wish === undefined || wish.count <= 0) return false;
      wish.count--;
      return true;
    });
  }

  /** Undoes `take`, which was done on `given`: itself, or the ask whose place this one has taken since. */
  giveBack(names: readonly string[], given: Ask): void {
    if (!this.wishes.has(ANY)) this.capability = given.capability;
    for (const name of names) {
      const wish = this.wishes.get(name);
      if (wish) wish.count++;
      else this.wishes.set(name, { count: 1, relaxLocality: given.wishes.get(name)?.relaxLocality ?? true });
    }
  }
}

/** Attempts in the order of the queue, then lower priority numbers, then lower request ids. */
export function compareAsks(a: Ask, b: Ask): number {
  return a.attempt.order - b.attempt.order || a.priority - b.priority || a.allocationRequestId - b.allocationRequestId;
}
