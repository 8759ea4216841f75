/**
 * ClientRMService: what clients call. Hadoop: resourcemanager/ClientRMService.java. A submission is answered when it is on disk; a call that
 * asks for news may be held until there is some. Reports of pending applications say what they wait for.
 */
import {
  AccessControlError,
  ApplicationAttemptNotFoundError,
  ApplicationNotFoundError,
  applicationId,
  applicationOf,
  BadRequestError,
  ContainerNotFoundError,
  createClientToAMToken,
  parseContainerId,
  type ApplicationAttemptId,
  type ApplicationClientProtocol,
  type ApplicationId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
  type Caller,
  type ClusterMetrics,
  type ContainerId,
  type ContainerReport,
  type Empty,
  type GetApplicationsFilter,
  type Handlers,
  type NodeState,
  type Resource,
  type SignalContainerCommand,
  type YarnApplicationState,
  type EventSink,
} from '@bobbin/common';
import type { RMEvent } from './events.js';
import type { AppWatchers } from './rmapp/app-watchers.js';
import type { RMAppAttempt } from './rmapp/attempt/rm-app-attempt.js';
import type { RMApp } from './rmapp/rm-app.js';
import type { RMContainer } from './rmcontainer/rm-container.js';
import { nodeReport } from './rmnode/node-report.js';
import type { RMAppManager } from './rm-app-manager.js';
import type { RMRegistry } from './rm-registry.js';
import type { SchedulerService } from './scheduler/scheduler-service.js';
import type { AccessControl } from './security/access-control.js';

export interface ClientRMServiceDeps {
  readonly dispatcher: EventSink<RMEvent>;
  readonly registry: RMRegistry;
  readonly appManager: RMAppManager;
  readonly schedulerService: Pick<SchedulerService, 'scheduler'>;
  readonly watchers: AppWatchers;
  readonly access: AccessControl;
  readonly clusterTimestamp: number;
  /** No call is held longer. */
  readonly maxHoldMs: number;
}

export class ClientRMService implements Handlers<ApplicationClientProtocol> {
  private sequence = 0;

  constructor(private readonly deps: ClientRMServiceDeps) {}

  getNewApplication(
    _request: Empty,
    caller: Caller,
  ): { applicationId: ApplicationId; maximumResourceCapability: Resource } {
    userOf(caller);
    return {
      applicationId: applicationId(this.deps.clusterTimestamp, ++this.sequence),
      maximumResourceCapability: this.deps.schedulerService.scheduler.maximumAllocation(),
    };
  }

  async submitApplication(
    request: { applicationSubmissionContext: ApplicationSubmissionContext },
    caller: Caller,
  ): Promise<Empty> {
    await this.deps.appManager.submit(request.applicationSubmissionContext, userOf(caller));
    return {};
  }

  async getApplicationReport(
    request: { applicationId: ApplicationId; waitMs?: number; knownState?: YarnApplicationState },
    caller: Caller,
  ): Promise<{ applicationReport: ApplicationReport }> {
    const user = userOf(caller);
    const app = this.appOf(request.applicationId);
    const { knownState, waitMs } = request;
    if (knownState !== undefined) {
      await this.deps.watchers.until(app, (a) => a.clientState !== knownState, this.hold(waitMs));
    }
    return { applicationReport: this.reportOf(app, user) };
  }

  getApplications(filter: GetApplicationsFilter, caller: Caller): { applications: readonly ApplicationReport[] } {
    const user = userOf(caller);
    const wanted = [...this.deps.registry.apps.values()].filter((app) => matches(app, filter));
    // The latest, where there are more than were asked for.
    const { limit } = filter;
    const shown = limit === undefined ? wanted : wanted.slice(Math.max(0, wanted.length - limit));
    return { applications: shown.map((app) => this.reportOf(app, user)) };
  }

  failApplicationAttempt(request: { applicationAttemptId: ApplicationAttemptId }, caller: Caller): Empty {
    const user = userOf(caller);
    const { attemptId, app } = this.attemptOf(request.applicationAttemptId);
    this.deps.access.checkModify(app, user);
    if (app.isFinalStored) return {};
    const diagnostics = `Attempt failed by user ${user}`;
    this.deps.dispatcher.dispatch({ domain: 'rmattempt', type: 'FAIL', attemptId, diagnostics });
    return {};
  }

  async forceKillApplication(
    request: { applicationId: ApplicationId; diagnostics?: string; waitMs?: number },
    caller: Caller,
  ): Promise<{ isKillCompleted: boolean }> {
    const user = userOf(caller);
    const app = this.appOf(request.applicationId);
    this.deps.access.checkModify(app, user);
    if (!app.isFinalStored) {
      const why = request.diagnostics ? `: ${request.diagnostics}` : '';
      app.tell({ type: 'KILL', diagnostics: `Application ${app.applicationId} was killed by user ${user}${why}` });
      await this.deps.watchers.until(app, (a) => a.isFinalStored, this.hold(request.waitMs));
    }
    return { isKillCompleted: app.isFinalStored };
  }

  getClusterMetrics(_request: Empty, caller: Caller): { clusterMetrics: ClusterMetrics } {
    userOf(caller);
    return { clusterMetrics: clusterMetrics(this.deps.registry) };
  }

  getClusterNodes(
    request: { nodeStates: readonly NodeState[] },
    caller: Caller,
  ): { nodeReports: readonly ReturnType<typeof nodeReport>[] } {
    userOf(caller);
    const { registry, schedulerService } = this.deps;
    const all = [...registry.nodes.values(), ...registry.inactiveNodes.values()];
    const wanted =
      request.nodeStates.length === 0 ? all : all.filter((node) => request.nodeStates.includes(node.state));
    return { nodeReports: wanted.map((node) => nodeReport(node, schedulerService.scheduler)) };
  }

  getQueueInfo(
    request: { queueName: string; includeApplications: boolean; includeChildQueues: boolean; recursive: boolean },
    caller: Caller,
  ): Awaited<ReturnType<ApplicationClientProtocol['getQueueInfo']>> {
    const user = userOf(caller);
    const info = this.deps.schedulerService.scheduler.queueInfo(request.queueName);
    if (!info) throw new BadRequestError(`Queue '${request.queueName}' does not exist`);
    const apps = request.includeApplications
      ? [...this.deps.registry.apps.values()].filter(
          (app) => app.queue === info.queueName || app.queue === info.queuePath,
        )
      : [];
    return { queueInfo: { ...info, applications: apps.map((app) => this.reportOf(app, user)) } };
  }

  getApplicationAttemptReport(
    request: { applicationAttemptId: ApplicationAttemptId },
    caller: Caller,
  ): Awaited<ReturnType<ApplicationClientProtocol['getApplicationAttemptReport']>> {
    const attempt = this.attemptOf(request.applicationAttemptId);
    this.checkView(attempt.app, caller);
    return { applicationAttemptReport: attempt.report() };
  }

  getApplicationAttempts(
    request: { applicationId: ApplicationId },
    caller: Caller,
  ): Awaited<ReturnType<ApplicationClientProtocol['getApplicationAttempts']>> {
    const app = this.appOf(request.applicationId);
    this.checkView(app, caller);
    return { applicationAttempts: [...app.attempts.values()].map((attempt) => attempt.report()) };
  }

  getContainerReport(request: { containerId: ContainerId }, caller: Caller): { containerReport: ContainerReport } {
    const container = this.containerOf(request.containerId, caller, 'view');
    return { containerReport: this.containerReport(container) };
  }

  getContainers(
    request: { applicationAttemptId: ApplicationAttemptId },
    caller: Caller,
  ): { containers: readonly ContainerReport[] } {
    const { attemptId, app } = this.attemptOf(request.applicationAttemptId);
    this.checkView(app, caller);
    const ids = this.deps.schedulerService.scheduler.containersOf(attemptId);
    const live = ids.map((id) => this.deps.registry.containers.get(id)).filter((container) => container !== undefined);
    return { containers: live.map((container) => this.containerReport(container)) };
  }

  signalToContainer(request: { containerId: ContainerId; command: SignalContainerCommand }, caller: Caller): Empty {
    const { id: container, nodeId } = this.containerOf(request.containerId, caller, 'modify');
    const { command } = request;
    this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'SIGNAL_CONTAINER', nodeId, container, command });
    return {};
  }

  getResourceTypeInfo(
    _request: Empty,
    caller: Caller,
  ): { resourceTypeInfo: readonly { name: string; units: string }[] } {
    userOf(caller);
    return {
      resourceTypeInfo: [
        { name: 'memory-mb', units: 'Mi' },
        { name: 'vcores', units: '' },
      ],
    };
  }

  private hold(waitMs: number | undefined): number {
    return Math.min(waitMs ?? 0, this.deps.maxHoldMs);
  }

  private appOf(id: ApplicationId): RMApp {
    const app = this.deps.registry.apps.get(id);
    // One that is not stored yet is not acknowledged: nobody can know of it.
    if (!app?.isStored) throw new ApplicationNotFoundError(id);
    return app;
  }

  private attemptOf(id: ApplicationAttemptId): RMAppAttempt {
    const attempt = this.appOf(applicationOf(id)).attempts.get(id);
    if (!attempt) throw new ApplicationAttemptNotFoundError(id, 'CLIENT');
    return attempt;
  }

  private containerOf(id: ContainerId, caller: Caller, right: 'view' | 'modify'): RMContainer {
    const app = this.appOf(applicationOf(parseContainerId(id).applicationAttemptId));
    if (right === 'modify') this.deps.access.checkModify(app, userOf(caller));
    else this.checkView(app, caller);
    const container = this.deps.registry.containers.get(id);
    if (!container) throw new ContainerNotFoundError(id);
    return container;
  }

  private checkView(app: RMApp, caller: Caller): void {
    const user = userOf(caller);
    if (this.deps.access.mayView(app, user)) return;
    throw new AccessControlError(`User ${user} cannot perform operation VIEW_APP on ${app.applicationId}`);
  }

  /** Who may not view it sees that it exists, and no more. */
  private reportOf(app: RMApp, user: string): ApplicationReport {
    if (!this.deps.access.mayView(app, user)) return redacted(app.report());
    const attempt = app.currentAttempt;
    if (!attempt || attempt.isFinal || attempt.facts.rpcPort <= 0) return app.report();
    const { host, rpcPort } = attempt.facts;
    return app.report(createClientToAMToken(attempt.clientToAMKey, attempt.attemptId, user, `${host}:${rpcPort}`));
  }

  private containerReport({ id, info, state }: RMContainer): ContainerReport {
    const { resource, nodeId, priority, createdAtMs, nodeHttpAddress } = info;
    return {
      containerId: id,
      resource,
      nodeId,
      priority,
      creationTimeMs: createdAtMs,
      finishTimeMs: 0,
      diagnostics: '',
      exitStatus: -1000,
      state: state === 'RUNNING' ? 'RUNNING' : 'NEW',
      nodeHttpAddress,
      logUrl: `http://${nodeHttpAddress}/ws/v1/node/containers/${id}/logs`,
    };
  }
}

export function clusterMetrics(registry: RMRegistry): ClusterMetrics {
  const count = (state: NodeState, nodes: RMRegistry['nodes']): number => {
    let n = 0;
    for (const node of nodes.values()) if (node.state === state) n++;
    return n;
  };
  const { nodes, inactiveNodes } = registry;
  return {
    numNodeManagers: nodes.size,
    numActiveNodeManagers: count('RUNNING', nodes),
    numUnhealthyNodeManagers: count('UNHEALTHY', nodes),
    numDecommissioningNodeManagers: count('DECOMMISSIONING', nodes),
    numDecommissionedNodeManagers: count('DECOMMISSIONED', inactiveNodes),
    numLostNodeManagers: count('LOST', inactiveNodes),
    numRebootedNodeManagers: count('REBOOTED', inactiveNodes),
    numShutdownNodeManagers: count('SHUTDOWN', inactiveNodes),
  };
}

function userOf(caller: Caller): string {
  if (caller.kind !== 'user') throw new AccessControlError('this call is for clients, by a client token');
  return caller.user;
}

/** Filters are joined by and, the values of one by or; types are compared without regard to case. */
function matches(app: RMApp, filter: GetApplicationsFilter): boolean {
  const { context } = app;
  const among = <T>(wanted: readonly T[] | undefined, has: (value: T) => boolean): boolean =>
    wanted === undefined || wanted.length === 0 || wanted.some(has);
  return (
    app.isStored &&
    among(filter.applicationTypes, (type) => type.toLowerCase() === context.applicationType.toLowerCase()) &&
    among(filter.applicationStates, (state) => state === app.clientState) &&
    among(filter.users, (user) => user === app.user) &&
    among(filter.queues, (queue) => queue === app.queue || queue === `root.${app.queue}`) &&
    among(filter.applicationTags, (tag) => context.applicationTags.includes(tag)) &&
    (filter.name === undefined || filter.name === context.applicationName)
  );
}

function redacted(report: ApplicationReport): ApplicationReport {
  return {
    ...report,
    name: 'N/A',
    host: 'N/A',
    rpcPort: -1,
    trackingUrl: 'N/A',
    originalTrackingUrl: 'N/A',
    diagnostics: 'N/A',
    progress: 0,
  };
}
