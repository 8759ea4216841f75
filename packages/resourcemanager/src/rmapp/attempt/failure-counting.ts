/**
 * What the end of an AM's container says: whether it counts against its application, and whether its host is to be avoided. Hadoop:
 * RMAppAttemptImpl.shouldCountTowardsMaxAttemptRetry and shouldCountTowardsNodeBlacklisting. Pure.
 */
import { ContainerExitStatus } from '@bobbin/common';

const NOT_ITS_FAULT: ReadonlySet<number> = new Set([
  ContainerExitStatus.PREEMPTED,
  ContainerExitStatus.ABORTED,
  ContainerExitStatus.DISKS_FAILED,
  ContainerExitStatus.KILLED_BY_RESOURCEMANAGER,
]);

const NOT_THE_HOSTS_FAULT: ReadonlySet<number> = new Set([
  ...NOT_ITS_FAULT,
  ContainerExitStatus.SUCCESS,
  ContainerExitStatus.KILLED_BY_APPMASTER,
  ContainerExitStatus.KILLED_AFTER_APP_COMPLETION,
  ContainerExitStatus.KILLED_EXCEEDED_VMEM,
  ContainerExitStatus.KILLED_EXCEEDED_PMEM,
]);

/** False for what was the cluster's doing: preempted, lost with its node or its disks, killed by the RM. */
export function countsAsFailure(exitStatus: number): boolean {
  return !NOT_ITS_FAULT.has(exitStatus);
}

/** False for what would have happened on any host. */
export function speaksAgainstHost(exitStatus: number): boolean {
  return !NOT_THE_HOSTS_FAULT.has(exitStatus);
}
