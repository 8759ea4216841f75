/** NodeConnections: one connection to each NodeManager this AM has called. Hadoop: ContainerManagementProtocolProxy. */
import type { NodeId } from '@bobbin/common';
import type { NMConnection } from './container-launcher.js';

export class NodeConnections {
  private readonly byNode = new Map<NodeId, NMConnection & { close(): void }>();

  constructor(private readonly connect: (nodeId: NodeId) => NMConnection & { close(): void }) {}

  /** The same one for the same node. */
  to(nodeId: NodeId): NMConnection {
    let connection = this.byNode.get(nodeId);
    if (!connection) this.byNode.set(nodeId, (connection = this.connect(nodeId)));
    return connection;
  }

  close(): void {
    for (const connection of this.byNode.values()) connection.close();
    this.byNode.clear();
  }
}
