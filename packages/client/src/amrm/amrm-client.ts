/**
 * AMRMClient: an AppMaster's side of ApplicationMasterProtocol. Hadoop: AMRMClientAsync over AMRMClient. Say what is wanted at any time; it is told
 * to the ResourceManager at once, and what comes back arrives as events: by `on`, or by `for await (const event of client.events())`.
 *
 * It keeps the books: a container that comes is matched to its request, and both leave the books together; one that nobody asked for, which the
 * protocol allows, goes back unseen. It repeats what was lost, registers and asks again after an RM restart, renews its token, and beats.
 * Errors of calls out of order are AMRMClientStateErrors, thrown without asking anybody. Order: registerApplicationMaster, anything, then once
 * unregisterApplicationMaster, or `stop` to leave without a word.
 */
import { EventEmitter } from 'node:events';
import {
  parseContainerId,
  parseNodeId,
  NO_RESOURCE,
  type AllocateResponse,
  type ApplicationAttemptId,
  type Clock,
  type Container,
  type ContainerId,
  type ContainerStatus,
  type ContainerUpdateType,
  type ExecutionType,
  type FinalApplicationStatus,
  type Logger,
  type NodeReport,
  type RegisterApplicationMasterResponse,
  type Resource,
  type Token,
  type YarnError,
} from '@bobbin/common';
import { AMRMClientStateError, type AMShutdownError } from '../errors.js';
import { EventStream } from '../event-stream.js';
import type { NMTokenCache } from '../nm/nm-token-cache.js';
import { AllocateBook, type AllocateNews } from './allocate-book.js';
import { AMRMConversation, type AMRMConnection, type Registration } from './amrm-conversation.js';
import type { AMRMEvent, AMRMEventOf } from './amrm-events.js';
import { shapeOf, type ContainerRequest } from './container-request.js';
import { RequestMatcher } from './request-matcher.js';

export interface AMRMClientDeps {
  readonly rm: AMRMConnection;
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  /** Filled with what the RM sends. */
  readonly nmTokens: NMTokenCache;
  /** The AMRM key rolled: call with this token from now on. */
  readonly onAMRMToken: (token: Token) => void;
}

export interface AMRMClientSettings {
  /** Longest time between two calls, in ms. An RM of Bobbin's answers at once when it has news; any other is asked this often. */
  readonly heartbeatIntervalMs: number;
  /** An RM that is not heard for so long, in ms, is given up: SHUTDOWN. */
  readonly connectionWaitMs: number;
}

/** A change of a container that is held: its size, or its execution type. */
export interface ContainerUpdate {
  readonly updateType: ContainerUpdateType;
  /** For INCREASE_RESOURCE and DECREASE_RESOURCE. */
  readonly capability?: Resource;
  /** For PROMOTE_EXECUTION_TYPE and DEMOTE_EXECUTION_TYPE. */
  readonly executionType?: ExecutionType;
}

interface Holding<T> {
  readonly container: Container;
  readonly request?: T;
}

type State = 'NEW' | 'REGISTERED' | 'OVER';

export class AMRMClient<T extends ContainerRequest = ContainerRequest> {
  private state: State = 'NEW';
  private readonly book = new AllocateBook();
  private readonly matcher = new RequestMatcher<T>();
  /** Containers that are this AM's: told of, and not known to have ended. */
  private readonly holdings = new Map<ContainerId, Holding<T>>();
  /** Ends of earlier attempts' containers that were told. */
  private readonly toldOfOthers = new Set<ContainerId>();
  private readonly racks = new Map<string, string>();
  private blacklist: ReadonlySet<string> = new Set();
  private readonly emitter = new EventEmitter();
  private readonly streams = new Set<EventStream<AMRMEvent<T>>>();
  private readonly conversation: AMRMConversation;
  private maximum: Resource | undefined;
  private headroom: Resource = NO_RESOURCE;
  private clusterNodes = 0;
  private progressFraction = 0;
  private pokeQueued = false;

  constructor(
    private readonly deps: AMRMClientDeps,
    settings: AMRMClientSettings,
  ) {
    const source = {
      takeNews: () => this.book.takeNews(),
      untake: (news: AllocateNews) => this.book.untake(news),
      hasUrgentNews: () => this.book.hasUrgentNews(),
      resync: () => this.resync(),
      registered: (response: RegisterApplicationMasterResponse) => this.registered(response),
      answered: (response: AllocateResponse) => this.answered(response),
      refused: (error: YarnError, news: AllocateNews) => this.refused(error, news),
      lost: (error: AMShutdownError) => this.lost(error),
      progress: () => this.progressFraction,
    };
    this.conversation = new AMRMConversation({ rm: deps.rm, clock: deps.clock, log: deps.log, source }, settings);
  }

  // ---- the life of the AppMaster

  /**
   * Tells the RM that this attempt runs and where its clients find it, and begins to beat. Repeats where the RM does not answer. The answer has the
   * largest container there is, the queue, and the containers of earlier attempts that run on where the application keeps its containers:
   * these are yours, and their ends will be told. Rejects with AMRMClientStateError the second time.
   */
  async registerApplicationMaster(where: Partial<Registration> = {}): Promise<RegisterApplicationMasterResponse> {
    if (this.state !== 'NEW') {
      throw new AMRMClientStateError(
        `this AppMaster is ${this.state === 'OVER' ? 'unregistered' : 'registered'} already`,
      );
    }
    this.state = 'REGISTERED';
    try {
      return await this.conversation.start({ host: '', rpcPort: -1, trackingUrl: '', ...where });
    } catch (error) {
      this.state = 'NEW';
      throw error;
    }
  }

  /**
   * Ends the application: resolves when the RM has stored that, after which this process should exit; containers that still run are ended by the
   * platform. False if the RM could not be told: the RM will start another attempt, or call the application failed. Streams end. Diagnostics
   * are shown to whoever asks for the application's report.
   */
  async unregisterApplicationMaster(
    finalApplicationStatus: Exclude<FinalApplicationStatus, 'UNDEFINED'>,
    {
      diagnostics = '',
      trackingUrl = '',
    }: { readonly diagnostics?: string | undefined; readonly trackingUrl?: string | undefined } = {},
  ): Promise<boolean> {
    this.mustBe('REGISTERED', 'unregisterApplicationMaster');
    this.state = 'OVER';
    const told = await this.conversation.unregister({ finalApplicationStatus, diagnostics, trackingUrl });
    this.endStreams();
    return told;
  }

  /** Stops beating without unregistering: the next attempt takes over when the RM notices, or this container ends. Safe to call twice. */
  async stop(): Promise<void> {
    this.state = 'OVER';
    await this.conversation.stop();
    this.endStreams();
  }

  /**
   * For an AppMaster that shares something with its other attempts (a folder, say) and must not touch it when another has taken over: true once the RM has
   * been heard less than `windowMs` ago, false when this attempt is over.
   */
  isInCharge(windowMs: number): Promise<boolean> {
    return this.conversation.isInCharge(windowMs);
  }

  // ---- what is wanted

  /**
   * Wants one container, or `count` alike, each of which comes with this very object. Asked for at once, before the registration with it. Throws
   * InvalidContainerRequestError for what no RM could give.
   */
  addContainerRequest(request: T, count = 1): void {
    this.mustNotBeOver('addContainerRequest');
    const shape = shapeOf(request, this.maximum, (host) => this.racks.get(host));
    for (let i = 0; i < count; i++) {
      const { rows } = this.matcher.add(request, shape);
      for (const row of rows) this.book.change(row, 1);
    }
    this.poke();
  }

  /** Wants it no more. False if it does not wait any more: its container has come, or it was never added. Told with the next heartbeat. */
  removeContainerRequest(request: T): boolean {
    const group = this.matcher.remove(request);
    for (const row of group?.rows ?? []) this.book.change(row, -1);
    return group !== undefined;
  }

  /** Requests that wait for their containers. */
  pendingRequests(): readonly T[] {
    return this.matcher.waiting();
  }

  /**
   * Gives a container back; what runs in it is killed, and its end is told as CONTAINER_COMPLETED. No effect where it is not held, so a second call is safe.
   */
  releaseAssignedContainer(containerId: ContainerId): void {
    this.mustNotBeOver('releaseAssignedContainer');
    if (!this.holdings.has(containerId)) return;
    this.book.release(containerId);
    this.poke();
  }

  /**
   * Gives a container back and asks for another in its place, for the request it was given for: for one that its NodeManager refused, as it does when the
   * RM was restarted after it had given it. Its end is not told. False if it is not held, or came for no request of this attempt.
   */
  replaceContainer(containerId: ContainerId): boolean {
    this.mustNotBeOver('replaceContainer');
    const holding = this.holdings.get(containerId);
    if (holding?.request === undefined) return false;
    this.holdings.delete(containerId);
    this.book.release(containerId);
    this.addContainerRequest(holding.request);
    return true;
  }

  /** Containers that are this AM's now: given or kept, and not known to have ended. */
  heldContainers(): readonly Container[] {
    return [...this.holdings.values()].map(({ container }) => container);
  }

  /**
   * Avoids hosts, racks or single nodes (`host:port`, known to Bobbin's RM only) from now on, or no longer. Containers that run there stay. A later call adds to the earlier ones.
   */
  updateBlacklist(additions: readonly string[], removals: readonly string[] = []): void {
    this.mustNotBeOver('updateBlacklist');
    const removed = new Set(removals);
    this.blacklist = new Set([...this.blacklist, ...additions].filter((place) => !removed.has(place)));
    this.book.setBlacklist(this.blacklist);
    this.poke();
  }

  /**
   * Asks for a held container to be resized or promoted. Answered by CONTAINER_UPDATED or CONTAINER_UPDATE_FAILED; Bobbin's own ResourceManager
   * changes no container, and says so. A newer wish for the same container takes the place of the older. Throws AMRMClientStateError for one that is not held.
   */
  requestContainerUpdate(containerId: ContainerId, update: ContainerUpdate): void {
    this.mustBe('REGISTERED', 'requestContainerUpdate');
    const holding = this.holdings.get(containerId);
    if (!holding) throw new AMRMClientStateError(`container ${containerId} is not held, so it cannot be changed`);
    this.book.requestUpdate({ containerId, containerVersion: holding.container.version, ...update });
    this.poke();
  }

  // ---- what is told of the application

  /** How far the work is, 0..1; told with the next heartbeat. Throws AMRMClientStateError for anything else. */
  setProgress(fraction: number): void {
    if (!(fraction >= 0 && fraction <= 1))
      throw new AMRMClientStateError(`progress ${fraction} is not a number from 0 to 1`);
    this.progressFraction = fraction;
  }

  /** Where the application's own pages are from now on; told with the next heartbeat. */
  updateTrackingUrl(trackingUrl: string): void {
    this.conversation.updateTrackingUrl(trackingUrl);
  }

  // ---- what is known of the cluster

  /** The largest container there is; undefined before the registration. */
  get maximumResourceCapability(): Resource | undefined {
    return this.maximum;
  }

  /** What the application may still get, as of the last answer. */
  get availableResources(): Resource {
    return this.headroom;
  }

  /** As of the last answer; 0 before. */
  get clusterNodeCount(): number {
    return this.clusterNodes;
  }

  // ---- events

  /** Calls `listener` for each event of a type, in order. A listener that throws ends the process's conversation: the error is not caught. Returns how to leave. */
  on<E extends AMRMEvent['type']>(type: E, listener: (event: AMRMEventOf<E, T>) => void): () => void {
    this.emitter.on(type, listener);
    return () => void this.emitter.off(type, listener);
  }

  /**
   * All events from now on, to be read by one `for await`; those that are not read yet wait. Ends after `unregisterApplicationMaster` or `stop`; throws
   * AMShutdownError after SHUTDOWN.
   */
  events(): AsyncIterableIterator<AMRMEvent<T>> {
    const stream: EventStream<AMRMEvent<T>> = new EventStream(() => this.streams.delete(stream));
    if (this.state === 'OVER') stream.close();
    else this.streams.add(stream);
    return stream;
  }

  // ---- the conversation's side

  private registered(response: RegisterApplicationMasterResponse): void {
    this.maximum = response.maximumResourceCapability;
    this.deps.nmTokens.set(response.nmTokensFromPreviousAttempts);
    for (const container of response.containersFromPreviousAttempts) this.hold(container);
  }

  private resync(): void {
    this.book.resync();
    this.emit({ type: 'RESYNCED' });
  }

  private answered(response: AllocateResponse): void {
    this.headroom = response.availableResources;
    this.clusterNodes = response.numClusterNodes;
    this.deps.nmTokens.set(response.nmTokens);
    if (response.amRmToken) this.deps.onAMRMToken(response.amRmToken);
    this.nodesUpdated(response.updatedNodes);
    for (const container of response.containersFromPreviousAttempts ?? []) {
      if (this.hold(container)) this.emit({ type: 'CONTAINER_RECOVERED', container });
    }
    for (const status of response.completedContainersStatuses) this.completed(status);
    for (const update of response.updatedContainers ?? []) {
      const { container } = update;
      this.book.updateEnded(container.id);
      const holding = this.holdings.get(container.id);
      if (!holding) continue;
      this.holdings.set(container.id, { ...holding, container });
      this.emit({ type: 'CONTAINER_UPDATED', update });
    }
    for (const error of response.updateErrors ?? []) {
      this.book.updateEnded(error.updateRequest.containerId);
      this.emit({ type: 'CONTAINER_UPDATE_FAILED', error });
    }
    const toGo = response.preemptedContainers.filter((id) => this.holdings.has(id));
    if (toGo.length > 0) this.emit({ type: 'CONTAINERS_TO_BE_PREEMPTED', containerIds: toGo });
    for (const container of response.allocatedContainers) this.allocated(container);
  }

  private allocated(container: Container): void {
    // A repeated answer does not get here, but an RM that forgot may tell of the same container twice.
    if (this.holdings.has(container.id)) return;
    const match = this.matcher.take(container);
    const star = (match?.group ?? this.matcher.groupWithId(container.allocationRequestId))?.rows.at(-1);
    if (!match) {
      if (star) this.book.miscounted(star);
      this.deps.log.debug(`container ${container.id} is not wanted any more and goes back`);
      this.book.release(container.id);
      return;
    }
    const { request, group } = match;
    for (const row of group.rows) {
      if (row === star) this.book.granted(row);
      else this.book.change(row, -1);
    }
    this.hold(container, request);
    this.emit({ type: 'CONTAINER_ALLOCATED', container, request });
  }

  private completed(status: ContainerStatus): void {
    const { containerId } = status;
    this.book.containerEnded(containerId);
    const holding = this.holdings.get(containerId);
    if (holding) {
      this.holdings.delete(containerId);
      this.emit({ type: 'CONTAINER_COMPLETED', status, ...holding });
      return;
    }
    // One of ours that is not held was told already, or was never shown.
    if (parseContainerId(containerId).applicationAttemptId === this.deps.applicationAttemptId) return;
    if (this.toldOfOthers.has(containerId)) return;
    this.toldOfOthers.add(containerId);
    this.emit({ type: 'CONTAINER_COMPLETED', status });
  }

  private nodesUpdated(nodes: readonly NodeReport[]): void {
    if (nodes.length === 0) return;
    for (const { nodeId, rackName } of nodes) this.racks.set(parseNodeId(nodeId).host, rackName);
    this.emit({ type: 'NODES_UPDATED', nodes });
  }

  private refused(error: YarnError, news: AllocateNews): void {
    if (error.code === 'INVALID_CONTAINER_RELEASE') {
      for (const id of news.release) this.book.dropRelease(id);
      this.deps.log.warn(`the ResourceManager takes none of these back: ${news.release.join(', ')}`, { error });
      return;
    }
    if (error.code === 'INVALID_RESOURCE_BLACKLIST_REQUEST') {
      const refused = new Set(news.blacklistAdditions);
      this.blacklist = new Set([...this.blacklist].filter((place) => !refused.has(place)));
      this.book.setBlacklist(this.blacklist);
    }
    const groups = new Set(news.ask.flatMap((ask) => this.matcher.groupWithId(ask.allocationRequestId) ?? []));
    const requests: T[] = [];
    for (const group of groups) {
      const dropped = this.matcher.drop(group);
      // Without a word to the RM: a count of none is refused as well where the size is.
      for (const row of group.rows) this.book.forget(row);
      requests.push(...dropped);
    }
    this.emit({ type: 'REQUESTS_REFUSED', error, requests });
  }

  private lost(error: AMShutdownError): void {
    this.state = 'OVER';
    this.deps.log.error(error.message);
    const heard = this.streams.size + this.emitter.listenerCount('SHUTDOWN') > 0;
    this.emit({ type: 'SHUTDOWN', error });
    this.endStreams(error);
    // An AppMaster that listens to nobody must not run on as a ghost.
    if (!heard) throw error;
  }

  private hold(container: Container, request?: T): boolean {
    const isNew = !this.holdings.has(container.id);
    if (isNew) this.holdings.set(container.id, request === undefined ? { container } : { container, request });
    return isNew;
  }

  private emit(event: AMRMEvent<T>): void {
    this.emitter.emit(event.type, event);
    for (const stream of this.streams) stream.push(event);
  }

  private endStreams(error?: AMShutdownError): void {
    for (const stream of [...this.streams]) stream.close(error);
    this.streams.clear();
  }

  /** What one turn of the event loop asks goes out in one call. */
  private poke(): void {
    if (this.pokeQueued || this.state !== 'REGISTERED') return;
    this.pokeQueued = true;
    setImmediate(() => {
      this.pokeQueued = false;
      this.conversation.poke();
    });
  }

  private mustBe(state: State, call: string): void {
    if (this.state === state) return;
    const why =
      this.state === 'NEW' ? 'before registerApplicationMaster' : 'after the AppMaster was unregistered or stopped';
    throw new AMRMClientStateError(`${call} was called ${why}`);
  }

  private mustNotBeOver(call: string): void {
    if (this.state === 'OVER') this.mustBe('REGISTERED', call);
  }
}
