/** L3: at rest nothing is left: no container on any machine or in any book, nothing charged. */
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function atRest(world: World): Checker {
  const { sim } = world;
  return {
    end: () => {
      if (sim.violations.length > 0) return;
      for (const role of ['am', 'task'] as const) {
        for (const process of world.processes(role)) sim.fail('L3', `${process.id} still runs`);
      }
      const core = world.rm?.core;
      if (!core) {
        sim.fail('L3', 'no ResourceManager runs');
        return;
      }
      for (const { id, nodeId, state } of core.registry.containers.values())
        sim.fail('L3', `${id} on ${nodeId} is still ${state} for the ResourceManager`);
      const { memoryMb } = core.schedulerService.scheduler.clusterUsed();
      if (memoryMb !== 0) sim.fail('L3', `${memoryMb} MiB are still charged`);
      const metrics = core.dispatcher.metrics();
      if (metrics.depth !== 0) sim.fail('L3', `${metrics.depth} events wait in the ResourceManager`);
    },
  };
}
