/**
 * ContainerRequestor: what this AM has asked of the RM, and what it has still to say. Hadoop: mapreduce.v2.app.rm.RMContainerRequestor. The books
 * are @bobbin/client's; its own are the failures on each host, the blacklist with its ignore rule, and what is left out for the moment. No call is made here.
 */
import { AllocateBook, type AllocateNews, type AskRow } from '@bobbin/client';
import { ANY, type ContainerId, type NodeId, type Resource, type TaskAttemptId, type TaskType } from '@bobbin/common';

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

export interface BlacklistSettings {
  readonly enabled: boolean;
  /** Failures on a host before it is avoided. */
  readonly maxTaskFailuresPerTracker: number;
  /** Share of the cluster, in percent, from which on the list is not honoured; -1: always honoured. */
  readonly ignoreThresholdPercent: number;
}

const NOTHING: ReadonlySet<string> = new Set();

export class ContainerRequestor {
  private readonly book = new AllocateBook();
  private readonly failures = new Map<string, number>();
  private readonly blacklist = new Set<string>();
  private leftOut: ReadonlySet<NodeId> = new Set();
  private ignoring = false;
  private clusterNodes = 0;

  constructor(private readonly settings: BlacklistSettings) {}

  /** Asks for one more container under each name of the request, those of blacklisted hosts left out. */
  add(request: ContainerRequest): void {
    const hosts = request.hosts.filter((host) => !this.isBlacklisted(host));
    for (const name of [...hosts, ...request.racks, ANY]) this.book.change(rowOf(request, name), 1);
  }

  /** Takes back what `add` asked for. */
  remove(request: ContainerRequest): void {
    for (const name of [...request.hosts, ...request.racks, ANY]) this.book.change(rowOf(request, name), -1);
  }

  /** Caps what is asked at a priority; `undefined` lifts the cap. Only the `*` ask counts for the RM. */
  limit(priority: number, capability: Resource, limit: number | undefined): void {
    this.book.limit(rowOf({ priority, capability }, ANY), limit);
  }

  /** Gives a container back; repeated after a resync until `confirmReleased`. */
  release(id: ContainerId): void {
    this.book.release(id);
  }

  /** The RM has reported the end of a container. */
  confirmReleased(id: ContainerId): void {
    this.book.containerEnded(id);
  }

  /** Counts a failed attempt on a host; true if that put the host on the blacklist. */
  hostFailed(host: string): boolean {
    if (!this.settings.enabled || this.blacklist.has(host)) return false;
    const failures = (this.failures.get(host) ?? 0) + 1;
    this.failures.set(host, failures);
    if (failures < this.settings.maxTaskFailuresPerTracker) return false;
    this.blacklist.add(host);
    this.book.forgetPlace(host);
    this.weighBlacklist();
    return true;
  }

  /** The RM is to give no container of these nodes, until the next call of this. What comes from there all the same is not refused here. */
  leaveOut(nodes: ReadonlySet<NodeId>): void {
    if (nodes.size === 0 && this.leftOut.size === 0) return;
    this.leftOut = nodes;
    this.tellBlacklist();
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
    return this.book.hasUrgentNews();
  }

  /** What has changed since the last call; who takes it must deliver it or call `untake`. */
  takeNews(): AllocateNews {
    return this.book.takeNews();
  }

  /** News that may not have arrived: they are said again, with the figures of then. */
  untake(news: AllocateNews): void {
    this.book.untake(news);
  }

  /** The RM has forgotten everything: all of it is said again. */
  resync(): void {
    this.book.resync();
  }

  /** The count wanted under one name, all capabilities together and limits aside. */
  asked(priority: number, resourceName: string): number {
    return this.book.asked(priority, resourceName);
  }

  private weighBlacklist(): void {
    const { enabled, ignoreThresholdPercent } = this.settings;
    if (enabled && ignoreThresholdPercent >= 0 && this.clusterNodes > 0) {
      this.ignoring = (this.blacklist.size / this.clusterNodes) * 100 >= ignoreThresholdPercent;
    }
    this.tellBlacklist();
  }

  private tellBlacklist(): void {
    this.book.setBlacklist(new Set([...(this.ignoring ? NOTHING : this.blacklist), ...this.leftOut]));
  }
}

function rowOf(
  { priority, capability }: Pick<ContainerRequest, 'priority' | 'capability'>,
  resourceName: string,
): AskRow {
  return {
    priority,
    capability,
    resourceName,
    relaxLocality: true,
    executionType: 'GUARANTEED',
    allocationRequestId: -1,
  };
}
