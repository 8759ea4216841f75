/** One suite for every NMStateStore; what only SQLite can show comes after it. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@bobbin/common/testing';
import type { ApplicationId } from '@bobbin/common';
import { MemoryNMStateStore } from '../../src/recovery/memory-nm-state-store.js';
import type { NMStateStore } from '../../src/recovery/nm-state-store.js';
import { SqliteNMStateStore } from '../../src/recovery/sqlite-nm-state-store.js';
import { APP, launchContext } from '../node-stand.js';

const CONTAINER = {
  launchContext: launchContext('true', { tokens: Buffer.from([1, 2, 255]), serviceData: { s: Buffer.from('x') } }),
  containerToken: { identifier: Buffer.from([0, 9]), password: Buffer.alloc(0), kind: 'ContainerToken', service: '' },
  startedAtMs: 5,
};

describe.each<[string, (file: string) => NMStateStore]>([
  ['MemoryNMStateStore', () => new MemoryNMStateStore()],
  ['SqliteNMStateStore', (file) => new SqliteNMStateStore(file)],
])('%s', (_, open) => {
  test('shows what was committed, in the order of writing, and nothing before', () => {
    using dir = tempDir();
    const store = open(join(dir.path, 'nm.db'));
    store.apply({ put: 'applications', key: APP, value: { applicationId: APP, user: 'alice' } });
    expect(store.rows('applications').size).toBe(0);
    store.commit();
    expect(store.rows('applications').get(APP)).toEqual({ applicationId: APP, user: 'alice' });
    store.apply({ put: 'applications', key: APP, value: { applicationId: APP, user: 'bob' } });
    store.apply({ delete: 'applications', key: APP });
    store.apply({ put: 'started', key: 'c', value: { expiresAtMs: 1 } });
    store.commit();
    expect([store.rows('applications').size, store.rows('started').get('c')]).toEqual([0, { expiresAtMs: 1 }]);
    store.close();
  });

  test('runs what waits for a commit after it, once', () => {
    using dir = tempDir();
    const store = open(join(dir.path, 'nm.db'));
    const seen: number[] = [];
    store.apply({ put: 'started', key: 'c', value: { expiresAtMs: 1 } });
    store.afterCommit(() => seen.push(store.rows('started').size));
    store.commit();
    store.commit();
    expect(seen).toEqual([1]);
    store.close();
    store.close();
  });

  test('keeps bytes as bytes', () => {
    using dir = tempDir();
    const store = open(join(dir.path, 'nm.db'));
    store.apply({ put: 'containers', key: 'c', value: CONTAINER });
    store.commit();
    const read = store.rows('containers').get('c')!;
    expect(read.launchContext.tokens).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(read.launchContext.tokens!).equals(Buffer.from([1, 2, 255]))).toBe(true);
    expect(Buffer.from(read.containerToken.identifier).equals(Buffer.from([0, 9]))).toBe(true);
    store.close();
  });
});

describe('SqliteNMStateStore', () => {
  test('a copy taken after any commit opens and holds exactly what was committed by then', () => {
    using dir = tempDir();
    const file = join(dir.path, 'nm.db');
    const store = new SqliteNMStateStore(file);
    for (let n = 1; n <= 5; n++) {
      const key = `application_1_000${n}` as ApplicationId;
      store.apply({ put: 'applications', key, value: { applicationId: key, user: 'u' } });
      store.commit();
      store.apply({ put: 'started', key: 'never', value: { expiresAtMs: 0 } });
      const copy = join(dir.path, `copy-${n}.db`);
      for (const suffix of ['', '-wal', '-shm']) {
        if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
      }
      const crashed = new SqliteNMStateStore(copy);
      expect(crashed.rows('applications').size).toBe(n);
      crashed.close();
    }
    store.close();
  });

  test('a second NodeManager on the same folder is told so', () => {
    using dir = tempDir();
    const store = new SqliteNMStateStore(join(dir.path, 'nm.db'));
    expect(() => new SqliteNMStateStore(join(dir.path, 'nm.db'))).toThrow(/in use/);
    store.close();
  }, 10_000);
});
