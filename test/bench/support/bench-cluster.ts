/**
 * A cluster of real processes in the benchmark's folder, driven by the built `bobbin` command as a user drives it. What it remembers
 * stays in that folder; `stop` ends every process of it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './benchmark.js';
import { runCommand, type Ran } from './command.js';
import { containerProcesses } from './process-tree.js';
import { WarmClient } from './warm-client.js';

interface Daemon {
  readonly name: string;
  readonly process: { readonly pid: number };
  readonly address: string;
  readonly webAddress: string;
  readonly log: string;
}

/** What `bobbin cluster start --json` prints. */
interface ClusterRecord {
  readonly resourceManager: Daemon;
  readonly nodeManagers: readonly Daemon[];
}

/** What `bobbin job submit --json` prints. */
export interface JobDone {
  readonly jobId: string;
  readonly applicationId: string;
  readonly state: string;
  readonly isUber?: boolean;
  /** From the command's own submit time to the AppMaster's finish time, ms. */
  readonly elapsedMs?: number;
  readonly counters?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export class BenchCluster {
  private client: WarmClient | undefined;

  private constructor(
    private readonly root: string,
    private readonly entry: string,
    readonly dir: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly startArgs: readonly string[],
    private record: ClusterRecord,
  ) {}

  /** `options` are those of `bobbin cluster start`: `-D`, `key=value`, ... */
  static async start(bench: Bench, nodes: number, ...options: string[]): Promise<BenchCluster> {
    const dir = join(bench.dir, 'cluster');
    const entry = join(bench.root, 'packages/cli/bin/bobbin.mjs');
    const env = { XDG_STATE_HOME: join(bench.dir, 'state'), BOBBIN_DIR: dir };
    const args = ['cluster', 'start', '--json', '--nodes', String(nodes), '--dir', dir, ...options];
    const { stdout } = await runCommand(process.execPath, [entry, ...args], { env });
    return new BenchCluster(bench.root, entry, dir, env, args, JSON.parse(stdout) as ClusterRecord);
  }

  get daemons(): ClusterRecord {
    return this.record;
  }

  /** The same start once more: what has died comes back, under its old address. */
  async restart(): Promise<void> {
    this.record = JSON.parse((await this.run(...this.startArgs)).stdout) as ClusterRecord;
  }

  /** Pids of the RM and the NMs; containers are below the NMs. */
  get pids(): number[] {
    return [this.daemons.resourceManager, ...this.daemons.nodeManagers].map((daemon) => daemon.process.pid);
  }

  /** `bobbin ...args` to its end, timed from before the command's process starts; peak memory with all daemons and containers. */
  run(...args: string[]): Promise<Ran> {
    return runCommand(process.execPath, [this.entry, ...args], { env: this.env, alsoCount: () => this.pids });
  }

  /** `bobbin job submit --json ...args`; throws where the job does not succeed. */
  async submit(...args: string[]): Promise<Ran & { readonly job: JobDone }> {
    const ran = await this.run('job', 'submit', '--json', ...args);
    const job = JSON.parse(ran.stdout) as JobDone;
    if (job.state !== 'SUCCEEDED') throw new Error(`job ${job.jobId} ended as ${job.state}\n${ran.stdout}`);
    return { ...ran, job };
  }

  /** As `submit`, by a client that was started before; `ms` from its arguments to its end. */
  async submitWarm(...args: string[]): Promise<{ readonly ms: number; readonly job: JobDone }> {
    this.client ??= WarmClient.start(this.root, this.env);
    const { ms, line } = await this.client.run('job', 'submit', '--json', ...args);
    const job = JSON.parse(line) as JobDone;
    if (job.state !== 'SUCCEEDED') throw new Error(`job ${job.jobId} ended as ${job.state}\n${line}`);
    return { ms, job };
  }

  /** Resolves when no container runs any more: AppMasters linger a moment after their job. */
  async quiet(): Promise<void> {
    while (containerProcesses(this.pids).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async stop(): Promise<void> {
    this.client?.stop();
    if (existsSync(this.dir)) await this.run('cluster', 'stop');
  }
}

/** Runs `work` on a new cluster and stops it, whatever happens. */
export async function withCluster<T>(
  bench: Bench,
  nodes: number,
  options: readonly string[],
  work: (cluster: BenchCluster) => Promise<T>,
): Promise<T> {
  const cluster = await BenchCluster.start(bench, nodes, ...options);
  try {
    return await work(cluster);
  } finally {
    await cluster.stop();
  }
}
