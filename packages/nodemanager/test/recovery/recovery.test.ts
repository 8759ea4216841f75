/** A NodeManager that starts again: what ran runs on, what ended is told, what was asked for happens. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerId } from '@bobbin/common';
import { APP, launchContext, NodeStand } from '../node-stand.js';
import { bell, groupIsGone, liveInGroup } from '../processes.js';

/** Leaves containers to the next NodeManager, as one under a supervisor does. */
const SUPERVISED = { 'yarn.nodemanager.recovery.supervised': 'true' };

/** The same node again: same folders, same ports. */
function again(stand: NodeStand): Promise<void> {
  return stand.startNode({
    'yarn.nodemanager.address': stand.nodeId,
    'yarn.nodemanager.webapp.address': stand.webAddress,
  });
}

describe('a NodeManager that starts again', () => {
  test('takes back the container that ran on, under the same process, and tells the exit code it ends with', async () => {
    await using stand = await NodeStand.start(SUPERVISED);
    const go = join(stand.dir.path, 'go');
    await using ready = await bell();
    const id = await stand.run(launchContext(`echo $$ >${ready.at}; until [ -e ${go} ]; do sleep 0.01; done; exit 7`));
    const pid = Number(await ready.rung);
    await stand.nodeManager?.stop();
    expect(stand.rm.unregistered).toEqual([]);
    expect(liveInGroup(pid)).toContain(pid);
    await again(stand);
    expect(stand.rm.registrations[1]).toMatchObject({
      runningApplications: [APP],
      containerStatuses: [{ containerId: id, state: 'RUNNING' }],
    });
    writeFileSync(go, '');
    expect(await stand.rm.completion(id)).toMatchObject({ exitStatus: 7 });
  });

  test('stops a container it took back, and no process is left', async () => {
    await using stand = await NodeStand.start(SUPERVISED);
    await using ready = await bell();
    const id = await stand.run(launchContext(`trap '' TERM; echo $$ >${ready.at}; while :; do sleep 1000; done`));
    const pid = Number(await ready.rung);
    await stand.nodeManager?.stop();
    await again(stand);
    await stand.appMaster.stopContainers({ containerIds: [id] });
    expect((await stand.rm.completion(id)).exitStatus).toBe(-105);
    await groupIsGone(pid);
  });

  test('tells again of a container that had completed and was not acknowledged', async () => {
    await using stand = await NodeStand.start(SUPERVISED);
    const { containerId } = await stand.complete(launchContext('exit 5'));
    await stand.nodeManager?.stop();
    await again(stand);
    const count = stand.rm.heartbeats.length;
    await stand.rm.until(() => stand.rm.heartbeats.slice(count).some((h) => reports(h, containerId)));
    const status = stand.rm.heartbeats.at(-1)!.nodeStatus.containersStatuses[0]!;
    expect(status).toMatchObject({ containerId, exitStatus: 5, state: 'COMPLETE' });
    expect(status.diagnostics).toContain('Exit code: 5');
  });

  test('starts nothing anew by a token that was used before the restart', async () => {
    await using stand = await NodeStand.start(SUPERVISED);
    const { containerId } = await stand.complete(launchContext('exit 5'));
    await stand.nodeManager?.stop();
    const count = stand.rm.heartbeats.length;
    await again(stand);
    await stand.rm.until(() => stand.rm.heartbeats.slice(count).some((h) => reports(h, containerId)));
    const containerToken = stand.rm.containerToken(containerId, stand.nodeId);
    const { failed } = await stand.appMaster.startContainers({
      requests: [{ containerLaunchContext: launchContext('true'), containerToken }],
    });
    expect(failed).toEqual([]);
    const { statuses } = await stand.appMaster.getContainerStatuses({ containerIds: [containerId] });
    expect(statuses).toMatchObject([{ state: 'COMPLETE', exitStatus: 5 }]);
  });

  test('that was stopped without a supervisor has ended its containers, and has nothing to take back', async () => {
    await using stand = await NodeStand.start();
    await using ready = await bell();
    const id = await stand.run(launchContext(`echo $$ >${ready.at}; while :; do sleep 1000; done`));
    const pid = Number(await ready.rung);
    await stand.nodeManager?.stop();
    await groupIsGone(pid);
    expect((await stand.rm.completion(id)).exitStatus).toBe(-107);
    await again(stand);
    expect(stand.rm.registrations[1]).toMatchObject({ runningApplications: [], containerStatuses: [] });
  });
});

function reports(heartbeat: NodeStand['rm']['heartbeats'][number], id: ContainerId): boolean {
  return heartbeat.nodeStatus.containersStatuses.some((s) => s.containerId === id && s.state === 'COMPLETE');
}
