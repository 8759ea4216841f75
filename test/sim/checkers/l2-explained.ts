/**
 * L2: what waits says why (DESIGN D13): each ask that is pending in the ResourceManager has an explanation, in all phases; and what it says is so, held
 * against the machines of the plan and the containers that are booked: "never" is not said of what a node could hold, "full" not where there is room,
 * and an ask that any node may serve does not wait for long where one has room.
 */
import { fitsIn, type ApplicationId, type Resource } from '@bobbin/common';
import type { RMCore } from '@bobbin/resourcemanager';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

const EVERY = 64;
/** Of an ask that fits: more than a heartbeat of every node at the largest interval that plans have, twice. */
const ROOM_MS = 15_000;

export function explained(world: World): Checker {
  const { sim, plan } = world;
  /** Since when an application that asks for no place of its own has waited beside room. */
  const besideRoom = new Map<ApplicationId, number>();
  const custom = (id: ApplicationId): boolean =>
    plan.jobs[world.client.ledger.findIndex(({ applicationId }) => applicationId === id)]?.kind === 'custom';

  const check = (core: RMCore): void => {
    const { scheduler } = core.schedulerService;
    const free = freeOf(world, core);
    for (const app of core.registry.apps.values()) {
      const { applicationId, currentAttempt } = app;
      if (!currentAttempt || app.isFinalStored) continue;
      const { attemptId } = currentAttempt;
      const { pendingContainers } = scheduler.usage(attemptId);
      if (pendingContainers > 0 && !app.whyItWaits())
        sim.fail('L2', `${applicationId} waits for ${pendingContainers} containers, and does not say why`);
      let waitsBesideRoom = false;
      for (const { verdict, resource, reason } of scheduler.explain(attemptId)) {
        const { memoryMb, vcores } = resource;
        const what = `${applicationId} waits for ${memoryMb} MiB and ${vcores} cores`;
        const hasRoom = free.some((room) => fitsIn(resource, room));
        if (verdict === 'NEVER' && [...core.registry.nodes.values()].some((node) => fitsIn(resource, node.capability)))
          sim.fail('L2', `${what}, and is told it is never to be had: ${reason}`);
        if (reason.startsWith('the cluster is full') && hasRoom) sim.fail('L2', `${what}, which a node has: ${reason}`);
        if (hasRoom && reason.startsWith('no node it may use') && custom(applicationId)) waitsBesideRoom = true;
      }
      if (!waitsBesideRoom) besideRoom.delete(applicationId);
      const sinceMs = besideRoom.get(applicationId) ?? sim.nowMs;
      if (waitsBesideRoom) besideRoom.set(applicationId, sinceMs);
      if (sim.nowMs - sinceMs > ROOM_MS)
        sim.fail('L2', `${applicationId} has waited ${sim.nowMs - sinceMs} ms for what nodes have free`);
    }
  };
  return {
    rmStarted: () => besideRoom.clear(),
    told: ({ applicationId, report }) => {
      if (report?.diagnostics.includes('never to be had'))
        sim.fail('L2', `${applicationId} is told: ${report.diagnostics}`);
    },
    event: () => {
      const core = sim.events % EVERY === 0 ? world.rm?.core : undefined;
      // In the middle of a turn nothing is decided yet.
      if (core?.schedulerService.isOpen && core.dispatcher.metrics().depth === 0) check(core);
    },
  };
}

/** What is not booked on each node that runs. */
function freeOf({ rm }: World, core: RMCore): readonly Resource[] {
  if (!rm) return [];
  const rooms: Resource[] = [];
  for (const { nodeId, state, capability } of core.registry.nodes.values()) {
    if (state !== 'RUNNING' || !core.schedulerService.scheduler.nodeUsage(nodeId)) continue;
    let { memoryMb, vcores } = capability;
    for (const { nodeId: on, info } of core.registry.containers.values()) {
      if (on !== nodeId) continue;
      memoryMb -= info.resource.memoryMb;
      vcores -= info.resource.vcores;
    }
    rooms.push({ memoryMb, vcores });
  }
  return rooms;
}
