/** One suite for every store: what was committed is loaded, what was not is gone; and SQLite's own: rot, versions, two daemons. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationAttemptId, applicationId, containerId, nodeId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { MemoryRMStateStore, SqliteRMStateStore, type RMStateStore } from '../../src/index.js';
import type { ApplicationStateData, AttemptStateData } from '../../src/recovery/rm-state-store.js';

const app = (n: number): ApplicationStateData => ({
  context: {
    applicationId: applicationId(1_700_000_000_000, n),
    applicationName: `job ${n} é`,
    queue: 'default',
    priority: 3,
    amContainerSpec: {
      localResources: {
        'a b': { url: 'file:///x', sizeBytes: 1, timestampMs: 2, type: 'FILE', visibility: 'PRIVATE' },
      },
      tokens: Buffer.from([0, 255, 1]),
      serviceData: { s: Buffer.from([7]) },
      environment: { X: '$Y' },
      commands: ['run', 'me'],
      applicationAcls: { VIEW_APP: '*' },
    },
    unmanagedAM: false,
    maxAppAttempts: 4,
    resource: { memoryMb: 1536, vcores: 2 },
    applicationType: 'MAPREDUCE',
    keepContainersAcrossApplicationAttempts: true,
    applicationTags: ['t'],
    attemptFailuresValidityIntervalMs: 5000,
    amContainerResourceRequests: [],
  },
  user: 'alice',
  submitTimeMs: 1,
  startTimeMs: 2,
  launchTimeMs: 3,
  diagnostics: '',
  finishTimeMs: 0,
});

const attempt = (n: number, m: number): AttemptStateData => {
  const attemptId = applicationAttemptId(applicationId(1_700_000_000_000, n), m);
  return {
    attemptId,
    masterContainer: {
      id: containerId(attemptId, 1),
      nodeId: nodeId('h', 1),
      nodeHttpAddress: 'h:2',
      resource: { memoryMb: 1024, vcores: 1 },
      priority: 0,
      executionType: 'GUARANTEED',
      allocationRequestId: -1,
      version: 0,
    },
    clientToAMKey: Buffer.from('key'),
    startTimeMs: 1,
    finalStatus: 'UNDEFINED',
    trackingUrl: '',
    diagnostics: '',
    exitStatus: -1000,
    finishTimeMs: 0,
    memorySeconds: 0,
    vcoreSeconds: 0,
  };
};

const kinds: [string, (dir: string) => RMStateStore][] = [
  [
    'memory',
    (() => {
      const one = new Map<string, MemoryRMStateStore>();
      return (dir: string) =>
        one.get(dir) ?? (one.set(dir, new MemoryRMStateStore()), one.get(dir) as MemoryRMStateStore);
    })(),
  ],
  ['sqlite', (dir) => new SqliteRMStateStore(join(dir, 'rmstore.sqlite'))],
];

describe.each(kinds)('the %s store', (_name, open) => {
  test('is empty at first', () => {
    using dir = tempDir();
    expect(open(dir.path).load()).toEqual({ epoch: 0, applications: [], secrets: new Map() });
  });

  test('gives back what was committed, in the order of the ids', () => {
    using dir = tempDir();
    const store = open(dir.path);
    for (const n of [10_000, 2, 1]) store.apply({ type: 'PUT_APPLICATION', application: app(n) });
    for (const m of [10, 9, 1]) store.apply({ type: 'PUT_ATTEMPT', attempt: attempt(2, m) });
    store.apply({ type: 'PUT_SECRETS', name: 'keys', state: { current: { keyId: -5, bytes: Buffer.from([1, 2]) } } });
    store.apply({ type: 'PUT_EPOCH', epoch: 7 });
    store.close();
    const state = open(dir.path).load();
    expect(state.epoch).toBe(7);
    expect(state.secrets.get('keys')).toEqual({ current: { keyId: -5, bytes: Buffer.from([1, 2]) } });
    expect(state.applications.map((a) => a.context.applicationId)).toEqual(
      [1, 2, 10_000].map((n) => app(n).context.applicationId),
    );
    expect(state.applications[0]).toEqual({ ...app(1), attempts: [] });
    expect(state.applications[1]?.attempts).toEqual([1, 9, 10].map((m) => attempt(2, m)));
  });

  test('a later write takes the place of an earlier one', () => {
    using dir = tempDir();
    const store = open(dir.path);
    store.apply({ type: 'PUT_APPLICATION', application: app(1) });
    store.apply({
      type: 'PUT_APPLICATION',
      application: { ...app(1), state: 'KILLED', diagnostics: 'd', finishTimeMs: 9 },
    });
    store.commit();
    expect(store.load().applications).toEqual([
      { ...app(1), state: 'KILLED', diagnostics: 'd', finishTimeMs: 9, attempts: [] },
    ]);
    store.close();
  });

  test('an application is removed with its attempts, and no other', () => {
    using dir = tempDir();
    const store = open(dir.path);
    for (const n of [1, 10, 2]) {
      store.apply({ type: 'PUT_APPLICATION', application: app(n) });
      store.apply({ type: 'PUT_ATTEMPT', attempt: attempt(n, 1) });
    }
    store.apply({ type: 'PUT_ATTEMPT', attempt: attempt(2, 2) });
    store.commit();
    store.apply({ type: 'REMOVE_APPLICATION', applicationId: applicationId(1_700_000_000_000, 1) });
    store.apply({ type: 'REMOVE_ATTEMPT', attemptId: attempt(2, 1).attemptId });
    store.commit();
    expect(store.load().applications.map((a) => a.attempts.map((x) => x.attemptId))).toEqual([
      [attempt(2, 2).attemptId],
      [attempt(10, 1).attemptId],
    ]);
    store.close();
  });

  test('what waits for the commit runs after it, in order; a second close does nothing', () => {
    using dir = tempDir();
    const store = open(dir.path);
    const seen: string[] = [];
    store.apply({ type: 'PUT_EPOCH', epoch: 1 });
    store.afterCommit(() => seen.push(`first sees ${store.load().epoch}`));
    store.afterCommit(() => seen.push('second'));
    expect(seen).toEqual([]);
    store.commit();
    expect(seen).toEqual(['first sees 1', 'second']);
    store.close();
    store.close();
  });
});

describe('the file', () => {
  test('killed between any two commits, it holds exactly the commits before', () => {
    using dir = tempDir();
    const file = join(dir.path, 'rmstore.sqlite');
    const store = new SqliteRMStateStore(file);
    for (let n = 1; n <= 5; n++) {
      store.apply({ type: 'PUT_APPLICATION', application: app(n) });
      store.apply({ type: 'PUT_ATTEMPT', attempt: attempt(n, 1) });
      store.commit();
      store.apply({ type: 'PUT_APPLICATION', application: app(n + 100) });
      const copy = join(dir.path, `killed-${n}.sqlite`);
      for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
      const survivor = new SqliteRMStateStore(copy);
      const held = survivor.load().applications;
      expect(held.filter((a) => a.attempts.length === 1)).toHaveLength(n);
      expect(held).toHaveLength(2 * n - 1);
      survivor.close();
    }
    store.close();
  });

  test('a row that has rotted is refused by name', () => {
    using dir = tempDir();
    const file = join(dir.path, 'rmstore.sqlite');
    const store = new SqliteRMStateStore(file);
    store.apply({ type: 'PUT_ATTEMPT', attempt: attempt(1, 1) });
    store.close();
    const bytes = readFileSync(file);
    bytes.write('FAILEDTOO', bytes.indexOf('UNDEFINED'));
    writeFileSync(file, bytes);
    const again = new SqliteRMStateStore(file);
    expect(() => again.load()).toThrow(new RegExp(`row '${attempt(1, 1).attemptId}' of table attempt`));
    again.close();
  });

  test('of a running ResourceManager is not opened by another', () => {
    using dir = tempDir();
    const file = join(dir.path, 'rmstore.sqlite');
    const store = new SqliteRMStateStore(file);
    expect(() => new SqliteRMStateStore(file)).toThrow(/in use by another process/);
    store.close();
  }, 10_000);
});
