/** ContainerLauncher, with NMClient below it: one call of a kind to a node and turn; a cleanup is always answered; reuse needs no call. */
import {
  InvalidTokenError,
  applicationAttemptId,
  applicationId,
  containerId,
  jobId,
  nodeId,
  taskAttemptId,
  taskId,
  type Container,
  type ContainerId,
  type NodeId,
} from '@bobbin/common';
import { NMClient, type NMConnection } from '@bobbin/client';
import { ControlledClock, recordingSink } from '@bobbin/common/testing';
import type { MRAppEvent } from '../../src/events.js';
import { ContainerLauncher } from '../../src/launcher/container-launcher.js';
import { shufflePort } from '../../src/launcher/task-launch-context.js';

const app = applicationId(1_700_000_000_000, 1);
const cid = (n: number): ContainerId => containerId(applicationAttemptId(app, 1), n);
const attempt = (n: number) => taskAttemptId(taskId(jobId(app), 'MAP', n), 0);
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const port = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return bytes;
};

function aContainer(n: number, host = 'h1'): Container {
  return {
    id: cid(n),
    nodeId: nodeId(host, 1),
    nodeHttpAddress: '',
    resource: { memoryMb: 1, vcores: 1 },
    priority: 20,
    containerToken: { identifier: Buffer.of(n), password: Buffer.of(), kind: 'ContainerToken', service: '' },
    executionType: 'GUARANTEED',
    allocationRequestId: -1,
    version: 0,
  };
}

function aStand(metadata: Record<string, Uint8Array> = { mapreduce_shuffle: port(13562) }) {
  const clock = new ControlledClock();
  const sink = recordingSink<MRAppEvent>();
  const calls: string[] = [];
  let gate = Promise.resolve();
  let silent = false;
  let refusal: { id: ContainerId; message: string } | undefined;
  let broken: Error | undefined;
  let inCharge = Promise.resolve(true);
  const unused = (): never => {
    throw new Error('a launcher does not call this');
  };
  const connect = (node: NodeId): NMConnection => ({
    close: unused,
    getContainerStatuses: unused,
    startContainers: async ({ requests }) => {
      const ids = requests.map((r) => cid(r.containerToken.identifier[0] ?? 0));
      calls.push(`start ${node} ${ids.length}`);
      await gate;
      if (broken) throw broken;
      const failed = ids.filter((id) => id === refusal?.id);
      return {
        succeeded: ids.filter((id) => !failed.includes(id)),
        failed: failed.map((containerId) => ({
          containerId,
          exception: { message: refusal?.message ?? '', className: 'X' },
        })),
        servicesMetaData: metadata,
      };
    },
    stopContainers: async ({ containerIds }) => {
      calls.push(`stop ${node} ${containerIds.length}`);
      if (silent) await new Promise(() => undefined);
      if (broken) throw broken;
      return { succeeded: containerIds, failed: [] };
    },
    signalToContainer: ({ command }) => {
      calls.push(`signal ${command}`);
      return Promise.resolve({});
    },
  });
  const context = {
    localResources: {},
    serviceData: {},
    environment: {},
    commands: [],
    applicationAcls: {},
  };
  const launcher = new ContainerLauncher({
    clock,
    dispatcher: sink,
    log: quiet,
    nm: new NMClient({ clock, connect }),
    launchContext: () => context,
    isInCharge: () => inCharge,
  });
  const launch = (n: number, container: Container): void =>
    launcher.handle({
      domain: 'container-launcher',
      type: 'CONTAINER_REMOTE_LAUNCH',
      attemptId: attempt(n),
      container,
      task: {} as never,
    });
  const cleanUp = (n: number, container: Container, dumpThreads = false): void =>
    launcher.handle({
      domain: 'container-launcher',
      type: 'CONTAINER_REMOTE_CLEANUP',
      attemptId: attempt(n),
      containerId: container.id,
      nodeId: container.nodeId,
      dumpThreads,
    });
  const turn = async (): Promise<string[]> => {
    launcher.endTurn();
    await settle();
    return sink.take().map((e) => `${e.type} ${'attemptId' in e ? e.attemptId.slice(-8) : ''}`);
  };
  return {
    launcher,
    clock,
    sink,
    calls,
    launch,
    cleanUp,
    turn,
    hold: (promise: Promise<void>) => void (gate = promise),
    refuse: (id: ContainerId, message: string) => void (refusal = { id, message }),
    silence: () => void (silent = true),
    breakIt: (error: Error | undefined) => void (broken = error),
    depose: () => void (inCharge = Promise.resolve(false)),
  };
}

it('launches of one turn on one node are one call, and each is answered with the shuffle port', async () => {
  const { launch, turn, calls, launcher, sink } = aStand();
  launch(0, aContainer(2));
  launch(1, aContainer(3));
  launch(2, aContainer(4, 'h2'));
  expect(calls).toEqual([]);
  launcher.endTurn();
  await settle();
  expect(calls).toEqual(['start h1:1 2', 'start h2:1 1']);
  expect(sink.take()).toEqual(
    [0, 1, 2].map((n) => ({
      domain: 'taskattempt',
      type: 'TA_CONTAINER_LAUNCHED',
      attemptId: attempt(n),
      shufflePort: 13562,
    })),
  );
  await turn();
});

it('a container that runs needs no call for its next task', async () => {
  const { launch, turn, calls, launcher } = aStand();
  const container = aContainer(2);
  launch(0, container);
  await turn();
  launcher.handle({
    domain: 'container-launcher',
    type: 'CONTAINER_COMPLETED',
    attemptId: attempt(0),
    containerId: container.id,
    nodeId: container.nodeId,
  });
  launch(1, container);
  expect(await turn()).toEqual(['TA_CONTAINER_LAUNCHED 000001_0']);
  expect(calls).toEqual(['start h1:1 1']);
});

it('a cleanup that overtakes the start in its turn makes no call', async () => {
  const { launch, cleanUp, turn, calls } = aStand();
  launch(0, aContainer(2));
  cleanUp(0, aContainer(2));
  expect(await turn()).toEqual(['TA_CONTAINER_CLEANED 000000_0']);
  expect(calls).toEqual([]);
});

it('a stop waits for the start before it', async () => {
  const { launch, cleanUp, turn, calls, hold } = aStand();
  let open = (): void => undefined;
  hold(new Promise((resolve) => (open = resolve)));
  launch(0, aContainer(2));
  await turn();
  cleanUp(0, aContainer(2));
  await turn();
  expect(calls).toEqual(['start h1:1 1']);
  open();
  await settle();
  expect(calls).toEqual(['start h1:1 1', 'stop h1:1 1']);
  expect(await turn()).toEqual(['TA_CONTAINER_LAUNCHED 000000_0', 'TA_CONTAINER_CLEANED 000000_0']);
});

it('a cleanup after a time-out first asks for a thread dump, and gives the task time for it', async () => {
  const { launch, cleanUp, turn, calls, clock } = aStand();
  launch(0, aContainer(2));
  await turn();
  cleanUp(0, aContainer(2), true);
  await turn();
  expect(calls.slice(1)).toEqual(['signal OUTPUT_THREAD_DUMP']);
  clock.advance(500);
  await turn();
  expect(calls.slice(1)).toEqual(['signal OUTPUT_THREAD_DUMP', 'stop h1:1 1']);
});

it.each([
  ['of a container that is unknown', false],
  ['of a container that has ended', true],
])('a cleanup %s is answered without a call', async (_, launched) => {
  const { launch, cleanUp, turn, calls, launcher } = aStand();
  if (launched) {
    launch(0, aContainer(2));
    await turn();
    launcher.containerEnded(cid(2));
  }
  cleanUp(0, aContainer(2));
  expect(await turn()).toEqual(['TA_CONTAINER_CLEANED 000000_0']);
  expect(calls.filter((call) => call.startsWith('stop'))).toEqual([]);
});

it('a cleanup is answered also where the node cannot be reached', async () => {
  const { launch, cleanUp, turn, breakIt } = aStand();
  launch(0, aContainer(2));
  await turn();
  breakIt(new Error('gone'));
  cleanUp(0, aContainer(2));
  expect(await turn()).toEqual(['TA_CONTAINER_CLEANED 000000_0']);
});

it('a cleanup on a node that answers nothing is answered when the platform says that the container is gone', async () => {
  const { launch, cleanUp, turn, silence, launcher } = aStand();
  launch(0, aContainer(2));
  launch(1, aContainer(3));
  await turn();
  silence();
  cleanUp(0, aContainer(2));
  cleanUp(1, aContainer(3));
  expect(await turn()).toEqual([]);
  launcher.containerEnded(cid(2));
  expect(await turn()).toEqual(['TA_CONTAINER_CLEANED 000000_0']);
});

it('a refused container fails its attempt with the reason of the node; the others start', async () => {
  const { launch, turn, refuse, launcher, sink } = aStand();
  refuse(cid(2), 'disk full');
  launch(0, aContainer(2));
  launch(1, aContainer(3));
  launcher.endTurn();
  await settle();
  expect(sink.take()).toMatchObject([
    {
      type: 'TA_CONTAINER_LAUNCH_FAILED',
      attemptId: attempt(0),
      diagnostics: `Container launch failed for ${cid(2)} : disk full`,
    },
    { type: 'TA_CONTAINER_LAUNCHED', attemptId: attempt(1) },
  ]);
  await turn();
});

it('a call that fails, and a node without a shuffle service, fail the attempts', async () => {
  const broken = aStand();
  broken.breakIt(new Error('nothing listens there'));
  broken.launch(0, aContainer(2));
  expect(await broken.turn()).toEqual(['TA_CONTAINER_LAUNCH_FAILED 000000_0']);
  const bare = aStand({});
  bare.launch(0, aContainer(2));
  expect(await bare.turn()).toEqual(['TA_CONTAINER_LAUNCH_FAILED 000000_0']);
  expect(() => shufflePort({ mapreduce_shuffle: port(-1) })).toThrow(/yarn.nodemanager.aux-services/);
});

it('at the end every container that runs is stopped, node by node', async () => {
  const { launch, turn, calls, launcher } = aStand();
  launch(0, aContainer(2));
  launch(1, aContainer(3));
  launch(2, aContainer(4, 'h2'));
  await turn();
  launcher.containerEnded(cid(3));
  await launcher.stopAll();
  await launcher.stopAll();
  expect(calls.slice(2)).toEqual(['stop h1:1 1', 'stop h2:1 1']);
});

describe('a container of an earlier AM', () => {
  const adopt = (stand: ReturnType<typeof aStand>, n: number, container: Container): void =>
    stand.launcher.handle({
      domain: 'container-launcher',
      type: 'CONTAINER_ADOPTED',
      attemptId: attempt(n),
      container,
      shufflePort: 13562,
    });

  it('is stopped like one of its own, and carries the next task without a start', async () => {
    const stand = aStand();
    adopt(stand, 1, aContainer(1));
    adopt(stand, 2, aContainer(2));
    stand.launch(3, aContainer(1));
    expect(await stand.turn()).toEqual(['TA_CONTAINER_LAUNCHED 000003_0']);
    stand.cleanUp(2, aContainer(2));
    await stand.turn();
    expect(stand.calls).toEqual(['stop h1:1 1']);
    await stand.launcher.stopAll();
    expect(stand.calls).toEqual(['stop h1:1 1', 'stop h1:1 1']);
  });

  it('is left alone by an AM that may have a successor, which hears that it is gone for it', async () => {
    const stand = aStand();
    adopt(stand, 1, aContainer(1));
    stand.depose();
    stand.cleanUp(1, aContainer(1));
    await stand.turn();
    await stand.launcher.stopAll();
    expect(stand.calls).toEqual([]);
  });
});

it('a node that does not know the new keys yet is asked again, and costs no attempt', async () => {
  const { launch, turn, calls, breakIt, clock } = aStand();
  breakIt(new InvalidTokenError('signed by a key that is unknown here'));
  launch(0, aContainer(2));
  expect(await turn()).toEqual([]);
  clock.advance(250);
  expect(await turn()).toEqual([]);
  breakIt(undefined);
  clock.advance(250);
  expect(await turn()).toEqual(['TA_CONTAINER_LAUNCHED 000000_0']);
  expect(calls).toHaveLength(3);
});

it('one that never learns them fails the attempt after 15 s', async () => {
  const { launch, turn, breakIt, clock } = aStand();
  breakIt(new InvalidTokenError('signed by a key that is unknown here'));
  launch(0, aContainer(2));
  const told: string[] = [];
  for (let ms = 0; ms <= 15_000; ms += 250) {
    expect(told).toEqual([]);
    told.push(...(await turn()));
    clock.advance(250);
  }
  expect(told).toEqual(['TA_CONTAINER_LAUNCH_FAILED 000000_0']);
});

it('it is not asked again for a container that is to be stopped', async () => {
  const { launch, cleanUp, turn, calls, breakIt, clock } = aStand();
  breakIt(new InvalidTokenError('signed by a key that is unknown here'));
  launch(0, aContainer(2));
  await turn();
  cleanUp(0, aContainer(2));
  await turn();
  clock.advance(250);
  expect(await turn()).toContain('TA_CONTAINER_CLEANED 000000_0');
  clock.advance(60_000);
  await turn();
  expect(calls.filter((call) => call.startsWith('start'))).toHaveLength(2);
});
