/** A node as clients and AMs see it. Hadoop: yarn.api.records.NodeReport, made by ClientRMService and by allocate. */
import { NO_RESOURCE, type NodeReport } from '@bobbin/common';
import type { ResourceScheduler } from '../scheduler/scheduler.js';
import type { RMNode } from './rm-node.js';

export function nodeReport(node: RMNode, scheduler: Pick<ResourceScheduler, 'nodeUsage'>): NodeReport {
  const usage = scheduler.nodeUsage(node.nodeId);
  return {
    nodeId: node.nodeId,
    httpAddress: node.httpAddress,
    rackName: node.info.rackName,
    used: usage?.used ?? NO_RESOURCE,
    capability: node.capability,
    numContainers: usage?.containers ?? 0,
    state: node.state,
    healthReport: node.health.healthReport,
    lastHealthReportTimeMs: node.health.lastHealthReportTimeMs,
  };
}
