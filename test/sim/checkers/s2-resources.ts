/**
 * S2: what runs on a machine fits it, and the ResourceManager's books add up: what a node is charged with is the sum of its containers. A
 * container that the ResourceManager has given up counts no more: as in YARN, its place is free before its process is gone. The machine's own
 * table is checked at every start, the books every 64 events.
 */
import type { ContainerId } from '@bobbin/common';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

const EVERY = 64;

export function resources(world: World): Checker {
  const { sim, plan } = world;
  const capacity = new Map(plan.nodes.map(({ host, memoryMb, vcores }) => [host, { memoryMb, vcores }]));
  return {
    started: ({ machine, name }) => {
      const has = capacity.get(machine.host);
      const containers = world.rm?.core.registry.containers;
      if (!has || !containers?.has(name as ContainerId)) return;
      let [memoryMb, vcores] = [0, 0];
      for (const process of machine.running()) {
        const container = containers.get(process.name as ContainerId);
        memoryMb += container?.info.resource.memoryMb ?? 0;
        vcores += container?.info.resource.vcores ?? 0;
      }
      if (memoryMb > has.memoryMb || vcores > has.vcores) {
        sim.fail(
          'S2',
          `${machine.host} has ${has.memoryMb} MiB and ${has.vcores} cores, and runs ${memoryMb} and ${vcores}`,
        );
      }
    },
    event: () => {
      if (sim.events % EVERY === 0) recount(world);
    },
    end: () => recount(world),
  };
}

/** Holds the scheduler's sums against the containers that the ResourceManager knows. */
function recount({ sim, rm }: World): void {
  if (!rm) return;
  const { registry, schedulerService } = rm.core;
  const { scheduler } = schedulerService;
  const sums = new Map<string, { memoryMb: number; vcores: number; containers: number }>();
  for (const { nodeId, info } of registry.containers.values()) {
    const sum = sums.get(nodeId) ?? { memoryMb: 0, vcores: 0, containers: 0 };
    sum.memoryMb += info.resource.memoryMb;
    sum.vcores += info.resource.vcores;
    sum.containers++;
    sums.set(nodeId, sum);
  }
  let [memoryMb, vcores] = [0, 0];
  for (const { nodeId, state } of registry.nodes.values()) {
    const usage = scheduler.nodeUsage(nodeId);
    if (!usage) continue;
    const sum = sums.get(nodeId) ?? { memoryMb: 0, vcores: 0, containers: 0 };
    if (
      sum.memoryMb !== usage.used.memoryMb ||
      sum.vcores !== usage.used.vcores ||
      sum.containers !== usage.containers
    ) {
      const booked = `${usage.containers} containers of ${usage.used.memoryMb} MiB`;
      sim.fail(
        'S2',
        `${nodeId} (${state}) is charged with ${booked}, and has ${sum.containers} of ${sum.memoryMb} MiB`,
      );
    }
    memoryMb += usage.used.memoryMb;
    vcores += usage.used.vcores;
  }
  const all = scheduler.clusterUsed();
  if (all.memoryMb !== memoryMb || all.vcores !== vcores) {
    sim.fail('S2', `the cluster is charged with ${all.memoryMb} MiB, its nodes with ${memoryMb}`);
  }
}
