/**
 * A container without a cluster: the real TaskAttemptListener on a real port, the real task bundle in a process of its own, and a
 * script instead of an AM's machines.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeCredentials,
  jobId,
  systemClock,
  systemRandom,
  taskAttemptId,
  taskId,
  toApplicationId,
  toContainerId,
  type ContainerId,
  type TaskAttemptId,
} from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import type { RemoteTask } from '../../src/app-context.js';
import type { MRAppEvent } from '../../src/events.js';
import type { TaskStatus } from '../../src/task-status.js';
import { TaskAttemptListener } from '../../src/umbilical/task-attempt-listener.js';

const repository = join(__dirname, '../../../..');
const job = jobId(toApplicationId('application_1700000000000_0001'));
export const container = toContainerId('container_1700000000000_0001_01_000002');
const token = Buffer.from('the job token');

/** Bundles as the build and the CLI do: our names to our sources, everything in one file. */
function bundle(entry: string, out: string, ...options: string[]): void {
  execFileSync(join(repository, 'node_modules/.bin/esbuild'), [
    entry,
    `--outfile=${out}`,
    '--bundle',
    '--platform=node',
    '--format=cjs',
    `--tsconfig=${join(repository, 'tsconfig.test.json')}`,
    '--external:better-sqlite3',
    '--define:import.meta.url=bundleUrl',
    "--banner:js=const bundleUrl=require('node:url').pathToFileURL(__filename).href;",
    '--log-level=error',
    ...options,
  ]);
}

export interface Child {
  readonly process: ChildProcess;
  /** Exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  stderr(): string;
}

export class FakeAppMaster {
  private readonly temp = tempDir('bobbin-child-');
  private readonly events: MRAppEvent[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly children: Child[] = [];
  readonly log: string[] = [];
  /** Liveness as the heartbeat handler would see it. */
  readonly life: { readonly type: 'progressing' | 'pinged'; readonly attemptId: TaskAttemptId }[] = [];
  /** Attempts that may commit. */
  readonly granted = new Set<TaskAttemptId>();
  private listener: TaskAttemptListener;

  private constructor(private readonly properties: Readonly<Record<string, string>>) {
    this.listener = this.newListener(0);
  }

  /** `jobFile`: one of the fixtures. */
  static async start(properties: Readonly<Record<string, string>> = {}, jobFile = 'jobs.ts'): Promise<FakeAppMaster> {
    const am = new FakeAppMaster(properties);
    mkdirSync(join(am.path, 'work'));
    mkdirSync(join(am.path, 'logs'));
    mkdirSync(join(am.path, 'local'));
    bundle(join(__dirname, '../../src/child/main.ts'), join(am.path, 'work/task.cjs'));
    bundle(join(__dirname, 'fixtures', jobFile), join(am.path, 'work/job.cjs'), '--sourcemap=inline');
    writeFileSync(join(am.path, 'work/job.json'), JSON.stringify({ jobName: 'faults', properties }));
    const credentials = {
      tokens: new Map([
        ['JobToken', { kind: 'mapreduce.job', service: job, identifier: Buffer.from(job), password: token }],
      ]),
      secrets: new Map([['MapReduceShuffleToken', Buffer.from('12345678')]]),
    };
    writeFileSync(join(am.path, 'work/container_tokens'), encodeCredentials(credentials));
    await am.listener.start();
    return am;
  }

  get path(): string {
    return this.temp.path;
  }

  /** A map attempt over `lines`, handed to the container. */
  launch(lines: string, attempt = 0, containerId: ContainerId = container): TaskAttemptId {
    const attemptId = taskAttemptId(taskId(job, 'MAP', 0), attempt);
    const path = join(this.path, `input-${attempt}.txt`);
    writeFileSync(path, lines);
    const split = { path, start: 0, length: Buffer.byteLength(lines), hosts: [] };
    const numReduces = Number(this.properties['mapreduce.job.reduces'] ?? 1);
    const task: RemoteTask = {
      type: 'MAP',
      jobId: job,
      attemptId,
      partition: 0,
      numMaps: 1,
      numReduces,
      amAttempt: 1,
      split,
    };
    this.listener.registerPendingTask(containerId, task);
    this.listener.registerLaunchedTask(attemptId, containerId);
    return attemptId;
  }

  spawnChild(env: Readonly<Record<string, string>> = {}): Child {
    const child = spawn(process.execPath, ['task.cjs', '127.0.0.1', String(this.listener.port), container], {
      cwd: join(this.path, 'work'),
      env: {
        PATH: process.env['PATH'] ?? '',
        CONTAINER_ID: container,
        LOCAL_DIRS: join(this.path, 'local'),
        LOG_DIRS: join(this.path, 'logs'),
        NM_HOST: 'localhost',
        HADOOP_TOKEN_FILE_LOCATION: join(this.path, 'work/container_tokens'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<number | NodeJS.Signals>((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
    });
    const running = { process: child, ended, stderr: () => stderr };
    this.children.push(running);
    return running;
  }

  /** Resolves once user code is under way: the mapper of the fixtures leaves a mark before it does what its line says. */
  async inCode(): Promise<void> {
    while (!existsSync(join(this.path, 'work/entered'))) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The first event of this type, as soon as there is one. */
  async event<T extends MRAppEvent['type']>(type: T): Promise<MRAppEvent & { type: T }> {
    for (;;) {
      const found = this.events.find((event) => event.type === type);
      if (found) return found as MRAppEvent & { type: T };
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** The diagnostics an attempt left, once it has failed. */
  async failure(): Promise<string> {
    await this.event('TA_FAILMSG');
    return (await this.event('TA_DIAGNOSTICS_UPDATE')).diagnostics;
  }

  /** Resolves when the child has said `type` of liveness `times` more. */
  async alive(type: 'progressing' | 'pinged', times: number): Promise<void> {
    const before = this.life.length;
    while (this.life.slice(before).filter((sign) => sign.type === type).length < times) {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  /** The newest status of the updates so far. */
  status(): TaskStatus | undefined {
    const statuses = this.events.flatMap((event) => (event.type === 'TA_UPDATE' ? [event.slot.take()] : []));
    return statuses.filter((status) => status !== undefined).at(-1);
  }

  /** The last status of an attempt, once it is done. */
  async doneBy(attemptId: TaskAttemptId): Promise<TaskStatus> {
    const statuses: TaskStatus[] = [];
    for (;;) {
      for (const event of this.events) {
        const status = event.type === 'TA_UPDATE' && event.attemptId === attemptId ? event.slot.take() : undefined;
        if (status) statuses.push(status);
      }
      const isDone = this.events.some((event) => event.type === 'TA_DONE' && event.attemptId === attemptId);
      const last = statuses.at(-1);
      if (isDone && last) return last;
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** Resolves when the container has asked for its next task so many times. */
  async available(times: number): Promise<void> {
    while (this.types().filter((type) => type === 'CONTAINER_AVAILABLE').length < times) {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  unregister(attemptId: TaskAttemptId): void {
    this.listener.unregister(attemptId, container, 'SUCCEEDED');
  }

  dismiss(): void {
    this.listener.dismiss(container);
  }

  grant(attemptId: TaskAttemptId): void {
    this.granted.add(attemptId);
    this.listener.grantCommit();
  }

  output(attemptId: TaskAttemptId, name: 'stdout' | 'stderr'): string {
    const file = join(this.path, 'logs', `${attemptId}.${name}`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** The AM dies; its port is free. */
  die(): Promise<void> {
    return this.listener.stop();
  }

  /** Another AM takes the port, which knows of nothing. */
  async restart(): Promise<void> {
    const { port } = this.listener;
    await this.listener.stop();
    this.listener = this.newListener(port);
    await this.listener.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.stop();
    for (const child of this.children) child.process.kill('SIGKILL');
    await Promise.all(this.children.map((child) => child.ended));
    this.temp[Symbol.dispose]();
  }

  private newListener(port: number): TaskAttemptListener {
    const note = (line: string): void => void this.log.push(line);
    const sign = (type: 'progressing' | 'pinged') => (attemptId: TaskAttemptId) => {
      this.life.push({ type, attemptId });
      this.wake();
    };
    const listener = new TaskAttemptListener({
      clock: systemClock,
      random: systemRandom,
      dispatcher: {
        dispatch: (event) => {
          this.events.push(event);
          this.wake();
        },
      },
      log: { debug: note, info: note, warn: note, error: note },
      heartbeats: {
        register: () => undefined,
        unregister: () => undefined,
        progressing: sign('progressing'),
        pinged: sign('pinged'),
      },
      jobToken: token,
      bindHost: '127.0.0.1',
      port,
      exitTimeoutMs: 60_000,
      canCommit: (attemptId) => this.granted.has(attemptId),
      amAttempt: 1,
      adoptionWaitMs: 30_000,
      recorded: () => Promise.resolve(),
      mapCompletionEvents: () => [],
    });
    listener.open();
    return listener;
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
