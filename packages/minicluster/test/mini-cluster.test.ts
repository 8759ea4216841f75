/** A MiniCluster is a whole cluster: real daemons, real containers, in one process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationSubmissionContext, bashCommand, containerLaunchContext, type AMRMEvent } from '@bobbin/client';
import { ControlledClock } from '@bobbin/common/testing';
import { MiniCluster, type MiniClusterOptions } from '../src/index.js';

let cluster: MiniCluster;
afterEach(() => cluster.stop());

const start = async (options: MiniClusterOptions = {}): Promise<MiniCluster> =>
  (cluster = await MiniCluster.start(options));
const capability = { memoryMb: 128, vcores: 1 };

/** Reads events until `count` of a type have come. */
async function awaitEvents(
  events: AsyncIterable<AMRMEvent>,
  type: AMRMEvent['type'],
  count: number,
): Promise<AMRMEvent[]> {
  const seen: AMRMEvent[] = [];
  for await (const event of events) {
    if (event.type === type) seen.push(event);
    if (seen.length === count) break;
  }
  return seen;
}

test('has all its nodes when it has started, and any number stand side by side', async () => {
  await start({ nodes: 2 });
  const other = await MiniCluster.start({ nodes: 1 });
  expect(await cluster.yarnClient().getNodeReports('RUNNING')).toHaveLength(2);
  expect(await other.yarnClient().getNodeReports('RUNNING')).toHaveLength(1);
  await other.stop();
});

test('runs containers: asked for, started, ended, and their output is there', async () => {
  await start();
  const { amrm, nm, applicationId } = await cluster.appMaster();
  await amrm.registerApplicationMaster();
  const events = amrm.events();
  amrm.on('CONTAINER_ALLOCATED', ({ container }) => {
    const commands = [bashCommand('echo "hello from $CONTAINER_ID" > "<LOG_DIR>/stdout"; exit 7')];
    const launchContext = containerLaunchContext({ commands });
    void nm.startContainer(container, launchContext);
  });
  amrm.addContainerRequest({ capability }, 3);
  const ends = await awaitEvents(events, 'CONTAINER_COMPLETED', 3);
  expect(ends).toMatchObject(Array.from({ length: 3 }, () => ({ status: { exitStatus: 7 } })));
  const [end] = ends;
  const id = end?.type === 'CONTAINER_COMPLETED' ? end.status.containerId : '';
  expect(readFileSync(join(cluster.logDir(1), applicationId, id, 'stdout'), 'utf8')).toBe(`hello from ${id}\n`);
  expect(await amrm.unregisterApplicationMaster('SUCCEEDED')).toBe(true);
  expect(await cluster.yarnClient().getApplicationReport(applicationId)).toMatchObject({
    finalApplicationStatus: 'SUCCEEDED',
  });
});

test('runs AppMasters of its own: an application is what its container says', async () => {
  await start();
  const yarn = cluster.yarnClient();
  const { applicationId } = await yarn.createApplication();
  const amContainerSpec = containerLaunchContext({ commands: ['exit 3'] });
  await yarn.submitApplication(
    applicationSubmissionContext({ applicationId, amContainerSpec, resource: capability, maxAppAttempts: 1 }),
  );
  expect(await yarn.awaitCompletion(applicationId)).toMatchObject({
    state: 'FAILED',
    diagnostics: expect.stringContaining('exitCode: 3') as string,
  });
});

test('an RM that is killed comes back where it was: the AppMaster goes on, its containers live', async () => {
  await start();
  const { amrm, nm } = await cluster.appMaster();
  await amrm.registerApplicationMaster();
  const events = amrm.events();
  amrm.addContainerRequest({ capability });
  const [first] = await awaitEvents(events, 'CONTAINER_ALLOCATED', 1);
  if (first?.type !== 'CONTAINER_ALLOCATED') throw new Error('no container');
  await nm.startContainer(first.container, containerLaunchContext({ commands: ['exec sleep 1000'] }));
  const again = amrm.events();
  await cluster.restartResourceManager();
  amrm.addContainerRequest({ capability });
  await awaitEvents(again, 'CONTAINER_ALLOCATED', 1);
  expect(await nm.getContainerStatus(first.container.id, first.container.nodeId)).toMatchObject({ state: 'RUNNING' });
});

test('nodes have hosts and racks of their own where they are given, and containers go where they are asked', async () => {
  await start({
    nodes: [
      { host: '127.0.0.2', rack: '/left' },
      { host: '127.0.0.3', rack: '/right' },
    ],
  });
  const { amrm } = await cluster.appMaster();
  await amrm.registerApplicationMaster();
  const events = amrm.events();
  amrm.addContainerRequest({ capability, nodes: ['127.0.0.3'], relaxLocality: false }, 2);
  amrm.addContainerRequest({ capability, racks: ['/left'], relaxLocality: false }, 2);
  const given = await awaitEvents(events, 'CONTAINER_ALLOCATED', 4);
  const hosts = given.map((event) => event.type === 'CONTAINER_ALLOCATED' && event.container.nodeId.split(':')[0]);
  expect(hosts.sort()).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3']);
});

test("its time is the test's where a clock is given: an AppMaster that never comes is given up when that says so", async () => {
  const clock = new ControlledClock();
  await start({ clock, properties: { 'yarn.am.liveness-monitor.expiry-interval-ms': '5000' } });
  const { applicationId } = await cluster.appMaster({ maxAppAttempts: 1 });
  const over = cluster.until((rm) => rm.registry.apps.get(applicationId)?.isFinalStored === true);
  clock.advance(10_000);
  await over;
  expect(await cluster.yarnClient().getApplicationReport(applicationId)).toMatchObject({
    state: 'FAILED',
    diagnostics: expect.stringContaining('timed out') as string,
  });
});
