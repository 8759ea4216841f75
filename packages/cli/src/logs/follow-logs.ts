/**
 * followLogs: what the containers of an application write, while they write it, until it is over; new containers come in as they
 * start. Hadoop has `yarn logs` for what lies there already. A line is shown when it is whole; each says which file it is from.
 */
import { delay, formatLogLine, messageOf, type ApplicationId, type ContainerId } from '@bobbin/common';
import { isTerminal } from '@bobbin/client';
import type { CommandIO } from '../output/io.js';
import type { Session } from '../session.js';
import { findContainers, type ContainerPlace } from './find-containers.js';
import { NodeLogs } from './node-logs.js';
import { isWanted, type LogOptions } from './show-logs.js';

/** Logs are files: nobody tells when one grows. */
const LOOK_EVERY_MS = 300;

/** What of a file was shown. */
interface Shown {
  bytes: number;
  /** The beginning of a line whose end is not written yet. */
  rest: Buffer;
}

/** Resolves when the application is over and all was shown, or at Ctrl-C (true). */
export async function followLogs(
  session: Session,
  io: CommandIO,
  id: ApplicationId,
  options: LogOptions,
): Promise<boolean> {
  let interrupted = false;
  const stopListening = io.onInterrupt(() => (interrupted = true));
  const follower = new Follower(session, io, id, options);
  try {
    for (;;) {
      // Asked first: what was written before the end is then still seen.
      const { applicationReport } = await session.rm.getApplicationReport({ applicationId: id });
      const over = isTerminal(applicationReport.state);
      await follower.look(over);
      if (over || interrupted) return interrupted;
      await delay(io.clock, LOOK_EVERY_MS);
    }
  } finally {
    stopListening();
  }
}

class Follower {
  private readonly logs: NodeLogs;
  private readonly places = new Map<ContainerId, ContainerPlace>();
  private readonly shown = new Map<string, Shown>();
  private readonly warned = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly io: CommandIO,
    private readonly id: ApplicationId,
    private readonly options: LogOptions,
  ) {
    this.logs = new NodeLogs(session.credentials);
  }

  /** Shows what is new. `last`: lines without an end are shown, too. */
  async look(last: boolean): Promise<void> {
    // One that has ended since is not told of any more, and its last words are still wanted.
    for (const place of await findContainers(this.session, this.id)) {
      if (this.places.get(place.containerId)?.nodeHttpAddress === undefined) this.places.set(place.containerId, place);
    }
    const nodes = await this.session.rm.getClusterNodes({ nodeStates: ['RUNNING', 'UNHEALTHY', 'DECOMMISSIONING'] });
    const everywhere = nodes.nodeReports.map(({ httpAddress }) => httpAddress);
    for (const place of this.places.values()) {
      const { containerId, nodeHttpAddress } = place;
      if (this.options.only?.startsWith('container_') && containerId !== this.options.only) continue;
      for (const node of nodeHttpAddress === undefined ? everywhere : [nodeHttpAddress]) {
        if (await this.showNew(node, containerId, last)) {
          this.places.set(containerId, { containerId, nodeHttpAddress: node });
          break;
        }
      }
    }
  }

  /** Whether the node knows the container. */
  private async showNew(node: string, containerId: ContainerId, last: boolean): Promise<boolean> {
    try {
      const files = await this.logs.list(node, containerId);
      for (const { name, sizeBytes } of files ?? []) {
        if (!isWanted(name, this.options)) continue;
        const key = `${containerId} ${name}`;
        const known = this.shown.get(key) ?? { bytes: 0, rest: Buffer.alloc(0) };
        this.shown.set(key, known);
        if (sizeBytes > known.bytes) {
          const news = await this.logs.readFrom(node, containerId, name, known.bytes);
          known.bytes += news.length;
          known.rest = Buffer.concat([known.rest, news]);
        }
        this.printLines(`${shortName(containerId)} ${name}`, known, last);
      }
      return files !== undefined;
    } catch (error) {
      const problem = `logs of ${containerId} on ${node} cannot be read: ${messageOf(error)}`;
      if (!this.warned.has(problem)) this.io.warn(problem);
      this.warned.add(problem);
      return false;
    }
  }

  private printLines(source: string, known: Shown, last: boolean): void {
    const end = last ? known.rest.length : known.rest.lastIndexOf(0x0a) + 1;
    if (end === 0) return;
    const lines = known.rest.toString('utf8', 0, end).replace(/\n$/, '').split('\n');
    known.rest = known.rest.subarray(end);
    for (const line of lines) {
      this.io.print(this.options.json ? JSON.stringify({ source, line }) : `${source} | ${formatLogLine(line)}`);
    }
  }
}

/** `01_000002` of `container_1700000000000_0001_01_000002`: within one application nothing else tells containers apart. */
const shortName = (id: ContainerId): string => id.split('_').slice(-2).join('_');
