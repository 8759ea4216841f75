/**
 * Container: the entity around the container machine. Hadoop: nodemanager.containermanager.container.ContainerImpl.
 * Decides, stores, then sends what is to be done as events to localizer, launcher, monitor, services and application. What others
 * ask about a container (status, files, folders) is answered here.
 */
import {
  assertNever,
  begin,
  decide,
  type ApplicationId,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerState,
  type ContainerStatus,
  type ContainerTokenIdentifier,
  type LocalResource,
  type NMContainerStatus,
  type ProcessIdentity,
  type Resource,
} from '@bobbin/common';
import type { SnapshotFrom } from 'xstate';
import type { NMContext } from '../../nm-context.js';
import { resourceKey } from '../localizer/local-resource-request.js';
import {
  containerMachine,
  NEVER_RETRY,
  type ContainerEffect,
  type ContainerEvent,
  type LocalizedFile,
  type RecoveredAs,
} from './container-machine.js';
import { invalidScript } from '../launcher/launch-script.js';

type State = SnapshotFrom<typeof containerMachine>;

/** Where a container lives on disk; known once it is launched. */
export interface ContainerPlace {
  readonly workDir: string;
  readonly logDir: string;
  readonly pidFile: string;
}

export interface ContainerRequest {
  readonly containerId: ContainerId;
  readonly applicationId: ApplicationId;
  readonly token: ContainerTokenIdentifier;
  readonly launchContext: ContainerLaunchContext;
  readonly startedAtMs: number;
  /** Present where an earlier NodeManager had accepted it. */
  readonly recovered?: {
    readonly as: RecoveredAs;
    readonly exitStatus?: number;
    /** A kill that was asked for and not over. */
    readonly kill?: { readonly exitStatus: number; readonly diagnostics: string };
    readonly place?: ContainerPlace;
    readonly process?: ProcessIdentity;
  };
}

export class Container {
  readonly id: ContainerId;
  readonly applicationId: ApplicationId;
  readonly token: ContainerTokenIdentifier;
  readonly startedAtMs: number;
  /** Set by the launcher. */
  place: ContainerPlace | undefined;
  /** Set by the launcher once there is a process. */
  process: ProcessIdentity | undefined;
  private recovered: ContainerRequest['recovered'];
  private finishedAtMs = 0;
  private localizationMs = 0;
  private snapshot: State;
  /** Key to resource and the links that lead to it. */
  private readonly resources = new Map<string, { readonly resource: LocalResource; readonly links: string[] }>();

  constructor(
    private readonly context: NMContext,
    request: ContainerRequest,
    maxDiagnosticsChars: number,
  ) {
    this.recovered = request.recovered;
    this.place = request.recovered?.place;
    this.process = request.recovered?.process;
    this.id = request.containerId;
    this.applicationId = request.applicationId;
    this.token = request.token;
    this.startedAtMs = request.startedAtMs;
    this.snapshot = begin(containerMachine, {
      launchContext: request.launchContext,
      resource: request.token.resource,
      version: request.token.version,
      retry: NEVER_RETRY,
      maxDiagnosticsChars,
      ...(request.recovered === undefined ? {} : { recovered: request.recovered }),
    });
    for (const [link, resource] of Object.entries(request.launchContext.localResources)) {
      const key = resourceKey(resource);
      const known = this.resources.get(key);
      if (known) known.links.push(link);
      else this.resources.set(key, { resource, links: [link] });
    }
  }

  get user(): string {
    return this.token.user;
  }
  get state(): keyof typeof containerMachine.states {
    return this.snapshot.value;
  }
  get launchContext(): ContainerLaunchContext {
    return this.snapshot.context.launchContext;
  }
  get resource(): Resource {
    return this.snapshot.context.resource;
  }
  get exitStatus(): number {
    return this.snapshot.context.exitStatus;
  }
  get diagnostics(): string {
    return this.snapshot.context.diagnostics;
  }
  get isDone(): boolean {
    return this.state === 'DONE';
  }
  /** Where the launcher takes a running process back instead of starting one; given once. */
  takeRecoveredLaunch(): ContainerPlace | undefined {
    const { recovered } = this;
    this.recovered = undefined;
    return recovered?.as === 'LAUNCHED' ? recovered.place : undefined;
  }

  /** The event its application wakes it with. */
  initEvent(): ContainerEvent {
    const { launchContext } = this;
    const invalid = invalidScript({
      user: launchContext.environment,
      links: launchContext.localResources,
      commands: launchContext.commands,
    });
    return {
      type: 'INIT_CONTAINER',
      resources: [...this.resources.keys()],
      ...(invalid === undefined ? {} : { invalid: `Invalid container launch context: ${invalid}` }),
    };
  }

  /** Link name to the file on this node, of everything that has come. */
  links(): Record<string, string> {
    const links: Record<string, string> = {};
    for (const { resource, path } of this.snapshot.context.localized) {
      for (const link of this.resources.get(resource)?.links ?? []) links[link] = path;
    }
    return links;
  }

  /** Bytes missed, bytes cached, files missed, files cached, milliseconds. Hadoop: ContainerImpl.localizationCountersAsString. */
  localizationCounters(): string {
    const sum = (files: readonly LocalizedFile[]): number => files.reduce((total, f) => total + f.sizeBytes, 0);
    const cached = this.snapshot.context.localized.filter((f) => f.cached);
    const missed = this.snapshot.context.localized.filter((f) => !f.cached);
    return [sum(missed), sum(cached), missed.length, cached.length, this.localizationMs].join(',');
  }

  status(): ContainerStatus {
    return {
      containerId: this.id,
      state: this.reportedState(),
      diagnostics: this.diagnostics,
      exitStatus: this.exitStatus,
      capability: this.resource,
    };
  }

  /** What the RM is told when this node registers. */
  nmStatus(): NMContainerStatus {
    return {
      containerId: this.id,
      state: this.reportedState(),
      resource: this.resource,
      priority: this.token.priority,
      diagnostics: this.diagnostics,
      exitStatus: this.exitStatus,
      creationTimeMs: this.token.creationTimeMs,
      version: this.snapshot.context.version,
      executionType: this.token.executionType,
      allocationRequestId: this.token.allocationRequestId,
    };
  }

  /** Takes one event: next state, rows to store, effects as events, in this order. */
  handle(event: ContainerEvent): void {
    const before = this.snapshot;
    const [next, effects] = decide(containerMachine, before, event);
    this.snapshot = next;
    if (next.value !== before.value) {
      this.context.log.debug(`${this.id} State change from ${before.value} to ${next.value} on event = ${event.type}`, {
        containerId: this.id,
      });
    }
    this.store(event, before, effects);
    for (const effect of effects) this.carryOut(effect);
    if (event.type === 'INIT_CONTAINER' && this.recovered?.kill) {
      const { kill } = this.recovered;
      this.context.dispatcher.dispatch({ domain: 'container', type: 'KILL_CONTAINER', containerId: this.id, ...kill });
    }
  }

  private reportedState(): ContainerState {
    return this.isDone ? 'COMPLETE' : 'RUNNING';
  }

  private store(event: ContainerEvent, before: State, effects: readonly ContainerEffect[]): void {
    if (event.type === 'KILL_CONTAINER' && this.snapshot.value === 'KILLING' && before.value !== 'KILLING') {
      const { exitStatus, diagnostics } = event;
      this.context.store.apply({ put: 'kills', key: this.id, value: { exitStatus, diagnostics } });
    }
    if (effects.some((effect) => effect.type === 'FINISH')) {
      this.finishedAtMs = this.context.clock.now();
      const { exitStatus, diagnostics, finishedAtMs } = this;
      this.context.store.apply({ put: 'completions', key: this.id, value: { exitStatus, diagnostics, finishedAtMs } });
    }
  }

  private carryOut(effect: ContainerEffect): void {
    const { dispatcher, clock, log } = this.context;
    const containerId = this.id;
    const scope = { containerId, applicationId: this.applicationId, user: this.user };
    switch (effect.type) {
      case 'INIT_AUX_SERVICES':
        for (const [service, data] of Object.entries(this.launchContext.serviceData)) {
          dispatcher.dispatch({ domain: 'auxservices', type: 'APPLICATION_INIT', ...scope, service, data });
        }
        dispatcher.dispatch({ domain: 'auxservices', type: 'CONTAINER_INIT', containerId });
        return;
      case 'REQUEST_RESOURCES': {
        const resources = effect.resources.flatMap((key) => this.resources.get(key)?.resource ?? []);
        dispatcher.dispatch({ domain: 'localizer', type: 'LOCALIZE_CONTAINER_RESOURCES', ...scope, resources });
        return;
      }
      case 'LAUNCH':
        this.localizationMs = clock.now() - this.startedAtMs;
        dispatcher.dispatch({ domain: 'launcher', type: 'LAUNCH_CONTAINER', containerId });
        return;
      case 'RELAUNCH':
        dispatcher.dispatch({ domain: 'launcher', type: 'RELAUNCH_CONTAINER', containerId, delayMs: effect.delayMs });
        return;
      case 'KILL_PROCESS':
        dispatcher.dispatch({ domain: 'launcher', type: 'CLEANUP_CONTAINER', containerId });
        return;
      case 'PAUSE_PROCESS':
        dispatcher.dispatch({ domain: 'launcher', type: 'PAUSE_CONTAINER', containerId });
        return;
      case 'RESUME_PROCESS':
        dispatcher.dispatch({ domain: 'launcher', type: 'RESUME_CONTAINER', containerId });
        return;
      case 'START_MONITORING':
      case 'STORE_TOKEN':
        dispatcher.dispatch({
          domain: 'monitor',
          type: 'START_MONITORING_CONTAINER',
          containerId,
          resource: this.resource,
        });
        return;
      case 'STOP_MONITORING':
        dispatcher.dispatch({ domain: 'monitor', type: 'STOP_MONITORING_CONTAINER', containerId });
        return;
      case 'LINK_RESOURCE': {
        const links = this.resources.get(effect.resource)?.links ?? [];
        dispatcher.dispatch({ domain: 'launcher', type: 'LINK_RESOURCE', containerId, links, path: effect.path });
        return;
      }
      case 'CLEANUP_RESOURCES': {
        const resources = [...this.resources.values()].map((r) => r.resource);
        dispatcher.dispatch({ domain: 'localizer', type: 'CLEANUP_CONTAINER_RESOURCES', ...scope, resources });
        return;
      }
      case 'FINISH':
        this.finish();
        return;
      case 'INVALID_EVENT':
        log.error(`${containerId}: event ${effect.event} is impossible in state ${this.state}`, { containerId });
        return;
      default:
        assertNever(effect, 'effect of a container');
    }
  }

  private finish(): void {
    const { dispatcher, log } = this.context;
    const { id: containerId, applicationId } = this;
    log.debug(`${containerId} finished with exit status ${this.exitStatus}`, { containerId, applicationId });
    dispatcher.dispatch({
      domain: 'application',
      type: 'APPLICATION_CONTAINER_FINISHED',
      applicationId,
      container: containerId,
    });
    dispatcher.dispatch({ domain: 'auxservices', type: 'CONTAINER_STOP', containerId });
    dispatcher.dispatch({ domain: 'loghandler', type: 'CONTAINER_FINISHED', containerId });
    dispatcher.dispatch({ domain: 'node', type: 'CONTAINER_COMPLETED', containerId });
  }
}
