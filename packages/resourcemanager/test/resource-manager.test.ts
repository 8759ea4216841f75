/** The daemon on real sockets: who may call what, bodies that are none, the pages, and what keeps it from starting. */
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import {
  applicationClientProtocol,
  applicationId,
  applicationMasterProtocol,
  Configuration,
  createStub,
  loadOrCreateSecret,
  nodeId,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  SharedSecret,
  silentLogger,
  systemClock,
  systemRandom,
  type CallCredentials,
  type Protocol,
  type Stub,
} from '@bobbin/common';
import { recordingLogger, tempDir } from '@bobbin/common/testing';
import { ResourceManager } from '../src/index.js';

const open: { stop(): Promise<void> | void }[] = [];
const dirs: Disposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
  for (const dir of dirs.splice(0)) dir[Symbol.dispose]();
});

function folder(): string {
  const dir = tempDir();
  dirs.push(dir);
  return dir.path;
}

async function start(over: Record<string, string> = {}, log = silentLogger) {
  const conf = Configuration.fromProperties({
    'yarn.resourcemanager.hostname': '127.0.0.1',
    'yarn.resourcemanager.address': '127.0.0.1:0',
    'yarn.resourcemanager.webapp.address': '127.0.0.1:0',
    'bobbin.resourcemanager.store-dir': join(folder(), 'store'),
    ...over,
  });
  const rm = new ResourceManager({ conf, clock: systemClock, random: systemRandom, log });
  open.push(rm);
  return { rm, ...(await rm.start()) };
}

function stub<P>(protocol: Protocol<P>, address: string, credentials: CallCredentials): Stub<P> {
  const one = createStub(protocol, { address, credentials });
  open.push({ stop: () => one.close() });
  return one;
}

async function secured() {
  const file = join(folder(), 'secret');
  const secret = new SharedSecret(loadOrCreateSecret(file, systemRandom), systemClock);
  return { secret, ...(await start({ 'bobbin.security.secret-file': file })) };
}

const noAsk = { ask: [], release: [], blacklistAdditions: [], blacklistRemovals: [], responseId: 0, progress: 0 };

describe('with a secret', () => {
  test('each protocol takes its own token', async () => {
    const { rm, secret, address } = await secured();
    const client = stub(applicationClientProtocol, address, { token: secret.clientToken('alice') });
    expect((await client.getNewApplication({})).applicationId).toMatch(/^application_/);
    const tracker = stub(resourceTrackerProtocol, address, { token: secret.nodeToken('h') });
    const registered = await tracker.registerNodeManager({
      nodeId: nodeId('h', 1),
      httpPort: 1,
      resource: { memoryMb: 4096, vcores: 4 },
      nmVersion: '1',
      containerStatuses: [],
      runningApplications: [],
    });
    expect(registered.nodeAction).toBe('NORMAL');
    const signals = stub(nodeSignalProtocol, address, { token: secret.nodeToken('h') });
    expect(await signals.awaitSignal({ nodeId: nodeId('h', 1), waitMs: 1 })).toEqual({ heartbeatNow: false });
    const unknown = rm.services!.security.amRm.createToken('appattempt_1_0001_000001' as never);
    await expect(stub(applicationMasterProtocol, address, { token: unknown }).allocate(noAsk)).rejects.toMatchObject({
      code: 'APPLICATION_ATTEMPT_NOT_FOUND',
    });
  });

  test('a bare name, a token of another kind, and one of another cluster are refused', async () => {
    const { secret, address } = await secured();
    const other = new SharedSecret(systemRandom.bytes(32), systemClock);
    const calls = (credentials: CallCredentials): Promise<unknown>[] => [
      stub(applicationClientProtocol, address, credentials).getClusterMetrics({}),
      stub(resourceTrackerProtocol, address, credentials).unRegisterNodeManager({ nodeId: nodeId('h', 1) }),
      stub(nodeSignalProtocol, address, credentials).awaitSignal({ nodeId: nodeId('h', 1), waitMs: 1 }),
      stub(applicationMasterProtocol, address, credentials).allocate(noAsk),
    ];
    const outcomes = async (credentials: CallCredentials): Promise<unknown[]> =>
      (await Promise.allSettled(calls(credentials))).map((o) =>
        o.status === 'rejected' ? (o.reason as { code: string }).code : 'ok',
      );
    expect(await outcomes({ user: 'root' })).toEqual(Array(4).fill('ACCESS_DENIED'));
    expect(await outcomes({ token: other.clientToken('root') })).toEqual(Array(4).fill('INVALID_TOKEN'));
    expect(await outcomes({ token: other.nodeToken('h') })).toEqual(Array(4).fill('INVALID_TOKEN'));
    expect(await outcomes({ token: secret.clientToken('root') })).toEqual([
      'ok',
      'INVALID_TOKEN',
      'INVALID_TOKEN',
      'INVALID_TOKEN',
    ]);
    expect(await outcomes({ token: secret.nodeToken('h') })).toEqual(['INVALID_TOKEN', 'ok', 'ok', 'INVALID_TOKEN']);
  });

  test('the pages need a client token', async () => {
    const { webAddress } = await secured();
    const response = await fetch(`http://${webAddress}/ws/v1/cluster/info`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      RemoteException: { message: expect.stringContaining('x-bobbin-token') as unknown },
    });
  });
});

describe('open', () => {
  test('it says so, and believes a name', async () => {
    const log = recordingLogger();
    const { address } = await start({}, log);
    expect(log.entries.filter((e) => e.level === 'warn').map((e) => e.message)).toEqual([
      expect.stringContaining('open to every user'),
    ]);
    const client = stub(applicationClientProtocol, address, { user: 'alice' });
    expect((await client.getApplications({})).applications).toEqual([]);
    await expect(client.getApplicationReport({ applicationId: applicationId(1, 1) })).rejects.toMatchObject({
      code: 'APPLICATION_NOT_FOUND',
    });
  });

  test('an AM needs its token all the same', async () => {
    const { address } = await start();
    await expect(stub(applicationMasterProtocol, address, { user: 'alice' }).allocate(noAsk)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    });
  });

  test.each(['yarn.resourcemanager.address', 'yarn.resourcemanager.webapp.address'])(
    'it serves on loopback only (%s)',
    async (key) => {
      await expect(start({ [key]: '0.0.0.0:0' })).rejects.toThrow(/loopback only, not on '0\.0\.0\.0'/);
    },
  );
});

test('state survives the process: the same folder, the same applications', async () => {
  const dir = join(folder(), 'store');
  const first = await start({ 'bobbin.resourcemanager.store-dir': dir });
  const client = stub(applicationClientProtocol, first.address, { user: 'alice' });
  const { applicationId: id } = await client.getNewApplication({});
  await client.submitApplication({
    applicationSubmissionContext: {
      applicationId: id,
      applicationName: 'job',
      queue: 'default',
      priority: 0,
      amContainerSpec: { localResources: {}, serviceData: {}, environment: {}, commands: ['am'], applicationAcls: {} },
      unmanagedAM: false,
      maxAppAttempts: 0,
      resource: { memoryMb: 1024, vcores: 1 },
      applicationType: 'YARN',
      keepContainersAcrossApplicationAttempts: false,
      applicationTags: [],
      attemptFailuresValidityIntervalMs: -1,
      amContainerResourceRequests: [],
    },
  });
  await first.rm.stop();
  const second = await start({ 'bobbin.resourcemanager.store-dir': dir });
  const again = stub(applicationClientProtocol, second.address, { user: 'alice' });
  expect((await again.getApplicationReport({ applicationId: id })).applicationReport).toMatchObject({
    state: 'ACCEPTED',
    user: 'alice',
    name: 'job',
  });
});

describe('what keeps it from starting is said, and leaves nothing open', () => {
  test('a port in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    open.push({ stop: () => new Promise<void>((resolve) => taken.close(() => resolve())) });
    const { port } = taken.address() as AddressInfo;
    await expect(start({ 'yarn.resourcemanager.address': `127.0.0.1:${port}` })).rejects.toThrow(
      new RegExp(`127.0.0.1:${port}.*yarn.resourcemanager.address`, 's'),
    );
    await expect(start({ 'yarn.resourcemanager.webapp.address': `127.0.0.1:${port}` })).rejects.toThrow(
      /yarn.resourcemanager.webapp.address/,
    );
  });

  test('a store folder that is a file', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    await expect(start({ 'bobbin.resourcemanager.store-dir': file })).rejects.toThrow(
      /bobbin.resourcemanager.store-dir/,
    );
  });

  test('a store that another ResourceManager has open', async () => {
    const dir = join(folder(), 'store');
    await start({ 'bobbin.resourcemanager.store-dir': dir });
    await expect(start({ 'bobbin.resourcemanager.store-dir': dir })).rejects.toThrow(/in use by another process/);
  }, 10_000);

  test('a secret that others may read', async () => {
    const file = join(folder(), 'secret');
    writeFileSync(file, 'x'.repeat(40), { mode: 0o644 });
    await expect(start({ 'bobbin.security.secret-file': file })).rejects.toThrow(/chmod 600/);
  });
});

describe('the pages', () => {
  test.each([
    ['/ws/v1/cluster', 200, /"clusterInfo":\{"id":\d+/],
    ['/ws/v1/cluster/info', 200, /"state":"STARTED"/],
    ['/ws/v1/cluster/metrics', 200, /"appsSubmitted":0.*"activeNodes":0/],
    ['/ws/v1/cluster/apps', 200, /"apps":\{"app":\[\]\}/],
    ['/ws/v1/cluster/apps?states=running,accepted&user=root&limit=5', 200, /"app":\[\]/],
    ['/ws/v1/cluster/nodes', 200, /"nodes":\{"node":\[\]\}/],
    ['/ws/v1/cluster/apps?limit=x', 400, /limit 'x'/],
    ['/ws/v1/cluster/apps/xyz', 400, /'xyz' is not an application id/],
    ['/ws/v1/cluster/apps/application_1_0001', 404, /application_1_0001/],
    ['/ws/v1/cluster/nodes/h:1', 404, /nodeId, h:1, is not found/],
    ['/ws/v1/cluster/nodes/%zz', 400, /not properly encoded/],
    ['/', 404, /try \/ws\/v1\/cluster\/info/],
    ['/ws/v1/clusters', 404, /nothing is at/],
  ])('%s answers %d', async (path, status, body) => {
    const { webAddress } = await start();
    const response = await fetch(`http://${webAddress}${path}`);
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(body)]);
  });

  test('are read, not written', async () => {
    const { webAddress } = await start();
    const response = await fetch(`http://${webAddress}/ws/v1/cluster/apps`, { method: 'POST' });
    expect(response.status).toBe(400);
  });
});
