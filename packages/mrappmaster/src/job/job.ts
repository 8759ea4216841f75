/**
 * Job: the one job of this AM; carries out what its machine decides, and hands events to its tasks and attempts.
 * Hadoop: v2.app.job.impl.JobImpl, with MRAppMaster's three event dispatchers as `handle`, `handleTask`, `handleAttempt`.
 * Owns tasks, completion events, counters, progress, diagnostics. Emits to tasks, attempts, committer, history, job-finish.
 * Clients see a terminal state only once the RM knows of it (MAPREDUCE-5505): until then the last other one.
 */
import {
  assertNever,
  begin,
  decide,
  decideUber,
  isUnusable,
  parseNodeId,
  taskId as makeTaskId,
  taskOf,
  type CounterGroups,
  type JobId,
  type JobReport,
  type JobState,
  type NodeId,
  type NodeState,
  type TaskAttemptCompletionEvent,
  type TaskAttemptId,
  type TaskId,
  type TaskType,
  type Timer,
} from '@bobbin/common';
import type { JobView, RecoveredTask, TaskSplit } from '../app-context.js';
import type { CounterUpdate, JobEvent, TaskAttemptEvent, TaskEvent } from '../events.js';
import { CompletionEvents } from './completion-events.js';
import { JOB_COUNTER_GROUP, sumCounters } from './counters.js';
import { externalJobState, type JobStateInternal } from './external-states.js';
import { FetchFailures } from './fetch-failures.js';
import { jobFinished, jobStarted, jobSubmitted, jobUnsuccessful } from './job-history.js';
import {
  completedMaps,
  completedReduces,
  jobMachine,
  type JobContext,
  type JobEffect,
  type JobEndState,
} from './job-machine.js';
import { JobProgress } from './job-progress.js';
import type { JobEnvironment, JobScope } from './job-scope.js';
import { Task } from './task/task.js';
import type { TaskAttempt } from './taskattempt/task-attempt.js';

const END_STATES: ReadonlySet<JobStateInternal> = new Set(['SUCCEEDED', 'FAILED', 'KILLED', 'ERROR', 'REBOOT']);
/** Of a failed attempt's own words, this much is repeated in the job's diagnostics. */
const MAX_QUOTED_CHARS = 4096;

export class Job implements JobView, JobScope {
  private snapshot;
  private readonly maps: Task[] = [];
  private readonly reduces: Task[] = [];
  private readonly tasksById = new Map<TaskId, Task>();
  private readonly events = new CompletionEvents();
  private readonly fetchFailures: FetchFailures;
  private readonly advance = new JobProgress();
  private readonly jobCounters: Record<string, number> = {};
  private readonly texts: string[] = [];
  private readonly listeners = new Set<() => void>();
  private recovered: ReadonlyMap<TaskId, RecoveredTask> = new Map();
  private failWait: Timer | undefined;
  private lastState: JobState = 'NEW';
  private uber = false;
  private startedAtMs = 0;
  private commitBeganAtMs = 0;
  private finishedAtMs = 0;
  private finalCounters: CounterGroups | undefined;
  private versionNumber = 0;
  private shownPercent = '';
  private invalid = 0;

  constructor(readonly env: JobEnvironment) {
    const { conf } = env;
    this.snapshot = begin(jobMachine, {
      numReduces: conf.numReduces,
      mapFailuresMaxPercent: conf.map.failuresMaxPercent,
      reduceFailuresMaxPercent: conf.reduce.failuresMaxPercent,
      finishWhenAllReducersDone: conf.finishWhenAllReducersDone,
    });
    this.fetchFailures = new FetchFailures(conf);
  }

  handle(event: JobEvent): void {
    const before = this.snapshot.value;
    const [next, effects] = decide(jobMachine, this.snapshot, event);
    this.snapshot = next;
    if (next.value !== before) this.rememberState(before);
    for (const effect of effects) this.carryOut(effect);
    if (next.value === before) return this.changedIfShown();
    this.env.log.info(`${this.id} Job Transitioned from ${before} to ${next.value} on ${event.type}`);
    this.changed();
  }

  handleTask(event: TaskEvent): void {
    const task = this.tasksById.get(event.taskId);
    if (!task) return this.reportUnknown(event.taskId, event.type);
    task.handle(event);
    this.noteProgress(task);
  }

  handleAttempt(event: TaskAttemptEvent): void {
    const task = this.tasksById.get(taskOf(event.attemptId));
    const attempt = task?.attempts.get(event.attemptId);
    if (!task || !attempt) return this.reportUnknown(event.attemptId, event.type);
    attempt.handle(event);
    this.noteProgress(task);
  }

  get id(): JobId {
    return this.env.jobId;
  }
  get internalState(): JobStateInternal {
    return this.snapshot.value;
  }
  get state(): JobState {
    const state = externalJobState(this.snapshot.value, this.env.isLastAMRetry);
    return this.env.hasSuccessfullyUnregistered || !isTerminal(state) ? state : this.lastState;
  }
  get isFinished(): boolean {
    return END_STATES.has(this.snapshot.value);
  }
  get isUber(): boolean {
    return this.uber;
  }
  get numMaps(): number {
    return this.counts.numMaps;
  }
  get numReduces(): number {
    return this.counts.numReduces;
  }
  get completedMaps(): number {
    return completedMaps(this.counts);
  }
  get completedReduces(): number {
    return completedReduces(this.counts);
  }
  get succeededMaps(): number {
    return this.counts.succeededMaps;
  }
  get succeededReduces(): number {
    return this.counts.succeededReduces;
  }
  get progress(): number {
    return this.advance.total;
  }
  get diagnostics(): readonly string[] {
    return this.texts;
  }
  get version(): number {
    return this.versionNumber;
  }
  /** Events that had no arc, of the job, its tasks and attempts: 0 unless there is a bug. */
  get invalidEvents(): number {
    return this.invalid;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** To be called when `AppContext.hasSuccessfullyUnregistered` has become true: clients may see the end now. */
  unmask(): void {
    this.changed();
  }

  task(taskId: TaskId): Task | undefined {
    return this.tasksById.get(taskId);
  }

  attempt(attemptId: TaskAttemptId): TaskAttempt | undefined {
    return this.tasksById.get(taskOf(attemptId))?.attempts.get(attemptId);
  }

  tasks(type?: TaskType): Iterable<Task> {
    if (type === undefined) return this.tasksById.values();
    return type === 'MAP' ? this.maps : this.reduces;
  }

  report(): JobReport {
    const { conf } = this.env;
    return {
      jobId: this.id,
      jobName: conf.jobName,
      user: conf.user,
      queue: conf.queue,
      state: this.state,
      mapProgress: this.advance.mapFraction,
      reduceProgress: this.advance.reduceFraction,
      setupProgress: this.advance.setupFraction,
      cleanupProgress: this.advance.cleanupFraction,
      submitTimeMs: conf.submitTimeMs,
      startTimeMs: this.startedAtMs,
      finishTimeMs: this.finishedAtMs,
      diagnostics: this.texts.join('\n'),
      isUber: this.uber,
      trackingUrl: conf.trackingUrl,
      historyFile: conf.historyFile,
      mapsTotal: this.numMaps,
      mapsCompleted: this.completedMaps,
      reducesTotal: this.numReduces,
      reducesCompleted: this.completedReduces,
    };
  }

  counters(): CounterGroups {
    return this.finalCounters ?? sumCounters([this.ownCounters(), ...countersOf(this.tasksById.values())]);
  }

  completionEvents(fromEventId: number, maxEvents: number): readonly TaskAttemptCompletionEvent[] {
    return this.events.slice(fromEventId, maxEvents);
  }

  mapCompletionEvents(fromEventId: number, maxEvents: number): readonly TaskAttemptCompletionEvent[] {
    return this.events.mapSlice(fromEventId, maxEvents);
  }

  reportInvalidEvent(what: string, id: string, state: string, event: string): void {
    this.invalid++;
    const diagnostics = `Invalid event ${event} on ${what} ${id} in state ${state}`;
    this.env.log.error(diagnostics);
    this.env.dispatcher.dispatch({ domain: 'job', type: 'JOB_DIAGNOSTIC_UPDATE', diagnostics });
    this.env.dispatcher.dispatch({ domain: 'job', type: 'INTERNAL_ERROR' });
  }

  private get counts(): JobContext {
    return this.snapshot.context;
  }

  private carryOut(effect: JobEffect): void {
    const { dispatcher } = this.env;
    switch (effect.type) {
      case 'WRITE_SUBMITTED':
        return dispatcher.dispatch(jobSubmitted(this.id, this.env.conf));
      case 'MAKE_TASKS':
        return this.makeTasks(effect.splits);
      case 'START':
        return this.start(effect.startTimeMs, effect.recovered);
      case 'SET_UP_JOB':
        return dispatcher.dispatch({ domain: 'committer', type: 'JOB_SETUP' });
      case 'COMMIT_JOB':
        this.commitBeganAtMs = this.env.clock.now();
        return dispatcher.dispatch({ domain: 'committer', type: 'JOB_COMMIT', attempts: this.outputAttempts() });
      case 'ABORT_JOB':
        return dispatcher.dispatch({ domain: 'committer', type: 'JOB_ABORT', finalState: effect.finalState });
      case 'SCHEDULE_TASKS':
        return this.scheduleTasks();
      case 'ANNOUNCE_COMPLETED':
        return dispatcher.dispatch({ domain: 'job', type: 'JOB_COMPLETED' });
      case 'KILL_TASKS':
        return this.killTasks(effect.which === 'ALL' ? this.tasksById.values() : this.maps, effect.diagnostics);
      case 'KILL_TASK': {
        const { taskId, diagnostics } = effect;
        return dispatcher.dispatch({ domain: 'task', type: 'T_KILL', taskId, diagnostics });
      }
      case 'START_FAIL_WAIT':
        this.failWait = this.env.clock.after(this.env.conf.failWaitTimeoutMs, () =>
          dispatcher.dispatch({ domain: 'job', type: 'JOB_FAIL_WAIT_TIMEDOUT' }),
        );
        return;
      case 'END_FAIL_WAIT':
        return this.failWait?.cancel();
      case 'NOTE_TASK_COMPLETED':
        if (effect.state === 'FAILED') this.explainFailedTask(effect.taskId);
        return this.changed();
      case 'ADD_COMPLETION_EVENT':
        this.events.append(effect.event);
        return this.changed();
      case 'ADD_TO_COUNTERS':
        return this.addToCounters(effect.updates);
      case 'COUNT_FETCH_FAILURES':
        return this.countFetchFailures(effect.event);
      case 'RERUN_MAPS':
        for (const { nodeId, state } of effect.nodes) {
          if (!isUnusable(state)) continue;
          for (const attemptId of this.events.succeededMapsOn(nodeId)) this.rerunMap(attemptId, nodeId, state);
        }
        return;
      case 'RERUN_MAP':
        return this.rerunMap(effect.attemptId, effect.nodeId, effect.state);
      case 'ADD_DIAGNOSTICS':
        if (effect.text !== '') this.texts.push(effect.text);
        return this.changed();
      case 'FINISH':
        return this.finish(effect.state);
      case 'INVALID_EVENT':
        return this.reportInvalidEvent('Job', this.id, this.snapshot.value, effect.event);
      default:
        return assertNever(effect, 'job effect');
    }
  }

  private makeTasks(splits: readonly TaskSplit[]): void {
    const { conf, log } = this.env;
    const decision = decideUber(conf, splits.length);
    this.uber = decision.isUber;
    log.info(
      decision.isUber
        ? `${this.id} runs in the AM's own container (uber)`
        : `${this.id} is no uber job: ${decision.reasons.join('; ')}`,
    );
    this.advance.begin(splits.length, conf.numReduces);
    splits.forEach((split, partition) => this.makeTask(this.maps, 'MAP', partition, split));
    for (let partition = 0; partition < conf.numReduces; partition++) {
      this.makeTask(this.reduces, 'REDUCE', partition, undefined);
    }
  }

  private makeTask(kin: Task[], type: TaskType, partition: number, split: TaskSplit | undefined): void {
    const task = new Task({ id: makeTaskId(this.id, type, partition), type, partition, split }, this);
    kin.push(task);
    this.tasksById.set(task.id, task);
  }

  private start(startTimeMs: number | undefined, recovered: ReadonlyMap<TaskId, RecoveredTask> | undefined): void {
    this.startedAtMs = startTimeMs ?? this.env.clock.now();
    this.recovered = recovered ?? this.recovered;
    for (const record of jobStarted(this.id, this.env.conf, this.counts, this.startedAtMs, this.uber)) {
      this.env.dispatcher.dispatch(record);
    }
  }

  /** All maps, then all reduces. Output of maps is brought back only where nobody else will read it: in map-only jobs. */
  private scheduleTasks(): void {
    this.advance.setupDone();
    for (const { id: taskId, type } of this.tasksById.values()) {
      const task = this.recovered.get(taskId);
      this.env.dispatcher.dispatch(
        task
          ? {
              domain: 'task',
              type: 'T_RECOVER',
              taskId,
              task,
              recoverOutput: type === 'REDUCE' || this.numReduces === 0,
            }
          : { domain: 'task', type: 'T_SCHEDULE', taskId },
      );
    }
    this.recovered = new Map();
  }

  private killTasks(tasks: Iterable<Task>, diagnostics: string): void {
    for (const task of tasks) {
      if (task.isFinished) continue;
      this.env.dispatcher.dispatch({ domain: 'task', type: 'T_KILL', taskId: task.id, diagnostics });
    }
  }

  /** Names the task, and repeats what the last of its failed attempts said. */
  private explainFailedTask(taskId: TaskId): void {
    this.texts.push(`Task failed ${taskId}`);
    const attempts = [...(this.tasksById.get(taskId)?.attempts.values() ?? [])];
    const failed = attempts.filter((attempt) => attempt.state === 'FAILED' && attempt.diagnostics.length > 0).at(-1);
    if (failed) this.texts.push(`${failed.id}: ${failed.diagnostics.join('\n').slice(0, MAX_QUOTED_CHARS)}`);
  }

  private addToCounters(updates: readonly CounterUpdate[]): void {
    for (const { name, delta } of updates) this.jobCounters[name] = (this.jobCounters[name] ?? 0) + delta;
  }

  private countFetchFailures(event: {
    readonly reduceId: TaskAttemptId;
    readonly reduceHost: string;
    readonly mapIds: readonly TaskAttemptId[];
  }): void {
    const { reduceId, reduceHost, mapIds } = event;
    for (const attemptId of this.fetchFailures.add(mapIds, this.shufflingReduces())) {
      this.env.log.info(`Too many fetch failures for output of ${attemptId}, last reported by ${reduceId}`);
      this.env.dispatcher.dispatch({
        domain: 'taskattempt',
        type: 'TA_TOO_MANY_FETCH_FAILURE',
        attemptId,
        reduceId,
        reduceHost,
      });
    }
  }

  private shufflingReduces(): number {
    const shuffles = (task: Task): boolean =>
      task.state === 'RUNNING' && [...task.attempts.values()].some((attempt) => attempt.phase === 'SHUFFLE');
    return this.reduces.filter(shuffles).length;
  }

  private rerunMap(attemptId: TaskAttemptId, nodeId: NodeId, state: NodeState): void {
    this.env.dispatcher.dispatch({
      domain: 'taskattempt',
      type: 'TA_KILL',
      attemptId,
      diagnostics: `TaskAttempt killed because it ran on unusable node ${parseNodeId(nodeId).host} (${nodeId}, ${state})`,
      reschedule: true,
    });
  }

  private finish(state: JobEndState): void {
    const { dispatcher } = this.env;
    this.finishedAtMs = this.env.clock.now();
    this.advance.cleanupDone();
    this.finalCounters = this.counters();
    dispatcher.dispatch(
      state === 'SUCCEEDED'
        ? jobFinished(this.id, this.finishedAtMs, this.counts, this.commitBeganAtMs, {
            total: this.finalCounters,
            map: sumCounters(countersOf(this.maps)),
            reduce: sumCounters(countersOf(this.reduces)),
          })
        : jobUnsuccessful(this.id, this.finishedAtMs, this.counts, state, this.texts),
    );
    dispatcher.dispatch({ domain: 'job-finish', type: 'STATE_CHANGED', jobId: this.id });
  }

  /** Of reduces; of maps where there are none. */
  private outputAttempts(): TaskAttemptId[] {
    const tasks = this.numReduces > 0 ? this.reduces : this.maps;
    return tasks.flatMap(({ successfulAttempt }) => successfulAttempt ?? []);
  }

  private ownCounters(): CounterGroups {
    return Object.keys(this.jobCounters).length === 0 ? {} : { [JOB_COUNTER_GROUP]: this.jobCounters };
  }

  private rememberState(before: JobStateInternal): void {
    const state = externalJobState(before, this.env.isLastAMRetry);
    if (!isTerminal(state)) this.lastState = state;
  }

  private reportUnknown(id: string, event: string): void {
    this.env.log.warn(`${event} for ${id}, which this job does not have`);
  }

  private noteProgress(task: Task): void {
    const delta = task.takeProgressDelta();
    if (delta === 0) return;
    this.advance.add(task.type, delta);
    this.changedIfShown();
  }

  /** Whole per cents are what clients show: finer steps wake nobody. */
  private changedIfShown(): void {
    const percent = `${Math.floor(this.advance.mapFraction * 100)} ${Math.floor(this.advance.reduceFraction * 100)}`;
    if (percent === this.shownPercent) return;
    this.shownPercent = percent;
    this.changed();
  }

  private changed(): void {
    this.versionNumber++;
    for (const listener of [...this.listeners]) listener();
  }
}

function isTerminal(state: JobState): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED' || state === 'KILLED' || state === 'ERROR';
}

function countersOf(tasks: Iterable<Task>): CounterGroups[] {
  return Array.from(tasks, (task) => task.counters);
}
