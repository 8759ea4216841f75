/** What this node tells the RM, when, and what it does on the RM's word. */
import { containerId } from '@bobbin/common';
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
