/**
 * FakeCluster: an RM and NodeManagers in the same process, for tests of a whole AM. The RM keeps asks as YARN does, holds
 * allocate until it has something to say, and grants at once while there is room; a node runs no process but a scripted child
 * that speaks the real umbilical. Everything that the AM does to it is on record.
 */
import type { AMRMConnection, NMConnection } from '@bobbin/client';
import {
  ApplicationAttemptNotFoundError,
  applicationAttemptId,
  containerId as makeContainerId,
  decodeCredentials,
  JOB_TOKEN_ALIAS,
  nodeId as makeNodeId,
  systemClock,
  systemRandom,
  toContainerId,
  type AllocateRequest,
  type AllocateResponse,
  type ApplicationId,
  type Container,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerStatus,
  type FinalApplicationStatus,
  type NodeId,
  type Resource,
  type Token,
} from '@bobbin/common';
import type { TaskSpec } from '@bobbin/mapreduce/runtime';
import type { TaskStatus } from '../../src/task-status.js';
import type { AppMasterAddress } from '../../src/umbilical/app-master-address.js';
import { UmbilicalClient } from '../../src/umbilical/umbilical-client.js';
import type { Wires } from '../../src/umbilical/wire.js';

/** What a task does: returns, or throws the error it reports; `exit` ends the process without a word. */
export type Script = (task: TaskSpec, child: ScriptedChild) => Promise<void> | void;

const token: Token = { identifier: Buffer.of(1), password: Buffer.of(2), kind: 'ContainerToken', service: '' };

export class ExitWithoutWord extends Error {}

/** A child's process: asks for tasks, runs the script, reports, until it is told to end. */
export class ScriptedChild {
  readonly ended: Promise<number>;
  private readonly umbilical: UmbilicalClient;
  private killed = false;
  private counters: Readonly<Record<string, number>> = {};

  constructor(
    containerId: ContainerId,
    locate: () => Promise<AppMasterAddress | undefined>,
    jobToken: Uint8Array,
    private readonly script: Script,
    private readonly pid: number,
    private current?: TaskSpec,
    wires?: Wires,
  ) {
    this.umbilical = new UmbilicalClient({
      clock: systemClock,
      random: systemRandom,
      containerId,
      jobToken,
      locate,
      connectionWaitMs: 5000,
      log: () => undefined,
      ...(wires && { wires }),
    });
    this.ended = this.run().catch(() => (this.killed ? 137 : 65));
  }

  kill(): void {
    this.killed = true;
    this.umbilical.close();
  }

  /** Counters stay as they are where none are given. */
  async report(task: TaskSpec, progress: number, counters = this.counters): Promise<void> {
    this.counters = counters;
    await this.umbilical.call('statusUpdate', { attemptId: task.attemptId, status: status(task, progress, counters) });
  }

  /** Commits by the protocol's steps, as a task with output does. */
  async commit(task: TaskSpec): Promise<boolean> {
    await this.umbilical.call('commitPending', { attemptId: task.attemptId, status: status(task, 0.99) });
    return (await this.umbilical.call('canCommit', { attemptId: task.attemptId })).canCommit;
  }

  private async run(): Promise<number> {
    for (;;) {
      const task = this.current ?? (await this.nextTask());
      this.current = undefined;
      if (task === 'DIE') return this.end(0);
      this.counters = {};
      try {
        await this.script(task, this);
      } catch (error) {
        if (error instanceof ExitWithoutWord) return this.end(1);
        const text = (error as Error).message;
        await this.umbilical.call('fatalError', { attemptId: task.attemptId, text, fastFail: false });
        return this.end(0);
      }
      await this.report(task, 1);
      await this.umbilical.call('done', { attemptId: task.attemptId });
    }
  }

  private async nextTask(): Promise<TaskSpec | 'DIE'> {
    for (;;) {
      const { task, shouldDie } = await this.umbilical.call('getTask', { pid: this.pid });
      if (shouldDie) return 'DIE';
      if (task) return task;
    }
  }

  private end(code: number): number {
    this.umbilical.close();
    return code;
  }
}

function status(task: TaskSpec, progress: number, counters = {}): TaskStatus {
  return {
    attemptId: task.attemptId,
    progress,
    phase: task.type === 'MAP' ? 'MAP' : 'REDUCE',
    stateString: '',
    counters: { 'org.apache.hadoop.mapreduce.TaskCounter': counters },
  };
}

function jobTokenIn(tokens: Uint8Array): Uint8Array {
  const jobToken = decodeCredentials(tokens).tokens.get(JOB_TOKEN_ALIAS);
  if (!jobToken) throw new Error('the launch context holds no job token');
  return jobToken.password;
}

const at = (host: string, port: number) => () => Promise.resolve({ attempt: 1, host, port });

/** A container that an earlier AM started, and what its child has in its hands. */
export interface Survivor {
  readonly container: Container;
  readonly task: TaskSpec;
  /** The RM does not know it (yet): its node has not come back. */
  readonly untold?: boolean;
}

interface Running {
  readonly container: Container;
  readonly child: ScriptedChild;
}

export interface FakeClusterOptions {
  readonly applicationId: ApplicationId;
  readonly attempt?: number;
  readonly script: Script;
  readonly hosts?: readonly string[];
  /** Containers that fit at a time. */
  readonly room?: number;
  readonly maximum?: Resource;
  readonly shufflePort?: number;
  readonly survivors?: readonly Survivor[];
  /** How survivors know and find the AM; it may be on its way. */
  readonly jobToken?: Uint8Array;
  readonly locate?: () => Promise<AppMasterAddress | undefined>;
  /** Of the children. @default TCP */
  readonly wires?: Wires;
}

export class FakeCluster {
  readonly launched: ContainerLaunchContext[] = [];
  readonly calls: string[] = [];
  readonly released: ContainerId[] = [];
  finished: { status: FinalApplicationStatus; diagnostics: string } | undefined;
  registeredPort = 0;
  maxAtATime = 0;
  private readonly running = new Map<ContainerId, Running>();
  private readonly reserved = new Set<ContainerId>();
  private readonly table = new Map<string, { priority: number; capability: Resource; left: number }>();
  private newContainers: Container[] = [];
  private completed: ContainerStatus[] = [];
  private responseId = -1;
  private cached: AllocateResponse | undefined;
  private held: { resolve(answer: AllocateResponse): void; reject(error: Error): void } | undefined;
  private verdict: 'KILLED' | 'FORGOTTEN' | undefined;
  private sequence = 1;
  private nextPid = 100;

  constructor(private readonly options: FakeClusterOptions) {
    const { survivors = [], jobToken, locate, script } = options;
    for (const { container, task } of survivors) {
      if (!jobToken || !locate) throw new Error('survivors need the job token, and a way to the AM');
      this.granted.set(container.id, container);
      this.reserved.add(container.id);
      this.watch(container, new ScriptedChild(container.id, locate, jobToken, script, this.nextPid++, task));
    }
  }

  /** The containers whose child runs now. */
  get runningCount(): number {
    return this.running.size;
  }

  connectRM(): AMRMConnection & { close(): void } {
    return {
      close: () => undefined,
      registerApplicationMaster: ({ rpcPort }) => {
        this.calls.push('register');
        this.registeredPort = rpcPort;
        this.responseId = 0;
        return Promise.resolve({
          maximumResourceCapability: this.options.maximum ?? { memoryMb: 8192, vcores: 8 },
          applicationAcls: {},
          containersFromPreviousAttempts: (this.options.survivors ?? [])
            .filter(({ container, untold }) => !untold && this.running.has(container.id))
            .map(({ container }) => container),
          nmTokensFromPreviousAttempts: [],
          queue: 'default',
        });
      },
      allocate: (request) => (this.verdict ? Promise.reject(this.unknownAttempt()) : this.allocate(request)),
      finishApplicationMaster: ({ finalApplicationStatus, diagnostics }) => {
        if (this.verdict === 'FORGOTTEN') return Promise.reject(this.unknownAttempt());
        this.calls.push('finish');
        if (this.verdict === 'KILLED') return Promise.resolve({ isUnregistered: true });
        this.finished = { status: finalApplicationStatus, diagnostics };
        return Promise.resolve({ isUnregistered: true });
      },
    };
  }

  connectNM(nodeId: NodeId): NMConnection {
    const unused = (): never => {
      throw new Error('a MapReduce job does not call this');
    };
    return {
      getContainerStatuses: unused,
      close: () => undefined,
      startContainers: ({ requests }) => {
        this.calls.push(`start ${nodeId} ${requests.length}`);
        const succeeded = requests.map(({ containerLaunchContext }) => this.launch(nodeId, containerLaunchContext));
        const port = Buffer.alloc(4);
        port.writeInt32BE(this.options.shufflePort ?? 13562);
        return Promise.resolve({ succeeded, failed: [], servicesMetaData: { mapreduce_shuffle: port } });
      },
      stopContainers: ({ containerIds }) => {
        this.calls.push(`stop ${nodeId} ${containerIds.length}`);
        for (const id of containerIds) this.kill(id, 143);
        return Promise.resolve({ succeeded: containerIds, failed: [] });
      },
      signalToContainer: ({ command }) => {
        this.calls.push(`signal ${command}`);
        return Promise.resolve({});
      },
    };
  }

  /** A child as the process of an uber job. */
  spawn(containerId: ContainerId, port: number, tokens: Uint8Array) {
    const { script } = this.options;
    const child = new ScriptedChild(containerId, at('127.0.0.1', port), jobTokenIn(tokens), script, this.nextPid++);
    this.calls.push('spawn');
    return {
      kill: () => child.kill(),
      ended: child.ended.then((code) => (code === 0 ? undefined : `exited with code ${code}`)),
    };
  }

  /** Ends every container of a node, as when it is lost. */
  loseNode(nodeId: NodeId): void {
    for (const { container } of [...this.running.values()])
      if (container.nodeId === nodeId) this.kill(container.id, -100);
  }

  private launch(nodeId: NodeId, context: ContainerLaunchContext): ContainerId {
    this.launched.push(context);
    const [, , , host = '', port = '', id = ''] = context.commands;
    const container = this.granted.get(toContainerId(id));
    if (!container || container.nodeId !== nodeId) throw new Error(`container ${id} was not given on ${nodeId}`);
    const jobToken = jobTokenIn(context.tokens ?? new Uint8Array());
    const { script, wires } = this.options;
    const pid = this.nextPid++;
    const child = new ScriptedChild(container.id, at(host, Number(port)), jobToken, script, pid, undefined, wires);
    this.watch(container, child);
    return container.id;
  }

  private watch(container: Container, child: ScriptedChild): void {
    this.running.set(container.id, { container, child });
    void child.ended.then((code) => this.ended(container.id, code));
  }

  /** The RM ends the application, or gives this attempt of it up for another one. */
  giveUp(verdict: 'KILLED' | 'FORGOTTEN'): void {
    this.verdict = verdict;
    const { held } = this;
    this.held = undefined;
    held?.reject(this.unknownAttempt());
  }

  private unknownAttempt(): Error {
    const { applicationId, attempt = 1 } = this.options;
    return new ApplicationAttemptNotFoundError(applicationAttemptId(applicationId, attempt));
  }

  private readonly granted = new Map<ContainerId, Container>();

  private kill(id: ContainerId, exitStatus: number): void {
    const running = this.running.get(id);
    running?.child.kill();
    if (running) this.ended(id, exitStatus);
  }

  private ended(id: ContainerId, exitStatus: number): void {
    if (!this.running.delete(id)) return;
    this.gone(id, exitStatus);
  }

  private gone(containerId: ContainerId, exitStatus: number): void {
    this.reserved.delete(containerId);
    const diagnostics = exitStatus === 0 ? '' : `Container exited with ${exitStatus}`;
    this.completed.push({ containerId, state: 'COMPLETE', exitStatus, diagnostics });
    this.work();
  }

  private allocate(request: AllocateRequest): Promise<AllocateResponse> {
    if (this.cached && request.responseId === this.responseId - 1) return Promise.resolve(this.cached);
    // A newer call with the same id takes the place of one that is held: what follows must not answer that one.
    this.held?.reject(new Error('a newer allocate came'));
    this.held = undefined;
    for (const { priority, resourceName, capability, numContainers } of request.ask) {
      if (resourceName !== '*') continue;
      this.table.set(`${priority} ${capability.memoryMb}`, { priority, capability, left: numContainers });
    }
    for (const id of request.release) {
      this.released.push(id);
      if (this.running.has(id)) this.kill(id, -100);
      else if (this.reserved.has(id)) this.gone(id, -100);
    }
    return new Promise((resolve, reject) => {
      const held = { resolve, reject };
      this.held = held;
      this.work();
      systemClock.after(request.waitMs ?? 0, () => {
        if (this.held === held) this.answer();
      });
    });
  }

  private work(): void {
    const { room = 4, hosts = ['127.0.0.1'], applicationId, attempt = 1 } = this.options;
    for (const ask of [...this.table.values()].sort((a, b) => a.priority - b.priority)) {
      for (; ask.left > 0 && this.reserved.size < room; ask.left--) {
        const id = makeContainerId(applicationAttemptId(applicationId, attempt), ++this.sequence);
        const host = hosts[this.sequence % hosts.length] ?? '';
        const container: Container = {
          id,
          nodeId: makeNodeId(host, 4000),
          nodeHttpAddress: `${host}:8042`,
          resource: ask.capability,
          priority: ask.priority,
          containerToken: token,
          executionType: 'GUARANTEED',
          allocationRequestId: -1,
          version: 0,
        };
        this.reserved.add(id);
        this.granted.set(id, container);
        this.newContainers.push(container);
      }
    }
    this.maxAtATime = Math.max(this.maxAtATime, this.reserved.size);
    if (this.newContainers.length + this.completed.length > 0) this.answer();
  }

  private answer(): void {
    if (!this.held) return;
    const { resolve } = this.held;
    this.held = undefined;
    this.responseId++;
    const { room = 4, hosts = ['127.0.0.1'] } = this.options;
    this.cached = {
      responseId: this.responseId,
      allocatedContainers: this.newContainers,
      completedContainersStatuses: this.completed,
      availableResources: { memoryMb: (room - this.reserved.size) * 1024, vcores: room - this.reserved.size },
      updatedNodes: [],
      numClusterNodes: hosts.length,
      nmTokens: hosts.map((host) => ({ nodeId: makeNodeId(host, 4000), token })),
      preemptedContainers: [],
    };
    this.newContainers = [];
    this.completed = [];
    resolve(this.cached);
  }
}
