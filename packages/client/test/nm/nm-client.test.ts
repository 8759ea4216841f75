/** NMClient over nodes that follow a script: what is refused for one container costs no other, and what was done twice counts once. */
import {
  InvalidContainerError,
  InvalidTokenError,
  nodeId,
  NMNotYetReadyError,
  UnreachableError,
  type Container,
} from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { ContainerRefusedError, containerLaunchContext } from '../../src/index.js';
import { scriptedAppMaster } from '../../src/testing/index.js';
import { settle } from '../support/settle.js';

const launchContext = containerLaunchContext({ commands: ['true'] });

async function containers(count: number) {
  const clock = new ControlledClock();
  const am = scriptedAppMaster({ clock });
  am.rm.grantsAtOnce = true;
  await am.amrm.registerApplicationMaster();
  am.amrm.addContainerRequest({ capability: { memoryMb: 128, vcores: 1 } }, count);
  await settle();
  const held = am.amrm.heldContainers();
  expect(held).toHaveLength(count);
  return { ...am, clock, held, first: held[0]! };
}

test('a container is started on its node with what it is to run', async () => {
  const { nm, nodes, first } = await containers(1);
  expect(await nm.startContainer(first, launchContext)).toEqual({});
  expect(nodes.started).toEqual([{ nodeId: first.nodeId, containerId: first.id, launchContext }]);
});

test('a refusal names the node, the container and the reason, with the class of the node', async () => {
  const { nm, nodes, first } = await containers(1);
  nodes.refuseStart(new InvalidContainerError('it was allocated by a previous RM'));
  const refusal = await nm.startContainer(first, launchContext).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ContainerRefusedError);
  expect(refusal).toMatchObject({
    message: `${first.nodeId} refuses container ${first.id}: it was allocated by a previous RM`,
    nmClass: 'org.apache.hadoop.yarn.exceptions.InvalidContainerException',
  });
});

test('many are started with one call to each node; a refused one, and a call that fails as a whole, cost the others nothing', async () => {
  const { nm, nodes, held } = await containers(4);
  nodes.failNextCall(new InvalidTokenError('one of them is altered'));
  nodes.refuseStart(new InvalidContainerError('no'), held[1]!.id);
  const results = await nm.startContainers(held.map((container) => ({ container, launchContext })));
  expect(results.map((result) => [result.containerId, 'error' in result])).toEqual([
    [held[0]!.id, false],
    [held[1]!.id, true],
    [held[2]!.id, false],
    [held[3]!.id, false],
  ]);
});

test('a node that does not answer is called once for all its containers, and refuses each', async () => {
  const { nm, nodes, held } = await containers(4);
  nodes.failNextCall(new UnreachableError('nothing answers'));
  nodes.failNextCall(new UnreachableError('nothing answers'));
  const results = await nm.startContainers(held.map((container) => ({ container, launchContext })));
  expect(results.filter((result) => 'error' in result)).toHaveLength(4);
  expect(nodes.started).toEqual([]);
});

test('a node that has not found its RM yet is asked again until it has', async () => {
  const { nm, nodes, first, clock } = await containers(1);
  for (let i = 0; i < 3; i++) nodes.refuseStart(new NMNotYetReadyError('not yet'));
  const started = nm.startContainer(first, launchContext);
  for (let i = 0; i < 3; i++) {
    await settle();
    clock.advance(1000);
  }
  await started;
  expect(nodes.started).toHaveLength(1);
});

test('a node that does not know the new keys of its RM yet is asked again for 15 s, and not for what is not wanted any more', async () => {
  const { nm, nodes, held, clock } = await containers(3);
  const unknownKey = (): void => nodes.failNextCall(new InvalidTokenError('signed by a key that is unknown here'));
  const results: string[] = [];
  const start = async (container: Container, isWanted: () => boolean): Promise<void> => {
    for (const result of await nm.startContainers([{ container, launchContext }], isWanted)) {
      results.push('error' in result ? result.error.message : 'started');
    }
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  unknownKey();
  unknownKey();
  void start(held[0]!, () => true);
  await settle();
  await pass(250);
  expect(results).toEqual([]);
  await pass(250);
  expect(results.splice(0)).toEqual(['started']);

  unknownKey();
  void start(held[1]!, () => false);
  await settle();
  expect(results.splice(0)).toEqual(['signed by a key that is unknown here']);

  for (let i = 0; i <= 60; i++) unknownKey();
  void start(held[2]!, () => true);
  for (let ms = 0; ms < 15_000; ms += 250) {
    await settle();
    expect(results).toEqual([]);
    await pass(250);
  }
  expect(results).toEqual(['signed by a key that is unknown here']);
});

test('many are stopped with one call to each node; where it fails each of them is told', async () => {
  const { nm, nodes, held } = await containers(3);
  await nm.startContainers(held.map((container) => ({ container, launchContext })));
  expect(await nm.stopContainers(held.slice(0, 2))).toEqual(held.slice(0, 2).map(({ id }) => ({ containerId: id })));
  expect(nodes.stopped).toEqual(held.slice(0, 2).map(({ id }) => id));
  for (let i = 0; i < held.length; i++) nodes.failNextCall(new UnreachableError('nothing answers'));
  const results = await nm.stopContainers(held);
  expect(results.map(({ error }) => error?.message)).toEqual(held.map(() => 'nothing answers'));
});

test('a start whose own earlier try had arrived counts as started; one of somebody else does not', async () => {
  const { nm, nodes, held } = await containers(2);
  const refusal = new InvalidTokenError(
    'Container c with identifier was already started: a token starts one container once',
  );
  // As if the answer to the first try had been lost.
  await nm.startContainers([{ container: held[0]!, launchContext }]);
  nm.containerEnded(held[0]!.id);
  nodes.refuseStart(refusal);
  expect(await nm.startContainer(held[0]!, launchContext)).toEqual({});
  nodes.refuseStart(refusal);
  await expect(nm.startContainer(held[0]!, launchContext)).rejects.toThrow('was already started');
});

test('a container without a token, and a node without one, are said as such', async () => {
  const { nm, first } = await containers(1);
  const { containerToken: _, ...bare } = first;
  await expect(nm.startContainer(bare as Container, launchContext)).rejects.toThrow('without a container token');
});

test('a stop waits for the start before it, and stopAll ends what this client started', async () => {
  const { nm, nodes, held } = await containers(3);
  const starting = nm.startContainer(held[0]!, launchContext);
  await Promise.all([starting, nm.stopContainer(held[0]!.id, held[0]!.nodeId)]);
  await nm.startContainers(held.slice(1).map((container) => ({ container, launchContext })));
  expect(await nm.stopAll()).toEqual([]);
  expect(nodes.stopped).toEqual(held.map(({ id }) => id));
});

test('status and signals reach the node; a container it does not have is refused', async () => {
  const { nm, nodes, held } = await containers(2);
  const [first, second] = held as [Container, Container];
  await nm.startContainer(first, launchContext);
  expect(await nm.getContainerStatus(first.id, first.nodeId)).toMatchObject({ state: 'RUNNING' });
  await nm.signalContainer(first.id, first.nodeId, 'GRACEFUL_SHUTDOWN');
  expect(nodes.signals).toEqual([{ containerId: first.id, command: 'GRACEFUL_SHUTDOWN' }]);
  await expect(nm.getContainerStatus(second.id, second.nodeId)).rejects.toBeInstanceOf(ContainerRefusedError);
  await expect(nm.signalContainer(second.id, second.nodeId, 'GRACEFUL_SHUTDOWN')).rejects.toThrow("doesn't exist");
});

test('a node that does not answer rejects with what the connection says; after close nothing is called', async () => {
  const { nm, nodes, first } = await containers(1);
  nodes.failNextCall(new UnreachableError('nothing answers'));
  await expect(nm.startContainer(first, launchContext)).rejects.toThrow('nothing answers');
  nm.close();
  await expect(nm.signalContainer(first.id, nodeId('h', 1), 'FORCEFUL_SHUTDOWN')).rejects.toThrow('is closed');
});
