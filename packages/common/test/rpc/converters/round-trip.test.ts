/** Every request and answer of every protocol comes out of its message as it went in. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import {
  applicationClientProtocol,
  applicationMasterProtocol,
  containerManagementProtocol,
  decodeSubmissionContext,
  encodeSubmissionContext,
  mrClientProtocol,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  type AllocateRequest,
  type AllocateResponse,
  type ApplicationAttemptReport,
  type ApplicationClientProtocol,
  type ApplicationMasterProtocol,
  type ContainerManagementProtocol,
  type GetApplicationsFilter,
  type JobReport,
  type MRClientProtocol,
  type NodeHeartbeatRequest,
  type NodeHeartbeatResponse,
  type NodeSignalProtocol,
  type Protocol,
  type RegisterApplicationMasterResponse,
  type RegisterNodeManagerRequest,
  type RegisterNodeManagerResponse,
  type ResourceTracker,
  type TaskAttemptReport,
  type TaskReport,
} from '../../../src/index.js';
import {
  launchContextFromProto,
  launchContextToProto,
  urlFromProto,
  urlToProto,
} from '../../../src/rpc/converters/launch-context.js';
import { ContainerLaunchContextProto } from '../../../src/rpc/generated/yarn_protos.js';
import * as a from './arbitraries.js';

type Sides<P> = {
  readonly [M in keyof P]: P[M] extends (request: infer Q) => Promise<infer R>
    ? readonly [request: fc.Arbitrary<Q>, response: fc.Arbitrary<R>]
    : never;
};

const empty = fc.constant({});
const failed = a.list(
  fc.record({ containerId: a.aContainerId, exception: fc.record({ message: a.text, className: a.text }) }),
);
const nmTokens = a.list(fc.record({ nodeId: a.aNodeId, token: a.aToken }));

const attemptReport = a.record<ApplicationAttemptReport>(
  {
    applicationAttemptId: a.anAttemptId,
    host: a.text,
    rpcPort: a.int32,
    trackingUrl: a.text,
    diagnostics: a.text,
    state: fc.constantFrom('NEW', 'SUBMITTED', 'SCHEDULED', 'ALLOCATED_SAVING', 'ALLOCATED', 'LAUNCHED', 'KILLED'),
    startTimeMs: a.ms,
    finishTimeMs: a.ms,
  },
  { amContainerId: a.aContainerId },
);
const containerReport = fc.record({
  containerId: a.aContainerId,
  resource: a.aResource,
  nodeId: a.aNodeId,
  priority: a.int32,
  creationTimeMs: a.ms,
  finishTimeMs: a.ms,
  diagnostics: a.text,
  exitStatus: a.int32,
  state: a.aContainerState,
  nodeHttpAddress: a.text,
  logUrl: a.text,
});

const client: Sides<ApplicationClientProtocol> = {
  getNewApplication: [empty, fc.record({ applicationId: a.anApplicationId, maximumResourceCapability: a.aResource })],
  submitApplication: [fc.record({ applicationSubmissionContext: a.aSubmissionContext }), empty],
  getApplicationReport: [
    fc.record(
      { applicationId: a.anApplicationId, waitMs: a.count, knownState: a.anApplicationState },
      { requiredKeys: ['applicationId'] },
    ),
    fc.record({ applicationReport: a.anApplicationReport }),
  ],
  getApplications: [
    a.record<GetApplicationsFilter>(
      {},
      {
        // An empty list and an absent one are the same on the wire.
        applicationTypes: fc.array(a.text, { minLength: 1 }),
        applicationStates: fc.array(a.anApplicationState, { minLength: 1 }),
        users: fc.array(a.text, { minLength: 1 }),
        queues: fc.array(a.text, { minLength: 1 }),
        limit: a.count,
        applicationTags: fc.array(a.text, { minLength: 1 }),
        name: a.text,
      },
    ),
    fc.record({ applications: a.list(a.anApplicationReport) }),
  ],
  failApplicationAttempt: [fc.record({ applicationAttemptId: a.anAttemptId }), empty],
  forceKillApplication: [
    fc.record(
      { applicationId: a.anApplicationId, diagnostics: a.text, waitMs: a.count },
      { requiredKeys: ['applicationId'] },
    ),
    fc.record({ isKillCompleted: fc.boolean() }),
  ],
  getClusterMetrics: [
    empty,
    fc.record({
      clusterMetrics: fc.record({
        numNodeManagers: a.count,
        numDecommissionedNodeManagers: a.count,
        numActiveNodeManagers: a.count,
        numLostNodeManagers: a.count,
        numUnhealthyNodeManagers: a.count,
        numRebootedNodeManagers: a.count,
        numDecommissioningNodeManagers: a.count,
        numShutdownNodeManagers: a.count,
      }),
    }),
  ],
  getClusterNodes: [fc.record({ nodeStates: a.list(a.aNodeState) }), fc.record({ nodeReports: a.list(a.aNodeReport) })],
  getQueueInfo: [
    fc.record({
      queueName: a.text,
      includeApplications: fc.boolean(),
      includeChildQueues: fc.boolean(),
      recursive: fc.boolean(),
    }),
    fc.record({
      queueInfo: fc.record({
        queueName: a.text,
        queuePath: a.text,
        capacity: a.fraction,
        maximumCapacity: a.fraction,
        currentCapacity: a.fraction,
        state: fc.constantFrom('STOPPED', 'RUNNING', 'DRAINING'),
        schedulerType: a.text,
        applications: a.list(a.anApplicationReport),
      }),
    }),
  ],
  getApplicationAttemptReport: [
    fc.record({ applicationAttemptId: a.anAttemptId }),
    fc.record({ applicationAttemptReport: attemptReport }),
  ],
  getApplicationAttempts: [
    fc.record({ applicationId: a.anApplicationId }),
    fc.record({ applicationAttempts: a.list(attemptReport) }),
  ],
  getContainerReport: [fc.record({ containerId: a.aContainerId }), fc.record({ containerReport })],
  getContainers: [
    fc.record({ applicationAttemptId: a.anAttemptId }),
    fc.record({ containers: a.list(containerReport) }),
  ],
  signalToContainer: [fc.record({ containerId: a.aContainerId, command: a.aSignal }), empty],
  getResourceTypeInfo: [empty, fc.record({ resourceTypeInfo: a.list(fc.record({ name: a.text, units: a.text })) })],
};

const master: Sides<ApplicationMasterProtocol> = {
  registerApplicationMaster: [
    fc.record({ host: a.text, rpcPort: a.int32, trackingUrl: a.text }),
    a.record<RegisterApplicationMasterResponse>(
      {
        maximumResourceCapability: a.aResource,
        applicationAcls: a.acls,
        containersFromPreviousAttempts: a.list(a.aContainer),
        nmTokensFromPreviousAttempts: nmTokens,
        queue: a.text,
      },
      { clientToAMTokenMasterKey: a.bytes },
    ),
  ],
  allocate: [
    a.record<AllocateRequest>(
      {
        ask: a.list(a.aResourceRequest),
        release: a.list(a.aContainerId),
        blacklistAdditions: a.list(a.text),
        blacklistRemovals: a.list(a.text),
        responseId: a.int32,
        progress: a.fraction,
      },
      { trackingUrl: a.text, waitMs: a.count, updateRequests: a.some(a.anUpdateRequest) },
    ),
    a.record<AllocateResponse>(
      {
        responseId: a.int32,
        allocatedContainers: a.list(a.aContainer),
        completedContainersStatuses: a.list(a.aContainerStatus),
        availableResources: a.aResource,
        updatedNodes: a.list(a.aNodeReport),
        numClusterNodes: a.count,
        nmTokens,
        preemptedContainers: a.list(a.aContainerId),
      },
      {
        amRmToken: a.aToken,
        containersFromPreviousAttempts: a.some(a.aContainer),
        updatedContainers: a.some(a.anUpdatedContainer),
        updateErrors: a.some(a.anUpdateError),
      },
    ),
  ],
  finishApplicationMaster: [
    fc.record({ diagnostics: a.text, trackingUrl: a.text, finalApplicationStatus: a.aFinalStatus }),
    fc.record({ isUnregistered: fc.boolean() }),
  ],
};

const containerIds = fc.record({ containerIds: a.list(a.aContainerId) });
const containers: Sides<ContainerManagementProtocol> = {
  startContainers: [
    fc.record({
      requests: a.list(fc.record({ containerLaunchContext: a.aLaunchContext, containerToken: a.aToken })),
    }),
    fc.record({ servicesMetaData: a.dictionary(a.bytes), succeeded: a.list(a.aContainerId), failed }),
  ],
  stopContainers: [containerIds, fc.record({ succeeded: a.list(a.aContainerId), failed })],
  getContainerStatuses: [containerIds, fc.record({ statuses: a.list(a.aContainerStatus), failed })],
  signalToContainer: [fc.record({ containerId: a.aContainerId, command: a.aSignal }), empty],
};

const tracker: Sides<ResourceTracker> = {
  registerNodeManager: [
    a.record<RegisterNodeManagerRequest>(
      {
        nodeId: a.aNodeId,
        httpPort: a.count,
        resource: a.aResource,
        nmVersion: a.text,
        containerStatuses: a.list(a.anNMContainerStatus),
        runningApplications: a.list(a.anApplicationId),
      },
      { rackName: a.text },
    ),
    a.record<RegisterNodeManagerResponse>(
      { nodeAction: a.aNodeAction, rmIdentifier: a.ms, diagnosticsMessage: a.text, rmVersion: a.text },
      { containerTokenMasterKey: a.aMasterKey, nmTokenMasterKey: a.aMasterKey },
    ),
  ],
  nodeHeartbeat: [
    a.record<NodeHeartbeatRequest>(
      { nodeStatus: a.aNodeStatus },
      { lastKnownContainerTokenMasterKeyId: a.int32, lastKnownNMTokenMasterKeyId: a.int32 },
    ),
    a.record<NodeHeartbeatResponse>(
      {
        responseId: a.int32,
        nodeAction: a.aNodeAction,
        nextHeartBeatIntervalMs: a.count,
        containersToCleanup: a.list(a.aContainerId),
        applicationsToCleanup: a.list(a.anApplicationId),
        containersToBeRemovedFromNM: a.list(a.aContainerId),
        containersToSignal: a.list(fc.record({ containerId: a.aContainerId, command: a.aSignal })),
        diagnosticsMessage: a.text,
      },
      { containerTokenMasterKey: a.aMasterKey, nmTokenMasterKey: a.aMasterKey },
    ),
  ],
  unRegisterNodeManager: [fc.record({ nodeId: a.aNodeId }), empty],
};

const signal: Sides<NodeSignalProtocol> = {
  awaitSignal: [fc.record({ nodeId: a.aNodeId, waitMs: a.count }), fc.record({ heartbeatNow: fc.boolean() })],
};

const jobReport: fc.Arbitrary<JobReport> = fc.record({
  jobId: a.aJobId,
  jobName: a.text,
  user: a.text,
  queue: a.text,
  state: fc.constantFrom('NEW', 'INITED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'KILLED', 'ERROR'),
  mapProgress: a.fraction,
  reduceProgress: a.fraction,
  setupProgress: a.fraction,
  cleanupProgress: a.fraction,
  submitTimeMs: a.ms,
  startTimeMs: a.ms,
  finishTimeMs: a.ms,
  diagnostics: a.text,
  isUber: fc.boolean(),
  trackingUrl: a.text,
  historyFile: a.text,
  mapsTotal: a.count,
  mapsCompleted: a.count,
  reducesTotal: a.count,
  reducesCompleted: a.count,
});
const taskReport = a.record<TaskReport>(
  {
    taskId: a.aTaskId,
    state: fc.constantFrom('NEW', 'SCHEDULED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'KILLED'),
    progress: a.fraction,
    startTimeMs: a.ms,
    finishTimeMs: a.ms,
    counters: a.counters,
    runningAttempts: a.list(a.aTaskAttemptId),
    diagnostics: a.list(a.text),
  },
  { successfulAttempt: a.aTaskAttemptId },
);
const taskAttemptReport = a.record<TaskAttemptReport>(
  {
    taskAttemptId: a.aTaskAttemptId,
    state: fc.constantFrom('NEW', 'STARTING', 'RUNNING', 'COMMIT_PENDING', 'SUCCEEDED', 'FAILED', 'KILLED'),
    progress: a.fraction,
    phase: fc.constantFrom('STARTING', 'MAP', 'SHUFFLE', 'SORT', 'REDUCE', 'CLEANUP'),
    startTimeMs: a.ms,
    finishTimeMs: a.ms,
    shuffleFinishTimeMs: a.ms,
    sortFinishTimeMs: a.ms,
    diagnostics: a.text,
    stateString: a.text,
    nodeManagerHost: a.text,
    nodeManagerPort: a.count,
    nodeManagerHttpPort: a.count,
    counters: a.counters,
  },
  { containerId: a.aContainerId },
);
const byJob = fc.record({ jobId: a.aJobId });
const byTask = fc.record({ taskId: a.aTaskId });
const byAttempt = fc.record({ taskAttemptId: a.aTaskAttemptId });

const mapReduce: Sides<MRClientProtocol> = {
  getJobReport: [
    fc.record({ jobId: a.aJobId, waitMs: a.count, knownVersion: a.count }, { requiredKeys: ['jobId'] }),
    fc.record({ jobReport, version: a.count }),
  ],
  getCounters: [byJob, fc.record({ counters: a.counters })],
  getTaskReport: [byTask, fc.record({ taskReport })],
  getTaskReports: [
    fc.record({ jobId: a.aJobId, taskType: a.aTaskType }),
    fc.record({ taskReports: a.list(taskReport) }),
  ],
  getTaskAttemptReport: [byAttempt, fc.record({ taskAttemptReport })],
  getTaskAttemptCompletionEvents: [
    fc.record({ jobId: a.aJobId, fromEventId: a.count, maxEvents: a.count }),
    fc.record({
      completionEvents: a.list(
        fc.record({
          attemptId: a.aTaskAttemptId,
          eventId: a.count,
          status: fc.constantFrom('FAILED', 'KILLED', 'SUCCEEDED', 'OBSOLETE', 'TIPFAILED'),
          mapOutputServerAddress: a.text,
          attemptRunTimeMs: a.count,
        }),
      ),
    }),
  ],
  getDiagnostics: [byAttempt, fc.record({ diagnostics: a.list(a.text) })],
  killJob: [byJob, empty],
  killTask: [byTask, empty],
  killTaskAttempt: [byAttempt, empty],
  failTaskAttempt: [byAttempt, empty],
};

interface AnyCodec {
  encode(record: unknown): Buffer;
  decode(bytes: Uint8Array): unknown;
}

function cases<P>(protocol: Protocol<P>, sides: Sides<P>): [string, AnyCodec, fc.Arbitrary<unknown>][] {
  return Object.entries<readonly [fc.Arbitrary<unknown>, fc.Arbitrary<unknown>]>(sides).flatMap(
    ([method, [request, response]]) => {
      const codec = protocol.codecs[method as keyof P] as { request: AnyCodec; response: AnyCodec };
      return [
        [`${method} request`, codec.request, request],
        [`${method} answer`, codec.response, response],
      ] as [string, AnyCodec, fc.Arbitrary<unknown>][];
    },
  );
}

test.each([
  ...cases(applicationClientProtocol, client),
  ...cases(applicationMasterProtocol, master),
  ...cases(containerManagementProtocol, containers),
  ...cases(resourceTrackerProtocol, tracker),
  ...cases(nodeSignalProtocol, signal),
  ...cases(mrClientProtocol, mapReduce),
])('%s comes back as it was', (_, codec, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, (record) => {
      expect(codec.decode(codec.encode(record))).toEqual(record);
    }),
    { numRuns: 30 },
  );
});

test('a submission context comes out of a store as it went in', () => {
  fc.assert(
    fc.property(a.aSubmissionContext, (context) => {
      expect(decodeSubmissionContext(encodeSubmissionContext(context))).toEqual(context);
    }),
    { numRuns: 50 },
  );
});

test('what a launch context holds beyond our record is passed on, also after a change of the record', () => {
  const message = {
    command: ['run'],
    container_retry_context: { retry_policy: 'RETRY_ON_ALL_ERRORS', max_retries: 3 },
    $unknown: Buffer.from('a83e07', 'hex'),
  } as const;
  const record = launchContextFromProto(
    ContainerLaunchContextProto.decode(ContainerLaunchContextProto.encode(message)),
  );
  const changed = { ...record, environment: { A: '1' } };
  expect(ContainerLaunchContextProto.decode(ContainerLaunchContextProto.encode(launchContextToProto(changed)))).toEqual(
    {
      ...message,
      environment: [{ key: 'A', value: '1' }],
    },
  );
});

test('a URL comes back as one of the same file, however it is spelled', () => {
  const part = fc.string({ unit: 'grapheme-ascii' }).filter((text) => !/[/\\]/.test(text));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const url = pathToFileURL(`/${parts.join('/')}`);
      expect(fileURLToPath(urlFromProto(urlToProto(url.href)))).toBe(fileURLToPath(url));
    }),
  );
  expect(fileURLToPath(urlFromProto(urlToProto('file:///a%5Bb%5D%7C~')))).toBe('/a[b]|~');
});

test('the path of a URL travels decoded, without host and with port -1 for a file', () => {
  expect(urlToProto('file:///tmp/a%20b/%C3%A9')).toEqual({ scheme: 'file', port: -1, file: '/tmp/a b/é' });
  expect(() => urlToProto('/tmp/x')).toThrow("'/tmp/x' is not the URL of a file; one looks like 'file:///tmp/job.cjs'");
});
