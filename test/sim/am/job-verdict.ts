/** What must be true of a job when its world has ended, whatever died meanwhile. */
import { parseTaskAttemptId, taskTypeOf, type TaskAttemptId, type TaskId } from '@bobbin/common';
import type { JobRun } from './am-world.js';
import { reduceOutput } from './sim-attempt.js';
import type { SimJob } from './stage-job.js';

export interface Verdict {
  /** How many attempts of one task may have begun. @default 1: nothing runs again */
  readonly mostAttempts?: number;
}

/** Everything that is wrong, in words. */
export function wrongWith(run: JobRun, job: SimJob, { mostAttempts = 1 }: Verdict = {}): string[] {
  const problems = [...run.faults];
  const { entry, output, history } = run;
  const { report } = entry;
  if (entry.state !== 'FINISHED' || report?.finalApplicationStatus !== 'SUCCEEDED') {
    problems.push(`the job is ${entry.state} ${report?.finalApplicationStatus}: ${report?.diagnostics}`);
  }
  const names = Object.keys(output).sort();
  const parts = Array.from({ length: job.reduces }, (_, n) => `part-r-${String(n).padStart(5, '0')}`);
  if (names.join() !== ['_SUCCESS', ...parts].join()) problems.push(`the output holds ${names.join(', ')}`);
  const { applicationId = '' } = entry;
  for (const [n, part] of parts.entries()) {
    const expected = reduceOutput(applicationId.replace('application', 'job'), n, job.maps);
    if (output[part] !== undefined && output[part] !== expected) problems.push(`${part} holds '${output[part]}'`);
  }
  const attempts = new Map<TaskId, Set<TaskAttemptId>>();
  for (const attempt of run.began) {
    const { taskId } = parseTaskAttemptId(attempt);
    attempts.set(taskId, (attempts.get(taskId) ?? new Set()).add(attempt));
    if (run.began.filter((one) => one === attempt).length > 1) problems.push(`${attempt} began twice`);
  }
  for (const [task, of] of attempts) {
    if (of.size > mostAttempts) problems.push(`${task} ran ${of.size} times: ${[...of].join(', ')}`);
  }
  if (attempts.size !== job.maps + job.reduces) problems.push(`${attempts.size} tasks ran`);
  if (history.at(-1)?.type !== 'JOB_FINISHED')
    problems.push(`the history ends with ${history.at(-1)?.type ?? 'nothing'}`);
  const finished = history.filter((event) => event.type === 'TASK_FINISHED').map(({ taskId }) => taskId);
  for (const type of ['MAP', 'REDUCE'] as const) {
    const count = new Set(finished.filter((id) => taskTypeOf(id) === type)).size;
    const wanted = type === 'MAP' ? job.maps : job.reduces;
    if (count !== wanted) problems.push(`the history tells of ${count} finished tasks of type ${type}`);
  }
  if (run.staged.length > 0) problems.push(`staged: ${run.staged.join(', ')}`);
  if (run.live.length > 0) problems.push(`still running: ${run.live.join(', ')}`);
  return [...new Set(problems)];
}
