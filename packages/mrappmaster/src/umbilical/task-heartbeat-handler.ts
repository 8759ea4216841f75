/**
 * TaskHeartbeatHandler: notices attempts that make no progress, or never said anything. Hadoop: mapreduce.v2.app.
 * TaskHeartbeatHandler (reference mapreduce.md 1.6, MAPREDUCE-6190). A ping tells that the process lives, not that its task
 * moves (DESIGN D7): it counts as progress only where `mapreduce.task.ping-for-liveliness-check.enabled` says so.
 * Emits TA_DIAGNOSTICS_UPDATE, then TA_TIMED_OUT.
 */
import { LivelinessMonitor, type Clock, type EventSink, type TaskAttemptId } from '@bobbin/common';
import type { MRAppEvent } from '../events.js';
import type { HeartbeatWatch } from './task-attempt-listener.js';

export interface TaskHeartbeatSettings {
  /** `mapreduce.task.timeout`; 0: progress is not watched. */
  readonly timeoutMs: number;
  /** `mapreduce.task.stuck.timeout-ms`: for attempts that never reported. */
  readonly stuckTimeoutMs: number;
  /** How often a task reports; the timeout is at least twice this. */
  readonly progressReportIntervalMs: number;
  /** `mapreduce.task.ping-for-liveliness-check.enabled`. */
  readonly pingCounts: boolean;
}

export interface TaskHeartbeatDeps {
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
}

export class TaskHeartbeatHandler implements HeartbeatWatch {
  private readonly progress: LivelinessMonitor<TaskAttemptId> | undefined;
  private readonly silent: LivelinessMonitor<TaskAttemptId>;
  private readonly timeoutMs: number;

  constructor(
    private readonly deps: TaskHeartbeatDeps,
    private readonly settings: TaskHeartbeatSettings,
  ) {
    const { timeoutMs, progressReportIntervalMs, stuckTimeoutMs } = settings;
    this.timeoutMs = timeoutMs > 0 ? Math.max(timeoutMs, 2 * progressReportIntervalMs) : 0;
    if (this.timeoutMs > 0)
      this.progress = new LivelinessMonitor(deps.clock, this.timeoutMs, (id) => this.timedOut(id, false));
    this.silent = new LivelinessMonitor(deps.clock, stuckTimeoutMs, (id) => this.timedOut(id, true));
  }

  register(attemptId: TaskAttemptId): void {
    this.progress?.register(attemptId);
    this.silent.register(attemptId);
  }

  unregister(attemptId: TaskAttemptId): void {
    this.progress?.unregister(attemptId);
    this.silent.unregister(attemptId);
  }

  progressing(attemptId: TaskAttemptId): void {
    this.silent.unregister(attemptId);
    this.progress?.ping(attemptId);
  }

  pinged(attemptId: TaskAttemptId): void {
    if (this.settings.pingCounts) this.progressing(attemptId);
  }

  /** Disarms the timers. */
  stop(): void {
    this.progress?.stop();
    this.silent.stop();
  }

  private timedOut(attemptId: TaskAttemptId, stuck: boolean): void {
    this.unregister(attemptId);
    const { dispatcher } = this.deps;
    const diagnostics =
      `AttemptID:${attemptId} task timeout set: ${this.timeoutMs / 1000}s, taskTimedOut: ${!stuck}; ` +
      `task stuck timeout set: ${this.settings.stuckTimeoutMs / 1000}s, taskStuck: ${stuck}; ` +
      `change mapreduce.task.${stuck ? 'stuck.timeout-ms' : 'timeout'} if the task needs longer without a sign of progress`;
    dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics });
    dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_TIMED_OUT', attemptId });
  }
}
