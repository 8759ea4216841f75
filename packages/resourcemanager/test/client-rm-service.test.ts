/** What clients may ask, what they are told, what is refused; and that a yes is on disk. */
import { applicationId, applicationAttemptId, containerId, type ApplicationId, type Caller } from '@bobbin/common';
import { MemoryRMStateStore } from '../src/index.js';
import { ALICE, ask, MockCluster, NODE } from './support/mock-cluster.js';

const BOB: Caller = { kind: 'user', user: 'bob', authMethod: 'TOKEN' };
const unknownApp = applicationId(1, 1);
const unknownAttempt = applicationAttemptId(unknownApp, 1);

describe('submission', () => {
  test('is answered when it is stored, and not before', async () => {
    const store = new MemoryRMStateStore();
    const c = new MockCluster({}, store);
    const context = c.submission();
    const before = store.load().applications.length;
    await c.core.clientService.submitApplication({ applicationSubmissionContext: context }, ALICE);
    expect([before, store.load().applications.map((app) => app.context.applicationId)]).toEqual([
      0,
      [context.applicationId],
    ]);
  });

  test('of an id that is known is a yes, and starts nothing', async () => {
    const c = new MockCluster();
    const applicationSubmissionContext = c.submission();
    await Promise.all(
      [1, 2].map(() => c.core.clientService.submitApplication({ applicationSubmissionContext }, ALICE)),
    );
    await c.core.clientService.submitApplication({ applicationSubmissionContext }, ALICE);
    await c.settle();
    expect(c.core.registry.apps.size).toBe(1);
    await expect(c.core.clientService.submitApplication({ applicationSubmissionContext }, BOB)).rejects.toThrow(
      /submitted by 'alice'/,
    );
  });

  test("gets YARN's defaults", async () => {
    const c = new MockCluster();
    const app = await c.submit({
      applicationName: '',
      queue: '',
      applicationType: 'a type longer than twenty characters',
      priority: 9,
    });
    expect(await c.report(app)).toMatchObject({
      name: 'N/A',
      queue: 'default',
      applicationType: 'a type longer than t',
      priority: 0,
      user: 'alice',
    });
  });

  test('ids count up from 1', () => {
    const c = new MockCluster();
    const ids = [1, 2].map(() => c.core.clientService.getNewApplication({}, ALICE).applicationId);
    expect(ids).toEqual([applicationId(c.core.clusterTimestamp, 1), applicationId(c.core.clusterTimestamp, 2)]);
  });

  test.each<[string, object, string, RegExp]>([
    [
      'an AM larger than allowed',
      { resource: { memoryMb: 9000, vcores: 1 } },
      'INVALID_RESOURCE_REQUEST',
      /maximum allowed allocation=<memory:8192, vCores:4>/,
    ],
    ['an AM of no size', { resource: { memoryMb: -5, vcores: 1 } }, 'INVALID_RESOURCE_REQUEST', /not a size/],
    ['two asks for *', { amContainerResourceRequests: [ask(), ask()] }, 'INVALID_RESOURCE_REQUEST', /exactly one/],
    [
      'asks without *',
      { amContainerResourceRequests: [ask({ resourceName: 'h' })] },
      'INVALID_RESOURCE_REQUEST',
      /got 0/,
    ],
    ['another queue', { queue: 'research' }, 'BAD_REQUEST', /queue 'research' does not exist/],
    ['an unmanaged AM', { unmanagedAM: true }, 'FEATURE_NOT_ENABLED', /unmanaged AM/],
    ['a negative number of attempts', { maxAppAttempts: -1 }, 'BAD_REQUEST', /maxAppAttempts is -1/],
    [
      'too many tags',
      { applicationTags: Array.from({ length: 11 }, (_, n) => `t${n}`) },
      'BAD_REQUEST',
      /maximum of only 10/,
    ],
    ['a tag too long', { applicationTags: ['x'.repeat(101)] }, 'BAD_REQUEST', /maximum allowed length of a tag is 100/],
    ['a tag that is not ASCII', { applicationTags: ['é'] }, 'BAD_REQUEST', /ASCII/],
    [
      'no command',
      { amContainerSpec: { localResources: {}, serviceData: {}, environment: {}, commands: [], applicationAcls: {} } },
      'BAD_REQUEST',
      /names no command/,
    ],
  ])('of %s is refused, and nothing is kept', async (_what, over, code, message) => {
    const c = new MockCluster();
    const applicationSubmissionContext = c.submission(over);
    await expect(c.core.clientService.submitApplication({ applicationSubmissionContext }, ALICE)).rejects.toMatchObject(
      { code, message: expect.stringMatching(message) as unknown },
    );
    expect(c.core.registry.apps.size).toBe(0);
  });

  test('of an AM larger than the largest node is refused once there are nodes', async () => {
    const c = new MockCluster();
    await c.node('a', 2048, 2);
    await expect(c.submit({ resource: { memoryMb: 4096, vcores: 1 } })).rejects.toThrow(
      /maximum allowed allocation=<memory:2048, vCores:2>/,
    );
  });

  test('an AM that has become larger than any node says never', async () => {
    const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
    await c.node('a');
    const am = await c.runningAM({ resource: { memoryMb: 4096, vcores: 1 } });
    await c.advance(1000);
    await c.node('b', 2048, 2);
    const app = c.core.registry.apps.keys().next().value as ApplicationId;
    expect((await c.report(app)).diagnostics).toBe(
      'Waiting for the AppMaster, never to be had: <memory:4096, vCores:1> is more than any node has; the largest has <memory:2048, vCores:2>',
    );
    expect(am.containerId).toBeDefined();
  });

  test('AM attempts are bounded by the cluster', async () => {
    const c = new MockCluster({ 'yarn.resourcemanager.am.max-attempts': '2' });
    const nm = await c.node('a');
    const app = await c.submit({ maxAppAttempts: 9 });
    for (let n = 0; n < 2; n++) {
      const am = c.am(app);
      await nm.runs(am.containerId).heartbeat();
      await nm.finishes(am.containerId, 1).heartbeat();
    }
    expect((await c.report(app)).state).toBe('FAILED');
  });
});

test('a submission that was not stored when the ResourceManager stops is not acknowledged', async () => {
  const c = new MockCluster();
  const call = c.core.clientService.submitApplication({ applicationSubmissionContext: c.submission() }, ALICE);
  c.core.stop();
  await expect(call).rejects.toMatchObject({ code: 'RESOURCE_MANAGER_STOPPING', retriable: true });
});

describe('reports', () => {
  test('are held until the state is another', async () => {
    const c = new MockCluster();
    const app = await c.submit();
    const held = c.core.clientService.getApplicationReport(
      { applicationId: app, waitMs: 5000, knownState: 'ACCEPTED' },
      ALICE,
    );
    await c.node('a');
    const am = c.am(app);
    await am.register();
    expect((await held).applicationReport.state).toBe('RUNNING');
  });

  test('come unchanged when the time is over', async () => {
    const c = new MockCluster();
    const app = await c.submit();
    const held = c.core.clientService.getApplicationReport(
      { applicationId: app, waitMs: 5000, knownState: 'ACCEPTED' },
      ALICE,
    );
    await c.advance(5000);
    expect((await held).applicationReport.state).toBe('ACCEPTED');
  });

  test('show usage, and what still waits', async () => {
    const c = new MockCluster();
    await c.node('a', 2048, 2);
    const am = await c.runningAM();
    await am.allocate({ ask: [ask({ numContainers: 3 })] });
    const app = c.core.registry.apps.keys().next().value as ApplicationId;
    const { usage, diagnostics } = await c.report(app);
    expect(usage).toMatchObject({
      numUsedContainers: 2,
      usedResources: { memoryMb: 2048, vcores: 2 },
      neededResources: { memoryMb: 2048, vcores: 2 },
    });
    expect(diagnostics).toBe(
      'Waiting for 2 x <memory:1024, vCores:1>, not yet: the cluster is full: the most that is free on a node is <memory:0, vCores:0>',
    );
  });

  test('filters are joined by and', async () => {
    const c = new MockCluster();
    const a = await c.submit({ applicationName: 'a', applicationType: 'SPARK', applicationTags: ['x'] });
    const b = await c.submit({ applicationName: 'b', applicationType: 'MAPREDUCE' });
    const list = async (filter: object) =>
      c.core.clientService.getApplications(filter, ALICE).applications.map((r) => r.applicationId);
    expect(await list({})).toEqual([a, b]);
    expect(await list({ applicationTypes: ['spark'] })).toEqual([a]);
    expect(await list({ applicationStates: ['ACCEPTED'], users: ['alice'], queues: ['root.default'] })).toEqual([a, b]);
    expect(await list({ users: ['bob'] })).toEqual([]);
    expect(await list({ applicationTags: ['x'], name: 'b' })).toEqual([]);
    expect(await list({ limit: 1 })).toEqual([b]);
  });

  test('of attempts, containers, nodes, queue and metrics', async () => {
    const c = new MockCluster();
    await c.node('a');
    const am = await c.runningAM();
    const app = c.core.registry.apps.keys().next().value as ApplicationId;
    const service = c.core.clientService;
    expect(service.getApplicationAttempts({ applicationId: app }, ALICE).applicationAttempts).toMatchObject([
      { applicationAttemptId: am.attemptId, state: 'RUNNING', amContainerId: am.containerId },
    ]);
    expect(
      service.getApplicationAttemptReport({ applicationAttemptId: am.attemptId }, ALICE).applicationAttemptReport.host,
    ).toBe('h');
    expect(service.getContainers({ applicationAttemptId: am.attemptId }, ALICE).containers).toMatchObject([
      { containerId: am.containerId, state: 'RUNNING' },
    ]);
    expect(service.getContainerReport({ containerId: am.containerId }, ALICE).containerReport.nodeId).toBe('a:1');
    expect(service.getClusterNodes({ nodeStates: [] }, ALICE).nodeReports).toMatchObject([
      { nodeId: 'a:1', state: 'RUNNING', used: { memoryMb: 1024, vcores: 1 }, numContainers: 1 },
    ]);
    expect(service.getClusterNodes({ nodeStates: ['LOST'] }, ALICE).nodeReports).toEqual([]);
    expect(
      service.getQueueInfo(
        { queueName: 'default', includeApplications: true, includeChildQueues: false, recursive: false },
        ALICE,
      ).queueInfo,
    ).toMatchObject({ queuePath: 'root.default', state: 'RUNNING', applications: [{ applicationId: app }] });
    expect(service.getClusterMetrics({}, ALICE).clusterMetrics.numActiveNodeManagers).toBe(1);
    expect(service.getResourceTypeInfo({}, ALICE).resourceTypeInfo.map((t) => t.name)).toEqual(['memory-mb', 'vcores']);
  });
});

test('an attempt that is failed by hand counts, and the next one starts', async () => {
  const c = new MockCluster();
  await c.node('a');
  const am = await c.runningAM();
  c.core.clientService.failApplicationAttempt({ applicationAttemptId: am.attemptId }, ALICE);
  await c.settle();
  const app = c.core.registry.apps.values().next().value;
  expect(app?.attempts.size).toBe(2);
  expect(am.nm.stopped).toEqual([am.containerId]);
});

describe('access lists', () => {
  const acls = { 'yarn.acl.enable': 'true', 'yarn.admin.acl': 'root admins' };
  const spec = (applicationAcls: object) => ({
    amContainerSpec: { localResources: {}, serviceData: {}, environment: {}, commands: ['am'], applicationAcls },
  });
  const kill = (c: MockCluster, id: ApplicationId, user: string) =>
    c.core.clientService.forceKillApplication({ applicationId: id }, { kind: 'user', user, authMethod: 'TOKEN' });

  test('keep strangers from killing; owners, admins and those listed may', async () => {
    const c = new MockCluster(acls);
    const app = await c.submit(spec({ MODIFY_APP: 'carol,dave' }));
    await expect(kill(c, app, 'bob')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    for (const user of ['dave', 'root', 'alice']) await kill(c, app, user);
  });

  test('show strangers that it exists, and no more', async () => {
    const c = new MockCluster(acls);
    const app = await c.submit({ ...spec({ VIEW_APP: 'carol' }), applicationName: 'secret' });
    const see = async (user: string) =>
      (
        await c.core.clientService.getApplicationReport(
          { applicationId: app },
          { kind: 'user', user, authMethod: 'TOKEN' },
        )
      ).applicationReport.name;
    expect(await see('bob')).toBe('N/A');
    expect(await see('carol')).toBe('secret');
    await expect(
      (async () => c.core.clientService.getApplicationAttempts({ applicationId: app }, BOB))(),
    ).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

describe('bad input', () => {
  const calls: Record<string, (c: MockCluster, caller: Caller) => unknown> = {
    getNewApplication: (c, who) => c.core.clientService.getNewApplication({}, who),
    submitApplication: (c, who) =>
      c.core.clientService.submitApplication({ applicationSubmissionContext: c.submission() }, who),
    getApplicationReport: (c, who) => c.core.clientService.getApplicationReport({ applicationId: unknownApp }, who),
    getApplications: (c, who) => c.core.clientService.getApplications({}, who),
    failApplicationAttempt: (c, who) =>
      c.core.clientService.failApplicationAttempt({ applicationAttemptId: unknownAttempt }, who),
    forceKillApplication: (c, who) => c.core.clientService.forceKillApplication({ applicationId: unknownApp }, who),
    getClusterMetrics: (c, who) => c.core.clientService.getClusterMetrics({}, who),
    getClusterNodes: (c, who) => c.core.clientService.getClusterNodes({ nodeStates: [] }, who),
    getQueueInfo: (c, who) =>
      c.core.clientService.getQueueInfo(
        { queueName: 'nope', includeApplications: false, includeChildQueues: false, recursive: false },
        who,
      ),
    getApplicationAttemptReport: (c, who) =>
      c.core.clientService.getApplicationAttemptReport({ applicationAttemptId: unknownAttempt }, who),
    getApplicationAttempts: (c, who) => c.core.clientService.getApplicationAttempts({ applicationId: unknownApp }, who),
    getContainerReport: (c, who) =>
      c.core.clientService.getContainerReport({ containerId: containerId(unknownAttempt, 1) }, who),
    getContainers: (c, who) => c.core.clientService.getContainers({ applicationAttemptId: unknownAttempt }, who),
    signalToContainer: (c, who) =>
      c.core.clientService.signalToContainer(
        { containerId: containerId(unknownAttempt, 1), command: 'GRACEFUL_SHUTDOWN' },
        who,
      ),
    getResourceTypeInfo: (c, who) => c.core.clientService.getResourceTypeInfo({}, who),
  };
  const unknown = Object.keys(calls).filter((name) => /Report|Attempt|Container|Kill/.test(name));

  test.each(Object.keys(calls).filter((name) => !unknown.includes(name)))('%s is for clients only', async (name) => {
    const c = new MockCluster();
    await expect((async () => calls[name]?.(c, NODE))()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });

  test.each(unknown)('%s of what is unknown says so', async (name) => {
    const c = new MockCluster();
    await expect((async () => calls[name]?.(c, ALICE))()).rejects.toMatchObject({
      code: 'APPLICATION_NOT_FOUND',
      message: expect.stringContaining(unknownApp) as unknown,
    });
  });

  test('an unknown attempt, container or queue of what is known says so', async () => {
    const c = new MockCluster();
    const app = await c.submit();
    const attempt = applicationAttemptId(app, 7);
    const service = c.core.clientService;
    expect(() => service.getContainers({ applicationAttemptId: attempt }, ALICE)).toThrow(/attempt .*000007.*in RM/i);
    expect(() => service.getContainerReport({ containerId: containerId(attempt, 1) }, ALICE)).toThrow(
      /Container with id/,
    );
    await expect((async () => calls['getQueueInfo']?.(c, ALICE))()).rejects.toThrow(/Queue 'nope' does not exist/);
  });
});
