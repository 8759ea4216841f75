/**
 * NodeManager: the composition root of the daemon. Hadoop: nodemanager.NodeManager. Makes every room, ties its domain to the one
 * dispatcher, and starts and stops them in order. A stop ends the containers, unless somebody will start this NodeManager again
 * (yarn.nodemanager.recovery.supervised); a state that cannot be kept, or a fault in a handler, ends the daemon.
 */
import {
  authenticateContainerManagement,
  authenticateWeb,
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
  RpcServer,
  SharedSecret,
  userName,
  type ApplicationId,
  type Clock,
  type Configuration,
  type ContainerId,
  type DaemonAddresses,
  type Logger,
  type Service,
  type StubOptions,
} from '@bobbin/common';
import { nmSettings, type NMSettings } from './conf/nm-settings.js';
import type { Application } from './containermanager/application/application.js';
import { AuxServices } from './containermanager/auxservices/aux-services.js';
import { ShuffleHandler } from './containermanager/auxservices/shuffle-handler.js';
import { ContainerManagerService } from './containermanager/container-manager-service.js';
import type { Container } from './containermanager/container/container.js';
import { ContainersShutdown } from './containermanager/containers-shutdown.js';
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
import { NMWebServer } from './webapp/nm-web-server.js';

/** What a release calls itself towards RM and web clients. */
const VERSION = '0.1.0';

export interface NodeManagerOptions {
  readonly conf: Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  /** This process's variables; those on the whitelist reach containers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Node executable containers get as BOBBIN_NODE. */
  readonly nodePath: string;
}

export class NodeManager {
  /** Rejects with the reason when this daemon must end by itself: the RM wants it gone, or its state is in doubt. */
  readonly ended: Promise<never>;
  private endWith: (reason: string) => void = () => undefined;
  private readonly settings: NMSettings;
  private readonly store: NMStateStore;
  private readonly dispatcher: Dispatcher<NMEvent>;
  private readonly services: CompositeService;
  private readonly statusUpdater: NodeStatusUpdater;
  private starting: Promise<void> = Promise.resolve();
  private identity: NodeIdentity | undefined;

  /** Opens the state store; throws StoreError or ConfigurationError. */
  constructor(private readonly options: NodeManagerOptions) {
    const { conf, log } = options;
    this.ended = new Promise((_, reject) => {
      this.endWith = (reason) => reject(new Error(`the NodeManager ended: ${reason}`));
    });
    this.ended.catch(() => undefined);
    this.settings = nmSettings(conf);
    for (const warning of this.settings.warnings) log.warn(warning);
    this.dispatcher = new Dispatcher<NMEvent>({
      onFatal: (error, event) => {
        const where = event ? `event ${event.domain}.${event.type}` : 'the end of a turn';
        log.error(`a fault at ${where} ends this NodeManager`, { error });
        this.endWith(`fault at ${where}: ${messageOf(error)}`);
      },
    });
    const { stateFile } = this.settings;
    this.store = stateFile === undefined ? new MemoryNMStateStore() : new SqliteNMStateStore(stateFile);
    this.dispatcher.onTurnEnd(() => this.store.commit());
    try {
      const { services, statusUpdater } = this.compose();
      this.statusUpdater = statusUpdater;
      this.services = new CompositeService('NodeManager', services, (service, error) =>
        log.warn(`service '${service}' did not stop cleanly`, { error }),
      );
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Serves and is registered when this resolves. Rejects with what the first failing service says; nothing is left then. */
  async start(): Promise<DaemonAddresses> {
    this.starting = this.services.start();
    try {
      await this.starting;
    } catch (error) {
      this.close();
      throw error;
    }
    const { nodeId: address, httpPort } = this.known();
    return { address, webAddress: `${this.settings.advertisedHost}:${httpPort}` };
  }

  /** Ends the containers (unless supervised), then everything else. Safe to call twice, and while a start is under way. */
  async stop(): Promise<void> {
    // A start may be calling an RM that does not answer.
    this.statusUpdater.cancelStart();
    await this.starting.catch(() => undefined);
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

  /** Every room, and which of them live as services, in the order they start. */
  private compose(): { readonly services: Service[]; readonly statusUpdater: NodeStatusUpdater } {
    const { clock, log } = this.options;
    const { dispatcher, store, settings } = this;
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
    const secret =
      settings.secretFile === undefined ? undefined : new SharedSecret(loadSecret(settings.secretFile), clock);
    const rm = this.rmConnection(secret);
    const tracker = createStub(resourceTrackerProtocol, rm);
    const signals = createStub(nodeSignalProtocol, { ...rm, retry: { maxWaitMs: 0 } });
    const keys = new NodeKeys(() => this.known().nodeId, clock, store);

    const dirs = new LocalDirsHandlerService({ clock, log, ...settings.dirs });
    const deletion = new DeletionService({ clock, log, store, concurrency: settings.deleteConcurrency });
    const localizer = new ResourceLocalizationService({
      context,
      dirs,
      deletion,
      recoveredApplications: () => new Set(recovered.keys()),
      ...settings.localizer,
    });
    const auxServices = new AuxServices(
      // `nmSettings` has refused every other name.
      settings.auxServices.map(
        () => new ShuffleHandler({ log, store, dirs, host: settings.address.host, ...settings.shuffle }),
      ),
      log,
    );
    const executor = new DefaultContainerExecutor({ clock, exitCodeFileTimeoutMs: settings.exitCodeFileTimeoutMs });
    const whitelistedEnvironment = this.whitelistedEnvironment();
    const launcher = new ContainersLauncher({
      context,
      executor,
      dirs,
      auxServices,
      whitelistedEnvironment,
      ...settings.launcher,
    });
    const monitor = new ContainersMonitor({ context, ...settings.monitor });
    const logHandler = new NonAggregatingLogHandler({ context, dirs, deletion, retainMs: settings.logRetainMs });
    const containerManager: ContainerManagerService = new ContainerManagerService({
      context,
      tokens: keys.containerTokens,
      auxServices,
      recentlyStopped: new RecentlyStoppedContainers(clock, store),
      rmIdentifier: () => statusUpdater.rmIdentifier,
      maxDiagnosticsChars: settings.maxDiagnosticsChars,
      onStarted: (attempt, keyId) => keys.keepKeyOf(attempt, keyId),
    });
    const statusUpdater: NodeStatusUpdater = new NodeStatusUpdater({
      context,
      tracker,
      signals,
      keys,
      containerManager,
      resource: settings.resource,
      rackName: settings.rackName,
      nmVersion: VERSION,
      heartbeatIntervalMs: settings.heartbeatIntervalMs,
      supervised: settings.supervised,
      health: () => dirs.health(),
      containersUtilization: () => monitor.containersUtilization(),
      nodeUtilization: () => monitor.nodeUtilization(),
      onShutdown: (reason) => this.endWith(reason),
    });
    const web = new NMWebServer({
      context,
      address: settings.webAddress,
      logDirs: settings.dirs.logDirs,
      resource: settings.resource,
      version: VERSION,
      startedAtMs: clock.now(),
      pmemCheckEnabled: settings.monitor.pmemCheckEnabled,
      vmemCheckEnabled: settings.monitor.vmemCheckEnabled,
      health: () => dirs.health(),
      lastUpdateAtMs: () => statusUpdater.lastUpdateAtMs,
      authenticate: authenticateWeb(secret),
    });
    const shutdown = new ContainersShutdown({
      context,
      containerManager,
      executor,
      supervised: settings.supervised,
      waitMs: settings.stopWaitMs,
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

    const services = [
      service('connection to the RM', { stop: () => [tracker, signals].forEach((stub) => stub.close()) }),
      dirs,
      deletion,
      localizer,
      auxServices,
      this.servers(web, containerManager, keys),
      service('recovery', { start: () => recovered.forEach((application) => containerManager.adopt(application)) }),
      launcher,
      monitor,
      statusUpdater,
      shutdown,
    ];
    return { services, statusUpdater };
  }

  /** Web and RPC listen before anything needs this node's name, and stop when no container needs them. */
  private servers(web: NMWebServer, containerManager: ContainerManagerService, keys: NodeKeys): Service {
    const { address, advertisedHost } = this.settings;
    const rpc = new RpcServer({ ...address, setting: nmKeys.address.name, log: this.options.log });
    rpc.register(containerManagementProtocol, containerManager, authenticateContainerManagement(keys.nmTokens));
    const stop = async (): Promise<void> => {
      await rpc.stop();
      await web.stop();
    };
    const start = async (): Promise<void> => {
      try {
        await web.start();
        const port = await rpc.start();
        this.identity = { nodeId: nodeId(advertisedHost, port), httpPort: web.port };
      } catch (error) {
        await stop();
        throw error;
      }
    };
    return service('servers', { start, stop });
  }

  private rmConnection(secret: SharedSecret | undefined): StubOptions {
    const {
      rmAddress: address,
      rmConnectMaxWaitMs: maxWaitMs,
      rpcDeadlineMs: deadlineMs,
      advertisedHost,
    } = this.settings;
    const { clock, environment } = this.options;
    return {
      address,
      credentials: () => (secret ? { token: secret.nodeToken(advertisedHost) } : { user: userName(environment) }),
      deadlineMs,
      retry: { maxWaitMs },
      clock,
    };
  }

  private whitelistedEnvironment(): Record<string, string> {
    const { environment, nodePath } = this.options;
    const variables: Record<string, string> = {};
    for (const name of this.settings.envWhitelist) {
      const value = environment[name];
      if (value !== undefined) variables[name] = value;
    }
    // Not up to the list: a site's own, written for Hadoop, does not name it, and every job of ours needs it.
    return { ...variables, BOBBIN_NODE: nodePath };
  }
}

/** A service of functions, for what is too small to be a class. */
function service(name: string, { start, stop }: Partial<Pick<Service, 'start' | 'stop'>>): Service {
  return { name, start: start ?? (() => undefined), stop: stop ?? (() => undefined) };
}
