/** What the pages answer, in Hadoop's shapes. Hadoop: webapp/dao/{ClusterInfo,ClusterMetricsInfo,AppInfo,NodeInfo}.java. Pure. */
import { NO_RESOURCE, subtractResources, type NodeReport } from '@bobbin/common';
import { clusterMetrics } from '../client-rm-service.js';
import type { RMCore } from '../rm-core.js';
import type { RMApp } from '../rmapp/rm-app.js';
import { nodeReport } from '../rmnode/node-report.js';
import type { RMNode } from '../rmnode/rm-node.js';
import { VERSION } from '../version.js';

export function clusterInfo(core: RMCore, clusterId: string): object {
  return {
    id: core.clusterTimestamp,
    clusterId,
    startedOn: core.clusterTimestamp,
    state: 'STARTED',
    haState: 'ACTIVE',
    resourceManagerVersion: VERSION,
  };
}

export function clusterMetricsInfo(core: RMCore): object {
  const { registry, metrics, schedulerService, dispatcher } = core;
  const { scheduler } = schedulerService;
  const total = scheduler.clusterResource();
  const used = scheduler.clusterUsed();
  const free = subtractResources(total, used);
  let pending = 0;
  let appsPending = 0;
  let appsRunning = 0;
  for (const app of registry.apps.values()) {
    if (app.isFinal) continue;
    if (app.clientState === 'RUNNING') appsRunning++;
    else appsPending++;
    if (app.currentAttempt) pending += scheduler.usage(app.currentAttempt.attemptId).pendingContainers;
  }
  const nodes = clusterMetrics(registry);
  const { depth, maxDepth, handled, handlerMs } = dispatcher.metrics();
  return {
    appsSubmitted: appsPending + appsRunning + metrics.appsCompleted + metrics.appsFailed + metrics.appsKilled,
    appsCompleted: metrics.appsCompleted,
    appsPending,
    appsRunning,
    appsFailed: metrics.appsFailed,
    appsKilled: metrics.appsKilled,
    availableMB: free.memoryMb,
    allocatedMB: used.memoryMb,
    totalMB: total.memoryMb,
    availableVirtualCores: free.vcores,
    allocatedVirtualCores: used.vcores,
    totalVirtualCores: total.vcores,
    containersAllocated: registry.containers.size,
    containersPending: pending,
    totalNodes: registry.nodes.size + registry.inactiveNodes.size,
    activeNodes: nodes.numActiveNodeManagers,
    lostNodes: nodes.numLostNodeManagers,
    unhealthyNodes: nodes.numUnhealthyNodeManagers,
    decommissioningNodes: nodes.numDecommissioningNodeManagers,
    decommissionedNodes: nodes.numDecommissionedNodeManagers,
    rebootedNodes: nodes.numRebootedNodeManagers,
    shutdownNodes: nodes.numShutdownNodeManagers,
    rmEventQueueSize: depth,
    rmEventQueueMaxSize: maxDepth,
    rmEventsHandled: handled,
    rmHandlerMs: handlerMs,
  };
}

export function appInfo(app: RMApp, clusterTimestamp: number, nowMs: number): object {
  const report = app.report();
  const master = app.currentAttempt?.masterContainer;
  const end = report.finishTimeMs || nowMs;
  const used = report.usage?.usedResources ?? NO_RESOURCE;
  return {
    id: report.applicationId,
    user: report.user,
    name: report.name,
    queue: report.queue,
    state: report.state,
    finalStatus: report.finalApplicationStatus,
    progress: report.progress * 100,
    trackingUI: report.trackingUrl === '' ? 'UNASSIGNED' : app.isFinalStored ? 'History' : 'ApplicationMaster',
    trackingUrl: report.trackingUrl,
    diagnostics: report.diagnostics,
    clusterId: clusterTimestamp,
    applicationType: report.applicationType,
    applicationTags: report.applicationTags.join(','),
    priority: report.priority,
    startedTime: report.startTimeMs,
    launchTime: report.launchTimeMs,
    finishedTime: report.finishTimeMs,
    elapsedTime: end - report.startTimeMs,
    ...(master && {
      amContainerLogs: `http://${master.nodeHttpAddress}/ws/v1/node/containers/${master.id}/logs`,
      amHostHttpAddress: master.nodeHttpAddress,
      masterNodeId: master.nodeId,
    }),
    ...(report.rpcPort > 0 && { amRPCAddress: `${report.host}:${report.rpcPort}` }),
    allocatedMB: app.isFinal ? -1 : used.memoryMb,
    allocatedVCores: app.isFinal ? -1 : used.vcores,
    runningContainers: app.isFinal ? -1 : (report.usage?.numUsedContainers ?? 0),
    memorySeconds: report.usage?.memorySeconds ?? 0,
    vcoreSeconds: report.usage?.vcoreSeconds ?? 0,
    unmanagedApplication: report.unmanaged,
  };
}

export function nodeInfo(node: RMNode, core: RMCore): object {
  const report: NodeReport = nodeReport(node, core.schedulerService.scheduler);
  const free = subtractResources(report.capability, report.used);
  return {
    rack: report.rackName,
    state: report.state,
    id: report.nodeId,
    nodeHostName: node.host,
    nodeHTTPAddress: report.httpAddress,
    lastHealthUpdate: report.lastHealthReportTimeMs,
    version: node.info.nmVersion,
    healthReport: report.healthReport,
    numContainers: report.numContainers,
    usedMemoryMB: report.used.memoryMb,
    availMemoryMB: free.memoryMb,
    usedVirtualCores: report.used.vcores,
    availableVirtualCores: free.vcores,
  };
}
