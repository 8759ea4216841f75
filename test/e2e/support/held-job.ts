/**
 * HeldJob: a word count that runs up to a phase and stays there until it is let go, seen through what it writes: its live history,
 * the trace of its own code, its output folder. Nothing is slept for; a phase is reached when the files say so.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findHistory, JobInfo, readHistoryEvents, type JobId, type TaskId } from '@bobbin/common';
import { repository, type Finished, type Running } from './bobbin.js';
import { filesBelow } from './files-below.js';
import { localCluster, type LocalCluster } from './local-cluster.js';
import { neverRan } from './never-ran.js';

/** Where a job is held; each phase comes after the one before it. */
export type Phase = 'MAPS' | 'BETWEEN' | 'REDUCES' | 'COMMIT';
const PHASES: readonly Phase[] = ['MAPS', 'BETWEEN', 'REDUCES', 'COMMIT'];

/** Larger ones are scheduled first. */
const FREE_MAPS = 4;
const HELD_MAPS = 3;
export const MAPS = FREE_MAPS + HELD_MAPS;
export const REDUCES = 2;
/** A commit of so many files takes longer than it takes to see that it has begun. */
const SIDE_FILES = 3000;
const LOOK_MS = 5;

/** What a run leaves: each file of the output by its name, and the counters that must not depend on what died. */
export interface JobResult {
  readonly files: ReadonlyMap<string, string>;
  readonly counters: Readonly<Record<string, number>>;
}

const RECORD_COUNTERS = [
  'MAP_INPUT_RECORDS',
  'MAP_OUTPUT_RECORDS',
  'MAP_OUTPUT_BYTES',
  'REDUCE_INPUT_GROUPS',
  'REDUCE_INPUT_RECORDS',
  'REDUCE_OUTPUT_RECORDS',
];

/** Seven small files of real text below the cluster's folder; maps of `held-*` can be held. */
function makeInput(folder: string): string {
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(repository, 'node_modules/typescript/lib/typescript.js'));
  const cut = (n: number, bytes: number): Buffer => text.subarray(n * 100_000, n * 100_000 + bytes);
  for (let n = 0; n < FREE_MAPS; n++) writeFileSync(join(folder, `free-${n}.txt`), cut(n, 60_000));
  for (let n = 0; n < HELD_MAPS; n++) writeFileSync(join(folder, `held-${n}.txt`), cut(FREE_MAPS + n, 30_000));
  return folder;
}

export class HeldJob {
  readonly output: string;
  private readonly files: Readonly<Record<'map' | 'reduce' | 'trace', string>>;
  private readonly seen = new Map<TaskId, Set<string>>();

  private constructor(
    private readonly cluster: LocalCluster,
    private readonly running: Running,
    readonly jobId: JobId,
    folder: string,
    output: string,
  ) {
    const file = (name: string): string => join(folder, name);
    this.output = output;
    this.files = { map: file('map-gate'), reduce: file('reduce-gate'), trace: file('trace') };
  }

  /** Submits it under this name; `options` are more options of `bobbin job submit`. */
  static async submit(cluster: LocalCluster, name: string, ...options: readonly string[]): Promise<HeldJob> {
    const folder = join(cluster.path, name);
    mkdirSync(folder);
    const output = join(folder, 'out');
    const properties = {
      'mapreduce.job.ubertask.enable': false,
      'mapreduce.job.reduces': REDUCES,
      'mapreduce.job.reduce.slowstart.completedmaps': 1,
      'mapreduce.map.speculative': false,
      'mapreduce.reduce.speculative': false,
      // The command has to outlive an RM on a busy machine.
      'bobbin.client.connect.max-wait-ms': 60_000,
      'test.map-gate': join(folder, 'map-gate'),
      'test.reduce-gate': join(folder, 'reduce-gate'),
      'test.trace': join(folder, 'trace'),
      'test.side-files': SIDE_FILES,
    };
    const running = cluster.start(
      ...['job', 'submit', join(__dirname, '../fixtures/phases.ts')],
      ...['--input', makeInput(join(cluster.path, 'input')), '--output', output],
      ...Object.entries(properties).flatMap(([key, value]) => ['-D', `${key}=${value}`]),
      ...options,
    );
    return new HeldJob(cluster, running, (await running.printed(/job_\d+_\d+/)) as JobId, folder, output);
  }

  /** Lets it run up to this phase; resolves when it is there. */
  async reach(phase: Phase): Promise<void> {
    for (const next of PHASES.slice(0, PHASES.indexOf(phase) + 1)) {
      if (next === 'BETWEEN') this.open('map');
      if (next === 'COMMIT') {
        // On a busy machine, too, this test has to see the commit begin before it is over.
        setPriority(this.cluster.applicationMaster(), constants.priority.PRIORITY_LOW);
        this.open('reduce');
      }
      await this.until(() => this.isIn(next), `is in phase ${next}`);
    }
    if (phase === 'COMMIT' && existsSync(join(this.output, '_SUCCESS'))) throw new Error('the commit is over already');
  }

  /** Opens every gate; resolves with the end of `bobbin job submit`. */
  letGo(): Promise<Finished> {
    this.open('map');
    this.open('reduce');
    return this.running.finished;
  }

  /** The history of its newest AppMaster, or the finished one; what it tells is remembered for `attempts`, but for attempts that never had a process. */
  async history(): Promise<JobInfo> {
    const info = new JobInfo(this.jobId);
    const file = await this.newestHistory();
    if (file !== undefined) await readHistoryEvents(file, (event) => info.add(event)).catch(() => undefined);
    for (const { taskId, attempts } of info.tasks.values()) {
      const seen = this.seen.get(taskId) ?? new Set();
      for (const [id, attempt] of attempts) {
        if (neverRan(attempt)) seen.delete(id);
        else seen.add(id);
      }
      this.seen.set(taskId, seen);
    }
    return info;
  }

  /** Every attempt of each task that any history told of when it was looked at. */
  attempts(): ReadonlyMap<TaskId, ReadonlySet<string>> {
    return this.seen;
  }

  /** Attempts whose own code began, in order. */
  trace(): string[] {
    return existsSync(this.files.trace) ? readFileSync(this.files.trace, 'utf8').trim().split('\n') : [];
  }

  /** Resolves when the condition holds. */
  async until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
    let over = false;
    void this.running.finished.then(() => (over = true));
    while (!(await condition())) {
      if (over)
        throw new Error(`${this.jobId} ended before it ${what}\n${JSON.stringify(await this.running.finished)}`);
      await pause(LOOK_MS);
    }
  }

  /** What is in the output folder and in the counters of the finished history. */
  async result(): Promise<JobResult> {
    const paths = filesBelow(this.output);
    const files = new Map(paths.map((path) => [path, readFileSync(join(this.output, path), 'latin1')]));
    const all = (await this.history()).totalCounters['org.apache.hadoop.mapreduce.TaskCounter'] ?? {};
    const counters = Object.fromEntries(RECORD_COUNTERS.map((name) => [name, all[name] ?? -1]));
    return { files, counters };
  }

  private open(gate: 'map' | 'reduce'): void {
    writeFileSync(this.files[gate], '');
  }

  private async isIn(phase: Phase): Promise<boolean> {
    if (phase === 'COMMIT') return existsSync(join(this.output, 'side', 'side-0'));
    const info = await this.history();
    const [maps, reduces] = [this.trace().filter((id) => id.includes('_m_')), this.trace().length];
    switch (phase) {
      case 'MAPS':
        return info.count('MAP', 'SUCCEEDED') === FREE_MAPS && maps.length === MAPS;
      case 'BETWEEN':
        return info.count('MAP', 'SUCCEEDED') === MAPS;
      case 'REDUCES':
        return reduces - maps.length === REDUCES;
    }
  }

  private async newestHistory(): Promise<string | undefined> {
    const { staging, done } = this.cluster.folders;
    const owner = existsSync(staging) ? readdirSync(staging)[0] : undefined;
    const folder = join(staging, owner ?? '', '.staging', this.jobId);
    const live = existsSync(folder) ? readdirSync(folder).filter((name) => /_\d+\.jhist\.jsonl$/.test(name)) : [];
    const newest = live.sort((a, b) => attemptOf(a) - attemptOf(b)).at(-1);
    return newest === undefined ? (await findHistory(done, this.jobId))?.path : join(folder, newest);
  }
}

const attemptOf = (name: string): number => Number(/_(\d+)\.jhist/.exec(name)?.[1]);

/** What such a job leaves when nobody disturbs it; on a cluster of its own. */
export async function undisturbedResult(): Promise<JobResult> {
  const cluster = await localCluster(1);
  try {
    const job = await HeldJob.submit(cluster, 'undisturbed');
    const { code, stderr } = await job.letGo();
    if (code !== 0) throw new Error(`the job that nobody disturbs failed: ${stderr}`);
    return await job.result();
  } finally {
    await cluster.stop();
  }
}
