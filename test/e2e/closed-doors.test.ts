/**
 * Every method of every protocol that a running RM and NM serve, called without a token, with a token that another cluster
 * made, and, where a right one can be had, with a body that is no message: a clear error, and the daemon goes on.
 */
import { join } from 'node:path';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import {
  applicationClientProtocol,
  applicationMasterProtocol,
  containerManagementProtocol,
  encodeToken,
  loadSecret,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  SharedSecret,
  systemClock,
  systemRandom,
  type Token,
} from '@bobbin/common';
import { localCluster, type LocalCluster } from './support/local-cluster.js';

jest.setTimeout(60_000);

interface Addresses {
  readonly resourceManager: { readonly address: string };
  readonly nodeManagers: readonly { readonly address: string }[];
}

let cluster: LocalCluster;
let addresses: Addresses;
let secret: SharedSecret;
beforeAll(async () => {
  cluster = await localCluster(1);
  addresses = JSON.parse((await cluster.run('cluster', 'status', '--json')).stdout) as Addresses;
  secret = new SharedSecret(loadSecret(join(cluster.path, 'cluster', 'secret')), systemClock);
});
afterAll(() => cluster.stop());

const foreign = new SharedSecret(systemRandom.bytes(32), systemClock);
const GARBAGE = Buffer.from('this is not a message');

const doors = [
  {
    protocol: applicationClientProtocol,
    at: 'rm',
    right: () => secret.clientToken('ada'),
    wrong: () => foreign.clientToken('ada'),
  },
  {
    protocol: resourceTrackerProtocol,
    at: 'rm',
    right: () => secret.nodeToken('n1'),
    wrong: () => foreign.nodeToken('n1'),
  },
  { protocol: nodeSignalProtocol, at: 'rm', right: () => secret.nodeToken('n1'), wrong: () => foreign.nodeToken('n1') },
  {
    protocol: applicationMasterProtocol,
    at: 'rm',
    right: undefined,
    wrong: () => ({ ...foreign.clientToken('ada'), kind: 'YARN_AM_RM_TOKEN' }),
  },
  {
    protocol: containerManagementProtocol,
    at: 'nm',
    right: undefined,
    wrong: () => ({ ...foreign.clientToken('ada'), kind: 'NMToken' }),
  },
] as const;

const rows = doors.flatMap((door) =>
  door.protocol.methods.map((method) => ({ ...door, method, of: door.protocol.service })),
);

/** One call with these bytes, as any gRPC client would make it. */
function call(row: (typeof rows)[number], body: Buffer, token?: Token): Promise<ServiceError> {
  const address = row.at === 'rm' ? addresses.resourceManager.address : (addresses.nodeManagers[0]?.address ?? '');
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (token) metadata.set('bobbin-token-bin', encodeToken(token));
  const asIs = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(`/${row.of}/${row.method}`, asIs, asIs, body, metadata, (error) => {
      client.close();
      if (error) resolve(error);
      else reject(new Error(`${row.method} was answered`));
    });
  });
}

test.each(rows)('$of.$method wants a token', async (row) => {
  const error = await call(row, Buffer.alloc(0));
  expect(error.code).toBe(status.UNAUTHENTICATED);
  expect(error.details).toMatch(/token/);
});

test.each(rows)('$of.$method refuses the token of another cluster', async (row) => {
  const error = await call(row, Buffer.alloc(0), row.wrong());
  expect(error.code).toBe(status.UNAUTHENTICATED);
});

test.each(rows.filter((row) => row.right !== undefined))(
  '$of.$method refuses a body that is no message',
  async (row) => {
    const error = await call(row, GARBAGE, row.right?.());
    expect([status.INVALID_ARGUMENT, status.UNIMPLEMENTED]).toContain(error.code);
    expect(error.details).not.toBe('');
  },
);

test('after all that both daemons serve as before', async () => {
  const nodes = await cluster.run('node', 'list');
  expect(nodes.code).toBe(0);
  expect(nodes.stdout).toContain('Total Nodes:1');
});
