/**
 * RMApp: carries out what its machine decides, and knows its attempts. Hadoop: resourcemanager/rmapp/RMAppImpl.java. Stores first, then
 * acts. What clients see is `report`: while something waits, its diagnostics say why, and whether it is never or not yet.
 */
import {
  applicationAttemptId,
  begin,
  decide,
  formatResource,
  NO_RESOURCE,
  type ApplicationAttemptId,
  type ApplicationId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
  type FinalApplicationStatus,
  type NodeId,
  type Token,
  type YarnApplicationState,
} from '@bobbin/common';
import type { SnapshotFrom } from 'xstate';
import type { AttemptStateData, StoredApplication } from '../recovery/rm-state-store.js';
import { countsAsFailure } from './attempt/failure-counting.js';
import { RMAppAttempt } from './attempt/rm-app-attempt.js';
import {
  attemptsLeftAfter,
  rmAppMachine,
  type NodeUpdateType,
  type RMAppEffect,
  type RMAppEvent,
  type RMAppFinalState,
  type RMAppState,
} from './rm-app-machine.js';
import type { RMAppDeps } from './rm-app-deps.js';

export interface RMAppInfo {
  readonly context: ApplicationSubmissionContext;
  readonly user: string;
  readonly submitTimeMs: number;
  /** Already bounded by the cluster's maximum. */
  readonly maxAttempts: number;
}

export class RMApp {
  readonly applicationId: ApplicationId;
  readonly user: string;
  readonly queue: string;
  readonly attempts = new Map<ApplicationAttemptId, RMAppAttempt>();
  currentAttempt: RMAppAttempt | undefined;
  readonly startTimeMs: number;
  launchTimeMs = 0;
  finishTimeMs = 0;
  private submission: ApplicationSubmissionContext;
  private finalStored = false;
  private reported: YarnApplicationState = 'NEW';
  private readonly ranNodes = new Set<NodeId>();
  private readonly nodeUpdates = new Map<NodeId, NodeUpdateType>();
  /** Hosts where an AM of this application has failed. */
  private readonly amFailedHosts = new Set<string>();
  private readonly stored: readonly AttemptStateData[];
  private snapshot: SnapshotFrom<typeof rmAppMachine>;

  constructor(
    private readonly info: RMAppInfo,
    private readonly deps: RMAppDeps,
    /** Of an earlier life of the ResourceManager. */
    stored?: StoredApplication,
  ) {
    const { context, user, maxAttempts } = info;
    this.submission = context;
    this.applicationId = context.applicationId;
    this.user = user;
    this.queue = context.queue;
    this.startTimeMs = stored?.startTimeMs ?? deps.clock.now();
    this.launchTimeMs = stored?.launchTimeMs ?? 0;
    this.finishTimeMs = stored?.finishTimeMs ?? 0;
    this.finalStored = stored?.state !== undefined;
    this.stored = stored?.attempts ?? [];
    this.snapshot = begin(rmAppMachine, {
      applicationId: context.applicationId,
      maxAttempts,
      validityIntervalMs: context.attemptFailuresValidityIntervalMs,
      unmanaged: context.unmanagedAM,
      failuresAtMs: failuresBeforeLast(this.stored),
    });
  }

  get context(): ApplicationSubmissionContext {
    return this.submission;
  }

  get state(): RMAppState {
    return this.snapshot.value;
  }

  /** As clients see it: of KILLING and FINAL_SAVING they see the state before. */
  get clientState(): YarnApplicationState {
    return this.reported;
  }

  get submitTimeMs(): number {
    return this.info.submitTimeMs;
  }

  get diagnostics(): string {
    return this.snapshot.context.diagnostics;
  }

  get isFinal(): boolean {
    return this.state === 'FINISHED' || this.state === 'FAILED' || this.state === 'KILLED';
  }

  /** Its end is on disk: an AM that unregisters is told so, and a kill is complete. */
  get isFinalStored(): boolean {
    return this.isFinal || this.state === 'FINISHING';
  }

  /** Accepted by the store: from here on a submission is acknowledged. */
  get isStored(): boolean {
    return this.state !== 'NEW' && this.state !== 'NEW_SAVING';
  }

  get finalStatus(): FinalApplicationStatus {
    if (this.state === 'FAILED' || this.state === 'KILLED') return this.state;
    return this.isFinalStored ? (this.currentAttempt?.facts.finalStatus ?? 'UNDEFINED') : 'UNDEFINED';
  }

  handle(event: RMAppEvent): void {
    const before = this.state;
    const [next, effects] = decide(rmAppMachine, this.snapshot, event);
    this.snapshot = next;
    if (next.value !== before) {
      this.reported = shownAs(next.value, this.reported);
      this.deps.log.info(`${this.applicationId} State change from ${before} to ${next.value} on event = ${event.type}`);
    }
    for (const effect of effects) this.carryOut(effect, before);
    if (next.value !== before) this.deps.changed(this);
  }

  /** Puts an event into the queue. */
  tell(event: RMAppEvent): void {
    this.deps.dispatcher.dispatch({ domain: 'rmapp', applicationId: this.applicationId, ...event });
  }

  attemptBefore(attemptId: ApplicationAttemptId): RMAppAttempt | undefined {
    const all = [...this.attempts.values()];
    return all[all.findIndex((attempt) => attempt.attemptId === attemptId) - 1];
  }

  /** Whether a failed attempt leaves its containers to the next one. */
  keepsContainersAfter(counts: boolean, atMs: number): boolean {
    if (!this.submission.keepContainersAcrossApplicationAttempts) return false;
    const failure = { type: 'ATTEMPT_FAILED', diagnostics: '', counts, atMs, keepContainers: true } as const;
    return attemptsLeftAfter(this.snapshot.context, failure);
  }

  amFailedOn(host: string): void {
    this.amFailedHosts.add(host);
  }

  /** Hosts the next AM is kept from; none where they have become too many to do without. */
  hostsToAvoid(): readonly string[] {
    const { amBlacklistThreshold, registry } = this.deps;
    return this.amFailedHosts.size < amBlacklistThreshold * registry.nodes.size ? [...this.amFailedHosts] : [];
  }

  /** The attempt that a container of `owner` belongs to now; undefined where nobody wants it. */
  ownerOfContainersOf(owner: ApplicationAttemptId): ApplicationAttemptId | undefined {
    const current = this.currentAttempt;
    if (this.isFinal || !current || current.isFinal) return undefined;
    if (owner === current.attemptId) return owner;
    return this.submission.keepContainersAcrossApplicationAttempts ? current.attemptId : undefined;
  }

  get hasNodeUpdates(): boolean {
    return this.nodeUpdates.size > 0;
  }

  /** Nodes that have become usable or unusable since the last call. */
  pullNodeUpdates(): ReadonlyMap<NodeId, NodeUpdateType> {
    const updates = new Map(this.nodeUpdates);
    this.nodeUpdates.clear();
    return updates;
  }

  /** `clientToAMToken` where the asker may call the AM. */
  report(clientToAMToken?: Token): ApplicationReport {
    const { context, currentAttempt: attempt } = this;
    const facts = attempt?.facts;
    const usage = attempt && this.deps.schedulerService.scheduler.usage(attempt.attemptId);
    const waiting = this.whyItWaits();
    return {
      applicationId: this.applicationId,
      ...(attempt && { currentApplicationAttemptId: attempt.attemptId }),
      user: this.user,
      queue: this.queue,
      name: context.applicationName,
      applicationType: context.applicationType,
      applicationTags: context.applicationTags,
      priority: context.priority,
      host: facts?.host ?? 'N/A',
      rpcPort: facts?.rpcPort ?? -1,
      ...(clientToAMToken && { clientToAMToken }),
      state: this.reported,
      finalApplicationStatus: this.finalStatus,
      trackingUrl: facts?.trackingUrl ?? '',
      originalTrackingUrl: facts?.trackingUrl ?? '',
      diagnostics: waiting ?? this.diagnostics,
      submitTimeMs: this.submitTimeMs,
      startTimeMs: this.startTimeMs,
      launchTimeMs: this.launchTimeMs,
      finishTimeMs: this.finishTimeMs,
      progress: this.isFinalStored && this.finalStatus === 'SUCCEEDED' ? 1 : (facts?.progress ?? 0),
      usage: {
        numUsedContainers: usage?.containers ?? 0,
        numReservedContainers: 0,
        usedResources: usage?.used ?? NO_RESOURCE,
        neededResources: usage?.pending ?? NO_RESOURCE,
        memorySeconds: this.sum((a) => a.memorySeconds),
        vcoreSeconds: this.sum((a) => a.vcoreSeconds),
      },
      unmanaged: context.unmanagedAM,
    };
  }

  /** A sentence for each thing it waits for; undefined where nothing waits. */
  whyItWaits(): string | undefined {
    if (this.isFinalStored || !this.currentAttempt) return undefined;
    const { scheduler, isOpen } = this.deps.schedulerService;
    const { attemptId, waitsForContainer } = this.currentAttempt;
    if (waitsForContainer && !isOpen)
      return 'Waiting, not yet: the ResourceManager has restarted, its nodes are reporting';
    const sentences = scheduler.explain(attemptId).map(({ verdict, resource, count, reason }) => {
      const what = waitsForContainer ? 'the AppMaster' : `${count} x ${formatResource(resource)}`;
      return `Waiting for ${what}, ${verdict === 'NEVER' ? 'never to be had' : 'not yet'}: ${reason}`;
    });
    return sentences.length > 0 ? sentences.join('; ') : undefined;
  }

  private carryOut(effect: RMAppEffect, before: RMAppState): void {
    const { applicationId } = this;
    const { dispatcher, store, registry, log } = this.deps;
    switch (effect.type) {
      case 'SAVE_APP':
        this.save();
        return store.afterCommit(() => this.tell({ type: 'APP_NEW_SAVED' }));
      case 'SAVE_LAUNCH_TIME':
        this.launchTimeMs = effect.atMs;
        return this.save();
      case 'SAVE_FINAL':
        this.saveEnd(effect.state);
        return store.afterCommit(() => this.tell({ type: 'APP_UPDATE_SAVED' }));
      case 'ADD_TO_SCHEDULER':
        return dispatcher.dispatch({ domain: 'scheduler', type: 'APP_ADDED', applicationId });
      case 'START_ATTEMPT':
        return this.startAttempt(effect.keepContainers);
      case 'RECOVER_ATTEMPTS':
        // Before its attempts, all of which may be over: the next one then takes the place of this application.
        if (!this.isFinal) dispatcher.dispatch({ domain: 'scheduler', type: 'APP_RECOVERED', applicationId });
        for (const attempt of this.stored) this.recoverAttempt(attempt);
        return;
      case 'KILL_ATTEMPT': {
        const attemptId = this.currentAttempt?.attemptId;
        if (attemptId === undefined) throw new Error(`${applicationId} is ${before} without an attempt`);
        return dispatcher.dispatch({ domain: 'rmattempt', type: 'KILL', attemptId, diagnostics: effect.diagnostics });
      }
      case 'REMEMBER_NODE':
        this.ranNodes.add(effect.nodeId);
        return;
      case 'CLEAN_UP_NODE':
        return this.cleanUpNode(effect.nodeId);
      case 'QUEUE_NODE_UPDATE':
        this.nodeUpdates.set(effect.nodeId, effect.update);
        if (this.currentAttempt) this.deps.amRegistry.wake(this.currentAttempt.attemptId);
        return;
      case 'FINISH':
        if (!this.finalStored) this.saveEnd(effect.state);
        for (const nodeId of this.ranNodes) if (registry.nodes.has(nodeId)) this.cleanUpNode(nodeId);
        this.ranNodes.clear();
        this.forgetLaunchSpec();
        dispatcher.dispatch({ domain: 'scheduler', type: 'APP_REMOVED', applicationId });
        return dispatcher.dispatch({ domain: 'appmanager', type: 'APP_COMPLETED', applicationId, state: effect.state });
      case 'INVALID_EVENT':
        log.error(`Can't handle this event at current state`, { applicationId, state: before, event: effect.event });
    }
  }

  private startAttempt(keepContainers: boolean): void {
    const previous = this.currentAttempt;
    const attemptId = applicationAttemptId(this.applicationId, this.attempts.size + 1);
    const attempt = new RMAppAttempt(attemptId, this, this.deps);
    this.attempts.set(attemptId, attempt);
    this.currentAttempt = attempt;
    if (previous && keepContainers) attempt.inheritFinished(previous);
    this.deps.dispatcher.dispatch({ domain: 'rmattempt', type: 'START', attemptId, keepContainers });
  }

  private recoverAttempt(stored: AttemptStateData): void {
    const { attemptId, masterContainer, finalStatus, diagnostics, trackingUrl, exitStatus } = stored;
    const attempt = new RMAppAttempt(attemptId, this, this.deps, stored);
    this.attempts.set(attemptId, attempt);
    this.currentAttempt = attempt;
    const finalState = stored.state ?? (this.isFinal ? (this.state as RMAppFinalState) : undefined);
    this.deps.dispatcher.dispatch({
      domain: 'rmattempt',
      type: 'RECOVER',
      attemptId,
      ...(finalState && { finalState }),
      ...(masterContainer && { masterContainer }),
      finalStatus,
      diagnostics,
      trackingUrl,
      exitStatus,
    });
  }

  private cleanUpNode(nodeId: NodeId): void {
    if (!this.deps.registry.nodes.has(nodeId)) return;
    this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'CLEANUP_APP', nodeId, app: this.applicationId });
  }

  private saveEnd(state: RMAppFinalState): void {
    this.finishTimeMs = this.deps.clock.now();
    this.finalStored = true;
    this.save(state);
  }

  private save(state?: RMAppFinalState): void {
    this.deps.store.apply({
      type: 'PUT_APPLICATION',
      application: {
        context: this.submission,
        user: this.user,
        submitTimeMs: this.submitTimeMs,
        startTimeMs: this.startTimeMs,
        launchTimeMs: this.launchTimeMs,
        ...(state && { state }),
        diagnostics: this.diagnostics,
        finishTimeMs: this.finishTimeMs,
      },
    });
  }

  /** The launch context may be large and hold secrets; nobody needs it after the end. */
  private forgetLaunchSpec(): void {
    const { applicationAcls } = this.submission.amContainerSpec;
    const amContainerSpec = { localResources: {}, serviceData: {}, environment: {}, commands: [], applicationAcls };
    this.submission = { ...this.submission, amContainerSpec };
  }

  private sum(of: (attempt: RMAppAttempt) => number): number {
    let total = 0;
    for (const attempt of this.attempts.values()) total += of(attempt);
    return total;
  }
}

function shownAs(state: RMAppState, before: YarnApplicationState): YarnApplicationState {
  if (state === 'KILLING' || state === 'FINAL_SAVING') return before;
  return state === 'FINISHING' ? 'FINISHED' : state;
}

/** The last attempt's end is heard as an event of its own. */
function failuresBeforeLast(attempts: readonly AttemptStateData[]): number[] {
  return attempts
    .slice(0, -1)
    .filter((attempt) => attempt.state === 'FAILED' && countsAsFailure(attempt.exitStatus))
    .map((attempt) => attempt.finishTimeMs);
}
