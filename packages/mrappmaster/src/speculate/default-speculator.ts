/**
 * DefaultSpeculator: gives the task that will probably end last a second attempt. Hadoop: mapreduce.v2.app.speculate.
 * DefaultSpeculator (reference mapreduce.md 4.1). Looks at most one map and one reduce over at a time, on a timer that runs only
 * while attempts do. Emits T_ADD_SPEC_ATTEMPT. `speculationValue` is the decision, pure.
 */
import {
  taskOf,
  taskTypeOf,
  type Clock,
  type EventSink,
  type TaskAttemptId,
  type TaskId,
  type TaskType,
  type Timer,
} from '@bobbin/common';
import type { JobView, TaskView } from '../app-context.js';
import type { MRAppEvent, SpeculatorEvent } from '../events.js';
import type { TaskRuntimeEstimator } from './task-runtime-estimator.js';

/** Decides which tasks get a rival. Told of attempts by events of the `speculator` domain. */
export interface Speculator {
  handle(event: SpeculatorEvent): void;
  stop(): void;
}

export interface SpeculatorSettings {
  readonly map: boolean;
  readonly reduce: boolean;
  readonly minimumAllowedTasks: number;
  /** Share of all tasks of a kind that may have a rival at a time. */
  readonly capTotalTasksFraction: number;
  /** Share of the running tasks of a kind likewise. */
  readonly capRunningTasksFraction: number;
  readonly retryAfterNoSpeculateMs: number;
  readonly retryAfterSpeculateMs: number;
}

export interface SpeculatorDeps {
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly job: () => JobView;
  readonly estimator: TaskRuntimeEstimator;
}

/** Why a task is left alone, or by how many milliseconds a second attempt would probably end earlier. */
export type SpeculationValue =
  | { readonly type: 'WORTH'; readonly gainMs: number }
  | {
      readonly type:
        | 'ON_SCHEDULE'
        | 'ALREADY_SPECULATING'
        | 'TOO_NEW'
        | 'PROGRESS_IS_GOOD'
        | 'TOO_LATE_TO_SPECULATE'
        | 'NOT_RUNNING';
    };

/** Of a kind, before any of its tasks may be speculated on. */
const LEAST_COMPLETED_FRACTION = 0.05;
/** An attempt not heard of for so long is taken to stand still: its estimate grows with time (MAPREDUCE-5533). */
const SILENT_AFTER_MS = 9000;

/** What is known of the live attempts of a task, and of its kind. */
export interface SpeculationView {
  readonly now: number;
  readonly tasksOfKind: number;
  readonly completedOfKind: number;
  readonly speculatedBefore: boolean;
  readonly liveAttempts: readonly {
    readonly enrolledAtMs: number | undefined;
    readonly estimatedRuntimeMs: number | undefined;
  }[];
  readonly newAttemptRuntimeMs: number | undefined;
}

/** The checks in Hadoop's order. */
export function speculationValue(view: SpeculationView): SpeculationValue {
  const { now, liveAttempts, newAttemptRuntimeMs } = view;
  const enoughDone = view.completedOfKind >= 1 && view.completedOfKind >= LEAST_COMPLETED_FRACTION * view.tasksOfKind;
  if (!view.speculatedBefore && !enoughDone) return { type: 'ON_SCHEDULE' };
  const [attempt, rival] = liveAttempts;
  if (!attempt) return { type: 'NOT_RUNNING' };
  if (rival) return { type: 'ALREADY_SPECULATING' };
  const { enrolledAtMs, estimatedRuntimeMs } = attempt;
  if (enrolledAtMs === undefined || enrolledAtMs > now || estimatedRuntimeMs === undefined) return { type: 'TOO_NEW' };
  const estimatedEndMs = enrolledAtMs + estimatedRuntimeMs;
  if (estimatedEndMs < now) return { type: 'PROGRESS_IS_GOOD' };
  if (newAttemptRuntimeMs === undefined) return { type: 'ON_SCHEDULE' };
  const replacementEndMs = now + newAttemptRuntimeMs;
  if (replacementEndMs >= estimatedEndMs) return { type: 'TOO_LATE_TO_SPECULATE' };
  return { type: 'WORTH', gainMs: estimatedEndMs - replacementEndMs };
}

export class DefaultSpeculator implements Speculator {
  /** Attempts of a kind that wait for a container: while there are any, a rival would only wait behind them. */
  private readonly needs: Record<TaskType, number> = { MAP: 0, REDUCE: 0 };
  /** Running attempts with their last word. */
  private readonly running = new Map<TaskAttemptId, { progress: number; heardAtMs: number }>();
  private readonly speculated = new Set<TaskId>();
  private timer: Timer | undefined;
  private stopped = false;

  constructor(
    private readonly deps: SpeculatorDeps,
    private readonly settings: SpeculatorSettings,
  ) {}

  /** Handler of the `speculator` domain. */
  handle(event: SpeculatorEvent): void {
    const { estimator } = this.deps;
    switch (event.type) {
      case 'JOB_CREATE':
        return;
      case 'TASK_CONTAINER_NEED_UPDATE':
        this.needs[taskTypeOf(event.taskId)] += event.delta;
        return;
      case 'ATTEMPT_START':
        estimator.attemptStarted(event.attemptId, event.atMs);
        this.running.set(event.attemptId, { progress: 0, heardAtMs: event.atMs });
        this.arm(this.settings.retryAfterNoSpeculateMs);
        return;
      case 'ATTEMPT_STATUS_UPDATE':
        this.statusUpdate(event.attemptId, event.state, event.progress, event.atMs);
        return;
    }
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private statusUpdate(id: TaskAttemptId, state: string, progress: number, atMs: number): void {
    const { estimator } = this.deps;
    if (state === 'RUNNING' || state === 'STARTING' || state === 'COMMIT_PENDING') {
      estimator.progressed(id, progress, atMs);
      this.running.set(id, { progress, heardAtMs: atMs });
      return;
    }
    if (!this.running.delete(id)) return;
    if (state === 'SUCCEEDED') estimator.succeeded(id, atMs);
    estimator.ended(id);
  }

  private arm(delayMs: number): void {
    if (this.timer || this.stopped || this.running.size === 0) return;
    this.timer = this.deps.clock.after(delayMs, () => {
      this.timer = undefined;
      const found = this.scan();
      this.arm(found ? this.settings.retryAfterSpeculateMs : this.settings.retryAfterNoSpeculateMs);
    });
  }

  private scan(): boolean {
    this.feedSilentOnes();
    const map = this.settings.map && this.speculate('MAP');
    const reduce = this.settings.reduce && this.speculate('REDUCE');
    return map || reduce;
  }

  private feedSilentOnes(): void {
    const now = this.deps.clock.now();
    for (const [id, { progress, heardAtMs }] of this.running) {
      if (now - heardAtMs > SILENT_AFTER_MS) this.deps.estimator.progressed(id, progress, now);
    }
  }

  private speculate(type: TaskType): boolean {
    const { clock, dispatcher, job, estimator } = this.deps;
    if (this.needs[type] > 0) return false;
    const view = job();
    const tasksOfKind = type === 'MAP' ? view.numMaps : view.numReduces;
    const completedOfKind = type === 'MAP' ? view.completedMaps : view.completedReduces;
    const tasks = this.runningTasks(view, type);
    let rivals = 0;
    let best: { readonly taskId: TaskId; readonly gainMs: number } | undefined;
    for (const task of tasks) {
      const value = speculationValue({
        now: clock.now(),
        tasksOfKind,
        completedOfKind,
        speculatedBefore: this.speculated.has(task.id),
        liveAttempts: this.liveAttempts(task),
        newAttemptRuntimeMs: estimator.estimatedNewAttemptRuntimeMs(type),
      });
      if (value.type === 'ALREADY_SPECULATING') rivals++;
      if (value.type === 'WORTH' && value.gainMs > (best?.gainMs ?? 0))
        best = { taskId: task.id, gainMs: value.gainMs };
    }
    if (!best || rivals >= this.allowed(tasksOfKind, tasks.length)) return false;
    this.speculated.add(best.taskId);
    dispatcher.dispatch({ domain: 'task', type: 'T_ADD_SPEC_ATTEMPT', taskId: best.taskId });
    return true;
  }

  private allowed(tasksOfKind: number, runningOfKind: number): number {
    const { minimumAllowedTasks, capTotalTasksFraction, capRunningTasksFraction } = this.settings;
    return Math.max(minimumAllowedTasks, capTotalTasksFraction * tasksOfKind, capRunningTasksFraction * runningOfKind);
  }

  private runningTasks(view: JobView, type: TaskType): readonly TaskView[] {
    const ids = new Set([...this.running.keys()].map((id) => taskOf(id)));
    const tasks = [...ids].map((id) => view.task(id));
    return tasks.filter((task) => task !== undefined && task.type === type && !task.isFinished) as readonly TaskView[];
  }

  private liveAttempts(task: TaskView): SpeculationView['liveAttempts'] {
    const { estimator } = this.deps;
    const live = [...task.attempts.values()].filter(({ state }) => state === 'STARTING' || state === 'RUNNING');
    return live.map(({ id }) => ({
      enrolledAtMs: estimator.enrolledAtMs(id),
      estimatedRuntimeMs: estimator.estimatedRuntimeMs(id),
    }));
  }
}
