/**
 * YarnClient: a person's or a program's side of ApplicationClientProtocol: submit, watch and end applications, look at the cluster. Hadoop:
 * client.api.YarnClient. Every call repeats where the RM does not answer (`bobbin.client.connect.max-wait-ms`), then rejects with UnreachableError; what
 * the RM refuses arrives as YarnError with the RM's code: APPLICATION_NOT_FOUND, ACCESS_DENIED, INVALID_RESOURCE_REQUEST ...
 * All calls may be made in any order, and made again.
 */
import {
  systemClock,
  YarnError,
  type ApplicationAttemptId,
  type ApplicationAttemptReport,
  type ApplicationClientProtocol,
  type ApplicationId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
  type Clock,
  type ClusterMetrics,
  type Configuration,
  type ContainerId,
  type ContainerReport,
  type GetApplicationsFilter,
  type NodeReport,
  type NodeState,
  type QueueInfo,
  type Resource,
  type SignalContainerCommand,
  type YarnApplicationState,
} from '@bobbin/common';
import { awaitStateChange, isTerminal, killApplication, type WaitDeps } from './applications.js';
import { createClientRMProxy, type ConnectionOptions, type Credentials } from './connections.js';
import { ApplicationRejectedError } from './errors.js';

export interface YarnClientDeps {
  readonly rm: ApplicationClientProtocol & { close(): void };
  readonly conf: Configuration;
  readonly clock: Clock;
}

/** A YarnClient of the RM that the configuration names. Connects at the first call; to be closed. */
export function createYarnClient(credentials: Credentials, options: ConnectionOptions): YarnClient {
  const { conf, clock = systemClock } = options;
  return new YarnClient({ rm: createClientRMProxy(credentials, options), conf, clock });
}

const NOT_YET_TAKEN: ReadonlySet<YarnApplicationState> = new Set(['NEW', 'NEW_SAVING', 'SUBMITTED']);

export class YarnClient {
  constructor(private readonly deps: YarnClientDeps) {}

  /** A new application's id, and the largest container there is. Nothing is stored: an id that is not used is no loss. */
  createApplication(): Promise<{
    readonly applicationId: ApplicationId;
    readonly maximumResourceCapability: Resource;
  }> {
    return this.deps.rm.getNewApplication({});
  }

  /**
   * Submits an application under the id that `createApplication` gave, and waits until a queue has accepted it; the same context may be submitted again.
   * An RM that was restarted before it had stored it is given it once more. Rejects with the RM's error for what it refuses at sight, and with
   * ApplicationRejectedError for what it refuses later.
   */
  async submitApplication(applicationSubmissionContext: ApplicationSubmissionContext): Promise<ApplicationReport> {
    const { rm } = this.deps;
    const { applicationId } = applicationSubmissionContext;
    await rm.submitApplication({ applicationSubmissionContext });
    for (let known: YarnApplicationState | undefined; ;) {
      try {
        const report = await awaitStateChange(this.deps, applicationId, known);
        if (report.state === 'FAILED' || report.state === 'KILLED') {
          throw new ApplicationRejectedError(applicationId, report.state, report.diagnostics);
        }
        if (!NOT_YET_TAKEN.has(report.state)) return report;
        known = report.state;
      } catch (error) {
        if (!(error instanceof YarnError) || error.code !== 'APPLICATION_NOT_FOUND') throw error;
        known = undefined;
        await rm.submitApplication({ applicationSubmissionContext });
      }
    }
  }

  /** How an application stands now. */
  async getApplicationReport(applicationId: ApplicationId): Promise<ApplicationReport> {
    return (await this.deps.rm.getApplicationReport({ applicationId })).applicationReport;
  }

  /** Reports as the state changes, from now to the end; the last one has a terminal state. The RM holds the calls between. */
  async *watchApplication(applicationId: ApplicationId): AsyncGenerator<ApplicationReport, void> {
    for (let known: YarnApplicationState | undefined; ;) {
      const report = await awaitStateChange(this.deps, applicationId, known);
      yield report;
      if (isTerminal(report.state)) return;
      known = report.state;
    }
  }

  /** Waits for the end of an application. Resolves for a failed one as well: look at `finalApplicationStatus`. */
  async awaitCompletion(applicationId: ApplicationId): Promise<ApplicationReport> {
    let last: ApplicationReport | undefined;
    for await (const report of this.watchApplication(applicationId)) last = report;
    return last ?? this.getApplicationReport(applicationId);
  }

  /** Applications that match every part of the filter, newest last. */
  async getApplications(filter: GetApplicationsFilter = {}): Promise<readonly ApplicationReport[]> {
    return (await this.deps.rm.getApplications(filter)).applications;
  }

  /** Ends an application; resolves when it is over. Harmless for one that is. `diagnostics` says why, to whoever asks later. */
  killApplication(applicationId: ApplicationId, diagnostics = ''): Promise<void> {
    return killApplication(this.deps satisfies WaitDeps, applicationId, diagnostics);
  }

  /** Ends an attempt; the application starts its next if it has one left. */
  async failApplicationAttempt(applicationAttemptId: ApplicationAttemptId): Promise<void> {
    await this.deps.rm.failApplicationAttempt({ applicationAttemptId });
  }

  async getApplicationAttemptReport(applicationAttemptId: ApplicationAttemptId): Promise<ApplicationAttemptReport> {
    return (await this.deps.rm.getApplicationAttemptReport({ applicationAttemptId })).applicationAttemptReport;
  }

  /** All attempts of an application, first to last. */
  async getApplicationAttempts(applicationId: ApplicationId): Promise<readonly ApplicationAttemptReport[]> {
    return (await this.deps.rm.getApplicationAttempts({ applicationId })).applicationAttempts;
  }

  async getContainerReport(containerId: ContainerId): Promise<ContainerReport> {
    return (await this.deps.rm.getContainerReport({ containerId })).containerReport;
  }

  /** The live containers of an attempt. */
  async getContainers(applicationAttemptId: ApplicationAttemptId): Promise<readonly ContainerReport[]> {
    return (await this.deps.rm.getContainers({ applicationAttemptId })).containers;
  }

  /** Nodes in these states; without any, all nodes. */
  async getNodeReports(...nodeStates: readonly NodeState[]): Promise<readonly NodeReport[]> {
    return (await this.deps.rm.getClusterNodes({ nodeStates })).nodeReports;
  }

  async getYarnClusterMetrics(): Promise<ClusterMetrics> {
    return (await this.deps.rm.getClusterMetrics({})).clusterMetrics;
  }

  /** A queue with its applications. */
  async getQueueInfo(queueName: string): Promise<QueueInfo> {
    const request = { queueName, includeApplications: true, includeChildQueues: false, recursive: false };
    return (await this.deps.rm.getQueueInfo(request)).queueInfo;
  }

  /** Names and units of the kinds of resource that containers may ask for. */
  async getResourceTypeInfo(): Promise<readonly { readonly name: string; readonly units: string }[]> {
    return (await this.deps.rm.getResourceTypeInfo({})).resourceTypeInfo;
  }

  /** Sends a signal to a container, by way of its node: SIGQUIT, SIGTERM or SIGKILL. Resolved is not delivered. */
  async signalToContainer(containerId: ContainerId, command: SignalContainerCommand): Promise<void> {
    await this.deps.rm.signalToContainer({ containerId, command });
  }

  /** Ends the connection; calls in flight fail. Safe to call twice. */
  close(): void {
    this.deps.rm.close();
  }
}
