/**
 * SimAttempt: the work of one attempt as a script: virtual time, progress, output as digests. A map leaves one digest a partition on its node's
 * disk; a reduce follows the AM's completion events, fetches by the production ShuffleScheduler, and commits through the production
 * FileOutputCommitter with the AM's permission. Digests depend on the job and the task alone, so every attempt writes the same bytes.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import {
  applicationOf,
  createStub,
  UnreachableError,
  parseContainerId,
  parseTaskAttemptId,
  parseTaskId,
  shuffleUrlHash,
} from '@bobbin/common';
import type { FileSystem, TaskAttemptId } from '@bobbin/common';
import { FileOutputCommitter, ShuffleScheduler, type TaskProgress, type TaskSpec } from '@bobbin/mapreduce/runtime';
import type { AttemptCalls, AttemptOutcome, AttemptRun, ChildEnvironment } from '@bobbin/mrappmaster';
import type { SimProcess } from '../machine.js';
import type { ContainerProcess } from '../nodes/sim-node.js';
import { mapOutputFile, shuffleUrl, simShuffleProtocol } from '../nodes/sim-shuffle.js';

/** Property of a job that holds its script, as JSON. */
export const SCRIPT_PROPERTY = 'sim.script';

/** What an attempt does in place of finishing. */
export type Fate = 'fail' | 'crash' | 'hang' | 'fs-error';

export interface TaskScript {
  readonly mapMs: number;
  readonly reduceMs: number;
  /** By `m_<number>_<attempt>` or `r_<number>_<attempt>`. */
  readonly fates?: Readonly<Record<string, Fate>>;
}

export interface AttemptWatcher {
  began?(attempt: TaskAttemptId, process: SimProcess): void;
  /** A reduce (or a map of a job without reduces) has its output in place, permitted. */
  committed?(attempt: TaskAttemptId, process: SimProcess): void;
  /** Its work is done, which nobody knows yet. */
  finished?(attempt: TaskAttemptId, process: SimProcess): void;
}

export interface SimAttemptDeps {
  readonly spec: TaskSpec;
  readonly progress: TaskProgress;
  readonly calls: AttemptCalls;
  readonly container: ContainerProcess;
  readonly child: ChildEnvironment;
  readonly fs: FileSystem;
  readonly watcher: AttemptWatcher | undefined;
}

const STEPS = 4;
const CRASHED = 7;
/** As mapred-default.xml. */
const FETCH = {
  connectTimeoutMs: 180_000,
  readTimeoutMs: 180_000,
  retryIntervalMs: 1000,
  maxRetryDelayMs: 60_000,
  maxFetchFailures: 10,
  maxHostFailures: 5,
  notifyReadError: true,
};

/** The digest of one partition of one map. */
export function mapDigest(job: string, map: number, partition: number): string {
  return createHash('sha256').update(`${job} ${map} ${partition}`).digest('hex').slice(0, 16);
}

/** What a reduce writes: the digests it got, by map. */
export function reduceOutput(job: string, partition: number, numMaps: number): string {
  return Array.from({ length: numMaps }, (_, map) => `${mapDigest(job, map, partition)}\n`).join('');
}

/** Thrown where the attempt was ended. */
class Ended extends Error {}

export class SimAttempt implements AttemptRun {
  readonly outcome: Promise<AttemptOutcome>;
  private isOver = false;
  private readonly script: TaskScript;
  private readonly fate: Fate | undefined;

  constructor(private readonly deps: SimAttemptDeps) {
    const { spec, child, watcher } = deps;
    this.script = JSON.parse(child.conf[SCRIPT_PROPERTY] ?? '{"mapMs":1000,"reduceMs":1000}') as TaskScript;
    const { attempt } = parseTaskAttemptId(spec.attemptId);
    this.fate = this.script.fates?.[`${spec.type === 'MAP' ? 'm' : 'r'}_${spec.partition}_${attempt}`];
    watcher?.began?.(spec.attemptId, deps.container.process);
    this.outcome = this.run();
  }

  end(): Promise<boolean> {
    this.isOver = true;
    return Promise.resolve(true);
  }

  private async run(): Promise<AttemptOutcome> {
    const { spec } = this.deps;
    try {
      if (spec.type === 'MAP') await this.map();
      else await this.reduce();
      this.deps.watcher?.finished?.(spec.attemptId, this.deps.container.process);
      return { type: 'SUCCEEDED', heapBytes: 0, gcMs: 0 };
    } catch (error) {
      if (error instanceof Ended) return await new Promise(() => undefined);
      const report = this.fate === 'fs-error' ? 'fsError' : 'fatalError';
      const text = error instanceof Error ? error.message : String(error);
      return { type: 'FAILED', failure: { report, text }, cleanedUp: true };
    }
  }

  private async map(): Promise<void> {
    const { spec } = this.deps;
    this.deps.progress.beginPhase('MAP', 0, 1, STEPS);
    await this.work(this.script.mapMs);
    const { jobId, partition, numReduces, attemptId } = spec;
    if (numReduces === 0) {
      await this.commit(`${mapDigest(jobId, partition, 0)}\n`);
      return;
    }
    const digests = Array.from({ length: numReduces }, (_, part) => mapDigest(jobId, partition, part));
    await this.write(mapOutputFile(this.localDir, attemptId), JSON.stringify(digests));
  }

  private async reduce(): Promise<void> {
    const { spec, progress, container } = this.deps;
    const { numMaps, partition } = spec;
    const { clock } = container.process;
    progress.beginPhase('SHUFFLE', 0, 1 / 3, numMaps);
    const scheduler = new ShuffleScheduler(numMaps, partition, FETCH, clock.monotonic());
    const digests = new Map<number, string>();
    let wake: () => void = () => undefined;
    let failure: unknown;
    const follow = async (): Promise<void> => {
      for (let from = 0; !scheduler.isDone && !this.isOver;) {
        const events = await this.deps.calls.completionEvents(from, 10_000);
        for (const event of events) scheduler.resolve(event, clock.monotonic());
        from += events.length;
        wake();
      }
    };
    follow().catch((error: unknown) => {
      failure = error;
      wake();
    });
    while (!scheduler.isDone) {
      this.mustGoOn();
      if (failure !== undefined) throw failure as Error;
      const work = scheduler.take(clock.monotonic());
      if (!work) {
        await this.pause(scheduler.nextPenaltyEndMs(clock.monotonic()) ?? 600_000, (act) => (wake = act));
        continue;
      }
      for (const [n, map] of work.maps.entries()) {
        try {
          const digest = await this.fetch(work.address, map);
          digests.set(parseTaskId(parseTaskAttemptId(map).taskId).task, digest);
          scheduler.copySucceeded(map, clock.monotonic());
          progress.advance(scheduler.copiedMaps);
        } catch (error) {
          this.mustGoOn();
          // As Shuffle: a host that is not reached counts for all that was asked of it.
          const isAway = error instanceof UnreachableError;
          const kind = isAway ? 'connect' : 'absent';
          for (const failed of isAway ? work.maps.slice(n) : [map]) {
            if (scheduler.copyFailed(failed, work.address, kind, clock.monotonic()))
              this.deps.calls.fetchFailed(failed);
          }
          if (isAway) break;
        }
      }
      scheduler.release(work.address);
    }
    progress.setFinishTime('SHUFFLE', clock.now());
    progress.beginPhase('REDUCE', 2 / 3, 1 / 3, STEPS);
    await this.work(this.script.reduceMs);
    await this.commit(
      [...digests]
        .sort(([a], [b]) => a - b)
        .map(([, digest]) => `${digest}\n`)
        .join(''),
    );
  }

  /** Half of the time, then what fate has in store, then the rest. */
  private async work(ms: number): Promise<void> {
    const { progress, container } = this.deps;
    const { process } = container;
    for (let step = 1; step <= STEPS; step++) {
      await this.pause((ms / STEPS) * process.machine.slowness);
      this.mustGoOn();
      progress.advance(step);
      if (step !== STEPS / 2) continue;
      if (this.fate === 'crash') process.exit(CRASHED);
      if (this.fate === 'hang') await new Promise(() => undefined);
      if (this.fate !== undefined) throw new Error(`simulated ${this.fate} of ${this.deps.spec.attemptId}`);
    }
  }

  private async fetch(address: string, map: TaskAttemptId): Promise<string> {
    const { spec, child, container } = this.deps;
    const { partition: reduce } = spec;
    const { process, node } = container;
    if (address === '' || address === child.localShuffleAddress) {
      return process.io('open map output', () => {
        for (const dir of child.localDirs) {
          const file = mapOutputFile(dir, map);
          if (!node.disk.exists(file)) continue;
          node.readable(file);
          return (JSON.parse(node.disk.read(file).toString()) as readonly string[])[reduce] ?? '';
        }
        throw new Error(`output of ${map} is not on this node`);
      });
    }
    const applicationId = applicationOf(parseContainerId(child.containerId).applicationAttemptId);
    const url = shuffleUrl(applicationId, reduce, map);
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    const { clock, transport } = process;
    const credentials = { user: 'reducer' };
    // As far below the task timeouts of the plans as the real one is below the real one.
    const deadlineMs = 5000;
    const stub = createStub(simShuffleProtocol, { address, credentials, deadlineMs, clock, transport });
    try {
      const urlHash = shuffleUrlHash(child.jobToken, port, url);
      return (await stub.fetch({ applicationId, map, reduce, url, urlHash })).digest;
    } finally {
      stub.close();
    }
  }

  /** As TaskOutput: the attempt's own folder, then permission, then the commit. */
  private async commit(content: string): Promise<void> {
    const { spec, child, fs, calls, watcher } = this.deps;
    const { attemptId, amAttempt, type, partition } = spec;
    const outputDir = child.conf['mapreduce.output.fileoutputformat.outputdir'] ?? '';
    const committer = new FileOutputCommitter({ fs, outputDir, amAttempt });
    await committer.setupTask(attemptId);
    const name = `part-${type === 'MAP' ? 'm' : 'r'}-${String(partition).padStart(5, '0')}`;
    const path = `${committer.workPath(attemptId)}/${name}`;
    await fs.delete(path);
    const writer = await fs.create(path);
    await writer.write(Buffer.from(content));
    await writer.close();
    this.mustGoOn();
    if (!(await committer.needsTaskCommit(attemptId))) return;
    await calls.commitPermission();
    this.mustGoOn();
    await committer.commitTask(attemptId);
    watcher?.committed?.(attemptId, this.deps.container.process);
  }

  private get localDir(): string {
    return this.deps.child.localDirs[0] ?? '/';
  }

  private async write(path: string, text: string): Promise<void> {
    const { process, node } = this.deps.container;
    await process.io('write map output', () => {
      node.writable(path);
      node.disk.mkdirs(dirname(path));
      node.disk.write(path, Buffer.from(text));
    });
    this.mustGoOn();
  }

  private mustGoOn(): void {
    if (this.isOver) throw new Ended();
  }

  private pause(ms: number, wakeable?: (wake: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.deps.container.process.clock.after(ms, resolve);
      wakeable?.(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}
