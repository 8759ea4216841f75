/**
 * YarnChild: the main thread of a task's process. Hadoop: mapred.YarnChild. It asks the AM for a task, runs it in a worker,
 * reports, and asks again until it is told to end; a new worker for each attempt is the full reset between tasks.
 * It never outlives its AM: without a connection for as long as it was told to wait it ends by itself.
 */
import { Exit, ExitCode, orExit, type ProcessEnd } from './exit.js';
import { RunningAttempt, type RunningAttemptDeps } from './running-attempt.js';

export interface YarnChildDeps extends RunningAttemptDeps {
  readonly pid: number;
}

/** Runs tasks until there are no more. Resolves with the way to end this process. */
export async function runYarnChild(deps: YarnChildDeps): Promise<ProcessEnd> {
  try {
    for (;;) {
      const { task, shouldDie } = await orExit(ExitCode.LOST, deps.umbilical.call('getTask', { pid: deps.pid }));
      if (shouldDie) return 0;
      if (!task) continue;
      const end = await new RunningAttempt(task, deps).run();
      if (end !== 'NEXT') return end;
    }
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    deps.log(error.message);
    return error.code;
  }
}
