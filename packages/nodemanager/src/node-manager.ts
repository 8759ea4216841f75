/**
 * NodeManager: the composition root of the daemon. Hadoop: nodemanager.NodeManager. Makes every room, ties its domain to the one
 * dispatcher, and starts and stops them in order. A stop ends the containers, unless somebody will start this NodeManager again
 * (yarn.nodemanager.recovery.supervised); a state that cannot be kept, or a fault in a handler, ends the daemon.
 */
import { availableParallelism, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import {
  authenticateContainerManagement,
  bobbinKeys,
  CompositeService,
  containerManagementProtocol,
  createStub,
  Dispatcher,
  loadSecret,
  messageOf,
  nmKeys,
  nodeId,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  rmKeys,
  RpcServer,
  SharedSecret,
  userName,
  type ApplicationId,
  type CallCredentials,
  type Clock,
  type Configuration,
  type ContainerId,
  type Logger,
  type Resource,
  type Service,
} from '@bobbin/common';
import type { ContainerExecutor } from './container-executor.js';
import type { Application } from './containermanager/application/application.js';
import { AuxServices } from './containermanager/auxservices/aux-services.js';
import type { AuxiliaryService } from './containermanager/auxservices/auxiliary-service.js';
import { SHUFFLE_SERVICE, ShuffleHandler } from './containermanager/auxservices/shuffle-handler.js';
import { ContainerManagerService } from './containermanager/container-manager-service.js';
import { ContainersShutdown } from './containermanager/containers-shutdown.js';
import type { Container } from './containermanager/container/container.js';
import { ContainersLauncher } from './containermanager/launcher/containers-launcher.js';
import { ResourceLocalizationService } from './containermanager/localizer/resource-localization-service.js';
import { NonAggregatingLogHandler } from './containermanager/loghandler/non-aggregating-log-handler.js';
import { ContainersMonitor } from './containermanager/monitor/containers-monitor.js';
import { RecentlyStoppedContainers } from './containermanager/recently-stopped-containers.js';
import { DefaultContainerExecutor } from './default-container-executor.js';
import { DeletionService } from './deletion-service.js';
import { LocalDirsHandlerService } from './local-dirs-handler-service.js';
import type { NMContext, NodeIdentity } from './nm-context.js';
import type { NMEvent } from './nm-events.js';
import { NodeStatusUpdater } from './node-status-updater.js';
import { MemoryNMStateStore } from './recovery/memory-nm-state-store.js';
import type { NMStateStore } from './recovery/nm-state-store.js';
import { recoverApplications } from './recovery/recover-applications.js';
import { SqliteNMStateStore } from './recovery/sqlite-nm-state-store.js';
import { NodeKeys } from './security/node-keys.js';
import { authenticateWeb } from './webapp/authenticate-web.js';
import { NMWebServer } from './webapp/nm-web-server.js';

/** What a release calls itself towards RM and web clients. */
const VERSION = '0.1.0';
const MIB = 1024 * 1024;

export interface NodeManagerOptions {
  readonly conf: Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  /** This process's variables; those on the whitelist reach containers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Node executable containers get as BOBBIN_NODE. */
  readonly nodePath: string;
  /** @default DefaultContainerExecutor */
  readonly executor?: ContainerExecutor;
}

export interface NodeManagerAddresses {
  /** `host:port` of ContainerManagementProtocol: the node's id. */
  readonly address: string;
  readonly webAddress: string;
}

export class NodeManager {
  /** Resolves with the reason when this daemon must end by itself: the RM wants it gone, or its state is in doubt. */
  readonly ended: Promise<string>;
  private readonly endWith: (reason: string) => void;
  private readonly services: CompositeService;
  private readonly store: NMStateStore;
  private readonly dispatcher: Dispatcher<NMEvent>;
  private identity: NodeIdentity | undefined;

  /** Opens the state store; throws StoreError or ConfigurationError. */
  constructor(private readonly options: NodeManagerOptions) {
    const { conf, log } = options;
    let end: (reason: string) => void = () => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.endWith = end;
    this.dispatcher = new Dispatcher<NMEvent>({
      onFatal: (error, event) => {
        const where = event ? `event ${event.domain}.${event.type}` : 'the end of a turn';
        log.error(`a fault at ${where} ends this NodeManager`, { error });
        this.endWith(`fault at ${where}: ${messageOf(error)}`);
      },
    });
    this.store = conf.get(nmKeys.recoveryEnabled)
      ? new SqliteNMStateStore(join(conf.get(nmKeys.recoveryDir), 'nodemanager.db'))
      : new MemoryNMStateStore();
    this.dispatcher.onTurnEnd(() => this.store.commit());
    this.services = new CompositeService('NodeManager', this.compose(), (service, error) =>
      log.warn(`service '${service}' did not stop cleanly`, { error }),
    );
  }

  /** Serves and is registered when this resolves. Rejects with what the first failing service says; nothing is left then. */
  async start(): Promise<NodeManagerAddresses> {
    try {
      await this.services.start();
    } catch (error) {
      this.close();
      throw error;
    }
    const { nodeId: address, httpPort } = this.known();
    return { address, webAddress: `${address.slice(0, address.lastIndexOf(':'))}:${httpPort}` };
  }

  /** Ends the containers (unless supervised), then everything else. Safe to call twice. */
  async stop(): Promise<void> {
    await this.services.stop();
    this.close();
  }

  private close(): void {
    this.dispatcher.stop();
    this.store.close();
  }

  private known(): NodeIdentity {
    if (!this.identity) throw new Error('this NodeManager does not listen yet');
    return this.identity;
  }

  private compose(): Service[] {
    const { conf, clock, log, environment, nodePath } = this.options;
    const { dispatcher, store } = this;
    const context: NMContext = {
      clock,
      log,
      dispatcher,
      store,
      applications: new Map<ApplicationId, Application>(),
      containers: new Map<ContainerId, Container>(),
      identity: () => this.known(),
    };
    const recovered = recoverApplications(store);
    const resource = resourceOf(conf);
    const supervised = conf.get(nmKeys.recoveryEnabled) && conf.get(nmKeys.recoverySupervised);

    const dirs = new LocalDirsHandlerService({
      clock,
      log: log.child({ service: 'LocalDirsHandlerService' }),
      localDirs: conf.get(nmKeys.localDirs),
      logDirs: conf.get(nmKeys.logDirs),
      checkEnabled: conf.get(nmKeys.diskHealthCheckerEnable),
      intervalMs: conf.get(nmKeys.diskHealthCheckerIntervalMs),
      minHealthyFraction: conf.get(nmKeys.diskHealthCheckerMinHealthyDisksFraction),
      maxUsedPercent: conf.get(nmKeys.maxDiskUtilizationPercent),
      minFreeMb: conf.get(nmKeys.minFreeSpacePerDiskMb),
    });
    const deletion = new DeletionService({
      clock,
      log: log.child({ service: 'DeletionService' }),
      store,
      concurrency: conf.get(nmKeys.deleteThreadCount),
    });
    const localizer = new ResourceLocalizationService({
      context,
      dirs,
      deletion,
      fetchConcurrency: conf.get(nmKeys.localizerFetchThreadCount),
      cacheTargetBytes: conf.get(nmKeys.localizerCacheTargetSizeMb) * MIB,
      cacheCleanupIntervalMs: conf.get(nmKeys.localizerCacheCleanupIntervalMs),
      recoveredApplications: () => new Set(recovered.keys()),
      debugDelayMs: conf.get(nmKeys.deleteDebugDelayMs),
    });
    const auxServices = new AuxServices(this.auxiliaryServices(dirs), log.child({ service: 'AuxServices' }));
    const executor =
      this.options.executor ??
      new DefaultContainerExecutor({ clock, exitCodeFileTimeoutMs: conf.get(nmKeys.exitCodeFileTimeoutMs) });
    const launcher = new ContainersLauncher({
      context,
      executor,
      dirs,
      whitelistedEnvironment: whitelisted(conf.get(nmKeys.envWhitelist), environment, nodePath),
      userHomeDir: conf.get(nmKeys.userHomeDir),
      sleepDelayBeforeSigkillMs: conf.get(nmKeys.sleepDelayBeforeSigkillMs),
      stderrTailBytes: conf.get(nmKeys.stderrTailBytes),
      stderrPattern: conf.get(nmKeys.stderrPattern),
      auxServices,
    });
    const monitor = new ContainersMonitor({
      context,
      intervalMs: conf.get(nmKeys.resourceMonitorIntervalMs),
      pmemCheckEnabled: conf.get(nmKeys.pmemCheckEnabled),
      vmemCheckEnabled: conf.get(nmKeys.vmemCheckEnabled),
      vmemPmemRatio: conf.get(nmKeys.vmemPmemRatio),
    });
    const logHandler = new NonAggregatingLogHandler({
      context,
      dirs,
      deletion,
      retainMs: conf.get(nmKeys.logRetainMs),
    });
    const keys = new NodeKeys(() => this.known().nodeId, clock, store);
    const containerManager: ContainerManagerService = new ContainerManagerService({
      context,
      tokens: keys.containerTokens,
      auxServices,
      recentlyStopped: new RecentlyStoppedContainers(clock, store),
      rmIdentifier: () => statusUpdater.rmIdentifier,
      maxDiagnosticsChars: conf.get(nmKeys.containerDiagnosticsMaximumSize),
      onStarted: (attempt, keyId) => keys.keepKeyOf(attempt, keyId),
    });
    const secretFile = conf.get(bobbinKeys.secretFile);
    const secret = secretFile === undefined ? undefined : new SharedSecret(loadSecret(secretFile), clock);
    const stubOptions = this.rmConnection(secret);
    const tracker = createStub(resourceTrackerProtocol, stubOptions);
    const signals = createStub(nodeSignalProtocol, { ...stubOptions, retry: { maxWaitMs: 0 } });
    const web = new NMWebServer({
      context,
      ...this.webAddress(),
      logDirs: conf.get(nmKeys.logDirs),
      resource,
      version: VERSION,
      startedAtMs: clock.now(),
      pmemCheckEnabled: conf.get(nmKeys.pmemCheckEnabled),
      vmemCheckEnabled: conf.get(nmKeys.vmemCheckEnabled),
      health: () => dirs.health(),
      lastUpdateAtMs: () => statusUpdater.lastUpdateAtMs,
      authenticate: authenticateWeb(secret),
    });
    const statusUpdater: NodeStatusUpdater = new NodeStatusUpdater({
      context,
      tracker,
      signals,
      resource,
      rackName: conf.get(nmKeys.rackName),
      nmVersion: VERSION,
      keys,
      health: () => dirs.health(),
      containersUtilization: () => monitor.containersUtilization(),
      nodeUtilization: () => monitor.nodeUtilization(),
      containerManager,
      heartbeatIntervalMs: conf.get(rmKeys.nodeHeartbeatIntervalMs),
      supervised,
      onShutdown: (reason) => this.endWith(reason),
    });

    const shutdown = new ContainersShutdown({
      context,
      containerManager,
      executor,
      supervised,
      waitMs: conf.get(nmKeys.sleepDelayBeforeSigkillMs) + conf.get(nmKeys.processKillWaitMs),
    });

    dispatcher.on('application', (event) => containerManager.handleApplication(event));
    dispatcher.on('container', (event) => containerManager.handleContainer(event));
    dispatcher.on('localizer', (event) => localizer.handle(event));
    dispatcher.on('launcher', (event) => launcher.handle(event));
    dispatcher.on('monitor', (event) => monitor.handle(event));
    dispatcher.on('auxservices', (event) => auxServices.handle(event));
    dispatcher.on('loghandler', (event) => logHandler.handle(event));
    dispatcher.on('node', (event) => statusUpdater.handle(event));
    dispatcher.on('node', (event) => shutdown.handle(event));
    dispatcher.on('node', (event) => {
      if (event.type === 'APPLICATION_FORGOTTEN') keys.forget(event.applicationId);
    });

    return [
      { name: 'RM connection', start: () => undefined, stop: () => (tracker.close(), signals.close()) },
      dirs,
      deletion,
      localizer,
      auxServices,
      this.servers(web, containerManager, keys),
      {
        name: 'recovery',
        start: () => recovered.forEach((application) => containerManager.adopt(application)),
        stop: () => undefined,
      },
      launcher,
      monitor,
      statusUpdater,
      shutdown,
    ];
  }

  private auxiliaryServices(dirs: LocalDirsHandlerService): AuxiliaryService[] {
    const { conf, log } = this.options;
    return conf.get(nmKeys.auxServices).map((name) => {
      if (name !== SHUFFLE_SERVICE) {
        throw new Error(`yarn.nodemanager.aux-services names '${name}'; this release has '${SHUFFLE_SERVICE}'`);
      }
      return new ShuffleHandler({
        log,
        store: this.store,
        dirs,
        host: this.bindHost(),
        port: conf.get(nmKeys.shufflePort),
        maxConnections: conf.get(nmKeys.shuffleMaxConnections),
        keepAlive: conf.get(nmKeys.shuffleConnectionKeepAliveEnable),
        keepAliveTimeoutMs: conf.get(nmKeys.shuffleConnectionKeepAliveTimeoutMs),
        listenQueueSize: conf.get(nmKeys.shuffleListenQueueSize),
        bufferBytes: conf.get(nmKeys.shuffleTransferBufferBytes),
      });
    });
  }

  /** Web and RPC listen before anything needs this node's name, and stop when no container needs them. */
  private servers(web: NMWebServer, containerManager: ContainerManagerService, keys: NodeKeys): Service {
    const { conf, log } = this.options;
    const { host, port } = conf.get(nmKeys.address);
    const rpc = new RpcServer({ host: this.bindHost(), port, setting: nmKeys.address.name, log });
    rpc.register(containerManagementProtocol, containerManager, authenticateContainerManagement(keys.nmTokens));
    return {
      name: 'servers',
      start: async () => {
        await web.start();
        try {
          const bound = await rpc.start();
          this.identity = { nodeId: nodeId(advertised(host), bound), httpPort: web.port };
        } catch (error) {
          await web.stop();
          throw error;
        }
      },
      stop: async () => {
        await rpc.stop();
        await web.stop();
      },
    };
  }

  private bindHost(): string {
    const { conf } = this.options;
    return conf.get(nmKeys.bindHost) || conf.get(nmKeys.address).host;
  }

  private webAddress(): { readonly host: string; readonly port: number } {
    return this.options.conf.get(nmKeys.webappAddress);
  }

  private rmConnection(secret: SharedSecret | undefined): {
    readonly address: string;
    readonly credentials: () => CallCredentials;
    readonly deadlineMs: number;
    readonly retry: { readonly maxWaitMs: number; readonly maxPauseMs: number };
    readonly clock: Clock;
  } {
    const { conf, clock } = this.options;
    const { host, port } = conf.get(rmKeys.address);
    const maxWaitMs = conf.get(rmKeys.connectMaxWaitMs);
    const self = advertised(conf.get(nmKeys.address).host);
    return {
      address: `${host}:${port}`,
      credentials: () => (secret ? { token: secret.nodeToken(self) } : { user: userName(this.options.environment) }),
      deadlineMs: conf.get(bobbinKeys.rpcDeadlineMs),
      retry: { maxWaitMs: maxWaitMs < 0 ? Number.MAX_SAFE_INTEGER : maxWaitMs, maxPauseMs: 1000 },
      clock,
    };
  }
}

/** The name others reach this node by. */
function advertised(host: string): string {
  return host === '0.0.0.0' || host === '::' || host === '' ? hostname() : host;
}

/** Hadoop: NodeManagerHardwareUtils. Of the machine's memory a fifth is left to the system. */
function resourceOf(conf: Configuration): Resource {
  const memoryMb = conf.get(nmKeys.resourceMemoryMb);
  const vcores = conf.get(nmKeys.resourceCpuVcores);
  const detect = conf.get(nmKeys.detectHardwareCapabilities);
  return {
    memoryMb: memoryMb >= 0 ? memoryMb : detect ? Math.floor((totalmem() * 0.8) / MIB) : 8192,
    vcores: vcores >= 0 ? vcores : detect ? availableParallelism() : 8,
  };
}

function whitelisted(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  nodePath: string,
): Record<string, string> {
  const all = { ...environment, BOBBIN_NODE: nodePath };
  return Object.fromEntries(
    names.flatMap((name) => {
      const value: string | undefined = all[name as keyof typeof all];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
