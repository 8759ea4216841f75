/**
 * LocalContainerAllocator: in an uber job every attempt is given the AM's own container, at once. Hadoop: mapreduce.v2.app.rm.
 * LocalContainerAllocator. Asks nothing of the RM and gives back what an earlier attempt left; the conversation goes on as
 * heartbeat, for progress and for commits.
 */
import type { AllocateNews, AllocationSource, AMShutdownError } from '@bobbin/client';
import type {
  AllocateResponse,
  ApplicationAttemptId,
  Container,
  ContainerId,
  EventSink,
  RegisterApplicationMasterResponse,
  TaskAttemptId,
  YarnError,
} from '@bobbin/common';
import { taskOf, taskTypeOf } from '@bobbin/common';
import type { AppLog, JobView } from '../app-context.js';
import type { ContainerAllocatorEvent, MRAppEvent } from '../events.js';
import { leftovers, type TokenSink } from './rm-container-allocator.js';

export interface LocalContainerAllocatorDeps {
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly log: AppLog;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly job: () => JobView;
  /** The AM's own container. */
  readonly container: Container;
  readonly tokens: TokenSink;
  readonly onRegistered: (response: RegisterApplicationMasterResponse) => void;
}

export class LocalContainerAllocator implements AllocationSource {
  private toRelease: readonly ContainerId[] = [];

  constructor(private readonly deps: LocalContainerAllocatorDeps) {}

  /** Handler of the `container-allocator` domain. Only requests mean something where there is one container. */
  handle(event: ContainerAllocatorEvent): void {
    if (event.type === 'CONTAINER_REQ') this.assign(event.attemptId);
  }

  takeNews(): AllocateNews {
    const release = this.toRelease;
    this.toRelease = [];
    return { ask: [], release, blacklistAdditions: [], blacklistRemovals: [] };
  }

  untake({ release }: AllocateNews): void {
    this.toRelease = [...this.toRelease, ...release];
  }

  hasUrgentNews(): boolean {
    return this.toRelease.length > 0;
  }

  resync(): void {
    // Nothing had been asked for; leftovers come again with the registration.
  }

  progress(): number {
    return this.deps.job().progress;
  }

  registered(response: RegisterApplicationMasterResponse): void {
    this.toRelease = leftovers(response, this.deps.applicationAttemptId);
    this.deps.onRegistered(response);
  }

  answered(response: AllocateResponse): void {
    this.deps.tokens.nmTokens(response.nmTokens);
    if (response.amRmToken) this.deps.tokens.amRmToken(response.amRmToken);
  }

  refused(error: YarnError): void {
    this.deps.log.warn(`the ResourceManager refused a heartbeat: ${error.message}`);
  }

  lost({ message: reason }: AMShutdownError): void {
    this.deps.log.error(reason);
    this.deps.dispatcher.dispatch({ domain: 'job', type: 'JOB_DIAGNOSTIC_UPDATE', diagnostics: reason });
    this.deps.dispatcher.dispatch({ domain: 'job', type: 'JOB_AM_REBOOT' });
  }

  private assign(attemptId: TaskAttemptId): void {
    const { dispatcher, container } = this.deps;
    if (taskTypeOf(taskOf(attemptId)) === 'MAP') {
      const updates = [{ name: 'OTHER_LOCAL_MAPS', delta: 1 }];
      dispatcher.dispatch({ domain: 'job', type: 'JOB_COUNTER_UPDATE', updates });
    }
    dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_ASSIGNED', attemptId, container });
  }
}
