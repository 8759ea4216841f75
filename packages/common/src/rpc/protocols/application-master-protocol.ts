/**
 * ApplicationMasterProtocol on the wire. Hadoop: ApplicationMasterProtocolPBClientImpl, ApplicationMasterProtocolPBServiceImpl.
 */
import type {
  AllocateRequest,
  AllocateResponse,
  ApplicationMasterProtocol,
  RegisterApplicationMasterResponse,
} from '../../records/protocols.js';
import { finalStatus } from '../converters/applications.js';
import {
  containerIdFromProto,
  containerIdToProto,
  given,
  need,
  present,
  resourceFromProto,
  resourceToProto,
  tokenFromProto,
  tokenToProto,
} from '../converters/common.js';
import {
  containerFromProto,
  containerStatusFromProto,
  containerStatusToProto,
  containerToProto,
  nmTokenFromProto,
  nmTokenToProto,
  resourceRequestFromProto,
  resourceRequestToProto,
  updatedContainerFromProto,
  updatedContainerToProto,
  updateErrorFromProto,
  updateErrorToProto,
  updateRequestFromProto,
  updateRequestToProto,
} from '../converters/containers.js';
import { aclsFromProto, aclsToProto } from '../converters/launch-context.js';
import { nodeReportFromProto, nodeReportToProto } from '../converters/nodes.js';
import { ApplicationMasterProtocolService } from '../generated/applicationmaster_protocol.js';
import * as m from '../generated/yarn_service_protos.js';
import { codec, type Protocol } from '../protocol.js';

/** Clients of Hadoop index both of these without a look (reference: they die where the list is empty). */
const RESOURCE_TYPES = [
  { name: 'memory-mb', units: 'Mi', type: 'COUNTABLE' },
  { name: 'vcores', units: '', type: 'COUNTABLE' },
] as const;

/** The records of a repeated field; none at all where it is empty. */
function someOf<T, R>(values: readonly T[] | undefined, f: (value: T) => R): readonly R[] | undefined {
  return values && values.length > 0 ? values.map(f) : undefined;
}

function registerResponseToProto(r: RegisterApplicationMasterResponse): m.RegisterApplicationMasterResponseProto {
  return {
    maximumCapability: resourceToProto(r.maximumResourceCapability),
    client_to_am_token_master_key: r.clientToAMTokenMasterKey,
    application_ACLs: aclsToProto(r.applicationAcls),
    containers_from_previous_attempts: r.containersFromPreviousAttempts.map(containerToProto),
    queue: r.queue,
    nm_tokens_from_previous_attempts: r.nmTokensFromPreviousAttempts.map(nmTokenToProto),
    scheduler_resource_types: ['MEMORY', 'CPU'],
    resource_types: RESOURCE_TYPES,
  };
}

function registerResponseFromProto(p: m.RegisterApplicationMasterResponseProto): RegisterApplicationMasterResponse {
  return present({
    maximumResourceCapability: resourceFromProto(p.maximumCapability),
    clientToAMTokenMasterKey: p.client_to_am_token_master_key,
    applicationAcls: aclsFromProto(p.application_ACLs),
    containersFromPreviousAttempts: (p.containers_from_previous_attempts ?? []).map(containerFromProto),
    nmTokensFromPreviousAttempts: (p.nm_tokens_from_previous_attempts ?? []).map(nmTokenFromProto),
    queue: p.queue ?? '',
  });
}

function allocateRequestToProto(r: AllocateRequest): m.AllocateRequestProto {
  const blacklisted = r.blacklistAdditions.length > 0 || r.blacklistRemovals.length > 0;
  return {
    ask: r.ask.map(resourceRequestToProto),
    release: r.release.map(containerIdToProto),
    blacklist_request: blacklisted
      ? { blacklist_additions: r.blacklistAdditions, blacklist_removals: r.blacklistRemovals }
      : undefined,
    response_id: r.responseId,
    progress: r.progress,
    update_requests: r.updateRequests?.map(updateRequestToProto),
    tracking_url: r.trackingUrl,
    wait_ms: r.waitMs,
  };
}

function allocateRequestFromProto(p: m.AllocateRequestProto): AllocateRequest {
  return present({
    ask: (p.ask ?? []).map(resourceRequestFromProto),
    release: (p.release ?? []).map(containerIdFromProto),
    blacklistAdditions: p.blacklist_request?.blacklist_additions ?? [],
    blacklistRemovals: p.blacklist_request?.blacklist_removals ?? [],
    responseId: p.response_id ?? 0,
    progress: p.progress ?? 0,
    updateRequests: someOf(p.update_requests, updateRequestFromProto),
    trackingUrl: p.tracking_url,
    waitMs: p.wait_ms,
  });
}

function allocateResponseToProto(r: AllocateResponse): m.AllocateResponseProto {
  const preempted = r.preemptedContainers.map((id) => ({ id: containerIdToProto(id) }));
  return {
    response_id: r.responseId,
    allocated_containers: r.allocatedContainers.map(containerToProto),
    completed_container_statuses: r.completedContainersStatuses.map(containerStatusToProto),
    limit: resourceToProto(r.availableResources),
    updated_nodes: r.updatedNodes.map(nodeReportToProto),
    num_cluster_nodes: r.numClusterNodes,
    preempt: preempted.length > 0 ? { strictContract: { container: preempted } } : undefined,
    nm_tokens: r.nmTokens.map(nmTokenToProto),
    am_rm_token: given(r.amRmToken, tokenToProto),
    update_errors: r.updateErrors?.map(updateErrorToProto),
    updated_containers: r.updatedContainers?.map(updatedContainerToProto),
    containers_from_previous_attempts: r.containersFromPreviousAttempts?.map(containerToProto),
  };
}

function allocateResponseFromProto(p: m.AllocateResponseProto): AllocateResponse {
  const { strictContract, contract } = p.preempt ?? {};
  const preempted = [...(strictContract?.container ?? []), ...(contract?.container ?? [])];
  return present({
    responseId: need(p.response_id, 'AllocateResponseProto.response_id'),
    allocatedContainers: (p.allocated_containers ?? []).map(containerFromProto),
    completedContainersStatuses: (p.completed_container_statuses ?? []).map(containerStatusFromProto),
    availableResources: resourceFromProto(p.limit),
    updatedNodes: (p.updated_nodes ?? []).map(nodeReportFromProto),
    numClusterNodes: p.num_cluster_nodes ?? 0,
    nmTokens: (p.nm_tokens ?? []).map(nmTokenFromProto),
    amRmToken: given(p.am_rm_token, tokenFromProto),
    updateErrors: someOf(p.update_errors, updateErrorFromProto),
    updatedContainers: someOf(p.updated_containers, updatedContainerFromProto),
    containersFromPreviousAttempts: someOf(p.containers_from_previous_attempts, containerFromProto),
    preemptedContainers: preempted.map((c) => containerIdFromProto(need(c.id, 'PreemptionContainerProto.id'))),
  });
}

export const applicationMasterProtocol: Protocol<ApplicationMasterProtocol> = {
  name: 'org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB',
  service: ApplicationMasterProtocolService.name,
  methods: ApplicationMasterProtocolService.methods,
  codecs: {
    registerApplicationMaster: {
      request: codec(
        m.RegisterApplicationMasterRequestProto,
        (r) => ({ host: r.host, rpc_port: r.rpcPort, tracking_url: r.trackingUrl }),
        (p) => ({ host: p.host ?? '', rpcPort: p.rpc_port ?? -1, trackingUrl: p.tracking_url ?? '' }),
      ),
      response: codec(m.RegisterApplicationMasterResponseProto, registerResponseToProto, registerResponseFromProto),
    },
    allocate: {
      holdMs: (r) => r.waitMs ?? 0,
      request: codec(m.AllocateRequestProto, allocateRequestToProto, allocateRequestFromProto),
      response: codec(m.AllocateResponseProto, allocateResponseToProto, allocateResponseFromProto),
    },
    finishApplicationMaster: {
      request: codec(
        m.FinishApplicationMasterRequestProto,
        (r) => ({
          diagnostics: r.diagnostics,
          tracking_url: r.trackingUrl,
          final_application_status: finalStatus.to(r.finalApplicationStatus),
        }),
        (p) => ({
          diagnostics: p.diagnostics ?? '',
          trackingUrl: p.tracking_url ?? '',
          finalApplicationStatus: finalStatus.from(
            need(p.final_application_status, 'FinishApplicationMasterRequestProto.final_application_status'),
          ),
        }),
      ),
      response: codec(
        m.FinishApplicationMasterResponseProto,
        (r) => ({ isUnregistered: r.isUnregistered }),
        (p) => ({ isUnregistered: p.isUnregistered ?? false }),
      ),
    },
  },
};
