/** What this node tells the RM, when, and what it does on the RM's word. */
import { containerId, Dispatcher, nodeId, type NodeHeartbeatResponse } from '@bobbin/common';
import { ControlledClock, recordingLogger } from '@bobbin/common/testing';
import type { NMEvent } from '../src/nm-events.js';
import { NodeStatusUpdater } from '../src/node-status-updater.js';
import { MemoryNMStateStore } from '../src/recovery/memory-nm-state-store.js';
import { APP, ATTEMPT, launchContext, NodeStand } from './node-stand.js';

describe('NodeStatusUpdater', () => {
  test('registers with what the node has, and unregisters when it stops', async () => {
    await using stand = await NodeStand.start({
      'yarn.nodemanager.resource.memory-mb': '1234',
      'bobbin.nodemanager.rack': '/r1',
    });
    expect(stand.rm.registrations[0]).toMatchObject({
      nodeId: stand.nodeId,
      httpPort: Number(stand.webAddress.split(':')[1]),
      resource: { memoryMb: 1234, vcores: 8 },
      rackName: '/r1',
      containerStatuses: [],
      runningApplications: [],
    });
    await stand.nodeManager?.stop();
    expect(stand.rm.unregistered).toEqual([stand.nodeId]);
  });

  test('names live containers in each heartbeat, and a completed one until a heartbeat was answered', async () => {
    await using stand = await NodeStand.start();
    const live = await stand.run(launchContext('sleep 1000'));
    const done = await stand.complete(launchContext('true'));
    const seen = stand.rm.heartbeats.at(-1)!.nodeStatus;
    expect(seen.containersStatuses.map((s) => [s.containerId, s.state])).toEqual([
      [live, 'RUNNING'],
      [done.containerId, 'COMPLETE'],
    ]);
    const count = stand.rm.heartbeats.length;
    await stand.rm.tell({});
    await stand.rm.until(() => stand.rm.heartbeats.length > count);
    const next = stand.rm.heartbeats.at(-1)!.nodeStatus;
    expect(next.containersStatuses.map((s) => s.containerId)).toEqual([live]);
    expect(next.responseId).toBe(seen.responseId + 1);
  });

  test('registers again on RESYNC, telling every container, with response id 0', async () => {
    await using stand = await NodeStand.start();
    const live = await stand.run(launchContext('sleep 1000'));
    const done = await stand.complete(launchContext('exit 4'));
    stand.rm.rmIdentifier++;
    await stand.rm.tell({ nodeAction: 'RESYNC', diagnosticsMessage: 'unknown node' });
    await stand.rm.until(() => stand.rm.registrations.length === 2);
    const again = stand.rm.registrations[1]!;
    expect(again.runningApplications).toEqual([APP]);
    expect(again.containerStatuses).toMatchObject([
      { containerId: live, state: 'RUNNING', exitStatus: -1000, resource: { memoryMb: 256, vcores: 1 }, priority: 20 },
      { containerId: done.containerId, state: 'COMPLETE', exitStatus: 4 },
    ]);
    const count = stand.rm.heartbeats.length;
    await stand.rm.until(() => stand.rm.heartbeats.length > count);
    expect(stand.rm.heartbeats[count]!.nodeStatus.responseId).toBe(0);
    // Containers of the RM that is there now are taken.
    await stand.complete(launchContext('true'));
  });

  test('ends the daemon on SHUTDOWN, with the reason', async () => {
    await using stand = await NodeStand.start();
    await stand.rm.tell({ nodeAction: 'SHUTDOWN', diagnosticsMessage: 'decommissioned' });
    await expect(stand.nodeManager?.ended).rejects.toThrow('decommissioned');
  });

  test('kills what the RM wants cleaned up, with -106, and all of an application that is over, with -107', async () => {
    await using stand = await NodeStand.start();
    const one = await stand.run(launchContext('sleep 1000'));
    await stand.rm.tell({ containersToCleanup: [one] });
    expect((await stand.rm.completion(one)).exitStatus).toBe(-106);
    const two = await stand.run(launchContext('sleep 1000'));
    await stand.rm.tell({ applicationsToCleanup: [APP] });
    expect((await stand.rm.completion(two)).exitStatus).toBe(-107);
  });

  test('passes the signals of the RM on, and shrugs at what it never heard of', async () => {
    await using stand = await NodeStand.start();
    const id = await stand.run(launchContext("trap 'exit 9' TERM; while :; do sleep 0.01; done"));
    const stranger = containerId(ATTEMPT, 999);
    await stand.rm.until(() => stand.rm.heartbeats.length > 0);
    await stand.rm.tell({
      containersToCleanup: [stranger],
      containersToBeRemovedFromNM: [stranger],
      applicationsToCleanup: [],
      containersToSignal: [{ containerId: stranger, command: 'FORCEFUL_SHUTDOWN' }],
    });
    await stand.appMaster.stopContainers({ containerIds: [id] });
    expect((await stand.rm.completion(id)).exitStatus).toBe(-105);
  });

  test('goes on when the RM comes back under the same address', async () => {
    await using stand = await NodeStand.start();
    const id = await stand.run(launchContext('sleep 1000'));
    const port = Number(stand.rm.address.split(':')[1]);
    await stand.rm.stop();
    await stand.appMaster.stopContainers({ containerIds: [id] });
    await stand.rm.start(port);
    expect((await stand.rm.completion(id)).exitStatus).toBe(-105);
  });
});

test('an RM that wants a heartbeat is asked again when it has had one, and not in a circle until then', async () => {
  const utilization = { physicalMb: 0, virtualMb: 0, cpu: 0 };
  const answer: NodeHeartbeatResponse = {
    responseId: 1,
    nodeAction: 'NORMAL',
    nextHeartBeatIntervalMs: 60_000,
    containersToCleanup: [],
    applicationsToCleanup: [],
    containersToBeRemovedFromNM: [],
    containersToSignal: [],
    diagnosticsMessage: '',
  };
  const beats: ((answer: NodeHeartbeatResponse) => void)[] = [];
  let asked = 0;
  const updater = new NodeStatusUpdater({
    context: {
      clock: new ControlledClock(),
      log: recordingLogger(),
      dispatcher: new Dispatcher<NMEvent>(),
      store: new MemoryNMStateStore(),
      applications: new Map(),
      containers: new Map(),
      identity: () => ({ nodeId: nodeId('a', 1), httpPort: 2 }),
    },
    tracker: {
      registerNodeManager: () =>
        Promise.resolve({ nodeAction: 'NORMAL', rmIdentifier: 1, diagnosticsMessage: '', rmVersion: '' }),
      nodeHeartbeat: () => new Promise((resolve) => beats.push(resolve)),
      unRegisterNodeManager: () => Promise.resolve({}),
    },
    signals: { awaitSignal: () => Promise.resolve({ heartbeatNow: ++asked < 1000 }) },
    resource: { memoryMb: 1024, vcores: 1 },
    rackName: '/r',
    nmVersion: '',
    keys: { ids: () => ({ containerToken: undefined, nmToken: undefined }), update: () => undefined },
    health: () => ({ isNodeHealthy: true, healthReport: '', lastHealthReportTimeMs: 0 }),
    containersUtilization: () => utilization,
    nodeUtilization: () => utilization,
    containerManager: { forget: () => undefined, signal: () => undefined },
    heartbeatIntervalMs: 1000,
    supervised: true,
    onShutdown: () => undefined,
  });
  const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await updater.start();
  await idle();
  expect([asked, beats.length]).toEqual([1, 1]);
  beats[0]?.(answer);
  await idle();
  expect([asked, beats.length]).toEqual([2, 2]);
  const stopped = updater.stop();
  beats[1]?.(answer);
  await stopped;
  expect(asked).toBe(2);
});
