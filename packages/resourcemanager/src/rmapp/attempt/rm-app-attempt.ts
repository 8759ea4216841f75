/**
 * RMAppAttempt: carries out what its machine decides, and keeps finished containers until the AM has acknowledged them. Hadoop:
 * resourcemanager/rmapp/attempt/RMAppAttemptImpl.java. Stores first, then acts: effects that tell anyone come after the commit, by an event
 * from the store. Emits to its application, the scheduler's room, the launcher and nodes.
 */
import {
  ANY,
  begin,
  decide,
  parseNodeId,
  type ApplicationAttemptId,
  type ApplicationAttemptReport,
  type Container,
  type ContainerId,
  type ContainerStatus,
  type NodeId,
  type Resource,
  type ResourceRequest,
  type YarnApplicationAttemptState,
} from '@bobbin/common';
import type { SnapshotFrom } from 'xstate';
import type { AttemptStateData } from '../../recovery/rm-state-store.js';
import type { RMAppDeps } from '../rm-app-deps.js';
import type { RMAppEvent } from '../rm-app-machine.js';
import type { RMApp } from '../rm-app.js';
import { countsAsFailure, speaksAgainstHost } from './failure-counting.js';
import {
  rmAppAttemptMachine,
  type AttemptOutcome,
  type RMAppAttemptContext,
  type RMAppAttemptEffect,
  type RMAppAttemptEvent,
  type RMAppAttemptState,
} from './rm-app-attempt-machine.js';

const KEY_BYTES = 32;
const AM_PRIORITY = 0;

interface FinishedContainer {
  readonly nodeId: NodeId;
  readonly status: ContainerStatus;
}

export class RMAppAttempt {
  readonly clientToAMKey: Uint8Array;
  readonly startTimeMs: number;
  private finishTimeMs: number;
  private memoryMbMs: number;
  private vcoreMs: number;
  /** What clients are told while FINAL_SAVING. */
  private shownState: RMAppAttemptState = 'NEW';
  private justFinished: FinishedContainer[] = [];
  /** While it waits for its container. */
  private avoidedHosts: readonly string[] = [];
  private sentToAM: FinishedContainer[] = [];
  private snapshot: SnapshotFrom<typeof rmAppAttemptMachine>;

  constructor(
    readonly attemptId: ApplicationAttemptId,
    readonly app: RMApp,
    private readonly deps: RMAppDeps,
    /** Of an earlier life of the ResourceManager. */
    stored?: AttemptStateData,
  ) {
    this.clientToAMKey = stored?.clientToAMKey ?? deps.random.bytes(KEY_BYTES);
    this.startTimeMs = stored?.startTimeMs ?? deps.clock.now();
    this.finishTimeMs = stored?.finishTimeMs ?? 0;
    this.memoryMbMs = (stored?.memorySeconds ?? 0) * 1000;
    this.vcoreMs = (stored?.vcoreSeconds ?? 0) * 1000;
    this.snapshot = begin(rmAppAttemptMachine, { attemptId, unmanaged: app.context.unmanagedAM });
  }

  get state(): RMAppAttemptState {
    return this.snapshot.value;
  }

  get facts(): RMAppAttemptContext {
    return this.snapshot.context;
  }

  get masterContainer(): Container | undefined {
    return this.facts.masterContainer;
  }

  /** Whether the next container it gets is its AM's. */
  get waitsForContainer(): boolean {
    return this.state === 'SCHEDULED';
  }

  /** FINISHED, FAILED or KILLED. */
  get isFinal(): boolean {
    return this.state === 'FINISHED' || this.state === 'FAILED' || this.state === 'KILLED';
  }

  /** Its AM has said its last word, or is not to be heard any more. */
  get isEnding(): boolean {
    return this.isFinal || this.state === 'FINAL_SAVING' || this.state === 'FINISHING';
  }

  get memorySeconds(): number {
    return Math.floor(this.memoryMbMs / 1000);
  }

  get vcoreSeconds(): number {
    return Math.floor(this.vcoreMs / 1000);
  }

  handle(event: RMAppAttemptEvent): void {
    const before = this.state;
    const [next, effects] = decide(rmAppAttemptMachine, this.snapshot, this.prepare(event));
    this.snapshot = next;
    if (next.value !== before) {
      if (next.value !== 'FINAL_SAVING') this.shownState = next.value;
      this.deps.log.info(`${this.attemptId} State change from ${before} to ${next.value} on event = ${event.type}`);
    }
    for (const effect of effects) this.carryOut(effect, before);
    if (next.value !== before || event.type === 'STATUS_UPDATE') this.deps.changed(this.app);
  }

  /** Books a container that ended against this attempt. */
  charge(resource: Resource, lastedMs: number): void {
    this.memoryMbMs += resource.memoryMb * Math.max(0, lastedMs);
    this.vcoreMs += resource.vcores * Math.max(0, lastedMs);
  }

  /** Finished containers the AM has not been told of. */
  get hasFinishedContainers(): boolean {
    return this.justFinished.length > 0;
  }

  /** Finished containers for the AM's next answer. Asking again means that it has the ones before: their nodes may forget them. */
  pullFinishedContainers(): ContainerStatus[] {
    this.acknowledge(this.sentToAM.splice(0));
    this.sentToAM = this.justFinished.splice(0);
    return this.sentToAM.map(({ status }) => status);
  }

  /** Takes over what the AM before has not been told, or may have been told and not have taken in. */
  inheritFinished(from: RMAppAttempt): void {
    this.justFinished.push(...from.sentToAM.splice(0), ...from.justFinished.splice(0));
  }

  keepFinished(nodeId: NodeId, status: ContainerStatus): void {
    this.justFinished.push({ nodeId, status });
    this.deps.amRegistry.wake(this.attemptId);
  }

  report(): ApplicationAttemptReport {
    const { host, rpcPort, trackingUrl, diagnostics, masterContainer } = this.facts;
    return {
      applicationAttemptId: this.attemptId,
      host,
      rpcPort,
      trackingUrl,
      diagnostics,
      state: shownAs(this.shownState),
      startTimeMs: this.startTimeMs,
      finishTimeMs: this.finishTimeMs,
      ...(masterContainer && { amContainerId: masterContainer.id }),
    };
  }

  /** The AM's container is taken into its hands before the machine hears of it; diagnostics are cut to what is kept. */
  private prepare(event: RMAppAttemptEvent): RMAppAttemptEvent {
    if (event.type === 'CONTAINER_ALLOCATED') {
      if (!this.waitsForContainer) return event;
      const [given] = this.deps.schedulerService.pull(this.attemptId);
      // What the AM itself avoids is its own matter.
      if (this.avoidedHosts.length > 0) this.demand([], [], this.avoidedHosts);
      return given ? { type: 'CONTAINER_ALLOCATED', container: given.toRecord() } : { type: 'CONTAINER_ALLOCATED' };
    }
    if (!('diagnostics' in event) || event.diagnostics.length <= this.deps.diagnosticsLimit) return event;
    return { ...event, diagnostics: event.diagnostics.slice(-this.deps.diagnosticsLimit) };
  }

  private carryOut(effect: RMAppAttemptEffect, before: RMAppAttemptState): void {
    const { attemptId } = this;
    const { dispatcher, amLiveliness, amFinishing, log } = this.deps;
    switch (effect.type) {
      case 'REGISTER_WITH_AM_SERVICE':
        return this.deps.amRegistry.registerAttempt(attemptId);
      case 'ADD_TO_SCHEDULER': {
        const previous = effect.keepContainers && !effect.recovering ? this.app.attemptBefore(attemptId) : undefined;
        return dispatcher.dispatch({
          domain: 'scheduler',
          type: 'ATTEMPT_ADDED',
          attemptId,
          waitsForAM: !effect.recovering,
          recovering: effect.recovering,
          ...(effect.recovering && this.masterContainer && { runningAM: this.masterContainer.resource }),
          ...(previous && { keepContainersOf: previous.attemptId }),
        });
      }
      case 'ASK_FOR_AM_CONTAINER':
        return this.askForContainer();
      case 'SAVE_ATTEMPT':
        this.save(undefined);
        return this.deps.store.afterCommit(() =>
          dispatcher.dispatch({ domain: 'rmattempt', type: 'ATTEMPT_NEW_SAVED', attemptId }),
        );
      case 'SAVE_TRACKING_URL':
        return this.save(undefined);
      case 'SAVE_FINAL':
        this.finishTimeMs = this.deps.clock.now();
        this.save(effect.outcome);
        return this.deps.store.afterCommit(() =>
          dispatcher.dispatch({ domain: 'rmattempt', type: 'ATTEMPT_UPDATE_SAVED', attemptId }),
        );
      case 'LAUNCH_AM':
        return dispatcher.dispatch({ domain: 'amlauncher', type: 'LAUNCH', attemptId });
      case 'WATCH_AM':
        return amLiveliness.register(attemptId);
      case 'WATCH_FINISHING':
        amLiveliness.unregister(attemptId);
        return amFinishing.register(attemptId);
      case 'TELL_LAUNCHED':
        return this.tellApp({ type: 'ATTEMPT_LAUNCHED', atMs: this.deps.clock.now() });
      case 'TELL_REGISTERED':
        return this.tellApp({ type: 'ATTEMPT_REGISTERED' });
      case 'TELL_UNREGISTERED':
        return this.tellApp({ type: 'ATTEMPT_UNREGISTERED', ...lastWords(effect.outcome) });
      case 'KEEP_FINISHED':
        return (this.app.currentAttempt ?? this).keepFinished(effect.nodeId, effect.status);
      case 'ACK_AM_CONTAINER':
        return this.acknowledge([effect]);
      case 'FINISH':
        return this.finish(effect.outcome, effect.recovered);
      case 'INVALID_EVENT':
        log.error(`Can't handle this event at current state`, { attemptId, state: before, event: effect.event });
    }
  }

  /** One container of the size submitted, where it was wanted. All its asks get the size of the one for `*`. */
  private askForContainer(): void {
    const { resource, amContainerResourceRequests: given } = this.app.context;
    const base: ResourceRequest = {
      priority: AM_PRIORITY,
      resourceName: ANY,
      capability: given.find((ask) => ask.resourceName === ANY)?.capability ?? resource,
      numContainers: 1,
      relaxLocality: true,
      executionType: 'GUARANTEED',
      allocationRequestId: -1,
    };
    const asks = given.map(({ resourceName, relaxLocality }) => ({ ...base, resourceName, relaxLocality }));
    this.avoidedHosts = this.app.hostsToAvoid();
    this.demand(asks.length > 0 ? asks : [base], this.avoidedHosts, []);
  }

  private demand(
    asks: readonly ResourceRequest[],
    blacklistAdditions: readonly string[],
    blacklistRemovals: readonly string[],
  ): void {
    const demand = { asks, releases: [], blacklistAdditions, blacklistRemovals };
    this.deps.schedulerService.allocate(this.attemptId, demand, false);
  }

  private save(outcome: AttemptOutcome | undefined): void {
    const { masterContainer, trackingUrl, finalStatus, diagnostics, exitStatus } = this.facts;
    const attempt: AttemptStateData = {
      attemptId: this.attemptId,
      ...(masterContainer && { masterContainer }),
      clientToAMKey: this.clientToAMKey,
      startTimeMs: this.startTimeMs,
      ...(outcome && { state: outcome.state }),
      finalStatus: outcome?.finalStatus ?? finalStatus,
      trackingUrl: outcome?.trackingUrl ?? trackingUrl,
      diagnostics: outcome?.diagnostics ?? diagnostics,
      exitStatus: outcome?.exitStatus ?? exitStatus,
      finishTimeMs: this.finishTimeMs,
      memorySeconds: this.memorySeconds,
      vcoreSeconds: this.vcoreSeconds,
    };
    this.deps.store.apply({ type: 'PUT_ATTEMPT', attempt });
  }

  private finish(outcome: AttemptOutcome, recovered: boolean): void {
    const { attemptId, app } = this;
    // An end that was stored is news only where the application has not drawn its conclusion yet.
    if (recovered && (app.currentAttempt !== this || app.isFinal)) return;
    this.deps.amLiveliness.unregister(attemptId);
    this.deps.amFinishing.unregister(attemptId);
    this.deps.amRegistry.unregisterAttempt(attemptId);
    const atMs = this.finishTimeMs;
    const counts = countsAsFailure(outcome.exitStatus);
    const keepContainers = outcome.state === 'FAILED' && app.keepsContainersAfter(counts, atMs);
    if (outcome.state === 'FAILED') {
      const master = this.masterContainer;
      if (master && speaksAgainstHost(outcome.exitStatus)) app.amFailedOn(parseNodeId(master.nodeId).host);
      this.tellApp({ type: 'ATTEMPT_FAILED', diagnostics: outcome.diagnostics, counts, atMs, keepContainers });
    } else if (outcome.state === 'KILLED') {
      this.tellApp({ type: 'ATTEMPT_KILLED', diagnostics: outcome.diagnostics });
    } else {
      this.tellApp({ type: 'ATTEMPT_FINISHED', ...lastWords(outcome) });
    }
    if (recovered) return;
    const { dispatcher, registry } = this.deps;
    dispatcher.dispatch({ domain: 'scheduler', type: 'ATTEMPT_REMOVED', attemptId, keepContainers });
    if (!keepContainers) this.acknowledge(this.sentToAM.splice(0));
    const master = this.masterContainer;
    if (master && registry.containers.has(master.id)) {
      dispatcher.dispatch({ domain: 'amlauncher', type: 'CLEANUP', attemptId });
    }
  }

  private tellApp(event: RMAppEvent): void {
    this.app.tell(event);
  }

  private acknowledge(finished: readonly FinishedContainer[]): void {
    const byNode = new Map<NodeId, ContainerId[]>();
    for (const { nodeId, status } of finished) {
      byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), status.containerId]);
    }
    for (const [nodeId, containers] of byNode) {
      if (!this.deps.registry.nodes.has(nodeId)) continue;
      this.deps.dispatcher.dispatch({ domain: 'rmnode', type: 'FINISHED_CONTAINERS_PULLED_BY_AM', nodeId, containers });
    }
  }
}

/** `seen` is the last state that was not FINAL_SAVING. A state that only saves is shown as the one before it. */
function shownAs(seen: RMAppAttemptState): YarnApplicationAttemptState {
  return seen === 'LAUNCHED_UNMANAGED_SAVING' || seen === 'FINAL_SAVING' ? 'SUBMITTED' : seen;
}

function lastWords({ finalStatus, diagnostics }: AttemptOutcome): Pick<AttemptOutcome, 'finalStatus' | 'diagnostics'> {
  return { finalStatus, diagnostics };
}
