/**
 * Distributed shell: runs copies of a command, each in a container of its own, and again where one fails.
 *
 *   bobbin app submit examples/distributed-shell -- --copies 3 --retries 1 'hostname; sleep 1'
 *
 * Hadoop's own version of this is a thousand lines; what they do is in `AMRMClient` here.
 */
import { parseArgs } from 'node:util';
import { connectAppMaster, containerLaunchContext, loggedCommand, type ContainerRequest } from '@bobbin/client';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    copies: { type: 'string', default: '1' },
    retries: { type: 'string', default: '0' },
    memory: { type: 'string', default: '256' },
    node: { type: 'string', multiple: true, default: [] },
    rack: { type: 'string', multiple: true, default: [] },
    /** On these nodes or racks, or not at all. */
    strict: { type: 'boolean', default: false },
  },
});
const command = positionals.join(' ');
if (command === '') throw new Error('name the command to run: bobbin app submit examples/distributed-shell -- date');

/** What is asked for comes back with its container, fields of our own included. */
interface Copy extends ContainerRequest {
  readonly number: number;
  readonly triesLeft: number;
}

const { amrm, nm, close } = connectAppMaster<Copy>();
const events = amrm.events();
await amrm.registerApplicationMaster();

const copies = Number(values.copies);
const askedAt = performance.now();
for (let number = 1; number <= copies; number++) {
  amrm.addContainerRequest({
    number,
    triesLeft: Number(values.retries),
    capability: { memoryMb: Number(values.memory), vcores: 1 },
    nodes: values.node,
    racks: values.rack,
    relaxLocality: !values.strict,
  });
}

let ended = 0;
const failures: string[] = [];

for await (const event of events) {
  switch (event.type) {
    case 'CONTAINER_ALLOCATED': {
      const { container, request } = event;
      const environment = { COPY: String(request.number), COPIES: String(copies) };
      const launchContext = containerLaunchContext({ commands: [loggedCommand(command)], environment });
      nm.startContainer(container, launchContext).then(
        () => console.log(`copy ${request.number} runs in ${container.id} on ${container.nodeId}`),
        (error: unknown) => {
          console.error(`copy ${request.number} was refused by ${container.nodeId}: ${String(error)}`);
          amrm.replaceContainer(container.id);
        },
      );
      break;
    }
    case 'CONTAINER_COMPLETED': {
      const { status, request: copy } = event;
      if (copy === undefined) break;
      console.log(`copy ${copy.number} ended with exit code ${status.exitStatus}`);
      if (status.exitStatus !== 0 && copy.triesLeft > 0) {
        amrm.addContainerRequest({ ...copy, triesLeft: copy.triesLeft - 1 });
        break;
      }
      if (status.exitStatus !== 0)
        failures.push(`copy ${copy.number}: exit code ${status.exitStatus} ${status.diagnostics}`.trim());
      amrm.setProgress(++ended / copies);
      break;
    }
    case 'REQUESTS_REFUSED':
      failures.push(event.error.message);
      ended += event.requests.length;
      break;
    default:
  }
  if (ended === copies) break;
}

const outcome = failures.length === 0 ? 'SUCCEEDED' : 'FAILED';
const seconds = ((performance.now() - askedAt) / 1000).toFixed(3);
const summary = `${copies - failures.length} of ${copies} copies succeeded in ${seconds} s`;
await amrm.unregisterApplicationMaster(outcome, { diagnostics: [summary, ...failures].join('\n') });
await close();
