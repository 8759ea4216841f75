/**
 * NMCore: the whole NodeManager but for its sockets, disks and processes. Hadoop: nodemanager.NodeManager. Makes every room, ties its domain
 * to the one dispatcher, and starts and stops them in order. Clock, store, RM, files, processes and doors are given: so a simulation
 * runs it as it is. A stop ends the containers, unless somebody will start this NodeManager again
 * (yarn.nodemanager.recovery.supervised); a state that cannot be kept, or a fault in a handler, ends it.
 */
import {
  CompositeService,
  ContainerExitStatus,
  Dispatcher,
  messageOf,
  type ApplicationId,
  type Clock,
  type ContainerId,
  type Logger,
  type NodeHealthStatus,
  type NodeId,
  type Service,
} from '@bobbin/common';
import type { NMSettings } from './conf/nm-settings.js';
import type { ContainerExecutor } from './container-executor.js';
import type { Application } from './containermanager/application/application.js';
import { AuxServices } from './containermanager/auxservices/aux-services.js';
import type { AuxiliaryService } from './containermanager/auxservices/auxiliary-service.js';
import { ContainerManagerService } from './containermanager/container-manager-service.js';
import type { Container } from './containermanager/container/container.js';
import { ContainersShutdown } from './containermanager/containers-shutdown.js';
import { ContainersLauncher } from './containermanager/launcher/containers-launcher.js';
import { ResourceLocalizationService } from './containermanager/localizer/resource-localization-service.js';
import { NonAggregatingLogHandler } from './containermanager/loghandler/non-aggregating-log-handler.js';
import { ContainersMonitor, type ProcessSource } from './containermanager/monitor/containers-monitor.js';
import { RecentlyStoppedContainers } from './containermanager/recently-stopped-containers.js';
import { DeletionService } from './deletion-service.js';
import { LocalDirsHandlerService } from './local-dirs-handler-service.js';
import type { NMContext, NodeIdentity } from './nm-context.js';
import type { NMEvent } from './nm-events.js';
import type { NodeFiles } from './node-files.js';
import { NodeStatusUpdater, type RMConnection } from './node-status-updater.js';
import type { NMStateStore } from './recovery/nm-state-store.js';
import { recoverApplications } from './recovery/recover-applications.js';
import { NodeKeys } from './security/node-keys.js';

export interface NMCoreOptions {
  readonly settings: NMSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Taken over: closed by `stop`. */
  readonly store: NMStateStore;
  readonly rm: RMConnection;
  readonly files: NodeFiles;
  readonly executor: ContainerExecutor;
  /** What the monitor sees of this machine. */
  readonly processes: ProcessSource;
  /** The auxiliary services of this node; `dirs` is where their applications' files lie. */
  readonly auxServices: (dirs: Pick<LocalDirsHandlerService, 'allLocalDirs'>) => readonly AuxiliaryService[];
  readonly doors: NodeDoors;
  /** Variables of this daemon that containers may have, BOBBIN_NODE included. */
  readonly environment: Readonly<Record<string, string>>;
  /** What a release calls itself towards RM and web clients. */
  readonly version: string;
  /** Why this NodeManager cannot go on: the RM wants it gone, or its state is in doubt. */
  readonly onEnd: (reason: string) => void;
}

/** Where AMs and people come in. */
export interface NodeDoors {
  /** Resolves when calls are served, with the name they are served under. */
  open(): Promise<NodeIdentity> | NodeIdentity;
  close(): Promise<void> | void;
}

export class NMCore {
  readonly context: NMContext;
  readonly dispatcher: Dispatcher<NMEvent>;
  readonly keys: NodeKeys;
  readonly containerManager: ContainerManagerService;
  private readonly dirs: LocalDirsHandlerService;
  private readonly statusUpdater: NodeStatusUpdater;
  private readonly services: CompositeService;
  private starting: Promise<void> = Promise.resolve();
  private identity: NodeIdentity | undefined;

  /** Reads what the store holds; throws StoreCorruptError. The store is the caller's to close then. */
  constructor(private readonly options: NMCoreOptions) {
    const { settings, clock, log, store, files, executor, rm } = options;
    const dispatcher = new Dispatcher<NMEvent>({
      now: () => clock.monotonic(),
      onFatal: (error, event) => {
        const where = event ? `event ${event.domain}.${event.type}` : 'the end of a turn';
        log.error(`a fault at ${where} ends this NodeManager`, { error });
        options.onEnd(`fault at ${where}: ${messageOf(error)}`);
      },
    });
    this.dispatcher = dispatcher;
    dispatcher.onTurnEnd(() => store.commit());
    const context: NMContext = {
      clock,
      log,
      dispatcher,
      store,
      applications: new Map<ApplicationId, Application>(),
      containers: new Map<ContainerId, Container>(),
      identity: () => this.known(),
    };
    this.context = context;
    const recovered = recoverApplications(store);
    this.keys = new NodeKeys(() => this.nodeId, clock, store);
    const { keys } = this;

    const dirs = new LocalDirsHandlerService({
      clock,
      log,
      files,
      ...settings.dirs,
      onHealthChanged: () => this.statusUpdater.heartbeatNow(),
    });
    this.dirs = dirs;
    const deletion = new DeletionService({ clock, log, store, files, concurrency: settings.deleteConcurrency });
    const localizer = new ResourceLocalizationService({
      context,
      dirs,
      deletion,
      files,
      recoveredApplications: () => new Set(recovered.keys()),
      ...settings.localizer,
    });
    const auxServices = new AuxServices(options.auxServices(dirs), log);
    const launcher = new ContainersLauncher({
      context,
      executor,
      files,
      dirs,
      auxServices,
      whitelistedEnvironment: options.environment,
      ...settings.launcher,
    });
    const monitor = new ContainersMonitor({ context, source: options.processes, ...settings.monitor });
    const logHandler = new NonAggregatingLogHandler({ context, dirs, deletion, retainMs: settings.logRetainMs });
    const containerManager: ContainerManagerService = new ContainerManagerService({
      context,
      tokens: keys.containerTokens,
      auxServices,
      recentlyStopped: new RecentlyStoppedContainers(clock, store),
      rmIdentifier: () => this.statusUpdater.rmIdentifier,
      maxDiagnosticsChars: settings.maxDiagnosticsChars,
      onStarted: (attempt, keyId) => {
        keys.keepKeyOf(attempt, keyId);
        // Until the RM hears of a container it takes it for one that was given and not used: it would end it with the attempt that asked for it.
        store.afterCommit(() => this.statusUpdater.heartbeatNow());
      },
    });
    this.containerManager = containerManager;
    const statusUpdater = new NodeStatusUpdater({
      context,
      ...rm,
      keys,
      containerManager,
      resource: settings.resource,
      rackName: settings.rackName,
      nmVersion: options.version,
      heartbeatIntervalMs: settings.heartbeatIntervalMs,
      supervised: settings.supervised,
      health: () => dirs.health(),
      containersUtilization: () => monitor.containersUtilization(),
      nodeUtilization: () => monitor.nodeUtilization(),
      onShutdown: options.onEnd,
    });
    this.statusUpdater = statusUpdater;
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
      if (event.type !== 'CONTAINER_COMPLETED') return;
      const exitStatus = context.containers.get(event.containerId)?.status().exitStatus;
      if (exitStatus !== ContainerExitStatus.SUCCESS) dirs.suspect();
    });

    const services = [
      service('connection to the RM', { stop: () => rm.close() }),
      dirs,
      deletion,
      localizer,
      auxServices,
      this.doors(),
      service('recovery', { start: () => recovered.forEach((application) => containerManager.adopt(application)) }),
      launcher,
      monitor,
      statusUpdater,
      shutdown,
    ];
    this.services = new CompositeService('NodeManager', services, (name, error) =>
      log.warn(`service '${name}' did not stop cleanly`, { error }),
    );
  }

  /** Serves and is registered when this resolves. Rejects with what the first failing service says; nothing is left then. */
  async start(): Promise<NodeIdentity> {
    this.starting = this.services.start();
    try {
      await this.starting;
    } catch (error) {
      this.close();
      throw error;
    }
    return this.known();
  }

  /** Ends the containers (unless supervised), then everything else. Safe to call twice, and while a start is under way. */
  async stop(): Promise<void> {
    // A start may be calling an RM that does not answer.
    this.statusUpdater.cancelStart();
    await this.starting.catch(() => undefined);
    await this.services.stop();
    this.close();
  }

  /** Throws while the doors are closed. */
  get nodeId(): NodeId {
    return this.known().nodeId;
  }

  health(): NodeHealthStatus {
    return this.dirs.health();
  }

  /** Time of the last answer of the RM, 0 before the first. */
  get lastUpdateAtMs(): number {
    return this.statusUpdater.lastUpdateAtMs;
  }

  private close(): void {
    this.dispatcher.stop();
    this.options.store.close();
  }

  private known(): NodeIdentity {
    if (!this.identity) throw new Error('this NodeManager does not listen yet');
    return this.identity;
  }

  /** They open before anything needs this node's name, and close when no container needs them. */
  private doors(): Service {
    const { doors } = this.options;
    return service('doors', {
      start: async () => {
        this.identity = await doors.open();
      },
      stop: () => doors.close(),
    });
  }
}

/** A service of functions, for what is too small to be a class. */
function service(name: string, { start, stop }: Partial<Pick<Service, 'start' | 'stop'>>): Service {
  return { name, start: start ?? (() => undefined), stop: stop ?? (() => undefined) };
}
