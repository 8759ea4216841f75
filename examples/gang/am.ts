/**
 * Gang: workers that start together and find each other. None starts before there is room for all; each tells the AppMaster where it
 * listens and is told where all listen. When one fails, all begin anew.
 *
 *   bobbin app submit examples/gang -- --workers 4
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import {
  connectAppMaster,
  containerLaunchContext,
  fileResources,
  loggedCommand,
  type Container,
  type ContainerRequest,
} from '@bobbin/client';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '3' },
    tries: { type: 'string', default: '3' },
    /** Seconds after which a gang that is not complete gives back what it holds: another may be waiting for just that. */
    patience: { type: 'string', default: '30' },
  },
});
const size = Number(values.workers);
const request: ContainerRequest = { capability: { memoryMb: 256, vcores: 1 } };

const { amrm, nm, environment, close } = connectAppMaster();
const events = amrm.events();
const localResources = await fileResources('worker.mjs');

// The meeting place: a worker's address comes in, and the answer waits until all are there.
let addresses = new Map<number, string>();
let waiting: ServerResponse[] = [];
const meetingPlace = createServer((call, response) => {
  const query = new URL(call.url ?? '', 'http://am').searchParams;
  if (query.get('try') !== String(tryNumber)) return void response.writeHead(410).end('this gang is over');
  addresses.set(Number(query.get('rank')), query.get('address') ?? '');
  waiting.push(response);
  if (addresses.size < size) return;
  const list = JSON.stringify(Array.from({ length: size }, (_, rank) => addresses.get(rank)));
  for (const held of waiting) held.end(list);
  waiting = [];
});
await new Promise<void>((resolve) => meetingPlace.listen(0, resolve));
const meetAt = `http://${environment.nmHost}:${(meetingPlace.address() as AddressInfo).port}/`;

await amrm.registerApplicationMaster({ host: environment.nmHost, trackingUrl: meetAt });

let tryNumber = 1;
let gang: Container[] = [];
let ended = 0;
let patience: NodeJS.Timeout | undefined;

function assemble(): void {
  ended = 0;
  addresses = new Map();
  amrm.addContainerRequest(request, size);
  patience = setTimeout(
    () => {
      console.log(`only ${gang.length} of ${size} came; giving them back`);
      disband();
      setTimeout(assemble, Math.random() * 5000);
    },
    Number(values.patience) * 1000,
  );
}

/** Gives everything back. What comes of it is no news: the gang is empty first. */
function disband(): void {
  clearTimeout(patience);
  const former = gang;
  gang = [];
  for (const held of waiting.splice(0)) held.writeHead(410).end('this gang is over');
  for (const pending of amrm.pendingRequests()) amrm.removeContainerRequest(pending);
  for (const { id } of former) amrm.releaseAssignedContainer(id);
}

async function start(): Promise<void> {
  clearTimeout(patience);
  console.log(`try ${tryNumber}: all ${size} are there`);
  const starts = gang.map((container, rank) => ({
    container,
    launchContext: containerLaunchContext({
      commands: [loggedCommand('"$BOBBIN_NODE" worker.mjs')],
      localResources,
      environment: { RANK: String(rank), SIZE: String(size), TRY: String(tryNumber), MEET_AT: meetAt },
    }),
  }));
  for (const result of await nm.startContainers(starts)) {
    // A container that could not be started is given back, and its end counts as a failure.
    if ('error' in result) amrm.releaseAssignedContainer(result.containerId);
  }
}

assemble();
let outcome: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED';
for await (const event of events) {
  if (event.type === 'CONTAINER_ALLOCATED') {
    gang.push(event.container);
    if (gang.length === size) void start();
  } else if (event.type === 'CONTAINER_COMPLETED' && gang.some(({ id }) => id === event.status.containerId)) {
    console.log(`${event.status.containerId} ended with exit code ${event.status.exitStatus}`);
    if (event.status.exitStatus === 0) {
      if (++ended === size) break;
    } else if (tryNumber < Number(values.tries)) {
      tryNumber++;
      disband();
      assemble();
    } else {
      outcome = 'FAILED';
      break;
    }
  }
}
await amrm.unregisterApplicationMaster(outcome, { diagnostics: `${tryNumber} tries with ${size} workers` });
meetingPlace.close();
await close();
