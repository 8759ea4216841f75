/**
 * A custom AppMaster by the protocol's contracts: asks for so many containers, runs `task` in each, asks again for those that failed, and says
 * goodbye. The command is `custom-am <containers> <task ms> <first fails>`. It knows YARN's rules for a ResourceManager that has forgotten it
 * (register again, ask again) and for one that has given it up (leave).
 */
import {
  applicationMasterProtocol,
  AMRM_TOKEN,
  containerManagementProtocol,
  createStub,
  decodeCredentials,
  encodeCredentials,
  findToken,
  messageOf,
  NO_CREDENTIALS,
  YarnError,
  type AllocateResponse,
  type ApplicationMasterProtocol,
  type Container,
  type ContainerId,
  type NodeId,
  type Stub,
  type Token,
} from '@bobbin/common';
import type { SimProcess } from '../machine.js';
import type { ContainerLaunch, ContainerProgram } from './programs.js';

const WAIT_MS = 2000;
const PAUSE_MS = 500;
/** What a ResourceManager that restarted never heard of it cannot tell: a node lost meanwhile takes its containers along without a word. */
const PATIENCE_MS = 60_000;
const CAPABILITY = { memoryMb: 1024, vcores: 1 };

export const scriptedAM: ContainerProgram = (process, launch) => void new ScriptedAM(process, launch).run();

class ScriptedAM {
  private readonly rm: Stub<ApplicationMasterProtocol>;
  private readonly wanted: number;
  private readonly nodeTokens = new Map<NodeId, Token>();
  private readonly running = new Map<ContainerId, NodeId>();
  private token: Token;
  private responseId = 0;
  private done = 0;
  private failuresLeft: number;
  /** Could not be started, and the RM has not said that they are over. */
  private readonly releases = new Set<ContainerId>();
  /** Given and started, whatever became of them: a repeated answer names them again. */
  private readonly seen = new Set<ContainerId>();

  constructor(
    private readonly process: SimProcess,
    private readonly launch: ContainerLaunch,
  ) {
    const credentials = decodeCredentials(launch.tokens);
    const token = findToken(credentials, AMRM_TOKEN.kind);
    if (!token) throw new Error(`${launch.containerId} has no ${AMRM_TOKEN.kind}`);
    this.token = token;
    this.wanted = Number(launch.words[0] ?? 1);
    this.failuresLeft = Number(launch.words[2] ?? 0);
    this.rm = createStub(applicationMasterProtocol, {
      address: launch.environment['BOBBIN_RM_ADDRESS'] ?? '',
      credentials: () => ({ token: this.token }),
      clock: process.clock,
      transport: process.transport,
      retry: { maxWaitMs: Infinity },
    });
  }

  async run(): Promise<void> {
    try {
      await this.register();
      while (this.done < this.wanted) {
        const answer = await this.allocate();
        if (!answer) continue;
        this.responseId = answer.responseId;
        if (answer.amRmToken) this.token = answer.amRmToken;
        for (const { nodeId, token } of answer.nmTokens) this.nodeTokens.set(nodeId, token);
        for (const status of answer.completedContainersStatuses) {
          this.releases.delete(status.containerId);
          if (!this.running.delete(status.containerId)) continue;
          if (status.exitStatus === 0) this.done++;
        }
        for (const container of answer.allocatedContainers) this.start(container);
      }
      await this.finish();
      this.process.exit(0);
    } catch (error) {
      this.process.check();
      this.process.log.info(`AM gives up: ${messageOf(error)}`);
      this.process.exit(1);
    }
  }

  private async register(): Promise<void> {
    try {
      await this.rm.registerApplicationMaster({ host: this.process.machine.host, rpcPort: -1, trackingUrl: '' });
    } catch (error) {
      // The answer to the first try was lost.
      if (!(error instanceof YarnError) || error.code !== 'INVALID_APPLICATION_MASTER_REQUEST') throw error;
    }
    this.responseId = 0;
  }

  private async allocate(): Promise<AllocateResponse | undefined> {
    try {
      return await this.rm.allocate({
        ask: [
          {
            priority: 10,
            resourceName: '*',
            capability: CAPABILITY,
            numContainers: Math.max(0, this.wanted - this.done - this.running.size),
            relaxLocality: true,
            executionType: 'GUARANTEED',
            allocationRequestId: -1,
          },
        ],
        release: [...this.releases],
        blacklistAdditions: [],
        blacklistRemovals: [],
        responseId: this.responseId,
        progress: this.done / this.wanted,
        waitMs: WAIT_MS,
      });
    } catch (error) {
      if (!(error instanceof YarnError)) throw error;
      if (error.code === 'APPLICATION_MASTER_NOT_REGISTERED') await this.register();
      else if (error.code === 'INVALID_APPLICATION_MASTER_REQUEST') await this.pause();
      else throw error;
      return undefined;
    }
  }

  private start(container: Container): void {
    const { id, nodeId } = container;
    if (this.seen.has(id)) return;
    this.seen.add(id);
    this.running.set(id, nodeId);
    const patienceMs = PATIENCE_MS + 20 * Number(this.launch.words[1] ?? 1000);
    this.process.clock.after(patienceMs, () => {
      if (this.running.delete(id)) this.releases.add(id);
    });
    const fails = this.failuresLeft > 0;
    if (fails) this.failuresLeft--;
    void this.launchAt(container, `task ${this.launch.words[1] ?? '1000'} ${fails ? 1 : 0}`);
  }

  private async launchAt({ id, nodeId, containerToken }: Container, command: string): Promise<void> {
    const token = this.nodeTokens.get(nodeId);
    if (!token || !containerToken) throw new Error(`no token for ${id} at ${nodeId}`);
    const node = createStub(containerManagementProtocol, {
      address: nodeId,
      credentials: { token },
      clock: this.process.clock,
      transport: this.process.transport,
      retry: { maxWaitMs: 10_000 },
    });
    try {
      const containerLaunchContext = {
        localResources: {},
        serviceData: {},
        environment: {},
        commands: [command],
        applicationAcls: {},
        tokens: encodeCredentials(NO_CREDENTIALS),
      };
      const { failed } = await node.startContainers({ requests: [{ containerLaunchContext, containerToken }] });
      if (failed[0]) throw new Error(failed[0].exception.message);
    } catch (error) {
      if (this.running.delete(id)) this.releases.add(id);
      this.process.log.info(`${id} was not started: ${messageOf(error)}`);
    } finally {
      node.close();
    }
  }

  private async finish(): Promise<void> {
    for (;;) {
      try {
        const request = { diagnostics: '', trackingUrl: '', finalApplicationStatus: 'SUCCEEDED' } as const;
        if ((await this.rm.finishApplicationMaster(request)).isUnregistered) return;
      } catch (error) {
        if (!(error instanceof YarnError)) throw error;
        if (error.code === 'APPLICATION_MASTER_NOT_REGISTERED') await this.register();
        else if (error.code === 'APPLICATION_ATTEMPT_NOT_FOUND') return;
        else throw error;
      }
      await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => void this.process.clock.after(PAUSE_MS, resolve));
  }
}
