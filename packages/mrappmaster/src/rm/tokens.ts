/**
 * The tokens by which this AM calls the RM and NodeManagers, as the RM renews them. Hadoop: AMRMTokenSelector's place in the UGI, beside the
 * NMTokenCache.
 */
import { NMTokenCache } from '@bobbin/client';
import type { NMToken, NodeId, Token } from '@bobbin/common';
import type { TokenSink } from './rm-container-allocator.js';

export class AMTokens implements TokenSink {
  private readonly ofNodes = new NMTokenCache();

  constructor(private amRm: Token) {}

  nmTokens(tokens: readonly NMToken[]): void {
    this.ofNodes.set(tokens);
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
    return this.ofNodes.get(nodeId);
  }
}
