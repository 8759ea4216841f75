/**
 * AMRMClient over a ResourceManager that follows a script: what is asked, what is told, and that nothing is lost or doubled whatever is lost on
 * the wire. Time is the test's.
 */
import {
  containerId,
  InvalidContainerReleaseError,
  InvalidResourceRequestError,
  parseNodeId,
  type Container,
  type NodeReport,
} from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { AMShutdownError, type AMRMEvent, type ContainerRequest } from '../../src/index.js';
import { scriptedAppMaster, type ScriptedRMOptions } from '../../src/testing/index.js';
import { settle } from '../support/settle.js';

interface Named extends ContainerRequest {
  readonly name: string;
}

const small = { memoryMb: 512, vcores: 1 };
const named = (name: string, more: Partial<ContainerRequest> = {}): Named => ({ name, capability: small, ...more });

async function anAppMaster(options: Partial<ScriptedRMOptions> = {}, register = true) {
  const clock = new ControlledClock();
  const am = scriptedAppMaster<Named>({ clock, ...options });
  const events: AMRMEvent<Named>[] = [];
  for (const type of [
    'CONTAINER_ALLOCATED',
    'CONTAINER_COMPLETED',
    'CONTAINER_RECOVERED',
    'CONTAINER_UPDATED',
    'CONTAINER_UPDATE_FAILED',
    'CONTAINERS_TO_BE_PREEMPTED',
    'NODES_UPDATED',
    'REQUESTS_REFUSED',
    'RESYNCED',
    'SHUTDOWN',
  ] as const) {
    am.amrm.on(type, (event) => void events.push(event));
  }
  if (register) await am.amrm.registerApplicationMaster({ host: 'am.example', rpcPort: 1234 });
  await settle();
  /** After a failure the client rests a little. */
  const later = async (ms = 1000): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  const given = (): string[] =>
    events.flatMap((event) => (event.type === 'CONTAINER_ALLOCATED' ? [event.request.name] : []));
  return { ...am, clock, events, given, later };
}

const aNode = (container: Container, rackName: string): NodeReport => ({
  nodeId: container.nodeId,
  httpAddress: '',
  rackName,
  used: small,
  capability: small,
  numContainers: 1,
  state: 'RUNNING',
  healthReport: '',
  lastHealthReportTimeMs: 0,
});

describe('what is asked', () => {
  test('requests made in one turn go out in one call, at once', async () => {
    const { amrm, rm } = await anAppMaster();
    const before = rm.calls.length;
    amrm.addContainerRequest(named('a'), 3);
    amrm.addContainerRequest(named('b', { priority: 5 }));
    await settle();
    expect(rm.asked()).toBe(4);
    // The call that was cancelled for it, and one that is held with the asks said once more.
    expect(rm.calls.length - before).toBe(2);
  });

  test('a container comes with the very request it was asked by, and both leave the books', async () => {
    const { amrm, rm, events } = await anAppMaster();
    const request = named('a');
    amrm.addContainerRequest(request);
    await settle();
    const [container] = rm.grant();
    await settle();
    expect(events).toEqual([{ type: 'CONTAINER_ALLOCATED', container, request }]);
    expect(events[0]).toHaveProperty('request', request);
    expect(amrm.pendingRequests()).toEqual([]);
    expect(amrm.heldContainers()).toEqual([container]);
    expect(rm.asked()).toBe(0);
  });

  test('requests that differ are told apart by the allocation request id, whatever order the containers come in', async () => {
    const { amrm, rm, given } = await anAppMaster();
    amrm.addContainerRequest(named('first', { capability: { memoryMb: 1024, vcores: 1 } }));
    amrm.addContainerRequest(named('second'));
    await settle();
    const [large, little] = rm.askedRows();
    rm.grantUnasked(little!);
    rm.grantUnasked(large!);
    await settle();
    expect(given()).toEqual(['second', 'first']);
  });

  test('a request names its hosts, their racks and everywhere; strict ones forbid the wider names', async () => {
    const { amrm, rm } = await anAppMaster();
    rm.grantsAtOnce = false;
    amrm.addContainerRequest(named('near', { nodes: ['node1', 'node2'] }));
    amrm.addContainerRequest(named('there', { nodes: ['node1'], relaxLocality: false, priority: 1 }));
    await settle();
    const rows = rm.askedRows().map((row) => [row.priority, row.resourceName, row.relaxLocality, row.numContainers]);
    expect(rows).toEqual([
      [0, 'node1', true, 1],
      [0, 'node2', true, 1],
      [0, '/default-rack', true, 1],
      [0, '*', true, 1],
      [1, 'node1', true, 1],
      [1, '/default-rack', false, 1],
      [1, '*', false, 1],
    ]);
  });

  test('a host is asked for with the rack that the ResourceManager told', async () => {
    const { amrm, rm } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    rm.tellNodes(aNode(container!, '/rack7'));
    await settle();
    amrm.addContainerRequest(named('b', { nodes: [parseNodeId(container!.nodeId).host] }));
    await settle();
    expect(rm.asked('/rack7')).toBe(1);
  });

  test('a request that was taken back is asked for no more; one whose container has come cannot be', async () => {
    const { amrm, rm, clock } = await anAppMaster();
    const [one, two] = [named('one'), named('two')];
    amrm.addContainerRequest(one);
    amrm.addContainerRequest(two);
    await settle();
    expect(amrm.removeContainerRequest(two)).toBe(true);
    clock.advance(1000);
    await settle();
    expect(rm.asked()).toBe(1);
    rm.grant();
    await settle();
    expect(amrm.removeContainerRequest(one)).toBe(false);
  });

  test.each<[string, Partial<ContainerRequest>, string]>([
    ['more than the largest', { capability: { memoryMb: 8193, vcores: 1 } }, 'is more than the largest container'],
    ['negative', { capability: { memoryMb: -1, vcores: 1 } }, 'is no size for a container'],
    ['not whole', { capability: { memoryMb: 1, vcores: 0.5 } }, 'is no size for a container'],
    ['strict about nothing', { relaxLocality: false }, 'relaxLocality: false needs nodes or racks'],
    ['a label and a node', { nodes: ['h'], nodeLabelExpression: 'gpu' }, 'names no nodes and no racks'],
    ['a star among nodes', { nodes: ['*'] }, "'*' is no node"],
    ['a negative id', { allocationRequestId: -1 }, 'is not a whole number from 0 up'],
    ['a priority that is none', { priority: NaN }, 'priority NaN is not a whole number'],
  ])('a request that is %s is refused before it is sent', async (_, wrong, message) => {
    const { amrm, rm } = await anAppMaster();
    const before = rm.calls.length;
    expect(() => amrm.addContainerRequest(named('x', wrong))).toThrow(message);
    await settle();
    expect(rm.calls).toHaveLength(before);
  });

  test('two kinds of requests under one allocation request id are refused', async () => {
    const { amrm } = await anAppMaster();
    amrm.addContainerRequest(named('a', { allocationRequestId: 7 }));
    expect(() => amrm.addContainerRequest(named('b', { allocationRequestId: 7, priority: 2 }))).toThrow(
      'must be alike',
    );
  });

  test('what the ResourceManager refuses leaves the books and is told; the rest goes on', async () => {
    const { amrm, rm, events, later } = await anAppMaster();
    rm.spoil('allocate', new InvalidResourceRequestError('too large today'));
    const request = named('x');
    amrm.addContainerRequest(request, 2);
    await settle();
    expect(events).toMatchObject([{ type: 'REQUESTS_REFUSED', requests: [request, request] }]);
    expect(amrm.pendingRequests()).toEqual([]);
    amrm.addContainerRequest(named('y'));
    await later();
    expect(rm.asked()).toBe(1);
  });
});

describe('what is given back', () => {
  test('a container that nobody waits for goes back unseen, and its ask stands', async () => {
    const { amrm, rm, events, given } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const row = rm.askedRows()[0]!;
    const [first] = rm.grant();
    const surplus = rm.grantUnasked(row);
    await settle();
    expect(given()).toEqual(['a']);
    expect(rm.released).toEqual([surplus.id]);
    expect(amrm.heldContainers()).toEqual([first]);
    expect(events.filter(({ type }) => type === 'CONTAINER_COMPLETED')).toEqual([]);
  });

  test('a released container ends, once', async () => {
    const { amrm, rm, events } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    await settle();
    amrm.releaseAssignedContainer(container!.id);
    amrm.releaseAssignedContainer(container!.id);
    await settle();
    rm.complete(container!.id);
    await settle();
    expect(events.slice(1)).toMatchObject([
      { type: 'CONTAINER_COMPLETED', status: { exitStatus: -100 }, request: { name: 'a' } },
    ]);
    expect(new Set(rm.released)).toEqual(new Set([container!.id]));
  });

  test('a release that the ResourceManager does not take is dropped', async () => {
    const { amrm, rm, clock } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    await settle();
    rm.spoil('allocate', new InvalidContainerReleaseError('c', 'a'));
    amrm.releaseAssignedContainer(container!.id);
    await settle();
    clock.advance(5000);
    await settle();
    expect(rm.released).toEqual([]);
  });

  test('a container that its node refuses is replaced by another for the same request', async () => {
    const { amrm, rm, events, given } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [refused] = rm.grant();
    await settle();
    expect(amrm.replaceContainer(refused!.id)).toBe(true);
    expect(amrm.replaceContainer(refused!.id)).toBe(false);
    await settle();
    rm.grant();
    await settle();
    expect(given()).toEqual(['a', 'a']);
    expect(rm.released).toContain(refused!.id);
    expect(events.filter(({ type }) => type === 'CONTAINER_COMPLETED')).toEqual([]);
  });
});

describe('what is told', () => {
  test('the blacklist goes out as changes, and whole after a restart', async () => {
    const { amrm, rm, later } = await anAppMaster();
    amrm.updateBlacklist(['node1', 'node2']);
    await settle();
    amrm.updateBlacklist(['node3'], ['node1']);
    await settle();
    expect([...rm.blacklist].sort()).toEqual(['node2', 'node3']);
    rm.restart();
    await settle();
    await later();
    expect([...rm.blacklist].sort()).toEqual(['node2', 'node3']);
  });

  test('progress and a new tracking URL go out with the next heartbeat; other progress is refused', async () => {
    const { amrm, rm, clock } = await anAppMaster();
    amrm.setProgress(0.5);
    amrm.updateTrackingUrl('http://am/');
    clock.advance(1000);
    await settle();
    clock.advance(1000);
    await settle();
    expect([rm.progress, rm.trackingUrl]).toEqual([0.5, 'http://am/']);
    for (const wrong of [NaN, -0.1, 1.1]) expect(() => amrm.setProgress(wrong)).toThrow('is not a number from 0 to 1');
  });

  test('tokens are kept: those of nodes for the NMClient, that of the ResourceManager for the next call', async () => {
    const { amrm, rm, nmTokens, amRmTokens } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    await settle();
    expect(nmTokens.get(container!.nodeId).kind).toBe('NMToken');
    rm.rollToken('second');
    await settle();
    expect(amRmTokens).toEqual(['second']);
  });

  test('a change of a container is asked with its version, and comes back as the container it is then', async () => {
    const { amrm, rm, events } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    await settle();
    const capability = { memoryMb: 1024, vcores: 2 };
    amrm.requestContainerUpdate(container!.id, { updateType: 'INCREASE_RESOURCE', capability });
    await settle();
    const request = rm.updateRequests.at(-1)!;
    expect(request).toEqual({
      containerId: container!.id,
      containerVersion: 0,
      updateType: 'INCREASE_RESOURCE',
      capability,
    });
    rm.update(request);
    await settle();
    expect(events.at(-1)).toMatchObject({
      type: 'CONTAINER_UPDATED',
      update: { container: { version: 1, resource: capability } },
    });
    expect(amrm.heldContainers()).toMatchObject([{ version: 1 }]);
    amrm.requestContainerUpdate(container!.id, { updateType: 'DECREASE_RESOURCE', capability: small });
    await settle();
    expect(rm.updateRequests.at(-1)).toMatchObject({ containerVersion: 1 });
    rm.refuseUpdate(rm.updateRequests.at(-1)!, 'RESOURCE_OUTSIDE_ALLOWED_RANGE');
    await settle();
    expect(events.at(-1)).toMatchObject({
      type: 'CONTAINER_UPDATE_FAILED',
      error: { reason: 'RESOURCE_OUTSIDE_ALLOWED_RANGE' },
    });
  });

  test('containers that will be taken are named, those of others left out', async () => {
    const { amrm, rm, events } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    await settle();
    rm.preempt(containerId(rm.attemptId, 99), container!.id);
    await settle();
    expect(events.at(-1)).toEqual({ type: 'CONTAINERS_TO_BE_PREEMPTED', containerIds: [container!.id] });
  });
});

describe('an RM restart', () => {
  test('everything outstanding is asked again, once, and nothing else', async () => {
    const { amrm, rm, given, events, later } = await anAppMaster();
    for (const name of ['a', 'b', 'c']) amrm.addContainerRequest(named(name));
    await settle();
    rm.grant(1);
    await settle();
    rm.restart();
    await settle();
    amrm.setProgress(0.1);
    amrm.addContainerRequest(named('d'));
    await later();
    expect(rm.asked()).toBe(3);
    rm.grant();
    await settle();
    expect(given()).toEqual(['a', 'b', 'c', 'd']);
    expect(events.some(({ type }) => type === 'RESYNCED')).toBe(true);
    expect(rm.asked()).toBe(0);
  });

  test('a release that was not confirmed is said again', async () => {
    const { amrm, rm, clock } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    await settle();
    rm.spoil('allocate', 'LOSE_REQUEST');
    amrm.releaseAssignedContainer(container!.id);
    await settle();
    rm.restart();
    clock.advance(5000);
    await settle();
    expect(rm.liveContainers()).toEqual([]);
  });

  test('an end that is told again after it is told once', async () => {
    const { amrm, rm, events, later } = await anAppMaster();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    await settle();
    rm.complete(container!.id);
    await settle();
    rm.restart();
    await settle();
    await later();
    expect(rm.registered).toBe(true);
    rm.complete(container!.id);
    await settle();
    expect(events.filter(({ type }) => type === 'CONTAINER_COMPLETED')).toHaveLength(1);
  });
});

describe('containers of earlier attempts', () => {
  const kept = (sequence: number): Container => ({
    id: containerId('appattempt_1700000000000_0001_000001' as never, sequence),
    nodeId: 'node1:45454' as never,
    nodeHttpAddress: '',
    resource: small,
    priority: 0,
    executionType: 'GUARANTEED',
    allocationRequestId: 3,
    version: 0,
  });

  test('are held from the registration on, and their ends are told', async () => {
    const { amrm, rm, events } = await anAppMaster(
      { applicationAttemptId: 'appattempt_1700000000000_0001_000002' as never },
      false,
    );
    rm.containersFromPreviousAttempts = [kept(2)];
    const { containersFromPreviousAttempts } = await amrm.registerApplicationMaster();
    expect(containersFromPreviousAttempts).toEqual([kept(2)]);
    expect(amrm.heldContainers()).toEqual([kept(2)]);
    rm.complete(kept(2).id, 1);
    // One that ended between the attempts, told twice; one that its node tells of late.
    rm.complete(kept(3).id, 2);
    rm.complete(kept(3).id, 2);
    rm.recoverContainers(kept(4), kept(4));
    await settle();
    expect(events).toMatchObject([
      { type: 'CONTAINER_COMPLETED', status: { exitStatus: 1 }, container: { id: kept(2).id } },
      { type: 'CONTAINER_RECOVERED', container: { id: kept(4).id } },
      { type: 'CONTAINER_COMPLETED', status: { containerId: kept(3).id } },
    ]);
    expect(events).toHaveLength(3);
  });
});

describe('the order of calls', () => {
  test('requests may be made before the registration, and go out with it', async () => {
    const { amrm, rm } = await anAppMaster({}, false);
    amrm.addContainerRequest(named('early'));
    await amrm.registerApplicationMaster();
    await settle();
    expect(rm.asked()).toBe(1);
  });

  test('twice, before, and after are refused without a call', async () => {
    const { amrm, rm } = await anAppMaster({}, false);
    await expect(amrm.unregisterApplicationMaster('SUCCEEDED')).rejects.toThrow('before registerApplicationMaster');
    await amrm.registerApplicationMaster();
    await expect(amrm.registerApplicationMaster()).rejects.toThrow('registered already');
    expect(() =>
      amrm.requestContainerUpdate(containerId(rm.attemptId, 9), { updateType: 'INCREASE_RESOURCE' }),
    ).toThrow('is not held');
    await amrm.unregisterApplicationMaster('SUCCEEDED');
    const calls = rm.calls.length;
    expect(() => amrm.addContainerRequest(named('late'))).toThrow('after the AppMaster was unregistered');
    await expect(amrm.unregisterApplicationMaster('SUCCEEDED')).rejects.toThrow('after the AppMaster was unregistered');
    await settle();
    expect(rm.calls).toHaveLength(calls);
  });

  test('unregister asks until the end is stored, whatever is lost and whoever forgets', async () => {
    const { amrm, rm, clock } = await anAppMaster();
    rm.finishesLater = 2;
    rm.spoil('finishApplicationMaster', 'LOSE_ANSWER');
    const over = amrm.unregisterApplicationMaster('SUCCEEDED', { diagnostics: 'all well' });
    for (let i = 0; i < 10; i++) {
      await settle();
      if (i === 1) rm.restart();
      clock.advance(500);
    }
    expect(await over).toBe(true);
    expect(rm.finished).toEqual({ finalApplicationStatus: 'SUCCEEDED', diagnostics: 'all well', trackingUrl: '' });
  });

  test('an attempt that was given up while it said goodbye has told nobody: another will end the application', async () => {
    const { amrm, rm, clock } = await anAppMaster();
    rm.spoil('finishApplicationMaster', 'LOSE_REQUEST');
    const over = amrm.unregisterApplicationMaster('SUCCEEDED');
    await settle();
    rm.endAttempt();
    clock.advance(1000);
    expect(await over).toBe(false);
  });

  test('an attempt that is over shuts its AppMaster down: by event, by stream, and no call follows', async () => {
    const { amrm, rm, clock, events } = await anAppMaster();
    const stream = amrm.events();
    rm.endAttempt();
    await settle();
    expect(events).toMatchObject([{ type: 'SHUTDOWN' }]);
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toBeInstanceOf(AMShutdownError);
    const calls = rm.calls.length;
    clock.advance(60_000);
    await settle();
    expect(rm.calls).toHaveLength(calls);
  });

  test('an RM that is silent for too long shuts it down too', async () => {
    const { rm, clock, events } = await anAppMaster();
    for (let i = 0; i < 200; i++) rm.spoil('allocate', 'LOSE_REQUEST');
    rm.restart();
    for (let i = 0; i < 65; i++) {
      await settle();
      clock.advance(1000);
    }
    expect(events.at(-1)).toMatchObject({
      type: 'SHUTDOWN',
      error: { message: expect.stringContaining('could not reach') as string },
    });
  });
});

describe('streams', () => {
  test('give the events in order, those that came before they were read too, and end with the application', async () => {
    const { amrm, rm } = await anAppMaster();
    const stream = amrm.events();
    amrm.addContainerRequest(named('a'));
    await settle();
    const [container] = rm.grant();
    rm.complete(container!.id, 3);
    await settle();
    const seen: string[] = [];
    for await (const event of stream) {
      seen.push(event.type);
      if (event.type === 'CONTAINER_COMPLETED') void amrm.unregisterApplicationMaster('SUCCEEDED');
    }
    expect(seen).toEqual(['CONTAINER_ALLOCATED', 'CONTAINER_COMPLETED']);
    expect(await amrm.events().next()).toEqual({ done: true, value: undefined });
  });
});

describe('a server that holds nothing', () => {
  test('is asked once a heartbeat, and at once when there is news', async () => {
    const { amrm, rm, clock, given } = await anAppMaster({ holds: false });
    const before = rm.calls.length;
    clock.advance(999);
    await settle();
    expect(rm.calls.length - before).toBe(0);
    clock.advance(1);
    await settle();
    expect(rm.calls.length - before).toBe(1);
    amrm.addContainerRequest(named('a'));
    await settle();
    expect(rm.asked()).toBe(1);
    rm.grant();
    clock.advance(1000);
    await settle();
    expect(given()).toEqual(['a']);
  });
});
