/** S1: no container id is given twice, over epochs and restarts of the ResourceManager; nor started twice on the machines. */
import { applicationMasterProtocol, type ContainerId, type NodeId } from '@bobbin/common';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function containerIds({ sim }: World): Checker {
  const givenAt = new Map<ContainerId, NodeId>();
  const started = new Set<string>();
  return {
    started: ({ name, role, id }) => {
      if (role !== 'am' && role !== 'task') return;
      if (started.has(name)) sim.fail('S1', `container ${name} was started a second time, as ${id}`);
      started.add(name);
    },
    served: (_server, { service, method, answer }) => {
      if (method !== 'allocate' || !answer || service !== applicationMasterProtocol.service) return;
      const { allocatedContainers } = applicationMasterProtocol.codecs.allocate.response.decode(answer);
      for (const { id, nodeId } of allocatedContainers) {
        const before = givenAt.get(id);
        if (before !== undefined && before !== nodeId) sim.fail('S1', `${id} was given on ${before} and on ${nodeId}`);
        givenAt.set(id, nodeId);
      }
    },
  };
}
