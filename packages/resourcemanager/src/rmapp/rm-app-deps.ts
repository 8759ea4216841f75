/** What an application and its attempts need of the daemon around them; only this, so that a test can stand in for it. */
import type { ApplicationAttemptId, Clock, EventSink, LivelinessMonitor, Logger, RandomSource } from '@bobbin/common';
import type { RMEvent } from '../events.js';
import type { RMStateStore } from '../recovery/rm-state-store.js';
import type { RMRegistry } from '../rm-registry.js';
import type { SchedulerService } from '../scheduler/scheduler-service.js';
import type { RMApp } from './rm-app.js';

export interface RMAppDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly dispatcher: EventSink<RMEvent>;
  readonly store: RMStateStore;
  readonly registry: RMRegistry;
  readonly schedulerService: Pick<SchedulerService, 'allocate' | 'pull' | 'scheduler' | 'isOpen'>;
  /** Who may call the AM's service. */
  readonly amRegistry: {
    registerAttempt(attemptId: ApplicationAttemptId): void;
    unregisterAttempt(attemptId: ApplicationAttemptId): void;
    wake(attemptId: ApplicationAttemptId): void;
  };
  readonly amLiveliness: Pick<LivelinessMonitor<ApplicationAttemptId>, 'register' | 'unregister'>;
  readonly amFinishing: Pick<LivelinessMonitor<ApplicationAttemptId>, 'register' | 'unregister'>;
  /** Called when what clients can see of it has changed. */
  readonly changed: (app: RMApp) => void;
  /** Of attempts, in characters. */
  readonly diagnosticsLimit: number;
  /** The next AM avoids hosts where one has failed while they are fewer than this part of the nodes; 0: it avoids none. */
  readonly amBlacklistThreshold: number;
}
