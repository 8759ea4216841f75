/** runTask: a map or a reduce, by its spec. Hadoop: Task.run. */
import type { Job } from '../job/define-job.js';
import { runMapTask } from './map/map-task.js';
import { runReduceTask } from './reduce/reduce-task.js';
import type { TaskEnv, TaskResult, TaskSpec } from './task-api.js';

export function runTask(spec: TaskSpec, job: Job, env: TaskEnv): Promise<TaskResult> {
  return spec.type === 'MAP' ? runMapTask(spec, job, env) : runReduceTask(spec, job, env);
}
