/**
 * RMCore: the whole ResourceManager but for its sockets. Hadoop: ResourceManager.java, RMActiveServices. Made of a configuration, a clock, a
 * source of randomness, an open store and a way to call nodes, all given: so a simulation runs it as it is. Loads the store and takes up
 * what it holds. At the end of each turn of the dispatcher the store commits, then held calls are answered.
 */
import {
  ContainerExitStatus,
  Dispatcher,
  LivelinessMonitor,
  type ApplicationAttemptId,
  type Clock,
  type ContainerId,
  type Logger,
  type NMContainerStatus,
  type NodeId,
  type RandomSource,
  type Timer,
} from '@bobbin/common';
import { AMLauncher, type AMLauncherDeps } from './amlauncher/am-launcher.js';
import { ApplicationMasterService } from './application-master-service.js';
import { ClientRMService } from './client-rm-service.js';
import type { RMConf } from './conf/rm-conf.js';
import type { RMEvent } from './events.js';
import { HostLists } from './host-lists.js';
import { RMMetrics } from './metrics/rm-metrics.js';
import { NodeSignalService } from './node-signal-service.js';
import type { RMState, RMStateStore } from './recovery/rm-state-store.js';
import { ResourceTrackerService } from './resource-tracker-service.js';
import { RMAppManager } from './rm-app-manager.js';
import { RMRegistry } from './rm-registry.js';
import { AppWatchers } from './rmapp/app-watchers.js';
import type { RMAppDeps } from './rmapp/rm-app-deps.js';
import { abnormalStatus } from './rmcontainer/rm-container.js';
import type { RMNode, RMNodeDeps } from './rmnode/rm-node.js';
import { FifoScheduler } from './scheduler/fifo/fifo-scheduler.js';
import { SchedulerService } from './scheduler/scheduler-service.js';
import { accessControl } from './security/access-control.js';
import { RMSecurity } from './security/rm-security.js';

export interface RMCoreOptions {
  readonly conf: RMConf;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Logger;
  /** Taken over: closed by `stop`. */
  readonly store: RMStateStore;
  readonly connect: AMLauncherDeps['connect'];
  /** `host:port` by which AMs reach this ResourceManager. */
  readonly rmAddress: () => string;
  /** The first error that a handler threw; nothing is handled after it. */
  readonly onFatal: (error: unknown, event: string) => void;
}

/** No call is held longer, whatever its caller asks. */
const MAX_HOLD_MS = 60_000;
/** Nodes that have left and are still listed. */
const MAX_INACTIVE_NODES = 1000;

export class RMCore {
  readonly registry = new RMRegistry();
  readonly dispatcher: Dispatcher<RMEvent>;
  /** When this ResourceManager started, ms since 1970; stands in its application ids and container tokens. */
  readonly clusterTimestamp: number;
  readonly metrics: RMMetrics;
  readonly schedulerService: SchedulerService;
  readonly security: RMSecurity;
  readonly clientService: ClientRMService;
  readonly amService: ApplicationMasterService;
  readonly resourceTracker: ResourceTrackerService;
  readonly nodeSignals: NodeSignalService;
  readonly launcher: AMLauncher;
  readonly appManager: RMAppManager;
  private readonly watchers: AppWatchers;
  private readonly amLiveliness: LivelinessMonitor<ApplicationAttemptId>;
  private readonly amFinishing: LivelinessMonitor<ApplicationAttemptId>;
  private readonly nodeLiveliness: LivelinessMonitor<NodeId>;
  private readonly allocationExpirer: LivelinessMonitor<ContainerId>;
  /** AMs that ran when the ResourceManager died, by the node that must tell of them before anything is given out. */
  private readonly awaitedAMs = new Map<NodeId, ApplicationAttemptId[]>();
  private openTimer: Timer | undefined;
  private stopped = false;

  /** Throws what the store throws when it cannot be read, ConfigurationError for host lists that cannot. */
  constructor(private readonly options: RMCoreOptions) {
    const { conf, clock, random, log, store } = options;
    const state = store.load();
    store.apply({ type: 'PUT_EPOCH', epoch: state.epoch + 1 });
    store.commit();
    const { registry } = this;
    this.clusterTimestamp = clock.now();
    const dispatcher = new Dispatcher<RMEvent>({
      now: () => clock.monotonic(),
      onFatal: (error, event) => options.onFatal(error, event ? `${event.domain}.${event.type}` : 'the end of a turn'),
    });
    this.dispatcher = dispatcher;
    this.metrics = new RMMetrics(dispatcher);
    this.watchers = new AppWatchers(clock);
    this.amLiveliness = new LivelinessMonitor(clock, conf.amExpiryIntervalMs, (attemptId) =>
      dispatcher.dispatch({ domain: 'rmattempt', type: 'EXPIRE', attemptId }),
    );
    this.amFinishing = new LivelinessMonitor(clock, conf.amExpiryIntervalMs, (attemptId) =>
      dispatcher.dispatch({ domain: 'rmattempt', type: 'EXPIRE', attemptId }),
    );
    this.nodeLiveliness = new LivelinessMonitor(clock, conf.nodeExpiryIntervalMs, (nodeId) =>
      dispatcher.dispatch({ domain: 'rmnode', type: 'EXPIRE', nodeId }),
    );
    this.allocationExpirer = new LivelinessMonitor(clock, conf.containerAllocationExpiryIntervalMs, (containerId) =>
      dispatcher.dispatch({ domain: 'scheduler', type: 'CONTAINER_EXPIRED', containerId }),
    );
    this.schedulerService = new SchedulerService({
      clock,
      log: log.child({ service: 'Scheduler' }),
      dispatcher,
      registry,
      scheduler: new FifoScheduler({ ...conf, epoch: state.epoch }),
      epoch: state.epoch,
      allocationExpirer: this.allocationExpirer,
      wakeAM: (attemptId) => this.amService.wake(attemptId),
    });
    this.security = new RMSecurity({
      clock,
      random,
      conf,
      store,
      storedSecrets: state.secrets,
      rmIdentifier: this.clusterTimestamp,
      onNMKeyChange: () => this.amService.forgetAllNodeTokens(),
      onFatal: (error) => {
        dispatcher.stop();
        options.onFatal(error, 'a change of master keys');
      },
    });
    const { schedulerService, security, watchers, amLiveliness, amFinishing } = this;
    this.amService = new ApplicationMasterService({
      clock,
      log: log.child({ service: 'ApplicationMasterService' }),
      dispatcher,
      registry,
      schedulerService,
      security,
      amLiveliness,
      amFinishing,
      watchers,
      maxHoldMs: Math.min(MAX_HOLD_MS, conf.amExpiryIntervalMs / 3),
    });
    this.nodeSignals = new NodeSignalService({ clock, registry, maxHoldMs: MAX_HOLD_MS });
    this.resourceTracker = new ResourceTrackerService({
      clock,
      log: log.child({ service: 'ResourceTracker' }),
      dispatcher,
      registry,
      conf,
      hosts: new HostLists(conf.nodesIncludePath, conf.nodesExcludePath),
      security,
      nodeLiveliness: this.nodeLiveliness,
      rmIdentifier: this.clusterTimestamp,
      node: this.nodeDeps(),
      forgetNodeTokens: (nodeId) => this.amService.forgetNodeTokens(nodeId),
    });
    const app: RMAppDeps = {
      log: log.child({ service: 'RMApp' }),
      clock,
      random,
      dispatcher,
      store,
      registry,
      schedulerService,
      amRegistry: this.amService,
      amLiveliness,
      amFinishing,
      changed: (changed) => watchers.changed(changed),
      diagnosticsLimit: conf.diagnosticsLimit,
      amBlacklistThreshold: conf.amBlacklistThreshold,
    };
    this.appManager = new RMAppManager({ clock, conf, watchers, app });
    this.launcher = new AMLauncher({
      clock,
      log: log.child({ service: 'AMLauncher' }),
      dispatcher,
      registry,
      security,
      connect: options.connect,
      rmAddress: options.rmAddress,
    });
    this.clientService = new ClientRMService({
      dispatcher,
      registry,
      appManager: this.appManager,
      schedulerService,
      watchers,
      access: accessControl({ enabled: conf.aclEnabled, adminAcl: conf.adminAcl }),
      clusterTimestamp: this.clusterTimestamp,
      maxHoldMs: MAX_HOLD_MS,
    });
    this.connectRooms();
    this.recover(state);
  }

  /** Timers run from here on. */
  start(): void {
    this.security.start();
  }

  /** Answers every held call with what there is, writes what is open, and does nothing any more. Safe to call twice. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.openTimer?.cancel();
    this.amService.stop();
    this.nodeSignals.stop();
    this.watchers.stop();
    this.security.stop();
    this.schedulerService.stop();
    for (const monitor of [this.amLiveliness, this.amFinishing, this.nodeLiveliness, this.allocationExpirer])
      monitor.stop();
    this.dispatcher.stop();
    this.options.store.close();
  }

  private connectRooms(): void {
    const { dispatcher, registry } = this;
    dispatcher.on('rmapp', (event) => registry.apps.get(event.applicationId)?.handle(event));
    dispatcher.on('rmattempt', (event) => registry.attempt(event.attemptId)?.handle(event));
    dispatcher.on('rmnode', (event) => {
      // It has registered between the expiry and its turn.
      if (event.type === 'EXPIRE' && this.nodeLiveliness.watches(event.nodeId)) return;
      this.nodeOf(event.nodeId)?.handle(event);
    });
    dispatcher.on('scheduler', (event) => {
      this.schedulerService.handle(event);
      if (event.type === 'RECOVER_CONTAINERS') this.nodeReported(event.nodeId, event.containers);
    });
    dispatcher.on('amlauncher', (event) => this.launcher.handle(event));
    dispatcher.on('appmanager', (event) => this.appManager.handle(event));
    dispatcher.on('amservice', (event) => this.amService.handle(event));
    dispatcher.onTurnEnd(() => this.options.store.commit());
    dispatcher.onTurnEnd(() => {
      this.amService.flush();
      this.nodeSignals.flush();
    });
  }

  private nodeOf(nodeId: NodeId): RMNode | undefined {
    return this.registry.nodes.get(nodeId) ?? this.registry.inactiveNodes.get(nodeId);
  }

  private nodeDeps(): RMNodeDeps {
    const { dispatcher, registry } = this;
    return {
      log: this.options.log.child({ service: 'RMNode' }),
      dispatcher,
      wake: (nodeId) => this.nodeSignals.wake(nodeId),
      deactivate: (node) => {
        if (registry.nodes.get(node.nodeId) === node) registry.nodes.delete(node.nodeId);
        this.nodeLiveliness.unregister(node.nodeId);
        registry.inactiveNodes.delete(node.nodeId);
        registry.inactiveNodes.set(node.nodeId, node);
        const oldest = registry.inactiveNodes.keys().next();
        if (registry.inactiveNodes.size > MAX_INACTIVE_NODES && !oldest.done)
          registry.inactiveNodes.delete(oldest.value);
      },
      tellApps: (nodeId, update) => {
        for (const app of registry.apps.values()) if (!app.isFinal) app.tell({ type: 'NODE_UPDATE', nodeId, update });
      },
      isAppKnown: (app) => registry.apps.has(app),
    };
  }

  /**
   * Applications that had not ended wait for their AMs. A node reports its containers as it registers, before anything new can land on it; so
   * allocation opens when every node with an AM is back, at the latest after the configured wait (yarn.md 4.2 has the wait alone).
   */
  private recover(state: RMState): void {
    this.appManager.recover(state.applications);
    for (const { state: ended, attempts } of state.applications) {
      const last = attempts.at(-1);
      if (ended || last?.state || !last?.masterContainer) continue;
      const { nodeId } = last.masterContainer;
      this.awaitedAMs.set(nodeId, [...(this.awaitedAMs.get(nodeId) ?? []), last.attemptId]);
    }
    if (state.applications.length > 0) {
      this.options.log.info(`Recovered ${state.applications.length} applications, epoch ${state.epoch}`);
    }
    if (this.awaitedAMs.size === 0) return;
    this.schedulerService.holdAllocation();
    this.openTimer = this.options.clock.after(this.options.conf.schedulingWaitMs, () =>
      this.schedulerService.openForAllocation(),
    );
  }

  /**
   * An AM that its node does not know was never started, or is gone: its attempt is over now, and not when its time is over. That is not its
   * application's fault.
   */
  private nodeReported(nodeId: NodeId, reported: readonly NMContainerStatus[]): void {
    const attempts = this.awaitedAMs.get(nodeId);
    if (!attempts) return;
    this.awaitedAMs.delete(nodeId);
    for (const attemptId of attempts) {
      const id = this.registry.attempt(attemptId)?.masterContainer?.id;
      if (id === undefined || reported.some(({ containerId }) => containerId === id)) continue;
      const why = `Container ${id} is not known to its node ${nodeId} since the ResourceManager restarted`;
      const status = abnormalStatus(id, ContainerExitStatus.ABORTED, why);
      this.dispatcher.dispatch({ domain: 'rmattempt', type: 'CONTAINER_FINISHED', attemptId, nodeId, status });
    }
    if (this.awaitedAMs.size > 0) return;
    this.openTimer?.cancel();
    this.schedulerService.openForAllocation();
  }
}
