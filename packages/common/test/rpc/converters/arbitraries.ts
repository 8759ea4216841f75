/** fast-check arbitraries of records: every field that a record has, absent ones included. */
import * as fc from 'fast-check';
import { pathToFileURL } from 'node:url';
import {
  applicationAttemptId,
  applicationId,
  containerId,
  jobId,
  nodeId,
  taskAttemptId,
  taskId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
  type Container,
  type ContainerLaunchContext,
  type ContainerStatus,
  type CounterGroups,
  type LocalResource,
  type NMContainerStatus,
  type NodeReport,
  type NodeStatus,
  type Resource,
  type ResourceRequest,
  type Token,
  type UpdateContainerError,
  type UpdateContainerRequest,
  type UpdatedContainer,
} from '../../../src/index.js';

/** `T` with every key that may be absent sometimes absent. */
function record<T>(
  required: { [K in keyof T as undefined extends T[K] ? never : K]-?: fc.Arbitrary<T[K]> },
  optional: { [K in keyof T as undefined extends T[K] ? K : never]-?: fc.Arbitrary<Exclude<T[K], undefined>> },
): fc.Arbitrary<T> {
  const fields: Record<string, fc.Arbitrary<unknown>> = { ...required, ...optional };
  return fc.record(fields, { requiredKeys: Object.keys(required) }) as unknown as fc.Arbitrary<T>;
}

export { record };
export const text = fc.string({ unit: 'grapheme', maxLength: 12 });
export const int32 = fc.integer();
export const count = fc.nat();
export const ms = fc.nat({ max: 2_000_000_000_000 });
export const bytes = fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b));
/** Protobuf floats have 32 bits. */
export const fraction = fc.float({ min: 0, max: 1, noNaN: true }).map((f) => (Object.is(f, -0) ? 0 : f));
export const dictionary = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    value,
    { maxKeys: 4, noNullPrototype: true },
  );
export const list = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { maxLength: 4 });

/** At least one: a list that is empty on the wire is an absent field of the record. */
export const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { minLength: 1, maxLength: 3 });

const stamp = fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 });
const positive = fc.integer({ min: 1, max: 2_000_000 });

export const anApplicationId = fc.tuple(stamp, positive).map(([ts, n]) => applicationId(ts, n));
export const anAttemptId = fc.tuple(anApplicationId, positive).map(([app, n]) => applicationAttemptId(app, n));
export const aContainerId = fc
  .tuple(anAttemptId, fc.integer({ min: 1, max: 2 ** 40 - 1 }), fc.integer({ min: 0, max: 2 ** 23 - 1 }))
  .map(([attempt, sequence, epoch]) => containerId(attempt, sequence, epoch));
export const aNodeId = fc
  .tuple(fc.domain(), fc.integer({ min: 1, max: 65535 }))
  .map(([host, port]) => nodeId(host, port));
export const aJobId = anApplicationId.map(jobId);
export const aTaskType = fc.constantFrom('MAP', 'REDUCE');
export const aTaskId = fc.tuple(aJobId, aTaskType, count).map(([job, type, n]) => taskId(job, type, n));
export const aTaskAttemptId = fc.tuple(aTaskId, count).map(([task, n]) => taskAttemptId(task, n));

export const aResource: fc.Arbitrary<Resource> = fc.record({ memoryMb: fc.maxSafeNat(), vcores: count });
export const aToken: fc.Arbitrary<Token> = fc.record({ identifier: bytes, password: bytes, kind: text, service: text });
export const anExecutionType = fc.constantFrom('GUARANTEED', 'OPPORTUNISTIC');
export const aContainerState = fc.constantFrom('NEW', 'RUNNING', 'COMPLETE');
export const aSignal = fc.constantFrom('OUTPUT_THREAD_DUMP', 'GRACEFUL_SHUTDOWN', 'FORCEFUL_SHUTDOWN');
export const acls = fc.record({ VIEW_APP: text, MODIFY_APP: text }, { requiredKeys: [] });

// Node spells [ ] | ~ in a URL in one way or another; that such a path comes back has a test of its own.
const url = fc.oneof(
  list(text.filter((part) => !/[/\u0000-\u001f\\[\]|~]|^\.{1,2}$/.test(part))).map(
    (parts) => pathToFileURL(`/${parts.join('/')}`).href,
  ),
  fc.constantFrom('hdfs://nn.example:8020/user/ada/job.jar', 's3a://bucket/key%20with%20blanks', 'hdfs://ada@nn/x'),
);

export const aLocalResource = record<LocalResource>(
  {
    url,
    sizeBytes: fc.maxSafeNat(),
    timestampMs: ms,
    type: fc.constantFrom('ARCHIVE', 'FILE', 'PATTERN'),
    visibility: fc.constantFrom('PUBLIC', 'PRIVATE', 'APPLICATION'),
  },
  { pattern: text },
);

export const aLaunchContext = record<ContainerLaunchContext>(
  {
    localResources: dictionary(aLocalResource),
    serviceData: dictionary(bytes),
    environment: dictionary(text),
    commands: list(text),
    applicationAcls: acls,
  },
  { tokens: bytes },
);

export const aResourceRequest = record<ResourceRequest>(
  {
    priority: int32,
    resourceName: text,
    capability: aResource,
    numContainers: count,
    relaxLocality: fc.boolean(),
    executionType: anExecutionType,
    allocationRequestId: fc.integer({ min: -1 }),
  },
  { nodeLabelExpression: text },
);

export const aContainer = record<Container>(
  {
    id: aContainerId,
    nodeId: aNodeId,
    nodeHttpAddress: text,
    resource: aResource,
    priority: int32,
    executionType: anExecutionType,
    allocationRequestId: fc.integer({ min: -1 }),
    version: count,
  },
  { containerToken: aToken },
);

const anUpdateType = fc.constantFrom(
  'INCREASE_RESOURCE',
  'DECREASE_RESOURCE',
  'PROMOTE_EXECUTION_TYPE',
  'DEMOTE_EXECUTION_TYPE',
);

export const anUpdateRequest = record<UpdateContainerRequest>(
  { containerId: aContainerId, containerVersion: count, updateType: anUpdateType },
  { capability: aResource, executionType: anExecutionType },
);
export const anUpdatedContainer: fc.Arbitrary<UpdatedContainer> = fc.record({
  updateType: anUpdateType,
  container: aContainer,
});
export const anUpdateError: fc.Arbitrary<UpdateContainerError> = fc.record({
  reason: text,
  updateRequest: anUpdateRequest,
  currentContainerVersion: count,
});

export const aContainerStatus = record<ContainerStatus>(
  { containerId: aContainerId, state: aContainerState, diagnostics: text, exitStatus: int32 },
  { capability: aResource },
);

export const anNMContainerStatus: fc.Arbitrary<NMContainerStatus> = fc.record({
  containerId: aContainerId,
  state: aContainerState,
  resource: aResource,
  priority: int32,
  diagnostics: text,
  exitStatus: int32,
  creationTimeMs: ms,
  version: count,
  executionType: anExecutionType,
  allocationRequestId: fc.integer({ min: -1 }),
});

export const aSubmissionContext: fc.Arbitrary<ApplicationSubmissionContext> = fc.record({
  applicationId: anApplicationId,
  applicationName: text,
  queue: text,
  priority: int32,
  amContainerSpec: aLaunchContext,
  unmanagedAM: fc.boolean(),
  maxAppAttempts: count,
  resource: aResource,
  applicationType: text,
  keepContainersAcrossApplicationAttempts: fc.boolean(),
  applicationTags: list(text),
  attemptFailuresValidityIntervalMs: fc.integer({ min: -1 }),
  amContainerResourceRequests: list(aResourceRequest),
});

export const anApplicationState = fc.constantFrom(
  ...(['NEW', 'NEW_SAVING', 'SUBMITTED', 'ACCEPTED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const),
);
export const aFinalStatus = fc.constantFrom(...(['UNDEFINED', 'SUCCEEDED', 'FAILED', 'KILLED', 'ENDED'] as const));

export const anApplicationReport = record<ApplicationReport>(
  {
    applicationId: anApplicationId,
    user: text,
    queue: text,
    name: text,
    applicationType: text,
    applicationTags: list(text),
    priority: int32,
    host: text,
    rpcPort: int32,
    state: anApplicationState,
    finalApplicationStatus: aFinalStatus,
    trackingUrl: text,
    originalTrackingUrl: text,
    diagnostics: text,
    submitTimeMs: ms,
    startTimeMs: ms,
    launchTimeMs: ms,
    finishTimeMs: ms,
    progress: fraction,
    unmanaged: fc.boolean(),
  },
  {
    currentApplicationAttemptId: anAttemptId,
    clientToAMToken: aToken,
    usage: fc.record({
      numUsedContainers: count,
      numReservedContainers: count,
      usedResources: aResource,
      neededResources: aResource,
      memorySeconds: fc.maxSafeNat(),
      vcoreSeconds: fc.maxSafeNat(),
    }),
  },
);

export const aNodeState = fc.constantFrom(
  ...(['NEW', 'RUNNING', 'UNHEALTHY', 'DECOMMISSIONED', 'LOST', 'REBOOTED', 'DECOMMISSIONING', 'SHUTDOWN'] as const),
);

export const aNodeReport: fc.Arbitrary<NodeReport> = fc.record({
  nodeId: aNodeId,
  httpAddress: text,
  rackName: text,
  used: aResource,
  capability: aResource,
  numContainers: count,
  state: aNodeState,
  healthReport: text,
  lastHealthReportTimeMs: ms,
});

const utilization = fc.record({ physicalMb: count, virtualMb: count, cpu: fraction });

export const aNodeStatus = record<NodeStatus>(
  {
    nodeId: aNodeId,
    responseId: int32,
    containersStatuses: list(aContainerStatus),
    nodeHealthStatus: fc.record({ isNodeHealthy: fc.boolean(), healthReport: text, lastHealthReportTimeMs: ms }),
    keepAliveApplications: list(anApplicationId),
  },
  { containersUtilization: utilization, nodeUtilization: utilization },
);

export const aMasterKey = fc.record({ keyId: int32, bytes });
export const aNodeAction = fc.constantFrom('NORMAL', 'RESYNC', 'SHUTDOWN');
export const counters: fc.Arbitrary<CounterGroups> = dictionary(dictionary(fc.maxSafeInteger()));
