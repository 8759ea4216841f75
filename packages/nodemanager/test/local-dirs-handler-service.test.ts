/** Folders and disks: what is good, what is bad and why, and when the node is ill. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlledClock, recordingLogger, tempDir } from '@bobbin/common/testing';
import { LocalDirsHandlerService } from '../src/local-dirs-handler-service.js';
import { localNodeFiles } from '../src/local-node-files.js';
import type { DiskUsage } from '../src/node-files.js';

function stand(dir: string, usage: Record<string, DiskUsage> = {}, more: { minHealthyFraction?: number } = {}) {
  const clock = new ControlledClock();
  const log = recordingLogger();
  const changes: boolean[] = [];
  const service = new LocalDirsHandlerService({
    clock,
    log,
    localDirs: ['a', 'b'].map((name) => join(dir, name)),
    logDirs: [join(dir, 'logs')],
    checkEnabled: true,
    intervalMs: 120_000,
    minHealthyFraction: 0.25,
    maxUsedPercent: 90,
    minFreeMb: 100,
    files: {
      probe: async (path) => {
        await localNodeFiles.probe(path);
        return usage[path.slice(dir.length + 1)] ?? { usedPercent: 10, freeMb: 1000 };
      },
    },
    onHealthChanged: () => void changes.push(service.health().isNodeHealthy),
    ...more,
  });
  return { service, clock, log, usage, changes };
}

describe('LocalDirsHandlerService', () => {
  test('makes the folders, and hands the good ones out in turn', async () => {
    using dir = tempDir();
    const { service } = stand(dir.path);
    await service.start();
    const [a, b] = [join(dir.path, 'a'), join(dir.path, 'b')];
    expect([1, 2, 3].map(() => service.localDirForWrite())).toEqual([a, b, a]);
    expect(service.health()).toMatchObject({ isNodeHealthy: true, healthReport: '' });
    await service.stop();
  });

  test('a file in the place of a folder is a bad folder; with none good the node does not start', async () => {
    using dir = tempDir();
    for (const name of ['a', 'b']) writeFileSync(join(dir.path, name), 'a file');
    const { service } = stand(dir.path);
    await expect(service.start()).rejects.toThrow(
      /none of yarn.nodemanager.local-dirs can be used: '.*a' \(cannot be written/,
    );
  });

  test('a full disk takes nothing new, is named with the setting, and comes back when it has room', async () => {
    using dir = tempDir();
    const { service, clock, usage } = stand(dir.path, { a: { usedPercent: 95, freeMb: 1000 } });
    await service.start();
    expect(service.goodLocalDirs).toEqual([join(dir.path, 'b')]);
    expect(service.allLocalDirs).toHaveLength(2);
    expect(service.health()).toMatchObject({
      isNodeHealthy: true,
      healthReport: expect.stringMatching(/1\/2 local-dirs are bad: .*95.0 % full.*max-disk-utilization/) as string,
    });
    delete usage['a'];
    clock.advance(120_000);
    await service.stop();
    expect(service.goodLocalDirs).toHaveLength(2);
  });

  test('too little room in MiB is a bad disk as well', async () => {
    using dir = tempDir();
    const { service } = stand(dir.path, { b: { usedPercent: 1, freeMb: 99 } });
    await service.start();
    expect(service.health().healthReport).toContain('min-free-space-per-disk-mb');
    await service.stop();
  });

  test('with too few good folders the node is ill, and a launch has nowhere to go', async () => {
    using dir = tempDir();
    const { service } = stand(dir.path, {}, { minHealthyFraction: 0.6 });
    await service.start();
    rmSync(join(dir.path, 'a'), { recursive: true });
    writeFileSync(join(dir.path, 'a'), '');
    await service.check();
    expect(service.health().isNodeHealthy).toBe(false);
    rmSync(join(dir.path, 'b'), { recursive: true });
    writeFileSync(join(dir.path, 'b'), '');
    await service.check();
    expect(() => service.localDirForWrite()).toThrow(/no good local-dirs/);
    rmSync(join(dir.path, 'b'));
    mkdirSync(join(dir.path, 'b'));
    await service.check();
    expect(service.localDirForWrite()).toBe(join(dir.path, 'b'));
    await service.stop();
  });

  test('what went wrong makes it look at once, an ill node every 5 s; each change is told once', async () => {
    using dir = tempDir();
    const { service, clock, usage, changes } = stand(dir.path, {}, { minHealthyFraction: 0.6 });
    service.suspect();
    await service.start();
    expect(changes).toEqual([]);
    usage['a'] = { usedPercent: 100, freeMb: 0 };
    for (let i = 0; i < 3; i++) service.suspect();
    await service.check();
    expect(changes).toEqual([false]);
    delete usage['a'];
    clock.advance(5000);
    await service.stop();
    expect(changes).toEqual([false, true]);
  });
});
