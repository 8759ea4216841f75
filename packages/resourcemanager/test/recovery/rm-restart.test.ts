/** The ResourceManager dies and comes back on the same file: nothing that was acknowledged is lost, and nothing that runs is stopped. */
import { join } from 'node:path';
import { parseContainerId, StoreError, type ApplicationId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { MemoryRMStateStore, SqliteRMStateStore } from '../../src/index.js';
import { ask, MockCluster, reported } from '../support/mock-cluster.js';

/** A cluster on a real file; `kill` ends the process without a word and opens the file again. */
function onDisk(dir: string, properties: Record<string, string> = {}) {
  let store = new SqliteRMStateStore(join(dir, 'rm.sqlite'));
  const c = new MockCluster(properties, store);
  const kill = async (): Promise<void> => {
    await c.settle();
    c.core.dispatcher.stop();
    store.close();
    store = new SqliteRMStateStore(join(dir, 'rm.sqlite'));
    c.restart(store);
    await c.settle();
  };
  return { c, kill, end: () => c.core.stop() };
}

test('what has ended is remembered as it ended', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a');
  const am = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  await am.finish();
  await nm.finishes(am.containerId).heartbeat();
  const before = await c.report(app);
  await kill();
  const { usage: _gone, ...after } = await c.report(app);
  expect(after).toMatchObject({
    state: 'FINISHED',
    finalApplicationStatus: 'SUCCEEDED',
    diagnostics: 'bye',
    trackingUrl: 'done',
    finishTimeMs: before.finishTimeMs,
    user: 'alice',
  });
  expect(c.core.schedulerService.isOpen).toBe(true);
  end();
});

test('an application whose AM was not started yet starts it', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const app = await c.submit();
  await kill();
  expect(await c.report(app)).toMatchObject({ state: 'ACCEPTED' });
  await c.node('a');
  expect(c.am(app).nm.started).toHaveLength(1);
  end();
});

test('an application whose attempt has failed, and whose next one has no place yet, goes on with that one', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a');
  const am = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  await nm.finishes(am.containerId, 1).heartbeat({ healthy: false });
  await kill();
  expect(await c.report(app)).toMatchObject({ state: 'ACCEPTED' });
  nm.containers.clear();
  await nm.register();
  expect(c.am(app).attemptId).toMatch(/_000002$/);
  expect(nm.started).toHaveLength(2);
  end();
});

test('a running application goes on: its AM registers again, its containers are charged again, its asks come anew', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a', 4096, 4);
  const am = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  const task = (await am.allocate({ ask: [ask()] })).allocatedContainers[0]!.id;
  await nm.runs(task).heartbeat();
  const token = c.core.security.amRm.createToken(am.attemptId);

  await kill();
  expect(c.core.security.amRm.verify(token).applicationAttemptId).toBe(am.attemptId);
  await expect(am.allocate()).rejects.toMatchObject({ code: 'APPLICATION_MASTER_NOT_REGISTERED' });
  expect(c.core.schedulerService.isOpen).toBe(false);
  expect((await nm.heartbeat()).nodeAction).toBe('RESYNC');
  await nm.register({ containers: [reported(am.containerId), reported(task, { priority: 1 })], apps: [app] });
  expect(c.core.schedulerService.isOpen).toBe(true);
  expect(c.core.schedulerService.scheduler.clusterUsed()).toEqual({ memoryMb: 2048, vcores: 2 });

  await am.register();
  expect((await c.report(app)).state).toBe('RUNNING');
  const { allocatedContainers } = await am.allocate({ ask: [ask({ numContainers: 5 })] });
  expect(allocatedContainers).toHaveLength(2);
  expect(parseContainerId(allocatedContainers[0]!.id)).toMatchObject({ epoch: 1, sequence: 1 });
  expect(nm.stopped).toEqual([]);

  await nm.runs(am.containerId).finishes(task, 3).heartbeat();
  expect((await am.allocate()).completedContainersStatuses).toMatchObject([{ containerId: task, exitStatus: 3 }]);
  await am.finish();
  await nm.finishes(am.containerId).heartbeat();
  expect((await c.report(app)).state).toBe('FINISHED');
  end();
});

test('an application that waited at the gate of the AMs waits there after a restart too, whichever node is back first', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a', 2048, 4);
  const am = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  const next = await c.submit();
  expect(nm.started).toHaveLength(1);
  await kill();
  await nm.register({ containers: [reported(am.containerId)], apps: [app] });
  expect(c.core.schedulerService.isOpen).toBe(true);
  expect((await c.report(next)).diagnostics).toContain('AppMasters hold 1024 of the 1024 MB');
  expect(nm.started).toHaveLength(1);
  end();
});

test('an AM that died while nobody looked has failed, and is started again', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a');
  const am = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  await kill();
  await nm.register({ containers: [reported(am.containerId, { state: 'COMPLETE', exitStatus: 1 })], apps: [app] });
  expect(c.am(app).attemptId).toMatch(/_000002$/);
  end();
});

test('an AM that its node does not know is started again at once, and its application is not blamed', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a');
  await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  await kill();
  await nm.register();
  expect(c.am(app).attemptId).toMatch(/_000002$/);
  await nm.runs(c.am(app).containerId).heartbeat();
  await nm.finishes(c.am(app).containerId, 1).heartbeat();
  expect(c.am(app).attemptId).toMatch(/_000003$/);
  end();
});

test('the attempts of an earlier life count', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a');
  const first = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  await nm.finishes(first.containerId, 1).heartbeat();
  const second = c.am(app);
  await kill();
  await nm.register({ containers: [reported(second.containerId)], apps: [app] });
  await nm.runs(second.containerId).heartbeat();
  await nm.finishes(second.containerId, 1).heartbeat();
  expect((await c.report(app)).state).toBe('FAILED');
  end();
});

test('an AM that does not come back has failed when its time is over', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path, { 'yarn.am.liveness-monitor.expiry-interval-ms': '60000' });
  await c.node('a');
  await c.runningAM({ maxAppAttempts: 1 });
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  await kill();
  expect((await c.report(app)).state).toBe('ACCEPTED');
  await c.advance(60_000);
  expect((await c.report(app)).state).toBe('FAILED');
  end();
});

test('allocation opens after the configured wait although a node stays away', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path, {
    'yarn.resourcemanager.work-preserving-recovery.scheduling-wait-ms': '10000',
  });
  await c.node('a');
  await c.runningAM();
  await kill();
  await c.node('b');
  const app = await c.submit();
  expect((await c.report(app)).diagnostics).toBe(
    'Waiting, not yet: the ResourceManager has restarted, its nodes are reporting',
  );
  await c.advance(10_000);
  expect(c.am(app).nm.id).toBe('b:1');
  end();
});

test('an end that was stored for the attempt alone becomes the end of the application', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  await c.node('a');
  const am = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  // The attempt's farewell is committed; the application's own has not been decided yet.
  const state = { finalStatus: 'SUCCEEDED', diagnostics: 'late', trackingUrl: 'x' } as const;
  c.core.registry.attempt(am.attemptId)?.handle({ type: 'UNREGISTERED', ...state });
  c.core.dispatcher.stop();
  await kill();
  expect(await c.report(app)).toMatchObject({
    state: 'FINISHED',
    finalApplicationStatus: 'SUCCEEDED',
    diagnostics: 'late',
  });
  end();
});

test('a container of an application that is over is cleaned up on the node that brings it', async () => {
  using dir = tempDir();
  const { c, kill, end } = onDisk(dir.path);
  const nm = await c.node('a');
  const am = await c.runningAM();
  const app = c.core.registry.apps.keys().next().value as ApplicationId;
  await am.finish();
  await nm.finishes(am.containerId).heartbeat();
  await kill();
  await nm.register({ containers: [reported(am.containerId)], apps: [app] });
  const { containersToCleanup, applicationsToCleanup } = await nm.heartbeat();
  expect(containersToCleanup).toEqual([am.containerId]);
  expect(applicationsToCleanup).toEqual([app]);
  end();
});

test('a new key that cannot be stored ends the ResourceManager', async () => {
  const store = new MemoryRMStateStore();
  const c = new MockCluster({ 'yarn.resourcemanager.am-rm-tokens.master-key-rolling-interval-secs': '86400' }, store);
  c.core.start();
  await c.settle();
  store.commit = () => {
    throw new StoreError('the disk is full');
  };
  c.clock.advance(86_400_000);
  expect(c.fatal).toEqual([new StoreError('the disk is full')]);
  store.commit = () => undefined;
  c.core.stop();
});
