/**
 * TaskStand: a whole job in this process, task by task, without an AM: splits, maps, reduces, job commit. Shuffle over files as in an
 * AM's own container, or over HTTP from a server that answers as Hadoop's ShuffleHandler does and can be told to misbehave.
 */
import { jobId, applicationId, LocalFileSystem, taskAttemptId, taskId, type TaskAttemptId } from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Job } from '../../src/job/define-job.js';
import {
  computeSplits,
  FileOutputCommitter,
  runMapTask,
  runReduceTask,
  TaskProgress,
  type TaskEnv,
  type TaskSnapshot,
} from '../../src/runtime/index.js';
import { readIndexFile } from '../../src/runtime/spill/spill-index.js';
import { UsedSlab } from './used-slab.js';

const JOB = jobId(applicationId(1700000000000, 1));
export const SECRET = Buffer.from('shuffle!');

export const mapAttempt = (task: number, attempt = 0): TaskAttemptId =>
  taskAttemptId(taskId(JOB, 'MAP', task), attempt);
export const reduceAttempt = (task: number, attempt = 0): TaskAttemptId =>
  taskAttemptId(taskId(JOB, 'REDUCE', task), attempt);

export interface StandOptions {
  readonly dir: string;
  readonly input: string;
  readonly job: Job;
  readonly numReduces?: number;
  readonly conf?: Readonly<Record<string, string>>;
  readonly memoryMb?: number;
  /** `host:port` of a shuffle server; absent: outputs are opened as files. */
  readonly shuffleAddress?: string;
  /** Called between the last map and the first reduce. */
  readonly afterMaps?: () => void;
  /** Number of the reduces' attempts. */
  readonly reduceAttempt?: number;
}

export interface StandResult {
  /** Contents of the part files, in order. */
  readonly parts: readonly string[];
  readonly maps: readonly TaskSnapshot[];
  readonly reduces: readonly TaskSnapshot[];
  readonly fetchFailures: readonly TaskAttemptId[];
}

export class TaskStand {
  readonly clock = new ControlledClock();
  readonly fetchFailures: TaskAttemptId[] = [];
  readonly logLines: string[] = [];
  readonly outputDir: string;
  readonly localDir: string;

  constructor(private readonly options: StandOptions) {
    this.outputDir = join(options.dir, 'out');
    this.localDir = join(options.dir, 'local');
  }

  env(over: Partial<TaskEnv> = {}): TaskEnv {
    const { options } = this;
    return {
      clock: this.clock,
      conf: { 'mapreduce.output.fileoutputformat.outputdir': this.outputDir, ...options.conf },
      memoryMb: options.memoryMb ?? 256,
      localDirs: [this.localDir],
      slab: new UsedSlab(),
      progress: TaskProgress.create(),
      shuffleSecret: SECRET,
      mapCompletionEvents: () => Promise.reject(new Error('not a reduce')),
      reportFetchFailure: (map) => void this.fetchFailures.push(map),
      awaitCommitPermission: () => Promise.resolve(),
      log: (line) => void this.logLines.push(line),
      ...over,
    };
  }

  async run(): Promise<StandResult> {
    const { options } = this;
    const numReduces = options.numReduces ?? 1;
    const { splits } = await computeSplits({
      'mapreduce.input.fileinputformat.inputdir': options.input,
      ...options.conf,
    });
    const committer = this.committer();
    await committer.setupJob();
    const maps: TaskSnapshot[] = [];
    for (const [partition, split] of splits.entries()) {
      const env = this.env();
      const base = { jobId: JOB, partition, numMaps: splits.length, numReduces, amAttempt: 1, split };
      await runMapTask({ type: 'MAP', attemptId: mapAttempt(partition), ...base }, options.job, env);
      maps.push(env.progress.snapshot());
    }
    options.afterMaps?.();
    const reduces: TaskSnapshot[] = [];
    for (let partition = 0; partition < numReduces; partition++) {
      const env = this.env({ mapCompletionEvents: this.eventsOf(splits.length) });
      const base = { jobId: JOB, partition, numMaps: splits.length, numReduces, amAttempt: 1 };
      await runReduceTask(
        { type: 'REDUCE', attemptId: reduceAttempt(partition, options.reduceAttempt), ...base },
        options.job,
        env,
      );
      reduces.push(env.progress.snapshot());
    }
    const ofFinalTasks = numReduces === 0 ? maps.map((_, n) => mapAttempt(n)) : reduces.map((_, n) => reduceAttempt(n));
    await committer.commitJob(ofFinalTasks);
    await committer.cleanupJob();
    return { parts: this.parts(), maps, reduces, fetchFailures: this.fetchFailures };
  }

  committer(): FileOutputCommitter {
    return new FileOutputCommitter({ fs: new LocalFileSystem(), outputDir: this.outputDir, amAttempt: 1 });
  }

  parts(): string[] {
    const names = readdirSync(this.outputDir).filter((name) => name.startsWith('part-'));
    return names.sort().map((name) => readFileSync(join(this.outputDir, name), 'latin1'));
  }

  private eventsOf(numMaps: number): TaskEnv['mapCompletionEvents'] {
    const mapOutputServerAddress = this.options.shuffleAddress ?? '';
    const events = Array.from({ length: numMaps }, (_, i) => ({
      attemptId: mapAttempt(i),
      eventId: i,
      status: 'SUCCEEDED' as const,
      mapOutputServerAddress: mapOutputServerAddress === '' ? '' : `http://${mapOutputServerAddress}`,
      attemptRunTimeMs: 5,
    }));
    return (from, max) =>
      from < numMaps ? Promise.resolve(events.slice(from, from + max)) : new Promise<never>(() => undefined);
  }
}

/** A shuffle server over the outputs below `localDir`. `tamper` may change or cut an answer's bytes; true: it answered itself. */
export class StandShuffleServer {
  requests = 0;
  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async start(
    localDir: string,
    tamper: (body: Buffer, request: number, response: ServerResponse) => Buffer | true = (body) => body,
  ): Promise<StandShuffleServer> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      const port = (server.address() as AddressInfo).port;
      const urlHash = createHmac('sha1', SECRET)
        .update(`${port}${request.url ?? ''}`)
        .digest('base64');
      stand.requests++;
      if (request.headers['urlhash'] !== urlHash || request.headers['name'] !== 'mapreduce') {
        response.writeHead(401).end();
        return;
      }
      const reduce = Number(url.searchParams.get('reduce'));
      const maps = (url.searchParams.get('map') ?? '').split(',');
      const body = tamper(Buffer.concat(maps.map((map) => mapOutput(localDir, map, reduce))), stand.requests, response);
      if (body === true) return;
      const replyHash = createHmac('sha1', SECRET).update(urlHash).digest('base64');
      response.writeHead(200, { name: 'mapreduce', version: '1.0.0', ReplyHash: replyHash });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stand = new StandShuffleServer(server, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    return stand;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function mapOutput(localDir: string, map: string, reduce: number): Buffer {
  const path = join(localDir, 'output', map, 'file.out');
  const index = readIndexFile(`${path}.index`)[reduce];
  if (index === undefined) throw new Error(`no partition ${reduce} of ${map}`);
  const segment = readFileSync(path).subarray(index.start, index.start + index.partLength);
  const id = Buffer.from(map);
  return Buffer.concat([vlong(id.length), id, vlong(index.partLength), vlong(index.rawLength), vlong(reduce), segment]);
}

/** Hadoop's WritableUtils.writeVLong for what is not negative. */
function vlong(value: number): Buffer {
  if (value < 128) return Buffer.from([value]);
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x90 - bytes.length, ...bytes]);
}
