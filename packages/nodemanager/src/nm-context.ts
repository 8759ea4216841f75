/**
 * NMContext: what the rooms of a NodeManager may ask of each other. Hadoop: nodemanager.Context / NMContext.
 * Everything else they tell each other by events.
 */
import type { ApplicationId, Clock, ContainerId, EventSink, Logger, NodeId } from '@bobbin/common';
import type { Application } from './containermanager/application/application.js';
import type { Container } from './containermanager/container/container.js';
import type { NMEvent } from './nm-events.js';
import type { NMStateStore } from './recovery/nm-state-store.js';

/** Who this node is; known once its servers listen. */
export interface NodeIdentity {
  readonly nodeId: NodeId;
  readonly httpPort: number;
}

export interface NMContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dispatcher: EventSink<NMEvent>;
  readonly store: NMStateStore;
  /** Accepted and not yet forgotten. */
  readonly applications: Map<ApplicationId, Application>;
  /** Accepted, and, where completed, not yet acknowledged by the RM. */
  readonly containers: Map<ContainerId, Container>;
  /** Throws while the servers do not listen yet. */
  identity(): NodeIdentity;
}
