/**
 * Converters of asks, containers and their states. Hadoop: ResourceRequestPBImpl, ContainerPBImpl, ContainerStatusPBImpl,
 * NMContainerStatusPBImpl, ContainerReportPBImpl, PreemptionMessagePBImpl.
 */
import type {
  Container,
  ContainerReport,
  ContainerState,
  ContainerStatus,
  ContainerUpdateType,
  ExecutionType,
  NMContainerStatus,
  NMToken,
  ResourceRequest,
  SignalContainerCommand,
  UpdateContainerError,
  UpdateContainerRequest,
  UpdatedContainer,
} from '../../records/records.js';
import { ContainerExitStatus } from '../../records/records.js';
import type {
  ContainerProto,
  ContainerReportProto,
  ContainerStateProto,
  ContainerStatusProto,
  ExecutionTypeProto,
  ResourceRequestProto,
  SignalContainerCommandProto,
} from '../generated/yarn_protos.js';
import type { NMContainerStatusProto } from '../generated/yarn_server_common_service_protos.js';
import type {
  ContainerUpdateTypeProto,
  NMTokenProto,
  UpdateContainerErrorProto,
  UpdateContainerRequestProto,
  UpdatedContainerProto,
} from '../generated/yarn_service_protos.js';
import {
  containerIdFromProto,
  containerIdToProto,
  given,
  names,
  need,
  nodeIdFromProto,
  nodeIdToProto,
  present,
  resourceFromProto,
  resourceToProto,
  tokenFromProto,
  tokenToProto,
} from './common.js';

/** What Hadoop's messages say where a diagnostics field is absent. */
export const NO_DIAGNOSTICS = 'N/A';

export const containerState = names<ContainerState, ContainerStateProto>({
  NEW: 'C_NEW',
  RUNNING: 'C_RUNNING',
  COMPLETE: 'C_COMPLETE',
});

export const executionType = names<ExecutionType, ExecutionTypeProto>({
  GUARANTEED: 'GUARANTEED',
  OPPORTUNISTIC: 'OPPORTUNISTIC',
});

export const signalCommand = names<SignalContainerCommand, SignalContainerCommandProto>({
  OUTPUT_THREAD_DUMP: 'OUTPUT_THREAD_DUMP',
  GRACEFUL_SHUTDOWN: 'GRACEFUL_SHUTDOWN',
  FORCEFUL_SHUTDOWN: 'FORCEFUL_SHUTDOWN',
});

const updateType = names<ContainerUpdateType, ContainerUpdateTypeProto>({
  INCREASE_RESOURCE: 'INCREASE_RESOURCE',
  DECREASE_RESOURCE: 'DECREASE_RESOURCE',
  PROMOTE_EXECUTION_TYPE: 'PROMOTE_EXECUTION_TYPE',
  DEMOTE_EXECUTION_TYPE: 'DEMOTE_EXECUTION_TYPE',
});

export function resourceRequestToProto(r: ResourceRequest): ResourceRequestProto {
  return {
    priority: { priority: r.priority },
    resource_name: r.resourceName,
    capability: resourceToProto(r.capability),
    num_containers: r.numContainers,
    relax_locality: r.relaxLocality,
    node_label_expression: r.nodeLabelExpression,
    execution_type_request: { execution_type: executionType.to(r.executionType), enforce_execution_type: false },
    allocation_request_id: r.allocationRequestId,
  };
}

export function resourceRequestFromProto(m: ResourceRequestProto): ResourceRequest {
  return present({
    priority: m.priority?.priority ?? 0,
    resourceName: need(m.resource_name, 'ResourceRequestProto.resource_name'),
    capability: resourceFromProto(m.capability),
    numContainers: m.num_containers ?? 0,
    relaxLocality: m.relax_locality ?? true,
    nodeLabelExpression: m.node_label_expression,
    executionType: executionType.from(m.execution_type_request?.execution_type ?? 'GUARANTEED'),
    allocationRequestId: m.allocation_request_id ?? -1,
  });
}

export function containerToProto(c: Container): ContainerProto {
  return {
    id: containerIdToProto(c.id),
    nodeId: nodeIdToProto(c.nodeId),
    node_http_address: c.nodeHttpAddress,
    resource: resourceToProto(c.resource),
    priority: { priority: c.priority },
    container_token: given(c.containerToken, tokenToProto),
    execution_type: executionType.to(c.executionType),
    allocation_request_id: c.allocationRequestId,
    version: c.version,
  };
}

export function containerFromProto(m: ContainerProto): Container {
  return present({
    id: containerIdFromProto(need(m.id, 'ContainerProto.id')),
    nodeId: nodeIdFromProto(need(m.nodeId, 'ContainerProto.nodeId')),
    nodeHttpAddress: m.node_http_address ?? '',
    resource: resourceFromProto(m.resource),
    priority: m.priority?.priority ?? 0,
    containerToken: given(m.container_token, tokenFromProto),
    executionType: executionType.from(m.execution_type ?? 'GUARANTEED'),
    allocationRequestId: m.allocation_request_id ?? -1,
    version: m.version ?? 0,
  });
}

export function containerStatusToProto(s: ContainerStatus): ContainerStatusProto {
  return {
    container_id: containerIdToProto(s.containerId),
    state: containerState.to(s.state),
    diagnostics: s.diagnostics,
    exit_status: s.exitStatus,
    capability: given(s.capability, resourceToProto),
  };
}

export function containerStatusFromProto(m: ContainerStatusProto): ContainerStatus {
  return present({
    containerId: containerIdFromProto(need(m.container_id, 'ContainerStatusProto.container_id')),
    state: containerState.from(need(m.state, 'ContainerStatusProto.state')),
    diagnostics: m.diagnostics ?? NO_DIAGNOSTICS,
    exitStatus: m.exit_status ?? ContainerExitStatus.INVALID,
    capability: given(m.capability, resourceFromProto),
  });
}

export function nmContainerStatusToProto(s: NMContainerStatus): NMContainerStatusProto {
  return {
    container_id: containerIdToProto(s.containerId),
    container_state: containerState.to(s.state),
    resource: resourceToProto(s.resource),
    priority: { priority: s.priority },
    diagnostics: s.diagnostics,
    container_exit_status: s.exitStatus,
    creation_time: s.creationTimeMs,
    version: s.version,
    executionType: executionType.to(s.executionType),
    allocation_request_id: s.allocationRequestId,
  };
}

export function nmContainerStatusFromProto(m: NMContainerStatusProto): NMContainerStatus {
  return {
    containerId: containerIdFromProto(need(m.container_id, 'NMContainerStatusProto.container_id')),
    state: containerState.from(need(m.container_state, 'NMContainerStatusProto.container_state')),
    resource: resourceFromProto(m.resource),
    priority: m.priority?.priority ?? 0,
    diagnostics: m.diagnostics ?? NO_DIAGNOSTICS,
    exitStatus: m.container_exit_status ?? ContainerExitStatus.INVALID,
    creationTimeMs: m.creation_time ?? 0,
    version: m.version ?? 0,
    executionType: executionType.from(m.executionType ?? 'GUARANTEED'),
    allocationRequestId: m.allocation_request_id ?? -1,
  };
}

export function containerReportToProto(r: ContainerReport): ContainerReportProto {
  return {
    container_id: containerIdToProto(r.containerId),
    resource: resourceToProto(r.resource),
    node_id: nodeIdToProto(r.nodeId),
    priority: { priority: r.priority },
    creation_time: r.creationTimeMs,
    finish_time: r.finishTimeMs,
    diagnostics_info: r.diagnostics,
    log_url: r.logUrl,
    container_exit_status: r.exitStatus,
    container_state: containerState.to(r.state),
    node_http_address: r.nodeHttpAddress,
  };
}

export function containerReportFromProto(m: ContainerReportProto): ContainerReport {
  return {
    containerId: containerIdFromProto(need(m.container_id, 'ContainerReportProto.container_id')),
    resource: resourceFromProto(m.resource),
    nodeId: nodeIdFromProto(need(m.node_id, 'ContainerReportProto.node_id')),
    priority: m.priority?.priority ?? 0,
    creationTimeMs: m.creation_time ?? 0,
    finishTimeMs: m.finish_time ?? 0,
    diagnostics: m.diagnostics_info ?? NO_DIAGNOSTICS,
    exitStatus: m.container_exit_status ?? ContainerExitStatus.INVALID,
    state: containerState.from(need(m.container_state, 'ContainerReportProto.container_state')),
    nodeHttpAddress: m.node_http_address ?? '',
    logUrl: m.log_url ?? '',
  };
}

export function nmTokenToProto(t: NMToken): NMTokenProto {
  return { nodeId: nodeIdToProto(t.nodeId), token: tokenToProto(t.token) };
}

export function nmTokenFromProto(m: NMTokenProto): NMToken {
  return {
    nodeId: nodeIdFromProto(need(m.nodeId, 'NMTokenProto.nodeId')),
    token: tokenFromProto(need(m.token, 'NMTokenProto.token')),
  };
}

export function updateRequestToProto(r: UpdateContainerRequest): UpdateContainerRequestProto {
  return {
    container_version: r.containerVersion,
    container_id: containerIdToProto(r.containerId),
    update_type: updateType.to(r.updateType),
    capability: given(r.capability, resourceToProto),
    execution_type: given(r.executionType, executionType.to),
  };
}

export function updateRequestFromProto(m: UpdateContainerRequestProto): UpdateContainerRequest {
  return present({
    containerVersion: m.container_version,
    containerId: containerIdFromProto(m.container_id),
    updateType: updateType.from(m.update_type),
    capability: given(m.capability, resourceFromProto),
    executionType: given(m.execution_type, executionType.from),
  });
}

export function updatedContainerToProto(u: UpdatedContainer): UpdatedContainerProto {
  return { update_type: updateType.to(u.updateType), container: containerToProto(u.container) };
}

export function updatedContainerFromProto(m: UpdatedContainerProto): UpdatedContainer {
  return { updateType: updateType.from(m.update_type), container: containerFromProto(m.container) };
}

export function updateErrorToProto(e: UpdateContainerError): UpdateContainerErrorProto {
  return {
    reason: e.reason,
    update_request: updateRequestToProto(e.updateRequest),
    current_container_version: e.currentContainerVersion,
  };
}

export function updateErrorFromProto(m: UpdateContainerErrorProto): UpdateContainerError {
  return {
    reason: m.reason ?? '',
    updateRequest: updateRequestFromProto(need(m.update_request, 'UpdateContainerErrorProto.update_request')),
    currentContainerVersion: m.current_container_version ?? 0,
  };
}
