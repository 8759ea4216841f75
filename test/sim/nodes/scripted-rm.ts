/**
 * ScriptedRM: an RM and an AM of one container for one simulated NodeManager: makes tokens, asks for the container until it is taken, hears of
 * its end, and has everything cleaned up. It never dies, and says again what may have been lost; so whatever goes wrong is the node's.
 */
import {
  applicationAttemptId,
  applicationId,
  authenticateNode,
  containerId,
  containerManagementProtocol,
  ContainerTokenSecretManager,
  createStub,
  delay,
  NMTokenSecretManager,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  RollingKeys,
  SharedSecret,
  YarnError,
  type ContainerLaunchContext,
  type ContainerStatus,
  type Handlers,
  type NodeHeartbeatRequest,
  type NodeHeartbeatResponse,
  type NodeId,
  type RegisterNodeManagerResponse,
  type ResourceTracker,
} from '@bobbin/common';
import type { Program, SimProcess } from '../machine.js';

export const APP = applicationId(1_700_000_000_000, 1);
export const ATTEMPT = applicationAttemptId(APP, 1);
export const CONTAINER = containerId(ATTEMPT, 1);

export interface ScriptedRMOptions {
  readonly port: number;
  readonly secret: Uint8Array;
  readonly nodeId: NodeId;
  readonly launchContext: ContainerLaunchContext;
  /** Stops the container this long after it was taken. */
  readonly stopAfterMs?: number;
}

/** What it has heard of the container. */
export class ScriptedRM implements Handlers<ResourceTracker> {
  /** How the start was answered in the end: taken, or why not. */
  answer: string | undefined;
  /** Every report of its completion. */
  readonly completions: ContainerStatus[] = [];
  registrations = 0;
  private process: SimProcess | undefined;
  private containerTokens: ContainerTokenSecretManager | undefined;
  private nmTokens: NMTokenSecretManager | undefined;

  constructor(private readonly options: ScriptedRMOptions) {}

  readonly program: Program = (process) => {
    const { clock, random, transport } = process;
    this.process = process;
    this.nmTokens = new NMTokenSecretManager(new RollingKeys({ clock, random }));
    this.containerTokens = new ContainerTokenSecretManager(new RollingKeys({ clock, random }));
    const listener = transport.listen({ host: process.machine.host, port: this.options.port });
    const authenticate = authenticateNode(new SharedSecret(this.options.secret, clock));
    listener.register(resourceTrackerProtocol, this, authenticate);
    listener.register(nodeSignalProtocol, { awaitSignal: () => new Promise(() => undefined) }, authenticate);
    void listener.start().then(() => this.appMaster(process));
  };

  registerNodeManager(): RegisterNodeManagerResponse {
    this.registrations++;
    const { nmTokens, containerTokens } = this.keys();
    return {
      containerTokenMasterKey: containerTokens.keys.newest,
      nmTokenMasterKey: nmTokens.keys.newest,
      nodeAction: 'NORMAL',
      rmIdentifier: 1,
      diagnosticsMessage: '',
      rmVersion: 'scripted',
    };
  }

  nodeHeartbeat({ nodeStatus }: NodeHeartbeatRequest): NodeHeartbeatResponse {
    for (const status of nodeStatus.containersStatuses) if (status.state === 'COMPLETE') this.completions.push(status);
    const isOver = this.completions.length > 0;
    return {
      responseId: nodeStatus.responseId + 1,
      nodeAction: 'NORMAL',
      nextHeartBeatIntervalMs: 1000,
      containersToCleanup: [],
      applicationsToCleanup: isOver ? [APP] : [],
      containersToBeRemovedFromNM: isOver ? [CONTAINER] : [],
      containersToSignal: [],
      diagnosticsMessage: '',
    };
  }

  unRegisterNodeManager(): Record<never, never> {
    return {};
  }

  /** Asks until it is answered; a node that has it already took it before the answer was lost. */
  private async appMaster(process: SimProcess): Promise<void> {
    const { clock, transport } = process;
    const { nodeId, launchContext, stopAfterMs } = this.options;
    const { nmTokens, containerTokens } = this.keys();
    const credentials = { token: nmTokens.createToken(ATTEMPT, nodeId, 'alice').token };
    const stub = createStub(containerManagementProtocol, { address: nodeId, credentials, clock, transport });
    const expiryTimeMs = clock.now() + 600_000;
    const containerToken = containerTokens.createToken({
      containerId: CONTAINER,
      nodeId,
      user: 'alice',
      resource: { memoryMb: 256, vcores: 1 },
      expiryTimeMs,
      rmIdentifier: 1,
      priority: 20,
      creationTimeMs: clock.now(),
      containerType: 'TASK',
      executionType: 'GUARANTEED',
      version: 0,
      allocationRequestId: -1,
    });
    const untilAnswered = async (call: () => Promise<string | undefined>): Promise<string> => {
      for (;;) {
        await delay(clock, 200);
        try {
          const answer = await call();
          if (answer !== undefined) return answer;
        } catch (error) {
          // Not there, or not ready yet: the keys come with the registration.
          if (!(error instanceof YarnError)) throw error;
        }
      }
    };
    this.answer = await untilAnswered(async () => {
      const requests = [{ containerLaunchContext: launchContext, containerToken }];
      const { failed } = await stub.startContainers({ requests });
      const why = failed[0]?.exception.message;
      if (why === undefined || why.includes('already')) return 'taken';
      return why.includes('not yet connected') ? undefined : why;
    });
    if (stopAfterMs === undefined) return;
    await delay(clock, stopAfterMs);
    await untilAnswered(async () => {
      await stub.stopContainers({ containerIds: [CONTAINER] });
      return 'asked to stop';
    });
  }

  private keys(): { nmTokens: NMTokenSecretManager; containerTokens: ContainerTokenSecretManager } {
    const { nmTokens, containerTokens } = this;
    if (!this.process || !nmTokens || !containerTokens) throw new Error('the RM has not started');
    return { nmTokens, containerTokens };
  }
}
