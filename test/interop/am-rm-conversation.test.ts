/**
 * The contract of a held allocate (docs/architecture.md, "No tick in the way") between our own AM and our own RM: whatever
 * passes whatever on the wire, no container is lost, none is held that nobody wants, and all that is wanted comes.
 */
import {
  Configuration,
  nodeId,
  silentLogger,
  type AllocateRequest,
  type AllocateResponse,
  type Caller,
  type ContainerId,
  type TaskAttemptId,
} from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { AMRMConversation, type AllocationSource, type AMRMConnection } from '@bobbin/client';
import { ContainerRequestor, type ContainerRequest } from '@bobbin/mrappmaster';
import { MemoryRMStateStore, rmConf, RMCore } from '@bobbin/resourcemanager';
import fc from 'fast-check';

const user: Caller = { kind: 'user', user: 'ann', authMethod: 'SIMPLE' };
const node: Caller = { kind: 'node', authMethod: 'SIMPLE' };
const capability = { memoryMb: 1024, vcores: 1 };

/** Lets everything that is not on a timer happen. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** An RM with two nodes and one running AM; `wire` says how many turns each message takes. */
async function aCluster(clock: ControlledClock, wire: () => number) {
  const core = new RMCore({
    conf: rmConf(Configuration.fromProperties({})),
    clock,
    random: { bytes: (length) => Buffer.alloc(length, 7) },
    log: silentLogger,
    store: new MemoryRMStateStore(),
    connect: () => ({
      startContainers: () => Promise.resolve({ servicesMetaData: {}, succeeded: [], failed: [] }),
      stopContainers: ({ containerIds }) => Promise.resolve({ succeeded: containerIds, failed: [] }),
      close: () => undefined,
    }),
    rmAddress: () => 'rm:8032',
    onFatal: (error) => {
      throw error as Error;
    },
  });
  for (const host of ['h1', 'h2']) {
    const resource = { memoryMb: 6144, vcores: 6 };
    const over = { httpPort: 1, nmVersion: '0.1.0', containerStatuses: [], runningApplications: [] };
    core.resourceTracker.registerNodeManager({ nodeId: nodeId(host, 1), resource, ...over }, node);
  }
  const { applicationId } = core.clientService.getNewApplication({}, user);
  const amContainerSpec = {
    localResources: {},
    serviceData: {},
    environment: {},
    commands: ['am'],
    applicationAcls: {},
  };
  await core.clientService.submitApplication(
    {
      applicationSubmissionContext: {
        applicationId,
        applicationName: 'job',
        queue: 'default',
        priority: 0,
        amContainerSpec,
        unmanagedAM: false,
        maxAppAttempts: 1,
        resource: capability,
        applicationType: 'YARN',
        keepContainersAcrossApplicationAttempts: false,
        applicationTags: [],
        attemptFailuresValidityIntervalMs: -1,
        amContainerResourceRequests: [],
      },
    },
    user,
  );
  await settle();
  const attempt = core.registry.apps.get(applicationId)?.currentAttempt;
  if (!attempt) throw new Error('the application has no attempt');
  const { attemptId: applicationAttemptId } = attempt;
  const keyId = core.security.amRm.keys.newest.keyId;
  const caller: Caller = { kind: 'attempt', applicationAttemptId, keyId };
  const passes = async (): Promise<void> => {
    for (let left = wire(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
  };
  const rm: AMRMConnection = {
    registerApplicationMaster: async (r) => core.amService.registerApplicationMaster(r, caller),
    finishApplicationMaster: (r) => core.amService.finishApplicationMaster(r, caller),
    allocate: (request: AllocateRequest, options) =>
      new Promise<AllocateResponse>((resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('cancelled')));
        void passes()
          .then(() => core.amService.allocate(request, caller))
          .then(async (answer) => {
            await passes();
            resolve(answer);
          }, reject);
      }),
  };
  const live = (): ContainerId[] => {
    const { containers } = core.clientService.getContainers({ applicationAttemptId }, user);
    return containers.filter(({ state }) => state !== 'COMPLETE').map(({ containerId }) => containerId);
  };
  return { rm, live, amContainer: attempt.masterContainer?.id };
}

/** Wants containers, holds what it gets, gives back what it does not want. */
class HoldingSource implements AllocationSource {
  readonly requestor = new ContainerRequestor({
    enabled: false,
    maxTaskFailuresPerTracker: 3,
    ignoreThresholdPercent: -1,
  });
  readonly held = new Set<ContainerId>();
  private readonly waiting: ContainerRequest[] = [];
  private count = 0;
  takeNews = () => this.requestor.takeNews();
  untake = (news: Parameters<AllocationSource['untake']>[0]): void => this.requestor.untake(news);
  hasUrgentNews = (): boolean => this.requestor.hasUrgentNews();
  resync = (): void => this.requestor.resync();
  registered = (): void => undefined;
  progress = (): number => 0;
  refused(error: Error): void {
    throw error;
  }
  lost(error: Error): void {
    throw error;
  }
  get wanted(): number {
    return this.waiting.length;
  }
  want(): void {
    const attemptId = `attempt_1_0001_m_${String(this.count++).padStart(6, '0')}_0` as TaskAttemptId;
    const request = {
      attemptId,
      taskType: 'MAP',
      priority: 20,
      capability,
      hosts: [],
      racks: [],
      requestedAtMs: 0,
    } as const;
    this.waiting.push(request);
    this.requestor.add(request);
  }
  wantLess(): void {
    const request = this.waiting.pop();
    if (request) this.requestor.remove(request);
  }
  giveBack(): void {
    const [id] = this.held;
    if (id === undefined) return;
    this.held.delete(id);
    this.requestor.release(id);
  }
  answered(response: AllocateResponse): void {
    for (const { containerId } of response.completedContainersStatuses) this.requestor.confirmReleased(containerId);
    for (const { id } of response.allocatedContainers) {
      expect(this.held.has(id)).toBe(false);
      const request = this.waiting.shift();
      if (request) {
        this.requestor.remove(request);
        this.held.add(id);
      } else {
        this.requestor.release(id);
      }
    }
  }
}

it('what is wanted comes, what is held is ours, whatever passes whatever on the wire', async () => {
  const step = fc.oneof(
    fc.constantFrom('want', 'want', 'wantLess', 'giveBack', 'turn', 'turns', 'tick'),
    fc.record({ wire: fc.nat(4) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new ControlledClock();
      let turns = 0;
      const { rm, live, amContainer } = await aCluster(clock, () => turns);
      const source = new HoldingSource();
      const communicator = new AMRMConversation(
        { rm, clock, log: silentLogger, source },
        { heartbeatIntervalMs: 1000, connectionWaitMs: 60_000 },
      );
      await communicator.start({ host: 'h', rpcPort: 1, trackingUrl: '' });
      for (const one of steps) {
        if (typeof one === 'object') turns = one.wire;
        else if (one === 'tick') clock.advance(1000);
        else if (one === 'turn') await new Promise((resolve) => setImmediate(resolve));
        else if (one === 'turns') await settle();
        else source[one]();
        communicator.poke();
      }
      turns = 0;
      for (let i = 0; i < 4; i++) {
        await settle();
        clock.advance(1000);
      }
      await settle();
      await communicator.stop();
      const room = 11;
      expect(source.wanted).toBe(Math.max(0, source.wanted + source.held.size - room));
      const theirs = live().filter((id) => id !== amContainer);
      expect(theirs.sort()).toEqual([...source.held].sort());
    }),
    { numRuns: 60 },
  );
}, 60_000);
