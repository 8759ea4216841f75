/**
 * Whatever is lost on the wire and however often the ResourceManager is restarted: in the end each request has had exactly one container that lives, no
 * container is held that the AppMaster does not know of, and nothing is asked that is not wanted.
 */
import { ControlledClock } from '@bobbin/common/testing';
import fc from 'fast-check';
import type { ContainerRequest } from '../../src/index.js';
import { scriptedAppMaster } from '../../src/testing/index.js';
import { settle } from '../support/settle.js';

interface Numbered extends ContainerRequest {
  readonly number: number;
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('WANT'), priority: fc.nat({ max: 2 }), near: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('WANT_NOT'), which: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('GRANT'), most: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('RELEASE'), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('RESTART') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('LOSE_REQUEST', 'LOSE_ANSWER') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('WAIT'), ms: fc.nat({ max: 1500 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('SETTLE') }) },
);

test.each([true, false])('no request is lost or doubled (an RM that holds calls: %p)', async (holds) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new ControlledClock();
      const { amrm, rm } = scriptedAppMaster<Numbered>({ clock, holds });
      const living = new Map<number, string>();
      const twice: number[] = [];
      const wanted = new Set<Numbered>();
      let next = 0;
      amrm.on('CONTAINER_ALLOCATED', ({ container, request }) => {
        if (living.has(request.number)) twice.push(request.number);
        living.set(request.number, container.id);
        wanted.delete(request);
      });
      amrm.on('CONTAINER_COMPLETED', ({ request }) => void (request && living.delete(request.number)));
      amrm.on('SHUTDOWN', ({ error }) => {
        throw error;
      });
      await amrm.registerApplicationMaster();
      for (const one of steps) {
        switch (one.do) {
          case 'WANT': {
            const { priority, near } = one as { priority: number; near: boolean };
            const request = {
              number: next++,
              capability: { memoryMb: 512, vcores: 1 },
              priority,
              ...(near && { nodes: ['node1'] }),
            };
            wanted.add(request);
            amrm.addContainerRequest(request);
            break;
          }
          case 'WANT_NOT': {
            const pending = amrm.pendingRequests();
            const request = pending[(one as { which: number }).which % pending.length];
            if (request && amrm.removeContainerRequest(request)) wanted.delete(request);
            break;
          }
          case 'GRANT':
            rm.grant((one as { most: number }).most);
            break;
          case 'RELEASE': {
            const held = amrm.heldContainers();
            const container = held[(one as { which: number }).which % held.length];
            if (container) amrm.releaseAssignedContainer(container.id);
            break;
          }
          case 'RESTART':
            rm.restart();
            break;
          case 'LOSE_REQUEST':
          case 'LOSE_ANSWER':
            rm.spoil('allocate', one.do);
            break;
          case 'WAIT':
            clock.advance((one as { ms: number }).ms);
            break;
          case 'SETTLE':
            await settle();
        }
      }
      // Quiet comes, and all that was asked is granted.
      for (let i = 0; i < 8; i++) {
        await settle();
        rm.grant();
        clock.advance(1000);
      }
      await settle();
      expect(twice).toEqual([]);
      expect(amrm.pendingRequests()).toEqual([]);
      expect(wanted.size).toBe(0);
      expect(rm.asked()).toBe(0);
      const live = rm.liveContainers().map(({ id }) => id);
      expect(live.sort()).toEqual([...living.values()].sort());
      expect(
        amrm
          .heldContainers()
          .map(({ id }) => id)
          .sort(),
      ).toEqual(live);
      await amrm.stop();
    }),
    {
      numRuns: 150,
      // The answer with a container is under way when the RM dies.
      examples: [
        [[{ do: 'WANT', priority: 0, near: false }, { do: 'SETTLE' }, { do: 'GRANT', most: 1 }, { do: 'RESTART' }]],
      ],
    },
  );
});
