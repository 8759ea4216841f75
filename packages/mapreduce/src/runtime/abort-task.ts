/** abortTask: removes what an attempt left, local files and uncommitted output. Hadoop: Task.taskCleanup, runTaskCleanupTask. */
import { messageOf } from '@bobbin/common';
import { removeAttemptDirs } from './local-dirs.js';
import { committerOf } from './output/task-output.js';
import type { TaskEnv, TaskSpec } from './task-api.js';
import { parseTaskConf } from './task-conf.js';

/**
 * Never throws: it runs after a failure that is to be reported, and the AM aborts the attempt's output again anyway. Safe to repeat.
 */
export async function abortTask(
  spec: TaskSpec,
  env: Pick<TaskEnv, 'conf' | 'localDirs' | 'memoryMb' | 'log'>,
): Promise<void> {
  removeAttemptDirs(env.localDirs, spec.attemptId, (line) => env.log(line));
  try {
    const conf = parseTaskConf(env.conf, env.memoryMb);
    if (conf.outputDir !== undefined) await committerOf(spec, conf).abortTask(spec.attemptId);
  } catch (error) {
    env.log(`cannot abort the output of ${spec.attemptId}: ${messageOf(error)}`);
  }
}
