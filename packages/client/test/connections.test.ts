/** Connections: addresses and patience from the configuration, over real gRPC on port 0. */
import {
  applicationClientProtocol,
  authenticateClient,
  Configuration,
  RpcServer,
  YarnError,
  type ApplicationClientProtocol,
  type Handlers,
} from '@bobbin/common';
import { createMRClient, createClientRMProxy, reachable, resourceManagerAddress } from '../src/index.js';
import { job } from './support/fakes.js';

test('an RM on every interface is called on this machine', () => {
  expect(reachable({ host: '0.0.0.0', port: 1 })).toEqual({ host: '127.0.0.1', port: 1 });
  expect(reachable({ host: '::', port: 1 })).toEqual({ host: '::1', port: 1 });
  expect(resourceManagerAddress(Configuration.fromProperties({}))).toBe('127.0.0.1:8032');
  expect(resourceManagerAddress(Configuration.fromProperties({ 'yarn.resourcemanager.hostname': 'rm.example' }))).toBe(
    'rm.example:8032',
  );
});

test('a YarnClient calls the RM of its configuration under its name', async () => {
  const server = new RpcServer({ host: '127.0.0.1', port: 0 });
  const users: string[] = [];
  const handlers = {
    getClusterNodes: (_: unknown, caller: { kind: string; user?: string }) => {
      users.push(caller.user ?? caller.kind);
      return { nodeReports: [] };
    },
  } as unknown as Handlers<ApplicationClientProtocol>;
  server.register(applicationClientProtocol, handlers, authenticateClient(undefined));
  const port = await server.start();
  const conf = Configuration.fromProperties({ 'yarn.resourcemanager.address': `127.0.0.1:${port}` });
  const rm = createClientRMProxy({ user: 'ann' }, { conf });
  await expect(rm.getClusterNodes({ nodeStates: [] })).resolves.toEqual({ nodeReports: [] });
  expect(users).toEqual(['ann']);
  rm.close();
  await server.stop();
});

test('what does not answer is said with its address, after the time the configuration gives it', async () => {
  const conf = Configuration.fromProperties({
    'yarn.resourcemanager.address': '127.0.0.1:1',
    'bobbin.client.connect.max-wait-ms': '0',
  });
  const rm = createClientRMProxy({ user: 'ann' }, { conf });
  const am = createMRClient('127.0.0.1:1', { user: 'ann' }, { conf });
  const errors = await Promise.all(
    [rm.getNewApplication({}), am.getCounters({ jobId: job })].map((call) => call.catch((error: unknown) => error)),
  );
  for (const error of errors) {
    expect(error).toBeInstanceOf(YarnError);
    expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('127.0.0.1:1') as string });
  }
  rm.close();
  am.close();
});
