/**
 * ContainerRequestor: what this AM has asked of the RM, and what it has still to say. Hadoop: mapreduce.v2.app.rm.RMContainerRequestor.
 * Owns the ask table (priority, resource name, capability to a count), the releases the RM has not confirmed, the failure
 * count of each host and the blacklist with its ignore rule. Pure bookkeeping: no call is made here. Asks are absolute,
 * releases idempotent, so that anything said twice is harmless; `resync` says everything again after an RM restart.
 */
import {
  ANY,
  type ContainerId,
  type Resource,
  type ResourceRequest,
  type TaskAttemptId,
  type TaskType,
} from '@bobbin/common';

/** Lower is served first. Hadoop's RMContainerAllocator. */
export const PRIORITY_FAST_FAIL_MAP = 5;
export const PRIORITY_REDUCE = 10;
export const PRIORITY_MAP = 20;

/** One container wanted for one attempt. */
export interface ContainerRequest {
  readonly attemptId: TaskAttemptId;
  readonly taskType: TaskType;
  readonly priority: number;
  readonly capability: Resource;
  /** Hosts and racks of the data; empty for a reduce and for a map that failed before. */
  readonly hosts: readonly string[];
  readonly racks: readonly string[];
  readonly requestedAtMs: number;
}

/** What the next allocate has to carry. */
export interface RequestorNews {
  readonly ask: readonly ResourceRequest[];
  readonly release: readonly ContainerId[];
  readonly blacklistAdditions: readonly string[];
  readonly blacklistRemovals: readonly string[];
}

export interface BlacklistSettings {
  readonly enabled: boolean;
  /** Failures on a host before it is avoided. */
  readonly maxTaskFailuresPerTracker: number;
  /** Share of the cluster, in percent, from which on the list is not honoured; -1: always honoured. */
  readonly ignoreThresholdPercent: number;
}

interface Ask {
  readonly priority: number;
  readonly resourceName: string;
  readonly capability: Resource;
  count: number;
}

const keyOf = (priority: number, name: string, capability: Resource): string =>
  `${priority}|${capability.memoryMb}|${capability.vcores}|${name}`;

export class ContainerRequestor {
  private readonly asks = new Map<string, Ask>();
  private readonly changedAsks = new Set<string>();
  /** By key of the `*` ask: at most this many are asked for at a time. */
  private readonly limits = new Map<string, number>();
  private readonly pendingReleases = new Set<ContainerId>();
  private readonly newReleases = new Set<ContainerId>();
  private readonly failures = new Map<string, number>();
  private readonly blacklist = new Set<string>();
  private readonly toldBlacklist = new Set<string>();
  private ignoring = false;
  private urgent = false;
  private clusterNodes = 0;

  constructor(private readonly settings: BlacklistSettings) {}

  /** Asks for one more container under each name of the request, those of blacklisted hosts left out. */
  add(request: ContainerRequest): void {
    for (const name of this.namesOf(request)) this.change(request, name, 1);
  }

  /** Takes back what `add` asked for. */
  remove(request: ContainerRequest): void {
    for (const name of [...request.hosts, ...request.racks, ANY]) this.change(request, name, -1);
  }

  /** Caps what is asked at a priority; `undefined` lifts the cap. Only the `*` ask counts for the RM. */
  limit(priority: number, capability: Resource, limit: number | undefined): void {
    const key = keyOf(priority, ANY, capability);
    if (this.limits.get(key) === limit) return;
    if (limit === undefined) this.limits.delete(key);
    else this.limits.set(key, limit);
    if (this.asks.has(key)) this.changedAsks.add(key);
    this.urgent = true;
  }

  /** Gives a container back; repeated after a resync until `confirmReleased`. */
  release(id: ContainerId): void {
    this.pendingReleases.add(id);
    this.newReleases.add(id);
    this.urgent = true;
  }

  /** The RM has reported the end of a container. */
  confirmReleased(id: ContainerId): void {
    this.pendingReleases.delete(id);
    this.newReleases.delete(id);
  }

  /** Counts a failed attempt on a host; true if that put the host on the blacklist. */
  hostFailed(host: string): boolean {
    if (!this.settings.enabled || this.blacklist.has(host)) return false;
    const failures = (this.failures.get(host) ?? 0) + 1;
    this.failures.set(host, failures);
    if (failures < this.settings.maxTaskFailuresPerTracker) return false;
    this.blacklist.add(host);
    this.urgent = true;
    for (const [key, ask] of this.asks) {
      if (ask.resourceName !== host || ask.count === 0) continue;
      ask.count = 0;
      this.changedAsks.add(key);
    }
    this.weighBlacklist();
    return true;
  }

  /** The size of the cluster decides whether the blacklist is honoured. */
  setClusterNodes(count: number): void {
    if (count === this.clusterNodes) return;
    this.clusterNodes = count;
    this.weighBlacklist();
  }

  /** Whether containers on this host are refused. */
  isBlacklisted(host: string): boolean {
    return !this.ignoring && this.blacklist.has(host);
  }

  /** Hosts with too many failures, honoured or not. */
  blacklistedHosts(): readonly string[] {
    return [...this.blacklist];
  }

  /**
   * Whether the RM should hear of something at once: more is wanted, or something is given back. Wanting less can wait for
   * the next call: what comes too much is released.
   */
  hasUrgentNews(): boolean {
    return this.urgent;
  }

  /** What has changed since the last call; who takes it must deliver it or call `untake`. */
  takeNews(): RequestorNews {
    const ask: ResourceRequest[] = [];
    for (const key of this.changedAsks) {
      const entry = this.asks.get(key);
      if (!entry) continue;
      ask.push(this.toRequest(key, entry));
      if (entry.count === 0) this.asks.delete(key);
    }
    this.changedAsks.clear();
    this.urgent = false;
    const release = [...this.newReleases];
    this.newReleases.clear();
    const { additions, removals } = this.blacklistChanges();
    for (const host of additions) this.toldBlacklist.add(host);
    for (const host of removals) this.toldBlacklist.delete(host);
    return { ask, release, blacklistAdditions: additions, blacklistRemovals: removals };
  }

  /** News that may not have arrived: they are said again, with today's figures. */
  untake(news: RequestorNews): void {
    for (const { priority, resourceName, capability } of news.ask) {
      const key = keyOf(priority, resourceName, capability);
      if (!this.asks.has(key)) this.asks.set(key, { priority, resourceName, capability, count: 0 });
      this.changedAsks.add(key);
    }
    for (const id of news.release) if (this.pendingReleases.has(id)) this.newReleases.add(id);
    for (const host of news.blacklistAdditions) this.toldBlacklist.delete(host);
    for (const host of news.blacklistRemovals) this.toldBlacklist.add(host);
    this.urgent ||= this.changedAsks.size + this.newReleases.size > 0;
  }

  /** The RM has forgotten everything: all of it is said again. */
  resync(): void {
    for (const key of this.asks.keys()) this.changedAsks.add(key);
    for (const id of this.pendingReleases) this.newReleases.add(id);
    this.toldBlacklist.clear();
    this.urgent = true;
  }

  /** The count wanted under one name, all capabilities together and limits aside. */
  asked(priority: number, resourceName: string): number {
    let sum = 0;
    for (const ask of this.asks.values()) {
      if (ask.priority === priority && ask.resourceName === resourceName) sum += ask.count;
    }
    return sum;
  }

  private namesOf(request: ContainerRequest): readonly string[] {
    return [...request.hosts.filter((host) => !this.isBlacklisted(host)), ...request.racks, ANY];
  }

  private change(request: ContainerRequest, resourceName: string, by: number): void {
    const { priority, capability } = request;
    const key = keyOf(priority, resourceName, capability);
    let entry = this.asks.get(key);
    if (!entry) {
      if (by < 0) return;
      entry = { priority, resourceName, capability, count: 0 };
      this.asks.set(key, entry);
    }
    const count = Math.max(0, entry.count + by);
    if (count === entry.count) return;
    entry.count = count;
    this.changedAsks.add(key);
    if (by > 0) this.urgent = true;
  }

  private toRequest(key: string, entry: Ask): ResourceRequest {
    const limit = this.limits.get(key) ?? Number.MAX_SAFE_INTEGER;
    return {
      priority: entry.priority,
      resourceName: entry.resourceName,
      capability: entry.capability,
      numContainers: Math.min(entry.count, limit),
      relaxLocality: true,
      executionType: 'GUARANTEED',
      allocationRequestId: -1,
    };
  }

  private weighBlacklist(): void {
    const { enabled, ignoreThresholdPercent } = this.settings;
    if (!enabled || ignoreThresholdPercent < 0 || this.clusterNodes === 0) return;
    const ignoring = (this.blacklist.size / this.clusterNodes) * 100 >= ignoreThresholdPercent;
    if (ignoring !== this.ignoring) this.urgent = true;
    this.ignoring = ignoring;
  }

  private blacklistChanges(): { additions: string[]; removals: string[] } {
    const wanted = this.ignoring ? new Set<string>() : this.blacklist;
    const additions = [...wanted].filter((host) => !this.toldBlacklist.has(host));
    const removals = [...this.toldBlacklist].filter((host) => !wanted.has(host));
    return { additions, removals };
  }
}
