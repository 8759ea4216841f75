/**
 * How a task's process ends. Hadoop: the exit codes of YarnChild, Task and TaskReporter (reference mapreduce.md 7); 0 is being
 * told to end, and also a failure that the AM has been told of.
 */
export const ExitCode = {
  /** The AM could not be reached, or refused this process. */
  LOST: 65,
  /** The AM does not know the attempt, or had given it up before it was done. */
  UNKNOWN_ATTEMPT: 66,
  /** commitPending could not be delivered. */
  COMMIT_PENDING_LOST: 67,
  /** canCommit could not be asked; the attempt's own output was discarded first. */
  CAN_COMMIT_LOST: 68,
  /** The attempt wrote more to local disks than it may. */
  LOCAL_DISK_LIMIT: 69,
  /** A failure could not be reported to the AM. */
  FAILURE_LOST: 255,
} as const;

/** How a process is to end: with this code, or by a signal to itself where a thread of it cannot be ended. */
export type ProcessEnd = number | 'KILL';

/** Thrown where a process can only end; `message` says why. */
export class Exit extends Error {
  constructor(
    readonly code: number,
    why: string,
  ) {
    super(why);
    this.name = 'Exit';
  }
}

/** `call`, or Exit with this code where it fails. */
export async function orExit<T>(code: number, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new Exit(code, error instanceof Error ? error.message : String(error));
  }
}
