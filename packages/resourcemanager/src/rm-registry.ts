/**
 * RMRegistry: the entities of the ResourceManager by id. Hadoop: RMContext (its maps). Handed to whoever looks one up; entities are put in
 * and taken out by the room that owns their kind.
 */
import {
  applicationOf,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type NodeId,
} from '@bobbin/common';
import type { RMAppAttempt } from './rmapp/attempt/rm-app-attempt.js';
import type { RMApp } from './rmapp/rm-app.js';
import type { RMContainer } from './rmcontainer/rm-container.js';
import type { RMNode } from './rmnode/rm-node.js';

export class RMRegistry {
  /** In the order of submission. */
  readonly apps = new Map<ApplicationId, RMApp>();
  /** Live ones. */
  readonly containers = new Map<ContainerId, RMContainer>();
  /** Those that report. */
  readonly nodes = new Map<NodeId, RMNode>();
  /** Those that have left: LOST, SHUTDOWN, REBOOTED, DECOMMISSIONED. */
  readonly inactiveNodes = new Map<NodeId, RMNode>();

  attempt(attemptId: ApplicationAttemptId): RMAppAttempt | undefined {
    return this.apps.get(applicationOf(attemptId))?.attempts.get(attemptId);
  }
}
