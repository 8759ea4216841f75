/** S12: who is heard in time is not given up: a node that the ResourceManager calls LOST has been silent for its expiry, whatever the clocks on the walls say. */
import type { NodeId } from '@bobbin/common';
import { NM_EXPIRY, settingMs } from '../faults/plan.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

/** Drift of a clock, and the last beat's way. */
const TOLERANCE = 0.9;

export function notGivenUp(world: World): Checker {
  const { sim } = world;
  const expiryMs = settingMs(world.plan, NM_EXPIRY, 600_000);
  /** When it was heard last, and for how long it had been silent by then. */
  const heard = new Map<NodeId, { readonly atMs: number; readonly afterMs: number }>();
  const lost = new Set<NodeId>();
  return {
    rmStarted: () => {
      heard.clear();
      lost.clear();
    },
    heard: ({ nodeId }, nodeAction) => {
      if (nodeAction !== 'NORMAL') return;
      heard.set(nodeId, { atMs: sim.nowMs, afterMs: sim.nowMs - (heard.get(nodeId)?.atMs ?? sim.nowMs) });
      lost.delete(nodeId);
    },
    event: () => {
      const inactive = world.rm?.core.registry.inactiveNodes;
      if (!inactive || inactive.size === 0) return;
      for (const { nodeId, state } of inactive.values()) {
        if (state !== 'LOST' || lost.has(nodeId)) continue;
        lost.add(nodeId);
        // One that is heard too late is given up in the turn in which it is heard.
        const { atMs, afterMs } = heard.get(nodeId) ?? { atMs: -Infinity, afterMs: 0 };
        const silentMs = Math.max(sim.nowMs - atMs, afterMs);
        if (silentMs < TOLERANCE * expiryMs)
          sim.fail('S12', `${nodeId} is LOST ${silentMs} ms after a heartbeat; its expiry is ${expiryMs} ms`);
      }
    },
  };
}
