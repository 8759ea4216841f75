/**
 * YarnChild: the main thread of a task's process. Hadoop: mapred.YarnChild. It asks the AM for a task, runs it in a worker,
 * reports, and asks again until it is told to end; a new worker for each attempt is the full reset between tasks.
 * It never outlives its AM: without a connection for as long as it was told to wait it ends by itself, and much sooner where it has no
 * task: then it holds nothing that a later AM could want, and its place may be what that AM waits for.
 */
import { messageOf, type TaskSpec } from '@bobbin/mapreduce/runtime';
import { UmbilicalLostError } from '../errors.js';
import { HOLD_MS, type JvmTask } from '../umbilical/task-umbilical-protocol.js';
import { Exit, ExitCode, orExit, type ProcessEnd } from './exit.js';
import { RunningAttempt, type RunningAttemptDeps } from './running-attempt.js';

/** An AM that lives has answered twice by then. */
const IDLE_PATIENCE_MS = 2 * HOLD_MS;

export interface YarnChildDeps extends RunningAttemptDeps {
  readonly pid: number;
}

export class YarnChild {
  private attempt: RunningAttempt | undefined;
  /** The one before, which succeeded. */
  private last: RunningAttempt | undefined;

  constructor(private readonly deps: YarnChildDeps) {}

  /** Runs tasks until there are no more. Resolves with the way to end this process. */
  async run(): Promise<ProcessEnd> {
    try {
      for (;;) {
        const { task, shouldDie, tellDone } = await orExit(ExitCode.LOST, this.nextTask());
        if (shouldDie) return 0;
        const end = tellDone ? await this.last?.tellDone() : task && (await this.runTask(task));
        if (end !== undefined && end !== 'NEXT') return end;
      }
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      this.deps.log(error.message);
      return error.code;
    }
  }

  private async runTask(task: TaskSpec): Promise<ProcessEnd | 'NEXT'> {
    this.attempt = new RunningAttempt(task, this.deps);
    const end = await this.attempt.run();
    this.last = this.attempt;
    this.attempt = undefined;
    return end;
  }

  private nextTask(): Promise<JvmTask> {
    const { clock, umbilical, pid } = this.deps;
    const done = this.last?.attemptId;
    return new Promise((resolve, reject) => {
      const timer = clock.after(IDLE_PATIENCE_MS, () =>
        reject(
          new UmbilicalLostError(`no word from the AM for ${IDLE_PATIENCE_MS} ms, and there is no task to keep for it`),
        ),
      );
      umbilical
        .call('getTask', { pid, ...(done !== undefined && { done }) })
        .finally(() => timer.cancel())
        .then(resolve, reject);
    });
  }

  /** Tells the AM where the code of the running attempt is, if one runs. Never rejects. */
  async tellStack(): Promise<void> {
    try {
      await this.attempt?.tellStack();
    } catch (error) {
      this.deps.log(`no stack could be told: ${messageOf(error)}`);
    }
  }
}
