/**
 * AdoptionWatch: the attempts of earlier AMs whose children this one has not heard yet. Hadoop has none: its tasks die with their AM.
 * A child that is heard becomes ours (TA_ADOPTED, once, before whatever it says); one that stays silent is given up (TA_KILL) and
 * its task runs again. The container of one that ends unheard may have gone while nobody looked, and no word of its end would come: it is given back
 * here (CONTAINER_DEALLOCATE). Emits to the domains taskattempt and container-allocator.
 */
import { LivelinessMonitor, mrAmKeys, type Clock, type EventSink, type TaskAttemptId } from '@bobbin/common';
import type { MRAppEvent } from '../events.js';

export class AdoptionWatch {
  private readonly silent: LivelinessMonitor<TaskAttemptId>;
  private readonly awaited = new Set<TaskAttemptId>();

  constructor(
    clock: Clock,
    private readonly dispatcher: EventSink<MRAppEvent>,
    /** `bobbin.am.adoption-wait-ms`. */
    private readonly waitMs: number,
  ) {
    this.silent = new LivelinessMonitor(clock, waitMs, (attemptId) => this.giveUp(attemptId));
  }

  expect(attemptId: TaskAttemptId): void {
    this.awaited.add(attemptId);
    this.silent.register(attemptId);
  }

  /** The child of this attempt has spoken. */
  heard(attemptId: TaskAttemptId): void {
    if (!this.awaited.delete(attemptId)) return;
    this.silent.unregister(attemptId);
    this.dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_ADOPTED', attemptId });
  }

  /** It has ended. */
  forget(attemptId: TaskAttemptId): void {
    if (this.awaited.delete(attemptId)) {
      this.dispatcher.dispatch({ domain: 'container-allocator', type: 'CONTAINER_DEALLOCATE', attemptId });
    }
    this.silent.unregister(attemptId);
  }

  /** Disarms the timer. */
  stop(): void {
    this.silent.stop();
  }

  private giveUp(attemptId: TaskAttemptId): void {
    const diagnostics =
      `It ran under an earlier attempt of the AppMaster and could not be adopted: its process was not heard for ` +
      `${this.waitMs / 1000} s (${mrAmKeys.adoptionWaitMs.name}), so the task runs again`;
    this.dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_KILL', attemptId, diagnostics });
  }
}
