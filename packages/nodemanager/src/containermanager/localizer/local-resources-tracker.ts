/**
 * LocalResourcesTracker: the resources of one cache: everybody's, a user's, or an application's. Hadoop: LocalResourcesTrackerImpl,
 * LocalCacheDirectoryManager. Holds a LocalizedResource machine for each; carries out its effects. A file that has vanished from
 * the disk is fetched anew; one that failed is forgotten, so that a later request tries again.
 */
import { join } from 'node:path';
import {
  assertNever,
  begin,
  decide,
  type Clock,
  type ContainerId,
  type EventSink,
  type LocalResource,
  type Logger,
} from '@bobbin/common';
import type { SnapshotFrom } from 'xstate';
import type { NMEvent } from '../../nm-events.js';
import { resourceKey } from './local-resource-request.js';
import {
  localizedResourceMachine,
  type LocalizedResourceEffect,
  type LocalizedResourceEvent,
} from './localized-resource-machine.js';

/** Entries a folder of a cache holds before a sub-folder is begun. Hadoop: yarn.nodemanager.local-cache.max-files-per-directory. */
const MAX_ENTRIES = 8192 - 36;

export interface TrackedResource {
  readonly resource: LocalResource;
  /** Folder it lies in; set when it is fetched. */
  folder: string;
  lastUsedAtMs: number;
  readonly sizeBytes: number;
}

interface Entry extends TrackedResource {
  snapshot: SnapshotFrom<typeof localizedResourceMachine>;
}

export interface LocalResourcesTrackerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dispatcher: EventSink<NMEvent>;
  readonly isPresent: (path: string) => boolean;
  /** Begins a fetch; its outcome comes back by `fetched` or `failed`. */
  readonly fetch: (resource: TrackedResource) => void;
  /** Number of the first folder; larger than any that an earlier NodeManager used. */
  readonly firstFolder: number;
}

export class LocalResourcesTracker {
  private readonly entries = new Map<string, Entry>();
  private sequence = 0;

  constructor(
    readonly name: string,
    private readonly deps: LocalResourcesTrackerDeps,
  ) {}

  /** Bytes of all that is localized. */
  get sizeBytes(): number {
    return [...this.entries.values()].reduce((sum, entry) => sum + entry.sizeBytes, 0);
  }

  /** Answered by RESOURCE_LOCALIZED or RESOURCE_FAILED to the container. */
  request(resource: LocalResource, container: ContainerId): void {
    const key = resourceKey(resource);
    let entry = this.entries.get(key);
    if (entry?.snapshot.value === 'LOCALIZED' && !this.deps.isPresent(entry.snapshot.context.path)) {
      this.deps.log.warn(`${entry.snapshot.context.path} has vanished; it is fetched again`, { url: resource.url });
      entry = undefined;
    }
    if (!entry) {
      entry = newEntry(resource);
      this.entries.set(key, entry);
    }
    this.handle(key, entry, { type: 'REQUEST', container });
  }

  /** A container needs it no more. */
  release(resource: LocalResource, container: ContainerId): void {
    const key = resourceKey(resource);
    const entry = this.entries.get(key);
    if (entry) this.handle(key, entry, { type: 'RELEASE', container });
  }

  fetched(key: string, path: string, sizeBytes: number): void {
    const entry = this.entries.get(key);
    if (entry) this.handle(key, entry, { type: 'LOCALIZED', path, sizeBytes });
  }

  failed(key: string, diagnostics: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.handle(key, entry, { type: 'LOCALIZATION_FAILED', diagnostics });
    this.entries.delete(key);
  }

  /** Localized and lent to nobody. */
  unused(): TrackedResource[] {
    return [...this.entries.values()].filter(
      ({ snapshot }) => snapshot.value === 'LOCALIZED' && snapshot.context.users.length === 0,
    );
  }

  /** Forgets a resource; its files are the caller's to delete. */
  drop(resource: TrackedResource): void {
    this.entries.delete(resourceKey(resource.resource));
  }

  /** A folder below `cache` that was never used: `<n>`, or `<sub>/<n>` beyond the number of entries a folder may have. */
  newFolder(cache: string): string {
    const n = this.sequence++;
    const directory = Math.floor(n / MAX_ENTRIES);
    const path = directory === 0 ? [] : [...(directory - 1).toString(36)];
    return join(cache, ...path, String(this.deps.firstFolder + n));
  }

  private handle(key: string, entry: Entry, event: LocalizedResourceEvent): void {
    const [next, effects] = decide(localizedResourceMachine, entry.snapshot, event);
    entry.snapshot = next;
    entry.lastUsedAtMs = this.deps.clock.now();
    for (const effect of effects) this.carryOut(key, entry, effect);
  }

  private carryOut(key: string, entry: Entry, effect: LocalizedResourceEffect): void {
    const { dispatcher, log } = this.deps;
    switch (effect.type) {
      case 'FETCH':
        this.deps.fetch(entry);
        return;
      case 'TELL_LOCALIZED':
        for (const containerId of effect.containers) {
          const { path, cached } = effect;
          dispatcher.dispatch({
            domain: 'container',
            type: 'RESOURCE_LOCALIZED',
            containerId,
            resource: key,
            path,
            sizeBytes: entry.sizeBytes,
            cached,
          });
        }
        return;
      case 'TELL_FAILED':
        for (const containerId of effect.containers) {
          const { diagnostics } = effect;
          dispatcher.dispatch({
            domain: 'container',
            type: 'RESOURCE_FAILED',
            containerId,
            resource: key,
            diagnostics,
          });
        }
        return;
      case 'INVALID_EVENT':
        log.error(`${entry.resource.url}: event ${effect.event} is impossible in state ${entry.snapshot.value}`);
        return;
      default:
        assertNever(effect, 'effect of a localized resource');
    }
  }
}

function newEntry(resource: LocalResource): Entry {
  return {
    resource,
    folder: '',
    lastUsedAtMs: 0,
    snapshot: begin(localizedResourceMachine),
    get sizeBytes() {
      return this.snapshot.context.sizeBytes;
    },
  };
}
