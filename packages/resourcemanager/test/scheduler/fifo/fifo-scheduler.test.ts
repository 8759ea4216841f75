/** YARN's rules of asks and places, and first come first served, on the FIFO scheduler. */
import {
  applicationAttemptId,
  applicationOf,
  containerId,
  formatResource,
  nodeId,
  type ResourceRequest,
} from '@bobbin/common';
import { ask } from '../../support/mock-cluster.js';
import { attempt, Cluster } from './cluster.js';

describe('asks', () => {
  test('are absolute: a later one replaces the earlier', () => {
    const c = new Cluster()
      .app(1)
      .ask(1, ask({ numContainers: 5 }))
      .ask(1, ask({ numContainers: 2 }))
      .node('a');
    expect(c.decide()).toHaveLength(2);
  });

  test('of zero cancel', () => {
    const c = new Cluster()
      .app(1)
      .ask(1, ask({ numContainers: 5 }))
      .ask(1, ask({ numContainers: 0 }))
      .node('a');
    expect(c.decide()).toHaveLength(0);
    expect(c.scheduler.explain(attempt(1))).toEqual([]);
  });

  test('of several keys are served by priority, then request id', () => {
    const c = new Cluster()
      .app(1)
      .ask(
        1,
        ask({ priority: 9 }),
        ask({ priority: 5, allocationRequestId: 2 }),
        ask({ priority: 5, allocationRequestId: 1 }),
      )
      .node('a');
    expect(c.decide().map((a) => [a.priority, a.allocationRequestId])).toEqual([
      [5, 1],
      [5, 2],
      [9, -1],
    ]);
  });

  test('are rounded up to multiples of the minimum', () => {
    const c = new Cluster()
      .node('a')
      .app(1)
      .ask(1, ask({ capability: { memoryMb: 1500, vcores: 0 } }));
    expect(c.decide()[0]?.resource).toEqual({ memoryMb: 2048, vcores: 1 });
  });

  test('for a host alone, without *, are not served', () => {
    const c = new Cluster()
      .node('a')
      .app(1)
      .ask(1, ask({ resourceName: 'a' }));
    expect(c.decide()).toHaveLength(0);
  });

  test('come back when the container is lost before its attempt knew of it', () => {
    const c = new Cluster()
      .node('a')
      .app(1)
      .ask(1, ask({ resourceName: 'a' }), ask({ resourceName: '/default-rack' }), ask());
    const [first] = c.decide();
    expect(first?.locality).toBe('NODE_LOCAL');
    expect(c.done(first, true).decide()[0]?.locality).toBe('NODE_LOCAL');
    expect(c.scheduler.usage(attempt(1)).pendingContainers).toBe(0);
  });

  test('do not come back when it was released', () => {
    const c = new Cluster().node('a').app(1).ask(1, ask());
    const [first] = c.decide();
    expect(c.done(first).decide()).toEqual([]);
  });
});

describe('places', () => {
  const local = (hosts: string[], over = {}) => [
    ...hosts.map((resourceName) => ask({ resourceName, ...over })),
    ask({ resourceName: '/r1' }),
    ask(),
  ];

  test('a named host comes first, and the wider counts go down with it', () => {
    const c = new Cluster()
      .node('a', 4096, 4, '/r1')
      .node('b', 4096, 4, '/r1')
      .app(1)
      .ask(1, ...local(['b']));
    expect(c.decide()).toMatchObject([{ nodeId: nodeId('b', 1), locality: 'NODE_LOCAL' }]);
    expect(c.scheduler.usage(attempt(1)).pendingContainers).toBe(0);
  });

  test('a batch spreads over the nodes', () => {
    const c = new Cluster()
      .node('a')
      .node('b')
      .node('c')
      .app(1)
      .ask(1, ask({ numContainers: 6 }));
    expect(c.places()).toEqual(['1:a', '1:b', '1:c', '1:a', '1:b', '1:c']);
  });

  test('a busy host is waited for, its rack next, and any node last', () => {
    const c = new Cluster().node('a', 1024, 1, '/r1').node('b', 1024, 1, '/r1').node('z', 1024, 1, '/r2');
    c.app(1).ask(1, ask({ priority: 0, resourceName: 'a' }), ask({ priority: 0 }));
    expect(c.places()).toEqual(['1:a']);
    c.ask(1, ...local(['a']));
    const wait = c.scheduler.decide(c.now);
    expect(wait.assignments).toEqual([]);
    expect(wait.wakeAtMs).toBe(15);
    c.now = 15;
    expect(c.decide()).toMatchObject([{ nodeId: nodeId('b', 1), locality: 'RACK_LOCAL' }]);
    c.ask(1, ...local(['a']));
    expect(c.decide()).toEqual([]);
    c.now = 30;
    expect(c.decide()).toEqual([]);
    c.now = 45;
    expect(c.decide()).toMatchObject([{ nodeId: nodeId('z', 1), locality: 'OFF_SWITCH' }]);
  });

  test('a host that is not in the cluster is not waited for', () => {
    const c = new Cluster()
      .node('a')
      .app(1)
      .ask(1, ask({ resourceName: 'elsewhere' }), ask({ resourceName: '/gone' }), ask());
    expect(c.decide()).toMatchObject([{ locality: 'OFF_SWITCH' }]);
  });

  test('a strict host is never left', () => {
    const c = new Cluster().node('a', 1024, 1).node('b').app(1).ask(1, ask());
    expect(c.places()).toEqual(['1:a']);
    c.ask(
      1,
      ask({ resourceName: 'a' }),
      ask({ resourceName: '/default-rack', relaxLocality: false }),
      ask({ relaxLocality: false }),
    );
    c.now = 100_000;
    expect(c.decide()).toEqual([]);
    c.now = 200_000;
    expect(c.decide()).toEqual([]);
  });

  test('a strict rack is never left', () => {
    const c = new Cluster().node('a', 4096, 4, '/r1').node('z', 4096, 4, '/r2').app(1);
    c.ask(1, ask({ resourceName: '/r2', numContainers: 8 }), ask({ relaxLocality: false, numContainers: 8 }));
    expect(c.places()).toEqual(['1:z', '1:z', '1:z', '1:z']);
  });

  test('blacklisted hosts and racks are not used until they are taken off', () => {
    const c = new Cluster()
      .node('a', 1024, 1, '/r1')
      .node('z', 1024, 1, '/r2')
      .app(1)
      .blacklist(1, ['a', '/r2'])
      .ask(1, ask({ numContainers: 2 }));
    expect(c.places()).toEqual([]);
    expect(c.blacklist(1, [], ['/r2']).places()).toEqual(['1:z']);
    expect(c.blacklist(1, [], ['a']).places()).toEqual(['1:a']);
  });

  test('one node of a host may be blacklisted by its id', () => {
    const c = new Cluster().node('a').node('b').app(1);
    c.blacklist(1, [nodeId('a', 1)]).ask(1, ask({ numContainers: 3 }));
    expect(c.places()).toEqual(['1:b', '1:b', '1:b']);
  });

  test('a frozen node gets nothing new until it is thawed', () => {
    const c = new Cluster().node('a').app(1).ask(1, ask());
    c.scheduler.apply({ type: 'NODE_FROZEN', nodeId: nodeId('a', 1), frozen: true });
    expect(c.decide()).toEqual([]);
    c.scheduler.apply({ type: 'NODE_FROZEN', nodeId: nodeId('a', 1), frozen: false });
    expect(c.decide()).toHaveLength(1);
  });

  test('a node that shrank below its use gets nothing until enough is given back', () => {
    const c = new Cluster()
      .node('a', 2048, 2)
      .app(1)
      .ask(1, ask({ numContainers: 3 }));
    const given = c.decide();
    c.scheduler.apply({
      type: 'NODE_RESOURCE_UPDATED',
      nodeId: nodeId('a', 1),
      capability: { memoryMb: 1024, vcores: 1 },
    });
    expect(c.done(given[0]).decide()).toEqual([]);
    expect(c.done(given[1]).decide()).toHaveLength(1);
  });
});

describe('the queue', () => {
  test('who came first is served first', () => {
    const c = new Cluster()
      .app(1)
      .app(2)
      .ask(2, ask({ numContainers: 2 }))
      .ask(1, ask({ numContainers: 2 }))
      .node('a', 3072, 3);
    expect(c.places()).toEqual(['1:a', '1:a', '2:a']);
  });

  test('what does not suit the first is given to the next', () => {
    const c = new Cluster()
      .app(1)
      .app(2)
      .ask(1, ask({ capability: { memoryMb: 8192, vcores: 1 } }))
      .ask(2, ask())
      .node('a');
    expect(c.places()).toEqual(['2:a']);
  });

  test('what one gives back goes to the first who waits', () => {
    const c = new Cluster().node('a', 1024, 1).app(1).app(2).app(3).ask(3, ask());
    const given = c.decide();
    expect(c.ask(2, ask()).ask(1, ask()).done(given[0]).places()).toEqual(['1:a']);
  });

  test('an attempt that is gone asks for nothing', () => {
    const c = new Cluster().app(1).ask(1, ask());
    c.scheduler.apply({ type: 'ATTEMPT_REMOVED', attemptId: attempt(1), keepContainers: false });
    expect(c.node('a').decide()).toEqual([]);
  });

  test('a container that is taken back is asked again as is asked now: an ask that has taken the place of its own stays the only one', () => {
    const again = (...asks: ResourceRequest[]): Cluster => {
      const c = new Cluster().node('a', 1024, 1).app(1).ask(1, ask());
      const [first] = c.decide();
      return c.ask(1, ...asks).done(first, true);
    };
    expect(again(ask({ relaxLocality: false })).decide()).toEqual([]);
    const two = again(ask());
    expect(two.scheduler.usage(attempt(1)).pendingContainers).toBe(2);
    expect(two.ask(1, ask({ numContainers: 0 })).decide()).toEqual([]);
    expect(again(ask({ resourceName: 'a' })).decide()).toMatchObject([{ resource: { memoryMb: 1024, vcores: 1 } }]);
  });

  test('a second attempt keeps the place of its application', () => {
    const c = new Cluster().app(1).app(2);
    c.scheduler.apply({ type: 'ATTEMPT_REMOVED', attemptId: attempt(1), keepContainers: false });
    c.scheduler.apply({ type: 'ATTEMPT_ADDED', attemptId: attempt(1, 2), waitsForAM: false });
    c.scheduler.apply({
      type: 'DEMAND_CHANGED',
      attemptId: attempt(1, 2),
      asks: [ask()],
      blacklistAdditions: [],
      blacklistRemovals: [],
    });
    expect(c.ask(2, ask()).node('a').places()).toEqual(['1:a', '2:a']);
  });

  test('containers go over to the next attempt where they are kept', () => {
    const c = new Cluster()
      .node('a')
      .app(1)
      .ask(1, ask({ numContainers: 2 }));
    c.decide();
    c.scheduler.apply({
      type: 'ATTEMPT_ADDED',
      attemptId: attempt(1, 2),
      waitsForAM: true,
      keepContainersOf: attempt(1),
    });
    expect(c.scheduler.usage(attempt(1, 2))).toMatchObject({ containers: 2, used: { memoryMb: 2048, vcores: 2 } });
    expect(c.scheduler.usage(attempt(1)).containers).toBe(0);
  });

  test('AMs hold no more than their share, one at least, and enter in order', () => {
    const c = new Cluster({ maxAMShare: 0.5 }).node('a', 4096, 8);
    for (const app of [1, 2, 3, 4]) c.app(app, true).ask(app, ask({ priority: 0 }));
    const first = c.decide();
    expect(first.map((a) => a.attemptId)).toEqual([attempt(1), attempt(2)]);
    expect(c.scheduler.explain(attempt(3))[0]?.reason).toBe(
      'AppMasters hold 2048 of the 2048 MB they may hold together, and 0 applications are ahead in the queue',
    );
    expect(c.scheduler.explain(attempt(4))[0]?.reason).toContain('1 application is ahead');
    expect(c.done(first[0]).places()).toEqual(['3:a']);
    expect(new Cluster({ maxAMShare: 0 }).node('a').app(1, true).ask(1, ask()).decide()).toHaveLength(1);
  });

  test('the AM of an attempt that is over gives its share back when it ends, also where the next attempt has taken its containers over', () => {
    const c = new Cluster({ maxAMShare: 0.5 }).node('a', 4096, 8);
    c.app(1, true).ask(1, ask({ priority: 0, capability: { memoryMb: 2048, vcores: 1 } }));
    const [first] = c.decide();
    c.scheduler.apply({ type: 'ATTEMPT_REMOVED', attemptId: attempt(1), keepContainers: true });
    const next = { attemptId: attempt(1, 2), waitsForAM: true, keepContainersOf: attempt(1) };
    c.scheduler.apply({ type: 'ATTEMPT_ADDED', ...next });
    const asks = [ask({ priority: 0, capability: { memoryMb: 2048, vcores: 1 } })];
    const demand = { attemptId: next.attemptId, asks, blacklistAdditions: [], blacklistRemovals: [] };
    c.scheduler.apply({ type: 'DEMAND_CHANGED', ...demand });
    expect(c.decide()).toEqual([]);
    expect(c.done(first).decide()).toMatchObject([{ attemptId: next.attemptId }]);
  });

  test('an AM of before a restart holds its share before its node is back, then as long as its container runs or else its attempt', () => {
    const restarted = (): Cluster => {
      const c = new Cluster({ maxAMShare: 0.5 });
      const applicationId = applicationOf(attempt(1));
      c.scheduler.apply({ type: 'APP_ADDED', applicationId, queue: 'default', user: 'u' });
      const runningAM = { memoryMb: 2048, vcores: 1 };
      c.scheduler.apply({ type: 'ATTEMPT_ADDED', attemptId: attempt(1), waitsForAM: false, runningAM });
      c.app(2, true)
        .ask(2, ask({ priority: 0 }))
        .node('a', 4096, 8);
      expect(c.decide()).toEqual([]);
      return c;
    };
    const lost = restarted();
    lost.scheduler.apply({ type: 'ATTEMPT_REMOVED', attemptId: attempt(1), keepContainers: false });
    expect(lost.places()).toEqual(['2:a']);

    const back = restarted();
    const id = containerId(attempt(1), 1);
    const resource = { memoryMb: 2048, vcores: 1 };
    const container = { containerId: id, attemptId: attempt(1), nodeId: nodeId('a', 1), resource };
    const found = { ...container, priority: 0, allocationRequestId: -1 };
    back.scheduler.apply({ type: 'CONTAINER_RECOVERED', container: found, isAM: true });
    back.scheduler.apply({ type: 'ATTEMPT_REMOVED', attemptId: attempt(1), keepContainers: true });
    expect(back.decide()).toEqual([]);
    back.scheduler.apply({ type: 'CONTAINER_COMPLETED', containerId: id, askAgain: false });
    expect(back.places()).toEqual(['2:a']);
  });

  test('AMs hold no more than their share of the cores either: some are left for tasks', () => {
    const c = new Cluster({ maxAMShare: 0.5 }).node('a', 65536, 4);
    for (const app of [1, 2, 3]) c.app(app, true).ask(app, ask({ priority: 0 }));
    expect(c.decide().map((a) => a.attemptId)).toEqual([attempt(1), attempt(2)]);
    expect(c.scheduler.explain(attempt(3))[0]?.reason).toBe(
      'AppMasters hold 2 of the 2 cores they may hold together, and 0 applications are ahead in the queue',
    );
  });
});

describe('whoever waits is told why', () => {
  test.each([
    ['no node', new Cluster().app(1).ask(1, ask()), 'NOT_YET', 'no NodeManager has registered'],
    [
      'larger than any node',
      new Cluster()
        .node('a', 2048, 2)
        .app(1)
        .ask(1, ask({ capability: { memoryMb: 4096, vcores: 1 } })),
      'NEVER',
      `${formatResource({ memoryMb: 4096, vcores: 1 })} is more than any node has; the largest has <memory:2048, vCores:2>`,
    ],
    [
      'strict on a stranger',
      new Cluster()
        .node('a')
        .app(1)
        .ask(1, ask({ resourceName: 'x' }), ask({ relaxLocality: false })),
      'NOT_YET',
      "it may run on 'x' only, and no such node is in the cluster",
    ],
    [
      'all shunned',
      new Cluster().node('a').app(1).blacklist(1, ['a']).ask(1, ask()),
      'NOT_YET',
      'no node it may use (locality, blacklist) has <memory:1024, vCores:1> free',
    ],
  ])('%s', (_name, c, verdict, reason) => {
    c.decide();
    expect(c.scheduler.explain(attempt(1))).toMatchObject([{ verdict, reason }]);
  });

  test('a full cluster', () => {
    const c = new Cluster()
      .node('a', 1024, 1)
      .app(1)
      .ask(1, ask({ numContainers: 3 }));
    c.decide();
    expect(c.scheduler.explain(attempt(1))).toMatchObject([
      {
        verdict: 'NOT_YET',
        count: 2,
        reason: 'the cluster is full: the most that is free on a node is <memory:0, vCores:0>',
      },
    ]);
  });
});

describe('after a restart', () => {
  test('recovered containers are charged, and new ids carry the epoch', () => {
    const c = new Cluster({ epoch: 3 }).node('a', 2048, 2).app(1, true);
    const [id] = new Cluster().node('a').app(1).ask(1, ask()).decide();
    if (!id) throw new Error('nothing was assigned');
    c.scheduler.apply({ type: 'CONTAINER_RECOVERED', container: { ...id }, isAM: true });
    c.ask(1, ask({ numContainers: 2 }));
    expect(c.decide().map((a) => a.containerId)).toEqual(['container_e03_1700000000000_0001_01_000001']);
    expect(c.scheduler.headroom(attempt(1))).toEqual({ memoryMb: 0, vcores: 0 });
  });

  test('a container found for an attempt that was begun, and is still to be added, is charged, and is its own then', () => {
    const c = new Cluster().node('a', 2048, 2).app(1);
    const second = applicationAttemptId(applicationOf(attempt(1)), 2);
    const resource = { memoryMb: 1024, vcores: 1 };
    const found = { containerId: containerId(attempt(1), 1), attemptId: second, nodeId: nodeId('a', 1), resource };
    const container = { ...found, priority: 0, allocationRequestId: -1 };
    c.scheduler.apply({ type: 'CONTAINER_RECOVERED', container, isAM: false });
    expect(c.scheduler.nodeUsage(nodeId('a', 1))).toMatchObject({ containers: 1, used: resource });
    c.scheduler.apply({ type: 'ATTEMPT_ADDED', attemptId: second, waitsForAM: true, keepContainersOf: attempt(1) });
    expect(c.scheduler.containersOf(second)).toEqual([found.containerId]);
    c.scheduler.apply({ type: 'CONTAINER_COMPLETED', containerId: found.containerId, askAgain: false });
    expect(c.scheduler.nodeUsage(nodeId('a', 1))).toMatchObject({ containers: 0 });
  });
});
