/**
 * A NodeManager by the protocol's contracts and nothing more: registers, heartbeats, starts and stops containers, tells of each that ended
 * until the RM lets it be forgotten, and finds its containers again after its own death. For runs that look at the RM alone: less is
 * simulated, so more can be tried. What it must remember lies on the machine, written before it is acted upon.
 */
import {
  authenticateContainerManagement,
  containerManagementProtocol,
  createStub,
  messageOf,
  NMContainerTokenSecretManager,
  NMTokenSecretManagerInNM,
  nodeId as nodeIdOf,
  nodeSignalProtocol,
  parseContainerId,
  resourceTrackerProtocol,
  SharedSecret,
  type ApplicationId,
  type Caller,
  type ContainerId,
  type ContainerManagementProtocol,
  type ContainerStatus,
  type FailedRequest,
  type Handlers,
  type MasterKey,
  type NMContainerStatus,
  type NodeHeartbeatResponse,
  type NodeId,
  type NodeSignalProtocol,
  type Resource,
  type ResourceTracker,
  type Stub,
} from '@bobbin/common';
import type { Machine, Program, SimProcess } from '../machine.js';
import type { ContainerPrograms } from './programs.js';
import { CLUSTER_SECRET, keptToken, RM_ADDRESS } from './resource-manager.js';

export const NM_PORT = 45_454;

interface ContainerRecord {
  readonly containerId: ContainerId;
  readonly resource: Resource;
  readonly priority: number;
  readonly allocationRequestId: number;
  readonly createdAtMs: number;
  process: SimProcess | undefined;
  exitStatus: number | undefined;
  diagnostics: string;
}

/** What a scripted node keeps over its own deaths. */
export class NodeMemory {
  readonly containers = new Map<ContainerId, ContainerRecord>();
  /** Started once: never again, by whatever token. */
  readonly started = new Set<ContainerId>();
  containerKeys: MasterKey[] = [];
  nmKeys: MasterKey[] = [];
}

export interface ScriptedNodeOptions {
  readonly resource: Resource;
  readonly memory: NodeMemory;
  readonly programs: ContainerPrograms;
  readonly heartbeatIntervalMs: number;
  readonly rackName: string;
}

export function scriptedNode(options: ScriptedNodeOptions): Program {
  return (process) => void new ScriptedNode(process, options).run();
}

const PAUSE_MS = 1000;
const SIGNAL_WAIT_MS = 30_000;
const KILLED_BY_RM = -106;
const KILLED_BY_AM = -105;

class ScriptedNode {
  private readonly nodeId: NodeId;
  private readonly machine: Machine;
  private readonly tracker: Stub<ResourceTracker>;
  private readonly signals: Stub<NodeSignalProtocol>;
  private readonly nmTokens: NMTokenSecretManagerInNM;
  private readonly containerTokens: NMContainerTokenSecretManager;
  private responseId = 0;
  private newsWaiting = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly process: SimProcess,
    private readonly options: ScriptedNodeOptions,
  ) {
    const { machine, clock, transport } = process;
    this.machine = machine;
    this.nodeId = nodeIdOf(machine.host, NM_PORT);
    const secret = new SharedSecret(CLUSTER_SECRET, clock);
    const rm = {
      address: RM_ADDRESS,
      credentials: keptToken(process, () => secret.nodeToken(machine.host)),
      clock,
      transport,
    };
    this.tracker = createStub(resourceTrackerProtocol, { ...rm, retry: { maxWaitMs: Infinity } });
    this.signals = createStub(nodeSignalProtocol, rm);
    this.nmTokens = new NMTokenSecretManagerInNM(() => this.nodeId, clock);
    this.containerTokens = new NMContainerTokenSecretManager(() => this.nodeId, clock);
    for (const key of options.memory.nmKeys) this.nmTokens.setMasterKey(key);
    for (const key of options.memory.containerKeys) this.containerTokens.setMasterKey(key);
  }

  async run(): Promise<void> {
    for (const record of this.records()) if (record.exitStatus === undefined) this.watch(record);
    const server = this.process.transport.listen({ host: this.machine.host, port: NM_PORT });
    server.register(containerManagementProtocol, this.service(), authenticateContainerManagement(this.nmTokens));
    await server.start();
    await this.register();
    void this.listen();
    for (;;) {
      this.newsWaiting = false;
      await this.heartbeat().catch((error: unknown) => this.process.log.debug(`heartbeat: ${messageOf(error)}`));
      await this.pause();
    }
  }

  private records(): ContainerRecord[] {
    return [...this.options.memory.containers.values()];
  }

  private service(): Handlers<ContainerManagementProtocol> {
    return {
      startContainers: ({ requests }, caller) => {
        const succeeded: ContainerId[] = [];
        const failed: FailedRequest[] = [];
        for (const { containerLaunchContext: context, containerToken } of requests) {
          const token = this.containerTokens.verify(containerToken);
          const { containerId } = token;
          try {
            this.checkOwner(containerId, caller);
            if (this.options.memory.started.has(containerId)) {
              succeeded.push(containerId);
              continue;
            }
            this.options.memory.started.add(containerId);
            const record: ContainerRecord = {
              ...token,
              createdAtMs: token.creationTimeMs,
              process: undefined,
              exitStatus: undefined,
              diagnostics: '',
            };
            this.options.memory.containers.set(containerId, record);
            this.process.point('container started');
            const [word = '', ...words] = context.commands.join(' ').split(' ');
            const program = this.options.programs.get(word);
            if (!program) throw new Error(`no program '${word}'`);
            const launch = {
              containerId,
              nodeId: this.nodeId,
              environment: context.environment,
              tokens: context.tokens ?? new Uint8Array(),
              words,
            };
            const spec = { name: containerId, role: program.role, resource: token.resource };
            record.process = this.machine.spawn(spec, (process) => program.start(process, launch));
            this.watch(record);
            succeeded.push(containerId);
          } catch (error) {
            this.process.check();
            failed.push({ containerId, exception: { message: messageOf(error), className: 'java.io.IOException' } });
          }
        }
        this.heartbeatNow();
        return { servicesMetaData: {}, succeeded, failed };
      },
      stopContainers: ({ containerIds }, caller) => {
        for (const id of containerIds) {
          this.checkOwner(id, caller);
          this.stop(id, KILLED_BY_AM);
        }
        return { succeeded: containerIds, failed: [] };
      },
      getContainerStatuses: ({ containerIds }) => ({
        statuses: containerIds.flatMap((id) => {
          const record = this.options.memory.containers.get(id);
          return record ? [statusOf(record)] : [];
        }),
        failed: [],
      }),
      signalToContainer: () => ({}),
    };
  }

  private checkOwner(containerId: ContainerId, caller: Caller): void {
    const { applicationAttemptId } = parseContainerId(containerId);
    if (caller.kind !== 'attempt' || caller.applicationAttemptId !== applicationAttemptId)
      throw new Error(`${containerId} is not the caller's`);
  }

  private watch(record: ContainerRecord): void {
    const { process } = record;
    if (!process) {
      record.exitStatus = -100;
      this.heartbeatNow();
      return;
    }
    process.onExit(() => {
      if (!this.process.alive) return;
      this.process.machine.sim.runAs(this.process, `exit of ${record.containerId}`, () => {
        record.exitStatus ??= process.exitCode ?? 0;
        this.heartbeatNow();
      });
    });
  }

  private stop(id: ContainerId, exitStatus: number): void {
    const record = this.options.memory.containers.get(id);
    if (!record || record.exitStatus !== undefined) return;
    record.exitStatus = exitStatus;
    record.process?.kill();
    this.heartbeatNow();
  }

  private async register(): Promise<void> {
    this.responseId = 0;
    const answer = await this.tracker.registerNodeManager({
      nodeId: this.nodeId,
      httpPort: 8042,
      resource: this.options.resource,
      nmVersion: '0.1.0',
      rackName: this.options.rackName,
      containerStatuses: this.records().map((record): NMContainerStatus => ({
        ...statusOf(record),
        exitStatus: record.exitStatus ?? -1000,
        resource: record.resource,
        priority: record.priority,
        creationTimeMs: record.createdAtMs,
        version: 0,
        executionType: 'GUARANTEED',
        allocationRequestId: record.allocationRequestId,
      })),
      runningApplications: this.applications(),
    });
    if (answer.nodeAction === 'SHUTDOWN') {
      this.process.log.error(`refused: ${answer.diagnosticsMessage}`);
      this.process.exit(1);
    }
    this.takeKeys(answer.containerTokenMasterKey, answer.nmTokenMasterKey);
  }

  private applications(): ApplicationId[] {
    const live = this.records().filter(({ exitStatus }) => exitStatus === undefined);
    return [
      ...new Set(
        live.map(({ containerId }) => {
          const text = parseContainerId(containerId).applicationAttemptId.split('_');
          return `application_${text[1]}_${text[2]}` as ApplicationId;
        }),
      ),
    ];
  }

  private takeKeys(containerKey: MasterKey | undefined, nmKey: MasterKey | undefined): void {
    const { memory } = this.options;
    if (containerKey) {
      this.containerTokens.setMasterKey(containerKey);
      memory.containerKeys = [
        ...memory.containerKeys.filter((k) => k.keyId !== containerKey.keyId),
        containerKey,
      ].slice(-2);
    }
    if (nmKey) {
      this.nmTokens.setMasterKey(nmKey);
      memory.nmKeys = [...memory.nmKeys.filter((k) => k.keyId !== nmKey.keyId), nmKey].slice(-2);
    }
  }

  private async heartbeat(): Promise<void> {
    const { memory } = this.options;
    const answer = await this.tracker.nodeHeartbeat({
      nodeStatus: {
        nodeId: this.nodeId,
        responseId: this.responseId,
        containersStatuses: this.records().map(statusOf),
        nodeHealthStatus: { isNodeHealthy: true, healthReport: '', lastHealthReportTimeMs: 0 },
        keepAliveApplications: [],
      },
      lastKnownContainerTokenMasterKeyId: memory.containerKeys.at(-1)?.keyId ?? 0,
      lastKnownNMTokenMasterKeyId: memory.nmKeys.at(-1)?.keyId ?? 0,
    });
    if (answer.nodeAction === 'RESYNC') {
      await this.register();
      this.newsWaiting = true;
      return;
    }
    if (answer.nodeAction === 'SHUTDOWN') {
      this.process.log.error(`sent away: ${answer.diagnosticsMessage}`);
      this.process.exit(1);
      return;
    }
    this.obey(answer);
  }

  private obey(answer: NodeHeartbeatResponse): void {
    const { memory } = this.options;
    this.responseId = answer.responseId;
    this.takeKeys(answer.containerTokenMasterKey, answer.nmTokenMasterKey);
    for (const id of answer.containersToBeRemovedFromNM) {
      // Given up before it was started, perhaps, by a call that was late: one that runs is reported on, and ended by the answer to that.
      if (memory.containers.get(id)?.exitStatus !== undefined) memory.containers.delete(id);
    }
    for (const id of answer.containersToCleanup) this.stop(id, KILLED_BY_RM);
    for (const app of answer.applicationsToCleanup) {
      const mark = `_${app.slice('application_'.length)}_`;
      for (const { containerId } of this.records()) {
        if (!containerId.includes(mark)) continue;
        this.stop(containerId, KILLED_BY_RM);
        memory.containers.delete(containerId);
      }
    }
  }

  private heartbeatNow(): void {
    this.newsWaiting = true;
    this.wake();
  }

  private async listen(): Promise<void> {
    for (;;) {
      try {
        const { heartbeatNow } = await this.signals.awaitSignal({ nodeId: this.nodeId, waitMs: SIGNAL_WAIT_MS });
        if (heartbeatNow) this.heartbeatNow();
      } catch (error) {
        this.process.log.debug(`signal: ${messageOf(error)}`);
      }
      await new Promise<void>((resolve) => void this.process.clock.after(PAUSE_MS, resolve));
    }
  }

  private pause(): Promise<void> {
    if (this.newsWaiting) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.process.clock.after(this.options.heartbeatIntervalMs, resolve);
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function statusOf({ containerId, exitStatus, diagnostics }: ContainerRecord): ContainerStatus {
  return {
    containerId,
    state: exitStatus === undefined ? 'RUNNING' : 'COMPLETE',
    diagnostics,
    exitStatus: exitStatus ?? -1000,
  };
}
