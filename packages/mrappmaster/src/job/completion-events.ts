/**
 * The append-only list of attempts' ends that clients and reducers read by index. Hadoop: JobImpl's
 * taskAttemptCompletionEvents, mapAttemptCompletionEvents and nodesToSucceededTaskAttempts.
 * A new event of the attempt that had succeeded, or another success of its task, turns the earlier success into OBSOLETE in place:
 * who read past it learns of the loss from the new event, who reads later sees OBSOLETE. Hadoop goes by the task alone; here the
 * end of a speculative attempt that is told after the winner's (recovery tells them in the order they ended) takes nothing away. Maps stand in a second list, numbered from 0, which is what reducers read.
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

interface Success {
  readonly attemptId: TaskAttemptId;
  readonly index: number;
  readonly mapIndex: number;
}

export class CompletionEvents {
  private readonly all: TaskAttemptCompletionEvent[] = [];
  private readonly maps: TaskAttemptCompletionEvent[] = [];
  /** Of each task's last success: its places in the two lists, -1 for a reduce in the second. */
  private readonly successes = new Map<TaskId, Success>();
  private readonly succeededMapsByNode = new Map<NodeId, Set<TaskAttemptId>>();

  append({ attemptId, status, mapOutputServerAddress, attemptRunTimeMs, nodeId }: AttemptCompleted): void {
    const taskId = taskOf(attemptId);
    const isMap = taskTypeOf(taskId) === 'MAP';
    const completed = { attemptId, status, mapOutputServerAddress, attemptRunTimeMs };
    const index = this.all.length;
    const mapIndex = isMap ? this.maps.length : -1;
    this.all.push({ ...completed, eventId: index });
    if (isMap) this.maps.push({ ...completed, eventId: mapIndex });
    const earlier = this.successes.get(taskId);
    if (earlier && (status === 'SUCCEEDED' || earlier.attemptId === attemptId)) this.makeObsolete(taskId, earlier);
    if (status !== 'SUCCEEDED') return;
    this.successes.set(taskId, { attemptId, index, mapIndex });
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

  private makeObsolete(taskId: TaskId, { index, mapIndex }: Success): void {
    this.successes.delete(taskId);
    obsolete(this.all, index);
    if (mapIndex >= 0) obsolete(this.maps, mapIndex);
  }
}

function obsolete(list: TaskAttemptCompletionEvent[], index: number): void {
  const event = list[index];
  if (event) list[index] = { ...event, status: 'OBSOLETE' };
}
