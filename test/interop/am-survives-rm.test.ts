/**
 * The RM is killed at each call that an AppMaster makes: when the call has arrived, and when it was carried out and not yet answered. It comes back where it
 * was, and the AppMaster, which does nothing about it, has in the end had each of its containers run to its end, once.
 */
import { containerLaunchContext, ContainerRefusedError, type ContainerRequest } from '@bobbin/client';
import type { ContainerId } from '@bobbin/common';
import { MiniCluster, type CallPhase } from '@bobbin/minicluster';

jest.setTimeout(60_000);

interface Work extends ContainerRequest {
  readonly number: number;
}

const COUNT = 4;
const launchContext = containerLaunchContext({ commands: ['exec sleep 0.2'] });

let cluster: MiniCluster;
beforeAll(async () => {
  // Two at a time, so that asks are outstanding while the first run.
  cluster = await MiniCluster.start({ nodes: [{ memoryMb: 320, vcores: 8 }] });
});
afterAll(() => cluster.stop());

const points = (['ARRIVED', 'DONE'] as const).flatMap((phase) => [
  { method: 'registerApplicationMaster', nth: 1, phase },
  ...[1, 2, 3, 4, 5, 6].map((nth) => ({ method: 'allocate', nth, phase })),
  { method: 'finishApplicationMaster', nth: 1, phase },
]);

/** Kills the RM at this call, once, and starts the next; resolves when that one serves. */
function killAt(method: string, nth: number, phase: CallPhase): Promise<void> {
  let seen = 0;
  return new Promise((resolve, reject) => {
    cluster.onCall = (call, at) => {
      if (call.method !== method || call.caller.kind !== 'attempt' || at !== phase || ++seen !== nth) return;
      cluster.onCall = () => undefined;
      cluster.restartResourceManager().then(resolve, reject);
    };
  });
}

test.each(points)('$method, call $nth, $phase: each container runs once', async ({ method, nth, phase }) => {
  const { amrm, nm, applicationId, applicationAttemptId } = await cluster.appMaster<Work>({ maxAppAttempts: 1 });
  const killed = killAt(method, nth, phase);
  const started: ContainerId[] = [];
  const done: number[] = [];
  const events = amrm.events();
  await amrm.registerApplicationMaster();
  for (let number = 0; number < COUNT; number++)
    amrm.addContainerRequest({ number, capability: { memoryMb: 128, vcores: 1 } });
  for await (const event of events) {
    if (event.type === 'CONTAINER_ALLOCATED') {
      const { container } = event;
      nm.startContainer(container, launchContext).then(
        () => void started.push(container.id),
        (error: unknown) => {
          // It was given by the RM that died, and its node has met the next one already.
          if (!(error instanceof ContainerRefusedError)) throw error;
          amrm.replaceContainer(container.id);
        },
      );
    }
    if (event.type === 'CONTAINER_COMPLETED') {
      expect(event.status).toMatchObject({ exitStatus: 0 });
      if (event.request) done.push(event.request.number);
    }
    if (done.length === COUNT) break;
  }
  expect(amrm.heldContainers()).toEqual([]);
  expect(await amrm.unregisterApplicationMaster('SUCCEEDED')).toBe(true);
  await killed;
  expect(done.sort()).toEqual([0, 1, 2, 3]);
  expect(started).toHaveLength(COUNT);
  await cluster.endAppMaster(applicationAttemptId);
  await cluster.until((rm) => rm.registry.containers.size === 0);
  expect(await cluster.yarnClient().getApplicationReport(applicationId)).toMatchObject({
    state: 'FINISHED',
    finalApplicationStatus: 'SUCCEEDED',
  });
});
