/**
 * ResourceLocalizationService: fetches what containers need, once, and lends it to all who ask. Hadoop:
 * nodemanager.containermanager.localizer.ResourceLocalizationService. Handles the `localizer` domain. One LocalResourcesTracker each for
 * everybody (PUBLIC), a user (PRIVATE) and an application; a fixed number of fetches at a time. Unused PUBLIC and PRIVATE files go,
 * least recently used first, when the caches grow beyond their target. An application's files go with it.
 */
import { join } from 'node:path';
import {
  messageOf,
  assertNever,
  every,
  type ApplicationId,
  type ContainerId,
  type LocalResource,
  type Logger,
  type Service,
  type Timer,
} from '@bobbin/common';
import type { DeletionService } from '../../deletion-service.js';
import type { LocalDirsHandlerService } from '../../local-dirs-handler-service.js';
import type { NMContext } from '../../nm-context.js';
import type { LocalizationScope, LocalizerEvent } from '../../nm-events.js';
import type { NodeFiles } from '../../node-files.js';
import { appCacheDir, containerWorkDir, privateDir } from '../launcher/container-environment.js';
import { cacheFolder, resourceKey, trackerName } from './local-resource-request.js';
import { LocalResourcesTracker, type TrackedResource } from './local-resources-tracker.js';

export interface ResourceLocalizationDeps {
  readonly context: NMContext;
  readonly dirs: Pick<LocalDirsHandlerService, 'localDirForWrite' | 'goodLocalDirs' | 'allLocalDirs'>;
  readonly deletion: Pick<DeletionService, 'delete' | 'deleteLater'>;
  readonly files: Pick<NodeFiles, 'exists' | 'names' | 'makeFolder' | 'rename' | 'fetch'>;
  /** Fetches at the same time. */
  readonly fetchConcurrency: number;
  readonly cacheTargetBytes: number;
  readonly cacheCleanupIntervalMs: number;
  /** Applications an earlier NodeManager had, and this one takes back: their folders stay. */
  readonly recoveredApplications: () => ReadonlySet<ApplicationId>;
  /** How long the folders of a finished container or application stay; negative: for ever. */
  readonly debugDelayMs: number;
}

type CleanupEvent = Extract<LocalizerEvent, { readonly type: 'CLEANUP_CONTAINER_RESOURCES' }>;

export class ResourceLocalizationService implements Service {
  readonly name = 'ResourceLocalizationService';
  private readonly trackers = new Map<string, LocalResourcesTracker>();
  private readonly queue: { readonly tracker: LocalResourcesTracker; readonly resource: TrackedResource }[] = [];
  private fetching = 0;
  /** The time of the start: an earlier NodeManager's folders, which recovered containers may still use, have smaller numbers. */
  private readonly firstFolder: number;
  private stopped = false;
  private timer: Timer | undefined;
  private readonly log: Logger;

  constructor(private readonly deps: ResourceLocalizationDeps) {
    this.log = deps.context.log.child({ service: this.name });
    this.firstFolder = deps.context.clock.now();
  }

  /** Sweeps what an earlier NodeManager left in the caches, except the folders of applications that are taken back. */
  async start(): Promise<void> {
    for (const localDir of this.deps.dirs.goodLocalDirs) await this.sweep(localDir);
    this.timer = every(this.deps.context.clock, this.deps.cacheCleanupIntervalMs, () => this.cleanCaches());
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  handle(event: LocalizerEvent): void {
    switch (event.type) {
      case 'INIT_APPLICATION_RESOURCES':
        void this.initApplication(event);
        return;
      case 'LOCALIZE_CONTAINER_RESOURCES':
        for (const resource of event.resources) this.request(resource, event.containerId, event);
        return;
      case 'RESOURCE_FETCHED':
        this.trackers.get(event.tracker)?.fetched(event.resource, event.path, event.sizeBytes);
        return;
      case 'RESOURCE_FETCH_FAILED':
        this.trackers.get(event.tracker)?.failed(event.resource, event.diagnostics);
        return;
      case 'CLEANUP_CONTAINER_RESOURCES':
        this.cleanupContainer(event);
        return;
      case 'DESTROY_APPLICATION_RESOURCES':
        this.destroyApplication(event);
        return;
      default:
        assertNever(event, 'event of the localizer');
    }
  }

  /** Deletes unused files of the shared caches until they are within their target. */
  cleanCaches(): void {
    const shared = [...this.trackers]
      .filter(([name]) => !name.startsWith('application/'))
      .map(([, tracker]) => tracker);
    let total = shared.reduce((sum, tracker) => sum + tracker.sizeBytes, 0);
    if (total <= this.deps.cacheTargetBytes) return;
    const unused = shared
      .flatMap((tracker) => tracker.unused().map((resource) => ({ tracker, resource })))
      .sort((a, b) => a.resource.lastUsedAtMs - b.resource.lastUsedAtMs);
    for (const { tracker, resource } of unused) {
      if (total <= this.deps.cacheTargetBytes) return;
      total -= resource.sizeBytes;
      tracker.drop(resource);
      this.deps.deletion.delete([resource.folder]);
    }
  }

  private async initApplication({ user, applicationId }: LocalizationScope): Promise<void> {
    const { dispatcher } = this.deps.context;
    for (const dir of this.deps.dirs.goodLocalDirs) {
      try {
        await this.deps.files.makeFolder(join(dir, 'usercache', user), 0o750);
        await this.deps.files.makeFolder(appCacheDir(dir, user, applicationId), 0o710);
      } catch (error) {
        // The disk check will find it; the others do.
        this.log.warn(`cannot make folders of ${applicationId} in '${dir}'`, { applicationId, error });
      }
    }
    dispatcher.dispatch({ domain: 'application', type: 'APPLICATION_INITED', applicationId });
  }

  private request(resource: LocalResource, container: ContainerId, scope: LocalizationScope): void {
    const tracker = this.tracker(trackerName(resource, scope));
    tracker.request(resource, container);
  }

  private tracker(name: string): LocalResourcesTracker {
    let tracker = this.trackers.get(name);
    if (!tracker) {
      const { clock, dispatcher } = this.deps.context;
      tracker = new LocalResourcesTracker(name, {
        clock,
        log: this.log,
        dispatcher,
        isPresent: (path) => this.deps.files.exists(path),
        fetch: (resource) => this.fetch(name, resource),
        firstFolder: this.firstFolder,
      });
      this.trackers.set(name, tracker);
    }
    return tracker;
  }

  private fetch(name: string, resource: TrackedResource): void {
    const tracker = this.trackers.get(name);
    if (tracker) this.queue.push({ tracker, resource });
    this.pump();
  }

  private pump(): void {
    while (this.fetching < this.deps.fetchConcurrency) {
      const next = this.queue.shift();
      if (!next) return;
      this.fetching++;
      void this.fetchOne(next.tracker, next.resource).then(() => {
        this.fetching--;
        this.pump();
      });
    }
  }

  private async fetchOne(tracker: LocalResourcesTracker, tracked: TrackedResource): Promise<void> {
    const { dispatcher } = this.deps.context;
    const resource = resourceKey(tracked.resource);
    try {
      const folder = tracker.newFolder(join(this.deps.dirs.localDirForWrite(), cacheFolder(tracker.name)));
      tracked.folder = folder;
      const { path, sizeBytes } = await this.deps.files.fetch(tracked.resource, folder);
      if (this.stopped) return;
      dispatcher.dispatch({
        domain: 'localizer',
        type: 'RESOURCE_FETCHED',
        tracker: tracker.name,
        resource,
        path,
        sizeBytes,
      });
    } catch (error) {
      const diagnostics = messageOf(error);
      dispatcher.dispatch({
        domain: 'localizer',
        type: 'RESOURCE_FETCH_FAILED',
        tracker: tracker.name,
        resource,
        diagnostics,
      });
    }
  }

  private cleanupContainer(event: CleanupEvent): void {
    const { containerId, applicationId, user } = event;
    for (const resource of event.resources) {
      this.trackers.get(trackerName(resource, event))?.release(resource, containerId);
    }
    const folders = this.deps.dirs.allLocalDirs.flatMap((dir) => [
      containerWorkDir(dir, user, applicationId, containerId),
      privateDir(dir, applicationId, containerId),
    ]);
    this.deps.deletion.deleteLater(folders, this.deps.debugDelayMs);
    this.deps.context.dispatcher.dispatch({ domain: 'container', type: 'CONTAINER_RESOURCES_CLEANEDUP', containerId });
  }

  private destroyApplication({ user, applicationId }: LocalizationScope): void {
    this.trackers.delete(`application/${user}/${applicationId}`);
    const folders = this.deps.dirs.allLocalDirs.flatMap((dir) => [
      appCacheDir(dir, user, applicationId),
      privateDir(dir, applicationId),
    ]);
    this.deps.deletion.deleteLater(folders, this.deps.debugDelayMs);
    this.deps.context.dispatcher.dispatch({
      domain: 'application',
      type: 'APPLICATION_RESOURCES_CLEANEDUP',
      applicationId,
    });
  }

  /** The caches start empty: their folders are moved aside at once and deleted in the background. */
  private async sweep(localDir: string): Promise<void> {
    const { files } = this.deps;
    const stamp = this.deps.context.clock.now();
    const aside: string[] = [];
    const move = async (folder: string): Promise<void> => {
      if (!files.exists(folder)) return;
      await files.rename(folder, `${folder}_DEL_${stamp}`);
      aside.push(`${folder}_DEL_${stamp}`);
    };
    const kept: ReadonlySet<string> = this.deps.recoveredApplications();
    // Containers that are taken back hold links into the shared caches.
    if (kept.size === 0) await move(join(localDir, 'filecache'));
    for (const user of await files.names(join(localDir, 'usercache'))) {
      const userDir = join(localDir, 'usercache', user);
      if (kept.size === 0) await move(join(userDir, 'filecache'));
      for (const application of await files.names(join(userDir, 'appcache'))) {
        if (!kept.has(application)) await move(join(userDir, 'appcache', application));
      }
    }
    for (const application of await files.names(join(localDir, 'nmPrivate'))) {
      if (!kept.has(application)) await move(join(localDir, 'nmPrivate', application));
    }
    this.deps.deletion.delete(aside);
  }
}
