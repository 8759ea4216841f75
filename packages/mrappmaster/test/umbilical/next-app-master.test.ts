/** A child whose AM is gone, or silent, finds the next one; the next one takes it for what it is. Over real sockets. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import {
  applicationAttemptId,
  applicationId,
  containerId as makeContainerId,
  jobId,
  systemRandom,
  taskAttemptId,
  taskId,
  type TaskAttemptCompletionEvent,
} from '@bobbin/common';
import { ControlledClock, recordingSink } from '@bobbin/common/testing';
import type { RemoteTask } from '../../src/app-context.js';
import type { MRAppEvent } from '../../src/events.js';
import type { AppMasterAddress } from '../../src/umbilical/app-master-address.js';
import { TaskAttemptListener } from '../../src/umbilical/task-attempt-listener.js';
import { UmbilicalClient } from '../../src/umbilical/umbilical-client.js';

const app = applicationId(1_700_000_000_000, 1);
const containerId = makeContainerId(applicationAttemptId(app, 1), 2);
const attemptId = taskAttemptId(taskId(jobId(app), 'REDUCE', 0), 0);
const task: RemoteTask = {
  type: 'REDUCE',
  jobId: jobId(app),
  attemptId,
  partition: 0,
  numMaps: 9,
  numReduces: 1,
  amAttempt: 1,
};
const jobToken = Buffer.alloc(20, 3);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function stand() {
  const clock = new ControlledClock();
  const listeners: TaskAttemptListener[] = [];
  const clients: UmbilicalClient[] = [];
  let known: AppMasterAddress | undefined;
  /** An AM attempt that knows the child's attempt from an earlier one, or that started it. */
  const am = async (amAttempt: number, recorded: () => Promise<void> = () => Promise.resolve()) => {
    const sink = recordingSink<MRAppEvent>();
    const completions: TaskAttemptCompletionEvent[] = [];
    const listener = new TaskAttemptListener({
      clock,
      random: systemRandom,
      dispatcher: sink,
      log: quiet,
      heartbeats: { register: nothing, unregister: nothing, progressing: nothing, pinged: nothing },
      jobToken,
      amAttempt,
      adoptionWaitMs: 30_000,
      bindHost: '127.0.0.1',
      port: 0,
      exitTimeoutMs: 60_000,
      recorded,
      canCommit: () => false,
      mapCompletionEvents: (from, max) => completions.slice(from, from + max),
    });
    listeners.push(listener);
    await listener.start();
    listener.adopt(attemptId, containerId, task);
    return { listener, sink, completions, address: { attempt: amAttempt, host: '127.0.0.1', port: listener.port } };
  };
  const child = (): UmbilicalClient => {
    const client = new UmbilicalClient({
      clock,
      random: systemRandom,
      containerId,
      jobToken,
      locate: () => Promise.resolve(known),
      connectionWaitMs: 600_000,
      log: nothing,
    });
    clients.push(client);
    return client;
  };
  return {
    clock,
    am,
    child,
    publish: (address: AppMasterAddress) => void (known = address),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      for (const listener of listeners) await listener.stop();
    },
  };
}

const nothing = (): void => undefined;
const types = (events: readonly MRAppEvent[]): string[] => events.map(({ type }) => type);

/** Real sockets answer when they answer: time moves on meanwhile, a little at each turn of the event loop. */
async function until(clock: ControlledClock, holds: () => boolean): Promise<void> {
  while (!holds()) {
    clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function settled<T>(clock: ControlledClock, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  void promise.finally(() => (isSettled = true)).catch(nothing);
  await until(clock, () => isSettled);
  return promise;
}

test('what a dead AM left unanswered is answered by the next one, in its order, once', async () => {
  await using s = stand();
  // It dies before it can write down what it was told: nothing was acknowledged.
  const first = await s.am(1, () => new Promise(nothing));
  first.listener.open();
  s.publish(first.address);
  const client = s.child();
  const status = { attemptId, phase: 'REDUCE', progress: 1, stateString: '' } as const;
  await settled(s.clock, client.call('statusUpdate', { attemptId, status }));
  const done = client.call('done', { attemptId });
  await until(s.clock, () => types(first.sink.events).includes('TA_DONE'));
  const second = await s.am(2);
  second.listener.open();
  await first.listener.stop();
  s.publish(second.address);
  expect(await settled(s.clock, done)).toEqual({ taskFound: true });
  expect(types(second.sink.events)).toEqual(['TA_ADOPTED', 'TA_DONE']);
});

test('an AM that is silent, but still holds its connections, is left for its successor; an earlier one is never gone back to', async () => {
  await using s = stand();
  const wires = new Set<Socket>();
  const stopped = createServer((wire) => void wires.add(wire.on('error', nothing)));
  await new Promise<void>((resolve) => stopped.listen(0, '127.0.0.1', resolve));
  const silent = { attempt: 1, host: '127.0.0.1', port: (stopped.address() as AddressInfo).port };
  s.publish(silent);
  const client = s.child();
  const ping = client.call('statusUpdate', { attemptId });
  await until(s.clock, () => wires.size > 0);
  const second = await s.am(2);
  second.listener.open();
  s.publish(second.address);
  expect(await settled(s.clock, ping)).toEqual({ taskFound: true });
  s.publish(silent);
  await second.listener.stop();
  const third = await s.am(3);
  third.listener.open();
  const again = client.call('statusUpdate', { attemptId });
  for (let n = 0; n < 100; n++) await until(s.clock, () => true);
  s.publish(third.address);
  expect(await settled(s.clock, again)).toEqual({ taskFound: true });
  expect(wires.size).toBe(1);
  stopped.close();
  for (const wire of wires) wire.destroy();
});

test('a child of an earlier AM waits until the job knows its attempts', async () => {
  await using s = stand();
  const second = await s.am(2);
  s.publish(second.address);
  let answered = false;
  const ping = s.child().call('statusUpdate', { attemptId });
  void ping.then(() => (answered = true));
  for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve));
  expect([answered, types(second.sink.events)]).toEqual([false, []]);
  second.listener.open();
  expect(await settled(s.clock, ping)).toEqual({ taskFound: true });
});

test('being there is enough to be adopted, whenever there will be something to say; it is told once', async () => {
  await using s = stand();
  const second = await s.am(2);
  second.listener.open();
  s.publish(second.address);
  const client = s.child();
  const events = client.call('getMapCompletionEvents', { attemptId, amAttempt: 0, fromEventId: 0, maxEvents: 10 });
  await until(s.clock, () => second.sink.events.length > 0);
  await settled(s.clock, client.call('statusUpdate', { attemptId }));
  expect(types(second.sink.events)).toEqual(['TA_ADOPTED']);
  client.close();
  await expect(events).rejects.toThrow('closed');
});

test('an index into the list of an earlier AM is answered by a reset to the beginning of this one', async () => {
  await using s = stand();
  const second = await s.am(2);
  second.listener.open();
  s.publish(second.address);
  const event = {
    eventId: 0,
    attemptId,
    status: 'SUCCEEDED',
    mapOutputServerAddress: '',
    attemptRunTimeMs: 1,
  } as const;
  second.completions.push(event);
  const client = s.child();
  const ask = (amAttempt: number, fromEventId: number) =>
    settled(s.clock, client.call('getMapCompletionEvents', { attemptId, amAttempt, fromEventId, maxEvents: 10 }));
  expect(await ask(1, 5)).toEqual({ events: [], shouldReset: true, amAttempt: 2 });
  expect(await ask(2, 0)).toEqual({ events: [event], shouldReset: false, amAttempt: 2 });
  expect(await ask(0, 0)).toEqual({ events: [event], shouldReset: false, amAttempt: 2 });
});

test('a process that never got the task its AM recorded gets it from the next one', async () => {
  await using s = stand();
  const second = await s.am(2);
  second.listener.open();
  s.publish(second.address);
  const client = s.child();
  expect(await settled(s.clock, client.call('getTask', { pid: 5 }))).toEqual({ shouldDie: false, task });
  expect(types(second.sink.events)).toEqual(['TA_ADOPTED']);
});

test('one that is not heard in time is given up, with the reason and the setting', async () => {
  await using s = stand();
  const second = await s.am(2);
  second.listener.open();
  s.clock.advance(29_999);
  expect(second.sink.events).toEqual([]);
  s.clock.advance(1);
  expect(second.sink.events).toMatchObject([
    { type: 'TA_KILL', attemptId, diagnostics: expect.stringContaining('bobbin.am.adoption-wait-ms') as string },
  ]);
});

test('the container of one that ends unheard is given back, that of one that was heard is not', async () => {
  for (const heard of [false, true]) {
    await using s = stand();
    const second = await s.am(2);
    second.listener.open();
    s.publish(second.address);
    if (heard) await settled(s.clock, s.child().call('statusUpdate', { attemptId }));
    second.listener.unregister(attemptId, containerId, 'FAILED');
    expect(types(second.sink.events)).toEqual([heard ? 'TA_ADOPTED' : 'CONTAINER_DEALLOCATE']);
  }
});

test('asking whether it may commit tells the next AM that it is ready to', async () => {
  await using s = stand();
  const second = await s.am(2);
  second.listener.open();
  s.publish(second.address);
  const client = s.child();
  const asked = client.call('canCommit', { attemptId });
  await until(s.clock, () => second.sink.events.length > 1);
  expect(types(second.sink.events).slice(0, 2)).toEqual(['TA_ADOPTED', 'TA_COMMIT_PENDING']);
  client.close();
  await expect(asked).rejects.toThrow('closed');
});
