/**
 * FailedPlaces: on which nodes each task has failed, and for how long its next attempt therefore goes elsewhere. No class of Hadoop's:
 * there a task's four attempts may all meet the one full disk of the cluster. Pure bookkeeping for ContainerAllocator. An attempt avoids
 * a node for as long as the cluster has another one, and no longer than its patience: then any node is better than none.
 */
import {
  isUnusable,
  taskOf,
  taskTypeOf,
  type NodeId,
  type NodeState,
  type TaskAttemptId,
  type TaskId,
  type TaskType,
} from '@bobbin/common';

export interface FailedPlacesSettings {
  /** Patience of a retry for each failure of its task so far. */
  readonly waitMs: number;
  /** The failure with this number fails a task. */
  readonly maxAttempts: Readonly<Record<TaskType, number>>;
}

interface Failures {
  readonly nodes: ReadonlySet<NodeId>;
  readonly count: number;
}

const NOWHERE: ReadonlySet<NodeId> = new Set();
/** Containers that one attempt refuses: an RM that does not know nodes by their id would offer the same node for ever. */
const MOST_REFUSALS = 10;

export class FailedPlaces {
  private readonly failures = new Map<TaskId, Failures>();
  private readonly refusals = new Map<TaskAttemptId, number>();
  private readonly unusable = new Set<NodeId>();
  private clusterNodes = 0;

  constructor(private readonly settings: FailedPlacesSettings) {}

  /** Whether no attempt has failed anywhere yet. */
  get isEmpty(): boolean {
    return this.failures.size === 0;
  }

  /** An attempt failed on this node. */
  failed(attemptId: TaskAttemptId, nodeId: NodeId): void {
    const taskId = taskOf(attemptId);
    const { nodes = NOWHERE, count = 0 } = this.failures.get(taskId) ?? {};
    this.failures.set(taskId, { nodes: new Set([...nodes, nodeId]), count: count + 1 });
  }

  /** A container was given back because this attempt avoids its node. */
  refused(attemptId: TaskAttemptId): void {
    this.refusals.set(attemptId, (this.refusals.get(attemptId) ?? 0) + 1);
  }

  /** Nodes that the RM could use at its last answer. */
  setClusterNodes(count: number): void {
    this.clusterNodes = count;
  }

  nodeUpdated(nodeId: NodeId, state: NodeState): void {
    if (isUnusable(state)) this.unusable.add(nodeId);
    else this.unusable.delete(nodeId);
  }

  /**
   * Nodes that an attempt which has waited for `waitedMs` does not go to. `elsewhere`: whether a container that the attempt
   * may get works on none of the given nodes; the last attempt of a task waits for that one however long it takes.
   */
  avoidedBy(
    attemptId: TaskAttemptId,
    waitedMs: number,
    elsewhere: (nodes: ReadonlySet<NodeId>) => boolean,
  ): ReadonlySet<NodeId> {
    if (this.isEmpty) return NOWHERE;
    const taskId = taskOf(attemptId);
    const failures = this.failures.get(taskId);
    if (!failures || (this.refusals.get(attemptId) ?? 0) >= MOST_REFUSALS) return NOWHERE;
    const { nodes, count } = failures;
    const present = [...nodes].filter((node) => !this.unusable.has(node));
    if (this.clusterNodes <= present.length) return NOWHERE;
    if (waitedMs < this.settings.waitMs * count) return nodes;
    const isLast = count + 1 >= this.settings.maxAttempts[taskTypeOf(taskId)];
    return isLast && elsewhere(nodes) ? nodes : NOWHERE;
  }
}
