/** startContainers and its kin: who may, in YARN's order of checks, and what is answered to bad input. */
import {
  applicationAttemptId,
  applicationId,
  containerId,
  systemClock,
  type ContainerId,
  type Token,
} from '@bobbin/common';
import { APP, ATTEMPT, launchContext, NodeStand } from '../node-stand.js';
import { bell } from '../processes.js';

const OTHER_ATTEMPT = applicationAttemptId(applicationId(1_700_000_000_000, 2), 1);

function start(stand: NodeStand, containerToken: Token, context = launchContext('sleep 1000')) {
  return stand.appMaster.startContainers({ requests: [{ containerLaunchContext: context, containerToken }] });
}

async function reason(call: Promise<{ failed: readonly { exception: { message: string; className: string } }[] }>) {
  const { failed } = await call;
  return failed[0]?.exception ?? { message: 'nothing failed', className: '' };
}

describe('startContainers', () => {
  test('starts a container once: its attempt, which heard no answer and calls again, is told yes', async () => {
    await using stand = await NodeStand.start();
    const token = stand.rm.containerToken(stand.newContainer(), stand.nodeId);
    const first = await start(stand, token);
    expect(first.succeeded).toHaveLength(1);
    expect(await start(stand, token)).toMatchObject({ succeeded: first.succeeded, failed: [] });
  });

  test('a container token that was altered fails the whole call', async () => {
    await using stand = await NodeStand.start();
    const good = stand.rm.containerToken(stand.newContainer(), stand.nodeId);
    const altered = { ...good, identifier: Buffer.concat([good.identifier, Buffer.from([0x40, 0x01])]) };
    await expect(start(stand, altered)).rejects.toThrow(/ContainerToken/);
  });

  test('a container token for another node fails the whole call and names both', async () => {
    await using stand = await NodeStand.start();
    const elsewhere = stand.rm.containerToken(stand.newContainer(), 'elsewhere:1' as never);
    await expect(start(stand, elsewhere)).rejects.toThrow(/elsewhere:1/);
  });

  test('an expired container token is refused', async () => {
    await using stand = await NodeStand.start();
    const token = stand.rm.containerToken(stand.newContainer(), stand.nodeId, { expiryTimeMs: systemClock.now() - 1 });
    await expect(start(stand, token)).rejects.toThrow(/expired/);
  });

  test('a container of another application is refused', async () => {
    await using stand = await NodeStand.start();
    const { message } = await reason(
      start(stand, stand.rm.containerToken(containerId(OTHER_ATTEMPT, 1), stand.nodeId)),
    );
    expect(message).toContain(`NMToken for application attempt : ${ATTEMPT}`);
  });

  test('a container allocated by an earlier RM is refused', async () => {
    await using stand = await NodeStand.start();
    const token = stand.rm.containerToken(stand.newContainer(), stand.nodeId, { rmIdentifier: 1 });
    const { message, className } = await reason(start(stand, token));
    expect(message).toContain('allocated by a previous RM');
    expect(className).toContain('InvalidContainerException');
  });

  test.each(['../../etc', '..', 'a/b', '', 'a"; rm -rf x; "'])(
    'user %j, which would leave its folder, is refused',
    async (user) => {
      await using stand = await NodeStand.start();
      const token = stand.rm.containerToken(stand.newContainer(), stand.nodeId, { user });
      expect((await reason(start(stand, token))).message).toContain('cannot be the name of a folder');
    },
  );

  test('data for a service this node has not is refused, and names it', async () => {
    await using stand = await NodeStand.start();
    const token = stand.rm.containerToken(stand.newContainer(), stand.nodeId);
    const context = launchContext('true', { serviceData: { spark_shuffle: Buffer.from('x') } });
    expect((await reason(start(stand, token, context))).message).toContain(
      'The auxService:spark_shuffle does not exist',
    );
  });

  test('one bad container does not keep the others from starting', async () => {
    await using stand = await NodeStand.start();
    const good = stand.rm.containerToken(stand.newContainer(), stand.nodeId);
    const bad = stand.rm.containerToken(stand.newContainer(), stand.nodeId, { rmIdentifier: 1 });
    const containerLaunchContext = launchContext('true');
    const answer = await stand.appMaster.startContainers({
      requests: [bad, good].map((containerToken) => ({ containerLaunchContext, containerToken })),
    });
    expect([answer.succeeded.length, answer.failed.length]).toEqual([1, 1]);
  });

  test('tells the port of the shuffle', async () => {
    await using stand = await NodeStand.start();
    const answer = await start(stand, stand.rm.containerToken(stand.newContainer(), stand.nodeId));
    const metadata = answer.servicesMetaData['mapreduce_shuffle'];
    expect(Buffer.from(metadata ?? []).readInt32BE()).toBeGreaterThan(0);
  });
});

describe('a caller', () => {
  test('without a token, or with one for another node, is refused', async () => {
    await using stand = await NodeStand.start();
    const foreign = stand.caller(stand.rm.nmToken(ATTEMPT, 'elsewhere:1' as never));
    await expect(foreign.getContainerStatuses({ containerIds: [] })).rejects.toThrow(/elsewhere:1/);
    foreign.close();
    const altered = stand.caller({ ...stand.rm.nmToken(ATTEMPT, stand.nodeId), password: Buffer.alloc(32) });
    await expect(altered.getContainerStatuses({ containerIds: [] })).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    altered.close();
  });

  test("sees and stops its own application's containers only", async () => {
    await using stand = await NodeStand.start();
    const id = await stand.run(launchContext('sleep 1000'));
    const stranger = stand.caller(stand.rm.nmToken(OTHER_ATTEMPT, stand.nodeId));
    for (const call of [
      stranger.stopContainers({ containerIds: [id] }),
      stranger.getContainerStatuses({ containerIds: [id] }),
    ]) {
      expect((await reason(call)).className).toContain('AccessControlException');
    }
    await expect(stranger.signalToContainer({ containerId: id, command: 'FORCEFUL_SHUTDOWN' })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    });
    stranger.close();
    const next = stand.caller(stand.rm.nmToken(applicationAttemptId(APP, 2), stand.nodeId));
    expect((await next.getContainerStatuses({ containerIds: [id] })).statuses[0]).toMatchObject({
      state: 'RUNNING',
      exitStatus: -1000,
    });
    next.close();
  });

  test('asking for a container nobody knows is told so', async () => {
    await using stand = await NodeStand.start();
    const id: ContainerId = containerId(ATTEMPT, 999);
    expect((await reason(stand.appMaster.stopContainers({ containerIds: [id] }))).message).toContain(id);
    expect((await reason(stand.appMaster.getContainerStatuses({ containerIds: [id] }))).message).toContain(id);
    await expect(stand.appMaster.signalToContainer({ containerId: id, command: 'GRACEFUL_SHUTDOWN' })).rejects.toThrow(
      id,
    );
  });

  test('may stop a container that has been forgotten a moment ago', async () => {
    await using stand = await NodeStand.start();
    const { containerId: id } = await stand.complete(launchContext('true'));
    const before = stand.rm.heartbeats.length;
    await stand.rm.tell({ containersToBeRemovedFromNM: [id] });
    await stand.rm.until(() => stand.rm.heartbeats.length > before);
    await stand.rm.tell({});
    await stand.rm.until(() => stand.rm.heartbeats.length > before + 1);
    expect((await stand.appMaster.stopContainers({ containerIds: [id] })).succeeded).toEqual([id]);
  });

  test('signals reach the process', async () => {
    await using stand = await NodeStand.start();
    await using ready = await bell();
    const id = await stand.run(launchContext(`echo $$ >${ready.at}; sleep 1000`));
    await ready.rung;
    await stand.appMaster.signalToContainer({ containerId: id, command: 'FORCEFUL_SHUTDOWN' });
    expect((await stand.rm.completion(id)).exitStatus).toBe(137);
  });
});

test('a node the RM refuses does not start, and says why', async () => {
  await using stand = new NodeStand();
  await stand.rm.start();
  stand.rm.registration = { nodeAction: 'SHUTDOWN', diagnosticsMessage: 'this host is excluded' };
  await expect(stand.startNode()).rejects.toThrow('this host is excluded');
});
