/**
 * ScriptedRM: a ResourceManager that does what a test says, for AppMasters without containers: grants, ends, restarts, errors, preemption, token
 * rolls, lost calls. Hadoop's stand-in: MockRM seen from the AM. It keeps the rules of ApplicationMasterProtocol (order, response ids, repeated answers,
 * held calls; reference yarn.md 1.2) and has no scheduler: what is asked stands in `asked` until the script grants it. In one process, without sockets:
 * `connection()`; the answer to a call comes in a later microtask.
 */
import {
  ANY,
  ApplicationAttemptNotFoundError,
  applicationAttemptId,
  applicationId,
  ApplicationMasterNotRegisteredError,
  CallCancelledError,
  containerId,
  ContainerExitStatus,
  InvalidApplicationMasterRequestError,
  nodeId,
  UnreachableError,
  type AllocateRequest,
  type AllocateResponse,
  type ApplicationAttemptId,
  type Clock,
  type Container,
  type ContainerId,
  type ContainerStatus,
  type NodeId,
  type NodeReport,
  type RegisterApplicationMasterResponse,
  type Resource,
  type ResourceRequest,
  type Timer,
  type Token,
  type UpdateContainerError,
  type UpdateContainerRequest,
  type UpdatedContainer,
} from '@bobbin/common';
import type { AMRMConnection, Unregistration } from '../amrm/amrm-conversation.js';
import { scriptedToken } from './scripted-tokens.js';

export interface ScriptedRMOptions {
  readonly clock: Clock;
  /** @default the first attempt of an application */
  readonly applicationAttemptId?: ApplicationAttemptId;
  /** @default 8192 MiB, 8 cores */
  readonly maximumResourceCapability?: Resource;
  /** Where containers are given, in turn. @default two */
  readonly nodes?: readonly NodeId[];
  /** False: answers at once, whatever `waitMs` says, as a real YARN does. @default true */
  readonly holds?: boolean;
}

export type AMRMCall = 'registerApplicationMaster' | 'allocate' | 'finishApplicationMaster';

/** What becomes of a call that the script spoils. */
export type Fault =
  /** Never arrives. */
  | 'LOSE_REQUEST'
  /** Is carried out, and its answer never arrives. */
  | 'LOSE_ANSWER'
  /** Is refused. */
  | Error;

interface News {
  allocatedContainers: Container[];
  completedContainersStatuses: ContainerStatus[];
  updatedNodes: NodeReport[];
  preemptedContainers: ContainerId[];
  updatedContainers: UpdatedContainer[];
  updateErrors: UpdateContainerError[];
  containersFromPreviousAttempts: Container[];
}

interface Hold {
  readonly resolve: (response: AllocateResponse) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

const NODES = [nodeId('node1', 45454), nodeId('node2', 45454)];
const MAXIMUM = { memoryMb: 8192, vcores: 8 };
const FIRST_ATTEMPT = applicationAttemptId(applicationId(1_700_000_000_000, 1), 1);
const rowKey = ({ priority, allocationRequestId, resourceName, capability }: ResourceRequest): string =>
  `${priority}|${allocationRequestId}|${resourceName}|${capability.memoryMb}|${capability.vcores}`;

export class ScriptedRM {
  readonly attemptId: ApplicationAttemptId;
  /** Calls that arrived, in order. */
  readonly calls: { readonly call: AMRMCall; readonly request: unknown }[] = [];
  /** Containers the AppMaster gave back, in order; each as often as it was said. */
  readonly released: ContainerId[] = [];
  readonly blacklist = new Set<string>();
  /** What the AppMaster wants changed, in order. */
  readonly updateRequests: UpdateContainerRequest[] = [];
  progress = 0;
  trackingUrl = '';
  registered = false;
  /** The last word of the AppMaster. */
  finished: Unregistration | undefined;
  /** How many calls of finishApplicationMaster are answered with "not yet". */
  finishesLater = 0;
  /** Grants what is asked as soon as it is asked. */
  grantsAtOnce = false;
  /** Told with the next registration. */
  containersFromPreviousAttempts: readonly Container[] = [];
  private readonly rows = new Map<string, ResourceRequest>();
  private readonly live = new Map<ContainerId, Container>();
  private readonly faults: { readonly call: AMRMCall; readonly fault: Fault }[] = [];
  private readonly nodes: readonly NodeId[];
  private readonly knownNodes = new Set<NodeId>();
  private news = noNews();
  private newToken: Token | undefined;
  private responseId = -1;
  private lastResponse: AllocateResponse | undefined;
  /** Whether the last answer reached the AppMaster. */
  private heard = true;
  private hold: Hold | undefined;
  private epoch = 0;
  private sequence = 1;
  private over = false;

  constructor(private readonly options: ScriptedRMOptions) {
    this.attemptId = options.applicationAttemptId ?? FIRST_ATTEMPT;
    this.nodes = options.nodes ?? NODES;
  }

  /** The AppMaster's connection; each is as good as another. */
  connection(): AMRMConnection & { close(): void } {
    return {
      registerApplicationMaster: (request) => this.call('registerApplicationMaster', request, () => this.register()),
      allocate: (request, options) =>
        this.call('allocate', request, () => this.allocate(request, options?.signal), options?.signal),
      finishApplicationMaster: (request) => this.call('finishApplicationMaster', request, () => this.finish(request)),
      close: () => undefined,
    };
  }

  // ---- the script

  /** Containers that are asked for and not granted; of one place where it is named. */
  asked(resourceName: string = ANY): number {
    let sum = 0;
    for (const row of this.rows.values()) if (row.resourceName === resourceName) sum += row.numContainers;
    return sum;
  }

  /** What is asked, row by row. */
  askedRows(): readonly ResourceRequest[] {
    return [...this.rows.values()].filter(({ numContainers }) => numContainers > 0);
  }

  /** Grants what is asked, most urgent first; at most `most`. The containers, which go out with the next answer. */
  grant(most = Infinity): readonly Container[] {
    const granted: Container[] = [];
    const stars = this.askedRows()
      .filter(({ resourceName }) => resourceName === ANY)
      .sort((a, b) => a.priority - b.priority || a.allocationRequestId - b.allocationRequestId);
    for (const row of stars) {
      for (let left = row.numContainers; left > 0 && granted.length < most; left--) granted.push(this.give(row));
    }
    this.wake();
    return granted;
  }

  /** A container nobody asked for, as the protocol's races make them; `like` says which ask it passes for. */
  grantUnasked(like: Pick<ResourceRequest, 'priority' | 'allocationRequestId' | 'capability'>): Container {
    const container = this.newContainer(like, this.nextNode());
    this.news.allocatedContainers.push(container);
    this.wake();
    return container;
  }

  /** A container ends. Told once more if said once more. */
  complete(id: ContainerId, exitStatus: number = ContainerExitStatus.SUCCESS, diagnostics = ''): void {
    this.live.delete(id);
    this.news.completedContainersStatuses.push({ containerId: id, state: 'COMPLETE', exitStatus, diagnostics });
    this.wake();
  }

  /** Containers the AppMaster has been given, and that have not ended. */
  liveContainers(): readonly Container[] {
    return [...this.live.values()];
  }

  preempt(...ids: readonly ContainerId[]): void {
    this.news.preemptedContainers.push(...ids);
    this.wake();
  }

  tellNodes(...nodes: readonly NodeReport[]): void {
    this.news.updatedNodes.push(...nodes);
    this.wake();
  }

  /** Kept containers that are found only now. */
  recoverContainers(...containers: readonly Container[]): void {
    this.news.containersFromPreviousAttempts.push(...containers);
    this.wake();
  }

  /** Carries out a wished change: the container with its next version. */
  update(request: UpdateContainerRequest): void {
    const container = this.live.get(request.containerId);
    if (!container) throw new Error(`${request.containerId} does not live here`);
    const { capability = container.resource, executionType = container.executionType } = request;
    const updated = { ...container, resource: capability, executionType, version: container.version + 1 };
    this.live.set(container.id, updated);
    this.news.updatedContainers.push({ updateType: request.updateType, container: updated });
    this.wake();
  }

  refuseUpdate(updateRequest: UpdateContainerRequest, reason: string): void {
    this.news.updateErrors.push({ updateRequest, reason, currentContainerVersion: updateRequest.containerVersion });
    this.wake();
  }

  /** The AMRM key rolls: the next answer brings this token. */
  rollToken(name: string): Token {
    this.newToken = scriptedToken('YARN_AM_RM_TOKEN', name);
    this.wake();
    return this.newToken;
  }

  /** The next call of this name is spoilt; of several, each in its turn. */
  spoil(call: AMRMCall, fault: Fault): void {
    this.faults.push({ call, fault });
  }

  /**
   * The RM dies and comes back: it knows the attempt, and neither its registration, nor its asks, nor what was on its way to it. Calls in flight fail.
   * Containers that were told live on, as their nodes report them.
   */
  restart(): void {
    this.registered = false;
    this.responseId = -1;
    this.rows.clear();
    this.blacklist.clear();
    this.knownNodes.clear();
    const unheard = this.heard ? [] : (this.lastResponse?.allocatedContainers ?? []);
    for (const { id } of [...this.news.allocatedContainers, ...unheard]) this.live.delete(id);
    this.news = noNews();
    this.lastResponse = undefined;
    this.epoch++;
    this.endHold()?.reject(new UnreachableError('the scripted ResourceManager was restarted'));
  }

  /** The attempt is over: whatever it calls is refused. */
  endAttempt(): void {
    this.over = true;
    this.endHold()?.reject(new ApplicationAttemptNotFoundError(this.attemptId));
  }

  // ---- the protocol

  private async call<R>(
    call: AMRMCall,
    request: unknown,
    carryOut: () => R | Promise<R>,
    signal?: AbortSignal,
  ): Promise<R> {
    await Promise.resolve();
    if (signal?.aborted) throw new CallCancelledError(call);
    const at = this.faults.findIndex((planned) => planned.call === call);
    const fault = at < 0 ? undefined : this.faults.splice(at, 1)[0]?.fault;
    if (fault === 'LOSE_REQUEST') throw new UnreachableError(`${call} was lost on its way, as the script says`);
    this.calls.push({ call, request });
    if (fault instanceof Error) throw fault;
    if (this.over) throw new ApplicationAttemptNotFoundError(this.attemptId);
    const { epoch } = this;
    const answer = await carryOut();
    if (epoch !== this.epoch)
      throw new UnreachableError(`the ResourceManager was restarted while ${call} was answered`);
    if (fault === 'LOSE_ANSWER') throw new UnreachableError(`the answer to ${call} was lost, as the script says`);
    if (!signal?.aborted) this.heard = true;
    return answer;
  }

  private register(): RegisterApplicationMasterResponse {
    if (this.registered) {
      throw new InvalidApplicationMasterRequestError(`Application Master is already registered : ${this.attemptId}`);
    }
    this.registered = true;
    this.responseId = 0;
    const kept = this.containersFromPreviousAttempts;
    for (const container of kept) this.live.set(container.id, container);
    return {
      maximumResourceCapability: this.options.maximumResourceCapability ?? MAXIMUM,
      applicationAcls: {},
      containersFromPreviousAttempts: kept,
      nmTokensFromPreviousAttempts: this.newTokens(kept),
      queue: 'default',
    };
  }

  private allocate(
    request: AllocateRequest,
    signal: AbortSignal | undefined,
  ): AllocateResponse | Promise<AllocateResponse> {
    if (!this.registered) throw new ApplicationMasterNotRegisteredError(this.attemptId, 'allocate');
    if (this.lastResponse && request.responseId + 1 === this.responseId) return this.lastResponse;
    if (request.responseId !== this.responseId) {
      throw new InvalidApplicationMasterRequestError(
        `expect responseId to be ${this.responseId}, but get ${request.responseId}`,
      );
    }
    this.endHold()?.reject(new InvalidApplicationMasterRequestError('a newer allocate came'));
    this.takeUp(request);
    const { waitMs = 0 } = request;
    if (this.options.holds === false || waitMs === 0 || this.hasNews()) return this.answer();
    return new Promise((resolve, reject) => {
      const timer = this.options.clock.after(waitMs, () => this.wake(true));
      const hold = { resolve, reject, timer };
      this.hold = hold;
      // As over gRPC: who gives up a call has told nothing, and is told nothing.
      signal?.addEventListener('abort', () => {
        if (this.hold === hold) this.endHold();
        reject(new CallCancelledError('allocate'));
      });
    });
  }

  private finish(request: Unregistration): { isUnregistered: boolean } {
    if (!this.registered) throw new ApplicationMasterNotRegisteredError(this.attemptId, 'finishApplicationMaster');
    this.finished = request;
    return { isUnregistered: this.finishesLater-- <= 0 };
  }

  private takeUp(request: AllocateRequest): void {
    for (const row of request.ask) this.rows.set(rowKey(row), row);
    for (const id of request.release) {
      this.released.push(id);
      if (this.live.has(id)) this.complete(id, ContainerExitStatus.ABORTED, 'Container released by application');
    }
    for (const place of request.blacklistAdditions) this.blacklist.add(place);
    for (const place of request.blacklistRemovals) this.blacklist.delete(place);
    this.updateRequests.push(...(request.updateRequests ?? []));
    this.progress = request.progress;
    this.trackingUrl = request.trackingUrl ?? this.trackingUrl;
    if (this.grantsAtOnce) this.grant();
  }

  private give(row: ResourceRequest): Container {
    const like = (other: ResourceRequest): boolean =>
      rowKey({ ...other, resourceName: ANY }) === rowKey(row) && other.numContainers > 0;
    const wishes = [...this.rows.values()].filter(like);
    const node =
      this.nodes.find((id) => wishes.some((wish) => id.startsWith(`${wish.resourceName}:`))) ?? this.nextNode();
    for (const wish of wishes) {
      const counts = wish.resourceName === ANY || node.startsWith(`${wish.resourceName}:`);
      if (counts) this.rows.set(rowKey(wish), { ...wish, numContainers: wish.numContainers - 1 });
    }
    const container = this.newContainer(row, node);
    this.news.allocatedContainers.push(container);
    return container;
  }

  private newContainer(
    like: Pick<ResourceRequest, 'priority' | 'allocationRequestId' | 'capability'>,
    node: NodeId,
  ): Container {
    const id = containerId(this.attemptId, ++this.sequence, this.epoch);
    const container: Container = {
      id,
      nodeId: node,
      nodeHttpAddress: 'node:8042',
      resource: like.capability,
      priority: like.priority,
      containerToken: scriptedToken('ContainerToken', id),
      executionType: 'GUARANTEED',
      allocationRequestId: like.allocationRequestId,
      version: 0,
    };
    this.live.set(id, container);
    return container;
  }

  private nextNode(): NodeId {
    const node = this.nodes[this.sequence % this.nodes.length];
    if (node === undefined) throw new Error('the scripted cluster has no nodes');
    return node;
  }

  private newTokens(containers: readonly Container[]) {
    const unknown = new Set(containers.map(({ nodeId: id }) => id).filter((id) => !this.knownNodes.has(id)));
    return [...unknown].map((id) => {
      this.knownNodes.add(id);
      return { nodeId: id, token: scriptedToken('NMToken', id) };
    });
  }

  private hasNews(): boolean {
    return this.newToken !== undefined || Object.values(this.news).some((list: readonly unknown[]) => list.length > 0);
  }

  private answer(): AllocateResponse {
    const { newToken } = this;
    this.newToken = undefined;
    this.heard = false;
    this.responseId++;
    const { news } = this;
    this.news = noNews();
    this.lastResponse = {
      responseId: this.responseId,
      ...news,
      availableResources: this.options.maximumResourceCapability ?? MAXIMUM,
      numClusterNodes: this.nodes.length,
      nmTokens: this.newTokens(news.allocatedContainers),
      ...(newToken && { amRmToken: newToken }),
    };
    return this.lastResponse;
  }

  private wake(evenWithoutNews = false): void {
    if (!this.hold || !(evenWithoutNews || this.hasNews())) return;
    this.endHold()?.resolve(this.answer());
  }

  private endHold(): Hold | undefined {
    const { hold } = this;
    this.hold = undefined;
    hold?.timer.cancel();
    return hold;
  }
}

function noNews(): News {
  return {
    allocatedContainers: [],
    completedContainersStatuses: [],
    updatedNodes: [],
    preemptedContainers: [],
    updatedContainers: [],
    updateErrors: [],
    containersFromPreviousAttempts: [],
  };
}
