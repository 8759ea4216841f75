/** The localizer: one fetch for all who wait, reference counts, the shared caches' target size, and what may be PUBLIC. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  Dispatcher,
  type ApplicationId,
  type ContainerId,
  type LocalResource,
  type LocalResourceVisibility,
} from '@bobbin/common';
import { ControlledClock, recordingLogger, tempDir } from '@bobbin/common/testing';
import { ResourceLocalizationService } from '../../../src/containermanager/localizer/resource-localization-service.js';
import { localNodeFiles } from '../../../src/local-node-files.js';
import type { NMContext } from '../../../src/nm-context.js';
import type { NMEvent } from '../../../src/nm-events.js';
import { MemoryNMStateStore } from '../../../src/recovery/memory-nm-state-store.js';
import { APP } from '../../node-stand.js';

const container = (n: number): ContainerId => `container_1700000000000_0001_01_00000${n}` as ContainerId;
type Told = Extract<NMEvent, { type: 'RESOURCE_LOCALIZED' | 'RESOURCE_FAILED' }>;

class Stand implements Disposable {
  readonly dir = tempDir();
  readonly clock = new ControlledClock();
  readonly dispatcher = new Dispatcher<NMEvent>();
  readonly told: Told[] = [];
  readonly deleted: string[] = [];
  readonly service: ResourceLocalizationService;
  private waiters: (() => void)[] = [];

  constructor(cacheTargetBytes = 1 << 30, recovered: readonly ApplicationId[] = []) {
    chmodSync(this.dir.path, 0o755);
    mkdirSync(this.local);
    const context: NMContext = {
      clock: this.clock,
      log: recordingLogger(),
      dispatcher: this.dispatcher,
      store: new MemoryNMStateStore(),
      applications: new Map(),
      containers: new Map(),
      identity: () => {
        throw new Error('nobody asks');
      },
    };
    this.service = new ResourceLocalizationService({
      context,
      dirs: { localDirForWrite: () => this.local, goodLocalDirs: [this.local], allLocalDirs: [this.local] },
      deletion: {
        delete: (paths) => void this.deleted.push(...paths),
        deleteLater: (paths) => void this.deleted.push(...paths),
      },
      files: localNodeFiles,
      fetchConcurrency: 2,
      cacheTargetBytes,
      cacheCleanupIntervalMs: 600_000,
      recoveredApplications: () => new Set(recovered),
      debugDelayMs: 0,
    });
    this.dispatcher.on('localizer', (event) => this.service.handle(event));
    this.dispatcher.on('application', () => undefined);
    this.dispatcher.on('container', (event) => {
      if (event.type === 'RESOURCE_LOCALIZED' || event.type === 'RESOURCE_FAILED') this.told.push(event);
      this.waiters.splice(0).forEach((wake) => wake());
    });
  }

  get local(): string {
    return join(this.dir.path, 'local');
  }

  file(name: string, content = name): string {
    const path = join(this.dir.path, name);
    writeFileSync(path, content, { mode: 0o644 });
    return path;
  }

  resource(path: string, visibility: LocalResourceVisibility, more: Partial<LocalResource> = {}): LocalResource {
    const timestampMs = existsSync(path) ? Math.floor(statSync(path).mtimeMs) : 0;
    return { url: pathToFileURL(path).href, sizeBytes: 0, timestampMs, type: 'FILE', visibility, ...more };
  }

  request(id: ContainerId, ...resources: LocalResource[]): void {
    this.send('LOCALIZE_CONTAINER_RESOURCES', id, resources);
  }

  release(id: ContainerId, ...resources: LocalResource[]): void {
    this.send('CLEANUP_CONTAINER_RESOURCES', id, resources);
  }

  /** Resolves with what the containers were told, once it is that much. */
  async answers(count: number): Promise<readonly Told[]> {
    while (this.told.length < count) await new Promise<void>((resolve) => this.waiters.push(resolve));
    return this.told;
  }

  /** The answer to one request that is not LOCALIZED from before. */
  async path(id: ContainerId, resource: LocalResource): Promise<string> {
    const count = this.told.length + 1;
    this.request(id, resource);
    const told = (await this.answers(count))[count - 1];
    return told?.type === 'RESOURCE_LOCALIZED' ? told.path : `failed: ${told?.diagnostics}`;
  }

  private send(
    type: 'LOCALIZE_CONTAINER_RESOURCES' | 'CLEANUP_CONTAINER_RESOURCES',
    containerId: ContainerId,
    resources: readonly LocalResource[],
  ): void {
    this.dispatcher.dispatch({ domain: 'localizer', type, containerId, applicationId: APP, user: 'alice', resources });
  }

  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

describe('ResourceLocalizationService', () => {
  test.each<[LocalResourceVisibility, string]>([
    ['PUBLIC', 'filecache'],
    ['PRIVATE', 'usercache/alice/filecache'],
    ['APPLICATION', `usercache/alice/appcache/${APP}/filecache`],
  ])('%s files lie in %s, readable and not writable', async (visibility, folder) => {
    using stand = new Stand();
    const path = await stand.path(container(1), stand.resource(stand.file('a.txt'), visibility));
    expect(path.startsWith(join(stand.local, folder))).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('a.txt');
    expect(statSync(path).mode & 0o777).toBe(0o500);
  });

  test('a file many containers wait for is fetched once, and each is told', async () => {
    using stand = new Stand();
    const resource = stand.resource(stand.file('a.txt'), 'PRIVATE');
    for (const n of [1, 2, 3]) stand.request(container(n), resource);
    const told = await stand.answers(3);
    expect(new Set(told.map((t) => (t.type === 'RESOURCE_LOCALIZED' ? t.path : ''))).size).toBe(1);
    expect(told.map((t) => t.containerId)).toEqual([container(1), container(2), container(3)]);
    stand.request(container(4), resource);
    expect((await stand.answers(4))[3]).toMatchObject({ cached: true, sizeBytes: 5 });
  });

  test('a new timestamp is a new file', async () => {
    using stand = new Stand();
    const file = stand.file('a.txt');
    const first = await stand.path(container(1), stand.resource(file, 'PRIVATE'));
    writeFileSync(file, 'new');
    utimesSync(file, 1, 2);
    const second = await stand.path(container(1), stand.resource(file, 'PRIVATE'));
    expect([readFileSync(first, 'utf8'), readFileSync(second, 'utf8')]).toEqual(['a.txt', 'new']);
  });

  test('a file that failed is tried again by the next who asks', async () => {
    using stand = new Stand();
    const later = join(stand.dir.path, 'later');
    const missing = stand.resource(later, 'PRIVATE', { timestampMs: 5000 });
    expect(await stand.path(container(1), missing)).toContain('File does not exist');
    writeFileSync(later, 'here');
    utimesSync(later, 5, 5);
    expect(readFileSync(await stand.path(container(2), missing), 'utf8')).toBe('here');
  });

  test('a file that has vanished from the cache is fetched again', async () => {
    using stand = new Stand();
    const resource = stand.resource(stand.file('a.txt'), 'PRIVATE');
    rmSync(await stand.path(container(1), resource));
    expect(readFileSync(await stand.path(container(2), resource), 'utf8')).toBe('a.txt');
  });

  test('a PUBLIC file that others cannot read is refused, and the folder that hides it is named', async () => {
    using stand = new Stand();
    mkdirSync(join(stand.dir.path, 'hidden'), { mode: 0o700 });
    const resource = stand.resource(stand.file('hidden/a.txt'), 'PUBLIC');
    const answer = await stand.path(container(1), resource);
    expect(answer).toContain('not publicly accessible');
    expect(answer).toContain(join(stand.dir.path, 'hidden'));
    chmodSync(join(stand.dir.path, 'hidden'), 0o755);
    chmodSync(join(stand.dir.path, 'hidden', 'a.txt'), 0o600);
    expect(await stand.path(container(1), resource)).toContain('is not readable by others');
  });

  test('the caches are cut to their target: unused files only, least recently used first', async () => {
    using stand = new Stand(20);
    const paths: string[] = [];
    const resources = ['a', 'b', 'c'].map((name) => stand.resource(stand.file(name, 'x'.repeat(10)), 'PRIVATE'));
    for (const resource of resources) {
      paths.push(await stand.path(container(1), resource));
      stand.clock.advance(1000);
    }
    stand.service.cleanCaches();
    expect(stand.deleted).toEqual([]);
    // `a` was let go last, so `b` has been unused for longest; `c` is still lent.
    for (const resource of [resources[1]!, resources[0]!]) {
      stand.release(container(1), resource);
      await stand.dispatcher.drained();
      stand.clock.advance(1000);
    }
    stand.deleted.length = 0;
    stand.service.cleanCaches();
    expect(stand.deleted).toEqual([join(paths[1]!, '..')]);
  });

  test('a start finds the caches empty: what an earlier NodeManager left is moved aside and deleted', async () => {
    using stand = new Stand();
    for (const folder of [
      'filecache/10',
      'usercache/bob/filecache/10',
      `usercache/bob/appcache/${APP}/x`,
      `nmPrivate/${APP}`,
    ]) {
      mkdirSync(join(stand.local, folder), { recursive: true });
    }
    await stand.service.start();
    stand.service.stop();
    expect(stand.deleted).toHaveLength(4);
    expect(readdirSync(stand.local).filter((name) => name === 'filecache')).toEqual([]);
  });

  test('a start leaves alone what a recovered application uses', async () => {
    using stand = new Stand(0, [APP]);
    const other = 'application_1700000000000_0009';
    for (const app of [APP, other]) mkdirSync(join(stand.local, 'usercache/bob/appcache', app), { recursive: true });
    mkdirSync(join(stand.local, 'filecache/10'), { recursive: true });
    await stand.service.start();
    stand.service.stop();
    expect(existsSync(join(stand.local, 'usercache/bob/appcache', APP))).toBe(true);
    expect(existsSync(join(stand.local, 'usercache/bob/appcache', other))).toBe(false);
    expect(existsSync(join(stand.local, 'filecache/10'))).toBe(true);
  });
});
