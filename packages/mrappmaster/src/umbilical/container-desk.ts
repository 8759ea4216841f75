/**
 * ContainerDesk: which task each container is to get, and which it has. Hadoop: jvmIDToActiveAttemptMap and
 * launchedJVMs of TaskAttemptListenerImpl, made fit for containers that carry one task after another (reuse, uber).
 * Pure bookkeeping. A task is handed out only after its launch was confirmed, in the order of the confirmations; asked
 * again by the same process while it has not ended, it is handed out again, for the answer may have been lost.
 */
import type { ContainerId, TaskAttemptId } from '@bobbin/common';
import type { RemoteTask } from '../app-context.js';

interface Desk {
  /** Assigned, launch not confirmed yet. */
  readonly pending: Map<TaskAttemptId, RemoteTask>;
  /** Launch confirmed, not handed out yet. */
  ready: RemoteTask[];
  /** `pid` is undefined until the process of an adopted container asks. */
  handed: { readonly task: RemoteTask; readonly pid: number | undefined; ended: boolean } | undefined;
  dismissed: boolean;
}

export class ContainerDesk {
  private readonly desks = new Map<ContainerId, Desk>();

  /** Containers known now. */
  get size(): number {
    return this.desks.size;
  }

  /** The container's process may ask before there is a task for it: it is to wait. */
  expect(containerId: ContainerId): void {
    this.deskOf(containerId);
  }

  assign(containerId: ContainerId, task: RemoteTask): void {
    const desk = this.deskOf(containerId);
    desk.dismissed = false;
    desk.pending.set(task.attemptId, task);
  }

  /** An earlier AM has handed this task to the container. */
  adopt(containerId: ContainerId, task: RemoteTask): void {
    const handed = { task, pid: undefined, ended: false };
    this.desks.set(containerId, { pending: new Map(), ready: [], handed, dismissed: false });
  }

  /** The launch is confirmed. False: no such task was assigned. */
  launched(containerId: ContainerId, attemptId: TaskAttemptId): boolean {
    const desk = this.desks.get(containerId);
    const task = desk?.pending.get(attemptId);
    if (!desk || !task) return false;
    desk.pending.delete(attemptId);
    desk.ready.push(task);
    return true;
  }

  /** The attempt's own word that it has ended; what the container asks for next is another task. */
  ended(containerId: ContainerId, attemptId: TaskAttemptId): void {
    const handed = this.desks.get(containerId)?.handed;
    if (handed?.task.attemptId === attemptId) handed.ended = true;
  }

  /** The AM is through with the attempt. An attempt that ended well is kept until its container asks again. */
  forget(containerId: ContainerId, attemptId: TaskAttemptId): void {
    const desk = this.desks.get(containerId);
    if (!desk) return;
    desk.pending.delete(attemptId);
    desk.ready = desk.ready.filter((task) => task.attemptId !== attemptId);
    if (desk.handed?.task.attemptId === attemptId && !desk.handed.ended) desk.handed = undefined;
    this.dropIfEmpty(containerId, desk);
  }

  dismiss(containerId: ContainerId): void {
    const desk = this.desks.get(containerId);
    if (!desk) return;
    desk.dismissed = true;
    if (desk.handed?.ended) desk.handed = undefined;
    this.dropIfEmpty(containerId, desk);
  }

  /** The attempt that ended in this container and whose end was not collected yet; collected by this call. */
  collectEnded(containerId: ContainerId): TaskAttemptId | undefined {
    const desk = this.desks.get(containerId);
    if (!desk?.handed?.ended) return undefined;
    const { attemptId } = desk.handed.task;
    desk.handed = undefined;
    return attemptId;
  }

  /** The attempt that this container has in its hands. */
  running(containerId: ContainerId): TaskAttemptId | undefined {
    const handed = this.desks.get(containerId)?.handed;
    return handed?.ended === false ? handed.task.attemptId : undefined;
  }

  /** What to answer the process `pid` of this container now; undefined: it has to wait. */
  next(containerId: ContainerId, pid: number): RemoteTask | 'DIE' | undefined {
    const desk = this.desks.get(containerId);
    if (!desk) return 'DIE';
    if (desk.handed && !desk.handed.ended) {
      const { task, pid: knownPid } = desk.handed;
      // The answer to a process that was adopted is lost, or its AM died before it gave one.
      if (knownPid === undefined) desk.handed = { task, pid, ended: false };
      if (knownPid === undefined || knownPid === pid) return task;
      // A new process: the task went down with the old one, whose end the platform reports.
      desk.handed = undefined;
    }
    const task = desk.ready.shift();
    if (task) {
      desk.handed = { task, pid, ended: false };
      return task;
    }
    return desk.dismissed ? 'DIE' : undefined;
  }

  private deskOf(containerId: ContainerId): Desk {
    let desk = this.desks.get(containerId);
    if (!desk) {
      desk = { pending: new Map(), ready: [], handed: undefined, dismissed: false };
      this.desks.set(containerId, desk);
    }
    return desk;
  }

  private dropIfEmpty(containerId: ContainerId, desk: Desk): void {
    if (desk.pending.size === 0 && desk.ready.length === 0 && !desk.handed) this.desks.delete(containerId);
  }
}
