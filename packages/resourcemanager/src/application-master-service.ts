/**
 * ApplicationMasterService: what AMs call. Hadoop: resourcemanager/ApplicationMasterService.java, DefaultAMSProcessor.java. Response ids
 * as YARN has them; a call may be held until there is something to tell (docs/architecture.md, "No tick in the way"): a held call has told
 * nothing yet, and a newer one with the same id takes its place. All calls are taken up at once and answered at the end of a turn of the
 * dispatcher, after the store's commit, so that what was just asked may be in the answer.
 */
import {
  AccessControlError,
  ApplicationAttemptNotFoundError,
  ApplicationMasterNotRegisteredError,
  applicationOf,
  BadRequestError,
  InvalidApplicationMasterRequestError,
  isUnusable,
  type AllocateRequest,
  type AllocateResponse,
  type ApplicationAttemptId,
  type ApplicationMasterProtocol,
  type Caller,
  type Clock,
  type Container,
  type ContainerId,
  type EventSink,
  type Handlers,
  type LivelinessMonitor,
  type Logger,
  type NMToken,
  type NodeId,
  type NodeReport,
  type RegisterApplicationMasterResponse,
  type Timer,
  type UpdateContainerError,
} from '@bobbin/common';
import { refuseUpdate } from './container-updates.js';
import { CallSupersededError } from './errors.js';
import type { RMEvent } from './events.js';
import type { AppWatchers } from './rmapp/app-watchers.js';
import type { RMAppAttempt } from './rmapp/attempt/rm-app-attempt.js';
import type { RMApp } from './rmapp/rm-app.js';
import type { RMContainer } from './rmcontainer/rm-container.js';
import { nodeReport } from './rmnode/node-report.js';
import type { RMRegistry } from './rm-registry.js';
import { checkBlacklist, checkResourceRequest } from './scheduler/resource-limits.js';
import type { SchedulerService } from './scheduler/scheduler-service.js';
import type { RMSecurity } from './security/rm-security.js';

export interface ApplicationMasterServiceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dispatcher: EventSink<RMEvent>;
  readonly registry: RMRegistry;
  readonly schedulerService: SchedulerService;
  readonly security: RMSecurity;
  readonly amLiveliness: LivelinessMonitor<ApplicationAttemptId>;
  readonly amFinishing: LivelinessMonitor<ApplicationAttemptId>;
  readonly watchers: AppWatchers;
  /** No call is held longer: an AM whose call is held must not expire. */
  readonly maxHoldMs: number;
}

/** A call that has not been answered. */
interface Hold {
  readonly callerKeyId: number;
  readonly resolve: (response: AllocateResponse) => void;
  readonly reject: (error: Error) => void;
  /** Answered at the end of this turn, news or not. */
  due: boolean;
  timer?: Timer;
}

interface Entry {
  readonly attemptId: ApplicationAttemptId;
  /** -1 until it has registered. */
  responseId: number;
  lastResponse: AllocateResponse | undefined;
  hold: Hold | undefined;
  progress: number;
  unregistering: boolean;
  /** Since it registered. */
  hasAllocated: boolean;
  /** Nodes it has a token for. */
  readonly tokenNodes: Set<NodeId>;
  /** Changes of containers that it asked for, and has not been told of yet. */
  readonly refusedUpdates: Map<ContainerId, UpdateContainerError>;
}

const FINISH_HOLD_MS = 1000;
const MAX_ID = 0x7fffffff;

export class ApplicationMasterService implements Handlers<ApplicationMasterProtocol> {
  private readonly entries = new Map<ApplicationAttemptId, Entry>();
  /** Attempts with a held call and perhaps news for it. */
  private readonly touched = new Set<ApplicationAttemptId>();

  constructor(private readonly deps: ApplicationMasterServiceDeps) {}

  registerAttempt(attemptId: ApplicationAttemptId): void {
    this.entries.set(attemptId, {
      attemptId,
      responseId: -1,
      lastResponse: undefined,
      hold: undefined,
      progress: 0,
      unregistering: false,
      hasAllocated: false,
      tokenNodes: new Set(),
      refusedUpdates: new Map(),
    });
  }

  /** A call it has open fails: its AM must exit. */
  unregisterAttempt(attemptId: ApplicationAttemptId): void {
    const entry = this.entries.get(attemptId);
    this.entries.delete(attemptId);
    this.touched.delete(attemptId);
    if (entry) this.endHold(entry)?.reject(new ApplicationAttemptNotFoundError(attemptId));
  }

  /** There is news for this AM: a held call is answered at the end of the turn. */
  wake(attemptId: ApplicationAttemptId): void {
    this.touched.add(attemptId);
  }

  /** A node that registers again has forgotten its keys; AMs need new tokens for it. */
  forgetNodeTokens(nodeId: NodeId): void {
    for (const { tokenNodes } of this.entries.values()) tokenNodes.delete(nodeId);
  }

  /** The key of NM tokens has changed. */
  forgetAllNodeTokens(): void {
    for (const { tokenNodes } of this.entries.values()) tokenNodes.clear();
  }

  /** At the end of each turn, after the commit: answers calls that are due or have news. */
  flush(): void {
    for (const attemptId of this.touched) {
      const entry = this.entries.get(attemptId);
      if (entry?.hold && (entry.hold.due || this.hasNews(entry))) this.answer(entry);
    }
    this.touched.clear();
  }

  handle(event: Extract<RMEvent, { domain: 'amservice' }>): void {
    this.touched.add(event.attemptId);
  }

  /** Answers every held call with what there is. */
  stop(): void {
    for (const entry of this.entries.values()) if (entry.hold) this.answer(entry);
  }

  registerApplicationMaster(
    request: { host: string; rpcPort: number; trackingUrl: string },
    caller: Caller,
  ): RegisterApplicationMasterResponse {
    const { entry, attempt } = this.entryOf(caller);
    const { rpcPort } = request;
    if (!Number.isInteger(rpcPort) || rpcPort < -1 || rpcPort > 65535) {
      throw new BadRequestError(`rpc_port ${rpcPort} of ${entry.attemptId} is no port; -1 means none`);
    }
    this.deps.amLiveliness.ping(entry.attemptId);
    const { attemptId } = entry;
    if (entry.responseId < 0) {
      entry.responseId = 0;
      this.deps.dispatcher.dispatch({ domain: 'rmattempt', type: 'REGISTERED', attemptId, ...request });
      if (attempt.app.attemptBefore(attemptId)) this.repeatUnusableNodes(attempt.app);
    } else if (entry.hasAllocated) {
      throw new InvalidApplicationMasterRequestError(
        `Application Master is already registered : ${applicationOf(entry.attemptId)}; ` +
          `go on with allocate and response id ${entry.responseId}`,
      );
    }
    // Who has not allocated yet has not heard the answer to its registration, and hears it now, tokens and all.
    entry.tokenNodes.clear();
    const { context, queue } = attempt.app;
    const kept = context.keepContainersAcrossApplicationAttempts ? this.keptContainers(attempt) : [];
    return {
      maximumResourceCapability: this.deps.schedulerService.scheduler.maximumAllocation(),
      clientToAMTokenMasterKey: attempt.clientToAMKey,
      applicationAcls: context.amContainerSpec.applicationAcls,
      containersFromPreviousAttempts: kept,
      nmTokensFromPreviousAttempts: this.newNodeTokens(entry, attempt, kept),
      queue,
    };
  }

  async allocate(request: AllocateRequest, caller: Caller): Promise<AllocateResponse> {
    // 1. Who calls, and is it its turn?
    const { entry, attempt } = this.entryOf(caller);
    const { attemptId } = entry;
    this.deps.amLiveliness.ping(attemptId);
    if (entry.responseId < 0) throw new ApplicationMasterNotRegisteredError(attemptId, 'allocate');
    if (entry.lastResponse && nextId(request.responseId) === entry.responseId) return entry.lastResponse;
    if (request.responseId !== entry.responseId) {
      throw new InvalidApplicationMasterRequestError(
        `Invalid responseId in AllocateRequest from application attempt: ${attemptId}, ` +
          `expect responseId to be ${entry.responseId}, but get ${request.responseId}; send the id of the last answer`,
      );
    }
    entry.hasAllocated = true;
    // 2. A newer call with the same id takes the place of one that is held.
    this.endHold(entry)?.reject(new CallSupersededError(`allocate ${request.responseId} of ${attemptId}`));
    // 3. What it reports and what it wants; all is checked before any of it is taken up.
    if (!attempt.isEnding) this.takeUp(request, entry, attempt);
    // 4. The answer comes at the end of this turn, or when there is news.
    const keyId = caller.kind === 'attempt' ? caller.keyId : 0;
    return new Promise((resolve, reject) => {
      const waitMs = Math.min(request.waitMs ?? 0, this.deps.maxHoldMs);
      const hold: Hold = { callerKeyId: keyId, resolve, reject, due: !(waitMs > 0) };
      entry.hold = hold;
      if (!hold.due) {
        hold.timer = this.deps.clock.after(waitMs, () => {
          if (entry.hold === hold) this.answer(entry);
        });
      }
      this.deps.dispatcher.dispatch({ domain: 'amservice', type: 'CALLED', attemptId });
    });
  }

  async finishApplicationMaster(
    request: Parameters<ApplicationMasterProtocol['finishApplicationMaster']>[0],
    caller: Caller,
  ): Promise<{ isUnregistered: boolean }> {
    const attemptId = attemptOf(caller);
    const app = this.deps.registry.apps.get(applicationOf(attemptId));
    if (app?.isFinalStored && app.currentAttempt?.attemptId === attemptId) return { isUnregistered: true };
    const { entry, attempt } = this.entryOf(caller);
    this.deps.amLiveliness.ping(attemptId);
    this.deps.amFinishing.ping(attemptId);
    if (entry.responseId < 0) throw new ApplicationMasterNotRegisteredError(attemptId, 'finishApplicationMaster');
    if (!entry.unregistering) {
      entry.unregistering = true;
      const { finalApplicationStatus: finalStatus, diagnostics, trackingUrl } = request;
      this.deps.dispatcher.dispatch({
        domain: 'rmattempt',
        type: 'UNREGISTERED',
        attemptId,
        finalStatus,
        diagnostics,
        trackingUrl,
      });
    }
    await this.deps.watchers.until(attempt.app, (a) => a.isFinalStored, FINISH_HOLD_MS);
    // Given up while it waited: how the application ends is another attempt's to say.
    if (attempt.app.currentAttempt !== attempt) throw new ApplicationAttemptNotFoundError(attemptId);
    return { isUnregistered: attempt.app.isFinalStored };
  }

  private entryOf(caller: Caller): { entry: Entry; attempt: RMAppAttempt } {
    const attemptId = attemptOf(caller);
    const entry = this.entries.get(attemptId);
    const attempt = this.deps.registry.attempt(attemptId);
    if (!entry || !attempt) throw new ApplicationAttemptNotFoundError(attemptId);
    return { entry, attempt };
  }

  private takeUp(request: AllocateRequest, entry: Entry, attempt: RMAppAttempt): void {
    const { attemptId } = entry;
    const { schedulerService, dispatcher } = this.deps;
    const maximum = schedulerService.scheduler.maximumAllocation();
    for (const ask of request.ask) checkResourceRequest(ask, maximum);
    checkBlacklist(request.blacklistAdditions);
    const mayReleaseOthers = attempt.app.context.keepContainersAcrossApplicationAttempts;
    schedulerService.allocate(
      attemptId,
      {
        asks: request.ask,
        releases: request.release,
        blacklistAdditions: request.blacklistAdditions,
        blacklistRemovals: request.blacklistRemovals,
      },
      mayReleaseOthers,
    );
    for (const update of request.updateRequests ?? []) {
      const refusal = refuseUpdate(update, attemptId, (id) => this.deps.registry.containers.get(id));
      entry.refusedUpdates.set(update.containerId, refusal);
    }
    const progress = between0And1(request.progress);
    const { trackingUrl } = request;
    if (progress === entry.progress && trackingUrl === undefined) return;
    entry.progress = progress;
    const changed = trackingUrl === undefined ? { progress } : { progress, trackingUrl };
    dispatcher.dispatch({ domain: 'rmattempt', type: 'STATUS_UPDATE', attemptId, ...changed });
  }

  private hasNews({ attemptId, hold, refusedUpdates }: Entry): boolean {
    const attempt = this.deps.registry.attempt(attemptId);
    if (!attempt || attempt.isEnding) return true;
    return (
      this.deps.schedulerService.hasAllocated(attemptId) ||
      attempt.hasFinishedContainers ||
      refusedUpdates.size > 0 ||
      attempt.app.hasNodeUpdates ||
      (hold !== undefined && hold.callerKeyId !== this.deps.security.amRm.keys.newest.keyId)
    );
  }

  /** The next id, and everything since the last answer; kept for a call that comes twice. */
  private answer(entry: Entry): void {
    const hold = this.endHold(entry);
    const attempt = this.deps.registry.attempt(entry.attemptId);
    if (!hold) return;
    if (!attempt) {
      hold.reject(new ApplicationAttemptNotFoundError(entry.attemptId));
      return;
    }
    const { attemptId } = entry;
    const { schedulerService, security, registry } = this.deps;
    this.deps.amLiveliness.ping(attemptId);
    const given = attempt.isEnding ? [] : schedulerService.pull(attemptId);
    const allocatedContainers = given.map((container) => this.withToken(container, attempt));
    const amRmToken = security.amRm.renewedToken(attemptId, hold.callerKeyId);
    const updateErrors = [...entry.refusedUpdates.values()];
    entry.refusedUpdates.clear();
    entry.responseId = nextId(entry.responseId);
    entry.lastResponse = {
      responseId: entry.responseId,
      allocatedContainers,
      completedContainersStatuses: attempt.pullFinishedContainers(),
      availableResources: schedulerService.scheduler.headroom(attemptId),
      updatedNodes: this.nodeUpdates(attempt),
      numClusterNodes: registry.nodes.size,
      nmTokens: this.newNodeTokens(entry, attempt, allocatedContainers),
      ...(amRmToken && { amRmToken }),
      ...(updateErrors.length > 0 && { updateErrors }),
      preemptedContainers: [],
    };
    hold.resolve(entry.lastResponse);
  }

  private endHold(entry: Entry): Hold | undefined {
    const { hold } = entry;
    hold?.timer?.cancel();
    entry.hold = undefined;
    return hold;
  }

  private withToken(container: RMContainer, attempt: RMAppAttempt): Container {
    return container.toRecord(this.deps.security.containerToken(container.toRecord(), attempt.app.user, false));
  }

  private newNodeTokens(entry: Entry, attempt: RMAppAttempt, containers: readonly Container[]): NMToken[] {
    const nodes = new Set(containers.map(({ nodeId }) => nodeId).filter((nodeId) => !entry.tokenNodes.has(nodeId)));
    return [...nodes].map((nodeId) => {
      entry.tokenNodes.add(nodeId);
      return this.deps.security.nmToken(entry.attemptId, nodeId, attempt.app.user);
    });
  }

  private keptContainers(attempt: RMAppAttempt): Container[] {
    const { registry, schedulerService } = this.deps;
    const kept: Container[] = [];
    for (const id of schedulerService.scheduler.containersOf(attempt.attemptId)) {
      const container = registry.containers.get(id);
      // That of an AM that expired may run until its node has stopped it.
      if (container && !container.isAM) kept.push(this.withToken(container, attempt));
    }
    return kept;
  }

  /** An earlier attempt may have been told, and have died before it acted on it; the next one needs to know whose output is lost. */
  private repeatUnusableNodes(app: RMApp): void {
    const { nodes, inactiveNodes } = this.deps.registry;
    for (const { nodeId, state } of [...nodes.values(), ...inactiveNodes.values()]) {
      if (isUnusable(state)) app.tell({ type: 'NODE_UPDATE', nodeId, update: 'NODE_UNUSABLE' });
    }
  }

  private nodeUpdates({ app }: RMAppAttempt): NodeReport[] {
    const { registry, schedulerService } = this.deps;
    const reports: NodeReport[] = [];
    for (const nodeId of app.pullNodeUpdates().keys()) {
      const node = registry.nodes.get(nodeId) ?? registry.inactiveNodes.get(nodeId);
      if (node) reports.push(nodeReport(node, schedulerService.scheduler));
    }
    return reports;
  }
}

function attemptOf(caller: Caller): ApplicationAttemptId {
  if (caller.kind !== 'attempt') throw new AccessControlError('this call is for AppMasters, with their AMRM token');
  return caller.applicationAttemptId;
}

function nextId(id: number): number {
  return (id + 1) & MAX_ID;
}

/** As YARN: what is no number, or below, is 0; what is above is 1. */
function between0And1(progress: number): number {
  return progress >= 0 ? Math.min(progress, 1) : 0;
}
