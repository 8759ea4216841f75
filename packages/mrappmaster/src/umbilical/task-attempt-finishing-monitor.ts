/**
 * TaskAttemptFinishingMonitor: attempts that said they were done, but whose container has not ended or asked for more.
 * Hadoop: mapreduce.v2.app.TaskAttemptFinishingMonitor (MAPREDUCE-5465). Emits TA_TIMED_OUT; the container is then killed.
 */
import { LivelinessMonitor, type Clock, type EventSink, type TaskAttemptId } from '@bobbin/common';
import type { FinishingMonitor } from '../app-context.js';
import type { MRAppEvent } from '../events.js';

export class TaskAttemptFinishingMonitor implements FinishingMonitor {
  private readonly waiting: LivelinessMonitor<TaskAttemptId>;

  constructor(
    clock: Clock,
    dispatcher: EventSink<MRAppEvent>,
    /** `mapreduce.task.exit.timeout`. */
    exitTimeoutMs: number,
  ) {
    this.waiting = new LivelinessMonitor(clock, exitTimeoutMs, (attemptId) => {
      dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_TIMED_OUT', attemptId });
    });
  }

  register(attemptId: TaskAttemptId): void {
    this.waiting.register(attemptId);
  }

  unregister(attemptId: TaskAttemptId): void {
    this.waiting.unregister(attemptId);
  }

  /** Disarms the timer. */
  stop(): void {
    this.waiting.stop();
  }
}
