/**
 * S9: a valid token passes, over restarts and rolls of keys: no AppMaster whose attempt the ResourceManager still counts on is refused for its token. That
 * expired and foreign ones do not pass, the fenced show (S5), and tests of the verifiers.
 */
import { applicationMasterProtocol, parseContainerId, YarnError } from '@bobbin/common';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function tokens(world: World): Checker {
  return {
    served: (_server, { service, method, error, client }) => {
      if (service !== applicationMasterProtocol.service || client.role !== 'am') return;
      if (!(error instanceof YarnError) || error.code !== 'INVALID_TOKEN') return;
      const { applicationAttemptId } = parseContainerId(client.name);
      const attempt = world.rm?.core.registry.attempt(applicationAttemptId);
      if (!attempt || attempt.isFinal || attempt.isEnding) return;
      world.sim.fail(
        'S9',
        `${method} of ${applicationAttemptId}, which is ${attempt.state}, is refused: ${error.message}`,
      );
    },
  };
}
