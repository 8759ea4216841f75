/**
 * RMContainerAllocator: the service around the allocator's decisions. Hadoop: mapreduce.v2.app.rm.RMContainerAllocator.
 * Takes the attempts' requests from the dispatcher and the RM's answers from AMRMConversation, feeds both to ContainerAllocator
 * and turns its decisions into events: diagnostics before what they belong to, in the order decided. All requests of one
 * dispatcher turn go to the RM in one call (`endTurn`).
 */
import type { AllocateNews, AllocationSource, AMShutdownError } from '@bobbin/client';
import {
  parseContainerId,
  type AllocateResponse,
  type ApplicationAttemptId,
  type Clock,
  type ContainerId,
  type EventSink,
  type NMToken,
  type RegisterApplicationMasterResponse,
  type Token,
  type YarnError,
} from '@bobbin/common';
import type { AppLog, JobView, TaskAttemptRegistry } from '../app-context.js';
import type { ContainerAllocatorEvent, MRAppEvent } from '../events.js';
import { ContainerAllocator, type AllocatorDecision, type ContainerAllocatorSettings } from './container-allocator.js';

/** Takes the tokens that come with the RM's answers. */
export interface TokenSink {
  /** For the nodes of containers given or to come. */
  nmTokens(tokens: readonly NMToken[]): void;
  /** The AMRM key rolled: use this one from now on. */
  amRmToken(token: Token): void;
}

export interface RMContainerAllocatorDeps {
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly clock: Clock;
  readonly log: AppLog;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly job: () => JobView;
  readonly registry: Pick<TaskAttemptRegistry, 'dismiss'>;
  readonly tokens: TokenSink;
  /** What the composition does with a registration: keys, queue, ACLs. */
  readonly onRegistered: (response: RegisterApplicationMasterResponse) => void;
  /** Containers of earlier attempts that the job is going to claim by CONTAINER_ADOPTED. */
  readonly awaited: ReadonlySet<ContainerId>;
  /** Told whenever there may be urgent news for the RM. */
  readonly poke: () => void;
  /** Told of each container that is gone, before its attempt is. */
  readonly onContainerEnded: (containerId: ContainerId) => void;
}

export class RMContainerAllocator implements AllocationSource {
  private readonly allocator: ContainerAllocator;
  private dirty = false;

  constructor(
    private readonly deps: RMContainerAllocatorDeps,
    settings: ContainerAllocatorSettings,
  ) {
    this.allocator = new ContainerAllocator(
      settings,
      () => deps.job(),
      (id) => deps.job().attempt(id)?.progress ?? 0,
      deps.awaited,
    );
  }

  /** Handler of the `container-allocator` domain. */
  handle(event: ContainerAllocatorEvent): void {
    const now = this.deps.clock.now();
    switch (event.type) {
      case 'CONTAINER_REQ':
        this.allocator.request(event, now);
        break;
      case 'CONTAINER_DEALLOCATE':
        this.allocator.deallocate(event.attemptId);
        break;
      case 'CONTAINER_ADOPTED':
        this.allocator.adopt(event.attemptId, event.container, event.capability);
        break;
      case 'CONTAINER_FAILED':
        this.allocator.attemptFailed(event.attemptId, event.nodeId);
        break;
      case 'CONTAINER_AVAILABLE':
        // The end of that attempt may be what reduces waited for.
        this.allocator.recalculate(now);
        this.allocator.available(event.containerId, event.attemptId, now);
        break;
    }
    this.dirty = true;
  }

  /** Turn hook of the dispatcher: weighs what the turn brought and lets the RM know. */
  endTurn(): void {
    if (!this.dirty) return;
    this.dirty = false;
    this.allocator.recalculate(this.deps.clock.now());
    this.act();
    this.deps.poke();
  }

  /** The rack of a host, as far as the RM has told. */
  rackOf(host: string): string {
    return this.allocator.rackOf(host);
  }

  takeNews(): AllocateNews {
    return this.allocator.requestor.takeNews();
  }

  untake(news: AllocateNews): void {
    this.allocator.requestor.untake(news);
  }

  hasUrgentNews(): boolean {
    return this.allocator.requestor.hasUrgentNews();
  }

  resync(): void {
    this.allocator.requestor.resync();
  }

  progress(): number {
    return this.deps.job().progress;
  }

  registered(response: RegisterApplicationMasterResponse): void {
    this.allocator.setMaximum(response.maximumResourceCapability);
    this.deps.tokens.nmTokens(response.nmTokensFromPreviousAttempts);
    this.allocator.kept(leftovers(response, this.deps.applicationAttemptId));
    this.deps.onRegistered(response);
  }

  answered(response: AllocateResponse): void {
    this.deps.tokens.nmTokens(response.nmTokens);
    if (response.amRmToken) this.deps.tokens.amRmToken(response.amRmToken);
    for (const { containerId } of response.completedContainersStatuses) this.deps.onContainerEnded(containerId);
    this.allocator.answered(response, this.deps.clock.now());
    this.act();
  }

  refused(error: YarnError): void {
    this.killJob(`The ResourceManager refused the request for containers: ${error.message}`);
  }

  lost({ message: reason }: AMShutdownError): void {
    this.deps.log.error(reason);
    this.deps.dispatcher.dispatch({ domain: 'job', type: 'JOB_DIAGNOSTIC_UPDATE', diagnostics: reason });
    this.deps.dispatcher.dispatch({ domain: 'job', type: 'JOB_AM_REBOOT' });
  }

  private act(): void {
    for (const decision of this.allocator.takeDecisions()) this.carryOut(decision);
  }

  private carryOut(decision: AllocatorDecision): void {
    const { dispatcher, log } = this.deps;
    switch (decision.type) {
      case 'ASSIGN': {
        const { attemptId, container, locality } = decision;
        log.info(`Assigned container ${container.id} to ${attemptId}${decision.reused ? ' (reused)' : ''}`);
        if (locality) {
          dispatcher.dispatch({ domain: 'job', type: 'JOB_COUNTER_UPDATE', updates: [{ name: locality, delta: 1 }] });
        }
        dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_ASSIGNED', attemptId, container });
        return;
      }
      case 'COMPLETE_ATTEMPT': {
        const { attemptId, diagnostics } = decision;
        if (diagnostics !== '') {
          dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics });
        }
        dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_CONTAINER_COMPLETED', attemptId });
        return;
      }
      case 'KILL_ATTEMPT': {
        const { attemptId, diagnostics, reschedule } = decision;
        dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_KILL', attemptId, diagnostics, reschedule });
        return;
      }
      case 'TELL_NODES':
        dispatcher.dispatch({ domain: 'job', type: 'JOB_UPDATED_NODES', nodes: decision.nodes });
        return;
      case 'DISMISS':
        this.deps.registry.dismiss(decision.containerId);
        return;
      case 'KILL_JOB':
        this.killJob(decision.diagnostics);
        return;
    }
  }

  private killJob(diagnostics: string): void {
    this.deps.dispatcher.dispatch({ domain: 'job', type: 'JOB_DIAGNOSTIC_UPDATE', diagnostics });
    this.deps.dispatcher.dispatch({ domain: 'job', type: 'JOB_KILL' });
  }
}

/** Containers of earlier AM attempts that still run. */
export function leftovers(
  response: RegisterApplicationMasterResponse,
  ours: ApplicationAttemptId,
): readonly ContainerId[] {
  const ids = response.containersFromPreviousAttempts.map(({ id }) => id);
  return ids.filter((id) => parseContainerId(id).applicationAttemptId !== ours);
}
