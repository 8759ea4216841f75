/**
 * ContainerLauncher: starts and stops the containers of attempts on their NodeManagers. Hadoop: mapreduce.v2.app.launcher.
 * ContainerLauncherImpl (reference mapreduce.md 1.6). What one dispatcher turn asks of a node goes to NMClient in one call, and
 * the calls of one container never overlap: a stop waits for the start before it. A cleanup is always answered by
 * TA_CONTAINER_CLEANED, whatever the node says. Emits TA_CONTAINER_LAUNCHED, TA_CONTAINER_LAUNCH_FAILED, TA_CONTAINER_CLEANED.
 *
 * Reuse: a launch on a container that runs means that its child gets another task: it is launched already.
 */
import { ContainerRefusedError, type NMClient } from '@bobbin/client';
import {
  delay,
  messageOf,
  type Clock,
  type Container,
  type ContainerId,
  type ContainerLaunchContext,
  type EventSink,
  type NodeId,
  type TaskAttemptId,
  type TaskType,
} from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import type { ContainerLauncherEvent, MRAppEvent } from '../events.js';
import { shufflePort } from './task-launch-context.js';

export interface ContainerLauncherDeps {
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly log: AppLog;
  readonly nm: Pick<NMClient, 'startContainers' | 'stopContainers' | 'signalContainer' | 'containerEnded'>;
  /** What to run in a container whose first task is of this kind. */
  readonly launchContext: (containerId: ContainerId, firstTask: TaskType) => ContainerLaunchContext;
  /** Resolves with true while this AM is the only one, with false when it may not be: its containers are another's then. */
  readonly isInCharge: () => Promise<boolean>;
}

/** How long a task that timed out may take to say where its code is; its attempt then ends with that in its diagnostics. */
const THREAD_DUMP_MS = 500;

interface Launch {
  readonly container: Container;
  /** PREP: the start is queued or under way. OVER: it failed, or was stopped, or ended; the launch is forgotten then. */
  state: 'PREP' | 'RUNNING' | 'OVER';
  /** The attempt it carries; undefined between two. */
  attemptId: TaskAttemptId | undefined;
  /** False from the moment it is to be stopped, or has ended: a node that is not ready for its start is not asked again. */
  isWanted: boolean;
  shufflePort: number;
  /** The calls made for this container, one after another. */
  calls: Promise<void>;
  /** Resolves when the platform says that the container is gone. */
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** A container to be started, and for what. */
interface Start {
  readonly launch: Launch;
  readonly firstTask: TaskType;
}

/** What is to be sent to one node at the end of the turn. */
interface Batch {
  readonly starts: Start[];
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
        this.launch(event.container, event.attemptId, event.task.type);
        return;
      case 'CONTAINER_ADOPTED': {
        const { container, attemptId, shufflePort: port } = event;
        this.launches.set(container.id, { ...newLaunch(container, attemptId), state: 'RUNNING', shufflePort: port });
        return;
      }
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
    for (const batch of batches.values()) {
      if (batch.starts.length > 0) this.sendStarts(batch.starts);
      if (batch.stops.length > 0) this.sendStops(batch.stops);
    }
  }

  /** The platform says this container is gone: nothing needs to be stopped there any more. */
  containerEnded(containerId: ContainerId): void {
    const launch = this.launches.get(containerId);
    if (!launch) return;
    launch.state = 'OVER';
    launch.isWanted = false;
    this.launches.delete(containerId);
    this.deps.nm.containerEnded(containerId);
    launch.end();
  }

  /** Stops every container that still runs; resolves when the nodes have answered. Errors are only logged. */
  async stopAll(): Promise<void> {
    this.endTurn();
    const launches = [...this.launches.values()];
    for (const launch of launches) launch.isWanted = false;
    // A start that waits on one node is not to keep the containers of the others.
    const nodes = new Set(launches.map(({ container }) => container.nodeId));
    const on = (nodeId: NodeId): Launch[] => launches.filter(({ container }) => container.nodeId === nodeId);
    await Promise.all([...nodes].map((nodeId) => this.stopAtOnce(on(nodeId))));
    this.launches.clear();
  }

  private launch(container: Container, attemptId: TaskAttemptId, firstTask: TaskType): void {
    const known = this.launches.get(container.id);
    if (!known) {
      const launch = newLaunch(container, attemptId);
      this.launches.set(container.id, launch);
      this.batch(container.nodeId).starts.push({ launch, firstTask });
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
    const queued = batch.starts.findIndex((start) => start.launch === launch);
    if (queued >= 0) {
      batch.starts.splice(queued, 1);
      launch.state = 'OVER';
      this.launches.delete(containerId);
      this.cleaned(attemptId);
      return;
    }
    launch.isWanted = false;
    batch.stops.push({ launch, attemptId, dumpThreads });
  }

  private sendStarts(starts: readonly Start[]): void {
    const call = this.start(starts);
    for (const { launch } of starts) launch.calls = call;
  }

  private async start(starts: readonly Start[]): Promise<void> {
    const { nm, launchContext } = this.deps;
    const launches = new Map(starts.map(({ launch }) => [launch.container.id, launch]));
    try {
      const results = await nm.startContainers(
        starts.map(({ launch: { container }, firstTask }) => ({
          container,
          launchContext: launchContext(container.id, firstTask),
        })),
        (id) => launches.get(id)?.isWanted === true,
      );
      for (const result of results) {
        const launch = launches.get(result.containerId);
        if (!launch) continue;
        if ('error' in result) {
          this.launchFailed(launch, reasonOf(result.error));
        } else if (launch.state === 'PREP') {
          launch.shufflePort = shufflePort(result.servicesMetaData);
          launch.state = 'RUNNING';
          this.launched(launch);
        }
      }
    } catch (error) {
      for (const launch of launches.values()) if (launch.state === 'PREP') this.launchFailed(launch, messageOf(error));
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
    this.deps.nm.containerEnded(container.id);
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

  /** A node that died answers no call for minutes: the platform's word that the container is gone will do. */
  private sendStops(stops: Batch['stops']): void {
    const stopped = this.stop(stops);
    for (const { launch, attemptId } of stops) {
      void Promise.race([stopped, launch.ended]).then(() => this.cleaned(attemptId));
    }
  }

  private async stop(stops: Batch['stops']): Promise<void> {
    const launches = stops.map(({ launch }) => launch);
    await Promise.all(launches.map((launch) => launch.calls));
    const timedOut = stops.filter(({ dumpThreads }) => dumpThreads);
    // Not awaited: a node that answers nothing is asked for minutes.
    for (const { launch } of timedOut) void this.dumpThreads(launch);
    if (timedOut.length > 0) await delay(this.deps.clock, THREAD_DUMP_MS);
    await this.stopAtOnce(launches);
  }

  private async dumpThreads({ container }: Launch): Promise<void> {
    try {
      await this.deps.nm.signalContainer(container.id, container.nodeId, 'OUTPUT_THREAD_DUMP');
    } catch (error) {
      this.deps.log.warn(`no thread dump of ${container.id}: ${messageOf(error)}`);
    }
  }

  private async stopAtOnce(launches: readonly Launch[]): Promise<void> {
    await Promise.all(launches.map((launch) => launch.calls));
    // One that slept wakes to tasks that timed out, which its successor has adopted.
    if (!(await this.deps.isInCharge())) return;
    const running = launches.filter((launch) => launch.state === 'RUNNING');
    for (const launch of running) launch.state = 'OVER';
    if (running.length === 0) return;
    for (const { containerId, error } of await this.deps.nm.stopContainers(running.map(({ container }) => container))) {
      if (error) this.deps.log.warn(`cleanup failed for container ${containerId} : ${reasonOf(error)}`);
      this.launches.delete(containerId);
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

function reasonOf(error: Error): string {
  return error instanceof ContainerRefusedError ? error.reason : error.message;
}

function newLaunch(container: Container, attemptId: TaskAttemptId): Launch {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { container, state: 'PREP', attemptId, isWanted: true, shufflePort: -1, calls: Promise.resolve(), ended, end };
}
