/**
 * Which ends of an AM's container count against its application. Hadoop: RMAppAttemptImpl.shouldCountTowardsMaxAttemptRetry. What was
 * the cluster's doing does not: preempted, lost with its node or its disks, killed by the RM.
 */
import { ContainerExitStatus } from '@bobbin/common';

const NOT_ITS_FAULT: ReadonlySet<number> = new Set([
  ContainerExitStatus.PREEMPTED,
  ContainerExitStatus.ABORTED,
  ContainerExitStatus.DISKS_FAILED,
  ContainerExitStatus.KILLED_BY_RESOURCEMANAGER,
]);

export function countsAsFailure(exitStatus: number): boolean {
  return !NOT_ITS_FAULT.has(exitStatus);
}
