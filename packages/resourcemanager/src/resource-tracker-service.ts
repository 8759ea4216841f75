/**
 * ResourceTrackerService: what NodeManagers call. Hadoop: resourcemanager/ResourceTrackerService.java, with its rules in its order. Decides the
 * answer and hands the rest to RMNode as an event. A report that says nothing new costs no event.
 */
import {
  AccessControlError,
  BadRequestError,
  DEFAULT_RACK,
  fitsIn,
  formatResource,
  parseNodeId,
  type Caller,
  type Clock,
  type Empty,
  type EventSink,
  type Handlers,
  type LivelinessMonitor,
  type Logger,
  type NodeHeartbeatRequest,
  type NodeHeartbeatResponse,
  type NodeId,
  type RegisterNodeManagerRequest,
  type RegisterNodeManagerResponse,
  type ResourceTracker,
} from '@bobbin/common';
import type { RMConf } from './conf/rm-conf.js';
import type { RMEvent } from './events.js';
import type { HostLists } from './host-lists.js';
import { RMNode, type RMNodeDeps } from './rmnode/rm-node.js';
import type { RMRegistry } from './rm-registry.js';
import type { RMSecurity } from './security/rm-security.js';
import { isOlder, VERSION } from './version.js';

export interface ResourceTrackerServiceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dispatcher: EventSink<RMEvent>;
  readonly registry: RMRegistry;
  readonly conf: Pick<RMConf, 'minimumAllocation' | 'nodeHeartbeatIntervalMs' | 'nodeManagerMinimumVersion'>;
  readonly hosts: HostLists;
  readonly security: RMSecurity;
  readonly nodeLiveliness: LivelinessMonitor<NodeId>;
  readonly rmIdentifier: number;
  readonly node: RMNodeDeps;
  /** AMs need new tokens for this node. */
  readonly forgetNodeTokens: (nodeId: NodeId) => void;
}

const MAX_ID = 0x7fffffff;

export class ResourceTrackerService implements Handlers<ResourceTracker> {
  constructor(private readonly deps: ResourceTrackerServiceDeps) {}

  registerNodeManager(request: RegisterNodeManagerRequest, caller: Caller): RegisterNodeManagerResponse {
    checkCaller(caller);
    const { nodeId } = request;
    const { host } = parseNodeId(nodeId);
    const refusal = this.refusal(request, host);
    if (refusal !== undefined) {
      this.deps.log.warn(`Node ${nodeId} is refused: ${refusal}`);
      return {
        nodeAction: 'SHUTDOWN',
        rmIdentifier: this.deps.rmIdentifier,
        diagnosticsMessage: refusal,
        rmVersion: VERSION,
      };
    }
    const known = this.deps.registry.nodes.get(nodeId);
    const idle = request.runningApplications.length === 0 && request.containerStatuses.length === 0;
    if (known && !(idle && known.httpPort !== request.httpPort)) this.reconnect(known, request, idle);
    else this.add(request, known);
    this.deps.forgetNodeTokens(nodeId);
    this.deps.nodeLiveliness.register(nodeId);
    return {
      containerTokenMasterKey: this.deps.security.containers.keys.current,
      nmTokenMasterKey: this.deps.security.nm.keys.current,
      nodeAction: 'NORMAL',
      rmIdentifier: this.deps.rmIdentifier,
      diagnosticsMessage: '',
      rmVersion: VERSION,
    };
  }

  nodeHeartbeat(request: NodeHeartbeatRequest, caller: Caller): NodeHeartbeatResponse {
    checkCaller(caller);
    const { nodeStatus } = request;
    const { nodeId, responseId } = nodeStatus;
    // 1. A node whose host is no longer allowed must go.
    const host = parseNodeId(nodeId).host;
    const node = this.deps.registry.nodes.get(nodeId);
    if (!this.deps.hosts.isAllowed(host) && node?.state !== 'DECOMMISSIONING') {
      if (node) this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'DECOMMISSION', nodeId });
      return this.action('SHUTDOWN', `Disallowed NodeManager nodeId: ${nodeId} hostname: ${host}`);
    }
    // 2. One that is not known registers again.
    if (!node) {
      if (this.deps.registry.inactiveNodes.get(nodeId)?.state === 'DECOMMISSIONED') {
        return this.action('SHUTDOWN', `Node ${nodeId} has been decommissioned`);
      }
      return this.action('RESYNC', `Node not found resyncing ${nodeId}`);
    }
    this.deps.nodeLiveliness.ping(nodeId);
    // 3. A beat that comes twice gets the same answer; one that is out of step starts anew.
    if (node.lastResponse && nextId(responseId) === node.lastResponseId) return node.lastResponse;
    if (responseId !== node.lastResponseId) {
      this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'REBOOTING', nodeId });
      const message = `Too far behind rm response id:${node.lastResponseId} nm response id:${responseId}`;
      return this.action('RESYNC', message);
    }
    // 4. What it reports, where it is new.
    const { isNodeHealthy: healthy } = nodeStatus.nodeHealthStatus;
    const healthChanged = healthy !== node.health.isNodeHealthy;
    node.health = nodeStatus.nodeHealthStatus;
    if (healthChanged || node.state === 'DECOMMISSIONING' || !node.knows(nodeStatus.containersStatuses)) {
      const idle = nodeStatus.keepAliveApplications.length === 0 && node.runningApplications.size === 0;
      const containers = nodeStatus.containersStatuses;
      this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'STATUS_UPDATE', nodeId, healthy, idle, containers });
    }
    // 5. What it must do, and newer keys.
    node.lastResponseId = nextId(node.lastResponseId);
    const { containers, nm } = this.deps.security;
    node.lastResponse = {
      ...this.action('NORMAL', ''),
      ...node.takeHeartbeatWork(),
      responseId: node.lastResponseId,
      ...(request.lastKnownContainerTokenMasterKeyId !== containers.keys.newest.keyId && {
        containerTokenMasterKey: containers.keys.newest,
      }),
      ...(request.lastKnownNMTokenMasterKeyId !== nm.keys.newest.keyId && { nmTokenMasterKey: nm.keys.newest }),
    };
    return node.lastResponse;
  }

  unRegisterNodeManager({ nodeId }: { nodeId: NodeId }, caller: Caller): Empty {
    checkCaller(caller);
    if (this.deps.registry.nodes.has(nodeId)) {
      this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'SHUTDOWN', nodeId });
    }
    return {};
  }

  /** Why a node may not join; the rules in YARN's order. */
  private refusal(request: RegisterNodeManagerRequest, host: string): string | undefined {
    const { minimumAllocation, nodeManagerMinimumVersion: minimum } = this.deps.conf;
    const { nmVersion, resource, httpPort } = request;
    if (!Number.isInteger(httpPort) || httpPort < 0 || httpPort > 65535) {
      throw new BadRequestError(`http_port ${httpPort} of ${request.nodeId} is no port`);
    }
    if (minimum !== 'NONE' && isOlder(nmVersion, minimum)) {
      return `Disallowed NodeManager Version ${nmVersion}, is less than the minimum version ${minimum} (yarn.resourcemanager.nodemanager.minimum.version)`;
    }
    if (!this.deps.hosts.isAllowed(host))
      return `Disallowed NodeManager from ${host}, Sending SHUTDOWN signal to the NodeManager.`;
    if (!fitsIn(minimumAllocation, resource)) {
      return (
        `NodeManager from ${host} doesn't satisfy minimum allocations: it has ${formatResource(resource)}, ` +
        `the smallest container is ${formatResource(minimumAllocation)} (yarn.scheduler.minimum-allocation-mb, -vcores)`
      );
    }
    return undefined;
  }

  private add(request: RegisterNodeManagerRequest, known: RMNode | undefined): void {
    const {
      nodeId,
      httpPort,
      resource,
      nmVersion,
      rackName = DEFAULT_RACK,
      containerStatuses,
      runningApplications,
    } = request;
    const { registry, clock, dispatcher, log } = this.deps;
    const node = new RMNode(
      { nodeId, httpPort, rackName, capability: resource, nmVersion },
      clock.now(),
      this.deps.node,
    );
    registry.nodes.set(nodeId, node);
    registry.inactiveNodes.delete(nodeId);
    log.info(
      `NodeManager from node ${nodeId} httpPort: ${httpPort} registered with capability: ${formatResource(resource)}`,
    );
    // A node that comes back on another web port without applications replaces the one before.
    if (known) dispatcher.dispatch({ domain: 'scheduler', type: 'NODE_REMOVED', nodeId });
    dispatcher.dispatch({
      domain: 'rmnode',
      type: 'STARTED',
      nodeId,
      healthy: true,
      containers: containerStatuses,
      runningApplications,
    });
  }

  private reconnect(node: RMNode, request: RegisterNodeManagerRequest, idle: boolean): void {
    const { nodeId, httpPort, resource, containerStatuses, runningApplications } = request;
    node.lastResponseId = 0;
    node.lastResponse = undefined;
    node.httpPort = httpPort;
    this.deps.log.info(`Reconnect from the node at: ${nodeId}`);
    this.deps.dispatcher.dispatch({
      domain: 'rmnode',
      type: 'RECONNECTED',
      nodeId,
      idle,
      capability: resource,
      containers: containerStatuses,
      runningApplications,
    });
  }

  private action(nodeAction: NodeHeartbeatResponse['nodeAction'], diagnosticsMessage: string): NodeHeartbeatResponse {
    return {
      responseId: 0,
      nodeAction,
      nextHeartBeatIntervalMs: this.deps.conf.nodeHeartbeatIntervalMs,
      containersToCleanup: [],
      applicationsToCleanup: [],
      containersToBeRemovedFromNM: [],
      containersToSignal: [],
      diagnosticsMessage,
    };
  }
}

function checkCaller(caller: Caller): void {
  if (caller.kind !== 'node') throw new AccessControlError('this call is for NodeManagers, with their node token');
}

function nextId(id: number): number {
  return (id + 1) & MAX_ID;
}
