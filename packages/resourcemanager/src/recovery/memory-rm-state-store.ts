/**
 * MemoryRMStateStore: keeps everything in this process. Hadoop: recovery/MemoryRMStateStore.java. For tests, and for an RM with
 * recovery switched off. What was not committed is not loaded, as with a real store.
 */
import {
  applicationOf,
  parseApplicationAttemptId,
  parseApplicationId,
  type ApplicationAttemptId,
  type ApplicationId,
} from '@bobbin/common';
import type {
  ApplicationStateData,
  AttemptStateData,
  RMState,
  RMStateStore,
  RMStateStoreOperation,
} from './rm-state-store.js';

export class MemoryRMStateStore implements RMStateStore {
  private readonly applications = new Map<ApplicationId, ApplicationStateData>();
  private readonly attempts = new Map<ApplicationAttemptId, AttemptStateData>();
  private readonly secrets = new Map<string, unknown>();
  private epoch = 0;
  private pending: RMStateStoreOperation[] = [];
  private waiting: (() => void)[] = [];

  load(): RMState {
    return assembleState(
      this.epoch,
      [...this.applications.values()],
      [...this.attempts.values()],
      new Map(this.secrets),
    );
  }

  apply(operation: RMStateStoreOperation): void {
    this.pending.push(operation);
  }

  afterCommit(action: () => void): void {
    this.waiting.push(action);
  }

  commit(): void {
    for (const operation of this.pending.splice(0)) this.write(operation);
    for (const action of this.waiting.splice(0)) action();
  }

  close(): void {
    this.commit();
  }

  private write(operation: RMStateStoreOperation): void {
    switch (operation.type) {
      case 'PUT_APPLICATION':
        this.applications.set(operation.application.context.applicationId, operation.application);
        return;
      case 'PUT_ATTEMPT':
        this.attempts.set(operation.attempt.attemptId, operation.attempt);
        return;
      case 'REMOVE_APPLICATION':
        this.applications.delete(operation.applicationId);
        for (const id of this.attempts.keys())
          if (applicationOf(id) === operation.applicationId) this.attempts.delete(id);
        return;
      case 'REMOVE_ATTEMPT':
        this.attempts.delete(operation.attemptId);
        return;
      case 'PUT_SECRETS':
        this.secrets.set(operation.name, operation.state);
        return;
      case 'PUT_EPOCH':
        this.epoch = operation.epoch;
    }
  }
}

/** Puts attempts to their applications, both in the order of their ids. An attempt without application is left out. */
export function assembleState(
  epoch: number,
  applications: readonly ApplicationStateData[],
  attempts: readonly AttemptStateData[],
  secrets: ReadonlyMap<string, unknown>,
): RMState {
  const byApp = new Map<ApplicationId, AttemptStateData[]>();
  for (const attempt of attempts) {
    const app = applicationOf(attempt.attemptId);
    byApp.set(app, [...(byApp.get(app) ?? []), attempt]);
  }
  return {
    epoch,
    secrets,
    applications: [...applications].sort(byApplicationId).map((application) => ({
      ...application,
      attempts: (byApp.get(application.context.applicationId) ?? []).sort(byAttempt),
    })),
  };
}

function byApplicationId(a: ApplicationStateData, b: ApplicationStateData): number {
  const x = parseApplicationId(a.context.applicationId);
  const y = parseApplicationId(b.context.applicationId);
  return x.clusterTimestamp - y.clusterTimestamp || x.sequence - y.sequence;
}

function byAttempt(a: AttemptStateData, b: AttemptStateData): number {
  return parseApplicationAttemptId(a.attemptId).attempt - parseApplicationAttemptId(b.attemptId).attempt;
}
