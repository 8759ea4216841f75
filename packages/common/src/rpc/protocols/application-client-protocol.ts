/**
 * ApplicationClientProtocol on the wire. Hadoop: ApplicationClientProtocolPBClientImpl, ApplicationClientProtocolPBServiceImpl.
 */
import type { ApplicationClientProtocol } from '../../records/protocols.js';
import {
  applicationReportFromProto,
  applicationReportToProto,
  applicationState,
  attemptReportFromProto,
  attemptReportToProto,
  submissionContextFromProto,
  submissionContextToProto,
} from '../converters/applications.js';
import {
  applicationIdFromProto,
  applicationIdToProto,
  attemptIdFromProto,
  attemptIdToProto,
  containerIdFromProto,
  containerIdToProto,
  given,
  need,
  present,
  resourceFromProto,
  resourceToProto,
} from '../converters/common.js';
import { containerReportFromProto, containerReportToProto, signalCommand } from '../converters/containers.js';
import {
  clusterMetricsFromProto,
  clusterMetricsToProto,
  nodeReportFromProto,
  nodeReportToProto,
  nodeState,
  queueInfoFromProto,
  queueInfoToProto,
} from '../converters/nodes.js';
import { ApplicationClientProtocolService } from '../generated/applicationclient_protocol.js';
import * as m from '../generated/yarn_service_protos.js';
import { codec, type Protocol } from '../protocol.js';
import { empty } from './empty.js';

export const applicationClientProtocol: Protocol<ApplicationClientProtocol> = {
  name: 'org.apache.hadoop.yarn.api.ApplicationClientProtocolPB',
  service: ApplicationClientProtocolService.name,
  methods: ApplicationClientProtocolService.methods,
  codecs: {
    getNewApplication: {
      request: empty(m.GetNewApplicationRequestProto),
      response: codec(
        m.GetNewApplicationResponseProto,
        (r) => ({
          application_id: applicationIdToProto(r.applicationId),
          maximumCapability: resourceToProto(r.maximumResourceCapability),
        }),
        (p) => ({
          applicationId: applicationIdFromProto(
            need(p.application_id, 'GetNewApplicationResponseProto.application_id'),
          ),
          maximumResourceCapability: resourceFromProto(p.maximumCapability),
        }),
      ),
    },
    submitApplication: {
      request: codec(
        m.SubmitApplicationRequestProto,
        (r) => ({ application_submission_context: submissionContextToProto(r.applicationSubmissionContext) }),
        (p) => ({
          applicationSubmissionContext: submissionContextFromProto(
            need(p.application_submission_context, 'SubmitApplicationRequestProto.application_submission_context'),
          ),
        }),
      ),
      response: empty(m.SubmitApplicationResponseProto),
    },
    getApplicationReport: {
      holdMs: (r) => r.waitMs ?? 0,
      request: codec(
        m.GetApplicationReportRequestProto,
        (r) => ({
          application_id: applicationIdToProto(r.applicationId),
          wait_ms: r.waitMs,
          known_state: given(r.knownState, applicationState.to),
        }),
        (p) =>
          present({
            applicationId: applicationIdFromProto(
              need(p.application_id, 'GetApplicationReportRequestProto.application_id'),
            ),
            waitMs: p.wait_ms,
            knownState: given(p.known_state, applicationState.from),
          }),
      ),
      response: codec(
        m.GetApplicationReportResponseProto,
        (r) => ({ application_report: applicationReportToProto(r.applicationReport) }),
        (p) => ({
          applicationReport: applicationReportFromProto(
            need(p.application_report, 'GetApplicationReportResponseProto.application_report'),
          ),
        }),
      ),
    },
    getApplications: {
      request: codec(
        m.GetApplicationsRequestProto,
        (r) => ({
          application_types: r.applicationTypes,
          application_states: r.applicationStates?.map(applicationState.to),
          users: r.users,
          queues: r.queues,
          limit: r.limit,
          applicationTags: r.applicationTags,
          name: r.name,
        }),
        (p) =>
          present({
            applicationTypes: p.application_types,
            applicationStates: p.application_states?.map(applicationState.from),
            users: p.users,
            queues: p.queues,
            limit: p.limit,
            applicationTags: p.applicationTags,
            name: p.name,
          }),
      ),
      response: codec(
        m.GetApplicationsResponseProto,
        (r) => ({ applications: r.applications.map(applicationReportToProto) }),
        (p) => ({ applications: (p.applications ?? []).map(applicationReportFromProto) }),
      ),
    },
    failApplicationAttempt: {
      request: codec(
        m.FailApplicationAttemptRequestProto,
        (r) => ({ application_attempt_id: attemptIdToProto(r.applicationAttemptId) }),
        (p) => ({
          applicationAttemptId: attemptIdFromProto(
            need(p.application_attempt_id, 'FailApplicationAttemptRequestProto.application_attempt_id'),
          ),
        }),
      ),
      response: empty(m.FailApplicationAttemptResponseProto),
    },
    forceKillApplication: {
      holdMs: (r) => r.waitMs ?? 0,
      request: codec(
        m.KillApplicationRequestProto,
        (r) => ({
          application_id: applicationIdToProto(r.applicationId),
          diagnostics: r.diagnostics,
          wait_ms: r.waitMs,
        }),
        (p) =>
          present({
            applicationId: applicationIdFromProto(need(p.application_id, 'KillApplicationRequestProto.application_id')),
            diagnostics: p.diagnostics,
            waitMs: p.wait_ms,
          }),
      ),
      response: codec(
        m.KillApplicationResponseProto,
        (r) => ({ is_kill_completed: r.isKillCompleted }),
        (p) => ({ isKillCompleted: p.is_kill_completed ?? false }),
      ),
    },
    getClusterMetrics: {
      request: empty(m.GetClusterMetricsRequestProto),
      response: codec(
        m.GetClusterMetricsResponseProto,
        (r) => ({ cluster_metrics: clusterMetricsToProto(r.clusterMetrics) }),
        (p) => ({
          clusterMetrics: clusterMetricsFromProto(
            need(p.cluster_metrics, 'GetClusterMetricsResponseProto.cluster_metrics'),
          ),
        }),
      ),
    },
    getClusterNodes: {
      request: codec(
        m.GetClusterNodesRequestProto,
        (r) => ({ nodeStates: r.nodeStates.map(nodeState.to) }),
        (p) => ({ nodeStates: (p.nodeStates ?? []).map(nodeState.from) }),
      ),
      response: codec(
        m.GetClusterNodesResponseProto,
        (r) => ({ nodeReports: r.nodeReports.map(nodeReportToProto) }),
        (p) => ({ nodeReports: (p.nodeReports ?? []).map(nodeReportFromProto) }),
      ),
    },
    getQueueInfo: {
      request: codec(
        m.GetQueueInfoRequestProto,
        (r) => ({
          queueName: r.queueName,
          includeApplications: r.includeApplications,
          includeChildQueues: r.includeChildQueues,
          recursive: r.recursive,
        }),
        (p) => ({
          queueName: need(p.queueName, 'GetQueueInfoRequestProto.queueName'),
          includeApplications: p.includeApplications ?? false,
          includeChildQueues: p.includeChildQueues ?? false,
          recursive: p.recursive ?? false,
        }),
      ),
      response: codec(
        m.GetQueueInfoResponseProto,
        (r) => ({ queueInfo: queueInfoToProto(r.queueInfo) }),
        (p) => ({ queueInfo: queueInfoFromProto(need(p.queueInfo, 'GetQueueInfoResponseProto.queueInfo')) }),
      ),
    },
    getApplicationAttemptReport: {
      request: codec(
        m.GetApplicationAttemptReportRequestProto,
        (r) => ({ application_attempt_id: attemptIdToProto(r.applicationAttemptId) }),
        (p) => ({
          applicationAttemptId: attemptIdFromProto(
            need(p.application_attempt_id, 'GetApplicationAttemptReportRequestProto.application_attempt_id'),
          ),
        }),
      ),
      response: codec(
        m.GetApplicationAttemptReportResponseProto,
        (r) => ({ application_attempt_report: attemptReportToProto(r.applicationAttemptReport) }),
        (p) => ({
          applicationAttemptReport: attemptReportFromProto(
            need(p.application_attempt_report, 'GetApplicationAttemptReportResponseProto.application_attempt_report'),
          ),
        }),
      ),
    },
    getApplicationAttempts: {
      request: codec(
        m.GetApplicationAttemptsRequestProto,
        (r) => ({ application_id: applicationIdToProto(r.applicationId) }),
        (p) => ({
          applicationId: applicationIdFromProto(
            need(p.application_id, 'GetApplicationAttemptsRequestProto.application_id'),
          ),
        }),
      ),
      response: codec(
        m.GetApplicationAttemptsResponseProto,
        (r) => ({ application_attempts: r.applicationAttempts.map(attemptReportToProto) }),
        (p) => ({ applicationAttempts: (p.application_attempts ?? []).map(attemptReportFromProto) }),
      ),
    },
    getContainerReport: {
      request: codec(
        m.GetContainerReportRequestProto,
        (r) => ({ container_id: containerIdToProto(r.containerId) }),
        (p) => ({
          containerId: containerIdFromProto(need(p.container_id, 'GetContainerReportRequestProto.container_id')),
        }),
      ),
      response: codec(
        m.GetContainerReportResponseProto,
        (r) => ({ container_report: containerReportToProto(r.containerReport) }),
        (p) => ({
          containerReport: containerReportFromProto(
            need(p.container_report, 'GetContainerReportResponseProto.container_report'),
          ),
        }),
      ),
    },
    getContainers: {
      request: codec(
        m.GetContainersRequestProto,
        (r) => ({ application_attempt_id: attemptIdToProto(r.applicationAttemptId) }),
        (p) => ({
          applicationAttemptId: attemptIdFromProto(
            need(p.application_attempt_id, 'GetContainersRequestProto.application_attempt_id'),
          ),
        }),
      ),
      response: codec(
        m.GetContainersResponseProto,
        (r) => ({ containers: r.containers.map(containerReportToProto) }),
        (p) => ({ containers: (p.containers ?? []).map(containerReportFromProto) }),
      ),
    },
    signalToContainer: {
      request: codec(
        m.SignalContainerRequestProto,
        (r) => ({ container_id: containerIdToProto(r.containerId), command: signalCommand.to(r.command) }),
        (p) => ({ containerId: containerIdFromProto(p.container_id), command: signalCommand.from(p.command) }),
      ),
      response: empty(m.SignalContainerResponseProto),
    },
    getResourceTypeInfo: {
      request: empty(m.GetAllResourceTypeInfoRequestProto),
      response: codec(
        m.GetAllResourceTypeInfoResponseProto,
        (r) => ({
          resource_type_info: r.resourceTypeInfo.map(({ name, units }) => ({
            name,
            units,
            type: 'COUNTABLE' as const,
          })),
        }),
        (p) => ({
          resourceTypeInfo: (p.resource_type_info ?? []).map(({ name, units }) => ({ name, units: units ?? '' })),
        }),
      ),
    },
  },
};
