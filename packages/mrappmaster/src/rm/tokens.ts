/**
 * The tokens by which this AM calls the RM and NodeManagers, as the RM renews them. Hadoop: NMTokenCache, and
 * AMRMTokenSelector's place in the UGI.
 */
import type { NMToken, NodeId, Token } from '@bobbin/common';
import { MissingNMTokenError } from '../errors.js';
import type { TokenSink } from './rm-container-allocator.js';

export class AMTokens implements TokenSink {
  private readonly byNode = new Map<NodeId, Token>();

  constructor(private amRm: Token) {}

  nmTokens(tokens: readonly NMToken[]): void {
    for (const { nodeId, token } of tokens) this.byNode.set(nodeId, token);
  }

  amRmToken(token: Token): void {
    this.amRm = token;
  }

  /** The newest one. */
  forRM(): Token {
    return this.amRm;
  }

  /** Throws MissingNMTokenError if the RM gave none for this node. */
  forNode(nodeId: NodeId): Token {
    const token = this.byNode.get(nodeId);
    if (!token) throw new MissingNMTokenError(nodeId);
    return token;
  }
}
