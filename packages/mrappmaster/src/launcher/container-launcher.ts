/**
 * ContainerLauncher: starts and stops the containers of attempts on their NodeManagers. Hadoop: mapreduce.v2.app.launcher.
 * ContainerLauncherImpl (reference mapreduce.md 1.6). What one dispatcher turn asks of a node goes there in one call, and
 * the calls of one container never overlap: a stop waits for the start before it. A cleanup is always answered by
 * TA_CONTAINER_CLEANED, whatever the node says. Emits TA_CONTAINER_LAUNCHED, TA_CONTAINER_LAUNCH_FAILED, TA_CONTAINER_CLEANED.
 *
 * Reuse: a launch on a container that runs means that its child gets another task: it is launched already.
 */
import {
  delay,
  messageOf,
  type Clock,
  type Container,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerManagementProtocol,
  type EventSink,
  type NodeId,
  type TaskAttemptId,
} from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import { ContainerLaunchError } from '../errors.js';
import type { ContainerLauncherEvent, MRAppEvent } from '../events.js';
import { shufflePort } from './task-launch-context.js';

/** The calls of an NM that the launcher makes. */
export type NMConnection = Pick<
  ContainerManagementProtocol,
  'startContainers' | 'stopContainers' | 'signalToContainer'
>;

export interface ContainerLauncherDeps {
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly log: AppLog;
  /** A connection to the node, with its NM token. The same node gives the same one. */
  readonly nm: (nodeId: NodeId) => NMConnection;
  readonly launchContext: (containerId: ContainerId) => ContainerLaunchContext;
}

/** How long a task that timed out may take to say where its code is; its attempt then ends with that in its diagnostics. */
const THREAD_DUMP_MS = 500;

interface Launch {
  readonly container: Container;
  /** PREP: the start is queued or under way. OVER: it failed, or was stopped, or ended; the launch is forgotten then. */
  state: 'PREP' | 'RUNNING' | 'OVER';
  /** The attempt it carries; undefined between two. */
  attemptId: TaskAttemptId | undefined;
  shufflePort: number;
  /** The calls made for this container, one after another. */
  calls: Promise<void>;
}

/** What is to be sent to one node at the end of the turn. */
interface Batch {
  readonly starts: Launch[];
  readonly stops: { readonly launch: Launch; readonly attemptId: TaskAttemptId; readonly dumpThreads: boolean }[];
}

export class ContainerLauncher {
  private readonly launches = new Map<ContainerId, Launch>();
  private batches = new Map<NodeId, Batch>();

  constructor(private readonly deps: ContainerLauncherDeps) {}

  /** Handler of the `container-launcher` domain. */
  handle(event: ContainerLauncherEvent): void {
    switch (event.type) {
      case 'CONTAINER_REMOTE_LAUNCH':
        this.launch(event.container, event.attemptId);
        return;
      case 'CONTAINER_REMOTE_CLEANUP':
        this.cleanUp(event.containerId, event.attemptId, event.dumpThreads);
        return;
      case 'CONTAINER_COMPLETED': {
        const launch = this.launches.get(event.containerId);
        if (launch?.attemptId === event.attemptId) launch.attemptId = undefined;
        return;
      }
    }
  }

  /** Turn hook of the dispatcher: sends what the turn brought, one call of a kind to a node. */
  endTurn(): void {
    if (this.batches.size === 0) return;
    const batches = this.batches;
    this.batches = new Map();
    for (const [nodeId, batch] of batches) {
      if (batch.starts.length > 0) this.sendStarts(nodeId, batch.starts);
      if (batch.stops.length > 0) this.sendStops(nodeId, batch.stops);
    }
  }

  /** The platform says this container is gone: nothing needs to be stopped there any more. */
  containerEnded(containerId: ContainerId): void {
    const launch = this.launches.get(containerId);
    if (!launch) return;
    launch.state = 'OVER';
    this.launches.delete(containerId);
  }

  /** Stops every container that still runs; resolves when the nodes have answered. Errors are only logged. */
  async stopAll(): Promise<void> {
    this.endTurn();
    const byNode = new Map<NodeId, Launch[]>();
    for (const launch of this.launches.values()) {
      const { nodeId } = launch.container;
      byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), launch]);
    }
    await Promise.all([...byNode].map(([nodeId, launches]) => this.stopOnNode(nodeId, launches)));
    this.launches.clear();
  }

  private launch(container: Container, attemptId: TaskAttemptId): void {
    const known = this.launches.get(container.id);
    if (!known) {
      const launch: Launch = { container, state: 'PREP', attemptId, shufflePort: -1, calls: Promise.resolve() };
      this.launches.set(container.id, launch);
      this.batch(container.nodeId).starts.push(launch);
    } else {
      known.attemptId = attemptId;
      if (known.state === 'RUNNING') this.launched(known);
    }
  }

  private cleanUp(containerId: ContainerId, attemptId: TaskAttemptId, dumpThreads: boolean): void {
    const launch = this.launches.get(containerId);
    if (!launch || launch.attemptId !== attemptId) {
      this.cleaned(attemptId);
      return;
    }
    const batch = this.batch(launch.container.nodeId);
    const queued = batch.starts.indexOf(launch);
    if (queued >= 0) {
      batch.starts.splice(queued, 1);
      launch.state = 'OVER';
      this.launches.delete(containerId);
      this.cleaned(attemptId);
      return;
    }
    batch.stops.push({ launch, attemptId, dumpThreads });
  }

  private sendStarts(nodeId: NodeId, launches: readonly Launch[]): void {
    const call = this.startOnNode(nodeId, launches);
    for (const launch of launches) launch.calls = call;
  }

  private async startOnNode(nodeId: NodeId, launches: readonly Launch[]): Promise<void> {
    const { nm, launchContext } = this.deps;
    try {
      const requests = launches.map(({ container }) => {
        if (!container.containerToken) throw new ContainerLaunchError(container.id, nodeId, 'it came without a token');
        return { containerLaunchContext: launchContext(container.id), containerToken: container.containerToken };
      });
      const { failed, servicesMetaData } = await nm(nodeId).startContainers({ requests });
      const failures = new Map(failed.map(({ containerId, exception }) => [containerId, exception.message]));
      const port = failures.size < launches.length ? shufflePort(servicesMetaData) : -1;
      for (const launch of launches) {
        const failure = failures.get(launch.container.id);
        if (failure !== undefined) {
          this.launchFailed(launch, failure);
        } else if (launch.state === 'PREP') {
          launch.state = 'RUNNING';
          launch.shufflePort = port;
          this.launched(launch);
        }
      }
    } catch (error) {
      for (const launch of launches) this.launchFailed(launch, messageOf(error));
    }
  }

  private launched(launch: Launch): void {
    if (!launch.attemptId) return;
    const { attemptId, shufflePort: port } = launch;
    this.deps.dispatcher.dispatch({
      domain: 'taskattempt',
      type: 'TA_CONTAINER_LAUNCHED',
      attemptId,
      shufflePort: port,
    });
  }

  private launchFailed(launch: Launch, why: string): void {
    const { container, attemptId } = launch;
    launch.state = 'OVER';
    this.launches.delete(container.id);
    if (!attemptId) return;
    const diagnostics = `Container launch failed for ${container.id} : ${why}`;
    this.deps.log.warn(diagnostics);
    this.deps.dispatcher.dispatch({
      domain: 'taskattempt',
      type: 'TA_CONTAINER_LAUNCH_FAILED',
      attemptId,
      diagnostics,
    });
  }

  private sendStops(nodeId: NodeId, stops: Batch['stops']): void {
    void (async () => {
      const launches = stops.map(({ launch }) => launch);
      await Promise.all(launches.map((launch) => launch.calls));
      const timedOut = stops.filter(({ dumpThreads }) => dumpThreads);
      for (const { launch } of timedOut) await this.dumpThreads(launch);
      if (timedOut.length > 0) await delay(this.deps.clock, THREAD_DUMP_MS);
      await this.stopOnNode(nodeId, launches);
      for (const { attemptId } of stops) this.cleaned(attemptId);
    })();
  }

  private async dumpThreads({ container }: Launch): Promise<void> {
    try {
      const command = 'OUTPUT_THREAD_DUMP';
      await this.deps.nm(container.nodeId).signalToContainer({ containerId: container.id, command });
    } catch (error) {
      this.deps.log.warn(`no thread dump of ${container.id}: ${messageOf(error)}`);
    }
  }

  private async stopOnNode(nodeId: NodeId, launches: readonly Launch[]): Promise<void> {
    await Promise.all(launches.map((launch) => launch.calls));
    const running = launches.filter((launch) => launch.state === 'RUNNING');
    for (const launch of running) {
      launch.state = 'OVER';
      this.launches.delete(launch.container.id);
    }
    if (running.length === 0) return;
    try {
      const containerIds = running.map(({ container }) => container.id);
      const { failed } = await this.deps.nm(nodeId).stopContainers({ containerIds });
      for (const { containerId, exception } of failed) {
        this.deps.log.warn(`cleanup failed for container ${containerId} : ${exception.message}`);
      }
    } catch (error) {
      this.deps.log.warn(`cleanup failed on ${nodeId} : ${messageOf(error)}`);
    }
  }

  private cleaned(attemptId: TaskAttemptId): void {
    this.deps.dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_CONTAINER_CLEANED', attemptId });
  }

  private batch(nodeId: NodeId): Batch {
    let batch = this.batches.get(nodeId);
    if (!batch) this.batches.set(nodeId, (batch = { starts: [], stops: [] }));
    return batch;
  }
}
