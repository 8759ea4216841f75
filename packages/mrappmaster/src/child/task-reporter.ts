/**
 * TaskReporter: tells the AM how one attempt is getting on, from a thread that user code cannot block. Hadoop: Task.TaskReporter.
 * It looks at the shared progress often and speaks seldom: at once when the phase changed, soon at first and then at the report
 * interval while the task does something; a bare ping when it did nothing, so that the AM can tell a task that hangs from a
 * process that died.
 */
import { every, type Clock, type TaskAttemptId, type Timer } from '@bobbin/common';
import type { TaskProgress, TaskSnapshot } from '@bobbin/mapreduce/runtime';
import type { TaskStatus } from '../task-status.js';
import type { AttemptUsage } from './attempt-usage.js';

const LOOK_MS = 100;
/** The first report comes after this time, each further one after twice the last, up to the interval. */
const FIRST_REPORT_MS = 500;

export interface TaskReporterDeps {
  readonly clock: Clock;
  readonly attemptId: TaskAttemptId;
  readonly progress: TaskProgress;
  readonly usage: Pick<AttemptUsage, 'addTo'>;
  /** When this process began, ms since 1970. */
  readonly processStartTimeMs?: number;
  /** The longest silence, in milliseconds. */
  readonly intervalMs: number;
  /** Sends a status, or a ping where there is none. */
  send(status: TaskStatus | undefined): void;
}

export class TaskReporter {
  private readonly startTimeMs: number;
  private readonly timer: Timer;
  private pauseMs: number;
  private lastSentAtMs: number;
  private lastPhase: string;
  private lastLiveness: number;
  private failedFetches: TaskAttemptId[] = [];

  constructor(private readonly deps: TaskReporterDeps) {
    const { clock, intervalMs, progress } = deps;
    const { phase, liveness } = progress.snapshot();
    this.startTimeMs = clock.now();
    this.lastSentAtMs = clock.monotonic();
    this.lastPhase = phase;
    this.lastLiveness = liveness;
    this.pauseMs = Math.min(FIRST_REPORT_MS, intervalMs);
    this.timer = every(clock, Math.min(LOOK_MS, intervalMs), () => this.look());
  }

  /** A map output that this reduce could not fetch; told with the next status, which is sent at once. */
  fetchFailed(map: TaskAttemptId): void {
    this.failedFetches.push(map);
    this.speak(this.deps.progress.snapshot());
  }

  /** The attempt as it is now, with everything that was not told yet. */
  status(finished = false): TaskStatus {
    return this.statusOf(this.deps.progress.snapshot(), finished);
  }

  /** Says nothing more. Safe to call twice. */
  stop(): void {
    this.timer.cancel();
  }

  private look(): void {
    const snapshot = this.deps.progress.snapshot();
    const silentMs = this.deps.clock.monotonic() - this.lastSentAtMs;
    if (snapshot.phase !== this.lastPhase || silentMs >= this.pauseMs) this.speak(snapshot);
  }

  private speak(snapshot: TaskSnapshot): void {
    const didSomething = snapshot.liveness !== this.lastLiveness || this.failedFetches.length > 0;
    this.lastSentAtMs = this.deps.clock.monotonic();
    this.lastPhase = snapshot.phase;
    this.lastLiveness = snapshot.liveness;
    this.pauseMs = Math.min(this.pauseMs * 2, this.deps.intervalMs);
    this.deps.send(didSomething ? this.statusOf(snapshot, false) : undefined);
  }

  private statusOf(snapshot: TaskSnapshot, finished: boolean): TaskStatus {
    const { phase, progress, stateString, mapFinishTimeMs, shuffleFinishTimeMs, sortFinishTimeMs, loadTimeMs } =
      snapshot;
    const failedFetchTasks = this.failedFetches;
    this.failedFetches = [];
    return {
      attemptId: this.deps.attemptId,
      phase,
      progress: finished ? 1 : progress,
      stateString,
      startTimeMs: this.startTimeMs,
      ...(this.deps.processStartTimeMs !== undefined && { processStartTimeMs: this.deps.processStartTimeMs }),
      ...(loadTimeMs > 0 && { loadTimeMs: Math.round(loadTimeMs) }),
      ...(finished && { finishTimeMs: this.deps.clock.now() }),
      ...(mapFinishTimeMs > 0 && { mapFinishTimeMs: Math.round(mapFinishTimeMs) }),
      ...(shuffleFinishTimeMs > 0 && { shuffleFinishTimeMs: Math.round(shuffleFinishTimeMs) }),
      ...(sortFinishTimeMs > 0 && { sortFinishTimeMs: Math.round(sortFinishTimeMs) }),
      counters: this.deps.usage.addTo(snapshot.counters),
      ...(failedFetchTasks.length > 0 && { failedFetchTasks }),
    };
  }
}
