/**
 * What a job's tasks and attempts need of it and of the AM around it. Hadoop: the constructor arguments of TaskImpl and
 * TaskAttemptImpl. Made by the composition (JobEnvironment) and by Job itself (JobScope).
 */
import type { JobId } from '@bobbin/common';
import type { AppContext, FinishingMonitor, TaskAttemptRegistry } from '../app-context.js';

/** The AM's context without the job, and the two services that attempts call directly. */
export interface JobEnvironment extends Omit<AppContext, 'job'> {
  readonly umbilical: TaskAttemptRegistry;
  readonly finishingMonitor: FinishingMonitor;
}

/** The job as its tasks see it. */
export interface JobScope {
  readonly id: JobId;
  readonly env: JobEnvironment;
  readonly numMaps: number;
  readonly numReduces: number;
  readonly isFinished: boolean;
  /** Logs and counts an event its receiver had no arc for, and ends the job in ERROR. */
  reportInvalidEvent(what: string, id: string, state: string, event: string): void;
}
