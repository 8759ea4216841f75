/**
 * Converters of nodes, queues and the cluster's figures. Hadoop: NodeReportPBImpl, NodeStatusPBImpl, NodeHealthStatusPBImpl,
 * MasterKeyPBImpl, QueueInfoPBImpl, YarnClusterMetricsPBImpl.
 */
import type {
  ClusterMetrics,
  MasterKey,
  NodeAction,
  NodeHealthStatus,
  NodeReport,
  NodeState,
  NodeStatus,
  QueueInfo,
  ResourceUtilization,
} from '../../records/records.js';
import type {
  NodeReportProto,
  NodeStateProto,
  QueueInfoProto,
  QueueStateProto,
  ResourceUtilizationProto,
  YarnClusterMetricsProto,
} from '../generated/yarn_protos.js';
import type {
  MasterKeyProto,
  NodeActionProto,
  NodeHealthStatusProto,
  NodeStatusProto,
} from '../generated/yarn_server_common_protos.js';
import { applicationReportFromProto, applicationReportToProto } from './applications.js';
import {
  applicationIdFromProto,
  applicationIdToProto,
  given,
  names,
  need,
  nodeIdFromProto,
  nodeIdToProto,
  present,
  resourceFromProto,
  resourceToProto,
} from './common.js';
import { containerStatusFromProto, containerStatusToProto } from './containers.js';

export const nodeState = names<NodeState, NodeStateProto>({
  NEW: 'NS_NEW',
  RUNNING: 'NS_RUNNING',
  UNHEALTHY: 'NS_UNHEALTHY',
  DECOMMISSIONED: 'NS_DECOMMISSIONED',
  LOST: 'NS_LOST',
  REBOOTED: 'NS_REBOOTED',
  DECOMMISSIONING: 'NS_DECOMMISSIONING',
  SHUTDOWN: 'NS_SHUTDOWN',
});

export const nodeAction = names<NodeAction, NodeActionProto>({
  NORMAL: 'NORMAL',
  RESYNC: 'RESYNC',
  SHUTDOWN: 'SHUTDOWN',
});

const queueState = names<QueueInfo['state'], QueueStateProto>({
  STOPPED: 'Q_STOPPED',
  RUNNING: 'Q_RUNNING',
  DRAINING: 'Q_DRAINING',
});

export function nodeReportToProto(r: NodeReport): NodeReportProto {
  return {
    nodeId: nodeIdToProto(r.nodeId),
    httpAddress: r.httpAddress,
    rackName: r.rackName,
    used: resourceToProto(r.used),
    capability: resourceToProto(r.capability),
    numContainers: r.numContainers,
    node_state: nodeState.to(r.state),
    health_report: r.healthReport,
    last_health_report_time: r.lastHealthReportTimeMs,
  };
}

export function nodeReportFromProto(m: NodeReportProto): NodeReport {
  return {
    nodeId: nodeIdFromProto(need(m.nodeId, 'NodeReportProto.nodeId')),
    httpAddress: m.httpAddress ?? '',
    rackName: m.rackName ?? '',
    used: resourceFromProto(m.used),
    capability: resourceFromProto(m.capability),
    numContainers: m.numContainers ?? 0,
    state: nodeState.from(need(m.node_state, 'NodeReportProto.node_state')),
    healthReport: m.health_report ?? '',
    lastHealthReportTimeMs: m.last_health_report_time ?? 0,
  };
}

export function masterKeyToProto(k: MasterKey): MasterKeyProto {
  return { key_id: k.keyId, bytes: k.bytes };
}

export function masterKeyFromProto(m: MasterKeyProto): MasterKey {
  return { keyId: need(m.key_id, 'MasterKeyProto.key_id'), bytes: need(m.bytes, 'MasterKeyProto.bytes') };
}

function healthToProto(h: NodeHealthStatus): NodeHealthStatusProto {
  return {
    is_node_healthy: h.isNodeHealthy,
    health_report: h.healthReport,
    last_health_report_time: h.lastHealthReportTimeMs,
  };
}

/** A node that says nothing of its health is taken as healthy. */
function healthFromProto(m: NodeHealthStatusProto | undefined): NodeHealthStatus {
  return {
    isNodeHealthy: m?.is_node_healthy ?? true,
    healthReport: m?.health_report ?? '',
    lastHealthReportTimeMs: m?.last_health_report_time ?? 0,
  };
}

function utilizationToProto(u: ResourceUtilization): ResourceUtilizationProto {
  return { pmem: u.physicalMb, vmem: u.virtualMb, cpu: u.cpu };
}

function utilizationFromProto(m: ResourceUtilizationProto): ResourceUtilization {
  return { physicalMb: m.pmem ?? 0, virtualMb: m.vmem ?? 0, cpu: m.cpu ?? 0 };
}

export function nodeStatusToProto(s: NodeStatus): NodeStatusProto {
  return {
    node_id: nodeIdToProto(s.nodeId),
    response_id: s.responseId,
    containersStatuses: s.containersStatuses.map(containerStatusToProto),
    nodeHealthStatus: healthToProto(s.nodeHealthStatus),
    keep_alive_applications: s.keepAliveApplications.map(applicationIdToProto),
    containers_utilization: given(s.containersUtilization, utilizationToProto),
    node_utilization: given(s.nodeUtilization, utilizationToProto),
  };
}

export function nodeStatusFromProto(m: NodeStatusProto): NodeStatus {
  return present({
    nodeId: nodeIdFromProto(need(m.node_id, 'NodeStatusProto.node_id')),
    responseId: m.response_id ?? 0,
    containersStatuses: (m.containersStatuses ?? []).map(containerStatusFromProto),
    nodeHealthStatus: healthFromProto(m.nodeHealthStatus),
    keepAliveApplications: (m.keep_alive_applications ?? []).map(applicationIdFromProto),
    containersUtilization: given(m.containers_utilization, utilizationFromProto),
    nodeUtilization: given(m.node_utilization, utilizationFromProto),
  });
}

export function queueInfoToProto(q: QueueInfo): QueueInfoProto {
  return {
    queueName: q.queueName,
    capacity: q.capacity,
    maximumCapacity: q.maximumCapacity,
    currentCapacity: q.currentCapacity,
    state: queueState.to(q.state),
    applications: q.applications.map(applicationReportToProto),
    queuePath: q.queuePath,
    schedulerType: q.schedulerType,
  };
}

export function queueInfoFromProto(m: QueueInfoProto): QueueInfo {
  return {
    queueName: need(m.queueName, 'QueueInfoProto.queueName'),
    queuePath: m.queuePath ?? '',
    capacity: m.capacity ?? 0,
    maximumCapacity: m.maximumCapacity ?? 0,
    currentCapacity: m.currentCapacity ?? 0,
    state: queueState.from(m.state ?? 'Q_RUNNING'),
    schedulerType: m.schedulerType ?? '',
    applications: (m.applications ?? []).map(applicationReportFromProto),
  };
}

export function clusterMetricsToProto(c: ClusterMetrics): YarnClusterMetricsProto {
  return {
    num_node_managers: c.numNodeManagers,
    num_decommissioned_nms: c.numDecommissionedNodeManagers,
    num_active_nms: c.numActiveNodeManagers,
    num_lost_nms: c.numLostNodeManagers,
    num_unhealthy_nms: c.numUnhealthyNodeManagers,
    num_rebooted_nms: c.numRebootedNodeManagers,
    num_decommissioning_nms: c.numDecommissioningNodeManagers,
    num_shutdown_nms: c.numShutdownNodeManagers,
  };
}

export function clusterMetricsFromProto(m: YarnClusterMetricsProto): ClusterMetrics {
  return {
    numNodeManagers: m.num_node_managers ?? 0,
    numDecommissionedNodeManagers: m.num_decommissioned_nms ?? 0,
    numActiveNodeManagers: m.num_active_nms ?? 0,
    numLostNodeManagers: m.num_lost_nms ?? 0,
    numUnhealthyNodeManagers: m.num_unhealthy_nms ?? 0,
    numRebootedNodeManagers: m.num_rebooted_nms ?? 0,
    numDecommissioningNodeManagers: m.num_decommissioning_nms ?? 0,
    numShutdownNodeManagers: m.num_shutdown_nms ?? 0,
  };
}
