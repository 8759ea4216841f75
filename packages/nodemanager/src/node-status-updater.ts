/**
 * NodeStatusUpdater: registers this node, keeps it alive at the RM, and carries out what the RM says. Hadoop:
 * nodemanager.NodeStatusUpdaterImpl; yarn.md 1.4. The heartbeat guards; news goes at once (DESIGN D2): a completed container, once
 * stored, brings the next heartbeat forward, and so does the RM by answering the `awaitSignal` call this node keeps open. A
 * completed container is reported until a heartbeat with it has been answered, and kept until the RM says that its AM knows.
 */
import {
  assertNever,
  ContainerExitStatus,
  type ApplicationId,
  type CallOptions,
  type ContainerId,
  type ContainerStatus,
  type Logger,
  type MasterKey,
  type NodeHealthStatus,
  type NodeHeartbeatResponse,
  type NodeSignalProtocol,
  type RegisterNodeManagerResponse,
  type Resource,
  type ResourceTracker,
  type ResourceUtilization,
  type Service,
  type SignalContainerCommand,
  type Timer,
  UnreachableError,
  YarnError,
} from '@bobbin/common';
import { RegistrationRefusedError } from './errors.js';
import type { NMContext } from './nm-context.js';
import type { NodeEvent } from './nm-events.js';

/** A protocol whose calls can be cancelled. */
type Cancellable<P> = {
  readonly [M in keyof P]: P[M] extends (request: infer Q) => Promise<infer R>
    ? (request: Q, options?: CallOptions) => Promise<R>
    : never;
};

/** The RM as this node calls it; repeats calls by itself where nobody answers. */
export interface RMConnection {
  readonly tracker: Cancellable<ResourceTracker>;
  readonly signals: Cancellable<NodeSignalProtocol>;
  /** Calls in flight fail. */
  close(): void;
}

export interface NodeStatusUpdaterDeps extends Pick<RMConnection, 'tracker' | 'signals'> {
  readonly context: NMContext;
  readonly resource: Resource;
  readonly rackName: string;
  readonly nmVersion: string;
  readonly keys: {
    /** Ids of the newest keys this node has; undefined before it has any. */
    ids(): { readonly containerToken: number | undefined; readonly nmToken: number | undefined };
    update(containerToken: MasterKey | undefined, nmToken: MasterKey | undefined): void;
  };
  readonly health: () => NodeHealthStatus;
  readonly containersUtilization: () => ResourceUtilization;
  readonly nodeUtilization: () => ResourceUtilization;
  readonly containerManager: {
    forget(containerId: ContainerId): void;
    signal(containerId: ContainerId, command: SignalContainerCommand): void;
  };
  /** Until the first answer tells. */
  readonly heartbeatIntervalMs: number;
  /** Whether a stop leaves containers running for the next NodeManager: then it does not unregister. */
  readonly supervised: boolean;
  /** The RM wants this daemon gone, or could not be reached for too long; called once. */
  readonly onShutdown: (reason: string) => void;
}

/** How long the RM may hold an `awaitSignal`. */
const SIGNAL_WAIT_MS = 30_000;
/** How long an RM may take to hear that this node goes. */
const LAST_WORDS_MS = 2000;
/** Pause where the RM does not hold it, or fails. */
const SIGNAL_PAUSE_MS = 1000;

export class NodeStatusUpdater implements Service {
  readonly name = 'NodeStatusUpdater';
  private readonly log: Logger;
  private readonly stopping = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();
  private rm: number | undefined;
  private responseId = 0;
  private intervalMs: number;
  private registered = false;
  private updatedAtMs = 0;
  /** Completed, and not in a heartbeat that was answered. */
  private readonly unreported = new Map<ContainerId, ContainerStatus>();
  /** Completed and answered, not yet acknowledged by an AM. */
  private readonly reported = new Set<ContainerId>();
  private newsWaiting = false;
  private wakeLoop: () => void = () => undefined;
  /** Called, and gone, when a heartbeat has been answered or has failed. */
  private afterHeartbeat: (() => void)[] = [];

  constructor(private readonly deps: NodeStatusUpdaterDeps) {
    this.log = deps.context.log.child({ service: this.name });
    this.intervalMs = deps.heartbeatIntervalMs;
  }

  /** Start stamp of the RM this node is registered with. */
  get rmIdentifier(): number | undefined {
    return this.rm;
  }

  /** Time of the last answer of the RM, 0 before the first. */
  get lastUpdateAtMs(): number {
    return this.updatedAtMs;
  }

  /** Registers, then keeps heartbeats going. Rejects with RegistrationRefusedError, or UnreachableError after the calls' own retries. */
  async start(): Promise<void> {
    await this.register();
    this.loops = Promise.all([this.heartbeats().finally(() => this.heartbeatEnded()), this.signals()]);
  }

  /** Ends a start that waits for an RM, which then rejects; does nothing once the node is registered. */
  cancelStart(): void {
    if (!this.registered) this.stopping.abort();
  }

  /**
   * Ends the loops, tells the RM what has completed meanwhile and, unless supervised, that this node is gone. An RM that does not
   * answer soon is left to find out by itself.
   */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeLoop();
    this.heartbeatEnded();
    await this.loops;
    if (!this.registered) return;
    this.registered = false;
    const patience = new AbortController();
    const timer = this.deps.context.clock.after(LAST_WORDS_MS, () => patience.abort());
    try {
      if (this.unreported.size > 0) await this.heartbeat(patience.signal);
      const { nodeId } = this.deps.context.identity();
      if (!this.deps.supervised) await this.deps.tracker.unRegisterNodeManager({ nodeId }, { signal: patience.signal });
    } catch (error) {
      this.log.warn('cannot unregister; the RM will find this node lost', { error });
    } finally {
      timer.cancel();
    }
  }

  /** Events of the `node` domain. */
  handle(event: NodeEvent): void {
    switch (event.type) {
      case 'CONTAINER_COMPLETED': {
        const container = this.deps.context.containers.get(event.containerId);
        if (!container) return;
        this.unreported.set(event.containerId, container.status());
        this.deps.context.store.afterCommit(() => this.heartbeatNow());
        return;
      }
      case 'APPLICATION_FORGOTTEN':
        for (const container of this.deps.context.containers.values()) {
          if (container.applicationId === event.applicationId) this.drop(container.id);
        }
        return;
      default:
        assertNever(event, 'event of the node');
    }
  }

  /** Brings the next heartbeat forward; several calls before it are one. */
  heartbeatNow(): void {
    this.newsWaiting = true;
    this.wakeLoop();
  }

  private async register(): Promise<void> {
    const { context, tracker, resource, rackName, nmVersion } = this.deps;
    const { nodeId, httpPort } = context.identity();
    const answer = await tracker.registerNodeManager(
      {
        nodeId,
        httpPort,
        resource,
        nmVersion,
        rackName,
        containerStatuses: [...context.containers.values()].map((container) => container.nmStatus()),
        runningApplications: [...context.applications.keys()],
      },
      { signal: this.stopping.signal },
    );
    this.accept(answer);
    this.log.info(`registered with the ResourceManager as ${nodeId}`, { rmIdentifier: answer.rmIdentifier });
  }

  private accept(answer: RegisterNodeManagerResponse): void {
    if (answer.nodeAction === 'SHUTDOWN') {
      throw new RegistrationRefusedError(
        `the ResourceManager refuses this node: ${answer.diagnosticsMessage || 'it gave no reason'}`,
      );
    }
    this.deps.keys.update(answer.containerTokenMasterKey, answer.nmTokenMasterKey);
    this.rm = answer.rmIdentifier;
    this.responseId = 0;
    this.registered = true;
    this.updatedAtMs = this.deps.context.clock.now();
    // The RM was told of every completed container; it may have to be told again after a failed heartbeat.
    this.reported.clear();
  }

  private async heartbeats(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.newsWaiting = false;
      try {
        await this.heartbeat(this.stopping.signal);
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        if (error instanceof RegistrationRefusedError || error instanceof UnreachableError) {
          this.deps.onShutdown(error.message);
          return;
        }
        this.log.error('heartbeat failed; it is repeated', { error });
      }
      this.heartbeatEnded();
      await this.pause(this.intervalMs);
    }
  }

  private async heartbeat(signal: AbortSignal): Promise<void> {
    const { context, keys } = this.deps;
    const ids = keys.ids();
    const completed = [...this.unreported.values()];
    const live = [...context.containers.values()].filter((container) => !container.isDone);
    const answer = await this.deps.tracker.nodeHeartbeat(
      {
        nodeStatus: {
          nodeId: context.identity().nodeId,
          responseId: this.responseId,
          containersStatuses: [...live.map((container) => container.status()), ...completed],
          nodeHealthStatus: this.deps.health(),
          keepAliveApplications: [],
          containersUtilization: this.deps.containersUtilization(),
          nodeUtilization: this.deps.nodeUtilization(),
        },
        ...(ids.containerToken === undefined ? {} : { lastKnownContainerTokenMasterKeyId: ids.containerToken }),
        ...(ids.nmToken === undefined ? {} : { lastKnownNMTokenMasterKeyId: ids.nmToken }),
      },
      { signal },
    );
    this.updatedAtMs = context.clock.now();
    switch (answer.nodeAction) {
      case 'SHUTDOWN':
        throw new RegistrationRefusedError(
          `the ResourceManager shuts this node down: ${answer.diagnosticsMessage || 'it gave no reason'}`,
        );
      case 'RESYNC':
        this.log.warn(`the ResourceManager does not know this node: ${answer.diagnosticsMessage}; registering again`);
        if (this.stopping.signal.aborted) return;
        await this.register();
        this.newsWaiting = true;
        return;
      case 'NORMAL':
        this.obey(answer, completed);
        return;
      default:
        assertNever(answer.nodeAction, 'node action');
    }
  }

  private obey(answer: NodeHeartbeatResponse, completed: readonly ContainerStatus[]): void {
    const { context, containerManager } = this.deps;
    this.responseId = answer.responseId;
    if (answer.nextHeartBeatIntervalMs > 0) this.intervalMs = answer.nextHeartBeatIntervalMs;
    for (const { containerId } of completed) {
      this.unreported.delete(containerId);
      this.reported.add(containerId);
    }
    this.deps.keys.update(answer.containerTokenMasterKey, answer.nmTokenMasterKey);
    for (const containerId of answer.containersToBeRemovedFromNM) this.drop(containerId);
    for (const { containerId, command } of answer.containersToSignal) containerManager.signal(containerId, command);
    for (const containerId of answer.containersToCleanup) {
      context.dispatcher.dispatch({
        domain: 'container',
        type: 'KILL_CONTAINER',
        containerId,
        exitStatus: ContainerExitStatus.KILLED_BY_RESOURCEMANAGER,
        diagnostics: 'Container killed by the ResourceManager',
      });
    }
    for (const applicationId of answer.applicationsToCleanup) this.finish(applicationId);
  }

  private finish(applicationId: ApplicationId): void {
    this.deps.context.dispatcher.dispatch({
      domain: 'application',
      type: 'FINISH_APPLICATION',
      applicationId,
      diagnostics: 'its application is over',
    });
  }

  private drop(containerId: ContainerId): void {
    this.reported.delete(containerId);
    this.deps.containerManager.forget(containerId);
  }

  /** Keeps one call open at the RM, so that the RM can ask for a heartbeat. */
  private async signals(): Promise<void> {
    const { context, signals } = this.deps;
    while (!this.stopping.signal.aborted) {
      const askedAt = context.clock.monotonic();
      try {
        const { nodeId } = context.identity();
        const answer = await signals.awaitSignal({ nodeId, waitMs: SIGNAL_WAIT_MS }, { signal: this.stopping.signal });
        if (answer.heartbeatNow) {
          this.heartbeatNow();
          // It has nothing else to say before it has had one: asked sooner, it would say so again, as fast as it can be asked.
          await this.nextHeartbeat();
          continue;
        }
        // Nor must an RM that does not hold the call be asked in a circle.
        if (context.clock.monotonic() - askedAt >= SIGNAL_PAUSE_MS) continue;
      } catch (error) {
        if (error instanceof YarnError && error.status === 'UNIMPLEMENTED') {
          this.log.info('the ResourceManager sends no signals; heartbeats alone carry its wishes');
          return;
        }
        this.log.debug('no signal', { error });
      }
      await this.aborted(SIGNAL_PAUSE_MS);
    }
  }

  /** Resolves when a heartbeat has been answered or has failed, or when there will be none. */
  private nextHeartbeat(): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.afterHeartbeat.push(resolve));
  }

  private heartbeatEnded(): void {
    for (const tell of this.afterHeartbeat.splice(0)) tell();
  }

  /** The heartbeat's wait: ends early when there is news. */
  private pause(ms: number): Promise<void> {
    if (this.newsWaiting || this.stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer: Timer = this.deps.context.clock.after(ms, resolve);
      this.wakeLoop = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** A wait that only a stop ends early. */
  private aborted(ms: number): Promise<void> {
    const { signal } = this.stopping;
    return new Promise((resolve) => {
      const timer = this.deps.context.clock.after(ms, resolve);
      const end = (): void => {
        timer.cancel();
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }
}
