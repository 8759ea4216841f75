/**
 * Task: a map or reduce with its attempts; carries out what its machine decides. Hadoop: v2.app.job.impl.TaskImpl with
 * MapTaskImpl and ReduceTaskImpl. Emits to its attempts, the job, the allocator (nodes to blame) and history. Handled by
 * Job on the dispatcher's turn only.
 */
import {
  assertNever,
  begin,
  decide,
  parseTaskAttemptId,
  type Avataar,
  type CounterGroups,
  type TaskAttemptCompletionEventStatus,
  type TaskAttemptId,
  type TaskId,
  type TaskReport,
  type TaskState,
  type TaskType,
} from '@bobbin/common';
import type { RecoveredTask, TaskSplit, TaskView } from '../../app-context.js';
import type { TaskEvent } from '../../events.js';
import { externalTaskState, type TaskStateInternal } from '../external-states.js';
import type { JobEnvironment, JobScope } from '../job-scope.js';
import { TaskAttempt } from '../taskattempt/task-attempt.js';
import { taskMachine, type TaskEffect, type TaskMachineEvent } from './task-machine.js';

/** What a task is born with. */
export interface TaskSpecification {
  readonly id: TaskId;
  readonly type: TaskType;
  /** Number among the tasks of its kind, from 0. */
  readonly partition: number;
  /** Maps only. */
  readonly split: TaskSplit | undefined;
}

const NO_COUNTERS: CounterGroups = {};

export class Task implements TaskView {
  private snapshot;
  private readonly tries = new Map<TaskAttemptId, TaskAttempt>();
  private startedAtMs = 0;
  private finishedAtMs = 0;
  private progressCounted = 0;
  /** Also where its success was taken back since. */
  private lastToSucceed: TaskAttemptId | undefined;

  constructor(
    private readonly spec: TaskSpecification,
    private readonly job: JobScope,
  ) {
    const { conf, attemptNumber } = job.env;
    this.snapshot = begin(taskMachine, {
      taskId: spec.id,
      taskType: spec.type,
      maxAttempts: (spec.type === 'MAP' ? conf.map : conf.reduce).maxAttempts,
      firstAttempt: (attemptNumber - 1) * 1000,
    });
  }

  get id(): TaskId {
    return this.spec.id;
  }
  get type(): TaskType {
    return this.spec.type;
  }
  get internalState(): TaskStateInternal {
    return this.snapshot.value;
  }
  get state(): TaskState {
    return externalTaskState(this.snapshot.value);
  }
  get isFinished(): boolean {
    const state = this.snapshot.value;
    return state === 'SUCCEEDED' || state === 'FAILED' || state === 'KILLED';
  }
  get attempts(): ReadonlyMap<TaskAttemptId, TaskAttempt> {
    return this.tries;
  }
  /** Undefined unless the task has succeeded. */
  get successfulAttempt(): TaskAttemptId | undefined {
    return this.snapshot.context.successfulAttempt;
  }
  get progress(): number {
    return this.bestAttempt?.progress ?? 0;
  }
  /** Of a map that was to run again, and was killed since nobody needed it: of the attempt whose output the reduces have read. */
  get counters(): CounterGroups {
    const { lastToSucceed, internalState } = this;
    const read = internalState === 'KILLED' && lastToSucceed !== undefined ? this.tries.get(lastToSucceed) : undefined;
    return (read ?? this.bestAttempt)?.counters ?? NO_COUNTERS;
  }
  /** Attempts' diagnostics in the order the attempts were made. */
  get diagnostics(): readonly string[] {
    return [...this.tries.values()].flatMap((attempt) => attempt.diagnostics);
  }

  canCommit(attemptId: TaskAttemptId): boolean {
    return this.snapshot.context.commitAttempt === attemptId;
  }

  handle(event: TaskEvent): void {
    const before = this.snapshot.value;
    const [next, effects] = decide(taskMachine, this.snapshot, this.completed(event));
    this.snapshot = next;
    this.lastToSucceed = next.context.successfulAttempt ?? this.lastToSucceed;
    for (const effect of effects) this.carryOut(effect, event);
    if (next.value !== before) {
      this.env.log.debug(`${this.id} Task Transitioned from ${before} to ${next.value} on ${event.type}`);
    }
  }

  /** How far `progress` moved since the last call; the job adds it to its sum. */
  takeProgressDelta(): number {
    const { progress } = this;
    const delta = progress - this.progressCounted;
    this.progressCounted = progress;
    return delta;
  }

  report(): TaskReport {
    const { successfulAttempt, live } = this.snapshot.context;
    return {
      taskId: this.id,
      state: this.state,
      progress: this.progress,
      startTimeMs: this.startedAtMs,
      finishTimeMs: this.finishedAtMs,
      counters: this.counters,
      runningAttempts: live.filter((attemptId) => {
        const state = this.tries.get(attemptId)?.state;
        return state === 'RUNNING' || state === 'COMMIT_PENDING';
      }),
      ...(successfulAttempt === undefined ? {} : { successfulAttempt }),
      diagnostics: this.diagnostics,
    };
  }

  private get env(): JobEnvironment {
    return this.job.env;
  }

  /** The winner, or the one that is furthest among those that may still win. */
  private get bestAttempt(): TaskAttempt | undefined {
    const { successfulAttempt } = this.snapshot.context;
    if (successfulAttempt !== undefined) return this.tries.get(successfulAttempt);
    let best: TaskAttempt | undefined;
    for (const attempt of this.tries.values()) {
      if (attempt.state === 'FAILED' || attempt.state === 'KILLED') continue;
      if (!best || attempt.progress > best.progress) best = attempt;
    }
    return best;
  }

  /** The event as the machine takes it: a failure says whether another live attempt already has its container. */
  private completed(event: TaskEvent): TaskMachineEvent {
    if (event.type !== 'T_ATTEMPT_FAILED') return event;
    const rivalHasContainer = this.snapshot.context.live.some(
      (attemptId) => attemptId !== event.attemptId && this.tries.get(attemptId)?.containerId !== undefined,
    );
    return { ...event, rivalHasContainer };
  }

  private carryOut(effect: TaskEffect, event: TaskEvent): void {
    const { dispatcher, umbilical } = this.env;
    const { id: taskId } = this;
    switch (effect.type) {
      case 'WRITE_STARTED':
        return this.writeStarted(event.type === 'T_RECOVER' ? event.task.startTimeMs : this.env.clock.now());
      case 'ADD_ATTEMPT':
        this.addAttempt(effect.attemptId, effect.avataar);
        return dispatcher.dispatch({
          domain: 'taskattempt',
          type: effect.reschedule ? 'TA_RESCHEDULE' : 'TA_SCHEDULE',
          attemptId: effect.attemptId,
        });
      case 'RECOVER_ATTEMPTS':
        return this.recoverAttempts(effect.task, effect.recoverOutput);
      case 'KILL_ATTEMPTS':
        return this.killAttempts(effect.attemptIds, effect.diagnostics);
      case 'GRANT_COMMIT':
        return umbilical.grantCommit(effect.attemptId);
      case 'ADD_COMPLETION_EVENT':
        return this.addCompletionEvent(effect.attemptId, effect.status);
      case 'BLAME_NODE':
        return this.blameNode(effect.attemptId);
      case 'ANNOUNCE_RESCHEDULED':
        this.finishedAtMs = 0;
        return dispatcher.dispatch({ domain: 'job', type: 'JOB_MAP_TASK_RESCHEDULED', taskId });
      case 'ANNOUNCE_SUCCEEDED':
        this.writeSucceeded();
        return dispatcher.dispatch({ domain: 'job', type: 'JOB_TASK_COMPLETED', taskId, state: 'SUCCEEDED' });
      case 'ANNOUNCE_FAILED':
        this.writeUnsuccessful('FAILED', effect.attemptId);
        return dispatcher.dispatch({ domain: 'job', type: 'JOB_TASK_COMPLETED', taskId, state: 'FAILED' });
      case 'ANNOUNCE_KILLED':
        this.writeUnsuccessful('KILLED', undefined);
        return dispatcher.dispatch({ domain: 'job', type: 'JOB_TASK_COMPLETED', taskId, state: 'KILLED' });
      case 'INVALID_EVENT':
        return this.job.reportInvalidEvent('Task', taskId, this.snapshot.value, effect.event);
      default:
        return assertNever(effect, 'task effect');
    }
  }

  private addAttempt(id: TaskAttemptId, avataar: Avataar): TaskAttempt {
    const { partition, split, type: taskType } = this.spec;
    const attempt = new TaskAttempt({ id, taskId: this.id, taskType, partition, split, avataar }, this.job);
    this.tries.set(id, attempt);
    return attempt;
  }

  /** In the order they finished, at once, so that they are complete before their task is. */
  private recoverAttempts(task: RecoveredTask, recoverOutput: boolean): void {
    for (const recovered of task.attempts) {
      const { attemptId } = recovered;
      const number = parseTaskAttemptId(attemptId).attempt;
      const afterFailure = task.attempts.some(
        ({ attemptId: other, state }) => state === 'FAILED' && parseTaskAttemptId(other).attempt < number,
      );
      const attempt = this.addAttempt(attemptId, recovered.avataar);
      const what = { attempt: recovered, recoverOutput, afterFailure };
      attempt.handle({ domain: 'taskattempt', type: 'TA_RECOVER', attemptId, ...what });
      const { state } = attempt;
      if (state === 'FAILED') this.blameNode(attemptId);
      if (state === 'SUCCEEDED' || state === 'FAILED' || state === 'KILLED') this.addCompletionEvent(attemptId, state);
    }
  }

  private blameNode(attemptId: TaskAttemptId): void {
    const nodeId = this.tries.get(attemptId)?.nodeId;
    if (nodeId === undefined) return;
    this.env.dispatcher.dispatch({ domain: 'container-allocator', type: 'CONTAINER_FAILED', attemptId, nodeId });
  }

  private killAttempts(attemptIds: readonly TaskAttemptId[], diagnostics: string): void {
    for (const attemptId of attemptIds) {
      if (this.tries.get(attemptId)?.isFinished !== false) continue;
      this.env.dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_KILL', attemptId, diagnostics });
    }
  }

  private addCompletionEvent(attemptId: TaskAttemptId, status: TaskAttemptCompletionEventStatus): void {
    const attempt = this.tries.get(attemptId);
    if (attempt?.nodeId === undefined) return;
    this.env.dispatcher.dispatch({
      domain: 'job',
      type: 'JOB_TASK_ATTEMPT_COMPLETED',
      attemptId,
      status,
      mapOutputServerAddress: attempt.mapOutputServerAddress,
      attemptRunTimeMs: attempt.runTimeMs,
      nodeId: attempt.nodeId,
    });
  }

  private writeStarted(atMs: number): void {
    this.startedAtMs = atMs;
    this.env.dispatcher.dispatch({
      domain: 'history',
      type: 'TASK_STARTED',
      taskId: this.id,
      taskType: this.type,
      startTimeMs: atMs,
      splitLocations: this.spec.split?.hosts.join(',') ?? '',
    });
  }

  private writeSucceeded(): void {
    const { successfulAttempt } = this.snapshot.context;
    if (successfulAttempt === undefined) throw new Error(`task ${this.id} succeeded without an attempt that did`);
    this.finishedAtMs = this.tries.get(successfulAttempt)?.finishTimeMs ?? this.env.clock.now();
    this.env.dispatcher.dispatch({
      domain: 'history',
      type: 'TASK_FINISHED',
      taskId: this.id,
      taskType: this.type,
      finishTimeMs: this.finishedAtMs,
      status: 'SUCCEEDED',
      counters: this.counters,
      successfulAttemptId: successfulAttempt,
    });
  }

  /** A task that was never scheduled leaves no history. */
  private writeUnsuccessful(status: 'FAILED' | 'KILLED', dueTo: TaskAttemptId | undefined): void {
    this.finishedAtMs = this.env.clock.now();
    if (this.startedAtMs === 0) return;
    const blamed = dueTo === undefined ? undefined : this.tries.get(dueTo);
    this.env.dispatcher.dispatch({
      domain: 'history',
      type: 'TASK_FAILED',
      taskId: this.id,
      taskType: this.type,
      finishTimeMs: this.finishedAtMs,
      error: blamed?.diagnostics.join('\n') ?? '',
      ...(dueTo === undefined ? {} : { failedDueToAttempt: dueTo }),
      status,
      counters: (blamed ?? this).counters,
    });
  }
}
