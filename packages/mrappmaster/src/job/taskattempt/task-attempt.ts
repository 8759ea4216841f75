/**
 * TaskAttempt: one try at a task; carries out what its machine decides. Hadoop: v2.app.job.impl.TaskAttemptImpl.
 * Owns where and when the attempt ran and its last status. Emits to allocator, launcher, committer, speculator, history,
 * its task and the job; calls the umbilical and the finishing monitor. Handled by Job on the dispatcher's turn only.
 */
import {
  assertNever,
  begin,
  decide,
  parseNodeId,
  parseTaskAttemptId,
  type AttemptTimes,
  type Avataar,
  type Container,
  type ContainerId,
  type CounterGroups,
  type Locality,
  type NodeId,
  type Phase,
  type ProgressSplits,
  type TaskAttemptId,
  type TaskAttemptReport,
  type TaskAttemptState,
  type TaskId,
  type TaskType,
} from '@bobbin/common';
import type { RecoveredAttempt, RemoteTask, TaskAttemptView, TaskConf, TaskSplit } from '../../app-context.js';
import type { CounterUpdate, JobHistoryEvent, TaskAttemptEvent } from '../../events.js';
import type { TaskStatus } from '../../task-status.js';
import { externalAttemptState, type TaskAttemptStateInternal } from '../external-states.js';
import type { JobEnvironment, JobScope } from '../job-scope.js';
import {
  attemptAdopted,
  attemptFinished,
  attemptStarted,
  attemptUnsuccessful,
  httpPort,
  type AttemptFacts,
  type Placement,
} from './attempt-history.js';
import { taskAttemptMachine, type TaskAttemptEffect } from './task-attempt-machine.js';
import { ProgressSplitsBlock } from './progress-splits.js';
import { placeCounters, recoveredCounters, type RecoveredPlace } from './recovered-counters.js';
import { countOf, timeCounters } from './time-counters.js';

/** What an attempt is born with. */
export interface TaskAttemptSpec {
  readonly id: TaskAttemptId;
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly partition: number;
  /** Maps only. */
  readonly split: TaskSplit | undefined;
  readonly avataar: Avataar;
}

const NO_COUNTERS: CounterGroups = {};
const TASK_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.TaskCounter';

export class TaskAttempt implements TaskAttemptView {
  private snapshot;
  private placement: Placement | undefined;
  private status: TaskStatus | undefined;
  /** Only while it runs: history has them then. */
  private splits: ProgressSplitsBlock | undefined;
  private recoveredSplits: ProgressSplits | undefined;
  private readonly texts: string[] = [];
  private shufflePortNumber = -1;
  private awaited = false;
  private times: AttemptTimes = {};
  private launchedAtMs = 0;
  private finishedAtMs = 0;

  constructor(
    private readonly spec: TaskAttemptSpec,
    private readonly job: JobScope,
  ) {
    const rerunnable = spec.taskType === 'MAP' && job.numReduces > 0;
    this.snapshot = begin(taskAttemptMachine, { rerunnable });
  }

  get id(): TaskAttemptId {
    return this.spec.id;
  }
  get taskId(): TaskId {
    return this.spec.taskId;
  }
  get avataar(): Avataar {
    return this.spec.avataar;
  }
  get internalState(): TaskAttemptStateInternal {
    return this.snapshot.value;
  }
  get state(): TaskAttemptState {
    return externalAttemptState(this.snapshot.value);
  }
  get isFinished(): boolean {
    return this.state === 'SUCCEEDED' || this.state === 'FAILED' || this.state === 'KILLED';
  }
  get progress(): number {
    if (this.state === 'SUCCEEDED') return 1;
    return this.status?.progress ?? 0;
  }
  get phase(): Phase {
    return this.status?.phase ?? 'STARTING';
  }
  get containerId(): ContainerId | undefined {
    return this.placement?.containerId;
  }
  get nodeId(): NodeId | undefined {
    return this.placement?.nodeId;
  }
  get nodeHttpAddress(): string | undefined {
    return this.placement?.nodeHttpAddress;
  }
  get launchTimeMs(): number {
    return this.launchedAtMs;
  }
  get finishTimeMs(): number {
    return this.finishedAtMs;
  }
  get diagnostics(): readonly string[] {
    return this.texts;
  }
  get counters(): CounterGroups {
    return this.status?.counters ?? NO_COUNTERS;
  }

  /** Where reducers fetch this map's output; empty where no shuffle server holds it (a task in the AM's container). */
  get mapOutputServerAddress(): string {
    if (!this.placement || this.shufflePortNumber < 0) return '';
    return `http://${parseNodeId(this.placement.nodeId).host}:${this.shufflePortNumber}`;
  }

  /** From launch to end; 0 while either is missing. */
  get runTimeMs(): number {
    return this.launchedAtMs > 0 && this.finishedAtMs > 0 ? this.finishedAtMs - this.launchedAtMs : 0;
  }

  handle(event: TaskAttemptEvent): void {
    const before = this.snapshot.value;
    const [next, effects] = decide(taskAttemptMachine, this.snapshot, event);
    this.snapshot = next;
    for (const effect of effects) this.carryOut(effect, event);
    if (next.value !== before) {
      this.env.log.debug(`${this.id} TaskAttempt Transitioned from ${before} to ${next.value} on ${event.type}`);
    }
  }

  report(): TaskAttemptReport {
    const node = this.placement ? parseNodeId(this.placement.nodeId) : { host: '', port: -1 };
    return {
      taskAttemptId: this.id,
      state: this.state,
      progress: this.progress,
      phase: this.phase,
      startTimeMs: this.launchedAtMs,
      finishTimeMs: this.finishedAtMs,
      shuffleFinishTimeMs: this.status?.shuffleFinishTimeMs ?? 0,
      sortFinishTimeMs: this.status?.sortFinishTimeMs ?? 0,
      diagnostics: this.texts.join('\n'),
      stateString: this.status?.stateString ?? '',
      nodeManagerHost: node.host,
      nodeManagerPort: node.port,
      nodeManagerHttpPort: this.placement ? httpPort(this.placement) : -1,
      ...(this.placement ? { containerId: this.placement.containerId } : {}),
      counters: this.counters,
    };
  }

  private get env(): JobEnvironment {
    return this.job.env;
  }

  private get conf(): TaskConf {
    return this.spec.taskType === 'MAP' ? this.env.conf.map : this.env.conf.reduce;
  }

  private carryOut(effect: TaskAttemptEffect, event: TaskAttemptEvent): void {
    const { id: attemptId, taskId } = this;
    const { dispatcher, umbilical, finishingMonitor } = this.env;
    switch (effect.type) {
      case 'REQUEST_CONTAINER':
        return this.requestContainer(effect.anywhere);
      case 'WITHDRAW_REQUEST':
        dispatcher.dispatch({ domain: 'speculator', type: 'TASK_CONTAINER_NEED_UPDATE', taskId, delta: -1 });
        return dispatcher.dispatch({ domain: 'container-allocator', type: 'CONTAINER_DEALLOCATE', attemptId });
      case 'LAUNCH_CONTAINER':
        return this.launchContainer(effect.container);
      case 'DEALLOCATE_CONTAINER':
        return dispatcher.dispatch({ domain: 'container-allocator', type: 'CONTAINER_DEALLOCATE', attemptId });
      case 'ANNOUNCE_LAUNCH':
        return this.announceLaunch(effect.shufflePort);
      case 'ANNOUNCE_ADOPTION':
        return dispatcher.dispatch(attemptAdopted(attemptId, taskId, this.spec.taskType, this.env.clock.now()));
      case 'TAKE_STATUS':
        return event.type === 'TA_UPDATE' ? this.take(event.slot.take()) : undefined;
      case 'ASK_COMMIT':
        this.note({ commitTimeMs: this.env.clock.now() });
        return dispatcher.dispatch({ domain: 'task', type: 'T_ATTEMPT_COMMIT_PENDING', taskId, attemptId });
      case 'ADD_DIAGNOSTICS':
        this.addDiagnostics(effect.text);
        return;
      case 'STOP_LISTENING':
        if (this.placement) umbilical.unregister(attemptId, this.placement.containerId, this.state);
        return;
      case 'AWAIT_EXIT':
        return finishingMonitor.register(attemptId);
      case 'STOP_AWAITING_EXIT':
        return finishingMonitor.unregister(attemptId);
      case 'CLEAN_CONTAINER':
        return this.cleanContainer(effect.dumpThreads);
      case 'RETURN_CONTAINER':
        if (!this.placement) return;
        return dispatcher.dispatch({
          domain: 'container-launcher',
          type: 'CONTAINER_COMPLETED',
          attemptId,
          containerId: this.placement.containerId,
          nodeId: this.placement.nodeId,
        });
      case 'ABORT_TASK':
        return dispatcher.dispatch({ domain: 'committer', type: 'TASK_ABORT', attemptId });
      case 'ANNOUNCE_SUCCESS':
        return this.announceSuccess();
      case 'ANNOUNCE_FAILURE':
        this.end('FAILED', effect.afterSuccess);
        return dispatcher.dispatch({
          domain: 'task',
          type: 'T_ATTEMPT_FAILED',
          taskId,
          attemptId,
          fastFail: effect.fastFail,
        });
      case 'ANNOUNCE_KILL':
        this.end('KILLED', effect.afterSuccess);
        return dispatcher.dispatch({
          domain: 'task',
          type: 'T_ATTEMPT_KILLED',
          taskId,
          attemptId,
          reschedule: effect.reschedule,
        });
      case 'RECOVER':
        this.recover(effect.attempt, effect.outcome);
        return this.countRecovered(effect.outcome, isAfterFailure(event));
      case 'ADOPT':
        this.adopt(effect.attempt);
        return this.addCounters(placeCounters(this.recoveredPlace(isAfterFailure(event))));
      case 'INVALID_EVENT':
        return this.job.reportInvalidEvent('TaskAttempt', attemptId, this.snapshot.value, effect.event);
      default:
        return assertNever(effect, 'task attempt effect');
    }
  }

  private requestContainer(anywhere: boolean): void {
    const hosts = anywhere ? [] : (this.spec.split?.hosts ?? []);
    if (!this.isFirst) this.note({ askTimeMs: this.env.clock.now() });
    this.env.dispatcher.dispatch({
      domain: 'speculator',
      type: 'TASK_CONTAINER_NEED_UPDATE',
      taskId: this.taskId,
      delta: 1,
    });
    this.env.dispatcher.dispatch({
      domain: 'container-allocator',
      type: 'CONTAINER_REQ',
      attemptId: this.id,
      capability: this.conf.resource,
      hosts,
      racks: [...new Set(hosts.map((host) => this.env.rackOf(host)))],
      earlierAttemptFailed: anywhere,
    });
  }

  private launchContainer(container: Container): void {
    this.note({ grantTimeMs: this.env.clock.now() });
    const { host } = parseNodeId(container.nodeId);
    const rackName = this.env.rackOf(host);
    this.placement = {
      containerId: container.id,
      nodeId: container.nodeId,
      nodeHttpAddress: container.nodeHttpAddress,
      rackName,
      locality: this.localityOf(host, rackName),
    };
    const task = this.remoteTask();
    this.env.umbilical.registerPendingTask(container.id, task);
    this.env.dispatcher.dispatch({
      domain: 'container-launcher',
      type: 'CONTAINER_REMOTE_LAUNCH',
      attemptId: this.id,
      container,
      task,
    });
    this.env.dispatcher.dispatch({
      domain: 'speculator',
      type: 'TASK_CONTAINER_NEED_UPDATE',
      taskId: this.taskId,
      delta: -1,
    });
  }

  private localityOf(host: string, rackName: string): Locality {
    const hosts = this.spec.split?.hosts ?? [];
    if (hosts.includes(host)) return 'NODE_LOCAL';
    return hosts.some((dataHost) => this.env.rackOf(dataHost) === rackName) ? 'RACK_LOCAL' : 'OFF_SWITCH';
  }

  private remoteTask(): RemoteTask {
    const base = {
      jobId: this.job.id,
      attemptId: this.id,
      partition: this.spec.partition,
      numMaps: this.job.numMaps,
      numReduces: this.job.numReduces,
      amAttempt: this.env.attemptNumber,
    };
    return this.spec.split ? { type: 'MAP', ...base, split: this.spec.split } : { type: 'REDUCE', ...base };
  }

  private announceLaunch(shufflePort: number): void {
    const { dispatcher, umbilical } = this.env;
    this.shufflePortNumber = shufflePort;
    if (this.placement) umbilical.registerLaunchedTask(this.id, this.placement.containerId);
    this.writeStarted(this.env.clock.now());
    dispatcher.dispatch({ domain: 'speculator', type: 'ATTEMPT_START', attemptId: this.id, atMs: this.launchedAtMs });
    dispatcher.dispatch({ domain: 'task', type: 'T_ATTEMPT_LAUNCHED', taskId: this.taskId, attemptId: this.id });
  }

  private take(status: TaskStatus | undefined): void {
    if (!status) return;
    const { diagnosticInfo, failedFetchTasks, counters, ...rest } = status;
    const kept = counters ?? this.status?.counters;
    this.status = { ...rest, ...(kept ? { counters: kept } : {}) };
    this.noteTimes(rest);
    this.addDiagnostics(diagnosticInfo ?? '');
    this.extendSplits();
    this.tellSpeculator();
    if (failedFetchTasks && failedFetchTasks.length > 0) {
      this.env.dispatcher.dispatch({
        domain: 'job',
        type: 'JOB_TASK_ATTEMPT_FETCH_FAILURE',
        reduceId: this.id,
        reduceHost: this.placement ? parseNodeId(this.placement.nodeId).host : '',
        mapIds: failedFetchTasks,
      });
    }
  }

  /** Of its task, under this AM. */
  private get isFirst(): boolean {
    return parseTaskAttemptId(this.id).attempt % 1000 === 0;
  }

  private note(times: AttemptTimes): void {
    this.times = { ...this.times, ...times };
  }

  /** A process that is older than the grant has run other attempts: its start is none of this one's. */
  private noteTimes({ processStartTimeMs = 0, startTimeMs = 0, loadTimeMs = 0 }: TaskStatus): void {
    const { grantTimeMs = Infinity } = this.times;
    if (processStartTimeMs >= grantTimeMs) this.note({ processStartTimeMs });
    if (startTimeMs > 0) this.note({ takeTimeMs: startTimeMs });
    if (loadTimeMs > 0) this.note({ loadTimeMs });
  }

  private extendSplits(): void {
    const counters = this.counters[TASK_COUNTER_GROUP] ?? {};
    this.splits ??= new ProgressSplitsBlock();
    this.splits.extend(this.progress, {
      wallClockMs: this.env.clock.now() - this.launchedAtMs,
      cpuMs: counters['CPU_MILLISECONDS'] ?? 0,
      virtualKb: (counters['VIRTUAL_MEMORY_BYTES'] ?? 0) / 1024,
      physicalKb: (counters['PHYSICAL_MEMORY_BYTES'] ?? 0) / 1024,
    });
  }

  private tellSpeculator(): void {
    this.env.dispatcher.dispatch({
      domain: 'speculator',
      type: 'ATTEMPT_STATUS_UPDATE',
      attemptId: this.id,
      state: this.state,
      progress: this.progress,
      atMs: this.env.clock.now(),
    });
  }

  private cleanContainer(dumpThreads: boolean): void {
    if (!this.placement) return;
    this.env.dispatcher.dispatch({
      domain: 'container-launcher',
      type: 'CONTAINER_REMOTE_CLEANUP',
      attemptId: this.id,
      containerId: this.placement.containerId,
      nodeId: this.placement.nodeId,
      dumpThreads,
    });
  }

  private announceSuccess(): void {
    this.finishedAtMs = this.env.clock.now();
    this.addTimeCounters([]);
    if (this.splits) this.extendSplits();
    this.write(attemptFinished);
    this.splits = undefined;
    this.env.dispatcher.dispatch({
      domain: 'task',
      type: 'T_ATTEMPT_SUCCEEDED',
      taskId: this.taskId,
      attemptId: this.id,
    });
    this.tellSpeculator();
  }

  /** Counters and history of an end that is no success. An attempt that never had a container leaves neither. */
  private end(outcome: 'FAILED' | 'KILLED', afterSuccess: boolean): void {
    if (!afterSuccess) this.finishedAtMs = this.env.clock.now();
    if (!this.placement) return;
    if (this.launchedAtMs === 0) this.writeStarted(this.finishedAtMs);
    const count = countOf(outcome === 'FAILED' ? 'NUM_FAILED' : 'NUM_KILLED', this.spec.taskType);
    if (afterSuccess) this.addCounters([count]);
    else this.addTimeCounters([count]);
    this.write((facts) => attemptUnsuccessful(facts, outcome));
    this.splits = undefined;
  }

  private addTimeCounters(more: readonly CounterUpdate[]): void {
    this.addCounters([
      ...more,
      ...timeCounters({
        taskType: this.spec.taskType,
        resource: this.conf.resource,
        durationMs: this.runTimeMs,
        minimumAllocationMb: this.env.conf.minimumAllocationMb,
      }),
    ]);
  }

  /** A job that ended has written its counters: nothing is added to it any more. */
  private addCounters(updates: readonly CounterUpdate[]): void {
    if (!this.job.isFinished) this.env.dispatcher.dispatch({ domain: 'job', type: 'JOB_COUNTER_UPDATE', updates });
  }

  private addDiagnostics(text: string): void {
    if (text !== '') this.texts.push(text);
  }

  private place(attempt: RecoveredAttempt): void {
    this.times = attempt.times ?? {};
    this.recoveredSplits = attempt.splits;
    const { containerId, nodeId, nodeHttpAddress, rackName, shufflePort } = attempt;
    const locality = this.localityOf(parseNodeId(nodeId).host, rackName);
    this.placement = { containerId, nodeId, nodeHttpAddress, rackName, locality };
    this.shufflePortNumber = shufflePort;
  }

  /** Allocator, launcher and umbilical take it as if this AM had launched it; whether its child lives is for them to find out. */
  private adopt(attempt: RecoveredAttempt): void {
    const { dispatcher, umbilical } = this.env;
    const { id: attemptId } = this;
    this.place(attempt);
    this.awaited = true;
    this.writeStarted(attempt.startTimeMs);
    const { containerId: id, nodeId, nodeHttpAddress, shufflePort } = attempt;
    const capability = this.conf.resource;
    const container: Container = {
      ...{ id, nodeId, nodeHttpAddress, resource: capability, priority: 0, version: 0 },
      ...{ executionType: 'GUARANTEED', allocationRequestId: -1 },
    };
    dispatcher.dispatch({ domain: 'container-allocator', type: 'CONTAINER_ADOPTED', attemptId, container, capability });
    dispatcher.dispatch({ domain: 'container-launcher', type: 'CONTAINER_ADOPTED', attemptId, container, shufflePort });
    umbilical.adopt(attemptId, id, this.remoteTask());
    dispatcher.dispatch({ domain: 'speculator', type: 'ATTEMPT_START', attemptId, atMs: this.launchedAtMs });
  }

  private recover(attempt: RecoveredAttempt, outcome: 'SUCCEEDED' | 'FAILED' | 'KILLED'): void {
    this.place(attempt);
    this.status = {
      attemptId: this.id,
      progress: outcome === 'SUCCEEDED' ? 1 : 0,
      phase: 'CLEANUP',
      stateString: attempt.stateString ?? '',
      counters: attempt.counters,
      mapFinishTimeMs: attempt.mapFinishTimeMs ?? attempt.finishTimeMs,
      shuffleFinishTimeMs: attempt.shuffleFinishTimeMs,
      sortFinishTimeMs: attempt.sortFinishTimeMs,
    };
    this.addDiagnostics(attempt.diagnostics);
    this.writeStarted(attempt.startTimeMs);
    this.finishedAtMs = attempt.finishTimeMs > 0 ? attempt.finishTimeMs : this.env.clock.now();
    if (outcome === 'SUCCEEDED') return this.write(attemptFinished);
    if (outcome === 'KILLED' && attempt.diagnostics === '') this.addDiagnostics('Killed during application recovery');
    this.write((facts) => attemptUnsuccessful(facts, outcome));
  }

  private countRecovered(outcome: 'SUCCEEDED' | 'FAILED' | 'KILLED', afterFailure: boolean): void {
    const { resource } = this.conf;
    const { minimumAllocationMb } = this.env.conf;
    const held = { resource, minimumAllocationMb, durationMs: this.runTimeMs };
    this.addCounters(recoveredCounters({ outcome, ...this.recoveredPlace(afterFailure), ...held }));
  }

  private recoveredPlace(afterFailure: boolean): RecoveredPlace {
    const locality = this.placement?.locality ?? 'OFF_SWITCH';
    return { taskType: this.spec.taskType, isUber: this.shufflePortNumber < 0, locality, afterFailure };
  }

  private writeStarted(atMs: number): void {
    this.launchedAtMs = atMs;
    this.addCounters([countOf('TOTAL_LAUNCHED', this.spec.taskType)]);
    this.write(attemptStarted);
  }

  private write(record: (facts: AttemptFacts) => JobHistoryEvent): void {
    if (!this.placement) return;
    const { taskType, avataar } = this.spec;
    this.env.dispatcher.dispatch(
      record({
        attemptId: this.id,
        taskId: this.taskId,
        taskType,
        avataar,
        awaited: this.awaited,
        placement: this.placement,
        shufflePort: this.shufflePortNumber,
        launchTimeMs: this.launchedAtMs,
        finishTimeMs: this.finishedAtMs,
        status: this.status,
        diagnostics: this.texts,
        splits: this.splits?.splits() ?? this.recoveredSplits,
        times: this.times,
      }),
    );
  }
}

const isAfterFailure = (event: TaskAttemptEvent): boolean => event.type === 'TA_RECOVER' && event.afterFailure === true;
