/**
 * A service that runs until it is told to end: so many instances, replaced when they die or fail their health check, more or fewer at a
 * word; they serve on while the AppMaster is away.
 *
 *   bobbin app submit examples/service --no-wait -- --instances 2 --registry /shared/service
 *   curl $URL                             what runs where; bobbin app status shows the URL
 *   curl -X PUT $URL/instances/5          scale up or down
 *   curl -X DELETE $URL                   end it
 *
 * What must outlive this process lies in the registry, a folder that every node sees: where each instance listens, how many there shall be.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  connectAppMaster,
  containerLaunchContext,
  fileResources,
  loggedCommand,
  type Container,
  type ContainerId,
} from '@bobbin/client';

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '2' },
    registry: { type: 'string' },
    /** Seconds between two health checks; the third in a row that fails is one too many. */
    'check-every': { type: 'string', default: '2' },
  },
});
const FAILURES_ALLOWED = 2;
const { amrm, nm, environment, close } = connectAppMaster();
const registry = join(values.registry ?? '/tmp', environment.applicationId);
const targetFile = join(registry, 'target');
mkdirSync(registry, { recursive: true });
let target = existsSync(targetFile) ? Number(readFileSync(targetFile, 'utf8')) : Number(values.instances);

const running = new Map<ContainerId, { readonly container: Container; failures: number }>();
let ending = false;

const server = createServer((call, response) => {
  const [, wish, count] = (call.url ?? '').split('/');
  if (call.method === 'DELETE') {
    ending = true;
    settle();
  } else if (call.method === 'PUT' && wish === 'instances' && /^\d+$/.test(count ?? '')) {
    target = Number(count);
    writeFileSync(targetFile, String(target));
    settle();
  }
  const instances = [...running.values()].map(({ container }) => ({
    container: container.id,
    address: addressOf(container.id),
  }));
  response.end(`${JSON.stringify({ attempt: environment.attemptNumber, target, instances })}\n`);
});
await new Promise<void>((resolve) => server.listen(0, resolve));
const trackingUrl = `http://${environment.nmHost}:${(server.address() as AddressInfo).port}`;

function addressOf(id: ContainerId): string | undefined {
  const file = join(registry, id);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Asks for what is missing, stops what is too much. */
function settle(): void {
  const wanted = ending ? 0 : target;
  const pending = amrm.pendingRequests();
  const missing = wanted - running.size - pending.length;
  if (missing > 0) amrm.addContainerRequest({ capability: { memoryMb: 128, vcores: 1 } }, missing);
  for (const request of pending.slice(0, Math.max(0, -missing))) amrm.removeContainerRequest(request);
  for (const id of [...running.keys()].slice(wanted)) amrm.releaseAssignedContainer(id);
  if (ending && running.size === 0) void end();
}

async function check(): Promise<void> {
  for (const [id, instance] of running) {
    const address = addressOf(id);
    if (address === undefined) continue;
    const healthy = await fetch(`http://${address}/health`, { signal: AbortSignal.timeout(1000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    instance.failures = healthy ? 0 : instance.failures + 1;
    if (instance.failures <= FAILURES_ALLOWED) continue;
    console.log(`${id} is unhealthy and goes`);
    amrm.releaseAssignedContainer(id);
  }
}

async function end(): Promise<void> {
  clearInterval(checks);
  await amrm.unregisterApplicationMaster('SUCCEEDED', { diagnostics: 'ended by its user' });
  rmSync(registry, { recursive: true, force: true });
  server.closeAllConnections();
  server.close();
  await close();
}

const events = amrm.events();
const localResources = await fileResources('instance.mjs');
const { containersFromPreviousAttempts } = await amrm.registerApplicationMaster({
  host: environment.nmHost,
  trackingUrl,
});
for (const container of containersFromPreviousAttempts) running.set(container.id, { container, failures: 0 });
console.log(`attempt ${environment.attemptNumber} has ${running.size} instances, wants ${target}`);
const checks = setInterval(() => void check(), Number(values['check-every']) * 1000);
settle();

for await (const event of events) {
  if (event.type === 'CONTAINER_ALLOCATED') {
    const { container } = event;
    running.set(container.id, { container, failures: 0 });
    const launchContext = containerLaunchContext({
      commands: [loggedCommand('exec "$BOBBIN_NODE" instance.mjs')],
      localResources,
      environment: { REGISTRY: registry },
    });
    nm.startContainer(container, launchContext).catch((error: unknown) => {
      console.error(String(error));
      amrm.releaseAssignedContainer(container.id);
    });
  } else if (event.type === 'CONTAINER_RECOVERED') {
    running.set(event.container.id, { container: event.container, failures: 0 });
  } else if (event.type === 'CONTAINER_COMPLETED') {
    const { containerId, exitStatus } = event.status;
    console.log(`${containerId} ended with ${exitStatus}`);
    running.delete(containerId);
    rmSync(join(registry, containerId), { force: true });
  } else continue;
  settle();
}
