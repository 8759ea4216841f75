/**
 * MockRM: what a NodeManager needs of an RM, over real gRPC: registers, answers heartbeats, makes tokens, holds `awaitSignal`. Hadoop:
 * MockRM / LocalRMInterface. Tests say what the next heartbeats carry, and wait for what the node tells.
 */
import {
  authenticateNode,
  ContainerTokenSecretManager,
  NMTokenSecretManager,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  RollingKeys,
  RpcServer,
  systemClock,
  systemRandom,
  type ApplicationAttemptId,
  type ContainerId,
  type ContainerStatus,
  type Handlers,
  type NodeHeartbeatRequest,
  type NodeHeartbeatResponse,
  type NodeId,
  type NodeSignalProtocol,
  type RegisterNodeManagerRequest,
  type RegisterNodeManagerResponse,
  type ResourceTracker,
  type SharedSecret,
  type Token,
} from '@bobbin/common';

type HeartbeatExtras = Partial<Omit<NodeHeartbeatResponse, 'responseId'>>;

export class MockRM implements Handlers<ResourceTracker>, Handlers<NodeSignalProtocol> {
  readonly nmTokens = new NMTokenSecretManager(new RollingKeys({ clock: systemClock, random: systemRandom }));
  readonly containerTokens = new ContainerTokenSecretManager(
    new RollingKeys({ clock: systemClock, random: systemRandom }),
  );
  readonly registrations: RegisterNodeManagerRequest[] = [];
  readonly heartbeats: NodeHeartbeatRequest[] = [];
  readonly unregistered: NodeId[] = [];
  rmIdentifier = 1_700_000_000_000;
  /** Far away on purpose: what tests wait for must not come with a tick. */
  nextHeartBeatIntervalMs = 60_000;
  registration: Partial<RegisterNodeManagerResponse> = {};
  private next: HeartbeatExtras = {};
  private readonly completed = new Map<ContainerId, ContainerStatus>();
  private waiters: (() => void)[] = [];
  private held: ((answer: { heartbeatNow: boolean }) => void) | undefined;
  private server: RpcServer | undefined;
  address = '';
  /** Set before `start`, where the cluster has one. */
  secret: SharedSecret | undefined;

  async start(port = 0): Promise<void> {
    this.server = new RpcServer({ host: '127.0.0.1', port });
    this.server.register(resourceTrackerProtocol, this, authenticateNode(this.secret));
    this.server.register(nodeSignalProtocol, this, authenticateNode(this.secret));
    this.address = `127.0.0.1:${await this.server.start()}`;
  }

  async stop(): Promise<void> {
    this.held?.({ heartbeatNow: false });
    await this.server?.stop(0);
  }

  registerNodeManager(request: RegisterNodeManagerRequest): RegisterNodeManagerResponse {
    this.registrations.push(request);
    this.wake();
    return {
      containerTokenMasterKey: this.containerTokens.keys.newest,
      nmTokenMasterKey: this.nmTokens.keys.newest,
      nodeAction: 'NORMAL',
      rmIdentifier: this.rmIdentifier,
      diagnosticsMessage: '',
      rmVersion: 'mock',
      ...this.registration,
    };
  }

  nodeHeartbeat(request: NodeHeartbeatRequest): NodeHeartbeatResponse {
    this.heartbeats.push(request);
    for (const status of request.nodeStatus.containersStatuses) {
      if (status.state === 'COMPLETE') this.completed.set(status.containerId, status);
    }
    const extras = this.next;
    this.next = {};
    this.wake();
    return {
      responseId: request.nodeStatus.responseId + 1,
      nodeAction: 'NORMAL',
      nextHeartBeatIntervalMs: this.nextHeartBeatIntervalMs,
      containersToCleanup: [],
      applicationsToCleanup: [],
      containersToBeRemovedFromNM: [],
      containersToSignal: [],
      diagnosticsMessage: '',
      ...extras,
    };
  }

  unRegisterNodeManager({ nodeId }: { nodeId: NodeId }): Record<never, never> {
    this.unregistered.push(nodeId);
    return {};
  }

  awaitSignal(): Promise<{ heartbeatNow: boolean }> {
    return new Promise((resolve) => {
      this.held = resolve;
      this.wake();
    });
  }

  /** What the next heartbeat is answered with; the node is woken to fetch it. */
  async tell(extras: HeartbeatExtras): Promise<void> {
    this.next = extras;
    await this.until(() => this.held !== undefined);
    this.held?.({ heartbeatNow: true });
    this.held = undefined;
  }

  /** The status by which the node reported a container complete. */
  async completion(containerId: ContainerId): Promise<ContainerStatus> {
    await this.until(() => this.completed.has(containerId));
    return this.completed.get(containerId)!;
  }

  /** Resolves when `condition` holds after some call of the node. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  nmToken(attempt: ApplicationAttemptId, nodeId: NodeId): Token {
    return this.nmTokens.createToken(attempt, nodeId, 'alice').token;
  }

  containerToken(
    containerId: ContainerId,
    nodeId: NodeId,
    more: Partial<Parameters<ContainerTokenSecretManager['createToken']>[0]> = {},
  ): Token {
    return this.containerTokens.createToken({
      containerId,
      nodeId,
      user: 'alice',
      resource: { memoryMb: 256, vcores: 1 },
      expiryTimeMs: systemClock.now() + 600_000,
      rmIdentifier: this.rmIdentifier,
      priority: 20,
      creationTimeMs: systemClock.now(),
      containerType: 'TASK',
      executionType: 'GUARANTEED',
      version: 0,
      allocationRequestId: -1,
      ...more,
    });
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }
}
