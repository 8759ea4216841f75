/**
 * NMClient: an AppMaster's side of ContainerManagementProtocol: starts, watches and stops its containers on their NodeManagers. Hadoop: client.api.NMClient,
 * ContainerManagementProtocolProxy. One connection to each node, made at the first call; the calls of one container go out one after another.
 * Tokens come from the NMTokenCache that AMRMClient fills. A node that does not answer, or is not ready, is called again for three minutes, and one that
 * calls good tokens invalid, since it has not heard its RM's new keys yet, for 15 s; then, and for what is refused for good, the promise
 * rejects: ContainerRefusedError for one container, the NM's own error for a whole call.
 */
import {
  delay,
  YarnError,
  type Clock,
  type Container,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerManagementProtocol,
  type ContainerStatus,
  type FailedRequest,
  type NodeId,
  type SignalContainerCommand,
} from '@bobbin/common';
import { ContainerRefusedError } from '../errors.js';

/** A NodeManager as an AppMaster calls it; repeats what fails for now, and shows the NM token. */
export interface NMConnection extends ContainerManagementProtocol {
  close(): void;
}

export interface NMClientDeps {
  readonly clock: Clock;
  /** Connects to a node; the client closes what it gets. Nothing may be called before the first call. */
  readonly connect: (nodeId: NodeId) => NMConnection;
}

/** A container to start, and what to run in it. */
export interface ContainerStart {
  readonly container: Container;
  readonly launchContext: ContainerLaunchContext;
}

/** Answers of the node's auxiliary services, by name. */
export type ServicesMetaData = Readonly<Record<string, Uint8Array>>;

/** A container to stop, and where it is. */
export type ContainerStop = Pick<Container, 'id' | 'nodeId'>;

/** How a stop ended; without `error` the node has taken it. */
export interface StopResult {
  readonly containerId: ContainerId;
  readonly error?: Error;
}

/** How a start ended. */
export type StartResult =
  | { readonly containerId: ContainerId; readonly servicesMetaData: ServicesMetaData }
  | { readonly containerId: ContainerId; readonly error: Error };

/** The words in which nodes refuse to start a container twice; Hadoop has no class of its own for that. */
const STARTED_BEFORE = /already (started|is running)|relaunch the same container/;
const NOT_YET_READY = 'org.apache.hadoop.yarn.exceptions.NMNotYetReadyException';
/** A node that has not found its RM yet is asked again after this, then after twice as long each time, for as long in all as Hadoop does. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;
const NOT_READY_FOR_MS = 180_000;
/** A node hears the keys of its RM with its next heartbeat. */
const UNKNOWN_KEY_PAUSE_MS = 250;
const UNKNOWN_KEY_FOR_MS = 15_000;

type IsWanted = (containerId: ContainerId) => boolean;
type StartRequests = Parameters<NMConnection['startContainers']>[0]['requests'];

export class NMClient {
  private readonly connections = new Map<NodeId, NMConnection>();
  /** The last call of each container, so that a stop waits for the start before it. */
  private readonly calls = new Map<ContainerId, Promise<unknown>>();
  private readonly started = new Map<ContainerId, NodeId>();
  private closed = false;

  constructor(private readonly deps: NMClientDeps) {}

  /**
   * Starts a container. Resolved is not running: the node has accepted and stored it, and will fetch its resources; its end comes by AMRMClient's
   * CONTAINER_COMPLETED in any case. To be called once for each container, within ten minutes of its allocation, by the AppMaster it was given to.
   * Rejects with ContainerRefusedError where the node refuses it: its token is expired, altered, another node's, or of an RM that was restarted
   * since; `AMRMClient.replaceContainer` then asks for another.
   */
  async startContainer(container: Container, launchContext: ContainerLaunchContext): Promise<ServicesMetaData> {
    const [result] = await this.startContainers([{ container, launchContext }]);
    if (!result) throw new Error(`no answer for ${container.id}`);
    if ('error' in result) throw result.error;
    return result.servicesMetaData;
  }

  /**
   * The same for many at once, one call to each node; never rejects, in the order given. `isWanted`: a node that is not ready for a container of
   * which it says no is not asked again for it.
   */
  async startContainers(
    starts: readonly ContainerStart[],
    isWanted: IsWanted = () => true,
  ): Promise<readonly StartResult[]> {
    const byNode = groupBy(starts, ({ container }) => container.nodeId);
    const results = new Map<ContainerId, StartResult>();
    await Promise.all(
      [...byNode].map(async ([nodeId, some]) => {
        const call = this.startOnNode(nodeId, some, isWanted);
        for (const { container } of some) this.calls.set(container.id, call);
        for (const result of await call) results.set(result.containerId, result);
      }),
    );
    return starts.flatMap(({ container }) => results.get(container.id) ?? []);
  }

  /**
   * Ends a container: SIGTERM, then SIGKILL after `yarn.nodemanager.sleep-delay-before-sigkill.ms`. Waits for its start where that is under way. Resolved
   * is not dead: its end comes as CONTAINER_COMPLETED with status -105. Harmless for one that has ended; rejects with ContainerRefusedError for one the
   * node never had.
   */
  async stopContainer(containerId: ContainerId, nodeId: NodeId): Promise<void> {
    const [result] = await this.stopContainers([{ id: containerId, nodeId }]);
    if (result?.error) throw result.error;
  }

  /** The same for many at once, one call to each node, when the starts of its containers are through; never rejects, in the order given. */
  async stopContainers(stops: readonly ContainerStop[]): Promise<readonly StopResult[]> {
    const errors = new Map<ContainerId, Error>();
    await Promise.all(
      [...groupBy(stops, ({ nodeId }) => nodeId)].map(async ([nodeId, some]) => {
        const containerIds = some.map(({ id }) => id);
        for (const id of containerIds) await this.calls.get(id);
        for (const id of containerIds) this.forget(id);
        try {
          const { failed } = await this.to(nodeId).stopContainers({ containerIds });
          for (const failure of failed) errors.set(failure.containerId, refusal(failure, nodeId));
        } catch (error) {
          for (const id of containerIds) errors.set(id, error as Error);
        }
      }),
    );
    return stops.map(({ id }) => {
      const error = errors.get(id);
      return { containerId: id, ...(error && { error }) };
    });
  }

  /** What the node knows of a container: NEW, RUNNING, or COMPLETE with its exit status. Rejects with ContainerRefusedError for one it does not have. */
  async getContainerStatus(containerId: ContainerId, nodeId: NodeId): Promise<ContainerStatus> {
    const { statuses, failed } = await this.to(nodeId).getContainerStatuses({ containerIds: [containerId] });
    throwFirst(failed, nodeId);
    const [status] = statuses;
    if (!status) throw new ContainerRefusedError(containerId, nodeId, '', 'the node says nothing of it');
    return status;
  }

  /** Sends a signal to the container's processes: SIGQUIT, SIGTERM or SIGKILL. Rejects with the NM's ContainerNotFoundError. */
  async signalContainer(containerId: ContainerId, nodeId: NodeId, command: SignalContainerCommand): Promise<void> {
    await this.to(nodeId).signalToContainer({ containerId, command });
  }

  /** Ends every container that this client started and has not stopped; errors are given back, not thrown. */
  async stopAll(): Promise<readonly Error[]> {
    const results = await this.stopContainers([...this.started].map(([id, nodeId]) => ({ id, nodeId })));
    return results.flatMap(({ error }) => error ?? []);
  }

  /** The platform has told of the container's end: nothing about it is remembered. */
  containerEnded(containerId: ContainerId): void {
    this.forget(containerId);
  }

  /** Closes the connections; calls in flight fail. Containers run on. Safe to call twice. */
  close(): void {
    this.closed = true;
    for (const connection of this.connections.values()) connection.close();
    this.connections.clear();
  }

  private async startOnNode(
    nodeId: NodeId,
    starts: readonly ContainerStart[],
    isWanted: IsWanted,
    waitedMs = 0,
  ): Promise<readonly StartResult[]> {
    const results: StartResult[] = [];
    const requests = starts.flatMap(({ container, launchContext }) => {
      const { id: containerId, containerToken } = container;
      if (containerToken) return [{ containerLaunchContext: launchContext, containerToken }];
      const error = new ContainerRefusedError(containerId, nodeId, '', 'it came without a container token');
      results.push({ containerId, error });
      return [];
    });
    if (requests.length === 0) return results;
    try {
      const { succeeded, failed, servicesMetaData } = await this.callStart(nodeId, requests, () =>
        starts.some(({ container }) => isWanted(container.id)),
      );
      for (const containerId of succeeded) results.push(this.startedOn(nodeId, containerId, servicesMetaData));
      const later = new Set<ContainerId>();
      for (const failure of failed) {
        const { containerId, exception } = failure;
        const isEarly = exception.className === NOT_YET_READY && waitedMs < NOT_READY_FOR_MS;
        if (isEarly && isWanted(containerId)) later.add(containerId);
        else results.push(await this.settle(nodeId, failure, servicesMetaData));
      }
      if (later.size === 0) return results;
      const pauseMs = Math.min(Math.max(waitedMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      await delay(this.deps.clock, pauseMs);
      const again = starts.filter(({ container }) => later.has(container.id));
      return [...results, ...(await this.startOnNode(nodeId, again, isWanted, waitedMs + pauseMs))];
    } catch (error) {
      // One such token fails the whole call: the others are not to suffer for it.
      if (starts.length > 1 && isInvalidToken(error)) {
        return (await Promise.all(starts.map((start) => this.startOnNode(nodeId, [start], isWanted)))).flat();
      }
      return starts.map(({ container }) => ({ containerId: container.id, error: error as Error }));
    }
  }

  private async callStart(nodeId: NodeId, requests: StartRequests, isWanted: () => boolean) {
    for (let waitedMs = 0; ; waitedMs += UNKNOWN_KEY_PAUSE_MS) {
      try {
        return await this.to(nodeId).startContainers({ requests });
      } catch (error) {
        const mayBeEarly = isInvalidToken(error) && requests.length === 1 && waitedMs < UNKNOWN_KEY_FOR_MS;
        if (!mayBeEarly || !isWanted()) throw error;
      }
      await delay(this.deps.clock, UNKNOWN_KEY_PAUSE_MS);
    }
  }

  /** A call that was repeated may find its own earlier try: that container was started all the same. */
  private async settle(nodeId: NodeId, failure: FailedRequest, metaData: ServicesMetaData): Promise<StartResult> {
    const { containerId, exception } = failure;
    if (!this.started.has(containerId) && STARTED_BEFORE.test(exception.message)) {
      const known = await this.getContainerStatus(containerId, nodeId).then(
        () => true,
        () => false,
      );
      if (known) return this.startedOn(nodeId, containerId, metaData);
    }
    return { containerId, error: refusal(failure, nodeId) };
  }

  private startedOn(nodeId: NodeId, containerId: ContainerId, servicesMetaData: ServicesMetaData): StartResult {
    this.started.set(containerId, nodeId);
    return { containerId, servicesMetaData };
  }

  private to(nodeId: NodeId): NMConnection {
    if (this.closed) throw new Error(`this NMClient is closed; ${nodeId} cannot be called`);
    let connection = this.connections.get(nodeId);
    if (!connection) this.connections.set(nodeId, (connection = this.deps.connect(nodeId)));
    return connection;
  }

  private forget(containerId: ContainerId): void {
    this.calls.delete(containerId);
    this.started.delete(containerId);
  }
}

function groupBy<T>(items: readonly T[], nodeOf: (item: T) => NodeId): ReadonlyMap<NodeId, readonly T[]> {
  const groups = new Map<NodeId, T[]>();
  for (const item of items) {
    const group = groups.get(nodeOf(item));
    if (group) group.push(item);
    else groups.set(nodeOf(item), [item]);
  }
  return groups;
}

function isInvalidToken(error: unknown): boolean {
  return error instanceof YarnError && error.code === 'INVALID_TOKEN';
}

function refusal({ containerId, exception }: FailedRequest, nodeId: NodeId): ContainerRefusedError {
  return new ContainerRefusedError(containerId, nodeId, exception.className, exception.message);
}

function throwFirst(failed: readonly FailedRequest[], nodeId: NodeId): void {
  const [first] = failed;
  if (first) throw refusal(first, nodeId);
}
