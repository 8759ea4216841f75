/**
 * refuseUpdate: the answer to an AM that asks for another size or kind of a container it holds. This ResourceManager changes none; it says so at once, for
 * an AM that hears nothing waits for ever. Hadoop: RMServerUtils.validateAndSplitUpdateResourceRequests, whose reasons come first.
 */
import {
  applicationOf,
  parseContainerId,
  type ApplicationAttemptId,
  type ContainerId,
  type UpdateContainerError,
  type UpdateContainerRequest,
} from '@bobbin/common';
import type { RMContainer } from './rmcontainer/rm-container.js';

/** Ours: nothing is wrong with the request. */
export const UPDATES_NOT_SUPPORTED =
  'UPDATES_NOT_SUPPORTED: ask for a container of the size you need, and release this one';

/** `containerOf`: the ResourceManager's own books. */
export function refuseUpdate(
  updateRequest: UpdateContainerRequest,
  attemptId: ApplicationAttemptId,
  containerOf: (id: ContainerId) => RMContainer | undefined,
): UpdateContainerError {
  const { containerId, containerVersion } = updateRequest;
  const isOurs = applicationOf(parseContainerId(containerId).applicationAttemptId) === applicationOf(attemptId);
  const container = isOurs ? containerOf(containerId) : undefined;
  if (!container) return { reason: 'INVALID_CONTAINER_ID', updateRequest, currentContainerVersion: 0 };
  const { version: currentContainerVersion } = container.toRecord();
  const reason =
    currentContainerVersion === containerVersion ? UPDATES_NOT_SUPPORTED : 'INCORRECT_CONTAINER_VERSION_ERROR';
  return { reason, updateRequest, currentContainerVersion };
}
