/**
 * MapAttempts: every attempt of a job's maps, as all its histories tell of them together: those of AppMasters that died, and the one that
 * counts. Asked what ran when, and what ran again.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HISTORY_SUFFIX, JobInfo, readHistoryEvents, type AttemptInfo, type JobId, type TaskId } from '@bobbin/common';
import { neverRan } from '../../e2e/support/never-ran.js';

export class MapAttempts {
  private readonly byTask = new Map<TaskId, Map<string, AttemptInfo>>();

  /** Takes in one file, finished or growing; what was told before stands until it is told better. */
  async read(jobId: JobId, file: string): Promise<void> {
    const info = new JobInfo(jobId);
    await readHistoryEvents(file, (event) => info.add(event));
    for (const { taskId, taskType, attempts } of info.tasks.values()) {
      if (taskType !== 'MAP') continue;
      const known = this.byTask.get(taskId) ?? new Map<string, AttemptInfo>();
      for (const [id, attempt] of attempts) {
        if (attempt.finishTimeMs > 0 || !known.has(id)) known.set(id, attempt);
      }
      this.byTask.set(taskId, known);
    }
  }

  /** The same for every history in a job's staging folder. */
  async readStaging(jobId: JobId, folder: string): Promise<void> {
    for (const name of readdirSync(folder).sort()) {
      // A file that has no line yet is no history.
      if (name.endsWith(HISTORY_SUFFIX)) await this.read(jobId, join(folder, name)).catch(() => undefined);
    }
  }

  all(): readonly AttemptInfo[] {
    return [...this.byTask.values()].flatMap((attempts) => [...attempts.values()]);
  }

  get finished(): readonly AttemptInfo[] {
    return this.all().filter(({ state }) => state === 'SUCCEEDED');
  }

  get running(): readonly AttemptInfo[] {
    return this.all().filter(({ state }) => state === 'RUNNING');
  }

  /** Maps of which an attempt had ended well, or had been started, at that instant, and another began after it. */
  rerunAfter(atMs: number): { readonly finished: number; readonly running: number } {
    const rerun = { finished: 0, running: 0 };
    for (const attempts of this.byTask.values()) {
      const [before, after] = [[] as AttemptInfo[], [] as AttemptInfo[]];
      for (const attempt of attempts.values()) {
        if (!neverRan(attempt)) (attempt.startTimeMs <= atMs ? before : after).push(attempt);
      }
      if (after.length === 0 || before.length === 0) continue;
      if (before.some(({ state, finishTimeMs }) => state === 'SUCCEEDED' && finishTimeMs <= atMs)) rerun.finished++;
      else rerun.running++;
    }
    return rerun;
  }
}
