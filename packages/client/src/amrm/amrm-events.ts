/**
 * What an AMRMClient tells its AppMaster. Hadoop: AMRMClientAsync.AbstractCallbackHandler. Within one answer of the ResourceManager the order is: nodes,
 * containers that ended, updates, containers that are to go, containers that came.
 */
import type {
  Container,
  ContainerId,
  ContainerStatus,
  NodeReport,
  UpdateContainerError,
  UpdatedContainer,
  YarnError,
} from '@bobbin/common';
import type { AMShutdownError } from '../errors.js';
import type { ContainerRequest } from './container-request.js';

export type AMRMEvent<T extends ContainerRequest = ContainerRequest> =
  /** A container was given for a request; start it within ten minutes (`rm.container-allocation.expiry-interval-ms`), or release it. */
  | { readonly type: 'CONTAINER_ALLOCATED'; readonly container: Container; readonly request: T }
  /**
   * A container has ended: by itself, or because you or the platform ended it (`ContainerExitStatus`). Told once for each container. `container` and
   * `request` are absent for one of an earlier attempt that had ended before this attempt began.
   */
  | {
      readonly type: 'CONTAINER_COMPLETED';
      readonly status: ContainerStatus;
      readonly container?: Container;
      readonly request?: T;
    }
  /** A container of an earlier attempt that runs on and is yours now; its node had not told of it when this attempt registered. */
  | { readonly type: 'CONTAINER_RECOVERED'; readonly container: Container }
  /** A container has its new size or type, for the RM; on a real YARN its node is to be told too, which NMClient does not do yet. */
  | { readonly type: 'CONTAINER_UPDATED'; readonly update: UpdatedContainer }
  | { readonly type: 'CONTAINER_UPDATE_FAILED'; readonly error: UpdateContainerError }
  /** The ResourceManager will take these containers; save what they know, and release them if you can. */
  | { readonly type: 'CONTAINERS_TO_BE_PREEMPTED'; readonly containerIds: readonly ContainerId[] }
  /** Nodes that came, or became unusable. */
  | { readonly type: 'NODES_UPDATED'; readonly nodes: readonly NodeReport[] }
  /** The ResourceManager refuses these requests for good; they are off the books, and the rest goes on. */
  | { readonly type: 'REQUESTS_REFUSED'; readonly error: YarnError; readonly requests: readonly T[] }
  /** The ResourceManager was restarted, and has been told everything anew. Nothing to do. */
  | { readonly type: 'RESYNCED' }
  /** This attempt is over for the ResourceManager: exit. The last event. */
  | { readonly type: 'SHUTDOWN'; readonly error: AMShutdownError };

/** The event of one type. */
export type AMRMEventOf<E extends AMRMEvent['type'], T extends ContainerRequest = ContainerRequest> = Extract<
  AMRMEvent<T>,
  { readonly type: E }
>;
