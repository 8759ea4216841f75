/**
 * AllocateBook: what an AppMaster has still to tell the ResourceManager: asks, releases, blacklist, container updates. Hadoop: the fields `ask`,
 * `release`, `pendingRelease`, `blacklist` and `pendingChange` of client.api.impl.AMRMClientImpl. `takeNews` gives what the next `allocate`
 * carries, `untake` takes back what may not have arrived, `resync` says everything once more. No call is made here.
 */
import type { ContainerId, ResourceRequest, UpdateContainerRequest } from '@bobbin/common';
import { RemoteRequestsTable, type AskKey, type AskRow } from './remote-requests-table.js';

/** What one `allocate` has to carry. */
export interface AllocateNews {
  readonly ask: readonly ResourceRequest[];
  readonly release: readonly ContainerId[];
  readonly blacklistAdditions: readonly string[];
  readonly blacklistRemovals: readonly string[];
  readonly updateRequests?: readonly UpdateContainerRequest[];
}

export class AllocateBook {
  private readonly table = new RemoteRequestsTable();
  /** Given back, and not yet confirmed by the end of the container. */
  private readonly pendingReleases = new Set<ContainerId>();
  private readonly newReleases = new Set<ContainerId>();
  private blacklist: ReadonlySet<string> = new Set();
  private readonly toldBlacklist = new Set<string>();
  /** Places of which nobody knows whether the ResourceManager heard the last word. */
  private readonly unsureBlacklist = new Set<string>();
  private readonly pendingUpdates = new Map<ContainerId, UpdateContainerRequest>();
  private readonly newUpdates = new Set<ContainerId>();
  private urgent = false;

  /** Wants `by` containers more or fewer under a row. More is urgent; fewer may wait: what comes too much is given back. */
  change(row: AskRow, by: number): void {
    if (this.table.change(row, by) && by > 0) this.urgent = true;
  }

  /** A container came for this row of `*`, and is wanted. */
  granted(row: AskRow): void {
    this.table.granted(row);
  }

  /** A container came under this row of `*` that nobody wants. */
  miscounted(row: AskKey): void {
    this.table.miscounted(row);
  }

  /** Drops a row without telling: the ResourceManager has refused it. */
  forget(row: AskKey): void {
    this.table.forget(row);
  }

  /** Asks for at most `limit` at a time under the row; undefined lifts the limit. */
  limit(key: AskKey, limit: number | undefined): void {
    if (this.table.limit(key, limit)) this.urgent = true;
  }

  /** Gives a container back; said again after a resync until `containerEnded`. */
  release(id: ContainerId): void {
    this.pendingReleases.add(id);
    this.newReleases.add(id);
    this.urgent = true;
  }

  /** The ResourceManager has reported the end of a container. */
  containerEnded(id: ContainerId): void {
    this.pendingReleases.delete(id);
    this.newReleases.delete(id);
    this.updateEnded(id);
  }

  /** Nothing more is said of this release: the ResourceManager refuses it. */
  dropRelease(id: ContainerId): void {
    this.pendingReleases.delete(id);
    this.newReleases.delete(id);
  }

  isReleasing(id: ContainerId): boolean {
    return this.pendingReleases.has(id);
  }

  /** Hosts and racks to be avoided from now on, all of them. */
  setBlacklist(places: ReadonlySet<string>): void {
    if (places.size === this.blacklist.size && [...places].every((place) => this.blacklist.has(place))) return;
    this.blacklist = new Set(places);
    this.urgent = true;
  }

  /** Asks for a change of a container; takes the place of one asked before for the same container. */
  requestUpdate(update: UpdateContainerRequest): void {
    this.pendingUpdates.set(update.containerId, update);
    this.newUpdates.add(update.containerId);
    this.urgent = true;
  }

  /** The change took place, or was refused, or its container is gone. */
  updateEnded(id: ContainerId): void {
    this.pendingUpdates.delete(id);
    this.newUpdates.delete(id);
  }

  /** Whether the ResourceManager should hear of something at once. */
  hasUrgentNews(): boolean {
    return this.urgent;
  }

  /** What has changed since the last call; who takes it must deliver it or call `untake`. */
  takeNews(): AllocateNews {
    this.urgent = false;
    const release = [...this.newReleases];
    this.newReleases.clear();
    const updates = [...this.newUpdates].flatMap((id) => this.pendingUpdates.get(id) ?? []);
    this.newUpdates.clear();
    const { additions, removals } = this.takeBlacklistChanges();
    return {
      ask: this.table.takeChanged(),
      release,
      blacklistAdditions: additions,
      blacklistRemovals: removals,
      ...(updates.length > 0 && { updateRequests: updates }),
    };
  }

  /** News that may not have arrived: they are said again, with the figures of then. */
  untake(news: AllocateNews): void {
    this.table.again(news.ask);
    for (const id of news.release) if (this.pendingReleases.has(id)) this.newReleases.add(id);
    for (const { containerId } of news.updateRequests ?? []) {
      if (this.pendingUpdates.has(containerId)) this.newUpdates.add(containerId);
    }
    for (const place of [...news.blacklistAdditions, ...news.blacklistRemovals]) this.unsureBlacklist.add(place);
    this.urgent ||= news.ask.length + this.newReleases.size + this.newUpdates.size + this.unsureBlacklist.size > 0;
  }

  /** The ResourceManager has forgotten everything: all of it is said again. */
  resync(): void {
    this.table.resync();
    for (const id of this.pendingReleases) this.newReleases.add(id);
    for (const id of this.pendingUpdates.keys()) this.newUpdates.add(id);
    this.toldBlacklist.clear();
    this.unsureBlacklist.clear();
    this.urgent = true;
  }

  /** The count wanted under one place, all sizes together and limits aside. */
  asked(priority: number, resourceName: string): number {
    return this.table.count(priority, resourceName);
  }

  /** Containers wanted in all. */
  get totalAsked(): number {
    return this.table.total;
  }

  /** No container is wanted at this place by name any more. */
  forgetPlace(resourceName: string): void {
    for (const row of this.table.rowsAt(resourceName)) this.table.change(row, -Infinity);
  }

  private takeBlacklistChanges(): { additions: string[]; removals: string[] } {
    const { blacklist, toldBlacklist, unsureBlacklist } = this;
    const unsure = [...unsureBlacklist];
    const unheard = [...blacklist].filter((place) => !toldBlacklist.has(place));
    const lifted = [...toldBlacklist].filter((place) => !blacklist.has(place));
    const additions = new Set([...unheard, ...unsure.filter((place) => blacklist.has(place))]);
    const removals = new Set([...lifted, ...unsure.filter((place) => !blacklist.has(place))]);
    for (const place of additions) toldBlacklist.add(place);
    for (const place of removals) toldBlacklist.delete(place);
    unsureBlacklist.clear();
    return { additions: [...additions], removals: [...removals] };
  }
}
