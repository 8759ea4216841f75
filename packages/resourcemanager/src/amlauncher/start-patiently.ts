/**
 * startPatiently: a start of containers on a node that may not know its ResourceManager as it is now. Between a node's registration and its hearing the
 * answer the ResourceManager signs with keys that the node has never seen, and the node is not ready or calls good tokens invalid; it hears again
 * soon. AppMasters have the same patience in NMClient, which can be told that a container is not wanted any more. Hadoop has the wait in
 * ContainerManagementProtocolProxy's retry policy, for NMNotYetReadyException alone.
 */
import { delay, YarnError, type Clock, type ContainerManagementProtocol } from '@bobbin/common';

type Started = Awaited<ReturnType<ContainerManagementProtocol['startContainers']>>;

const PATIENCE_MS = 15_000;
const PAUSE_MS = 250;
const NOT_YET_READY = '.NMNotYetReadyException';

/**
 * Calls `start` until the node is acquainted with its ResourceManager, for 15 s at most; then gives its last answer, or
 * throws its last error. What else a node refuses is not repeated. `start` may be called several times: nodes take a repeated start for the same.
 */
export async function startPatiently(clock: Clock, start: () => Promise<Started>): Promise<Started> {
  const giveUpAtMs = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const isOver = (): boolean => clock.monotonic() >= giveUpAtMs;
    try {
      const answer = await start();
      if (!answer.failed.some(({ exception }) => exception.className.endsWith(NOT_YET_READY)) || isOver())
        return answer;
    } catch (error) {
      if (!(error instanceof YarnError && error.code === 'INVALID_TOKEN') || isOver()) throw error;
    }
    await delay(clock, PAUSE_MS);
  }
}
