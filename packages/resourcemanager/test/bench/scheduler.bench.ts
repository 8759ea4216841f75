/**
 * What a decision of the FIFO scheduler costs, from 100 to 10,000 nodes: fill the cluster, then give back and take again. Run it with
 * `node packages/resourcemanager/test/bench/scheduler.bench.ts` after a build. The cost of one container must stay flat.
 */
import { applicationAttemptId, applicationId, applicationOf, nodeId, type ContainerId } from '@bobbin/common';
import { FifoScheduler } from '@bobbin/resourcemanager';

const PER_NODE = 8;

for (const nodes of [100, 1000, 10_000]) {
  const scheduler = new FifoScheduler({
    minimumAllocation: { memoryMb: 1024, vcores: 1 },
    maximumAllocation: { memoryMb: 8192, vcores: 8 },
    epoch: 0,
    nodeLocalityDelay: 40,
    maxAMShare: 1,
  });
  for (let n = 0; n < nodes; n++) {
    const host = `h${n}`;
    const capability = { memoryMb: 1024 * PER_NODE, vcores: PER_NODE };
    scheduler.apply({
      type: 'NODE_ADDED',
      node: { nodeId: nodeId(host, 1), host, rackName: `/r${n % 40}`, capability },
    });
  }
  const attempts = Array.from({ length: 100 }, (_, n) => applicationAttemptId(applicationId(1, n + 1), 1));
  for (const attemptId of attempts) {
    scheduler.apply({ type: 'APP_ADDED', applicationId: applicationOf(attemptId), queue: 'default', user: 'u' });
    scheduler.apply({ type: 'ATTEMPT_ADDED', attemptId, waitsForAM: false });
  }
  const demand = (numContainers: number): void => {
    for (const attemptId of attempts) {
      const request = {
        priority: 1,
        resourceName: '*',
        capability: { memoryMb: 1024, vcores: 1 },
        numContainers,
        relaxLocality: true,
        executionType: 'GUARANTEED',
        allocationRequestId: -1,
      } as const;
      scheduler.apply({
        type: 'DEMAND_CHANGED',
        attemptId,
        asks: [request],
        blacklistAdditions: [],
        blacklistRemovals: [],
      });
    }
  };
  const total = nodes * PER_NODE;
  const started = performance.now();
  demand(total / attempts.length + 1000);
  let live: ContainerId[] = scheduler.decide(0).assignments.map((a) => a.containerId);
  const filled = performance.now();
  let turns = 0;
  const rounds = 20_000;
  const next: ContainerId[] = [];
  while (turns < rounds) {
    const containerId = live[turns % live.length];
    if (containerId === undefined) break;
    scheduler.apply({ type: 'CONTAINER_COMPLETED', containerId, askAgain: false });
    next.push(...scheduler.decide(0).assignments.map((a) => a.containerId));
    turns++;
    if (turns % live.length === 0) live = next.splice(0);
  }
  const ended = performance.now();
  console.log(
    `${nodes} nodes: filling ${((1000 * (filled - started)) / total).toFixed(2)} us a container, ` +
      `one back and one out ${((1000 * (ended - filled)) / turns).toFixed(2)} us`,
  );
}
