/** S8: what is told was first stored: a ResourceManager sends nothing while writes of its turn wait for their commit. */
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function storedFirst(world: World): Checker {
  return {
    point: ({ role, id }, name) => {
      if (role !== 'rm' || !/^(reply|send) /.test(name)) return;
      const pending = world.rm?.store.pending ?? 0;
      if (pending > 0) world.sim.fail('S8', `${id}: '${name}' leaves before ${pending} writes are committed`);
    },
  };
}
