/** Starting and stopping an AM: what it is given, what happens in which order, and which hosts are avoided. */
import { UnreachableError } from '@bobbin/common';
import { ask, MockCluster, reported } from './support/mock-cluster.js';

test('a kill while the launch is on its way stops the AM after it was started', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  const app = await c.submit();
  const am = c.am(app);
  expect([nm.started.length, nm.stopped]).toEqual([1, []]);
  await c.core.clientService.forceKillApplication(
    { applicationId: app },
    { kind: 'user', user: 'alice', authMethod: 'SIMPLE' },
  );
  await c.settle();
  expect(nm.stopped).toEqual([am.containerId]);
});

test('an AM whose container has ended is not stopped again', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  const am = await c.runningAM();
  await am.finish();
  await nm.finishes(am.containerId).heartbeat();
  expect(nm.stopped).toEqual([]);
});

describe('hosts where an AM has failed', () => {
  const properties = {
    'yarn.resourcemanager.am-scheduling.node-blacklisting-enabled': 'true',
    'yarn.resourcemanager.am-scheduling.node-blacklisting-disable-threshold': '0.6',
  };
  async function failOnce(c: MockCluster, exitStatus: number) {
    await c.node('a');
    await c.node('b');
    const am = await c.runningAM({ maxAppAttempts: 2 });
    await am.nm.finishes(am.containerId, exitStatus).heartbeat();
    const app = [...c.core.registry.apps.keys()][0]!;
    return { first: am, app };
  }

  test('are avoided by the next one, even where nothing else is free, but not by its tasks', async () => {
    const c = new MockCluster(properties);
    const a = await c.node('a');
    const b = await c.node('b', 1024, 1);
    const first = await c.runningAM();
    const other = await c.runningAM();
    expect([first.nm.id, other.nm.id]).toEqual([a.id, b.id]);
    await a.finishes(first.containerId, 1).heartbeat();
    const app = [...c.core.registry.apps.keys()][0]!;
    expect((await c.report(app)).diagnostics).toContain('no node it may use (locality, blacklist) has');
    await other.finish();
    await b.finishes(other.containerId).heartbeat();
    const second = c.am(app);
    expect(second.nm.id).toBe(b.id);
    await second.register();
    const { allocatedContainers } = await second.allocate({ ask: [ask()] });
    expect(allocatedContainers.map((x) => x.nodeId)).toEqual([a.id]);
  });

  test('are used again when they are too many to do without', async () => {
    const c = new MockCluster({
      ...properties,
      'yarn.resourcemanager.am-scheduling.node-blacklisting-disable-threshold': '0.5',
    });
    const { app } = await failOnce(c, 1);
    expect(c.core.registry.apps.get(app)?.hostsToAvoid()).toEqual([]);
  });

  test('are not blamed for what would have happened anywhere', async () => {
    const c = new MockCluster(properties);
    const { app } = await failOnce(c, -104);
    expect(c.core.registry.apps.get(app)?.hostsToAvoid()).toEqual([]);
  });
});

test('a node that was lost and comes back does not bring back what was given up', async () => {
  const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
  const a = await c.node('a');
  const am = await c.runningAM();
  const b = await c.node('b');
  const given = (await am.allocate({ ask: [ask({ numContainers: 8 })] })).allocatedContainers;
  const onB = given.filter((x) => x.nodeId === b.id).map((x) => x.id);
  await b.runs(...onB).heartbeat();
  await c.advance(500);
  await a.heartbeat();
  await c.advance(500);
  expect((await am.allocate()).completedContainersStatuses.map((s) => s.containerId).sort()).toEqual([...onB].sort());
  await b.register({ containers: onB.map((id) => reported(id)), apps: [...c.core.registry.apps.keys()] });
  expect([...(await b.heartbeat()).containersToCleanup].sort()).toEqual([...onB].sort());
  expect(c.core.schedulerService.scheduler.containersOn(b.id)).toEqual([]);
});

test('a node that does not know the new keys yet is asked again, and costs no attempt', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  nm.notYet = 2;
  const app = await c.submitUnsettled();
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    c.clock.advance(250);
  }
  await c.settle();
  expect(c.am(app).attemptId).toMatch(/_000001$/);
  expect(nm.started).toHaveLength(1);
});

test.each(['RUNNING', 'FINISHING'])(
  'an AM that is %s was started, although the answer to its launch never came',
  async (state) => {
    const c = new MockCluster();
    const nm = await c.node('a');
    let breaks: (error: Error) => void = () => undefined;
    nm.answer = new Promise((_, reject) => (breaks = reject));
    const app = await c.submitUnsettled();
    await c.core.dispatcher.drained();
    const { attemptId, caller } = c.am(app);
    c.core.amService.registerApplicationMaster({ host: 'h', rpcPort: 99, trackingUrl: 'u' }, caller);
    const farewell = { diagnostics: '', trackingUrl: '', finalApplicationStatus: 'SUCCEEDED' } as const;
    if (state === 'FINISHING') await c.core.amService.finishApplicationMaster(farewell, caller);
    await c.core.dispatcher.drained();
    breaks(new UnreachableError(`${nm.id} is gone`));
    await c.settle();
    expect(c.core.registry.attempt(attemptId)?.state).toBe(state);
    expect(c.errors).toEqual([]);
  },
);
