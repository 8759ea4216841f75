/** S3: a submission or kill that was acknowledged is never forgotten, by any ResourceManager that comes after. */
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function acknowledged(world: World): Checker {
  const { sim } = world;
  return {
    forgotten: ({ applicationId }) => sim.fail('S3', `${applicationId} was acknowledged, and is not known`),
    rmStarted: ({ core }) => {
      for (const { applicationId, acknowledged: told } of world.client.ledger) {
        if (told && applicationId && !core.registry.apps.has(applicationId))
          sim.fail('S3', `${applicationId} was acknowledged, and the restarted ResourceManager does not know it`);
      }
    },
    told: ({ applicationId, state }, _before, killedBefore) => {
      if (killedBefore && (state === 'RUNNING' || state === 'ACCEPTED'))
        sim.fail('S3', `${applicationId} is ${state} after its kill was acknowledged`);
    },
  };
}
