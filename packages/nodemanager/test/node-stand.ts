/**
 * NodeStand: a whole NodeManager in this process, on ports of the system's choice and below a folder of its own, with a MockRM and an AM
 * that speaks the protocol by hand. Containers are real processes.
 */
import { join } from 'node:path';
import {
  applicationAttemptId,
  applicationId,
  Configuration,
  containerId,
  containerManagementProtocol,
  createStub,
  systemClock,
  toApplicationId,
  type ApplicationAttemptId,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerManagementProtocol,
  type ContainerStatus,
  type NodeId,
  type Stub,
  type Token,
} from '@bobbin/common';
import { recordingLogger, tempDir, type RecordingLogger } from '@bobbin/common/testing';
import { NodeManager } from '../src/node-manager.js';
import { MockRM } from './mock-rm.js';

// Real processes on a machine that may be busy: what a test waits for comes by itself, or never.
jest.setTimeout(30_000);

export const APP = applicationId(1_700_000_000_000, 1);
export const ATTEMPT: ApplicationAttemptId = applicationAttemptId(APP, 1);

/** A launch context that runs `command`. */
export function launchContext(command: string, more: Partial<ContainerLaunchContext> = {}): ContainerLaunchContext {
  return {
    localResources: {},
    serviceData: {},
    environment: {},
    commands: [command],
    applicationAcls: {},
    ...more,
  };
}

export class NodeStand implements AsyncDisposable {
  readonly rm = new MockRM();
  readonly dir = tempDir('bobbin-nm-');
  readonly log: RecordingLogger = recordingLogger();
  nodeManager: NodeManager | undefined;
  nodeId = '' as NodeId;
  webAddress = '';
  private am: Stub<ContainerManagementProtocol> | undefined;
  private sequence = 0;

  static async start(properties: Record<string, string> = {}): Promise<NodeStand> {
    const stand = new NodeStand();
    await stand.rm.start();
    await stand.startNode(properties);
    return stand;
  }

  async startNode(properties: Record<string, string> = {}): Promise<void> {
    this.nodeManager = new NodeManager({
      conf: this.conf(properties),
      clock: systemClock,
      log: this.log,
      environment: { PATH: process.env['PATH'], LANG: 'C.UTF-8', NOT_FOR_CONTAINERS: 'x' },
      nodePath: process.execPath,
    });
    const { address, webAddress } = await this.nodeManager.start();
    this.nodeId = address as NodeId;
    this.webAddress = webAddress;
    this.am?.close();
    this.am = this.caller(this.rm.nmToken(ATTEMPT, this.nodeId));
  }

  conf(properties: Record<string, string> = {}): Configuration {
    const at = (...parts: string[]): string => join(this.dir.path, ...parts);
    return Configuration.fromProperties({
      'hadoop.tmp.dir': at('tmp'),
      'yarn.resourcemanager.address': this.rm.address,
      'yarn.nodemanager.address': '127.0.0.1:0',
      'yarn.nodemanager.webapp.address': '127.0.0.1:0',
      'mapreduce.shuffle.port': '0',
      'yarn.nodemanager.local-dirs': at('local'),
      'yarn.nodemanager.log-dirs': at('logs'),
      'yarn.nodemanager.recovery.dir': at('recovery'),
      'yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage': '100',
      ...properties,
    });
  }

  /** A client of the node that shows this token. */
  caller(token: Token): Stub<ContainerManagementProtocol> {
    return createStub(containerManagementProtocol, { address: this.nodeId, credentials: { token } });
  }

  get appMaster(): Stub<ContainerManagementProtocol> {
    return this.am!;
  }

  newContainer(attempt = ATTEMPT): ContainerId {
    return containerId(attempt, ++this.sequence);
  }

  /** Starts one container of ATTEMPT; rejects where the node refuses it. */
  async run(context: ContainerLaunchContext, more: Parameters<MockRM['containerToken']>[2] = {}): Promise<ContainerId> {
    const id = this.newContainer();
    const containerToken = this.rm.containerToken(id, this.nodeId, more);
    const { failed } = await this.appMaster.startContainers({
      requests: [{ containerLaunchContext: context, containerToken }],
    });
    if (failed[0]) throw new Error(failed[0].exception.message);
    return id;
  }

  /** Runs one container to its end. */
  async complete(
    context: ContainerLaunchContext,
    more: Parameters<MockRM['containerToken']>[2] = {},
  ): Promise<ContainerStatus> {
    return this.rm.completion(await this.run(context, more));
  }

  logFile(id: ContainerId, name: string): string {
    const application = toApplicationId(`application_${id.split('_').slice(1, 3).join('_')}`);
    return join(this.dir.path, 'logs', application, id, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.am?.close();
    await this.nodeManager?.stop();
    await this.rm.stop();
    this.dir[Symbol.dispose]();
  }
}
