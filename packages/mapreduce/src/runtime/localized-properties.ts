/**
 * What a task's configuration says beside the job's: which attempt it is, and what it reads. User code finds it in its
 * context's `conf`, under Hadoop's keys. Hadoop: MapTask.localizeConfiguration, Task.localizeConfiguration.
 */
import { taskOf } from '@bobbin/common';
import type { TaskSpec } from './task-api.js';

/** Properties to lay over the job's; paths as the split has them, positions in bytes. */
export function localizedProperties(spec: TaskSpec): Record<string, string> {
  const common = {
    'mapreduce.job.id': spec.jobId,
    'mapreduce.task.id': taskOf(spec.attemptId),
    'mapreduce.task.attempt.id': spec.attemptId,
    'mapreduce.task.partition': String(spec.partition),
    'mapreduce.task.ismap': String(spec.type === 'MAP'),
    'mapreduce.job.application.attempt.id': String(spec.amAttempt),
  };
  if (spec.type === 'REDUCE') return common;
  return {
    ...common,
    'mapreduce.map.input.file': spec.split.path,
    'mapreduce.map.input.start': String(spec.split.start),
    'mapreduce.map.input.length': String(spec.split.length),
  };
}
