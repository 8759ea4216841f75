/**
 * A ResourceManager's core with stand-ins around it, in one process and on a clock of the test: MockNM and MockAM speak the protocols by hand
 * as Hadoop's do, NMs hold a container manager that the launcher calls. `settle` lets the dispatcher run dry.
 */
import {
  InvalidTokenError,
  nodeId,
  Configuration,
  type AllocateRequest,
  type AllocateResponse,
  type ApplicationAttemptId,
  type ApplicationId,
  type ApplicationSubmissionContext,
  type Caller,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerStatus,
  type FailedRequest,
  type NMContainerStatus,
  type NodeHeartbeatResponse,
  type NodeId,
  type RandomSource,
  type RegisterNodeManagerResponse,
  type Resource,
  type ResourceRequest,
  type Token,
} from '@bobbin/common';
import { ControlledClock, recordingLogger } from '@bobbin/common/testing';
import { rmConf, RMCore, MemoryRMStateStore, type RMStateStore } from '../../src/index.js';

export const ALICE: Caller = { kind: 'user', user: 'alice', authMethod: 'SIMPLE' };
export const NODE: Caller = { kind: 'node', authMethod: 'SIMPLE' };

/** Bytes that differ, but are the same in every run. */
function countingRandom(): RandomSource {
  let n = 0;
  return { bytes: (length) => Buffer.alloc(length, ++n) };
}

export class MockNM {
  readonly id: NodeId;
  lastResponseId = 0;
  readonly started: { readonly context: ContainerLaunchContext; readonly token: Token }[] = [];
  readonly stopped: ContainerId[] = [];
  /** What `startContainers` answers with instead of a yes. */
  refuses: string | undefined;
  /** What its answer to a start waits for, the container having been started; fails with it. */
  answer: Promise<void> = Promise.resolve();
  /** How many starts it answers as one that does not know the keys. */
  notYet = 0;
  /** Live and finished containers, as the next heartbeat tells them. */
  readonly containers = new Map<ContainerId, ContainerStatus>();
  registration: RegisterNodeManagerResponse | undefined;

  constructor(
    private readonly cluster: MockCluster,
    host: string,
    readonly resource: Resource,
    readonly rackName: string | undefined,
    port = 1,
  ) {
    this.id = nodeId(host, port);
  }

  async register(
    over: { httpPort?: number; containers?: NMContainerStatus[]; apps?: ApplicationId[] } = {},
  ): Promise<this> {
    this.lastResponseId = 0;
    this.registration = this.cluster.core.resourceTracker.registerNodeManager(
      {
        nodeId: this.id,
        httpPort: over.httpPort ?? 8042,
        resource: this.resource,
        nmVersion: '0.1.0',
        ...(this.rackName !== undefined && { rackName: this.rackName }),
        containerStatuses: over.containers ?? [],
        runningApplications: over.apps ?? [],
      },
      NODE,
    );
    await this.cluster.settle();
    return this;
  }

  /** Reports what it has; a finished container is told once more until the RM lets it be forgotten. */
  async heartbeat(over: { healthy?: boolean; responseId?: number } = {}): Promise<NodeHeartbeatResponse> {
    const response = this.cluster.core.resourceTracker.nodeHeartbeat(
      {
        nodeStatus: {
          nodeId: this.id,
          responseId: over.responseId ?? this.lastResponseId,
          containersStatuses: [...this.containers.values()],
          nodeHealthStatus: { isNodeHealthy: over.healthy ?? true, healthReport: '', lastHealthReportTimeMs: 0 },
          keepAliveApplications: [],
        },
        lastKnownContainerTokenMasterKeyId: this.registration?.containerTokenMasterKey?.keyId ?? 0,
        lastKnownNMTokenMasterKeyId: this.registration?.nmTokenMasterKey?.keyId ?? 0,
      },
      NODE,
    );
    if (response.nodeAction === 'NORMAL') this.lastResponseId = response.responseId;
    for (const id of response.containersToBeRemovedFromNM) this.containers.delete(id);
    await this.cluster.settle();
    return response;
  }

  runs(...ids: ContainerId[]): this {
    for (const containerId of ids)
      this.containers.set(containerId, { containerId, state: 'RUNNING', diagnostics: '', exitStatus: -1000 });
    return this;
  }

  finishes(containerId: ContainerId, exitStatus = 0, diagnostics = ''): this {
    this.containers.set(containerId, { containerId, state: 'COMPLETE', diagnostics, exitStatus });
    return this;
  }
}

export class MockAM {
  responseId = 0;
  constructor(
    private readonly cluster: MockCluster,
    readonly attemptId: ApplicationAttemptId,
    readonly containerId: ContainerId,
    readonly nm: MockNM,
  ) {}

  get caller(): Caller {
    return {
      kind: 'attempt',
      applicationAttemptId: this.attemptId,
      keyId: this.cluster.core.security.amRm.keys.newest.keyId,
    };
  }

  async register() {
    const response = this.cluster.core.amService.registerApplicationMaster(
      { host: 'h', rpcPort: 99, trackingUrl: 'u' },
      this.caller,
    );
    this.responseId = 0;
    await this.cluster.settle();
    return response;
  }

  /** A call that may be held; see `allocate` for one that is answered at once. */
  call(over: Partial<AllocateRequest> = {}): Promise<AllocateResponse> {
    const request = {
      ask: [],
      release: [],
      blacklistAdditions: [],
      blacklistRemovals: [],
      responseId: this.responseId,
      progress: 0,
      ...over,
    };
    return this.cluster.core.amService.allocate(request, this.caller).then((response) => {
      this.responseId = response.responseId;
      return response;
    });
  }

  async allocate(over: Partial<AllocateRequest> = {}): Promise<AllocateResponse> {
    const response = await this.call(over);
    await this.cluster.settle();
    return response;
  }

  async finish(finalApplicationStatus: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED') {
    const answer = this.cluster.core.amService.finishApplicationMaster(
      { diagnostics: 'bye', trackingUrl: 'done', finalApplicationStatus },
      this.caller,
    );
    await this.cluster.settle();
    return answer;
  }
}

export class MockCluster {
  core: RMCore;
  readonly clock = new ControlledClock();
  readonly nms = new Map<NodeId, MockNM>();
  readonly fatal: unknown[] = [];
  private readonly log = recordingLogger();

  constructor(
    private readonly properties: Readonly<Record<string, string>> = {},
    store: RMStateStore = new MemoryRMStateStore(),
  ) {
    this.core = this.boot(store);
  }

  /** Another ResourceManager on the same state, as after a kill: nothing of the old one is told anything. */
  restart(store: RMStateStore): void {
    this.clock.advance(1);
    this.core = this.boot(store);
  }

  /** Messages of level error. */
  get errors(): readonly string[] {
    return this.log.entries.filter(({ level }) => level === 'error').map(({ message }) => message);
  }

  private boot(store: RMStateStore): RMCore {
    return new RMCore({
      conf: rmConf(Configuration.fromProperties(this.properties)),
      clock: this.clock,
      random: countingRandom(),
      log: this.log,
      store,
      connect: (id) => {
        const nm = this.nms.get(id);
        if (!nm) throw new Error(`nothing answers at ${id}`);
        return {
          startContainers: async ({ requests }) => {
            if (nm.notYet-- > 0) throw new InvalidTokenError('signed by a key that is unknown here');
            const failed: FailedRequest[] = [];
            for (const { containerLaunchContext: context, containerToken: token } of requests) {
              if (nm.refuses === undefined) nm.started.push({ context, token });
              else failed.push({ containerId: '' as ContainerId, exception: { message: nm.refuses, className: 'x' } });
            }
            await nm.answer;
            return { servicesMetaData: {}, succeeded: [], failed };
          },
          stopContainers: async ({ containerIds }) => {
            nm.stopped.push(...containerIds);
            return { succeeded: containerIds, failed: [] };
          },
          close: () => undefined,
        };
      },
      rmAddress: () => 'rm:8032',
      onFatal: (error) => void this.fatal.push(error),
    });
  }

  /** Until nothing is queued and the launcher has nothing on its way. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await this.core.dispatcher.drained();
      await this.core.launcher.idle();
    }
    await this.core.dispatcher.drained();
    if (this.fatal[0]) throw this.fatal[0] as Error;
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  async node(host: string, memoryMb = 8192, vcores = 8, rackName?: string): Promise<MockNM> {
    const nm = new MockNM(this, host, { memoryMb, vcores }, rackName);
    this.nms.set(nm.id, nm);
    return nm.register();
  }

  submission(over: Partial<ApplicationSubmissionContext> = {}): ApplicationSubmissionContext {
    const { applicationId } = this.core.clientService.getNewApplication({}, ALICE);
    return {
      applicationId,
      applicationName: 'job',
      queue: 'default',
      priority: 0,
      amContainerSpec: {
        localResources: {},
        serviceData: {},
        environment: { A: '1' },
        commands: ['am'],
        applicationAcls: {},
      },
      unmanagedAM: false,
      maxAppAttempts: 0,
      resource: { memoryMb: 1024, vcores: 1 },
      applicationType: 'YARN',
      keepContainersAcrossApplicationAttempts: false,
      applicationTags: [],
      attemptFailuresValidityIntervalMs: -1,
      amContainerResourceRequests: [],
      ...over,
    };
  }

  /** As `submit`, without waiting for what follows. */
  async submitUnsettled(over: Partial<ApplicationSubmissionContext> = {}): Promise<ApplicationId> {
    const context = this.submission(over);
    await this.core.clientService.submitApplication({ applicationSubmissionContext: context }, ALICE);
    return context.applicationId;
  }

  async submit(over: Partial<ApplicationSubmissionContext> = {}): Promise<ApplicationId> {
    const applicationId = await this.submitUnsettled(over);
    await this.settle();
    return applicationId;
  }

  /** The AM of the current attempt, launched on its node; it has said nothing yet. */
  am(app: ApplicationId): MockAM {
    const attempt = this.core.registry.apps.get(app)?.currentAttempt;
    const container = attempt?.masterContainer;
    const nm = container && this.nms.get(container.nodeId);
    if (!attempt || !container || !nm)
      throw new Error(`${app} has no AM container: ${this.core.registry.apps.get(app)?.report().diagnostics}`);
    return new MockAM(this, attempt.attemptId, container.id, nm);
  }

  /** Submitted, launched, registered; its container is reported as running. */
  async runningAM(over: Partial<ApplicationSubmissionContext> = {}): Promise<MockAM> {
    const am = this.am(await this.submit(over));
    await am.nm.runs(am.containerId).heartbeat();
    await am.register();
    return am;
  }

  async report(applicationId: ApplicationId) {
    return (await this.core.clientService.getApplicationReport({ applicationId }, ALICE)).applicationReport;
  }
}

export const ask = (over: Partial<ResourceRequest> = {}): ResourceRequest => ({
  priority: 1,
  resourceName: '*',
  capability: { memoryMb: 1024, vcores: 1 },
  numContainers: 1,
  relaxLocality: true,
  executionType: 'GUARANTEED',
  allocationRequestId: -1,
  ...over,
});

export const reported = (containerId: ContainerId, over: Partial<NMContainerStatus> = {}): NMContainerStatus => ({
  containerId,
  state: 'RUNNING',
  resource: { memoryMb: 1024, vcores: 1 },
  priority: 0,
  diagnostics: '',
  exitStatus: -1000,
  creationTimeMs: 0,
  version: 0,
  executionType: 'GUARANTEED',
  allocationRequestId: -1,
  ...over,
});
