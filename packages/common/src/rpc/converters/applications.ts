/**
 * Converters of applications and attempts. Hadoop: ApplicationSubmissionContextPBImpl, ApplicationReportPBImpl,
 * ApplicationAttemptReportPBImpl, ApplicationResourceUsageReportPBImpl. Defaults of absent fields are Hadoop's.
 */
import type {
  ApplicationAttemptReport,
  ApplicationReport,
  ApplicationResourceUsageReport,
  ApplicationSubmissionContext,
  FinalApplicationStatus,
  YarnApplicationAttemptState,
  YarnApplicationState,
} from '../../records/records.js';
import {
  ApplicationSubmissionContextProto,
  type ApplicationAttemptReportProto,
  type ApplicationReportProto,
  type ApplicationResourceUsageReportProto,
  type FinalApplicationStatusProto,
  type YarnApplicationAttemptStateProto,
  type YarnApplicationStateProto,
} from '../generated/yarn_protos.js';
import { carried, carrying } from './carried.js';
import {
  applicationIdFromProto,
  applicationIdToProto,
  attemptIdFromProto,
  attemptIdToProto,
  containerIdFromProto,
  containerIdToProto,
  given,
  names,
  need,
  present,
  resourceFromProto,
  resourceToProto,
  tokenFromProto,
  tokenToProto,
} from './common.js';
import { NO_DIAGNOSTICS, resourceRequestFromProto, resourceRequestToProto } from './containers.js';
import { launchContextFromProto, launchContextToProto } from './launch-context.js';

export const applicationState = names<YarnApplicationState, YarnApplicationStateProto>({
  NEW: 'NEW',
  NEW_SAVING: 'NEW_SAVING',
  SUBMITTED: 'SUBMITTED',
  ACCEPTED: 'ACCEPTED',
  RUNNING: 'RUNNING',
  FINISHED: 'FINISHED',
  FAILED: 'FAILED',
  KILLED: 'KILLED',
});

export const finalStatus = names<FinalApplicationStatus, FinalApplicationStatusProto>({
  UNDEFINED: 'APP_UNDEFINED',
  SUCCEEDED: 'APP_SUCCEEDED',
  FAILED: 'APP_FAILED',
  KILLED: 'APP_KILLED',
  ENDED: 'APP_ENDED',
});

const attemptState = names<YarnApplicationAttemptState, YarnApplicationAttemptStateProto>({
  NEW: 'APP_ATTEMPT_NEW',
  SUBMITTED: 'APP_ATTEMPT_SUBMITTED',
  SCHEDULED: 'APP_ATTEMPT_SCHEDULED',
  ALLOCATED_SAVING: 'APP_ATTEMPT_ALLOCATED_SAVING',
  ALLOCATED: 'APP_ATTEMPT_ALLOCATED',
  LAUNCHED: 'APP_ATTEMPT_LAUNCHED',
  FAILED: 'APP_ATTEMPT_FAILED',
  RUNNING: 'APP_ATTEMPT_RUNNING',
  FINISHING: 'APP_ATTEMPT_FINISHING',
  FINISHED: 'APP_ATTEMPT_FINISHED',
  KILLED: 'APP_ATTEMPT_KILLED',
});

export function submissionContextToProto(c: ApplicationSubmissionContext): ApplicationSubmissionContextProto {
  return {
    ...carried(c),
    application_id: applicationIdToProto(c.applicationId),
    application_name: c.applicationName,
    queue: c.queue,
    priority: { priority: c.priority },
    am_container_spec: launchContextToProto(c.amContainerSpec),
    unmanaged_am: c.unmanagedAM,
    maxAppAttempts: c.maxAppAttempts,
    resource: resourceToProto(c.resource),
    applicationType: c.applicationType,
    keep_containers_across_application_attempts: c.keepContainersAcrossApplicationAttempts,
    applicationTags: c.applicationTags,
    attempt_failures_validity_interval: c.attemptFailuresValidityIntervalMs,
    am_container_resource_request: c.amContainerResourceRequests.map(resourceRequestToProto),
  };
}

/** Where only AM asks are given, `resource` is the capability of the one for `*`. */
export function submissionContextFromProto(m: ApplicationSubmissionContextProto): ApplicationSubmissionContext {
  const asks = (m.am_container_resource_request ?? []).map(resourceRequestFromProto);
  const record: ApplicationSubmissionContext = {
    applicationId: applicationIdFromProto(need(m.application_id, 'ApplicationSubmissionContextProto.application_id')),
    applicationName: m.application_name ?? 'N/A',
    queue: m.queue ?? 'default',
    priority: m.priority?.priority ?? 0,
    amContainerSpec: launchContextFromProto(
      need(m.am_container_spec, 'ApplicationSubmissionContextProto.am_container_spec'),
    ),
    unmanagedAM: m.unmanaged_am ?? false,
    maxAppAttempts: m.maxAppAttempts ?? 0,
    resource: m.resource
      ? resourceFromProto(m.resource)
      : (asks.find((ask) => ask.resourceName === '*')?.capability ?? resourceFromProto(undefined)),
    applicationType: m.applicationType ?? 'YARN',
    keepContainersAcrossApplicationAttempts: m.keep_containers_across_application_attempts ?? false,
    applicationTags: m.applicationTags ?? [],
    attemptFailuresValidityIntervalMs: m.attempt_failures_validity_interval ?? -1,
    amContainerResourceRequests: asks,
  };
  return carrying(record, m, [
    'application_id',
    'application_name',
    'queue',
    'priority',
    'am_container_spec',
    'unmanaged_am',
    'maxAppAttempts',
    'resource',
    'applicationType',
    'keep_containers_across_application_attempts',
    'applicationTags',
    'attempt_failures_validity_interval',
    'am_container_resource_request',
  ]);
}

/** For a store: the bytes of Hadoop's message, with all that the client had put in. */
export function encodeSubmissionContext(context: ApplicationSubmissionContext): Uint8Array {
  return ApplicationSubmissionContextProto.encode(submissionContextToProto(context));
}

/** Throws InvalidMessageError for bytes that are none. */
export function decodeSubmissionContext(bytes: Uint8Array): ApplicationSubmissionContext {
  return submissionContextFromProto(ApplicationSubmissionContextProto.decode(bytes));
}

function usageToProto(u: ApplicationResourceUsageReport): ApplicationResourceUsageReportProto {
  return {
    num_used_containers: u.numUsedContainers,
    num_reserved_containers: u.numReservedContainers,
    used_resources: resourceToProto(u.usedResources),
    needed_resources: resourceToProto(u.neededResources),
    memory_seconds: u.memorySeconds,
    vcore_seconds: u.vcoreSeconds,
  };
}

function usageFromProto(m: ApplicationResourceUsageReportProto): ApplicationResourceUsageReport {
  return {
    numUsedContainers: m.num_used_containers ?? 0,
    numReservedContainers: m.num_reserved_containers ?? 0,
    usedResources: resourceFromProto(m.used_resources),
    neededResources: resourceFromProto(m.needed_resources),
    memorySeconds: m.memory_seconds ?? 0,
    vcoreSeconds: m.vcore_seconds ?? 0,
  };
}

export function applicationReportToProto(r: ApplicationReport): ApplicationReportProto {
  return {
    applicationId: applicationIdToProto(r.applicationId),
    user: r.user,
    queue: r.queue,
    name: r.name,
    host: r.host,
    rpc_port: r.rpcPort,
    client_to_am_token: given(r.clientToAMToken, tokenToProto),
    yarn_application_state: applicationState.to(r.state),
    trackingUrl: r.trackingUrl,
    diagnostics: r.diagnostics,
    startTime: r.startTimeMs,
    finishTime: r.finishTimeMs,
    final_application_status: finalStatus.to(r.finalApplicationStatus),
    app_resource_Usage: given(r.usage, usageToProto),
    originalTrackingUrl: r.originalTrackingUrl,
    currentApplicationAttemptId: given(r.currentApplicationAttemptId, attemptIdToProto),
    progress: r.progress,
    applicationType: r.applicationType,
    applicationTags: r.applicationTags,
    unmanaged_application: r.unmanaged,
    priority: { priority: r.priority },
    launchTime: r.launchTimeMs,
    submitTime: r.submitTimeMs,
  };
}

export function applicationReportFromProto(m: ApplicationReportProto): ApplicationReport {
  return present({
    applicationId: applicationIdFromProto(need(m.applicationId, 'ApplicationReportProto.applicationId')),
    currentApplicationAttemptId: given(m.currentApplicationAttemptId, attemptIdFromProto),
    user: m.user ?? '',
    queue: m.queue ?? '',
    name: m.name ?? '',
    applicationType: m.applicationType ?? '',
    applicationTags: m.applicationTags ?? [],
    priority: m.priority?.priority ?? 0,
    host: m.host ?? 'N/A',
    rpcPort: m.rpc_port ?? -1,
    clientToAMToken: given(m.client_to_am_token, tokenFromProto),
    state: applicationState.from(need(m.yarn_application_state, 'ApplicationReportProto.yarn_application_state')),
    finalApplicationStatus: finalStatus.from(m.final_application_status ?? 'APP_UNDEFINED'),
    trackingUrl: m.trackingUrl ?? '',
    originalTrackingUrl: m.originalTrackingUrl ?? '',
    diagnostics: m.diagnostics ?? NO_DIAGNOSTICS,
    submitTimeMs: m.submitTime ?? 0,
    startTimeMs: m.startTime ?? 0,
    launchTimeMs: m.launchTime ?? 0,
    finishTimeMs: m.finishTime ?? 0,
    progress: m.progress ?? 0,
    usage: given(m.app_resource_Usage, usageFromProto),
    unmanaged: m.unmanaged_application ?? false,
  });
}

export function attemptReportToProto(r: ApplicationAttemptReport): ApplicationAttemptReportProto {
  return {
    application_attempt_id: attemptIdToProto(r.applicationAttemptId),
    host: r.host,
    rpc_port: r.rpcPort,
    tracking_url: r.trackingUrl,
    diagnostics: r.diagnostics,
    yarn_application_attempt_state: attemptState.to(r.state),
    am_container_id: given(r.amContainerId, containerIdToProto),
    startTime: r.startTimeMs,
    finishTime: r.finishTimeMs,
  };
}

export function attemptReportFromProto(m: ApplicationAttemptReportProto): ApplicationAttemptReport {
  return present({
    applicationAttemptId: attemptIdFromProto(
      need(m.application_attempt_id, 'ApplicationAttemptReportProto.application_attempt_id'),
    ),
    host: m.host ?? 'N/A',
    rpcPort: m.rpc_port ?? -1,
    trackingUrl: m.tracking_url ?? '',
    diagnostics: m.diagnostics ?? NO_DIAGNOSTICS,
    state: attemptState.from(
      need(m.yarn_application_attempt_state, 'ApplicationAttemptReportProto.yarn_application_attempt_state'),
    ),
    amContainerId: given(m.am_container_id, containerIdFromProto),
    startTimeMs: m.startTime ?? 0,
    finishTimeMs: m.finishTime ?? 0,
  });
}
