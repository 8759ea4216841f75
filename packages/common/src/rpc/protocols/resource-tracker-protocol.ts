/**
 * ResourceTracker and our NodeSignalProtocol on the wire. Hadoop: ResourceTrackerPBClientImpl, ResourceTrackerPBServiceImpl.
 * A request names the keys that the NM has by a MasterKeyProto without bytes, as Hadoop's NM does.
 */
import type {
  NodeHeartbeatRequest,
  NodeHeartbeatResponse,
  NodeSignalProtocol,
  RegisterNodeManagerRequest,
  RegisterNodeManagerResponse,
  ResourceTracker,
} from '../../records/protocols.js';
import {
  applicationIdFromProto,
  applicationIdToProto,
  containerIdFromProto,
  containerIdToProto,
  given,
  need,
  nodeIdFromProto,
  nodeIdToProto,
  present,
  resourceFromProto,
  resourceToProto,
} from '../converters/common.js';
import { nmContainerStatusFromProto, nmContainerStatusToProto, signalCommand } from '../converters/containers.js';
import {
  masterKeyFromProto,
  masterKeyToProto,
  nodeAction,
  nodeStatusFromProto,
  nodeStatusToProto,
} from '../converters/nodes.js';
import {
  AwaitSignalRequestProto,
  AwaitSignalResponseProto,
  NodeSignalService,
} from '../generated/bobbin_node_signal.js';
import { ResourceTrackerService } from '../generated/ResourceTracker.js';
import * as m from '../generated/yarn_server_common_service_protos.js';
import { codec, type Protocol } from '../protocol.js';
import { empty } from './empty.js';

function registerRequestToProto(r: RegisterNodeManagerRequest): m.RegisterNodeManagerRequestProto {
  return {
    node_id: nodeIdToProto(r.nodeId),
    http_port: r.httpPort,
    resource: resourceToProto(r.resource),
    nm_version: r.nmVersion,
    container_statuses: r.containerStatuses.map(nmContainerStatusToProto),
    runningApplications: r.runningApplications.map(applicationIdToProto),
    rack_name: r.rackName,
  };
}

function registerRequestFromProto(p: m.RegisterNodeManagerRequestProto): RegisterNodeManagerRequest {
  return present({
    nodeId: nodeIdFromProto(need(p.node_id, 'RegisterNodeManagerRequestProto.node_id')),
    httpPort: p.http_port ?? 0,
    resource: resourceFromProto(p.resource),
    nmVersion: p.nm_version ?? '',
    rackName: p.rack_name,
    containerStatuses: (p.container_statuses ?? []).map(nmContainerStatusFromProto),
    runningApplications: (p.runningApplications ?? []).map(applicationIdFromProto),
  });
}

function registerResponseToProto(r: RegisterNodeManagerResponse): m.RegisterNodeManagerResponseProto {
  return {
    container_token_master_key: given(r.containerTokenMasterKey, masterKeyToProto),
    nm_token_master_key: given(r.nmTokenMasterKey, masterKeyToProto),
    nodeAction: nodeAction.to(r.nodeAction),
    rm_identifier: r.rmIdentifier,
    diagnostics_message: r.diagnosticsMessage,
    rm_version: r.rmVersion,
  };
}

function registerResponseFromProto(p: m.RegisterNodeManagerResponseProto): RegisterNodeManagerResponse {
  return present({
    containerTokenMasterKey: given(p.container_token_master_key, masterKeyFromProto),
    nmTokenMasterKey: given(p.nm_token_master_key, masterKeyFromProto),
    nodeAction: nodeAction.from(need(p.nodeAction, 'RegisterNodeManagerResponseProto.nodeAction')),
    rmIdentifier: p.rm_identifier ?? 0,
    diagnosticsMessage: p.diagnostics_message ?? '',
    rmVersion: p.rm_version ?? '',
  });
}

function heartbeatRequestToProto(r: NodeHeartbeatRequest): m.NodeHeartbeatRequestProto {
  return {
    node_status: nodeStatusToProto(r.nodeStatus),
    last_known_container_token_master_key: given(r.lastKnownContainerTokenMasterKeyId, (key_id) => ({ key_id })),
    last_known_nm_token_master_key: given(r.lastKnownNMTokenMasterKeyId, (key_id) => ({ key_id })),
  };
}

function heartbeatRequestFromProto(p: m.NodeHeartbeatRequestProto): NodeHeartbeatRequest {
  return present({
    nodeStatus: nodeStatusFromProto(need(p.node_status, 'NodeHeartbeatRequestProto.node_status')),
    lastKnownContainerTokenMasterKeyId: p.last_known_container_token_master_key?.key_id,
    lastKnownNMTokenMasterKeyId: p.last_known_nm_token_master_key?.key_id,
  });
}

function heartbeatResponseToProto(r: NodeHeartbeatResponse): m.NodeHeartbeatResponseProto {
  return {
    response_id: r.responseId,
    container_token_master_key: given(r.containerTokenMasterKey, masterKeyToProto),
    nm_token_master_key: given(r.nmTokenMasterKey, masterKeyToProto),
    nodeAction: nodeAction.to(r.nodeAction),
    containers_to_cleanup: r.containersToCleanup.map(containerIdToProto),
    applications_to_cleanup: r.applicationsToCleanup.map(applicationIdToProto),
    nextHeartBeatInterval: r.nextHeartBeatIntervalMs,
    diagnostics_message: r.diagnosticsMessage,
    containers_to_be_removed_from_nm: r.containersToBeRemovedFromNM.map(containerIdToProto),
    containers_to_signal: r.containersToSignal.map((s) => ({
      container_id: containerIdToProto(s.containerId),
      command: signalCommand.to(s.command),
    })),
  };
}

function heartbeatResponseFromProto(p: m.NodeHeartbeatResponseProto): NodeHeartbeatResponse {
  return present({
    responseId: need(p.response_id, 'NodeHeartbeatResponseProto.response_id'),
    nodeAction: nodeAction.from(need(p.nodeAction, 'NodeHeartbeatResponseProto.nodeAction')),
    nextHeartBeatIntervalMs: p.nextHeartBeatInterval ?? 1000,
    containersToCleanup: (p.containers_to_cleanup ?? []).map(containerIdFromProto),
    applicationsToCleanup: (p.applications_to_cleanup ?? []).map(applicationIdFromProto),
    containersToBeRemovedFromNM: (p.containers_to_be_removed_from_nm ?? []).map(containerIdFromProto),
    containersToSignal: (p.containers_to_signal ?? []).map((s) => ({
      containerId: containerIdFromProto(s.container_id),
      command: signalCommand.from(s.command),
    })),
    diagnosticsMessage: p.diagnostics_message ?? '',
    containerTokenMasterKey: given(p.container_token_master_key, masterKeyFromProto),
    nmTokenMasterKey: given(p.nm_token_master_key, masterKeyFromProto),
  });
}

export const resourceTrackerProtocol: Protocol<ResourceTracker> = {
  name: 'org.apache.hadoop.yarn.server.api.ResourceTrackerPB',
  service: ResourceTrackerService.name,
  methods: ResourceTrackerService.methods,
  codecs: {
    registerNodeManager: {
      request: codec(m.RegisterNodeManagerRequestProto, registerRequestToProto, registerRequestFromProto),
      response: codec(m.RegisterNodeManagerResponseProto, registerResponseToProto, registerResponseFromProto),
    },
    nodeHeartbeat: {
      request: codec(m.NodeHeartbeatRequestProto, heartbeatRequestToProto, heartbeatRequestFromProto),
      response: codec(m.NodeHeartbeatResponseProto, heartbeatResponseToProto, heartbeatResponseFromProto),
    },
    unRegisterNodeManager: {
      request: codec(
        m.UnRegisterNodeManagerRequestProto,
        (r) => ({ node_id: nodeIdToProto(r.nodeId) }),
        (p) => ({ nodeId: nodeIdFromProto(need(p.node_id, 'UnRegisterNodeManagerRequestProto.node_id')) }),
      ),
      response: empty(m.UnRegisterNodeManagerResponseProto),
    },
  },
};

export const nodeSignalProtocol: Protocol<NodeSignalProtocol> = {
  name: 'bobbin.NodeSignalProtocol',
  service: NodeSignalService.name,
  methods: NodeSignalService.methods,
  codecs: {
    awaitSignal: {
      holdMs: (r) => r.waitMs,
      request: codec(
        AwaitSignalRequestProto,
        (r) => ({ node_id: nodeIdToProto(r.nodeId), wait_ms: r.waitMs }),
        (p) => ({
          nodeId: nodeIdFromProto(need(p.node_id, 'AwaitSignalRequestProto.node_id')),
          waitMs: p.wait_ms ?? 0,
        }),
      ),
      response: codec(
        AwaitSignalResponseProto,
        (r) => ({ heartbeat_now: r.heartbeatNow }),
        (p) => ({ heartbeatNow: p.heartbeat_now ?? false }),
      ),
    },
  },
};
