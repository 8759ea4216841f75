/**
 * ContainerTokenIdentifier: what the RM has signed about a container. Hadoop: yarn.security.ContainerTokenIdentifier. The node cannot
 * change any of it: resource, user and expiry come from here and from nowhere else.
 */
import type { ContainerId, ExecutionType, Resource } from '@bobbin/common';

export interface ContainerTokenIdentifier {
  readonly containerId: ContainerId;
  /** `host:port` of the node it was made for. */
  readonly nmHostAddr: string;
  readonly appSubmitter: string;
  readonly resource: Resource;
  readonly expiryTimeStampMs: number;
  readonly masterKeyId: number;
  /** Start stamp of the RM that made it. */
  readonly rmIdentifier: number;
  readonly priority: number;
  readonly creationTimeMs: number;
  readonly executionType: ExecutionType;
  readonly version: number;
  readonly allocationRequestId: number;
}
