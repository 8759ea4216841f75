/** The NodeManager's protocol: who may register, heartbeats in and out of step, what is handed to a node, and signals. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationAttemptId, applicationId, containerId, nodeId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { ALICE, ask, MockCluster, NODE, reported } from './support/mock-cluster.js';

const register = (c: MockCluster, over = {}) =>
  c.core.resourceTracker.registerNodeManager(
    {
      nodeId: nodeId('a', 1),
      httpPort: 1,
      resource: { memoryMb: 4096, vcores: 4 },
      nmVersion: '0.1.0',
      containerStatuses: [],
      runningApplications: [],
      ...over,
    },
    NODE,
  );

describe('registration', () => {
  test('hands out the keys that sign now, and the stamp of this ResourceManager', async () => {
    const c = new MockCluster();
    const answer = register(c);
    expect(answer).toMatchObject({ nodeAction: 'NORMAL', rmIdentifier: c.core.clusterTimestamp });
    expect(answer.containerTokenMasterKey?.keyId).toBe(c.core.security.containers.keys.current.keyId);
    expect(answer.nmTokenMasterKey?.keyId).toBe(c.core.security.nm.keys.current.keyId);
  });

  test.each<[string, Record<string, string>, object, RegExp]>([
    [
      'smaller than the smallest container',
      {},
      { resource: { memoryMb: 512, vcores: 4 } },
      /minimum allocations.*<memory:512, vCores:4>/,
    ],
    ['without cores', {}, { resource: { memoryMb: 4096, vcores: 0 } }, /minimum allocations/],
    ['too old', { 'yarn.resourcemanager.nodemanager.minimum.version': '0.2.0' }, {}, /Version 0\.1\.0.*0\.2\.0/],
  ])('a node that is %s must shut down, and is told why', (_what, properties, over, why) => {
    const c = new MockCluster(properties);
    expect(register(c, over)).toMatchObject({
      nodeAction: 'SHUTDOWN',
      diagnosticsMessage: expect.stringMatching(why) as unknown,
    });
    expect(c.core.registry.nodes.size).toBe(0);
  });

  test('an excluded host must shut down; one on the include list may join', () => {
    using dir = tempDir();
    mkdirSync(dir.path, { recursive: true });
    const exclude = join(dir.path, 'exclude');
    const include = join(dir.path, 'include');
    writeFileSync(exclude, 'b # broken\n');
    writeFileSync(include, 'a b\n');
    const c = new MockCluster({
      'yarn.resourcemanager.nodes.include-path': include,
      'yarn.resourcemanager.nodes.exclude-path': exclude,
    });
    expect(register(c).nodeAction).toBe('NORMAL');
    expect(register(c, { nodeId: nodeId('b', 1) }).nodeAction).toBe('SHUTDOWN');
    expect(register(c, { nodeId: nodeId('c', 1) }).nodeAction).toBe('SHUTDOWN');
  });

  test('a list that cannot be read keeps the ResourceManager from starting', () => {
    expect(() => new MockCluster({ 'yarn.resourcemanager.nodes.exclude-path': '/nonexistent' })).toThrow(
      /exclude-path: \/nonexistent cannot be read/,
    );
  });

  test('is for nodes only, with a port that is one', () => {
    const c = new MockCluster();
    expect(() =>
      c.core.resourceTracker.registerNodeManager(
        {
          nodeId: nodeId('a', 1),
          httpPort: 1,
          resource: { memoryMb: 4096, vcores: 4 },
          nmVersion: '1',
          containerStatuses: [],
          runningApplications: [],
        },
        ALICE,
      ),
    ).toThrow(/for NodeManagers/);
    expect(() => register(c, { httpPort: 99_999 })).toThrow(/http_port 99999/);
    expect(() => register(c, { nodeId: 'nonsense' as never })).toThrow(/not a node id/);
  });
});

describe('heartbeats', () => {
  test('answers carry the next id; one that comes twice gets the same answer', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const first = await nm.heartbeat();
    expect(first).toMatchObject({ responseId: 1, nodeAction: 'NORMAL', nextHeartBeatIntervalMs: 1000 });
    expect(await nm.heartbeat({ responseId: 0 })).toBe(first);
    expect((await nm.heartbeat()).responseId).toBe(2);
  });

  test('one out of step must resync; its node is rebooted', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    expect(await nm.heartbeat({ responseId: 5 })).toMatchObject({
      nodeAction: 'RESYNC',
      diagnosticsMessage: expect.stringContaining('Too far behind') as unknown,
    });
    expect(c.core.registry.inactiveNodes.get(nm.id)?.state).toBe('REBOOTED');
  });

  test('several out of step, before the first has had its turn, are no fault', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const beats = [nm.heartbeat({ responseId: 7 }), nm.heartbeat({ responseId: 8 })];
    for (const beat of beats) expect((await beat).nodeAction).toBe('RESYNC');
    expect(c.core.registry.inactiveNodes.get(nm.id)?.state).toBe('REBOOTED');
    expect(c.errors).toEqual([]);
  });

  test('an unknown node must resync', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    c.core.resourceTracker.unRegisterNodeManager({ nodeId: nm.id }, NODE);
    await c.settle();
    expect(c.core.registry.inactiveNodes.get(nm.id)?.state).toBe('SHUTDOWN');
    expect((await nm.heartbeat()).nodeAction).toBe('RESYNC');
  });

  test('a silent node is lost; one that beats is not', async () => {
    const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
    const a = await c.node('a');
    await c.node('b');
    await c.advance(999);
    await a.heartbeat();
    await c.advance(1);
    expect([...c.core.registry.nodes.keys()]).toEqual(['a:1']);
    expect(c.core.clientService.getClusterMetrics({}, ALICE).clusterMetrics).toMatchObject({
      numActiveNodeManagers: 1,
      numLostNodeManagers: 1,
    });
    expect(c.core.schedulerService.scheduler.clusterResource().memoryMb).toBe(8192);
  });

  test('a ResourceManager that was stopped itself listens before it gives anybody up', async () => {
    const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
    const a = await c.node('a');
    const b = await c.node('b');
    c.clock.stall(30_000);
    await c.advance(0);
    await a.heartbeat();
    expect([...c.core.registry.nodes.keys()]).toEqual([a.id, b.id]);
    await c.advance(999);
    expect(c.core.registry.inactiveNodes.size).toBe(0);
    await c.advance(1);
    expect(c.core.registry.inactiveNodes.get(b.id)?.state).toBe('LOST');
    await c.advance(0);
    expect(c.core.registry.inactiveNodes.get(a.id)?.state).toBe('LOST');
  });

  test('one that registers between the expiry and its turn is there', async () => {
    const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
    const nm = await c.node('a');
    c.clock.advance(1000);
    await nm.register();
    expect(c.core.registry.nodes.get(nm.id)?.state).toBe('RUNNING');
    expect((await nm.heartbeat()).nodeAction).toBe('NORMAL');
  });

  test('work for a node that left before its turn is late', async () => {
    const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
    const nm = await c.node('a');
    const am = await c.runningAM();
    const task = (await am.allocate({ ask: [ask()] })).allocatedContainers[0]!.id;
    c.clock.advance(1000);
    const signal = { containerId: task, command: 'OUTPUT_THREAD_DUMP' } as const;
    c.core.clientService.signalToContainer(signal, ALICE);
    await c.settle();
    expect(c.core.registry.inactiveNodes.get(nm.id)?.state).toBe('LOST');
    expect(c.errors).toEqual([]);
  });

  test('an unhealthy node is not used until it is well', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    await nm.heartbeat({ healthy: false });
    expect(c.core.registry.nodes.get(nm.id)?.state).toBe('UNHEALTHY');
    const app = await c.submit();
    expect((await c.report(app)).diagnostics).toContain('no NodeManager has registered');
    await nm.heartbeat({ healthy: true });
    expect(c.am(app).containerId).toBeDefined();
  });

  test('a report that says nothing new is no event', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const am = await c.runningAM();
    const before = c.core.dispatcher.metrics().handled;
    for (let n = 0; n < 5; n++) await nm.heartbeat();
    expect(c.core.dispatcher.metrics().handled).toBe(before);
    expect(am.containerId).toBeDefined();
  });

  test('a container that its node no longer knows is lost', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const am = await c.runningAM();
    const task = (await am.allocate({ ask: [ask()] })).allocatedContainers[0]!.id;
    await nm.runs(task).heartbeat();
    nm.containers.delete(task);
    await nm.heartbeat();
    expect((await am.allocate()).completedContainersStatuses).toMatchObject([
      { containerId: task, exitStatus: -100, diagnostics: expect.stringContaining('no longer known') as unknown },
    ]);
  });

  test('a container nobody wants is cleaned up; an application nobody knows too', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const stray = containerId(applicationAttemptId(applicationId(1, 1), 1), 1);
    await nm.runs(stray).heartbeat();
    const next = await nm.heartbeat();
    expect(next.containersToCleanup).toEqual([stray]);
    expect(next.applicationsToCleanup).toEqual([applicationId(1, 1)]);
  });

  test('new keys come with the answer until the node names them', async () => {
    const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '999999999' });
    c.core.start();
    const nm = await c.node('a');
    expect((await nm.heartbeat()).nmTokenMasterKey).toBeUndefined();
    await c.advance(86_400_000);
    expect((await nm.heartbeat()).nmTokenMasterKey?.keyId).toBe(c.core.security.nm.keys.newest.keyId);
  });
});

test.each<[string, (c: MockCluster) => unknown]>([
  [
    'nodeHeartbeat',
    (c) =>
      c.core.resourceTracker.nodeHeartbeat(
        {
          nodeStatus: {
            nodeId: nodeId('a', 1),
            responseId: 0,
            containersStatuses: [],
            nodeHealthStatus: { isNodeHealthy: true, healthReport: '', lastHealthReportTimeMs: 0 },
            keepAliveApplications: [],
          },
        },
        ALICE,
      ),
  ],
  ['unRegisterNodeManager', (c) => c.core.resourceTracker.unRegisterNodeManager({ nodeId: nodeId('a', 1) }, ALICE)],
])('%s is for nodes only', async (_name, call) => {
  const c = new MockCluster();
  await c.node('a');
  expect(() => call(c)).toThrow(/for NodeManagers/);
  expect(c.core.registry.nodes.size).toBe(1);
});

test('to unregister an unknown node is nothing', () => {
  expect(new MockCluster().core.resourceTracker.unRegisterNodeManager({ nodeId: nodeId('x', 1) }, NODE)).toEqual({});
});

describe('coming back', () => {
  test('a busy node that registers again keeps its containers', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const am = await c.runningAM();
    await nm.register({ containers: [reported(am.containerId)], apps: [c.core.registry.apps.keys().next().value!] });
    expect(c.core.registry.containers.get(am.containerId)?.state).toBe('RUNNING');
    expect((await am.allocate()).responseId).toBe(1);
  });

  test('an empty node that registers again has lost what it had', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const am = await c.runningAM();
    await nm.register();
    expect(c.core.registry.containers.has(am.containerId)).toBe(false);
    expect(c.core.registry.apps.values().next().value?.attempts.size).toBe(2);
  });

  test('on another web port too', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    await c.runningAM();
    await nm.register({ httpPort: 9999 });
    expect(c.core.registry.nodes.get(nm.id)?.httpAddress).toBe('a:9999');
    expect(c.core.schedulerService.scheduler.clusterResource().memoryMb).toBe(8192);
    expect(c.core.registry.apps.values().next().value?.attempts.size).toBe(2);
  });
});

describe('a signal', () => {
  const wait = (c: MockCluster, id = nodeId('a', 1), waitMs = 5000) =>
    c.core.nodeSignals.awaitSignal({ nodeId: id, waitMs }, NODE);

  test('wakes a node at once when it has something to fetch', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const am = await c.runningAM();
    const task = (await am.allocate({ ask: [ask()] })).allocatedContainers[0]!.id;
    await nm.runs(task).heartbeat();
    const signal = wait(c);
    await am.allocate({ release: [task] });
    expect(await signal).toEqual({ heartbeatNow: true });
    expect(await wait(c)).toEqual({ heartbeatNow: true });
    await nm.heartbeat();
  });

  test('comes with nothing when the time is over, or when the node asks again', async () => {
    const c = new MockCluster();
    await c.node('a');
    const first = wait(c);
    const second = wait(c);
    expect(await first).toEqual({ heartbeatNow: false });
    await c.advance(5000);
    expect(await second).toEqual({ heartbeatNow: false });
    expect(await wait(c, undefined, 0)).toEqual({ heartbeatNow: false });
  });

  test('makes an unknown node beat, and so learn that it is unknown', async () => {
    expect(await wait(new MockCluster())).toEqual({ heartbeatNow: true });
  });

  test('is for nodes only', async () => {
    await expect(
      new MockCluster().core.nodeSignals.awaitSignal({ nodeId: nodeId('a', 1), waitMs: 1 }, ALICE),
    ).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });

  test('to a container goes to its node', async () => {
    const c = new MockCluster();
    const nm = await c.node('a');
    const am = await c.runningAM();
    c.core.clientService.signalToContainer({ containerId: am.containerId, command: 'OUTPUT_THREAD_DUMP' }, ALICE);
    await c.settle();
    expect((await nm.heartbeat()).containersToSignal).toEqual([
      { containerId: am.containerId, command: 'OUTPUT_THREAD_DUMP' },
    ]);
  });
});
