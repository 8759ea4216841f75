/**
 * JobHistoryEventHandler: appends every event of the job's history to its file in the staging folder, flushes by Hadoop's
 * rules, and moves the file to the done folder at the end. Hadoop: mapreduce.jobhistory.JobHistoryEventHandler (reference
 * mapreduce.md 6.4). Writing is one chain of asynchronous steps; events are encoded as they come and never wait for a disk.
 *
 * Flushed to the device, once a completion (of attempt, task or job) is unflushed: when fewer events than the threshold
 * wait, when as many completions as allowed are unflushed, at the end of the job, and at the latest after the flush timeout.
 * Moved: written under a name of this attempt's own that ends in `_tmp`, then renamed, the history last: its appearance makes the job visible.
 */
import { posix } from 'node:path';
import {
  doneSubdirectory,
  FileSystemError,
  HistoryEncoder,
  historyFileName,
  messageOf,
  type Clock,
  type FileSystem,
  type FileWriter,
  type HistoryEvent,
  type JobId,
  type JobIndexInfo,
  type JobUnsuccessfulCompletionRecord,
  type Timer,
} from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import type { JobHistoryEvent } from '../events.js';

export interface JobHistorySettings {
  readonly jobId: JobId;
  /** The live file; must not exist. */
  readonly file: string;
  /** `mapreduce.jobhistory.done-dir`. */
  readonly doneDir: string;
  /** The job's configuration as kept beside the history, secrets masked. */
  readonly confText: string;
  /** `mapreduce.jobhistory.jobname.limit`. */
  readonly jobNameLimit: number;
  /** `yarn.app.mapreduce.am.history.max-unflushed-events`. */
  readonly maxUnflushedCompletions: number;
  /** `yarn.app.mapreduce.am.history.job-complete-unflushed-multiplier`. */
  readonly jobCompleteUnflushedMultiplier: number;
  /** `yarn.app.mapreduce.am.history.complete-event-flush-timeout`. */
  readonly flushTimeoutMs: number;
  /** `yarn.app.mapreduce.am.history.use-batched-flush.queue-size.threshold`. */
  readonly batchedFlushThreshold: number;
}

export interface JobHistoryDeps {
  readonly clock: Clock;
  readonly log: AppLog;
  readonly fs: FileSystem;
  /** JOB_ERROR ends the history only of the last attempt. */
  readonly isLastAMRetry: () => boolean;
  /** The history cannot be written: the job must not go on as if it were. Called once. */
  readonly onError: (error: Error) => void;
}

const COMPLETION = /_ATTEMPT_(FINISHED|FAILED|KILLED)$|^TASK_(FINISHED|FAILED)$|^JOB_(FINISHED|FAILED|KILLED|ERROR)$/;
const UNKNOWN_TIME_MS = 0;

export class JobHistoryEventHandler {
  private readonly encoder: HistoryEncoder;
  private queue: string[] = [];
  private queuedCompletions = 0;
  private unflushed = 0;
  private writer: FileWriter | undefined;
  private pumping: Promise<void> | undefined;
  private flushTimer: Timer | undefined;
  private flushDue = false;
  private failed = false;
  private stopped = false;
  private linesHandled = 1;
  private linesWritten = 0;
  private waiters: { readonly upTo: number; readonly resolve: () => void }[] = [];
  private ended = false;
  private index: JobIndexInfo;

  constructor(
    private readonly deps: JobHistoryDeps,
    private readonly settings: JobHistorySettings,
  ) {
    this.encoder = new HistoryEncoder(settings.jobId);
    this.index = {
      jobId: settings.jobId,
      submitTimeMs: UNKNOWN_TIME_MS,
      user: '',
      jobName: '',
      finishTimeMs: UNKNOWN_TIME_MS,
      numMaps: 0,
      numReduces: 0,
      status: 'RUNNING',
      queue: '',
      startTimeMs: UNKNOWN_TIME_MS,
    };
    this.queue.push(this.encoder.header());
  }

  /** Handler of the `history` domain. After the job's end, after `stop` and after an error, events are dropped. */
  handle(event: JobHistoryEvent): void {
    if (this.ended || this.failed || this.stopped) return;
    this.note(event);
    this.queue.push(this.encoder.encode(event));
    this.linesHandled++;
    if (COMPLETION.test(event.type)) {
      this.queuedCompletions++;
      this.armFlushTimer();
    }
    this.ended = this.endsJob(event);
    this.pump();
  }

  /**
   * Resolves when everything handled so far has been written: it outlives this process, though perhaps not the machine. Never where
   * it cannot be written any more.
   */
  written(): Promise<void> {
    const upTo = this.linesHandled;
    if (this.linesWritten >= upTo && !this.isSilent) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ upTo, resolve }));
  }

  /** Resolves when everything handled so far is in the file, and flushed if the rules say so. */
  async drained(): Promise<void> {
    while (this.pumping) await this.pumping;
  }

  /**
   * Drains, closes, and moves the file if the job has ended. `unfinished` is appended first where it has not, so that a last
   * attempt leaves a complete record; without it, or without `publish`, the file stays where the next attempt looks for it. Gives the path in the done
   * folder, if the history went there. Safe to call twice.
   */
  async stop(unfinished?: JobUnsuccessfulCompletionRecord, publish = true): Promise<string | undefined> {
    if (unfinished && !this.ended) this.handle({ domain: 'history', ...unfinished });
    this.stopped = true;
    await this.drained();
    this.flushTimer?.cancel();
    if (!this.writer) return undefined;
    const { writer } = this;
    this.writer = undefined;
    try {
      await writer.close();
      return publish && this.ended && !this.failed ? await this.moveToDone() : undefined;
    } catch (error) {
      await this.tellNotMoved(error);
      return undefined;
    }
  }

  /** The staging folder goes with the job's end: an attempt that had been given up for dead wakes here, and another has told the history. */
  private async tellNotMoved(error: unknown): Promise<void> {
    const { log, fs } = this.deps;
    const { file, doneDir } = this.settings;
    if (await fs.exists(file).catch(() => true)) {
      log.error(`the job's history could not be moved to ${doneDir}: ${messageOf(error)}`);
    } else
      log.warn(`the job's history is not moved to ${doneDir}: ${file} is gone, so another attempt has ended the job`);
  }

  private pump(): void {
    this.pumping ??= this.writeAll()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.pumping = undefined;
      });
  }

  private async writeAll(): Promise<void> {
    this.writer ??= await this.deps.fs.create(this.settings.file);
    while (this.queue.length > 0 || this.flushDue) {
      const lines = this.queue;
      this.queue = [];
      this.unflushed += this.queuedCompletions;
      this.queuedCompletions = 0;
      if (lines.length > 0) await this.writer.write(Buffer.from(lines.join('\n') + '\n'));
      this.noteWritten(lines.length);
      if (this.mustFlush()) await this.flush(this.writer);
      this.flushDue = false;
    }
  }

  private noteWritten(lines: number): void {
    this.linesWritten += lines;
    const { waiters } = this;
    this.waiters = waiters.filter(({ upTo }) => upTo > this.linesWritten);
    for (const { upTo, resolve } of waiters) if (upTo <= this.linesWritten) resolve();
  }

  /** What happens now will not be told, and the job has not ended: it is the next attempt's. */
  private get isSilent(): boolean {
    return this.failed || (this.stopped && !this.ended);
  }

  private mustFlush(): boolean {
    if (this.unflushed === 0) return false;
    const { maxUnflushedCompletions, jobCompleteUnflushedMultiplier, batchedFlushThreshold } = this.settings;
    const limit = this.ended ? maxUnflushedCompletions * jobCompleteUnflushedMultiplier : maxUnflushedCompletions;
    const last = this.ended && this.queue.length === 0;
    return this.flushDue || last || this.queue.length < batchedFlushThreshold || this.unflushed >= limit;
  }

  private async flush(writer: FileWriter): Promise<void> {
    this.unflushed = 0;
    this.flushTimer?.cancel();
    this.flushTimer = undefined;
    await writer.flush();
  }

  private armFlushTimer(): void {
    this.flushTimer ??= this.deps.clock.after(this.settings.flushTimeoutMs, () => {
      this.flushTimer = undefined;
      this.flushDue = true;
      this.pump();
    });
  }

  private fail(error: unknown): void {
    this.failed = true;
    this.queue = [];
    const { file } = this.settings;
    this.deps.onError(new Error(`the job's history ${file} cannot be written: ${messageOf(error)}`, { cause: error }));
  }

  private endsJob(event: HistoryEvent): boolean {
    switch (event.type) {
      case 'JOB_FINISHED':
      case 'JOB_FAILED':
      case 'JOB_KILLED':
        return true;
      case 'JOB_ERROR':
        return this.deps.isLastAMRetry();
      default:
        return false;
    }
  }

  /** Keeps what the file name will say. */
  private note(event: HistoryEvent): void {
    switch (event.type) {
      case 'JOB_SUBMITTED': {
        const { submitTimeMs, userName: user, jobName, jobQueueName: queue } = event;
        this.index = { ...this.index, submitTimeMs, user, jobName, queue };
        return;
      }
      case 'JOB_QUEUE_CHANGED':
        this.index = { ...this.index, queue: event.jobQueueName };
        return;
      case 'JOB_INITED': {
        const { launchTimeMs: startTimeMs, totalMaps: numMaps, totalReduces: numReduces } = event;
        this.index = { ...this.index, startTimeMs, numMaps, numReduces };
        return;
      }
      case 'JOB_FINISHED':
        this.index = { ...this.index, finishTimeMs: event.finishTimeMs, status: 'SUCCEEDED' };
        return;
      case 'JOB_FAILED':
      case 'JOB_KILLED':
      case 'JOB_ERROR':
        this.index = { ...this.index, finishTimeMs: event.finishTimeMs, status: event.jobStatus };
        return;
      default:
        return;
    }
  }

  private async moveToDone(): Promise<string> {
    const { fs } = this.deps;
    const { doneDir, jobId, file, confText, jobNameLimit } = this.settings;
    const folder = posix.join(doneDir, doneSubdirectory(jobId, this.index.finishTimeMs));
    await fs.mkdirs(folder, 0o770);
    const conf = posix.join(folder, `${jobId}_conf.json`);
    const history = posix.join(folder, historyFileName(this.index, jobNameLimit));
    await this.place(conf, [Buffer.from(confText)]);
    await this.place(history, fs.stream(file));
    return history;
  }

  /**
   * What stands under this name already was put there whole by another attempt of the AM, with the same end of the job: it stays. An attempt
   * that was given up for dead and wakes here must not take it away; so each writes under a name of its own.
   */
  private async place(path: string, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const { fs } = this.deps;
    // Short: the name itself may be as long as a file system allows.
    const kind = path.endsWith('.json') ? 'conf' : 'history';
    const temporary = posix.join(posix.dirname(path), `${posix.basename(this.settings.file)}_${kind}_tmp`);
    await fs.delete(temporary);
    const writer = await fs.create(temporary);
    try {
      for await (const chunk of content) await writer.write(chunk);
    } finally {
      await writer.close();
    }
    try {
      await fs.rename(temporary, path);
    } catch (error) {
      if (!(error instanceof FileSystemError) || error.errno !== 'EEXIST') throw error;
      await fs.delete(temporary);
    }
  }
}
