/**
 * AssignedRequests: the containers this AM holds and the attempt each carries. Hadoop: the inner class of that name in
 * mapreduce.v2.app.rm.RMContainerAllocator. One attempt to a container at any instant; a container that is reused passes
 * from one attempt to the next by `reassign`. Also remembers which reduces were told to yield.
 */
import type { Container, ContainerId, NodeId, Resource, TaskAttemptId, TaskType } from '@bobbin/common';

export interface Assigned {
  readonly container: Container;
  readonly attemptId: TaskAttemptId;
  readonly taskType: TaskType;
  /** The size that was asked for; the container may be larger by the RM's rounding. */
  readonly capability: Resource;
}

export class AssignedRequests {
  private readonly byContainer = new Map<ContainerId, Assigned>();
  private readonly byAttempt = new Map<TaskAttemptId, ContainerId>();
  private readonly yielding = new Set<TaskAttemptId>();
  private maps = 0;

  get mapCount(): number {
    return this.maps;
  }

  get reduceCount(): number {
    return this.byContainer.size - this.maps;
  }

  /** Reduces told to make room whose containers are not back yet. */
  get yieldingCount(): number {
    return this.yielding.size;
  }

  /** Throws if the container or the attempt is taken: that would be our bug. */
  assign(assigned: Assigned): void {
    const { container, attemptId } = assigned;
    if (this.byContainer.has(container.id)) throw new Error(`container ${container.id} carries an attempt already`);
    if (this.byAttempt.has(attemptId)) throw new Error(`attempt ${attemptId} has a container already`);
    this.byContainer.set(container.id, assigned);
    this.byAttempt.set(attemptId, container.id);
    if (assigned.taskType === 'MAP') this.maps++;
  }

  /** The container is gone, or given back. Undefined if it was not held. */
  remove(id: ContainerId): Assigned | undefined {
    const assigned = this.byContainer.get(id);
    if (!assigned) return undefined;
    this.byContainer.delete(id);
    this.byAttempt.delete(assigned.attemptId);
    this.yielding.delete(assigned.attemptId);
    if (assigned.taskType === 'MAP') this.maps--;
    return assigned;
  }

  ofContainer(id: ContainerId): Assigned | undefined {
    return this.byContainer.get(id);
  }

  ofAttempt(id: TaskAttemptId): Assigned | undefined {
    const container = this.byAttempt.get(id);
    return container === undefined ? undefined : this.byContainer.get(container);
  }

  all(): Iterable<Assigned> {
    return this.byContainer.values();
  }

  /** Up to `count` reduces of the least progress that were not told yet, none on `sparedNodes`; they count as yielding from now on. */
  chooseYielding(
    count: number,
    progressOf: (id: TaskAttemptId) => number,
    sparedNodes: ReadonlySet<NodeId>,
  ): readonly TaskAttemptId[] {
    const chosen = [...this.byContainer.values()]
      .filter((a) => a.taskType === 'REDUCE' && !this.yielding.has(a.attemptId))
      .filter((a) => !sparedNodes.has(a.container.nodeId))
      .map((a) => ({ id: a.attemptId, progress: progressOf(a.attemptId) }))
      .sort((a, b) => a.progress - b.progress)
      .slice(0, Math.max(0, count))
      .map((a) => a.id);
    for (const id of chosen) this.yielding.add(id);
    return chosen;
  }
}
