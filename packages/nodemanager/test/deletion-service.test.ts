/** Deletions: now, later, and after a restart. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ControlledClock, recordingLogger, tempDir } from '@bobbin/common/testing';
import { DeletionService } from '../src/deletion-service.js';
import { localNodeFiles } from '../src/local-node-files.js';
import { MemoryNMStateStore } from '../src/recovery/memory-nm-state-store.js';

function stand(store = new MemoryNMStateStore(), clock = new ControlledClock()) {
  const service = new DeletionService({ clock, store, log: recordingLogger(), files: localNodeFiles, concurrency: 2 });
  service.start();
  return { service, store, clock };
}

describe('DeletionService', () => {
  test('deletes folders with all that is in them, and does not mind what is not there', async () => {
    using dir = tempDir();
    const folders = [1, 2, 3, 4, 5].map((n) => join(dir.path, String(n)));
    for (const folder of folders) mkdirSync(join(folder, 'deep', 'down'), { recursive: true });
    const { service } = stand();
    service.delete([...folders, join(dir.path, 'none')]);
    await service.idle();
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
  });

  test('deletes later when it is due, also where another NodeManager does it', async () => {
    using dir = tempDir();
    const folder = join(dir.path, 'logs');
    mkdirSync(folder);
    const first = stand();
    first.service.deleteLater([folder], 10_000);
    first.store.commit();
    await first.service.stop();
    first.clock.advance(5000);
    const second = stand(first.store, first.clock);
    second.clock.advance(4999);
    await second.service.idle();
    expect(existsSync(folder)).toBe(true);
    second.clock.advance(1);
    await second.service.idle();
    second.store.commit();
    expect([existsSync(folder), second.store.rows('deletions').size]).toEqual([false, 0]);
  });

  test('what goes at once goes when all that is told of it is durable, and stays where that cannot be stored', async () => {
    using dir = tempDir();
    const folder = join(dir.path, 'exit codes');
    mkdirSync(folder);
    const { service, store } = stand();
    service.deleteLater([folder], 0);
    await service.idle();
    expect(existsSync(folder)).toBe(true);
    store.commit();
    await service.idle();
    expect(existsSync(folder)).toBe(false);
  });

  test('what was due while nobody ran is deleted at the start; a negative delay means never', async () => {
    using dir = tempDir();
    const [late, never] = [join(dir.path, 'late'), join(dir.path, 'never')];
    mkdirSync(late);
    mkdirSync(never);
    const first = stand();
    first.service.deleteLater([late], 10);
    first.service.deleteLater([never], -1);
    first.store.commit();
    await first.service.stop();
    first.clock.advance(1000);
    const second = stand(first.store, first.clock);
    second.clock.advance(0);
    await second.service.idle();
    expect([existsSync(late), existsSync(never)]).toEqual([false, true]);
  });
});
