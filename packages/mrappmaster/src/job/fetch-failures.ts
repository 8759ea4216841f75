/**
 * When do reports of reduces that cannot fetch a map's output condemn that map? Hadoop: JobImpl.TaskAttemptFetchFailureTransition.
 * When there were enough of them, and they are a large enough share of the reduces that are shuffling now.
 */
import type { TaskAttemptId } from '@bobbin/common';

export interface FetchFailureLimits {
  readonly maxFetchFailureNotifications: number;
  /** 0..1. */
  readonly maxFetchFailuresFraction: number;
}

export class FetchFailures {
  private readonly reports = new Map<TaskAttemptId, number>();

  constructor(private readonly limits: FetchFailureLimits) {}

  /**
   * One more report for each of `mapIds`. Returns those that are to be failed now; their reports are forgotten.
   * With no reduce shuffling any more the share counts as 1.
   */
  add(mapIds: readonly TaskAttemptId[], shufflingReduces: number): readonly TaskAttemptId[] {
    return mapIds.filter((mapId) => {
      const count = (this.reports.get(mapId) ?? 0) + 1;
      const fraction = shufflingReduces === 0 ? 1 : count / shufflingReduces;
      const condemned =
        count >= this.limits.maxFetchFailureNotifications && fraction >= this.limits.maxFetchFailuresFraction;
      if (condemned) this.reports.delete(mapId);
      else this.reports.set(mapId, count);
      return condemned;
    });
  }
}
