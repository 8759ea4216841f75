/**
 * ContainerManagerService: what AppMasters, and the RM for them, may ask of this node. Hadoop:
 * nodemanager.containermanager.ContainerManagerImpl. startContainers checks in YARN's order (yarn.md 1.3) and answers once the
 * accepted containers are stored. It owns the maps of applications and containers: events of these domains pass through here.
 */
import {
  AccessControlError,
  applicationOf,
  ContainerExitStatus,
  ContainerNotFoundError,
  InvalidContainerError,
  InvalidTokenError,
  NMNotYetReadyError,
  parseContainerId,
  YarnError,
  type ApplicationAttemptId,
  type ApplicationId,
  type Caller,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerManagementProtocol,
  type ContainerStatus,
  type ContainerTokenIdentifier,
  type FailedRequest,
  type Handlers,
  type Logger,
  type SignalContainerCommand,
  type Token,
} from '@bobbin/common';
import type { ContainerSignal } from '../container-executor.js';
import type { NMContext } from '../nm-context.js';
import type { NMEvent } from '../nm-events.js';
import { Application } from './application/application.js';
import { Container } from './container/container.js';
import type { RecoveredApplication } from '../recovery/recover-applications.js';
import type { RecentlyStoppedContainers } from './recently-stopped-containers.js';

export interface ContainerManagerDeps {
  readonly context: NMContext;
  readonly tokens: {
    /** Throws InvalidTokenError for a token that this node's RM has not signed. */
    verify(token: Token): ContainerTokenIdentifier;
  };
  readonly auxServices: { has(name: string): boolean; metadata(): Readonly<Record<string, Uint8Array>> };
  readonly recentlyStopped: RecentlyStoppedContainers;
  /** Start stamp of the RM this node is registered with; undefined before that. */
  readonly rmIdentifier: () => number | undefined;
  readonly maxDiagnosticsChars: number;
  /** Told which attempt used which key, so that it stays valid as long as its containers run. */
  readonly onStarted?: (attempt: ApplicationAttemptId, keyId: number) => void;
}

interface StartRequest {
  readonly containerLaunchContext: ContainerLaunchContext;
  readonly containerToken: Token;
}

const SIGNALS: Record<SignalContainerCommand, ContainerSignal> = {
  OUTPUT_THREAD_DUMP: 'QUIT',
  GRACEFUL_SHUTDOWN: 'TERM',
  FORCEFUL_SHUTDOWN: 'KILL',
};

export class ContainerManagerService implements Handlers<ContainerManagementProtocol> {
  private readonly log: Logger;
  private refusing = false;

  constructor(private readonly deps: ContainerManagerDeps) {
    this.log = deps.context.log.child({ service: 'ContainerManagerService' });
  }

  /** From now on nothing is started: the node is going down. */
  refuseNew(): void {
    this.refusing = true;
  }

  async startContainers(
    request: { readonly requests: readonly StartRequest[] },
    caller: Caller,
  ): Promise<Awaited<ReturnType<ContainerManagementProtocol['startContainers']>>> {
    const attempt = attemptOf(caller);
    const succeeded: ContainerId[] = [];
    const failed: FailedRequest[] = [];
    let accepted = false;
    for (const one of request.requests) {
      // A token nobody here has signed fails the whole call; other faults stand beside what succeeds.
      const token = this.deps.tokens.verify(one.containerToken);
      try {
        accepted = this.startContainer(one, token, attempt) || accepted;
        succeeded.push(token.containerId);
      } catch (error) {
        if (!(error instanceof YarnError)) throw error;
        this.log.warn(`container ${token.containerId} is refused: ${error.message}`, {
          containerId: token.containerId,
        });
        failed.push(failure(token.containerId, error));
      }
    }
    if (succeeded.length > 0) {
      if (caller.kind === 'attempt') this.deps.onStarted?.(caller.applicationAttemptId, caller.keyId);
      // What was accepted by an earlier call is on disk since the end of that turn.
      if (accepted) await this.durable();
    }
    return { servicesMetaData: this.deps.auxServices.metadata(), succeeded, failed };
  }

  async stopContainers(
    { containerIds }: { readonly containerIds: readonly ContainerId[] },
    caller: Caller,
  ): Promise<Awaited<ReturnType<ContainerManagementProtocol['stopContainers']>>> {
    const { context, recentlyStopped } = this.deps;
    const succeeded: ContainerId[] = [];
    const failed: FailedRequest[] = [];
    let stopping = false;
    for (const containerId of containerIds) {
      try {
        const container = this.authorized(containerId, caller, 'stop');
        if (container && !container.isDone) {
          stopping = true;
          context.dispatcher.dispatch({
            domain: 'container',
            type: 'KILL_CONTAINER',
            containerId,
            exitStatus: ContainerExitStatus.KILLED_BY_APPMASTER,
            diagnostics: 'Container killed by the ApplicationMaster.',
          });
        } else if (!container && !recentlyStopped.has(containerId)) throw notHandled(containerId);
        succeeded.push(containerId);
      } catch (error) {
        if (!(error instanceof YarnError)) throw error;
        failed.push(failure(containerId, error));
      }
    }
    if (stopping) await this.durable();
    return { succeeded, failed };
  }

  getContainerStatuses(
    { containerIds }: { readonly containerIds: readonly ContainerId[] },
    caller: Caller,
  ): Awaited<ReturnType<ContainerManagementProtocol['getContainerStatuses']>> {
    const statuses: ContainerStatus[] = [];
    const failed: FailedRequest[] = [];
    for (const containerId of containerIds) {
      try {
        const container = this.authorized(containerId, caller, 'ask for');
        if (!container) throw this.unknown(containerId);
        statuses.push(container.status());
      } catch (error) {
        if (!(error instanceof YarnError)) throw error;
        failed.push(failure(containerId, error));
      }
    }
    return { statuses, failed };
  }

  signalToContainer(
    { containerId, command }: { readonly containerId: ContainerId; readonly command: SignalContainerCommand },
    caller: Caller,
  ): Record<never, never> {
    if (!this.authorized(containerId, caller, 'signal')) throw new ContainerNotFoundError(containerId);
    this.signal(containerId, command);
    return {};
  }

  /** The same for the RM, by heartbeat. */
  signal(containerId: ContainerId, command: SignalContainerCommand): void {
    this.deps.context.dispatcher.dispatch({
      domain: 'launcher',
      type: 'SIGNAL_CONTAINER',
      containerId,
      signal: SIGNALS[command],
    });
  }

  /** Events of the `application` domain. One for an application that is gone is late and harmless. */
  handleApplication(event: Extract<NMEvent, { readonly domain: 'application' }>): void {
    const application = this.deps.context.applications.get(event.applicationId);
    if (application) application.handle(event);
    else this.log.debug(`${event.type} for ${event.applicationId}, which is not here`);
  }

  /** Events of the `container` domain. */
  handleContainer(event: Extract<NMEvent, { readonly domain: 'container' }>): void {
    const container = this.deps.context.containers.get(event.containerId);
    if (container) container.handle(event);
    else this.log.debug(`${event.type} for ${event.containerId}, which is not here`);
  }

  /** Drops a completed container that the RM has acknowledged, or whose application is over. */
  forget(containerId: ContainerId): void {
    const { containers, store } = this.deps.context;
    const container = containers.get(containerId);
    if (!container?.isDone) return;
    containers.delete(containerId);
    this.deps.recentlyStopped.add(containerId);
    for (const table of ['containers', 'launches', 'kills', 'completions'] as const) {
      store.apply({ delete: table, key: containerId });
    }
  }

  /** Takes in what an earlier NodeManager had accepted. */
  adopt({ application, containers }: RecoveredApplication): void {
    const { context, maxDiagnosticsChars } = this.deps;
    this.initApplication(application.applicationId, application.user);
    for (const { request, diagnostics } of containers) {
      const { containerId } = request;
      const container = new Container(context, request, maxDiagnosticsChars);
      context.containers.set(containerId, container);
      if (diagnostics !== '') {
        context.dispatcher.dispatch({ domain: 'container', type: 'UPDATE_DIAGNOSTICS_MSG', containerId, diagnostics });
      }
      this.dispatchContainer(container);
    }
  }

  /** False where it was started before. Throws a YarnError that says why it is refused. */
  private startContainer(
    request: StartRequest,
    token: ContainerTokenIdentifier,
    attempt: ApplicationAttemptId,
  ): boolean {
    const { context, recentlyStopped, auxServices } = this.deps;
    const { containerId } = token;
    if (this.refusing) throw new NMNotYetReadyError('this NodeManager is shutting down');
    // 1. The caller's application is the container's.
    const of = parseContainerId(containerId).applicationAttemptId;
    const applicationId = applicationOf(of);
    if (applicationOf(attempt) !== applicationId) {
      throw new AccessControlError(
        `NMToken for application attempt : ${attempt} was used for starting container with container token issued for ` +
          `application attempt : ${of}`,
      );
    }
    // 2. Started once, until the token expires. Whoever heard no answer to that start says it again, and is answered now.
    if (recentlyStopped.wasStarted(containerId)) {
      if (attempt === of) return false;
      throw new InvalidTokenError(
        `Container ${containerId} with identifier was already started: a token starts one container once`,
      );
    }
    // 3. Not expired.
    const now = context.clock.now();
    if (token.expiryTimeMs < now) {
      throw new InvalidTokenError(
        `This token is expired. current time is ${now} found ${token.expiryTimeMs}; ` +
          `system clocks of RM and node may differ, or the container was not launched within its allocation interval`,
      );
    }
    // 4. Made by the RM this node is registered with.
    const rmIdentifier = this.deps.rmIdentifier();
    if (rmIdentifier === undefined) {
      throw new NMNotYetReadyError(
        'Rejecting new containers as NodeManager has not yet connected with ResourceManager',
      );
    }
    if (token.rmIdentifier !== rmIdentifier) {
      throw new InvalidContainerError(
        `Container ${containerId} rejected as it is allocated by a previous RM (${token.rmIdentifier}, this one is ${rmIdentifier})`,
      );
    }
    // 5. Every auxiliary service it has data for is here.
    const { containerLaunchContext: launchContext } = request;
    for (const service of Object.keys(launchContext.serviceData)) {
      if (!auxServices.has(service)) {
        throw new InvalidContainerError(
          `The auxService:${service} does not exist on this node; yarn.nodemanager.aux-services lists what there is`,
        );
      }
    }
    // 6. The user's name becomes part of paths and of the launch script.
    if (!isSafeUserName(token.user)) {
      throw new InvalidContainerError(
        `user '${token.user}' cannot be the name of a folder here: letters, digits, '_', '.', '@', '+' and '-' can`,
      );
    }
    // 7. It is new.
    if (context.containers.has(containerId)) {
      throw new InvalidContainerError(`Container ${containerId} already is running on this node!!`);
    }
    this.accept(request, token, applicationId);
    return true;
  }

  private accept(request: StartRequest, token: ContainerTokenIdentifier, applicationId: ApplicationId): void {
    const { context, recentlyStopped, maxDiagnosticsChars } = this.deps;
    const { containerId } = token;
    const { containerLaunchContext: launchContext, containerToken } = request;
    const startedAtMs = context.clock.now();
    context.store.apply({ put: 'containers', key: containerId, value: { launchContext, containerToken, startedAtMs } });
    recentlyStopped.started(containerId, token.expiryTimeMs);
    const container = new Container(
      context,
      { containerId, applicationId, token, launchContext, startedAtMs },
      maxDiagnosticsChars,
    );
    context.containers.set(containerId, container);
    this.initApplication(applicationId, token.user);
    this.dispatchContainer(container);
  }

  private initApplication(applicationId: ApplicationId, user: string): void {
    const { context } = this.deps;
    if (context.applications.has(applicationId)) return;
    context.store.apply({ put: 'applications', key: applicationId, value: { applicationId, user } });
    context.applications.set(applicationId, new Application(context, applicationId, user));
    context.dispatcher.dispatch({ domain: 'application', type: 'INIT_APPLICATION', applicationId });
  }

  private dispatchContainer({ id, applicationId }: Container): void {
    this.deps.context.dispatcher.dispatch({
      domain: 'application',
      type: 'INIT_CONTAINER',
      applicationId,
      container: id,
    });
  }

  /** The container, if it is here; throws AccessControlError where it is another application's. */
  private authorized(containerId: ContainerId, caller: Caller, verb: string): Container | undefined {
    const attempt = attemptOf(caller);
    const { applicationAttemptId } = parseContainerId(containerId);
    if (applicationOf(attempt) !== applicationOf(applicationAttemptId)) {
      throw new AccessControlError(`${attempt} attempted to ${verb} container ${containerId}, which is not its own`);
    }
    return this.deps.context.containers.get(containerId);
  }

  private unknown(containerId: ContainerId): YarnError {
    return this.deps.recentlyStopped.has(containerId)
      ? new InvalidContainerError(`Container ${containerId} was recently stopped on node manager.`)
      : notHandled(containerId);
  }

  /** Resolves when what was dispatched and applied before is on disk. */
  private durable(): Promise<void> {
    return new Promise((resolve) => this.deps.context.store.afterCommit(resolve));
  }
}

function attemptOf(caller: Caller): ApplicationAttemptId {
  if (caller.kind === 'attempt') return caller.applicationAttemptId;
  throw new InvalidTokenError('this call needs an NMToken; use the one that came with the container');
}

function isSafeUserName(user: string): boolean {
  return /^[\p{L}\p{N}_.@+-]+$/u.test(user) && user !== '.' && user !== '..';
}

function notHandled(containerId: ContainerId): YarnError {
  return new ContainerNotFoundError(containerId);
}

function failure(containerId: ContainerId, error: YarnError): FailedRequest {
  return { containerId, exception: { message: error.message, className: error.hadoopClass } };
}
