/** RpcServer and createStub against each other on real sockets. */
import { Client, credentials as channelCredentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import {
  ApplicationNotFoundError,
  applicationId,
  applicationClientProtocol,
  containerManagementProtocol,
  createStub,
  nodeId,
  nodeSignalProtocol,
  NMNotYetReadyError,
  RpcServer,
  YarnError,
  type ServerGap,
  type ApplicationClientProtocol,
  type Authenticate,
  type Handlers,
  type NodeSignalProtocol,
} from '../../src/index.js';
import { ControlledClock, recordingLogger } from '../../src/testing/index.js';
import { rawUnaryMethod } from '../../src/rpc/rpc-server.js';

const app = applicationId(1_700_000_000_000, 1);
const anyone: Authenticate = ({ user }) => ({ kind: 'user', user: user ?? '', authMethod: 'SIMPLE' });

function clientHandlers(over: Partial<Handlers<ApplicationClientProtocol>>): Handlers<ApplicationClientProtocol> {
  return over as Handlers<ApplicationClientProtocol>;
}

const opened: { stop?: (graceMs?: number) => Promise<void>; close?: () => void }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) {
    one.close?.();
    await one.stop?.(0);
  }
});

async function serve(
  over: Partial<Handlers<ApplicationClientProtocol>>,
  options: { port?: number; log?: ReturnType<typeof recordingLogger> } = {},
): Promise<{ server: RpcServer; port: number }> {
  const server = new RpcServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    ...(options.log && { log: options.log }),
  });
  server.register(applicationClientProtocol, clientHandlers(over), anyone);
  opened.push(server);
  return { server, port: await server.start() };
}

function stubAt(port: number, over: Partial<Parameters<typeof createStub>[1]> = {}) {
  const stub = createStub(applicationClientProtocol, {
    address: `127.0.0.1:${port}`,
    credentials: { user: 'ada' },
    ...over,
  });
  opened.push(stub);
  return stub;
}

const rejection = (promise: Promise<unknown>): Promise<YarnError> =>
  promise.then(
    () => Promise.reject(new Error('was not refused')),
    (error: unknown) => error as YarnError,
  );

test('a handler gets the request as a record and the caller whom authenticate named', async () => {
  const seen: unknown[] = [];
  const { port } = await serve({
    forceKillApplication: (request, caller) => {
      seen.push(request, caller);
      return { isKillCompleted: true };
    },
  });
  expect(await stubAt(port).forceKillApplication({ applicationId: app, waitMs: 5 })).toEqual({ isKillCompleted: true });
  expect(seen).toEqual([
    { applicationId: app, waitMs: 5 },
    { kind: 'user', user: 'ada', authMethod: 'SIMPLE' },
  ]);
});

test('an error of a service arrives with its message, code, status and Hadoop class', async () => {
  const { port } = await serve({
    getApplicationReport: () => {
      throw new ApplicationNotFoundError(app);
    },
  });
  const error = await rejection(stubAt(port).getApplicationReport({ applicationId: app }));
  const sent = new ApplicationNotFoundError(app);
  expect(error).toBeInstanceOf(YarnError);
  expect({ ...error, message: error.message, cause: undefined }).toEqual({
    code: sent.code,
    status: sent.status,
    hadoopClass: sent.hadoopClass,
    retriable: false,
    name: 'YarnError',
    message: sent.message,
    cause: undefined,
  });
});

test('a fault of the server is logged with its stack and told without it', async () => {
  const log = recordingLogger();
  const { port } = await serve(
    {
      getClusterMetrics: () => {
        throw new TypeError('no such thing\nsecond line');
      },
    },
    { log },
  );
  const error = await rejection(stubAt(port).getClusterMetrics({}));
  expect(error).toMatchObject({ code: 'INTERNAL', status: 'INTERNAL', message: 'internal error: no such thing' });
  expect(log.entries).toHaveLength(1);
  expect(log.entries[0]).toMatchObject({ level: 'error', fields: { method: 'getClusterMetrics' } });
});

test('a method of Hadoop that has no interface here is refused as not enabled', async () => {
  const { port } = await serve({});
  const error = await rejection(rawCall(port, applicationClientProtocol.service, 'moveApplicationAcrossQueues'));
  expect(error.message).toContain('moveApplicationAcrossQueues');
  expect(error.message).toContain('not supported');
});

test('a method or a service that Hadoop does not have is unimplemented', async () => {
  const { port } = await serve({});
  expect((await rejection(rawCall(port, applicationClientProtocol.service, 'fly'))).message).toMatch(/UNIMPLEMENTED/);
  expect((await rejection(rawCall(port, 'hadoop.yarn.Nothing', 'allocate'))).message).toMatch(/UNIMPLEMENTED/);
});

test.each([
  ['bytes that are no message', Buffer.from([0xff, 0xff, 0xff]), /does not decode: cut short/],
  ['a length beyond the end', Buffer.from([0x0a, 0x7f, 0x01]), /does not decode: cut short/],
  ['a message without what the call needs', Buffer.alloc(0), /application_id is needed and missing/],
])('%s are refused with INVALID_MESSAGE', async (_, body, message) => {
  const { port } = await serve({});
  const error = await rejection(rawCall(port, applicationClientProtocol.service, 'getApplicationReport', body));
  expect(error.message).toMatch(/INVALID_ARGUMENT/);
  expect(error.message).toMatch(message);
});

test('several protocols share one port, each with its own authentication', async () => {
  const server = new RpcServer({ host: 'localhost', port: 0 });
  opened.push(server);
  server.register(applicationClientProtocol, clientHandlers({ getApplications: () => ({ applications: [] }) }), anyone);
  const signals: Handlers<NodeSignalProtocol> = { awaitSignal: () => ({ heartbeatNow: true }) };
  server.register(nodeSignalProtocol, signals, () => ({ kind: 'node', authMethod: 'SIMPLE' }));
  const port = await server.start();
  const node = createStub(nodeSignalProtocol, { address: `localhost:${port}`, credentials: { user: 'nm' } });
  opened.push(node);
  expect(await node.awaitSignal({ nodeId: nodeId('n1', 1), waitMs: 0 })).toEqual({ heartbeatNow: true });
  expect(await stubAt(port).getApplications({})).toEqual({ applications: [] });
});

test('a port in use is named, with the setting that moves it', async () => {
  const { port } = await serve({});
  const second = new RpcServer({ host: '127.0.0.1', port, setting: 'yarn.resourcemanager.address' });
  const error = await rejection(second.start());
  expect(error.code).toBe('CANNOT_LISTEN');
  expect(error.message).toBe(
    `cannot listen on 127.0.0.1:${port}: port ${port} is in use; stop what listens there or set another port in yarn.resourcemanager.address`,
  );
});

test('a host name that does not resolve is named', async () => {
  const error = await rejection(new RpcServer({ host: 'no-such-host.invalid', port: 0 }).start());
  expect(error.message).toBe(
    "cannot listen on no-such-host.invalid:0: the host name 'no-such-host.invalid' does not resolve; set another host",
  );
});

test('where nothing answers, the call is repeated until maxWaitMs is over, then says so', async () => {
  const { server, port } = await serve({});
  await server.stop(0);
  const clock = new ControlledClock();
  const call = rejection(stubAt(port, { clock, retry: { maxWaitMs: 300, firstPauseMs: 100 } }).getClusterMetrics({}));
  await advanceUntilSettled(clock, call);
  const error = await call;
  expect(error.code).toBe('UNREACHABLE');
  expect(error.message).toMatch(
    new RegExp(`^nothing answers getClusterMetrics at 127.0.0.1:${port}: connection refused \\(tried for 0.3 s\\)$`),
  );
});

test('a server that comes back on its port is found again', async () => {
  const first = await serve({ getApplications: () => ({ applications: [] }) });
  const stub = stubAt(first.port, { retry: { maxWaitMs: 10_000, firstPauseMs: 20 } });
  await stub.getApplications({});
  await first.server.stop(0);
  const call = stub.getApplications({});
  await serve({ getApplications: () => ({ applications: [] }) }, { port: first.port });
  expect(await call).toEqual({ applications: [] });
});

test('a server that has answered is waited for longer than one that never did, and the gap is told once at each end', async () => {
  const first = await serve({ getApplications: () => ({ applications: [] }) });
  const clock = new ControlledClock();
  const gaps: ServerGap[] = [];
  const retry = {
    maxWaitMs: 0,
    maxWaitOnceHeardMs: 6_000_000,
    firstPauseMs: 100,
    onGap: (gap: ServerGap) => void gaps.push(gap),
  };
  const stub = stubAt(first.port, { clock, retry });
  await stub.getApplications({});
  await first.server.stop(0);
  const call = stub.getApplications({});
  const gap = { address: `127.0.0.1:${first.port}`, maxWaitMs: 6_000_000 };
  while (gaps.length === 0) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(gaps).toEqual([{ ...gap, isOver: false }]);
  await serve({ getApplications: () => ({ applications: [] }) }, { port: first.port });
  await advanceUntilSettled(clock, call);
  expect(await call).toEqual({ applications: [] });
  expect(gaps).toEqual([
    { ...gap, isOver: false },
    { ...gap, isOver: true },
  ]);
});

test('"not now" is repeated, and a plain error is not', async () => {
  let calls = 0;
  const { port } = await serve({
    getApplications: () => {
      if (++calls < 3) throw new NMNotYetReadyError('not registered yet');
      return { applications: [] };
    },
    getClusterMetrics: () => {
      calls++;
      throw new ApplicationNotFoundError(app);
    },
  });
  const stub = stubAt(port, { retry: { maxWaitMs: 5_000, firstPauseMs: 1 } });
  await stub.getApplications({});
  expect(calls).toBe(3);
  await rejection(stub.getClusterMetrics({}));
  expect(calls).toBe(4);
});

test('a call without an answer ends at its deadline, and a held call waits its hold as well', async () => {
  const { port } = await serve({ getApplicationReport: () => new Promise<never>(() => undefined) });
  const stub = stubAt(port, { deadlineMs: 30 });
  const error = await rejection(stub.getApplicationReport({ applicationId: app, waitMs: 20 }));
  expect(error.code).toBe('UNREACHABLE');
  expect(error.message).toContain('not answered in time');
});

test('a cancelled call rejects as cancelled, in flight and between two tries', async () => {
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const { port } = await serve({
    getApplicationReport: () => {
      arrived();
      return new Promise<never>(() => undefined);
    },
    getApplications: () => {
      arrived();
      throw new NMNotYetReadyError('not yet');
    },
  });
  const inFlight = new AbortController();
  const stub = stubAt(port, { clock: new ControlledClock(), retry: { maxWaitMs: 60_000 } });
  const held = rejection(stub.getApplicationReport({ applicationId: app }, { signal: inFlight.signal }));
  await arrival;
  inFlight.abort();
  expect(await held).toMatchObject({ code: 'CANCELLED' });
  const between = new AbortController();
  const pausing = rejection(stub.getApplications({}, { signal: between.signal }));
  between.abort();
  expect(await pausing).toMatchObject({ code: 'CANCELLED' });
});

test('stop lets a call in flight end, and cuts off one that does not', async () => {
  let finish = (): void => undefined;
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const { server, port } = await serve({
    getApplications: () => {
      arrived();
      return new Promise((resolve) => (finish = () => resolve({ applications: [] })));
    },
  });
  const call = stubAt(port).getApplications({});
  await arrival;
  const stopped = server.stop(60_000);
  finish();
  expect(await call).toEqual({ applications: [] });
  await stopped;

  const hanging = await serve({ getApplications: () => new Promise<never>(() => undefined) });
  const cutOff = rejection(stubAt(hanging.port).getApplications({}));
  await hanging.server.stop(50);
  expect(await cutOff).toMatchObject({ code: 'UNREACHABLE', retriable: true });
});

test('a held call that a stopping server cut off is made again at the next one', async () => {
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const first = await serve({
    getApplications: () => {
      arrived();
      return new Promise<never>(() => undefined);
    },
  });
  const call = stubAt(first.port, { retry: { maxWaitMs: 10_000, firstPauseMs: 20 } }).getApplications({});
  await arrival;
  await first.server.stop(0);
  await serve({ getApplications: () => ({ applications: [] }) }, { port: first.port });
  expect(await call).toEqual({ applications: [] });
});

test('an answer that cannot be encoded is a fault of the server', async () => {
  const log = recordingLogger();
  const { port } = await serve({ getNewApplication: () => ({ applicationId: 'x' }) as never }, { log });
  const error = await rejection(stubAt(port).getNewApplication({}));
  expect(error).toMatchObject({ code: 'INTERNAL', retriable: false });
  expect(error.message).toMatch(
    /^internal error: answer to getNewApplication cannot be encoded: 'x' is not an application id/,
  );
  expect(log.entries).toHaveLength(1);
});

test('stop may come before start, and twice', async () => {
  const server = new RpcServer({ host: '127.0.0.1', port: 0 });
  await server.stop();
  await server.stop();
});

test('a process that waits between two tries stays alive', async () => {
  const { server, port } = await serve({});
  await server.stop(0);
  const intervals = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = intervals();
  const clock = new ControlledClock();
  const call = rejection(stubAt(port, { clock, retry: { maxWaitMs: 10, firstPauseMs: 10 } }).getClusterMetrics({}));
  while (clock.armed === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(intervals()).toBeGreaterThan(before);
  await advanceUntilSettled(clock, call);
  expect(intervals()).toBe(before);
});

test('a peer that does not speak gRPC or our services is an RPC_FAILED or UNREACHABLE, never a hang', async () => {
  const other = new Server();
  const port = await new Promise<number>((resolve, reject) =>
    other.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (e, p) => (e ? reject(e) : resolve(p))),
  );
  const stub = createStub(containerManagementProtocol, { address: `127.0.0.1:${port}`, credentials: { user: 'x' } });
  const error = await rejection(stub.stopContainers({ containerIds: [] }));
  stub.close();
  other.forceShutdown();
  expect(error).toMatchObject({ code: 'RPC_FAILED', status: 'UNIMPLEMENTED' });
});

async function advanceUntilSettled(clock: ControlledClock, promise: Promise<unknown>): Promise<void> {
  let settled = false;
  void promise.finally(() => (settled = true));
  while (!settled) {
    if (clock.armed > 0) clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function rawCall(port: number, service: string, method: string, body = Buffer.alloc(0)): Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, channelCredentials.createInsecure());
  opened.push({ close: () => client.close() });
  const { path, requestSerialize, responseDeserialize } = rawUnaryMethod(service, method);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, body, new Metadata(), (error, answer) => {
      if (error) reject(error);
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}
