/** The AM's protocol: response ids, held calls, tokens, acknowledged ends, and what is refused. */
import { containerId, NM_TOKEN, type AllocateRequest, type Caller } from '@bobbin/common';
import { ALICE, ask, MockCluster, NODE, reported, type MockAM } from './support/mock-cluster.js';

async function oneAM(properties: Record<string, string> = {}, over = {}) {
  const c = new MockCluster(properties);
  const nm = await c.node('a');
  const am = await c.runningAM(over);
  return { c, nm, am };
}

/** Whether a promise has been answered by now. */
async function answered(promise: Promise<unknown>): Promise<boolean> {
  const nothing = Symbol('nothing');
  const first = await Promise.race([
    promise.catch(() => undefined),
    new Promise((resolve) => setImmediate(() => resolve(nothing))),
  ]);
  return first !== nothing;
}

describe('response ids', () => {
  test('each answer carries the next id', async () => {
    const { am } = await oneAM();
    expect((await am.allocate()).responseId).toBe(1);
    expect((await am.allocate()).responseId).toBe(2);
  });

  test('a call that comes twice gets the same answer, and its asks are ignored', async () => {
    const { c, am } = await oneAM();
    const first = await am.allocate({ ask: [ask()] });
    const again = await am.allocate({ responseId: 0, ask: [ask({ numContainers: 5 })] });
    expect(again).toBe(first);
    expect(c.core.schedulerService.scheduler.usage(am.attemptId).pendingContainers).toBe(0);
    expect((await am.allocate({ responseId: 1 })).allocatedContainers).toEqual([]);
  });

  test.each([7, -1, 0x7fffffff])('any other id (%d) is refused, naming both', async (responseId) => {
    const { am } = await oneAM();
    await am.allocate();
    await am.allocate();
    await expect(am.call({ responseId })).rejects.toMatchObject({
      code: 'INVALID_APPLICATION_MASTER_REQUEST',
      message: expect.stringContaining(`expect responseId to be 2, but get ${responseId}`) as unknown,
    });
  });

  test('an AM that heard no answer registers again and is answered alike; one that has allocated may not', async () => {
    const c = new MockCluster();
    await c.node('a');
    const am = c.am(await c.submit());
    const first = await am.register();
    expect(await am.register()).toEqual(first);
    await am.allocate();
    await expect(am.register()).rejects.toThrow(/already registered/);
  });

  test('before it has registered an AM may neither allocate nor finish', async () => {
    const c = new MockCluster();
    await c.node('a');
    const am = c.am(await c.submit());
    await expect(am.call()).rejects.toMatchObject({ code: 'APPLICATION_MASTER_NOT_REGISTERED' });
    await expect(am.finish()).rejects.toMatchObject({ code: 'APPLICATION_MASTER_NOT_REGISTERED' });
  });

  test('an attempt that is over is unknown', async () => {
    const { am, nm } = await oneAM({}, { maxAppAttempts: 1 });
    await nm.finishes(am.containerId, 1).heartbeat();
    await expect(am.call()).rejects.toMatchObject({ code: 'APPLICATION_ATTEMPT_NOT_FOUND' });
    await expect(am.register()).rejects.toMatchObject({ code: 'APPLICATION_ATTEMPT_NOT_FOUND' });
  });
});

describe('a held call', () => {
  test('is answered when a container is given, not before', async () => {
    const { c, am } = await oneAM();
    await am.allocate({ ask: [ask({ numContainers: 8, capability: { memoryMb: 1024, vcores: 1 } })] });
    const call = am.call({ waitMs: 10_000 });
    await c.settle();
    expect(await answered(call)).toBe(false);
    await c.node('b');
    expect((await call).allocatedContainers).toHaveLength(1);
  });

  test('is answered when a container has finished', async () => {
    const { c, am, nm } = await oneAM();
    const task = (await am.allocate({ ask: [ask()] })).allocatedContainers[0]!.id;
    await nm.runs(task).heartbeat();
    const call = am.call({ waitMs: 10_000 });
    await c.settle();
    await nm.finishes(task, 7, 'why').heartbeat();
    expect((await call).completedContainersStatuses).toMatchObject([
      { containerId: task, exitStatus: 7, diagnostics: 'why' },
    ]);
  });

  test('is answered with nothing when its time is over, and counts as a sign of life', async () => {
    const { c, am } = await oneAM({
      'yarn.am.liveness-monitor.expiry-interval-ms': '9000',
      'yarn.nm.liveness-monitor.expiry-interval-ms': '9999999',
    });
    for (let round = 0; round < 5; round++) {
      const call = am.call({ waitMs: 3000 });
      await c.advance(2999);
      expect(await answered(call)).toBe(false);
      await c.advance(1);
      expect((await call).responseId).toBe(round + 1);
    }
  });

  test('is never held so long that its AM would expire', async () => {
    const { c, am } = await oneAM({ 'yarn.am.liveness-monitor.expiry-interval-ms': '9000' });
    const call = am.call({ waitMs: 1_000_000 });
    await c.advance(3000);
    expect(await answered(call)).toBe(true);
  });

  test('has told nothing yet: a newer call with the same id takes its place, with its asks', async () => {
    const { c, am } = await oneAM();
    const old = am.call({ waitMs: 10_000 });
    const refused = expect(old).rejects.toMatchObject({ code: 'CALL_SUPERSEDED', retriable: true });
    await c.settle();
    const newer = await am.allocate({ waitMs: 10_000, ask: [ask()] });
    await refused;
    expect(newer.responseId).toBe(1);
    expect(newer.allocatedContainers).toHaveLength(1);
  });

  test('fails when its attempt ends', async () => {
    const { c, am, nm } = await oneAM({}, { maxAppAttempts: 1 });
    const call = am.call({ waitMs: 10_000 });
    const refused = expect(call).rejects.toMatchObject({ code: 'APPLICATION_ATTEMPT_NOT_FOUND' });
    await c.settle();
    await nm.finishes(am.containerId, 1).heartbeat();
    await refused;
  });

  test('is answered when nodes come and go', async () => {
    const { c, am } = await oneAM();
    await am.allocate();
    const call = am.call({ waitMs: 10_000 });
    await c.settle();
    await c.node('b');
    expect((await call).updatedNodes).toMatchObject([{ nodeId: 'b:1', state: 'RUNNING' }]);
  });

  test('is answered when the ResourceManager stops', async () => {
    const { c, am } = await oneAM();
    const call = am.call({ waitMs: 10_000 });
    await c.settle();
    c.core.stop();
    expect((await call).responseId).toBe(1);
  });
});

describe('what is given', () => {
  test('a token for a node comes once, and again after the node has registered anew', async () => {
    const { am, nm } = await oneAM();
    const take = async () => (await am.allocate({ ask: [ask()] })).nmTokens.map((t) => [t.nodeId, t.token.kind]);
    expect(await take()).toEqual([[nm.id, NM_TOKEN.kind]]);
    expect(await take()).toEqual([]);
    await nm.register({ containers: [reported(am.containerId)] });
    expect(await take()).toEqual([[nm.id, NM_TOKEN.kind]]);
  });

  test('a finished container is told once; its node may forget it when the AM has come again', async () => {
    const { am, nm } = await oneAM();
    const task = (await am.allocate({ ask: [ask()] })).allocatedContainers[0]!.id;
    await nm.runs(task).heartbeat();
    await nm.finishes(task).heartbeat();
    expect((await am.allocate()).completedContainersStatuses).toHaveLength(1);
    expect((await nm.heartbeat()).containersToBeRemovedFromNM).toEqual([]);
    expect((await am.allocate()).completedContainersStatuses).toEqual([]);
    expect((await nm.heartbeat()).containersToBeRemovedFromNM).toEqual([task]);
  });

  test('a container that was given up before its AM knew of it is asked again', async () => {
    const { c, am } = await oneAM();
    const call = am.call({ ask: [ask({ numContainers: 7 })] });
    await c.settle();
    await call;
    const b = await c.node('b', 1024, 1);
    const asked = am.call({ ask: [ask()] });
    await c.settle();
    await asked;
    expect(c.core.schedulerService.scheduler.containersOn(b.id)).toHaveLength(1);
  });

  test('released containers end with -100 and their room is free', async () => {
    const { c, am, nm } = await oneAM();
    const task = (await am.allocate({ ask: [ask()] })).allocatedContainers[0]!.id;
    await nm.runs(task).heartbeat();
    const { completedContainersStatuses } = await am.allocate({ release: [task] });
    expect(completedContainersStatuses).toMatchObject([
      { containerId: task, exitStatus: -100, diagnostics: 'Container released by application' },
    ]);
    expect((await nm.heartbeat()).containersToCleanup).toEqual([task]);
    expect(c.core.schedulerService.scheduler.clusterUsed().memoryMb).toBe(1024);
    await am.allocate({ release: [task] });
  });

  test('headroom and the number of nodes go with each answer', async () => {
    const { am } = await oneAM();
    expect(await am.allocate()).toMatchObject({
      availableResources: { memoryMb: 7168, vcores: 7 },
      numClusterNodes: 1,
    });
  });

  test('a caller whose AMRM key is old gets a new token', async () => {
    const { c, am } = await oneAM({
      'yarn.am.liveness-monitor.expiry-interval-ms': '20000000',
      'yarn.nm.liveness-monitor.expiry-interval-ms': '100000000',
    });
    c.core.start();
    const old: Caller = { ...am.caller };
    for (let part = 1; part <= 5; part++) {
      await c.advance(86_400_000 / 5);
      if (part < 5) await am.allocate();
    }
    const request: AllocateRequest = {
      ask: [],
      release: [],
      blacklistAdditions: [],
      blacklistRemovals: [],
      responseId: 4,
      progress: 0,
    };
    const answer = c.core.amService.allocate(request, old);
    await c.settle();
    expect((await answer).amRmToken?.kind).toBe('YARN_AM_RM_TOKEN');
    expect((await am.allocate({ responseId: 5 })).amRmToken).toBeUndefined();
  });
});

describe('the end', () => {
  test('is confirmed when it is stored; saying it twice changes nothing', async () => {
    const { c, am } = await oneAM();
    expect(await am.finish('FAILED')).toEqual({ isUnregistered: true });
    expect(await am.finish()).toEqual({ isUnregistered: true });
    const app = [...c.core.registry.apps.values()][0]!;
    expect(app.report()).toMatchObject({ state: 'FINISHED', finalApplicationStatus: 'FAILED' });
  });

  test('an AM that has said its last word is given nothing more', async () => {
    const { am } = await oneAM();
    await am.finish();
    expect((await am.allocate({ ask: [ask()] })).allocatedContainers).toEqual([]);
  });
});

describe('bad input', () => {
  const bad: [string, Partial<AllocateRequest>, string, RegExp][] = [
    [
      'more memory than any node has',
      { ask: [ask({ capability: { memoryMb: 8193, vcores: 1 } })] },
      'INVALID_RESOURCE_REQUEST',
      /memory-mb.*<memory:8193, vCores:1>.*<memory:8192, vCores:4>/,
    ],
    [
      'more cores than allowed',
      { ask: [ask({ capability: { memoryMb: 1, vcores: 5 } })] },
      'INVALID_RESOURCE_REQUEST',
      /vcores/,
    ],
    [
      'a negative size',
      { ask: [ask({ capability: { memoryMb: -1, vcores: 1 } })] },
      'INVALID_RESOURCE_REQUEST',
      /from 0 up/,
    ],
    ['a negative count', { ask: [ask({ numContainers: -1 })] }, 'BAD_REQUEST', /-1 containers/],
    ['no place', { ask: [ask({ resourceName: '' })] }, 'BAD_REQUEST', /names no place/],
    [
      'a label',
      { ask: [ask({ nodeLabelExpression: 'gpu' })] },
      'INVALID_RESOURCE_REQUEST',
      /node labels are not enabled/,
    ],
    [
      'an opportunistic container',
      { ask: [ask({ executionType: 'OPPORTUNISTIC' })] },
      'INVALID_RESOURCE_REQUEST',
      /OPPORTUNISTIC/,
    ],
    ['everything on the blacklist', { blacklistAdditions: ['*'] }, 'INVALID_RESOURCE_BLACKLIST_REQUEST', /'\*'/],
    [
      'a container of another',
      { release: ['container_1_0001_01_000001' as never] },
      'INVALID_CONTAINER_RELEASE',
      /does not belong/,
    ],
    ['what is no container', { release: ['nonsense' as never] }, 'INVALID_ID', /container id/],
  ];
  test.each(bad)('%s is refused, and nothing of the call is taken up', async (_what, over, code, message) => {
    const { c, am } = await oneAM();
    const call = am.call({ ...over, ask: [ask(), ...(over.ask ?? [])] });
    await expect(call).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    await c.settle();
    expect(c.core.schedulerService.scheduler.usage(am.attemptId)).toMatchObject({
      containers: 1,
      pendingContainers: 0,
    });
    expect((await am.allocate()).responseId).toBe(1);
  });

  test.each<[string, (c: MockCluster, caller: Caller) => unknown]>([
    [
      'register',
      (c, caller) => c.core.amService.registerApplicationMaster({ host: 'h', rpcPort: 1, trackingUrl: '' }, caller),
    ],
    [
      'allocate',
      (c, caller) =>
        c.core.amService.allocate(
          { ask: [], release: [], blacklistAdditions: [], blacklistRemovals: [], responseId: 0, progress: 0 },
          caller,
        ),
    ],
    [
      'finish',
      (c, caller) =>
        c.core.amService.finishApplicationMaster(
          { diagnostics: '', trackingUrl: '', finalApplicationStatus: 'ENDED' },
          caller,
        ),
    ],
  ])('%s is for AMs only', async (_name, call) => {
    const c = new MockCluster();
    for (const caller of [ALICE, NODE]) {
      await expect((async () => call(c, caller))()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    }
  });

  test('a port that is none is refused', async () => {
    const c = new MockCluster();
    await c.node('a');
    const am = c.am(await c.submit());
    expect(() =>
      c.core.amService.registerApplicationMaster({ host: 'h', rpcPort: 70_000, trackingUrl: '' }, am.caller),
    ).toThrow(/rpc_port 70000/);
  });

  test.each<[number, number]>([
    [NaN, 0],
    [-1, 0],
    [2, 1],
    [Infinity, 1],
    [0.5, 0.5],
  ])('progress %d counts as %d', async (progress, shown) => {
    const { c, am } = await oneAM();
    await am.allocate({ progress });
    expect([...c.core.registry.apps.values()][0]?.report().progress).toBe(shown);
  });
});

test('an AM without containers is known by its address only after it has registered', async () => {
  const c = new MockCluster();
  await c.node('a');
  const app = await c.submit();
  expect(await c.report(app)).toMatchObject({ host: 'N/A', rpcPort: -1 });
  const am: MockAM = c.am(app);
  await am.register();
  expect(await c.report(app)).toMatchObject({ host: 'h', rpcPort: 99 });
});

describe('a change of a container', () => {
  test('is refused at once, each with its reason, and told once', async () => {
    const { am } = await oneAM();
    const change = { updateType: 'INCREASE_RESOURCE', capability: { memoryMb: 4096, vcores: 1 } } as const;
    const own = { ...change, containerId: am.containerId, containerVersion: 0 };
    const stale = { ...change, containerId: am.containerId, containerVersion: 3 };
    const unknown = { ...change, containerId: containerId(am.attemptId, 99), containerVersion: 0 };
    const answer = await am.allocate({ waitMs: 600_000, updateRequests: [own, unknown] });
    expect(answer.updateErrors).toEqual([
      {
        reason: expect.stringContaining('UPDATES_NOT_SUPPORTED') as string,
        updateRequest: own,
        currentContainerVersion: 0,
      },
      { reason: 'INVALID_CONTAINER_ID', updateRequest: unknown, currentContainerVersion: 0 },
    ]);
    const { updateErrors } = await am.allocate({ updateRequests: [stale] });
    expect(updateErrors).toMatchObject([{ reason: 'INCORRECT_CONTAINER_VERSION_ERROR', currentContainerVersion: 0 }]);
    expect((await am.allocate()).updateErrors).toBeUndefined();
  });
});
