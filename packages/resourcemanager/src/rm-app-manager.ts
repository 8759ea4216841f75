/**
 * RMAppManager: takes applications in, from clients and from the store, and lets the oldest finished ones go. Hadoop:
 * resourcemanager/RMAppManager.java. A submission is acknowledged when it is on disk.
 */
import { type ApplicationId, type ApplicationSubmissionContext, BadRequestError, type Clock } from '@bobbin/common';
import type { RMConf } from './conf/rm-conf.js';
import { ResourceManagerStoppingError } from './errors.js';
import type { RMEvent } from './events.js';
import type { StoredApplication } from './recovery/rm-state-store.js';
import type { AppWatchers } from './rmapp/app-watchers.js';
import { RMApp } from './rmapp/rm-app.js';
import type { RMAppDeps } from './rmapp/rm-app-deps.js';
import { checkSubmission, maxAttemptsOf } from './rmapp/submission.js';

export interface RMAppManagerDeps {
  readonly clock: Clock;
  readonly conf: RMConf;
  readonly watchers: AppWatchers;
  readonly app: RMAppDeps;
}

export class RMAppManager {
  /** Oldest end first. */
  private readonly completed: ApplicationId[] = [];

  constructor(private readonly deps: RMAppManagerDeps) {}

  /** Resolves when it is stored. Again with the same id by the same user: yes, without doing anything. */
  async submit(given: ApplicationSubmissionContext, user: string): Promise<void> {
    const { registry } = this.deps.app;
    let app = registry.apps.get(given.applicationId);
    if (app && app.user !== user)
      throw new BadRequestError(`application ${given.applicationId} was submitted by '${app.user}'`);
    if (!app) {
      app = this.create(given, user);
      app.tell({ type: 'START' });
    }
    await this.deps.watchers.until(app, (a) => a.isStored, Infinity);
    if (!app.isStored) throw new ResourceManagerStoppingError(`application ${given.applicationId}`);
  }

  /** Takes up what the store holds. To be called once, before anything else is dispatched. */
  recover(applications: readonly StoredApplication[]): void {
    for (const stored of applications) {
      const { context, user, submitTimeMs, attempts, state, diagnostics } = stored;
      const info = { context, user, submitTimeMs, maxAttempts: maxAttemptsOf(context, this.deps.conf) };
      const app = new RMApp(info, this.deps.app, stored);
      this.deps.app.registry.apps.set(app.applicationId, app);
      const rejected = state ? undefined : this.deps.app.schedulerService.scheduler.refuse(app.queue, user);
      app.tell({
        type: 'RECOVER',
        attempts: attempts.length,
        diagnostics,
        ...(state && { finalState: state }),
        ...(rejected !== undefined && { rejected }),
      });
    }
  }

  handle(event: Extract<RMEvent, { domain: 'appmanager' }>): void {
    this.completed.push(event.applicationId);
    while (this.completed.length > this.deps.conf.maxCompletedApplications) {
      const oldest = this.completed.shift();
      if (oldest === undefined) return;
      this.deps.app.registry.apps.delete(oldest);
      this.deps.app.store.apply({ type: 'REMOVE_APPLICATION', applicationId: oldest });
    }
  }

  private create(given: ApplicationSubmissionContext, user: string): RMApp {
    const { registry, schedulerService } = this.deps.app;
    const context = checkSubmission(given, this.deps.conf, schedulerService.scheduler.maximumAllocation());
    const refusal = schedulerService.scheduler.refuse(context.queue, user);
    if (refusal !== undefined) {
      throw new BadRequestError(
        `Application ${context.applicationId} submitted by user ${user} was refused: ${refusal}`,
      );
    }
    const info = {
      context,
      user,
      submitTimeMs: this.deps.clock.now(),
      maxAttempts: maxAttemptsOf(context, this.deps.conf),
    };
    const app = new RMApp(info, this.deps.app);
    registry.apps.set(app.applicationId, app);
    return app;
  }
}
