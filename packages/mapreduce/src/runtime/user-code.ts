/**
 * The border to the user's code: what it may call, and how its failures leave the task. Hadoop: MapContext, ReduceContext.
 */
import type { TaskContext } from '../job/define-job.js';
import { ChecksumError, LocalDiskError, ShuffleError, UserCodeError } from '../errors.js';
import type { TaskProgress } from './task-progress.js';

const DEFAULT_GROUP = 'User';

/** All of a context but `emit`. The functions do not need their object. */
export function contextOf(
  progress: TaskProgress,
  conf: Readonly<Record<string, string>>,
): Omit<TaskContext<unknown, unknown>, 'emit'> {
  return {
    conf,
    counter: (name, amount = 1, group = DEFAULT_GROUP) => progress.addToUserCounter(group, name, amount),
    status: (text) => progress.setStatus(text),
  };
}

/** Wraps what user code threw, unless it only let pass an error of the runtime (a full disk in `emit`). */
export function userError(where: string, place: string, thrown: unknown): Error {
  const isOurs =
    thrown instanceof UserCodeError ||
    thrown instanceof LocalDiskError ||
    thrown instanceof ChecksumError ||
    thrown instanceof ShuffleError;
  return isOurs ? thrown : new UserCodeError(where, place, thrown);
}
