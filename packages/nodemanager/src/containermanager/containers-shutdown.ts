/**
 * ContainersShutdown: the last to start and the first to stop. Hadoop: ContainerManagerImpl.cleanUpApplicationsOnNMShutDown. Ends every
 * application of a node that goes down, so that no process and no folder stays; a supervised one leaves them to its successor.
 */
import type { Clock, Service } from '@bobbin/common';
import type { ContainerExecutor } from '../container-executor.js';
import type { NMContext } from '../nm-context.js';

export interface ContainersShutdownDeps {
  readonly context: NMContext;
  readonly containerManager: { refuseNew(): void };
  readonly executor: ContainerExecutor;
  readonly supervised: boolean;
  /** How long the applications may take to end; then what still runs is killed. */
  readonly waitMs: number;
  /** How often that is looked at, beside each end of an application. */
  readonly killDelayMs: number;
}

export class ContainersShutdown implements Service {
  readonly name = 'ContainersShutdown';

  constructor(private readonly deps: ContainersShutdownDeps) {}

  start(): void {
    // Only its stop has work.
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
    const deadline = context.clock.monotonic() + waitMs;
    while (context.applications.size > 0 && context.clock.monotonic() < deadline) await pause(context.clock, 5);
    for (const container of context.containers.values()) {
      if (!container.isDone && container.process) executor.signal(container.process, 'KILL');
    }
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
