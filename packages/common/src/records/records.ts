/**
 * The records of YARN's protocols, as the services see them: readonly, ids in text form, units in the names. The rpc layer
 * converts them from and to messages. Hadoop: yarn.api.records.*, yarn.server.api.records.*. A field that is absent on the
 * wire and has no default is absent here.
 */
import type { ApplicationAttemptId, ApplicationId, ContainerId, NodeId } from './ids.js';
import type { Resource } from './resource.js';

/** Hadoop's `hadoop.common.TokenProto`; `identifier` is opaque to its holder. */
export interface Token {
  readonly identifier: Uint8Array;
  readonly password: Uint8Array;
  /** `NMToken`, `ContainerToken`, `YARN_AM_RM_TOKEN` ... */
  readonly kind: string;
  /** `host:port` of who accepts it, or empty. */
  readonly service: string;
}

export type YarnApplicationState =
  'NEW' | 'NEW_SAVING' | 'SUBMITTED' | 'ACCEPTED' | 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';
export type FinalApplicationStatus = 'UNDEFINED' | 'SUCCEEDED' | 'FAILED' | 'KILLED' | 'ENDED';
export type YarnApplicationAttemptState =
  | 'NEW'
  | 'SUBMITTED'
  | 'SCHEDULED'
  | 'ALLOCATED_SAVING'
  | 'ALLOCATED'
  | 'LAUNCHED'
  | 'FAILED'
  | 'RUNNING'
  | 'FINISHING'
  | 'FINISHED'
  | 'KILLED';
export type NodeState =
  'NEW' | 'RUNNING' | 'UNHEALTHY' | 'DECOMMISSIONED' | 'LOST' | 'REBOOTED' | 'DECOMMISSIONING' | 'SHUTDOWN';

const UNUSABLE_NODE_STATES: ReadonlySet<NodeState> = new Set(['UNHEALTHY', 'DECOMMISSIONED', 'LOST', 'SHUTDOWN']);

/**
 * Whether nothing runs on a node in this state, and what it held cannot be fetched. Hadoop: NodeState.isUnusable, which leaves out SHUTDOWN: such a
 * node, too, serves no output.
 */
export function isUnusable(state: NodeState): boolean {
  return UNUSABLE_NODE_STATES.has(state);
}

export type ContainerState = 'NEW' | 'RUNNING' | 'COMPLETE';
export type NodeAction = 'NORMAL' | 'RESYNC' | 'SHUTDOWN';
export type ExecutionType = 'GUARANTEED' | 'OPPORTUNISTIC';
export type LocalResourceType = 'ARCHIVE' | 'FILE' | 'PATTERN';
export type LocalResourceVisibility = 'PUBLIC' | 'PRIVATE' | 'APPLICATION';
/** What an AM may change about a container it holds. */
export type ContainerUpdateType =
  'INCREASE_RESOURCE' | 'DECREASE_RESOURCE' | 'PROMOTE_EXECUTION_TYPE' | 'DEMOTE_EXECUTION_TYPE';
export type SignalContainerCommand = 'OUTPUT_THREAD_DUMP' | 'GRACEFUL_SHUTDOWN' | 'FORCEFUL_SHUTDOWN';

export interface LocalResource {
  /** `file:///...`; the NM fetches it. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Modification time of the source in ms; the fetch fails when it differs. */
  readonly timestampMs: number;
  readonly type: LocalResourceType;
  readonly visibility: LocalResourceVisibility;
  readonly pattern?: string;
}

/** What an NM is told to run. Quoting and expansion: reference/hadoop-rpc.md 10. */
export interface ContainerLaunchContext {
  /** Link name in the working directory to source. */
  readonly localResources: Readonly<Record<string, LocalResource>>;
  /** Credentials file content (`HDTS`), written to `container_tokens`. */
  readonly tokens?: Uint8Array;
  readonly serviceData: Readonly<Record<string, Uint8Array>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Items joined by one blank and run by bash. */
  readonly commands: readonly string[];
  readonly applicationAcls: Readonly<Partial<Record<'VIEW_APP' | 'MODIFY_APP', string>>>;
}

export interface ResourceRequest {
  /** Lower is more urgent. */
  readonly priority: number;
  /** Host, rack, or `*`. */
  readonly resourceName: string;
  readonly capability: Resource;
  /** Absolute, not a delta; 0 cancels. */
  readonly numContainers: number;
  /** On the less specific name; false forbids falling back to it. */
  readonly relaxLocality: boolean;
  readonly nodeLabelExpression?: string;
  readonly executionType: ExecutionType;
  /** -1 where the AM gave none. */
  readonly allocationRequestId: number;
}

export const ANY = '*';
export const DEFAULT_RACK = '/default-rack';

export interface Container {
  readonly id: ContainerId;
  readonly nodeId: NodeId;
  /** `host:port` of the NM's web pages. */
  readonly nodeHttpAddress: string;
  readonly resource: Resource;
  readonly priority: number;
  readonly containerToken?: Token;
  readonly executionType: ExecutionType;
  readonly allocationRequestId: number;
  readonly version: number;
}

/** A change of a held container; `containerVersion` is the version the AM knows, `capability` or `executionType` what it is to be. */
export interface UpdateContainerRequest {
  readonly containerId: ContainerId;
  readonly containerVersion: number;
  readonly updateType: ContainerUpdateType;
  readonly capability?: Resource;
  readonly executionType?: ExecutionType;
}

/** A change that took place: the container with its new version and token. */
export interface UpdatedContainer {
  readonly updateType: ContainerUpdateType;
  readonly container: Container;
}

/** A change that was refused. `reason` is one of Hadoop's (yarn.md 1.2), such as `INCORRECT_CONTAINER_VERSION_ERROR`. */
export interface UpdateContainerError {
  readonly reason: string;
  readonly updateRequest: UpdateContainerRequest;
  readonly currentContainerVersion: number;
}

/** Exit statuses below zero are the platform's own; yarn.md 6.2. */
export const ContainerExitStatus = {
  SUCCESS: 0,
  INVALID: -1000,
  ABORTED: -100,
  DISKS_FAILED: -101,
  PREEMPTED: -102,
  KILLED_EXCEEDED_VMEM: -103,
  KILLED_EXCEEDED_PMEM: -104,
  KILLED_BY_APPMASTER: -105,
  KILLED_BY_RESOURCEMANAGER: -106,
  KILLED_AFTER_APP_COMPLETION: -107,
  KILLED_BY_CONTAINER_SCHEDULER: -108,
  KILLED_FOR_EXCESS_LOGS: -109,
  /** No exit code could be found after an NM restart. */
  LOST: 154,
} as const;

export interface ContainerStatus {
  readonly containerId: ContainerId;
  readonly state: ContainerState;
  readonly diagnostics: string;
  readonly exitStatus: number;
  readonly capability?: Resource;
}

/** What an NM tells of a container when it registers. */
export interface NMContainerStatus {
  readonly containerId: ContainerId;
  readonly state: ContainerState;
  readonly resource: Resource;
  readonly priority: number;
  readonly diagnostics: string;
  readonly exitStatus: number;
  readonly creationTimeMs: number;
  readonly version: number;
  readonly executionType: ExecutionType;
  readonly allocationRequestId: number;
}

export interface ApplicationSubmissionContext {
  readonly applicationId: ApplicationId;
  readonly applicationName: string;
  readonly queue: string;
  readonly priority: number;
  readonly amContainerSpec: ContainerLaunchContext;
  readonly unmanagedAM: boolean;
  /** 0: the cluster's default. */
  readonly maxAppAttempts: number;
  /** Memory and cores of the AM's container. */
  readonly resource: Resource;
  /** Cut to 20 characters. */
  readonly applicationType: string;
  readonly keepContainersAcrossApplicationAttempts: boolean;
  readonly applicationTags: readonly string[];
  /** -1: every failure counts. */
  readonly attemptFailuresValidityIntervalMs: number;
  /** Locality of the AM container; empty where `resource` says all. */
  readonly amContainerResourceRequests: readonly ResourceRequest[];
}

export interface ApplicationResourceUsageReport {
  readonly numUsedContainers: number;
  readonly numReservedContainers: number;
  readonly usedResources: Resource;
  readonly neededResources: Resource;
  readonly memorySeconds: number;
  readonly vcoreSeconds: number;
}

export interface ApplicationReport {
  readonly applicationId: ApplicationId;
  readonly currentApplicationAttemptId?: ApplicationAttemptId;
  readonly user: string;
  readonly queue: string;
  readonly name: string;
  readonly applicationType: string;
  readonly applicationTags: readonly string[];
  readonly priority: number;
  /** Where the AM serves its clients; `N/A` and -1 until it has registered. */
  readonly host: string;
  readonly rpcPort: number;
  readonly clientToAMToken?: Token;
  readonly state: YarnApplicationState;
  readonly finalApplicationStatus: FinalApplicationStatus;
  readonly trackingUrl: string;
  readonly originalTrackingUrl: string;
  readonly diagnostics: string;
  readonly submitTimeMs: number;
  readonly startTimeMs: number;
  readonly launchTimeMs: number;
  /** 0 while it runs. */
  readonly finishTimeMs: number;
  /** 0..1 as the AM reports it. */
  readonly progress: number;
  readonly usage?: ApplicationResourceUsageReport;
  readonly unmanaged: boolean;
}

export interface ApplicationAttemptReport {
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly host: string;
  readonly rpcPort: number;
  readonly trackingUrl: string;
  readonly diagnostics: string;
  readonly state: YarnApplicationAttemptState;
  readonly amContainerId?: ContainerId;
  readonly startTimeMs: number;
  readonly finishTimeMs: number;
}

export interface ContainerReport {
  readonly containerId: ContainerId;
  readonly resource: Resource;
  readonly nodeId: NodeId;
  readonly priority: number;
  readonly creationTimeMs: number;
  readonly finishTimeMs: number;
  readonly diagnostics: string;
  readonly exitStatus: number;
  readonly state: ContainerState;
  readonly nodeHttpAddress: string;
  readonly logUrl: string;
}

export interface NodeReport {
  readonly nodeId: NodeId;
  readonly httpAddress: string;
  readonly rackName: string;
  readonly used: Resource;
  readonly capability: Resource;
  readonly numContainers: number;
  readonly state: NodeState;
  readonly healthReport: string;
  readonly lastHealthReportTimeMs: number;
}

export interface QueueInfo {
  readonly queueName: string;
  readonly queuePath: string;
  /** Fractions of the parent, 0..1. */
  readonly capacity: number;
  readonly maximumCapacity: number;
  readonly currentCapacity: number;
  readonly state: 'STOPPED' | 'RUNNING' | 'DRAINING';
  readonly schedulerType: string;
  readonly applications: readonly ApplicationReport[];
}

export interface ClusterMetrics {
  readonly numNodeManagers: number;
  readonly numDecommissionedNodeManagers: number;
  readonly numActiveNodeManagers: number;
  readonly numLostNodeManagers: number;
  readonly numUnhealthyNodeManagers: number;
  readonly numRebootedNodeManagers: number;
  readonly numDecommissioningNodeManagers: number;
  readonly numShutdownNodeManagers: number;
}

export interface NMToken {
  readonly nodeId: NodeId;
  readonly token: Token;
}

/** A secret that signs tokens; `keyId` is a signed 32-bit number. */
export interface MasterKey {
  readonly keyId: number;
  readonly bytes: Uint8Array;
}

export interface NodeHealthStatus {
  readonly isNodeHealthy: boolean;
  readonly healthReport: string;
  readonly lastHealthReportTimeMs: number;
}

export interface ResourceUtilization {
  readonly physicalMb: number;
  readonly virtualMb: number;
  /** Cores in use; 1.0 is one whole core. */
  readonly cpu: number;
}

export interface NodeStatus {
  readonly nodeId: NodeId;
  readonly responseId: number;
  /** All live containers, and every completed one not yet reported successfully. */
  readonly containersStatuses: readonly ContainerStatus[];
  readonly nodeHealthStatus: NodeHealthStatus;
  readonly keepAliveApplications: readonly ApplicationId[];
  readonly containersUtilization?: ResourceUtilization;
  readonly nodeUtilization?: ResourceUtilization;
}
