/**
 * Every protocol behind a real server: no token, a foreign one, an expired one, an altered one, a body that is no message, a
 * method that we refuse, each with an error that says what is wrong.
 */
import { Client, credentials as channelCredentials, type ServiceError } from '@grpc/grpc-js';
import {
  AMRMTokenSecretManager,
  applicationAttemptId,
  applicationClientProtocol,
  applicationId,
  applicationMasterProtocol,
  authenticateAMClient,
  authenticateApplicationMaster,
  authenticateClient,
  authenticateContainerManagement,
  authenticateNode,
  containerManagementProtocol,
  createClientToAMToken,
  createStub,
  jobId,
  mrClientProtocol,
  newClientToAMKey,
  NMTokenSecretManager,
  NMTokenSecretManagerInNM,
  nodeId,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  RollingKeys,
  RpcServer,
  SharedSecret,
  systemRandom,
  type Authenticate,
  type Caller,
  type CallCredentials,
  type Protocol,
  type Stub,
  type Token,
  type YarnError,
} from '../../src/index.js';
import { toMetadata } from '../../src/rpc/credentials.js';
import { rawUnaryMethod } from '../../src/rpc/rpc-server.js';
import { ControlledClock } from '../../src/testing/index.js';

const clock = new ControlledClock();
const app = applicationId(1_700_000_000_000, 1);
const attempt = applicationAttemptId(app, 1);
const node = nodeId('n1', 45454);

function rolling(): RollingKeys {
  return new RollingKeys({ clock, random: systemRandom });
}

const secret = new SharedSecret(Buffer.alloc(32, 1), clock);
const otherSecret = new SharedSecret(Buffer.alloc(32, 2), clock);
const amrm = new AMRMTokenSecretManager(rolling(), clock);
const nmTokens = new NMTokenSecretManager(rolling());
const nm = new NMTokenSecretManagerInNM(() => node, clock);
nm.setMasterKey(nmTokens.keys.newest);
const amKey = newClientToAMKey(systemRandom);

interface Case {
  readonly name: string;
  readonly protocol: Protocol<object>;
  readonly authenticate: Authenticate;
  readonly good: Token;
  /** Right kind, made elsewhere. */
  readonly foreign: Token;
  /** Right maker, too old; absent where tokens of this kind do not expire. */
  readonly expired?: Token;
  readonly caller: Caller;
  readonly method: string;
  readonly request: object;
  readonly unsupported?: string;
}

function expiredOf(make: (lifetimeMs: number) => Token): Token {
  return make(-1);
}

const cases: Case[] = [
  {
    name: 'ApplicationClientProtocol',
    protocol: applicationClientProtocol,
    authenticate: authenticateClient(secret),
    good: secret.clientToken('ada'),
    foreign: otherSecret.clientToken('ada'),
    expired: expiredOf((ms) => secret.clientToken('ada', ms)),
    caller: { kind: 'user', user: 'ada', authMethod: 'TOKEN' },
    method: 'getApplicationReport',
    request: { applicationId: app },
    unsupported: 'submitReservation',
  },
  {
    name: 'ApplicationMasterProtocol',
    protocol: applicationMasterProtocol,
    authenticate: authenticateApplicationMaster(amrm),
    good: amrm.createToken(attempt),
    foreign: new AMRMTokenSecretManager(rolling(), clock).createToken(attempt),
    caller: { kind: 'attempt', applicationAttemptId: attempt, keyId: amrm.keys.current.keyId },
    method: 'registerApplicationMaster',
    request: { host: 'h', rpcPort: 1, trackingUrl: '' },
  },
  {
    name: 'ContainerManagementProtocol',
    protocol: containerManagementProtocol,
    authenticate: authenticateContainerManagement(nm),
    good: nmTokens.createToken(attempt, node, 'ada').token,
    foreign: nmTokens.createToken(attempt, nodeId('n2', 1), 'ada').token,
    caller: { kind: 'attempt', applicationAttemptId: attempt, keyId: nmTokens.keys.current.keyId },
    method: 'stopContainers',
    request: { containerIds: [] },
    unsupported: 'localize',
  },
  {
    name: 'ResourceTracker',
    protocol: resourceTrackerProtocol,
    authenticate: authenticateNode(secret),
    good: secret.nodeToken('n1'),
    foreign: otherSecret.nodeToken('n1'),
    expired: expiredOf((ms) => secret.nodeToken('n1', ms)),
    caller: { kind: 'node', authMethod: 'TOKEN' },
    method: 'unRegisterNodeManager',
    request: { nodeId: node },
  },
  {
    name: 'NodeSignalProtocol',
    protocol: nodeSignalProtocol,
    authenticate: authenticateNode(secret),
    good: secret.nodeToken('n1'),
    foreign: otherSecret.nodeToken('n1'),
    expired: expiredOf((ms) => secret.nodeToken('n1', ms)),
    caller: { kind: 'node', authMethod: 'TOKEN' },
    method: 'awaitSignal',
    request: { nodeId: node, waitMs: 0 },
  },
  {
    name: 'MRClientProtocol',
    protocol: mrClientProtocol,
    authenticate: authenticateAMClient(() => amKey, attempt, clock),
    good: createClientToAMToken(amKey, attempt, 'ada', ''),
    foreign: createClientToAMToken(newClientToAMKey(systemRandom), attempt, 'ada', ''),
    caller: { kind: 'user', user: 'ada', authMethod: 'TOKEN' },
    method: 'killJob',
    request: { jobId: jobId(app) },
    unsupported: 'renewDelegationToken',
  },
];

/** Tells who called, in an error that passes the wire whatever the answer of the method is. */
class SeenCaller extends Error {}

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve({ protocol, authenticate, method }: Case): Promise<number> {
  const server = new RpcServer({ host: '127.0.0.1', port: 0 });
  const handlers = {
    [method]: (_: unknown, caller: Caller) => {
      throw new SeenCaller(JSON.stringify(caller));
    },
  };
  server.register(protocol, handlers, authenticate);
  closing.push(() => server.stop(0));
  return server.start();
}

async function call(one: Case, credentials: CallCredentials): Promise<YarnError> {
  const port = await serve(one);
  const stub = createStub(one.protocol, { address: `127.0.0.1:${port}`, credentials }) as Stub<
    Record<string, (request: object) => Promise<unknown>>
  >;
  closing.push(() => stub.close());
  return stub[one.method]!(one.request).then(
    () => Promise.reject(new Error('was answered')),
    (error: unknown) => error as YarnError,
  );
}

/** A call whose method and body are as given, with good credentials. */
async function callRaw(one: Case, method: string, body: Buffer): Promise<ServiceError> {
  const port = await serve(one);
  const client = new Client(`127.0.0.1:${port}`, channelCredentials.createInsecure());
  closing.push(() => client.close());
  const raw = rawUnaryMethod(one.protocol.service, method);
  return new Promise((resolve, reject) => {
    const metadata = toMetadata({ token: one.good });
    client.makeUnaryRequest(raw.path, raw.requestSerialize, raw.responseDeserialize, body, metadata, (error) => {
      if (error === null) reject(new Error('was answered'));
      else resolve(error);
    });
  });
}

describe.each(cases)('$name', (one) => {
  test('lets in who shows the right token, and names the caller', async () => {
    expect((await call(one, { token: one.good })).message).toBe(`internal error: ${JSON.stringify(one.caller)}`);
  });

  test('refuses a bare user name', async () => {
    const error = await call(one, { user: 'ada' });
    expect(error).toMatchObject({
      code: 'ACCESS_DENIED',
      hadoopClass: 'org.apache.hadoop.security.AccessControlException',
    });
    expect(error.message).toMatch(/^SIMPLE authentication is not enabled: 'ada' from 127\.0\.0\.1:\d+ shows no token$/);
  });

  test('refuses a call without any credentials', () => {
    expect(() => one.authenticate({ peer: 'p' })).toThrow(`no token shown; a ${one.good.kind} token is needed`);
  });

  test('refuses a token of the right kind from elsewhere', async () => {
    const error = await call(one, { token: one.foreign });
    expect(error).toMatchObject({
      code: 'INVALID_TOKEN',
      status: 'UNAUTHENTICATED',
      hadoopClass: 'org.apache.hadoop.security.token.SecretManager$InvalidToken',
    });
    expect(error.message).toMatch(/unknown here|another secret|use the token of this node/);
  });

  test('refuses a good token of another kind', async () => {
    const other =
      one.good.kind === 'NMToken' ? amrm.createToken(attempt) : nmTokens.createToken(attempt, node, 'ada').token;
    const error = await call(one, { token: other });
    expect(error.message).toBe(`token of kind '${other.kind}' shown where one of kind '${one.good.kind}' is needed`);
  });

  test('refuses an altered token', async () => {
    const password = Buffer.from(one.good.password);
    password[3] = (password[3] ?? 0) ^ 0x10;
    expect((await call(one, { token: { ...one.good, password } })).message).toMatch(/was altered/);
  });

  const { expired, unsupported } = one;
  if (expired !== undefined) {
    test('refuses an expired token', async () => {
      expect((await call(one, { token: expired })).message).toMatch(/expired at 20/);
    });
  }

  test('refuses a body that is no message', async () => {
    const error = await callRaw(one, one.method, Buffer.from('not a message'));
    expect(error.metadata.get('bobbin-code')).toEqual(['INVALID_MESSAGE']);
    expect(error.details).toMatch(/does not decode/);
  });

  if (unsupported !== undefined) {
    test('refuses a method of Hadoop that is not supported', async () => {
      const error = await callRaw(one, unsupported, Buffer.alloc(0));
      expect(error.metadata.get('bobbin-code')).toEqual(['FEATURE_NOT_ENABLED']);
      expect(error.details).toContain(`${unsupported} of ${one.protocol.service} is not supported`);
    });
  }
});

describe('an open RM', () => {
  test('believes a bare name and refuses none', () => {
    expect(authenticateClient(undefined)({ user: 'ada', peer: 'p' })).toEqual({
      kind: 'user',
      user: 'ada',
      authMethod: 'SIMPLE',
    });
    expect(authenticateNode(undefined)({ user: 'nm', peer: 'p' })).toEqual({ kind: 'node', authMethod: 'SIMPLE' });
    expect(() => authenticateClient(undefined)({ peer: '127.0.0.1:9' })).toThrow('call from 127.0.0.1:9 names no user');
  });

  test('says that it cannot check a token', () => {
    expect(() => authenticateClient(undefined)({ token: secret.clientToken('ada'), peer: 'p' })).toThrow(
      /no secret is set here/,
    );
  });
});

test('an AM without a key for its clients believes bare names, as on a YARN that is not secured', () => {
  const open = authenticateAMClient(() => undefined, attempt, clock);
  expect(open({ user: 'ada', peer: 'p' })).toEqual({ kind: 'user', user: 'ada', authMethod: 'SIMPLE' });
});

test('a client token for one attempt is no good at the next, though the key be the same', () => {
  const next = authenticateAMClient(() => amKey, applicationAttemptId(app, 2), clock);
  const token = createClientToAMToken(amKey, attempt, 'ada', '');
  expect(() => next({ token, peer: 'p' })).toThrow(
    `YARN_CLIENT_TOKEN token for ${attempt} shown to ${applicationAttemptId(app, 2)}`,
  );
});
