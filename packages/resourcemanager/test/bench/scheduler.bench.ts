/**
 * Containers per second of the scheduler in process: its shell (SchedulerService with real RMContainers) around a policy, no network, no
 * store. `scheduler.bench.ts NODES ASKS APPS any|local`: all applications ask at once, a hundred nodes' worth of hosts where `local`;
 * measured until every container is there; then all are pulled and given back, and it begins again. The first round is cold, the
 * median of the others is warm. Prints one JSON object. Hadoop's CapacityScheduler is measured by the same steps (peers).
 */
import {
  applicationAttemptId,
  applicationId,
  applicationOf,
  Dispatcher,
  LivelinessMonitor,
  nodeId,
  silentLogger,
  systemClock,
  type ApplicationAttemptId,
  type ContainerId,
  type ResourceRequest,
} from '@bobbin/common';
import type { RMEvent } from '../../src/events.js';
import { RMRegistry } from '../../src/rm-registry.js';
import type { RMApp } from '../../src/rmapp/rm-app.js';
import type { RMNode } from '../../src/rmnode/rm-node.js';
import { FifoScheduler } from '../../src/scheduler/fifo/fifo-scheduler.js';
import { SchedulerService, type Demand } from '../../src/scheduler/scheduler-service.js';

const ROUNDS = 5;
const HOSTS_ASKED = 100;
const CAPABILITY = { memoryMb: 131_072, vcores: 64 };
const SIZE = { memoryMb: 1024, vcores: 1 };

const [, , nodes = '5000', asks = '10000', apps = '2', locality = 'any'] = process.argv;

const registry = new RMRegistry();
const dispatcher = new Dispatcher<RMEvent>();
const service = new SchedulerService({
  clock: systemClock,
  log: silentLogger,
  dispatcher,
  registry,
  scheduler: new FifoScheduler({
    minimumAllocation: SIZE,
    maximumAllocation: CAPABILITY,
    epoch: 0,
    nodeLocalityDelay: 40,
    maxAMShare: 1,
  }),
  epoch: 0,
  allocationExpirer: new LivelinessMonitor<ContainerId>(systemClock, 600_000, () => undefined),
  wakeAM: () => undefined,
});
dispatcher.on('scheduler', (event) => service.handle(event));
for (const domain of ['rmapp', 'rmattempt', 'rmnode'] as const) dispatcher.on(domain, () => undefined);

const host = (n: number): string => `h${n}`;
const rack = (n: number): string => `/r${n % 50}`;

for (let n = 0; n < Number(nodes); n++) {
  const id = nodeId(host(n), 1);
  // What the scheduler's room looks at of a node.
  const node = { host: host(n), capability: CAPABILITY, info: { rackName: rack(n) }, runningApplications: new Set() };
  registry.nodes.set(id, node as unknown as RMNode);
  service.handle({ type: 'NODE_ADDED', nodeId: id });
}
const attempts = Array.from({ length: Number(apps) }, (_, n) => applicationAttemptId(applicationId(1, n + 1), 1));
for (const attemptId of attempts) {
  const app = { queue: 'default', user: 'u', attempts: new Map() };
  registry.apps.set(applicationOf(attemptId), app as unknown as RMApp);
  service.handle({ type: 'APP_ADDED', applicationId: applicationOf(attemptId) });
  service.handle({ type: 'ATTEMPT_ADDED', attemptId, waitsForAM: false, recovering: false });
}

function ask(resourceName: string, numContainers: number): ResourceRequest {
  return {
    priority: 1,
    resourceName,
    capability: SIZE,
    numContainers,
    relaxLocality: true,
    executionType: 'GUARANTEED',
    allocationRequestId: -1,
  };
}

function demand(app: number): Demand {
  const each = Number(asks) / Number(apps);
  const nothing = { releases: [], blacklistAdditions: [], blacklistRemovals: [] };
  if (locality === 'any') return { asks: [ask('*', each)], ...nothing };
  const hosts = Math.min(HOSTS_ASKED, Number(nodes), each);
  const places = Array.from({ length: hosts }, (_, n) => (app * 37 + n * 11) % Number(nodes));
  const byRack = new Map<string, number>();
  const perHost = Math.ceil(each / hosts);
  for (const place of places) byRack.set(rack(place), (byRack.get(rack(place)) ?? 0) + perHost);
  const named = [...places.map((place): [string, number] => [host(place), perHost]), ...byRack];
  return { asks: [...named.map(([name, count]) => ask(name, count)), ask('*', each)], ...nothing };
}

function giveBack(attemptId: ApplicationAttemptId): void {
  const releases = service.pull(attemptId).map(({ id }) => id);
  service.allocate(attemptId, { asks: [], releases, blacklistAdditions: [], blacklistRemovals: [] }, false);
}

const rates: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const started = performance.now();
  attempts.forEach((attemptId, app) => service.allocate(attemptId, demand(app), false));
  await dispatcher.drained();
  const seconds = (performance.now() - started) / 1000;
  if (registry.containers.size !== Number(asks)) throw new Error(`${registry.containers.size} containers of ${asks}`);
  rates.push(Number(asks) / seconds);
  attempts.forEach(giveBack);
  await dispatcher.drained();
}
const [cold = NaN, ...warm] = rates;
warm.sort((a, b) => a - b);
console.log(JSON.stringify({ cold: Math.round(cold), warm: Math.round(warm[warm.length >> 1] ?? NaN) }));
process.exit(0);
