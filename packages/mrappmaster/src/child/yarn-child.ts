/**
 * YarnChild: the main thread of a task's process. Hadoop: mapred.YarnChild. It asks the AM for a task, runs it in a worker,
 * reports, and asks again until it is told to end; a new worker for each attempt is the full reset between tasks.
 * It never outlives its AM: without a connection for as long as it was told to wait it ends by itself.
 */
import { messageOf } from '@bobbin/mapreduce/runtime';
import { Exit, ExitCode, orExit, type ProcessEnd } from './exit.js';
import { RunningAttempt, type RunningAttemptDeps } from './running-attempt.js';

export interface YarnChildDeps extends RunningAttemptDeps {
  readonly pid: number;
}

export class YarnChild {
  private attempt: RunningAttempt | undefined;

  constructor(private readonly deps: YarnChildDeps) {}

  /** Runs tasks until there are no more. Resolves with the way to end this process. */
  async run(): Promise<ProcessEnd> {
    const { umbilical, pid } = this.deps;
    try {
      for (;;) {
        const { task, shouldDie } = await orExit(ExitCode.LOST, umbilical.call('getTask', { pid }));
        if (shouldDie) return 0;
        if (!task) continue;
        this.attempt = new RunningAttempt(task, this.deps);
        const end = await this.attempt.run();
        this.attempt = undefined;
        if (end !== 'NEXT') return end;
      }
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      this.deps.log(error.message);
      return error.code;
    }
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
