/**
 * RecentlyStoppedContainers: ids this node has seen. Hadoop: NodeStatusUpdaterImpl.recentlyStoppedContainers and
 * NMContainerTokenSecretManager.startedContainerIds. A stopped one is remembered for a time, so that a late stop is no error; a
 * started one until its token expires, so that the token cannot be used again, also after a restart.
 */
import type { Clock, ContainerId } from '@bobbin/common';
import type { NMStateStore } from '../recovery/nm-state-store.js';

/** Hadoop: yarn.nodemanager.duration-to-track-stopped-containers. */
const TRACK_STOPPED_MS = 600_000;

export class RecentlyStoppedContainers {
  /** Id to the time it may be forgotten; in the order of these times, since all stay equally long. */
  private readonly stopped = new Map<ContainerId, number>();
  private readonly tokens = new Map<string, number>();

  /** Reads what an earlier NodeManager had started. */
  constructor(
    private readonly clock: Clock,
    private readonly store: NMStateStore,
  ) {
    for (const [id, { expiresAtMs }] of store.rows('started')) this.tokens.set(id, expiresAtMs);
  }

  add(containerId: ContainerId): void {
    const now = this.clock.now();
    for (const [id, until] of this.stopped) {
      if (until > now) break;
      this.stopped.delete(id);
    }
    this.stopped.delete(containerId);
    this.stopped.set(containerId, now + TRACK_STOPPED_MS);
  }

  has(containerId: ContainerId): boolean {
    const until = this.stopped.get(containerId);
    return until !== undefined && until > this.clock.now();
  }

  started(containerId: ContainerId, expiresAtMs: number): void {
    const now = this.clock.now();
    for (const [id, until] of this.tokens) {
      // Tokens are made in the order in which they expire, nearly: the first that lasts ends the search.
      if (until >= now) break;
      this.tokens.delete(id);
      this.store.apply({ delete: 'started', key: id });
    }
    this.tokens.set(containerId, expiresAtMs);
    this.store.apply({ put: 'started', key: containerId, value: { expiresAtMs } });
  }

  wasStarted(containerId: ContainerId): boolean {
    const until = this.tokens.get(containerId);
    return until !== undefined && until >= this.clock.now();
  }
}
