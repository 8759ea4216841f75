/**
 * Application: the entity around the application machine. Hadoop: nodemanager.containermanager.application.ApplicationImpl.
 * Decides, stores, then sends its effects as events. Forgetting an application removes its rows and its containers: the RM has
 * said that it is over, so nobody will ask for their outcome.
 */
import { assertNever, begin, decide, type ApplicationId, type ContainerId } from '@bobbin/common';
import { ContainerExitStatus } from '@bobbin/common';
import type { SnapshotFrom } from 'xstate';
import type { NMContext } from '../../nm-context.js';
import { applicationMachine, type ApplicationEffect, type ApplicationEvent } from './application-machine.js';

type State = SnapshotFrom<typeof applicationMachine>;

export class Application {
  private snapshot: State = begin(applicationMachine);

  constructor(
    private readonly context: NMContext,
    readonly id: ApplicationId,
    readonly user: string,
  ) {}

  get state(): keyof typeof applicationMachine.states {
    return this.snapshot.value;
  }

  /** Containers of it that are known here and not finished. */
  get containers(): readonly ContainerId[] {
    return this.snapshot.context.containers;
  }

  /** Takes one event: next state, then the effects in order. */
  handle(event: ApplicationEvent): void {
    const before = this.snapshot.value;
    const [next, effects] = decide(applicationMachine, this.snapshot, event);
    this.snapshot = next;
    if (next.value !== before) {
      this.context.log.info(`${this.id} State change from ${before} to ${next.value} on event = ${event.type}`, {
        applicationId: this.id,
      });
    }
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: ApplicationEffect): void {
    const { dispatcher, containers, log } = this.context;
    const applicationId = this.id;
    const scope = { applicationId, user: this.user };
    switch (effect.type) {
      case 'START_LOG_HANDLING':
        dispatcher.dispatch({ domain: 'loghandler', type: 'APPLICATION_STARTED', applicationId });
        return;
      case 'INIT_RESOURCES':
        dispatcher.dispatch({ domain: 'localizer', type: 'INIT_APPLICATION_RESOURCES', ...scope });
        return;
      case 'INIT_CONTAINERS':
        for (const id of effect.containers) {
          const container = containers.get(id);
          if (container) dispatcher.dispatch({ domain: 'container', containerId: id, ...container.initEvent() });
        }
        return;
      case 'KILL_CONTAINERS':
        for (const id of effect.containers) {
          const exitStatus = ContainerExitStatus.KILLED_AFTER_APP_COMPLETION;
          const diagnostics = `Container killed: ${effect.diagnostics}`;
          dispatcher.dispatch({
            domain: 'container',
            type: 'KILL_CONTAINER',
            containerId: id,
            exitStatus,
            diagnostics,
          });
        }
        return;
      case 'CLEANUP_RESOURCES':
        dispatcher.dispatch({ domain: 'localizer', type: 'DESTROY_APPLICATION_RESOURCES', ...scope });
        dispatcher.dispatch({ domain: 'auxservices', type: 'APPLICATION_STOP', applicationId });
        return;
      case 'FINISH_LOG_HANDLING':
        dispatcher.dispatch({ domain: 'loghandler', type: 'APPLICATION_FINISHED', applicationId });
        return;
      case 'FORGET':
        this.forget();
        return;
      case 'INVALID_EVENT':
        log.error(`${applicationId}: event ${effect.event} is impossible in state ${this.state}`, { applicationId });
        return;
      default:
        assertNever(effect, 'effect of an application');
    }
  }

  private forget(): void {
    const { applications, store, dispatcher } = this.context;
    applications.delete(this.id);
    store.apply({ delete: 'applications', key: this.id });
    dispatcher.dispatch({ domain: 'node', type: 'APPLICATION_FORGOTTEN', applicationId: this.id });
  }
}
