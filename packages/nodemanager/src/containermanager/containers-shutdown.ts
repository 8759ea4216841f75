/**
 * ContainersShutdown: the last to start and the first to stop. Hadoop: ContainerManagerImpl.cleanUpApplicationsOnNMShutDown. Ends every
 * application of a node that goes down, so that no process and no folder stays; a supervised one leaves them to its successor.
 */
import { delay, type Service } from '@bobbin/common';
import type { ContainerExecutor } from '../container-executor.js';
import type { NMContext } from '../nm-context.js';
import type { NodeEvent } from '../nm-events.js';

export interface ContainersShutdownDeps {
  readonly context: NMContext;
  readonly containerManager: { refuseNew(): void };
  readonly executor: ContainerExecutor;
  readonly supervised: boolean;
  /** How long the applications may take to end; then what still runs is killed. */
  readonly waitMs: number;
}

export class ContainersShutdown implements Service {
  readonly name = 'ContainersShutdown';

  private allForgotten: () => void = () => undefined;

  constructor(private readonly deps: ContainersShutdownDeps) {}

  start(): void {
    // Only its stop has work.
  }

  /** Events of the `node` domain. */
  handle(event: NodeEvent): void {
    if (event.type === 'APPLICATION_FORGOTTEN' && this.deps.context.applications.size === 0) this.allForgotten();
  }

  async stop(): Promise<void> {
    const { context, containerManager, executor, supervised, waitMs } = this.deps;
    containerManager.refuseNew();
    if (supervised) return;
    for (const applicationId of context.applications.keys()) {
      context.dispatcher.dispatch({
        domain: 'application',
        type: 'FINISH_APPLICATION',
        applicationId,
        diagnostics: 'the NodeManager is shutting down',
      });
    }
    if (context.applications.size > 0) {
      const forgotten = new Promise<void>((resolve) => (this.allForgotten = resolve));
      await Promise.race([forgotten, delay(context.clock, waitMs)]);
    }
    for (const container of context.containers.values()) {
      if (!container.isDone && container.process) executor.signal(container.process, 'KILL');
    }
  }
}
