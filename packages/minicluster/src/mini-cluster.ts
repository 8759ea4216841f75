/**
 * MiniCluster: a ResourceManager and NodeManagers in one process: the daemons of production behind real gRPC on ports the system chooses, real containers,
 * real stores below a temporary folder. Hadoop: MiniYARNCluster. Ready in well under a second; any number may run side by side. A clock may be
 * given: then the cluster's time moves only as the test says, while containers live in real time.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applicationSubmissionContext,
  appMasterClients,
  containerLaunchContext,
  createYarnClient,
  type AppMasterClients,
  type AppMasterOptions,
  type ContainerRequest,
  type YarnClient,
} from '@bobbin/client';
import {
  Configuration,
  silentLogger,
  systemClock,
  systemRandom,
  userName,
  type ApplicationAttemptId,
  type ApplicationId,
  type ApplicationSubmissionContext,
  type Clock,
  type ContainerId,
  type DaemonAddresses,
  type Logger,
  type RandomSource,
} from '@bobbin/common';
import { NodeManager } from '@bobbin/nodemanager';
import { ResourceManager, type RMCore } from '@bobbin/resourcemanager';
import {
  clusterProperties,
  nodeProperties,
  ownEnvironment,
  type MiniNode,
  type Properties,
} from './conf/mini-cluster-conf.js';
import { WatchedTransport, type CallPhase, type SeenCall } from './watched-transport.js';

export type { MiniNode };

export interface MiniClusterOptions {
  /** How many nodes, or which. @default 1 */
  readonly nodes?: number | readonly MiniNode[];
  /** Hadoop's keys, on top of what a small cluster needs. */
  readonly properties?: Properties;
  /** Of RM and nodes. @default the machine's */
  readonly clock?: Clock;
  /** @default the machine's */
  readonly random?: RandomSource;
  /** Of RM and nodes. @default silent */
  readonly log?: Logger;
  /** Variables of the nodes' process. @default this process's */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The AppMaster of an application whose own container only sleeps: the test speaks for it. */
export interface MiniAppMaster<T extends ContainerRequest> extends AppMasterClients<T> {
  readonly applicationId: ApplicationId;
  readonly applicationAttemptId: ApplicationAttemptId;
  /** Ends the sleeping container, as if the AppMaster's process had died, and closes the clients. Resolves when the RM knows. */
  exit(): Promise<void>;
}

/** Of a sleeping AppMaster's application; what is not said is usual. */
export type MiniApplication = Partial<Omit<ApplicationSubmissionContext, 'applicationId' | 'amContainerSpec'>>;

interface Node {
  readonly wanted: MiniNode;
  daemon: NodeManager | undefined;
  addresses: DaemonAddresses | undefined;
}

const AM_SIZE = { memoryMb: 64, vcores: 1 };
/** Longer than any test; ended with its application. */
const SLEEPS = containerLaunchContext({ commands: ['exec sleep 86400'] });

export class MiniCluster {
  /** Shown each call to the RM, before it is carried out and before it is answered; may kill the RM, which then answers nothing. */
  onCall: (call: SeenCall, phase: CallPhase) => void = () => undefined;
  private readonly nodes: readonly Node[];
  private readonly clients = new Set<YarnClient>();
  private readonly appMasters = new Set<{ close(): Promise<void> }>();
  private readonly watchers = new Set<() => void>();
  private plug = new WatchedTransport((call, phase) => this.onCall(call, phase));
  private rm: ResourceManager | undefined;
  private rmAddresses: DaemonAddresses | undefined;

  private constructor(
    private readonly dir: string,
    private readonly options: MiniClusterOptions,
  ) {
    const { nodes = 1 } = options;
    const wanted = typeof nodes === 'number' ? Array.from({ length: nodes }, (): MiniNode => ({})) : nodes;
    this.nodes = wanted.map((node) => ({ wanted: node, daemon: undefined, addresses: undefined }));
  }

  /** Starts RM and nodes; resolves when every node is registered. Rejects with what keeps a daemon from starting; nothing is left then. */
  static async start(options: MiniClusterOptions = {}): Promise<MiniCluster> {
    const cluster = new MiniCluster(await mkdtemp(join(tmpdir(), 'bobbin-mini-')), options);
    try {
      await cluster.startResourceManager();
      await Promise.all(cluster.nodes.map((_, i) => cluster.startNode(i + 1)));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Ends every container, every daemon and every client, and removes the folder. Safe to call twice. */
  async stop(): Promise<void> {
    for (const appMaster of this.appMasters) await appMaster.close();
    await Promise.all(this.nodes.map((_, i) => this.stopNode(i + 1)));
    await this.rm?.stop();
    this.rm = undefined;
    for (const client of this.clients) client.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** `host:port` of the RM; the same after a restart. */
  get rmAddress(): string {
    if (!this.rmAddresses) throw new Error('this MiniCluster has no ResourceManager yet');
    return this.rmAddresses.address;
  }

  /** What clients of this cluster are configured with. */
  get conf(): Configuration {
    return Configuration.fromProperties({ ...clusterProperties(this.dir, this.rmAddress), ...this.options.properties });
  }

  /** The RM without its sockets, to be looked at. Throws while there is none. */
  get core(): RMCore {
    const core = this.rm?.services;
    if (!core) throw new Error('the ResourceManager of this MiniCluster does not run');
    return core;
  }

  /** The folder into which a node writes the logs of containers: `<application>/<container>/stdout` and so on below it. */
  logDir(node: number): string {
    return join(this.dir, `nm-${node}`, 'logs');
  }

  /** A client for this user, by default the one this process runs as. Closed by `stop`. */
  yarnClient(user = userName(this.environment)): YarnClient {
    const client = createYarnClient(
      { user },
      { conf: this.conf, ...(this.options.clock && { clock: this.options.clock }) },
    );
    this.clients.add(client);
    return client;
  }

  /**
   * Submits an application whose container only sleeps, and gives the clients by which the test speaks for its AppMaster, not yet registered. Closed by
   * `stop`.
   */
  async appMaster<T extends ContainerRequest = ContainerRequest>(
    application: MiniApplication = {},
    options: AppMasterOptions = {},
  ): Promise<MiniAppMaster<T>> {
    const yarn = this.yarnClient();
    const { applicationId } = await yarn.createApplication();
    await yarn.submitApplication(
      applicationSubmissionContext({ resource: AM_SIZE, ...application, applicationId, amContainerSpec: SLEEPS }),
    );
    return this.nextAppMaster<T>(applicationId, options);
  }

  /** The clients of the application's current attempt, as soon as its container runs; not one whose AppMaster has registered. */
  async nextAppMaster<T extends ContainerRequest = ContainerRequest>(
    applicationId: ApplicationId,
    options: AppMasterOptions = {},
  ): Promise<MiniAppMaster<T>> {
    const launched = (rm: RMCore): ApplicationAttemptId | undefined => {
      const attempt = rm.registry.apps.get(applicationId)?.currentAttempt;
      return attempt?.state === 'LAUNCHED' ? attempt.attemptId : undefined;
    };
    await this.until((rm) => launched(rm) !== undefined);
    const applicationAttemptId = launched(this.core);
    if (!applicationAttemptId) throw new Error(`the attempt of ${applicationId} ended as it began`);
    const clients = appMasterClients<T>({
      conf: this.conf,
      ...(this.options.clock && { clock: this.options.clock }),
      ...options,
      applicationAttemptId,
      rmAddress: this.rmAddress,
      amRmToken: this.core.security.amRm.createToken(applicationAttemptId),
    });
    this.appMasters.add(clients);
    const exit = async (): Promise<void> => {
      await clients.close();
      await this.endAppMaster(applicationAttemptId);
    };
    return { ...clients, applicationId, applicationAttemptId, exit };
  }

  /** Kills the AppMaster's container of an attempt with SIGKILL; resolves when the attempt is over for the RM. */
  async endAppMaster(applicationAttemptId: ApplicationAttemptId): Promise<void> {
    const isOver = (rm: RMCore): boolean => rm.registry.attempt(applicationAttemptId)?.isFinal !== false;
    const masterContainer = (rm: RMCore): ContainerId | undefined => {
      const id = rm.registry.attempt(applicationAttemptId)?.masterContainer?.id;
      return id !== undefined && rm.registry.containers.has(id) ? id : undefined;
    };
    // After a restart its node has to tell of it first.
    await this.until((rm) => isOver(rm) || masterContainer(rm) !== undefined);
    const id = masterContainer(this.core);
    if (id === undefined || isOver(this.core)) return;
    await this.yarnClient().signalToContainer(id, 'FORCEFUL_SHUTDOWN');
    await this.until(isOver);
  }

  /** Resolves when this is so at the RM; looked at after each of its turns, and after a restart. */
  until(holds: (rm: RMCore) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const core = this.rm?.services;
        if (!core || !holds(core)) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  /** As `kill -9`: nothing is answered from here on, connections break. Nodes, containers and AppMasters live on. */
  async killResourceManager(): Promise<void> {
    const { rm } = this;
    this.rm = undefined;
    await this.plug.pullThePlug();
    await rm?.stop();
  }

  /** At the address of before, with the store of before. */
  async startResourceManager(): Promise<void> {
    const { clock = systemClock, random = systemRandom, log = silentLogger, properties } = this.options;
    this.plug = new WatchedTransport((call, phase) => this.onCall(call, phase));
    const rm = new ResourceManager({
      conf: Configuration.fromProperties({ ...clusterProperties(this.dir, this.rmAddresses?.address), ...properties }),
      clock,
      random,
      log,
      transport: this.plug,
    });
    this.rmAddresses = await rm.start();
    this.rm = rm;
    this.core.dispatcher.onTurnEnd(() => {
      for (const look of [...this.watchers]) look();
    });
    for (const look of [...this.watchers]) look();
  }

  /** Kills the RM and starts the next. */
  async restartResourceManager(): Promise<void> {
    await this.killResourceManager();
    await this.startResourceManager();
  }

  /** Starts the node of this number, from 1; resolves when it is registered. */
  async startNode(number: number): Promise<void> {
    const node = this.node(number);
    const { clock = systemClock, log = silentLogger, properties } = this.options;
    const conf = Configuration.fromProperties({
      ...clusterProperties(this.dir, this.rmAddress),
      ...nodeProperties(this.dir, number, node.wanted, node.addresses?.address),
      ...properties,
      ...node.wanted.properties,
    });
    const daemon = new NodeManager({ conf, clock, log, environment: this.environment, nodePath: process.execPath });
    node.daemon = daemon;
    node.addresses = await daemon.start();
  }

  /** Stops the node of this number; its containers end, unless `yarn.nodemanager.recovery.supervised` is set. Safe to call twice. */
  async stopNode(number: number): Promise<void> {
    const node = this.node(number);
    const { daemon } = node;
    node.daemon = undefined;
    await daemon?.stop();
  }

  private get environment(): Readonly<Record<string, string | undefined>> {
    return this.options.environment ?? ownEnvironment();
  }

  private node(number: number): Node {
    const node = this.nodes[number - 1];
    if (!node) throw new Error(`this MiniCluster has nodes 1 to ${this.nodes.length}, not ${number}`);
    return node;
  }
}
