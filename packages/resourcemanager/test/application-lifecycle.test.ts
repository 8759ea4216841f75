/** An application from submission to its end, with a node and an AM that speak by hand: who is told what, and when. */
import { decodeCredentials } from '@bobbin/common';
import { ask, MockCluster } from './support/mock-cluster.js';

test('an application runs from submission to its end', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  const app = await c.submit();
  expect((await c.report(app)).state).toBe('ACCEPTED');

  const am = c.am(app);
  expect(nm.started).toHaveLength(1);
  const { environment, tokens } = nm.started[0]!.context;
  expect(environment).toEqual({
    A: '1',
    APPLICATION_WEB_PROXY_BASE: `/proxy/${app}`,
    APP_SUBMIT_TIME_ENV: String(c.clock.now()),
    BOBBIN_RM_ADDRESS: 'rm:8032',
  });
  expect([...decodeCredentials(tokens!).tokens.values()].map((t) => t.kind)).toEqual(['YARN_AM_RM_TOKEN']);

  await nm.runs(am.containerId).heartbeat();
  await am.register();
  expect(await c.report(app)).toMatchObject({
    state: 'RUNNING',
    host: 'h',
    rpcPort: 99,
    clientToAMToken: { kind: 'YARN_CLIENT_TOKEN', service: 'h:99' },
  });

  const first = await am.allocate({ ask: [ask({ numContainers: 2 })], progress: 0.25 });
  expect(first.allocatedContainers).toHaveLength(2);
  expect(first.allocatedContainers.every((x) => x.containerToken?.kind === 'ContainerToken')).toBe(true);
  expect(first.nmTokens.map((t) => t.nodeId)).toEqual([nm.id]);
  expect((await c.report(app)).progress).toBe(0.25);

  expect(await am.finish()).toEqual({ isUnregistered: true });
  expect(await c.report(app)).toMatchObject({
    state: 'FINISHED',
    finalApplicationStatus: 'SUCCEEDED',
    diagnostics: 'bye',
    trackingUrl: 'done',
    progress: 1,
  });
  await nm.finishes(am.containerId).heartbeat();
  const last = await nm.heartbeat();
  expect(last.applicationsToCleanup).toEqual([app]);
  expect(c.core.registry.containers.size).toBe(0);
  expect(c.core.schedulerService.scheduler.clusterUsed()).toEqual({ memoryMb: 0, vcores: 0 });
});

test('an AM that crashes is started again, up to the limit', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  const app = await c.submit();
  const first = c.am(app);
  await nm.runs(first.containerId).heartbeat();
  await nm.finishes(first.containerId, 1, 'first crash').heartbeat();
  const second = c.am(app);
  expect(second.attemptId).toBe(first.attemptId.replace(/1$/, '2'));
  await nm.runs(second.containerId).heartbeat();
  await second.register();
  await nm.finishes(second.containerId, 2, 'second crash').heartbeat();
  const report = await c.report(app);
  expect(report).toMatchObject({ state: 'FAILED', finalApplicationStatus: 'FAILED' });
  expect(report.diagnostics).toContain(
    `Application ${app} failed 2 times due to AM Container for ${second.attemptId} exited with  exitCode: 2`,
  );
  expect(report.diagnostics).toContain('second crash');
});

test('an AM lost with its node does not count against its application', async () => {
  const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
  await c.node('a');
  const app = await c.submit();
  for (const host of ['b', 'c', 'd']) {
    const am = c.am(app);
    await am.nm.runs(am.containerId).heartbeat();
    await c.advance(1000);
    expect((await c.report(app)).state).toBe('ACCEPTED');
    await c.node(host);
  }
  expect(c.core.registry.apps.get(app)?.attempts.size).toBe(4);
});

test('a node that refuses the AM fails the attempt with its words', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  nm.refuses = 'disk is full';
  const app = await c.submit({ maxAppAttempts: 1 });
  expect((await c.report(app)).diagnostics).toContain('disk is full');
  expect((await c.report(app)).state).toBe('FAILED');
});

test('a silent AM has failed when its time is over, and not before', async () => {
  const c = new MockCluster({
    'yarn.am.liveness-monitor.expiry-interval-ms': '60000',
    'yarn.nm.liveness-monitor.expiry-interval-ms': '99999999',
  });
  await c.node('a');
  const am = await c.runningAM({ maxAppAttempts: 1 });
  await c.advance(59_000);
  await am.allocate();
  await c.advance(59_999);
  const app = [...c.core.registry.apps.keys()][0]!;
  expect((await c.report(app)).state).toBe('RUNNING');
  await c.advance(1);
  expect(await c.report(app)).toMatchObject({
    state: 'FAILED',
    diagnostics: expect.stringContaining('timed out') as unknown,
  });
  expect(am.nm.stopped).toEqual([am.containerId]);
});

test('an AM that unregistered but stays is stopped when its time is over', async () => {
  const c = new MockCluster({
    'yarn.am.liveness-monitor.expiry-interval-ms': '60000',
    'yarn.nm.liveness-monitor.expiry-interval-ms': '99999999',
  });
  await c.node('a');
  const am = await c.runningAM();
  await am.finish();
  await c.advance(60_000);
  expect(am.nm.stopped).toEqual([am.containerId]);
  expect([...c.core.registry.apps.values()][0]?.state).toBe('FINISHED');
});

test('a kill is complete when it is stored, and takes every container along', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  const am = await c.runningAM();
  const { allocatedContainers } = await am.allocate({ ask: [ask()] });
  const task = allocatedContainers[0]!.id;
  await nm.runs(task).heartbeat();
  const app = [...c.core.registry.apps.keys()][0]!;
  const kill = c.core.clientService.forceKillApplication(
    { applicationId: app, diagnostics: 'too slow', waitMs: 1000 },
    { kind: 'user', user: 'bob', authMethod: 'SIMPLE' },
  );
  await c.settle();
  expect(await kill).toEqual({ isKillCompleted: true });
  expect(await c.report(app)).toMatchObject({
    state: 'KILLED',
    finalApplicationStatus: 'KILLED',
    diagnostics: `Application ${app} was killed by user bob: too slow`,
  });
  const { containersToCleanup, applicationsToCleanup } = await nm.heartbeat();
  expect([...containersToCleanup].sort()).toEqual([am.containerId, task].sort());
  expect(applicationsToCleanup).toEqual([app]);
  await expect(am.call()).rejects.toMatchObject({ code: 'APPLICATION_ATTEMPT_NOT_FOUND' });
});

test('a kill while it waits for its AM ends it at once', async () => {
  const c = new MockCluster();
  const app = await c.submit();
  expect((await c.report(app)).diagnostics).toBe('Waiting for the AppMaster, not yet: no NodeManager has registered');
  const kill = c.core.clientService.forceKillApplication(
    { applicationId: app, waitMs: 10 },
    { kind: 'user', user: 'bob', authMethod: 'SIMPLE' },
  );
  await c.settle();
  expect(await kill).toEqual({ isKillCompleted: true });
  await c.node('a');
  expect(c.core.registry.containers.size).toBe(0);
});

test('a container that is given but never started is taken back', async () => {
  const c = new MockCluster({ 'yarn.resourcemanager.rm.container-allocation.expiry-interval-ms': '5000' });
  await c.node('a');
  const am = await c.runningAM();
  const { allocatedContainers } = await am.allocate({ ask: [ask()] });
  await c.advance(5000);
  const { completedContainersStatuses } = await am.allocate();
  expect(completedContainersStatuses).toMatchObject([
    { containerId: allocatedContainers[0]!.id, exitStatus: -100, diagnostics: 'Container expired since it was unused' },
  ]);
});

test('the oldest finished applications are forgotten, in memory and on disk', async () => {
  const c = new MockCluster({ 'yarn.resourcemanager.max-completed-applications': '1' });
  await c.node('a');
  const ids = [];
  for (let n = 0; n < 3; n++) {
    const am = await c.runningAM();
    await am.finish();
    await am.nm.finishes(am.containerId).heartbeat();
    ids.push(am.attemptId);
  }
  expect([...c.core.registry.apps.keys()]).toHaveLength(1);
});
