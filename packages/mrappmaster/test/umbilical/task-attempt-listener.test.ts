/** The AM's side of the umbilical against the child's side, over loopback: calls, held calls, coalescing, broken connections. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import {
  jobId,
  systemRandom,
  taskAttemptId,
  taskId,
  toApplicationId,
  toContainerId,
  type TaskAttemptCompletionEvent,
  type TaskAttemptId,
} from '@bobbin/common';
import { ControlledClock, recordingSink } from '@bobbin/common/testing';
import type { RemoteTask } from '../../src/app-context.js';
import type { MRAppEvent } from '../../src/events.js';
import type { TaskStatus } from '../../src/task-status.js';
import { HOLD_MS } from '../../src/umbilical/task-umbilical-protocol.js';
import { TaskAttemptListener } from '../../src/umbilical/task-attempt-listener.js';
import { UmbilicalClient } from '../../src/umbilical/umbilical-client.js';

const token = Buffer.from('the job token');
const job = jobId(toApplicationId('application_1700000000000_0001'));
const containerId = toContainerId('container_1700000000000_0001_01_000002');
const attemptId = taskAttemptId(taskId(job, 'REDUCE', 0), 0);
const task: RemoteTask = {
  type: 'REDUCE',
  jobId: job,
  attemptId,
  partition: 0,
  numMaps: 2,
  numReduces: 1,
  amAttempt: 1,
};
const status: TaskStatus = { attemptId, progress: 0.5, phase: 'REDUCE', stateString: 'half' };
const completion: TaskAttemptCompletionEvent = {
  attemptId: taskAttemptId(taskId(job, 'MAP', 0), 0),
  eventId: 0,
  status: 'SUCCEEDED',
  mapOutputServerAddress: 'http://host:13562',
  attemptRunTimeMs: 10,
};

function stand() {
  const clock = new ControlledClock();
  const sink = recordingSink<MRAppEvent>();
  const log: string[] = [];
  const life: string[] = [];
  const note = (line: string): void => void log.push(line);
  const state = {
    granted: undefined as TaskAttemptId | undefined,
    completions: [] as TaskAttemptCompletionEvent[],
    /** Times that events were read for a reducer. */
    asked: 0,
  };
  const listener = new TaskAttemptListener({
    clock,
    random: systemRandom,
    dispatcher: sink,
    log: { debug: note, info: note, warn: note, error: note },
    heartbeats: {
      register: (id) => life.push(`register ${id}`),
      unregister: (id) => life.push(`unregister ${id}`),
      progressing: () => life.push('progressing'),
      pinged: () => life.push('pinged'),
    },
    jobToken: token,
    bindHost: '127.0.0.1',
    port: 0,
    exitTimeoutMs: 60_000,
    amAttempt: 1,
    adoptionWaitMs: 30_000,
    recorded: () => Promise.resolve(),
    canCommit: (id) => state.granted === id,
    mapCompletionEvents: (from, max) => {
      if (max !== Infinity) state.asked++;
      return state.completions.slice(from, from + max);
    },
  });
  listener.open();
  const clients: UmbilicalClient[] = [];
  const child = (jobToken: Buffer = token, port = listener.port): UmbilicalClient => {
    const client = new UmbilicalClient({
      clock,
      random: systemRandom,
      containerId,
      jobToken,
      locate: () => Promise.resolve({ attempt: 1, host: '127.0.0.1', port }),
      connectionWaitMs: 10_000,
      log: note,
    });
    clients.push(client);
    return client;
  };
  const launch = (id = containerId): void => {
    listener.registerPendingTask(id, task);
    listener.registerLaunchedTask(attemptId, id);
  };
  return {
    clock,
    sink,
    log,
    life,
    state,
    listener,
    child,
    launch,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await listener.stop();
    },
  };
}

/** A wire between child and AM that a test can cut. */
async function relayTo(target: number): Promise<{ port: number; cut(): void; stop(): Promise<void> }> {
  const wires = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const wire of [near, far]) wires.add(wire.on('error', () => wire.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => wires.forEach((wire) => wire.destroy()),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Real sockets answer when they answer: resolves once `holds` does, checked after each turn of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('a child is given its task once the launch is confirmed, and the same one again if it asks again', async () => {
  await using s = stand();
  await s.listener.start();
  s.listener.registerPendingTask(containerId, task);
  const client = s.child();
  const first = client.call('getTask', { pid: 1 });
  await client.call('statusUpdate', { attemptId });
  s.listener.registerLaunchedTask(attemptId, containerId);
  expect(await first).toEqual({ shouldDie: false, task });
  expect(await client.call('getTask', { pid: 1 })).toEqual({ shouldDie: false, task });
  expect(s.life).toEqual([`register ${attemptId}`]);
});

test.each(['the connection of a process is over', 'a process has ended'])(
  '%s: its held question takes no task from the next process',
  async (how) => {
    await using s = stand();
    await s.listener.start();
    s.listener.registerPendingTask(containerId, task);
    const old = s.child();
    old.call('getTask', { pid: 1 }).catch(() => undefined);
    await old.call('statusUpdate', { attemptId });
    old.close();
    // Told by the process's parent, before the socket tells it.
    if (how === 'a process has ended') s.listener.processEnded(containerId);
    // Answered after what the other connection sent before: its end has been seen.
    else await s.child().call('statusUpdate', { attemptId });
    s.listener.registerLaunchedTask(attemptId, containerId);
    expect(await s.child().call('getTask', { pid: 2 })).toEqual({ shouldDie: false, task });
  },
);

test('a child that has done what this AM believes it runs, for another AM took its word, is asked to say so again', async () => {
  await using s = stand();
  await s.listener.start();
  s.listener.adopt(attemptId, containerId, task);
  const client = s.child();
  expect(await client.call('getTask', { pid: 1, done: attemptId })).toEqual({ shouldDie: false, tellDone: true });
  expect(await client.call('done', { attemptId })).toEqual({ taskFound: true });
  s.listener.unregister(attemptId, containerId, 'SUCCEEDED');
  s.listener.dismiss(containerId);
  expect(await client.call('getTask', { pid: 1, done: attemptId })).toEqual({ shouldDie: true });
  expect(s.sink.take().map((event) => event.type)).toContain('TA_DONE');
});

test('a child of an unknown or dismissed container is told to die', async () => {
  await using s = stand();
  await s.listener.start();
  expect(await s.child().call('getTask', { pid: 1 })).toEqual({ shouldDie: true });
  s.listener.registerPendingTask(containerId, task);
  const held = s.child().call('getTask', { pid: 1 });
  s.listener.unregister(attemptId, containerId, 'SUCCEEDED');
  s.listener.dismiss(containerId);
  expect(await held).toEqual({ shouldDie: true });
});

test('getTask without an answer ends after the hold with nothing, so that the child asks again', async () => {
  await using s = stand();
  await s.listener.start();
  s.listener.registerPendingTask(containerId, task);
  const client = s.child();
  const held = client.call('getTask', { pid: 1 });
  await client.call('statusUpdate', { attemptId });
  s.clock.advance(HOLD_MS + 1000);
  expect(await held).toEqual({ shouldDie: false });
});

test('many statuses queue one TA_UPDATE, whose slot holds the newest', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  for (const progress of [0.1, 0.2, 0.3])
    await client.call('statusUpdate', { attemptId, status: { ...status, progress } });
  const [update, ...others] = s.sink.take();
  expect(others).toEqual([]);
  expect(update?.type === 'TA_UPDATE' && update.slot.take()).toMatchObject({ progress: 0.3 });
  await client.call('statusUpdate', { attemptId, status });
  expect(s.sink.take()).toHaveLength(1);
});

test('a counter that is no number is left out, and does its task no harm', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const counters = { User: { good: 1, bad: NaN } };
  await s.child().call('statusUpdate', { attemptId, status: { ...status, counters } });
  const [update] = s.sink.take();
  expect(update?.type === 'TA_UPDATE' && update.slot.take()?.counters).toEqual({ User: { good: 1 } });
});

test('a ping is a sign of life, not of progress', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  expect(await s.child().call('statusUpdate', { attemptId })).toEqual({ taskFound: true });
  expect(s.life).toEqual([`register ${attemptId}`, 'pinged']);
});

test('an attempt that is over stays known for the exit timeout, then its child is told that it is unknown', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  s.listener.unregister(attemptId, containerId, 'SUCCEEDED');
  expect(await client.call('statusUpdate', { attemptId })).toEqual({ taskFound: true });
  s.clock.advance(60_000);
  expect(await client.call('statusUpdate', { attemptId })).toEqual({ taskFound: false });
  expect(await client.call('done', { attemptId })).toEqual({ taskFound: false });
  expect(s.sink.take()).toEqual([]);
});

test('the commit is granted when the task grants it, and not before', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  await client.call('commitPending', { attemptId, status });
  expect(s.sink.take().map((event) => event.type)).toEqual(['TA_UPDATE', 'TA_COMMIT_PENDING']);
  const held = client.call('canCommit', { attemptId });
  await client.call('statusUpdate', { attemptId });
  s.state.granted = attemptId;
  s.listener.grantCommit();
  expect(await held).toEqual({ taskFound: true, canCommit: true });
});

test('a commit window that opens by itself is found within a second', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  const held = client.call('canCommit', { attemptId });
  await client.call('statusUpdate', { attemptId });
  s.state.granted = attemptId;
  s.clock.advance(1000);
  expect(await held).toEqual({ taskFound: true, canCommit: true });
});

test('map completion events are held until there is one, and looked for once, however many turns pass', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  const held = client.call('getMapCompletionEvents', { attemptId, amAttempt: 1, fromEventId: 0, maxEvents: 10 });
  await client.call('statusUpdate', { attemptId });
  s.state.asked = 0;
  for (let turn = 0; turn < 100; turn++) s.listener.reconsider();
  expect(s.state.asked).toBe(0);
  s.state.completions.push(completion);
  s.listener.reconsider();
  expect(await held).toEqual({ events: [completion], shouldReset: false, amAttempt: 1 });
  expect(s.state.asked).toBe(1);
});

test('done, then the next getTask ends the attempt and offers the container to the allocator', async () => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  await client.call('getTask', { pid: 1 });
  await client.call('done', { attemptId });
  expect(s.sink.take().map((event) => event.type)).toEqual(['TA_DONE']);
  s.listener.unregister(attemptId, containerId, 'SUCCEEDED');
  const next = client.call('getTask', { pid: 1 });
  await client.call('statusUpdate', { attemptId });
  expect(s.sink.take()).toEqual([
    { domain: 'taskattempt', type: 'TA_CONTAINER_COMPLETED', attemptId },
    { domain: 'container-allocator', type: 'CONTAINER_AVAILABLE', attemptId, containerId },
  ]);
  s.listener.dismiss(containerId);
  expect(await next).toEqual({ shouldDie: true });
});

test.each([
  ['SUCCEEDED' as const, true],
  ['FAILED' as const, false],
  ['KILLED' as const, false],
])('done of an attempt that ended %s: acknowledged %s', async (state, taskFound) => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  await client.call('getTask', { pid: 1 });
  s.listener.unregister(attemptId, containerId, state);
  expect(await client.call('done', { attemptId })).toEqual({ taskFound });
});

test.each([
  ['fatalError' as const, { text: 'boom', fastFail: true }, 'Error: boom', true],
  ['fsError' as const, { text: 'disk' }, 'FSError: disk', false],
])('%s tells the diagnostics before the failure', async (method, params, diagnostics, fastFail) => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  await s.child().call(method, { attemptId, fastFail: false, ...params });
  expect(s.sink.take()).toEqual([
    { domain: 'taskattempt', type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics },
    { domain: 'taskattempt', type: 'TA_FAILMSG', attemptId, fastFail },
  ]);
});

test.each<[string, () => { method: string; params: unknown }, string]>([
  ['an unknown call', () => ({ method: 'rob', params: {} }), "the umbilical has no call 'rob'"],
  ['no parameters', () => ({ method: 'done', params: undefined }), "field 'params' of done must be an object"],
  [
    'a last task that is none',
    () => ({ method: 'getTask', params: { pid: 1, done: 'x' } }),
    "'x' is not a task attempt id",
  ],
  ['a foreign id', () => ({ method: 'done', params: { attemptId: 'x' } }), "'x' is not a task attempt id"],
  [
    'a progress beyond 1',
    () => ({ method: 'statusUpdate', params: { attemptId, status: { ...status, progress: 2 } } }),
    "field 'progress' of statusUpdate must be 0..1",
  ],
  [
    'counters that are no numbers',
    () => ({ method: 'statusUpdate', params: { attemptId, status: { ...status, counters: { G: { N: 'x' } } } } }),
    "field 'counters' of statusUpdate must be numbers by group and name",
  ],
])('%s is refused by name and the connection lives on', async (_, make, message) => {
  await using s = stand();
  await s.listener.start();
  s.launch();
  const client = s.child();
  const { method, params } = make();
  await expect(client.call(method as 'done', params as { attemptId: TaskAttemptId })).rejects.toThrow(message);
  expect(await client.call('statusUpdate', { attemptId })).toEqual({ taskFound: true });
});

test('a stranger that speaks another protocol is dropped and logged', async () => {
  await using s = stand();
  await s.listener.start();
  const stranger = connect(s.listener.port, '127.0.0.1');
  stranger.write('GET / HTTP/1.1\r\n\r\n');
  await new Promise((resolve) => stranger.once('close', resolve));
  stranger.destroy();
  expect(s.log.join('\n')).toContain('a frame announces 1195725856 bytes');
});

test('a child whose AM does not know the token goes on trying until the wait is over', async () => {
  await using s = stand();
  await s.listener.start();
  const refused = expect(s.child(Buffer.from('another')).call('getTask', { pid: 1 })).rejects.toThrow(
    /could not be reached for 10000 ms: who answers at the address of the AM does not know the job token/,
  );
  let over = false;
  void refused.then(() => (over = true));
  await until(() => {
    s.clock.advance(1000);
    return over;
  });
  await refused;
});

test('calls that were unanswered when a connection broke are answered over the next', async () => {
  await using s = stand();
  await s.listener.start();
  s.listener.registerPendingTask(containerId, task);
  const relay = await relayTo(s.listener.port);
  const client = s.child(token, relay.port);
  const held = client.call('getTask', { pid: 1 });
  await client.call('statusUpdate', { attemptId });
  relay.cut();
  await until(() => s.log.some((line) => line.includes('lost')));
  s.listener.registerLaunchedTask(attemptId, containerId);
  s.clock.advance(50);
  expect(await held).toEqual({ shouldDie: false, task });
  client.close();
  await relay.stop();
});

test('an AM that stays away fails every call once the wait is over', async () => {
  await using s = stand();
  await s.listener.start();
  const client = s.child();
  await client.call('statusUpdate', { attemptId });
  const port = s.listener.port;
  await s.listener.stop();
  await until(() => s.log.some((line) => line.includes('lost')));
  let outcome = '';
  void client.call('done', { attemptId }).catch((error: Error) => (outcome = error.message));
  await until(() => {
    s.clock.advance(500);
    return outcome !== '';
  });
  expect(outcome).toMatch(
    new RegExp(`^the AM at 127.0.0.1:${port} could not be reached for 10000 ms: connect ECONNREFUSED`),
  );
  await expect(client.call('done', { attemptId })).rejects.toThrow('could not be reached');
});
