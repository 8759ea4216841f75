/** What no order of events may break: node limits, ask limits, sums; and that the same inputs give the same outputs. */
import { applicationOf, fitsIn, nodeId, ANY, type ContainerId, type ResourceRequest } from '@bobbin/common';
import fc from 'fast-check';
import type { SchedulerEvent } from '../../../src/scheduler/scheduler.js';
import { ask } from '../../support/mock-cluster.js';
import { attempt, Cluster } from './cluster.js';

type Step =
  | { kind: 'node'; host: string; mb: number; vcores: number; rack: string }
  | { kind: 'lost'; host: string }
  | { kind: 'ask'; app: number; priority: number; name: string; mb: number; count: number; relax: boolean }
  | { kind: 'blacklist'; app: number; add: string[]; remove: string[] }
  | { kind: 'done'; pick: number; again: boolean }
  | { kind: 'attemptGone'; app: number }
  | { kind: 'time'; ms: number };

const HOSTS = ['a', 'b', 'c', 'd'];
const RACK: Record<string, string> = { a: '/r1', b: '/r1', c: '/r2', d: '/r2' };
const NAMES = [...HOSTS, '/r1', '/r2', ANY, ANY, ANY];
const APPS = [1, 2, 3];

const host = fc.constantFrom(...HOSTS);
const app = fc.constantFrom(...APPS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('node' as const),
      host,
      mb: fc.integer({ min: 1, max: 6 }).map((n) => n * 1024),
      vcores: fc.integer({ min: 1, max: 6 }),
      rack: fc.constant(''),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lost' as const), host }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      app,
      priority: fc.integer({ min: 1, max: 2 }),
      name: fc.constantFrom(...NAMES),
      mb: fc.integer({ min: 1, max: 3 }).map((n) => n * 1024),
      count: fc.nat(4),
      relax: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('blacklist' as const),
      app,
      add: fc.subarray(HOSTS, { maxLength: 2 }),
      remove: fc.subarray(HOSTS),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('done' as const), pick: fc.nat(100), again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('attemptGone' as const), app }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.nat(40) }) },
);

/** Runs the steps; after each it decides, and checks the outputs against a book of its own. */
function play(steps: readonly Step[], check: boolean): string[] {
  const c = new Cluster({ nodeLocalityDelay: 4 });
  for (const n of APPS) c.app(n);
  const capability = new Map<string, { memoryMb: number; vcores: number }>();
  const live = new Map<ContainerId, { node: string; app: string; memoryMb: number; vcores: number; key: string }>();
  /** What is still wanted, by app and key: the last count given for `*`, less what was given since. */
  const wanted = new Map<string, number>();
  const names = new Map<string, Map<string, ResourceRequest>>();
  const shunned = new Map<string, Set<string>>(APPS.map((n) => [attempt(n), new Set<string>()]));
  const gone = new Set<string>();
  const trace: string[] = [];

  const drop = (id: ContainerId): void => void live.delete(id);
  for (const s of steps) {
    let event: SchedulerEvent | undefined;
    if (s.kind === 'node') {
      for (const [id, held] of live) if (held.node === s.host) drop(id);
      capability.set(s.host, { memoryMb: s.mb, vcores: s.vcores });
      c.node(s.host, s.mb, s.vcores, RACK[s.host]);
    } else if (s.kind === 'lost') {
      for (const [id, held] of live) if (held.node === s.host) drop(id);
      capability.delete(s.host);
      event = { type: 'NODE_REMOVED', nodeId: nodeId(s.host, 1) };
    } else if (s.kind === 'ask') {
      const request = ask({
        priority: s.priority,
        resourceName: s.name,
        capability: { memoryMb: s.mb, vcores: 1 },
        numContainers: s.count,
        relaxLocality: s.relax,
      });
      const key = `${attempt(s.app)}/${s.priority}`;
      if (!gone.has(attempt(s.app))) {
        if (s.name === ANY) wanted.set(key, s.count);
        names.set(key, (names.get(key) ?? new Map<string, ResourceRequest>()).set(s.name, request));
      }
      c.ask(s.app, request);
    } else if (s.kind === 'blacklist') {
      const set = shunned.get(attempt(s.app));
      s.add.forEach((name) => set?.add(name));
      s.remove.forEach((name) => set?.delete(name));
      c.blacklist(s.app, s.add, s.remove);
    } else if (s.kind === 'done') {
      const ids = [...live.keys()];
      const id = ids[s.pick % Math.max(1, ids.length)];
      const held = id && live.get(id);
      if (id && held) {
        drop(id);
        if (s.again && !gone.has(held.app)) wanted.set(held.key, (wanted.get(held.key) ?? 0) + 1);
        event = { type: 'CONTAINER_COMPLETED', containerId: id, askAgain: s.again };
      }
    } else if (s.kind === 'attemptGone') {
      gone.add(attempt(s.app));
      event = { type: 'ATTEMPT_REMOVED', attemptId: attempt(s.app), keepContainers: false };
    } else c.now += s.ms;
    if (event) c.scheduler.apply(event);

    for (const a of c.decide()) {
      const node = a.nodeId.split(':')[0] ?? '';
      const key = `${a.attemptId}/${a.priority}`;
      trace.push(`${a.containerId}@${node}:${a.locality}`);
      if (check) {
        expect(live.has(a.containerId)).toBe(false);
        expect(gone.has(a.attemptId)).toBe(false);
        expect(shunned.get(a.attemptId)?.has(node)).toBe(false);
        if (a.locality === 'OFF_SWITCH') expect(names.get(key)?.get(ANY)?.relaxLocality).toBe(true);
        expect(wanted.get(key)).toBeGreaterThan(0);
      }
      wanted.set(key, (wanted.get(key) ?? 0) - 1);
      live.set(a.containerId, { node, app: a.attemptId, key, ...a.resource });
    }
    if (!check) continue;
    let memoryMb = 0;
    for (const [name, total] of capability) {
      const on = [...live.values()].filter((held) => held.node === name);
      const used = { memoryMb: on.reduce((n, h) => n + h.memoryMb, 0), vcores: on.reduce((n, h) => n + h.vcores, 0) };
      expect(fitsIn(used, total)).toBe(true);
      expect(c.scheduler.nodeUsage(nodeId(name, 1))).toEqual({ used, containers: on.length });
      memoryMb += used.memoryMb;
    }
    expect(c.scheduler.clusterUsed().memoryMb).toBe(memoryMb);
    for (const n of APPS) {
      if (gone.has(attempt(n))) continue;
      const mine = [...live.values()].filter((held) => held.app === attempt(n));
      const usage = c.scheduler.usage(attempt(n));
      expect(usage.containers).toBe(mine.length);
      expect(usage.used.memoryMb).toBe(mine.reduce((sum, h) => sum + h.memoryMb, 0));
    }
  }
  if (check) nothingFitsAnyMore(c, capability, live, names, wanted, shunned, gone);
  return trace;
}

/** Once everyone's patience is over, no ask that waits fits a node it may use. */
function nothingFitsAnyMore(
  c: Cluster,
  capability: ReadonlyMap<string, { memoryMb: number; vcores: number }>,
  live: Map<ContainerId, { node: string; memoryMb: number; vcores: number; app: string; key: string }>,
  names: ReadonlyMap<string, ReadonlyMap<string, ResourceRequest>>,
  wanted: Map<string, number>,
  shunned: ReadonlyMap<string, ReadonlySet<string>>,
  gone: ReadonlySet<string>,
): void {
  for (let round = 0; round < 3; round++) {
    c.now += 1000;
    for (const a of c.decide()) {
      const key = `${a.attemptId}/${a.priority}`;
      wanted.set(key, (wanted.get(key) ?? 0) - 1);
      live.set(a.containerId, { node: a.nodeId.split(':')[0] ?? '', app: a.attemptId, key, ...a.resource });
    }
  }
  for (const [key, table] of names) {
    const app = key.split('/')[0] ?? '';
    const any = table.get(ANY);
    if (gone.has(app) || !any?.relaxLocality || (wanted.get(key) ?? 0) <= 0) continue;
    for (const [name, total] of capability) {
      if (shunned.get(app)?.has(name)) continue;
      const on = [...live.values()].filter((held) => held.node === name);
      const free = {
        memoryMb: total.memoryMb - on.reduce((n, h) => n + h.memoryMb, 0),
        vcores: total.vcores - on.reduce((n, h) => n + h.vcores, 0),
      };
      expect(fitsIn(any.capability, free)).toBe(false);
    }
  }
}

test('never beyond a node, never beyond an ask, sums add up, and nobody waits beside free room', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => void play(steps, true)),
    { numRuns: 300 },
  );
});

test('the same inputs give the same outputs', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      expect(play(steps, false)).toEqual(play(steps, false));
    }),
  );
});

test('an attempt that was removed is unknown', () => {
  const c = new Cluster().node('a').app(1).ask(1, ask());
  c.scheduler.apply({ type: 'ATTEMPT_REMOVED', attemptId: attempt(1), keepContainers: false });
  c.scheduler.apply({ type: 'APP_REMOVED', applicationId: applicationOf(attempt(1)) });
  expect(c.scheduler.usage(attempt(1)).containers).toBe(0);
  expect(c.scheduler.headroom(attempt(1))).toEqual({ memoryMb: 0, vcores: 0 });
});
