/**
 * S5: after an AppMaster was given up nothing of it counts: once a later attempt of its application has registered, no earlier one is answered
 * anything but an error by the ResourceManager.
 */
import { applicationMasterProtocol, parseApplicationAttemptId, type ApplicationId } from '@bobbin/common';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function fenced(world: World): Checker {
  const newest = new Map<ApplicationId, number>();
  return {
    served: (_server, { service, method, answer, caller }) => {
      if (service !== applicationMasterProtocol.service || caller?.kind !== 'attempt') return;
      const { applicationId, attempt } = parseApplicationAttemptId(caller.applicationAttemptId);
      const registered = newest.get(applicationId) ?? 0;
      if (attempt < registered) {
        world.sometimes('an AppMaster that was given up calls again');
        if (answer)
          world.sim.fail(
            'S5',
            `${method} of ${caller.applicationAttemptId} is answered, though attempt ${registered} runs`,
          );
      } else if (answer && method === 'registerApplicationMaster') newest.set(applicationId, attempt);
    },
  };
}
