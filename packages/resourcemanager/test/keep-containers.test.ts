/** Containers that outlive their AM (`keep_containers_across_application_attempts`): what the next attempt is given, told, and may do. */
import type { ContainerId } from '@bobbin/common';
import { MemoryRMStateStore } from '../src/index.js';
import { ask, MockCluster, reported, type MockAM, type MockNM } from './support/mock-cluster.js';

const keep = { keepContainersAcrossApplicationAttempts: true };

/** An AM with as many running containers on a node of their own, beside its own. */
async function withContainers(c: MockCluster, count: number) {
  const nm = await c.node('a');
  const am = await c.runningAM(keep);
  const ids = (await am.allocate({ ask: [ask({ numContainers: count })] })).allocatedContainers.map(({ id }) => id);
  await nm.runs(...ids).heartbeat();
  const app = [...c.core.registry.apps.keys()][0]!;
  return { nm, am, ids, app };
}

/** The AM's process ends; its successor runs and has registered. */
async function successor(c: MockCluster, dead: MockAM, nm: MockNM) {
  const app = [...c.core.registry.apps.keys()][0]!;
  await nm.finishes(dead.containerId, 137).heartbeat();
  const am = c.am(app);
  await am.nm.runs(am.containerId).heartbeat();
  return { am, registration: await am.register() };
}

const kept = ({ registration }: Awaited<ReturnType<typeof successor>>): ContainerId[] =>
  registration.containersFromPreviousAttempts.map(({ id }) => id);

test('containers kept across attempts go over to the next AM', async () => {
  const c = new MockCluster();
  const nm = await c.node('a');
  const first = await c.runningAM({ keepContainersAcrossApplicationAttempts: true });
  const { allocatedContainers } = await first.allocate({ ask: [ask({ numContainers: 2 })] });
  const [running, acquired] = allocatedContainers.map((x) => x.id) as [ContainerId, ContainerId];
  await nm.runs(running).heartbeat();
  await nm.finishes(first.containerId, 1).heartbeat();
  const app = [...c.core.registry.apps.keys()][0]!;
  const second = c.am(app);
  await nm.runs(second.containerId).heartbeat();
  const { containersFromPreviousAttempts, nmTokensFromPreviousAttempts } = await second.register();
  expect(containersFromPreviousAttempts.map((x) => x.id)).toEqual([running]);
  expect(nmTokensFromPreviousAttempts).toHaveLength(1);
  const { completedContainersStatuses } = await second.allocate();
  expect(completedContainersStatuses.map((s) => s.containerId)).toEqual([acquired]);
});

test('what ended while no AM lived is told to the next one, and what its predecessor may not have taken in', async () => {
  const c = new MockCluster();
  const { nm, am, ids, app } = await withContainers(c, 3);
  const [told, untold, inGap] = ids as [ContainerId, ContainerId, ContainerId];
  await nm.finishes(told).heartbeat();
  expect((await am.allocate()).completedContainersStatuses.map((s) => s.containerId)).toEqual([told]);
  await nm.finishes(untold, 1).heartbeat();
  await nm.finishes(am.containerId, 137).heartbeat();
  await nm.finishes(inGap, 2).heartbeat();
  const second = c.am(app);
  await nm.runs(second.containerId).heartbeat();
  await second.register();
  const { completedContainersStatuses } = await second.allocate();
  expect(completedContainersStatuses.map((s) => s.containerId)).toEqual([told, untold, inGap]);
  // Taken in by the call after the one that told them: the node may forget them.
  await second.allocate();
  expect((await nm.heartbeat()).containersToBeRemovedFromNM.toSorted()).toEqual([told, untold, inGap].toSorted());
});

test('an AM that expires leaves its containers too, and hears no more of its attempt', async () => {
  const c = new MockCluster({ 'yarn.am.liveness-monitor.expiry-interval-ms': '1000' });
  const { nm, am, ids, app } = await withContainers(c, 1);
  await c.advance(1000);
  const second = c.am(app);
  expect(second.attemptId).not.toBe(am.attemptId);
  await expect(am.call()).rejects.toMatchObject({ code: 'APPLICATION_ATTEMPT_NOT_FOUND' });
  await expect(am.finish()).rejects.toMatchObject({ code: 'APPLICATION_ATTEMPT_NOT_FOUND' });
  expect(nm.stopped).toEqual([am.containerId]);
  await nm.runs(second.containerId).heartbeat();
  expect((await second.register()).containersFromPreviousAttempts.map(({ id }) => id)).toEqual(ids);
});

test('lost with its node, an AM leaves those on other nodes; those on its own are told as aborted', async () => {
  const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
  const a = await c.node('a', 2048, 2);
  const am = await c.runningAM(keep);
  const b = await c.node('b', 4096, 4);
  const given = (await am.allocate({ ask: [ask({ numContainers: 2 })] })).allocatedContainers;
  const on = (nm: MockNM): ContainerId[] => given.filter((one) => one.nodeId === nm.id).map(({ id }) => id);
  await a.runs(...on(a)).heartbeat();
  await b.runs(...on(b)).heartbeat();
  expect([on(a).length, on(b).length]).toEqual([1, 1]);
  await c.advance(500);
  await b.heartbeat();
  await c.advance(500);
  const second = c.am([...c.core.registry.apps.keys()][0]!);
  expect(second.nm).toBe(b);
  await b.runs(second.containerId).heartbeat();
  const { containersFromPreviousAttempts } = await second.register();
  expect(containersFromPreviousAttempts.map(({ id }) => id)).toEqual(on(b));
  const { completedContainersStatuses } = await second.allocate();
  expect(completedContainersStatuses).toMatchObject([{ containerId: on(a)[0], exitStatus: -100 }]);
});

test('a new attempt is told of nodes that are unusable, though an earlier one was told', async () => {
  const c = new MockCluster({ 'yarn.nm.liveness-monitor.expiry-interval-ms': '1000' });
  const a = await c.node('a');
  const am = await c.runningAM(keep);
  const [sick, gone] = [await c.node('sick'), await c.node('gone')];
  const beat = () => Promise.all([a.heartbeat(), sick.heartbeat({ healthy: false })]);
  await c.advance(500);
  await beat();
  await c.advance(500);
  const toldOf = async (of: MockAM) => (await of.allocate()).updatedNodes.map(({ nodeId, state }) => [nodeId, state]);
  const unusable = [
    [sick.id, 'UNHEALTHY'],
    [gone.id, 'LOST'],
  ];
  expect(await toldOf(am)).toEqual(unusable);
  const second = (await successor(c, am, a)).am;
  expect(await toldOf(second)).toEqual(unusable);
  expect(await toldOf(second)).toEqual([]);
});

test('over two deaths: the third attempt is given what the first began, and may release it', async () => {
  const c = new MockCluster({ 'yarn.resourcemanager.am.max-attempts': '4' });
  const { nm, am, ids } = await withContainers(c, 2);
  const second = await successor(c, am, nm);
  const third = await successor(c, second.am, nm);
  expect(kept(third).toSorted()).toEqual(ids.toSorted());
  await third.am.allocate({ release: ids });
  expect((await nm.heartbeat()).containersToCleanup.toSorted()).toEqual(ids.toSorted());
});

test('the last attempt allowed leaves nothing', async () => {
  const c = new MockCluster({ 'yarn.resourcemanager.am.max-attempts': '2' });
  const { nm, am, ids } = await withContainers(c, 1);
  const second = await successor(c, am, nm);
  await nm.finishes(second.am.containerId, 1).heartbeat();
  expect((await nm.heartbeat()).containersToCleanup).toEqual(ids);
});

test('an RM that restarts between two AMs gives the next one what its nodes report', async () => {
  const store = new MemoryRMStateStore();
  const c = new MockCluster({}, store);
  const { nm, am, ids, app } = await withContainers(c, 1);
  c.core.dispatcher.stop();
  c.restart(store);
  await c.settle();
  nm.finishes(am.containerId, 137);
  await nm.register({
    containers: [reported(am.containerId, { state: 'COMPLETE', exitStatus: 137 }), ...ids.map((id) => reported(id))],
    apps: [app],
  });
  await nm.heartbeat();
  const second = c.am(app);
  expect(second.attemptId).not.toBe(am.attemptId);
  await nm.runs(second.containerId).heartbeat();
  expect((await second.register()).containersFromPreviousAttempts.map(({ id }) => id)).toEqual(ids);
});

test('an end that a node reports after such a restart is told to the next AM, and is not the end of it', async () => {
  const store = new MemoryRMStateStore();
  const c = new MockCluster({ 'yarn.am.liveness-monitor.expiry-interval-ms': '1000' }, store);
  const nm = await c.node('a', 2048, 2);
  const am = await c.runningAM(keep);
  const [{ id: task } = { id: am.containerId }] = (await am.allocate({ ask: [ask()] })).allocatedContainers;
  await nm.runs(task).heartbeat();
  await c.advance(1000);
  c.core.dispatcher.stop();
  c.restart(store);
  await c.settle();
  const [app] = c.core.registry.apps.values();
  const waiting = app?.currentAttempt;
  if (!app || !waiting) throw new Error('nothing was recovered');
  await nm.register({ containers: [am.containerId, task].map((id) => reported(id)), apps: [app.applicationId] });
  // The next AM has the place of the one before, whose container nobody keeps.
  expect([waiting.attemptId === am.attemptId, waiting.state]).toEqual([false, 'LAUNCHED']);
  expect((await nm.finishes(task, 137).heartbeat()).containersToCleanup).toEqual([am.containerId]);
  const second = c.am(app.applicationId);
  expect(second.attemptId).toBe(waiting.attemptId);
  await nm.runs(second.containerId).heartbeat();
  await second.register();
  const { completedContainersStatuses } = await second.allocate();
  expect(completedContainersStatuses).toMatchObject([{ containerId: task, exitStatus: 137 }]);
});
