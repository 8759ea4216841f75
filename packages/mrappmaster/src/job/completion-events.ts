/**
 * The append-only list of attempts' ends that clients and reducers read by index. Hadoop: JobImpl's
 * taskAttemptCompletionEvents, mapAttemptCompletionEvents and nodesToSucceededTaskAttempts.
 * A new event of a task turns the task's earlier success into OBSOLETE in place: who read past it learns of the loss from
 * the new event, who reads later sees OBSOLETE. Maps stand in a second list, numbered from 0, which is what reducers read.
 */
import { taskOf, taskTypeOf } from '@bobbin/common';
import type {
  NodeId,
  TaskAttemptCompletionEvent,
  TaskAttemptCompletionEventStatus,
  TaskAttemptId,
  TaskId,
} from '@bobbin/common';

export interface AttemptCompleted {
  readonly attemptId: TaskAttemptId;
  readonly status: TaskAttemptCompletionEventStatus;
  readonly mapOutputServerAddress: string;
  readonly attemptRunTimeMs: number;
  readonly nodeId: NodeId;
}

export class CompletionEvents {
  private readonly all: TaskAttemptCompletionEvent[] = [];
  private readonly maps: TaskAttemptCompletionEvent[] = [];
  /** Of each task's last success: its places in the two lists, -1 for a reduce in the second. */
  private readonly successes = new Map<TaskId, { readonly index: number; readonly mapIndex: number }>();
  private readonly succeededMapsByNode = new Map<NodeId, Set<TaskAttemptId>>();

  append({ attemptId, status, mapOutputServerAddress, attemptRunTimeMs, nodeId }: AttemptCompleted): void {
    const taskId = taskOf(attemptId);
    const isMap = taskTypeOf(taskId) === 'MAP';
    const completed = { attemptId, status, mapOutputServerAddress, attemptRunTimeMs };
    const index = this.all.length;
    const mapIndex = isMap ? this.maps.length : -1;
    this.all.push({ ...completed, eventId: index });
    if (isMap) this.maps.push({ ...completed, eventId: mapIndex });
    this.makeObsolete(taskId);
    if (status !== 'SUCCEEDED') return;
    this.successes.set(taskId, { index, mapIndex });
    if (isMap) {
      const onNode = this.succeededMapsByNode.get(nodeId) ?? new Set();
      this.succeededMapsByNode.set(nodeId, onNode.add(attemptId));
    }
  }

  /** At most `max` events from `from` on. */
  slice(from: number, max: number): readonly TaskAttemptCompletionEvent[] {
    return this.all.slice(from, from + max);
  }

  mapSlice(from: number, max: number): readonly TaskAttemptCompletionEvent[] {
    return this.maps.slice(from, from + max);
  }

  /** Maps that succeeded on a node, also those that were lost since: a kill of such a one changes nothing. */
  succeededMapsOn(nodeId: NodeId): readonly TaskAttemptId[] {
    return [...(this.succeededMapsByNode.get(nodeId) ?? [])];
  }

  private makeObsolete(taskId: TaskId): void {
    const earlier = this.successes.get(taskId);
    if (!earlier) return;
    this.successes.delete(taskId);
    obsolete(this.all, earlier.index);
    if (earlier.mapIndex >= 0) obsolete(this.maps, earlier.mapIndex);
  }
}

function obsolete(list: TaskAttemptCompletionEvent[], index: number): void {
  const event = list[index];
  if (event) list[index] = { ...event, status: 'OBSOLETE' };
}
