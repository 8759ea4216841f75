/**
 * The protocols in terms of records: what a daemon implements and what a client stub offers, transport apart. Method names
 * and meaning are Hadoop's (reference/yarn.md 1). A client calls `method(request)`; a server's handler is given the caller
 * beside it. Methods of Hadoop's services that stand in no interface here are answered with FeatureNotEnabledError.
 *
 * Fields of ours, absent on a real YARN, are optional and say so: `waitMs` asks the other side to hold the call until it
 * has something to say, at most that long. Who sends it must do without: an immediate answer is always allowed.
 */
import type {
  ApplicationAttemptId,
  ApplicationId,
  ContainerId,
  JobId,
  NodeId,
  TaskAttemptId,
  TaskId,
  TaskType,
} from './ids.js';
import type {
  ApplicationAttemptReport,
  ApplicationReport,
  ApplicationSubmissionContext,
  ClusterMetrics,
  Container,
  ContainerLaunchContext,
  ContainerReport,
  ContainerStatus,
  FinalApplicationStatus,
  MasterKey,
  NMContainerStatus,
  NMToken,
  NodeAction,
  NodeReport,
  NodeState,
  NodeStatus,
  QueueInfo,
  ResourceRequest,
  SignalContainerCommand,
  Token,
  UpdateContainerError,
  UpdateContainerRequest,
  UpdatedContainer,
  YarnApplicationState,
} from './records.js';
import type { Resource } from './resource.js';

/** Who makes a call, as the transport proved it. */
export type Caller =
  /** A person or tool: by client token, or by bare name where the daemon is open (loopback only). */
  | { readonly kind: 'user'; readonly user: string; readonly authMethod: 'TOKEN' | 'SIMPLE' }
  /** An AM, by its AMRM token (at the RM) or an NM token (at an NM). */
  | { readonly kind: 'attempt'; readonly applicationAttemptId: ApplicationAttemptId; readonly keyId: number }
  /** A NodeManager. */
  | { readonly kind: 'node'; readonly authMethod: 'TOKEN' | 'SIMPLE' };

/** A protocol as its server implements it. */
export type Handlers<P> = {
  readonly [M in keyof P]: P[M] extends (request: infer Q) => Promise<infer R>
    ? (request: Q, caller: Caller) => Promise<R> | R
    : never;
};

export type Empty = Readonly<Record<never, never>>;

// ---- ApplicationClientProtocol: client to RM ---------------------------------------------------------------------

export interface GetApplicationsFilter {
  readonly applicationTypes?: readonly string[];
  readonly applicationStates?: readonly YarnApplicationState[];
  readonly users?: readonly string[];
  readonly queues?: readonly string[];
  readonly limit?: number;
  readonly applicationTags?: readonly string[];
  readonly name?: string;
}

export interface ApplicationClientProtocol {
  getNewApplication(r: Empty): Promise<{ applicationId: ApplicationId; maximumResourceCapability: Resource }>;
  /** Idempotent by application id; answered once the application is stored. */
  submitApplication(r: { applicationSubmissionContext: ApplicationSubmissionContext }): Promise<Empty>;
  getApplicationReport(r: {
    applicationId: ApplicationId;
    /** Ours: hold until the state is no longer `knownState`. */
    waitMs?: number;
    knownState?: YarnApplicationState;
  }): Promise<{ applicationReport: ApplicationReport }>;
  getApplications(r: GetApplicationsFilter): Promise<{ applications: readonly ApplicationReport[] }>;
  failApplicationAttempt(r: { applicationAttemptId: ApplicationAttemptId }): Promise<Empty>;
  /** Call again until `isKillCompleted`. Ours: `waitMs` holds until then. */
  forceKillApplication(r: {
    applicationId: ApplicationId;
    diagnostics?: string;
    waitMs?: number;
  }): Promise<{ isKillCompleted: boolean }>;
  getClusterMetrics(r: Empty): Promise<{ clusterMetrics: ClusterMetrics }>;
  /** An empty filter means every state. */
  getClusterNodes(r: { nodeStates: readonly NodeState[] }): Promise<{ nodeReports: readonly NodeReport[] }>;
  getQueueInfo(r: {
    queueName: string;
    includeApplications: boolean;
    includeChildQueues: boolean;
    recursive: boolean;
  }): Promise<{ queueInfo: QueueInfo }>;
  getApplicationAttemptReport(r: {
    applicationAttemptId: ApplicationAttemptId;
  }): Promise<{ applicationAttemptReport: ApplicationAttemptReport }>;
  getApplicationAttempts(r: {
    applicationId: ApplicationId;
  }): Promise<{ applicationAttempts: readonly ApplicationAttemptReport[] }>;
  getContainerReport(r: { containerId: ContainerId }): Promise<{ containerReport: ContainerReport }>;
  getContainers(r: { applicationAttemptId: ApplicationAttemptId }): Promise<{ containers: readonly ContainerReport[] }>;
  signalToContainer(r: { containerId: ContainerId; command: SignalContainerCommand }): Promise<Empty>;
  getResourceTypeInfo(r: Empty): Promise<{ resourceTypeInfo: readonly { name: string; units: string }[] }>;
}

// ---- ApplicationMasterProtocol: AM to RM -------------------------------------------------------------------------

export interface RegisterApplicationMasterResponse {
  readonly maximumResourceCapability: Resource;
  /** Signs the tokens by which clients call this AM. */
  readonly clientToAMTokenMasterKey?: Uint8Array;
  readonly applicationAcls: Readonly<Partial<Record<'VIEW_APP' | 'MODIFY_APP', string>>>;
  readonly containersFromPreviousAttempts: readonly Container[];
  readonly nmTokensFromPreviousAttempts: readonly NMToken[];
  readonly queue: string;
}

export interface AllocateRequest {
  readonly ask: readonly ResourceRequest[];
  readonly release: readonly ContainerId[];
  /** Hosts, racks, and, ours, ids of nodes. */
  readonly blacklistAdditions: readonly string[];
  readonly blacklistRemovals: readonly string[];
  /** The last id seen. */
  readonly responseId: number;
  readonly progress: number;
  readonly trackingUrl?: string;
  /** Containers to be resized or promoted; an RM that cannot leaves them unanswered. */
  readonly updateRequests?: readonly UpdateContainerRequest[];
  /** Ours: hold until there is something to tell. */
  readonly waitMs?: number;
}

export interface AllocateResponse {
  readonly responseId: number;
  readonly allocatedContainers: readonly Container[];
  readonly completedContainersStatuses: readonly ContainerStatus[];
  /** Headroom. */
  readonly availableResources: Resource;
  readonly updatedNodes: readonly NodeReport[];
  readonly numClusterNodes: number;
  readonly nmTokens: readonly NMToken[];
  /** Present when the key rolled: use it from the next connection on. */
  readonly amRmToken?: Token;
  readonly preemptedContainers: readonly ContainerId[];
  /** Kept containers that their nodes reported only after this attempt had registered. */
  readonly containersFromPreviousAttempts?: readonly Container[];
  readonly updatedContainers?: readonly UpdatedContainer[];
  readonly updateErrors?: readonly UpdateContainerError[];
}

export interface ApplicationMasterProtocol {
  registerApplicationMaster(r: {
    host: string;
    rpcPort: number;
    trackingUrl: string;
  }): Promise<RegisterApplicationMasterResponse>;
  allocate(r: AllocateRequest): Promise<AllocateResponse>;
  /** Call again until `isUnregistered`. */
  finishApplicationMaster(r: {
    diagnostics: string;
    trackingUrl: string;
    finalApplicationStatus: FinalApplicationStatus;
  }): Promise<{ isUnregistered: boolean }>;
}

// ---- ContainerManagementProtocol: AM or RM to NM -----------------------------------------------------------------

/** An error that travels inside an answer, with Hadoop's class name. */
export interface SerializedException {
  readonly message: string;
  readonly className: string;
}

export interface FailedRequest {
  readonly containerId: ContainerId;
  readonly exception: SerializedException;
}

export interface ContainerManagementProtocol {
  /** Accepted is not running. A bad container token fails the whole call; other faults stand in `failedRequests`. */
  startContainers(r: {
    requests: readonly { containerLaunchContext: ContainerLaunchContext; containerToken: Token }[];
  }): Promise<{
    servicesMetaData: Readonly<Record<string, Uint8Array>>;
    succeeded: readonly ContainerId[];
    failed: readonly FailedRequest[];
  }>;
  stopContainers(r: {
    containerIds: readonly ContainerId[];
  }): Promise<{ succeeded: readonly ContainerId[]; failed: readonly FailedRequest[] }>;
  getContainerStatuses(r: {
    containerIds: readonly ContainerId[];
  }): Promise<{ statuses: readonly ContainerStatus[]; failed: readonly FailedRequest[] }>;
  signalToContainer(r: { containerId: ContainerId; command: SignalContainerCommand }): Promise<Empty>;
}

// ---- ResourceTracker: NM to RM -----------------------------------------------------------------------------------

export interface RegisterNodeManagerRequest {
  readonly nodeId: NodeId;
  readonly httpPort: number;
  readonly resource: Resource;
  readonly nmVersion: string;
  /** Ours; a Hadoop NM's rack is resolved by the RM. */
  readonly rackName?: string;
  readonly containerStatuses: readonly NMContainerStatus[];
  readonly runningApplications: readonly ApplicationId[];
}

export interface RegisterNodeManagerResponse {
  readonly containerTokenMasterKey?: MasterKey;
  readonly nmTokenMasterKey?: MasterKey;
  readonly nodeAction: NodeAction;
  /** Start stamp of this RM; stands in every container token. */
  readonly rmIdentifier: number;
  readonly diagnosticsMessage: string;
  readonly rmVersion: string;
}

export interface NodeHeartbeatRequest {
  readonly nodeStatus: NodeStatus;
  readonly lastKnownContainerTokenMasterKeyId?: number;
  readonly lastKnownNMTokenMasterKeyId?: number;
}

export interface NodeHeartbeatResponse {
  readonly responseId: number;
  readonly nodeAction: NodeAction;
  readonly nextHeartBeatIntervalMs: number;
  readonly containersToCleanup: readonly ContainerId[];
  readonly applicationsToCleanup: readonly ApplicationId[];
  /** Completed ones the AM has acknowledged: the NM may forget them. */
  readonly containersToBeRemovedFromNM: readonly ContainerId[];
  readonly containersToSignal: readonly { containerId: ContainerId; command: SignalContainerCommand }[];
  readonly diagnosticsMessage: string;
  /** Only when the RM's key is newer than the one named in the request. */
  readonly containerTokenMasterKey?: MasterKey;
  readonly nmTokenMasterKey?: MasterKey;
}

export interface ResourceTracker {
  registerNodeManager(r: RegisterNodeManagerRequest): Promise<RegisterNodeManagerResponse>;
  nodeHeartbeat(r: NodeHeartbeatRequest): Promise<NodeHeartbeatResponse>;
  unRegisterNodeManager(r: { nodeId: NodeId }): Promise<Empty>;
}

/**
 * Ours: lets the RM wake an NM between heartbeats. The NM keeps one such call open; when it is answered with `true` it
 * heartbeats at once and finds there what to do. It carries nothing itself, so losing it costs at most one interval.
 */
export interface NodeSignalProtocol {
  awaitSignal(r: { nodeId: NodeId; waitMs: number }): Promise<{ heartbeatNow: boolean }>;
}

// ---- MRClientProtocol: client to MRAppMaster ---------------------------------------------------------------------

export type JobState = 'NEW' | 'INITED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'KILLED' | 'ERROR';
export type TaskState = 'NEW' | 'SCHEDULED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'KILLED';
export type TaskAttemptState = 'NEW' | 'STARTING' | 'RUNNING' | 'COMMIT_PENDING' | 'SUCCEEDED' | 'FAILED' | 'KILLED';
export type Phase = 'STARTING' | 'MAP' | 'SHUFFLE' | 'SORT' | 'REDUCE' | 'CLEANUP';

/** Group name to counter name to value; names are Hadoop's (reference/mapreduce.md 8.7). */
export type CounterGroups = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface JobReport {
  readonly jobId: JobId;
  readonly jobName: string;
  readonly user: string;
  readonly queue: string;
  readonly state: JobState;
  /** Fractions 0..1. */
  readonly mapProgress: number;
  readonly reduceProgress: number;
  readonly setupProgress: number;
  readonly cleanupProgress: number;
  readonly submitTimeMs: number;
  readonly startTimeMs: number;
  readonly finishTimeMs: number;
  readonly diagnostics: string;
  readonly isUber: boolean;
  readonly trackingUrl: string;
  readonly historyFile: string;
  readonly mapsTotal: number;
  readonly mapsCompleted: number;
  readonly reducesTotal: number;
  readonly reducesCompleted: number;
}

export interface TaskAttemptReport {
  readonly taskAttemptId: TaskAttemptId;
  readonly state: TaskAttemptState;
  readonly progress: number;
  readonly phase: Phase;
  readonly startTimeMs: number;
  readonly finishTimeMs: number;
  readonly shuffleFinishTimeMs: number;
  readonly sortFinishTimeMs: number;
  readonly diagnostics: string;
  readonly stateString: string;
  readonly nodeManagerHost: string;
  readonly nodeManagerPort: number;
  readonly nodeManagerHttpPort: number;
  readonly containerId?: ContainerId;
  readonly counters: CounterGroups;
}

export interface TaskReport {
  readonly taskId: TaskId;
  readonly state: TaskState;
  readonly progress: number;
  readonly startTimeMs: number;
  readonly finishTimeMs: number;
  readonly counters: CounterGroups;
  readonly runningAttempts: readonly TaskAttemptId[];
  readonly successfulAttempt?: TaskAttemptId;
  readonly diagnostics: readonly string[];
}

export type TaskAttemptCompletionEventStatus = 'FAILED' | 'KILLED' | 'SUCCEEDED' | 'OBSOLETE' | 'TIPFAILED';

export interface TaskAttemptCompletionEvent {
  readonly attemptId: TaskAttemptId;
  readonly eventId: number;
  readonly status: TaskAttemptCompletionEventStatus;
  /** `http://host:port` of the shuffle server that holds the map's output; empty for a map run in the AM's container. */
  readonly mapOutputServerAddress: string;
  readonly attemptRunTimeMs: number;
}

export interface MRClientProtocol {
  getJobReport(r: {
    jobId: JobId;
    /** Ours: hold until the report differs from the one that carried `knownVersion`. */
    waitMs?: number;
    knownVersion?: number;
  }): Promise<{ jobReport: JobReport; version: number }>;
  getCounters(r: { jobId: JobId }): Promise<{ counters: CounterGroups }>;
  getTaskReport(r: { taskId: TaskId }): Promise<{ taskReport: TaskReport }>;
  getTaskReports(r: { jobId: JobId; taskType: TaskType }): Promise<{ taskReports: readonly TaskReport[] }>;
  getTaskAttemptReport(r: { taskAttemptId: TaskAttemptId }): Promise<{ taskAttemptReport: TaskAttemptReport }>;
  getTaskAttemptCompletionEvents(r: {
    jobId: JobId;
    fromEventId: number;
    maxEvents: number;
  }): Promise<{ completionEvents: readonly TaskAttemptCompletionEvent[] }>;
  getDiagnostics(r: { taskAttemptId: TaskAttemptId }): Promise<{ diagnostics: readonly string[] }>;
  killJob(r: { jobId: JobId }): Promise<Empty>;
  killTask(r: { taskId: TaskId }): Promise<Empty>;
  killTaskAttempt(r: { taskAttemptId: TaskAttemptId }): Promise<Empty>;
  failTaskAttempt(r: { taskAttemptId: TaskAttemptId }): Promise<Empty>;
}
