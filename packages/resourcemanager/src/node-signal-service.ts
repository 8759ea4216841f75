/**
 * NodeSignalService: wakes a NodeManager between its heartbeats. Ours; in YARN a node learns at its next beat. A NodeManager keeps one call
 * open; it is answered when there is something to fetch, and carries nothing itself.
 */
import {
  AccessControlError,
  type Caller,
  type Clock,
  type Handlers,
  type NodeId,
  type NodeSignalProtocol,
  type Timer,
} from '@bobbin/common';
import type { RMRegistry } from './rm-registry.js';

interface Waiting {
  readonly resolve: (answer: { heartbeatNow: boolean }) => void;
  readonly timer: Timer;
}

export class NodeSignalService implements Handlers<NodeSignalProtocol> {
  private readonly waiting = new Map<NodeId, Waiting>();
  private readonly touched = new Set<NodeId>();

  constructor(
    private readonly deps: { readonly clock: Clock; readonly registry: RMRegistry; readonly maxHoldMs: number },
  ) {}

  /** At once where there is something already, or where the node is unknown and must learn that. */
  async awaitSignal(request: { nodeId: NodeId; waitMs: number }, caller: Caller): Promise<{ heartbeatNow: boolean }> {
    if (caller.kind !== 'node') throw new AccessControlError('this call is for NodeManagers, with their node token');
    const { nodeId } = request;
    this.end(nodeId, false);
    const node = this.deps.registry.nodes.get(nodeId);
    if (!node || node.hasHeartbeatWork) return { heartbeatNow: true };
    const waitMs = Math.min(request.waitMs, this.deps.maxHoldMs);
    if (!(waitMs > 0)) return { heartbeatNow: false };
    return new Promise((resolve) => {
      const timer = this.deps.clock.after(waitMs, () => this.end(nodeId, false));
      this.waiting.set(nodeId, { resolve, timer });
    });
  }

  /** There is something for the node's next heartbeat. Told at the end of the turn. */
  wake(nodeId: NodeId): void {
    this.touched.add(nodeId);
  }

  /** At the end of each turn. */
  flush(): void {
    for (const nodeId of this.touched) this.end(nodeId, true);
    this.touched.clear();
  }

  stop(): void {
    for (const nodeId of [...this.waiting.keys()]) this.end(nodeId, false);
  }

  private end(nodeId: NodeId, heartbeatNow: boolean): void {
    const waiting = this.waiting.get(nodeId);
    this.waiting.delete(nodeId);
    waiting?.timer.cancel();
    waiting?.resolve({ heartbeatNow });
  }
}
