/**
 * RemoteRequestsTable: what this AppMaster wants of the ResourceManager, as rows of the `ask` field. Hadoop: client.api.impl.
 * {RemoteRequestsTable,AMRMClientImpl.ask}. A row is one count under (priority, allocation request id, place, execution type, size); what goes
 * out is the whole count, never a difference, so that anything said twice is harmless. Pure bookkeeping.
 */
import { ANY, type ExecutionType, type Resource, type ResourceRequest } from '@bobbin/common';

/** Which row. */
export interface AskKey {
  /** Lower is more urgent. */
  readonly priority: number;
  /** -1 where none is used. */
  readonly allocationRequestId: number;
  /** Host, rack, or `*`. */
  readonly resourceName: string;
  readonly capability: Resource;
  readonly executionType: ExecutionType;
}

/** A row as it is asked for; the two last are of the row's own making and do not tell rows apart. */
export interface AskRow extends AskKey {
  /** False forbids to fall back to this place from the ones named below it. */
  readonly relaxLocality: boolean;
  readonly nodeLabelExpression?: string;
}

interface Entry {
  readonly row: AskRow;
  count: number;
}

const keyOf = ({ priority, allocationRequestId, resourceName, capability, executionType }: AskKey): string =>
  `${priority}|${allocationRequestId}|${executionType}|${capability.memoryMb}|${capability.vcores}|${resourceName}`;

export class RemoteRequestsTable {
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new Set<string>();
  /** Rows of the last `takeChanged`: the ResourceManager may have counted grants off them before it read them. */
  private lastTaken = new Set<string>();
  private readonly limits = new Map<string, number>();

  /** Wants `by` containers more, or fewer, under this row; never below none. True if that changed the count. */
  change(row: AskRow, by: number): boolean {
    const key = keyOf(row);
    let entry = this.entries.get(key);
    if (!entry) {
      if (by < 0) return false;
      entry = { row, count: 0 };
      this.entries.set(key, entry);
    }
    const count = Math.max(0, entry.count + by);
    if (count === entry.count) return false;
    entry.count = count;
    this.changed.add(key);
    return true;
  }

  /**
   * One container came for the row of `*`, and is what was wanted. The ResourceManager has counted it off itself: nothing need be said, unless the
   * row went out with the very call that was answered.
   */
  granted(row: AskRow): void {
    const key = keyOf(row);
    const wasChanged = this.changed.has(key);
    if (this.change(row, -1) && !wasChanged && !this.lastTaken.has(key)) this.changed.delete(key);
    const entry = this.entries.get(key);
    if (entry?.count === 0 && !this.changed.has(key)) this.entries.delete(key);
  }

  /** A container came that is not wanted: the ResourceManager has counted it off a row which still stands. */
  miscounted(row: AskKey): void {
    const key = keyOf(row);
    if (this.entries.has(key)) this.changed.add(key);
  }

  /** Drops a row as if it had never been. */
  forget(row: AskKey): void {
    const key = keyOf(row);
    this.entries.delete(key);
    this.changed.delete(key);
  }

  /** At most this many are asked for at a time under the row, whatever its count; undefined lifts that. True if it is new. */
  limit(key: AskKey, limit: number | undefined): boolean {
    const name = keyOf(key);
    if (this.limits.get(name) === limit) return false;
    if (limit === undefined) this.limits.delete(name);
    else this.limits.set(name, limit);
    if (this.entries.has(name)) this.changed.add(name);
    return true;
  }

  get hasChanged(): boolean {
    return this.changed.size > 0;
  }

  /** The rows that changed since the last call, with their counts of now. */
  takeChanged(): readonly ResourceRequest[] {
    const asks: ResourceRequest[] = [];
    for (const key of this.changed) {
      const entry = this.entries.get(key);
      if (!entry) continue;
      asks.push(toRequest(entry, this.limits.get(key)));
      if (entry.count === 0) this.entries.delete(key);
    }
    this.lastTaken = new Set(this.changed);
    this.changed.clear();
    return asks;
  }

  /** These may not have arrived: the rows go out again, with the counts of then. */
  again(asks: readonly ResourceRequest[]): void {
    for (const { numContainers: _, ...row } of asks) {
      const key = keyOf(row);
      if (!this.entries.has(key)) this.entries.set(key, { row, count: 0 });
      this.changed.add(key);
    }
  }

  /** The ResourceManager has forgotten everything: every row goes out again. */
  resync(): void {
    for (const key of this.entries.keys()) this.changed.add(key);
  }

  /** The count wanted under one place, all sizes and request ids together and limits aside. */
  count(priority: number, resourceName: string): number {
    let sum = 0;
    for (const { row, count } of this.entries.values()) {
      if (row.priority === priority && row.resourceName === resourceName) sum += count;
    }
    return sum;
  }

  /** Rows of a place that have a count; for who no longer wants that place. */
  rowsAt(resourceName: string): readonly AskRow[] {
    return [...this.entries.values()].flatMap(({ row, count }) =>
      row.resourceName === resourceName && count > 0 ? [row] : [],
    );
  }

  /** Containers wanted in all, limits aside. */
  get total(): number {
    let sum = 0;
    for (const { row, count } of this.entries.values()) if (row.resourceName === ANY) sum += count;
    return sum;
  }
}

function toRequest({ row, count }: Entry, limit = Number.MAX_SAFE_INTEGER): ResourceRequest {
  return { ...row, numContainers: Math.min(count, limit) };
}
