/**
 * NMTokenCache: the tokens by which an AppMaster calls NodeManagers, as the ResourceManager hands them out. Hadoop: client.api.NMTokenCache. AMRMClient
 * fills it, NMClient reads it; a newer token for a node takes the place of the older.
 */
import type { NMToken, NodeId, Token } from '@bobbin/common';
import { MissingNMTokenError } from '../errors.js';

export class NMTokenCache {
  private readonly byNode = new Map<NodeId, Token>();

  set(tokens: readonly NMToken[]): void {
    for (const { nodeId, token } of tokens) this.byNode.set(nodeId, token);
  }

  /** Throws MissingNMTokenError where the RM gave none for this node. */
  get(nodeId: NodeId): Token {
    const token = this.byNode.get(nodeId);
    if (!token) throw new MissingNMTokenError(nodeId);
    return token;
  }
}
