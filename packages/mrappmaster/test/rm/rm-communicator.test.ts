/** RMCommunicator against a scripted RM that keeps YARN's response ids and the contract of held calls. */
import {
  ApplicationAttemptNotFoundError,
  ApplicationMasterNotRegisteredError,
  InvalidApplicationMasterRequestError,
  InvalidResourceRequestError,
  UnreachableError,
  applicationAttemptId,
  applicationId,
  containerId,
  type AllocateRequest,
  type AllocateResponse,
  type ContainerStatus,
  type RegisterApplicationMasterResponse,
  type ResourceRequest,
} from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { ContainerRequestor, type RequestorNews } from '../../src/rm/container-requestor.js';
import { RMCommunicator, type AMRMConnection, type AllocationSource } from '../../src/rm/rm-communicator.js';

const attempt = applicationAttemptId(applicationId(1_700_000_000_000, 1), 1);
const HEARTBEAT_MS = 1000;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Lets promises and their continuations run. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

interface Held {
  readonly request: AllocateRequest;
  answer(completed?: readonly ContainerStatus[]): void;
  readonly signal: AbortSignal | undefined;
}

/** Keeps the last response id; holds where asked to; a call over a held one takes its place. */
class FakeRM implements AMRMConnection {
  readonly seen: AllocateRequest[] = [];
  readonly table = new Map<string, number>();
  registrations = 0;
  finishes = 0;
  finishesNeeded = 1;
  held: Held | undefined;
  holds = true;
  fail: Error | undefined;
  private lastResponseId = -1;
  private cached: AllocateResponse | undefined;

  registerApplicationMaster(): Promise<RegisterApplicationMasterResponse> {
    this.registrations++;
    this.lastResponseId = 0;
    return Promise.resolve({
      maximumResourceCapability: { memoryMb: 8192, vcores: 8 },
      applicationAcls: {},
      containersFromPreviousAttempts: [],
      nmTokensFromPreviousAttempts: [],
      queue: 'default',
    });
  }

  allocate(request: AllocateRequest, options?: { signal?: AbortSignal }): Promise<AllocateResponse> {
    this.seen.push(request);
    if (this.fail) return Promise.reject(this.fail);
    if (this.lastResponseId < 0) return Promise.reject(new ApplicationMasterNotRegisteredError(attempt, 'allocate'));
    if (this.cached && request.responseId === this.lastResponseId - 1) return Promise.resolve(this.cached);
    if (request.responseId !== this.lastResponseId) {
      return Promise.reject(new InvalidApplicationMasterRequestError(`expected ${this.lastResponseId}`));
    }
    for (const r of request.ask) this.table.set(`${r.priority} ${r.resourceName}`, r.numContainers);
    return new Promise((resolve) => {
      const answer = (completed: readonly ContainerStatus[] = []): void => {
        this.held = undefined;
        resolve(this.next(completed));
      };
      this.held = { request, answer, signal: options?.signal };
      if (!this.holds) answer();
    });
  }

  finishApplicationMaster(): Promise<{ isUnregistered: boolean }> {
    this.finishes++;
    return Promise.resolve({ isUnregistered: this.finishes >= this.finishesNeeded });
  }

  /** The answer leaves, but the AM does not get it: as when it passes a cancellation on its way. */
  answerUnseen(): void {
    this.held = undefined;
    this.next([]);
  }

  restart(): void {
    this.lastResponseId = -1;
    this.cached = undefined;
    this.table.clear();
  }

  private next(completed: readonly ContainerStatus[]): AllocateResponse {
    this.lastResponseId++;
    this.cached = {
      responseId: this.lastResponseId,
      allocatedContainers: [],
      completedContainersStatuses: completed,
      availableResources: { memoryMb: 0, vcores: 0 },
      updatedNodes: [],
      numClusterNodes: 1,
      nmTokens: [],
      preemptedContainers: [],
    };
    return this.cached;
  }
}

class Source implements AllocationSource {
  readonly requestor = new ContainerRequestor({
    enabled: false,
    maxTaskFailuresPerTracker: 3,
    ignoreThresholdPercent: 33,
  });
  readonly answers: AllocateResponse[] = [];
  readonly refusals: string[] = [];
  lostBecause: string | undefined;
  onAnswer: () => void = () => undefined;
  takeNews = (): RequestorNews => this.requestor.takeNews();
  untake = (news: RequestorNews): void => this.requestor.untake(news);
  hasUrgentNews = (): boolean => this.requestor.hasUrgentNews();
  resync = (): void => this.requestor.resync();
  registered = (): void => undefined;
  progress = (): number => 0.5;
  answered(response: AllocateResponse): void {
    this.answers.push(response);
    this.onAnswer();
  }
  refused(error: Error): void {
    this.refusals.push(error.message);
  }
  lost(reason: string): void {
    this.lostBecause = reason;
  }
  ask(n: number): void {
    this.requestor.add({
      attemptId: `attempt_1_0001_m_00000${n}_0` as never,
      taskType: 'MAP',
      priority: 20,
      capability: { memoryMb: 1024, vcores: 1 },
      hosts: [],
      racks: [],
      requestedAtMs: 0,
    });
  }
}

async function aStand() {
  const clock = new ControlledClock();
  const rm = new FakeRM();
  const source = new Source();
  const communicator = new RMCommunicator(
    { rm, clock, log, source },
    { host: 'am', rpcPort: 1, trackingUrl: '', heartbeatIntervalMs: HEARTBEAT_MS, connectionWaitMs: 10_000 },
  );
  await communicator.start();
  await settle();
  return { clock, rm, source, communicator };
}

const counts = (ask: readonly ResourceRequest[]): number[] => ask.map((r) => r.numContainers);
const done = (n: number): ContainerStatus => ({
  containerId: containerId(attempt, n),
  state: 'COMPLETE',
  diagnostics: '',
  exitStatus: 0,
});

describe('a conversation with an RM that holds', () => {
  it('one call is open at a time, with the last response id and the progress', async () => {
    const { rm, source } = await aStand();
    expect(rm.seen).toMatchObject([{ responseId: 0, progress: 0.5, waitMs: HEARTBEAT_MS }]);
    rm.held?.answer([done(2)]);
    await settle();
    expect(source.answers).toHaveLength(1);
    expect(rm.seen).toMatchObject([{ responseId: 0 }, { responseId: 1 }]);
  });

  it('news cancel the held call and go out at once with the same id, and once more with the next', async () => {
    const { rm, source, communicator } = await aStand();
    const first = rm.held;
    source.ask(0);
    communicator.poke();
    await settle();
    expect(first?.signal?.aborted).toBe(true);
    expect(rm.seen).toHaveLength(2);
    expect(rm.seen[1]).toMatchObject({ responseId: 0 });
    expect(counts(rm.seen[1]?.ask ?? [])).toEqual([1]);
    rm.held?.answer();
    await settle();
    expect(rm.seen[2]).toMatchObject({ responseId: 1 });
    expect(counts(rm.seen[2]?.ask ?? [])).toEqual([1]);
    rm.held?.answer([done(2)]);
    await settle();
    expect(rm.seen[3]?.ask).toEqual([]);
  });

  it('an answer that left just before the cancellation is taken from the duplicate, and the asks still arrive', async () => {
    const { rm, source, communicator } = await aStand();
    source.ask(0);
    rm.answerUnseen();
    communicator.poke();
    await settle();
    expect(source.answers.map((a) => a.responseId)).toEqual([1]);
    expect(rm.table.get('20 *')).toBe(1);
  });

  it('what is said again has the figures of then', async () => {
    const { rm, source, communicator } = await aStand();
    source.ask(0);
    communicator.poke();
    await settle();
    source.onAnswer = () => source.ask(1);
    rm.held?.answer([done(2)]);
    await settle();
    expect(counts(rm.seen[2]?.ask ?? [])).toEqual([2]);
  });

  it('an early empty answer is followed by a rest that news end', async () => {
    const { rm, clock, source, communicator } = await aStand();
    rm.held?.answer();
    await settle();
    expect(rm.seen).toHaveLength(1);
    clock.advance(HEARTBEAT_MS - 1);
    await settle();
    expect(rm.seen).toHaveLength(1);
    source.ask(0);
    communicator.poke();
    await settle();
    expect(rm.seen).toHaveLength(2);
  });
});

describe('an RM that does not hold', () => {
  it('is called once in a heartbeat interval', async () => {
    const { rm, clock, source } = await aStand();
    rm.holds = false;
    rm.held?.answer();
    await settle();
    for (let i = 0; i < 3; i++) {
      clock.advance(HEARTBEAT_MS);
      await settle();
    }
    expect(rm.seen).toHaveLength(4);
    expect(source.answers).toHaveLength(4);
  });
});

describe('trouble', () => {
  it('after an RM restart it registers again, counts from 0 and says everything again', async () => {
    const { rm, source, communicator } = await aStand();
    source.ask(0);
    communicator.poke();
    await settle();
    rm.held?.answer([done(2)]);
    await settle();
    source.requestor.release(containerId(attempt, 9));
    rm.restart();
    communicator.poke();
    await settle();
    expect(rm.registrations).toBe(2);
    const last = rm.seen.at(-1);
    expect(last).toMatchObject({ responseId: 0, release: [containerId(attempt, 9)] });
    expect(counts(last?.ask ?? [])).toEqual([1]);
  });

  it('an attempt the RM does not know is over', async () => {
    const { rm, source, clock } = await aStand();
    rm.fail = new ApplicationAttemptNotFoundError(attempt);
    rm.held?.answer([done(1)]);
    await settle();
    expect(source.lostBecause).toMatch(/does not know this attempt/);
    const calls = rm.seen.length;
    clock.advance(60_000);
    await settle();
    expect(rm.seen).toHaveLength(calls);
  });

  it('a silent RM is called again each interval, news or not, until the wait is over', async () => {
    const { rm, source, clock, communicator } = await aStand();
    rm.fail = new UnreachableError('nothing listens at rm:8030');
    rm.held?.answer([done(1)]);
    await settle();
    source.ask(0);
    communicator.poke();
    await settle();
    expect(rm.seen).toHaveLength(2);
    for (let i = 0; i < 9; i++) {
      clock.advance(HEARTBEAT_MS);
      await settle();
    }
    expect(source.lostBecause).toBeUndefined();
    clock.advance(HEARTBEAT_MS);
    await settle();
    expect(source.lostBecause).toMatch(/could not reach the ResourceManager for 10000 ms: nothing listens/);
  });

  it('what a failed call said is said again, and once more after the next answer', async () => {
    const { rm, source, clock, communicator } = await aStand();
    rm.holds = false;
    rm.held?.answer();
    await settle();
    rm.fail = new UnreachableError('broken pipe');
    source.ask(0);
    communicator.poke();
    await settle();
    rm.fail = undefined;
    rm.holds = true;
    clock.advance(HEARTBEAT_MS);
    await settle();
    rm.held?.answer();
    await settle();
    expect(rm.seen.slice(1).map((r) => [r.responseId, counts(r.ask)])).toEqual([
      [1, [1]],
      [1, [1]],
      [2, [1]],
    ]);
  });

  it('an ask the RM will never grant is told, and the conversation goes on', async () => {
    const { rm, source, clock } = await aStand();
    rm.fail = new InvalidResourceRequestError('too much');
    rm.held?.answer([done(1)]);
    await settle();
    expect(source.refusals).toEqual(['too much']);
    rm.fail = undefined;
    clock.advance(HEARTBEAT_MS);
    await settle();
    expect(rm.held).toBeDefined();
  });
});

describe('the end', () => {
  it('unregistering repeats until the RM has stored it', async () => {
    const { rm, clock, communicator } = await aStand();
    rm.finishesNeeded = 3;
    const done = communicator.unregister({
      finalApplicationStatus: 'SUCCEEDED',
      diagnostics: '',
      trackingUrl: '',
    });
    for (let i = 0; i < 5; i++) {
      await settle();
      clock.advance(100);
    }
    await expect(done).resolves.toBe(true);
    expect(rm.finishes).toBe(3);
  });

  it('stopping gives up the held call, and may be done twice', async () => {
    const { rm, communicator } = await aStand();
    const held = rm.held;
    await communicator.stop();
    await communicator.stop();
    expect(held?.signal?.aborted).toBe(true);
    expect(rm.seen).toHaveLength(1);
  });

  it('who waits for a heartbeat is called back once', async () => {
    const { rm, clock, communicator } = await aStand();
    let calls = 0;
    communicator.onNextHeartbeat(() => calls++);
    const cancel = communicator.onNextHeartbeat(() => calls++);
    cancel();
    clock.advance(5);
    rm.held?.answer([done(1)]);
    await settle();
    rm.held?.answer([done(2)]);
    await settle();
    expect(calls).toBe(1);
    expect(communicator.lastHeardAtMs()).toBe(clock.monotonic());
  });
});
