/**
 * FileOutputCommitter: output appears whole or not at all. Hadoop: lib.output.FileOutputCommitter, algorithm 1.
 * A task attempt writes into a folder of its own; commit renames it to the task's; job commit moves what the tasks committed into the
 * output folder, file by file, then removes `_temporary` and writes `_SUCCESS`. No step counts on a folder's rename being atomic:
 * a task's folder that is there in part is replaced by the next attempt allowed to commit.
 * Setup, job commit and job abort run in the AM; the rest in tasks, abort of a task in both. Each may be repeated.
 */
import { parseTaskAttemptId, type FileSystem, type TaskAttemptId } from '@bobbin/common';
import { LostOutputError, OutputExistsError } from '../../errors.js';

const TEMPORARY = '_temporary';
const SUCCESS = '_SUCCESS';
const IS_URL = /^[a-z][a-z0-9+.-]+:/i;

export interface CommitterOptions {
  readonly fs: FileSystem;
  /** Output folder, as the file system names it. */
  readonly outputDir: string;
  /** Attempt number of the application, from 1. */
  readonly amAttempt: number;
  /** `mapreduce.fileoutputcommitter.marksuccessfuljobs`; default true. */
  readonly markSuccessfulJobs?: boolean;
}

/** The output folder must not exist when a job is submitted. Throws OutputExistsError. */
export async function checkOutputSpecs(fs: FileSystem, outputDir: string): Promise<void> {
  if (await fs.exists(outputDir)) throw new OutputExistsError(outputDir);
}

export class FileOutputCommitter {
  /** An AM that died inside job commit leaves a state that the next one may not commit over. */
  readonly isCommitJobRepeatable = false;
  readonly isRecoverySupported = true;
  private readonly fs: FileSystem;
  private readonly outputDir: string;
  private readonly amAttempt: number;
  private readonly markSuccessfulJobs: boolean;

  constructor(options: CommitterOptions) {
    this.fs = options.fs;
    this.outputDir = options.outputDir.replace(/(?<=.)\/+$/, '');
    this.amAttempt = options.amAttempt;
    this.markSuccessfulJobs = options.markSuccessfulJobs ?? true;
  }

  /** Makes the folder of this job attempt, and the output folder with it. */
  async setupJob(): Promise<void> {
    await this.fs.mkdirs(this.jobAttemptDir(this.amAttempt));
  }

  /** Where an attempt writes its files; `setupTask` makes it. */
  workPath(attempt: TaskAttemptId): string {
    return `${this.jobAttemptDir(this.amAttempt)}/${TEMPORARY}/${attempt}`;
  }

  async setupTask(attempt: TaskAttemptId): Promise<void> {
    await this.fs.mkdirs(this.workPath(attempt));
  }

  /** False for an attempt that wrote nothing. */
  async needsTaskCommit(attempt: TaskAttemptId): Promise<boolean> {
    return this.fs.exists(this.workPath(attempt));
  }

  /** Call only with the AM's permission. An earlier commit of the same task is replaced. */
  async commitTask(attempt: TaskAttemptId): Promise<void> {
    const committed = this.committedPath(attempt, this.amAttempt);
    await this.fs.delete(committed);
    await this.fs.rename(this.workPath(attempt), committed);
  }

  async abortTask(attempt: TaskAttemptId): Promise<void> {
    await this.fs.delete(this.workPath(attempt));
  }

  /**
   * A task that the attempt of the application before this one committed; nothing to do where it left nothing. Throws
   * LostOutputError where the whole folder of that attempt is gone. May come before `setupJob`.
   */
  async recoverTask(attempt: TaskAttemptId): Promise<void> {
    const folder = this.jobAttemptDir(this.amAttempt - 1);
    if (!(await this.fs.exists(folder))) throw new LostOutputError(attempt, folder);
    const previous = this.committedPath(attempt, this.amAttempt - 1);
    if (!(await this.fs.exists(previous))) return;
    const committed = this.committedPath(attempt, this.amAttempt);
    await this.fs.delete(committed);
    await this.fs.mkdirs(this.jobAttemptDir(this.amAttempt));
    await this.fs.rename(previous, committed);
  }

  /** `progress` is called for each file moved. */
  async commitJob(progress: () => void = () => undefined): Promise<void> {
    for (const task of await this.fs.list(this.jobAttemptDir(this.amAttempt))) {
      if (task.type === 'directory' && baseName(task.path) !== TEMPORARY) {
        await this.merge(task.path, this.outputDir, progress);
      }
    }
    await this.fs.delete(`${this.outputDir}/${TEMPORARY}`);
    if (this.markSuccessfulJobs) {
      const marker = `${this.outputDir}/${SUCCESS}`;
      await this.fs.delete(marker);
      await (await this.fs.create(marker)).close();
    }
  }

  /** Removes what all attempts left; the output folder too, if it holds nothing else. */
  async abortJob(): Promise<void> {
    await this.fs.delete(`${this.outputDir}/${TEMPORARY}`);
    const isThere = await this.fs.exists(this.outputDir);
    if (isThere && (await this.fs.list(this.outputDir)).length === 0) await this.fs.delete(this.outputDir);
  }

  /** Moves a file or the files of a folder; the newcomer wins. */
  private async merge(from: string, to: string, progress: () => void): Promise<void> {
    progress();
    const source = await this.fs.stat(from);
    const targetType = (await this.fs.exists(to)) ? (await this.fs.stat(to)).type : 'none';
    if (source.type === 'directory' && targetType === 'directory') {
      for (const child of await this.fs.list(from)) {
        await this.merge(child.path, `${to}/${this.nameIn(child.path)}`, progress);
      }
      return;
    }
    if (targetType !== 'none') await this.fs.delete(to);
    await this.fs.rename(from, to);
  }

  /** A listing gives URLs; a plain output folder wants plain names. */
  private nameIn(path: string): string {
    const name = baseName(path);
    return IS_URL.test(path) && !IS_URL.test(this.outputDir) ? decodeURIComponent(name) : name;
  }

  private jobAttemptDir(amAttempt: number): string {
    return `${this.outputDir}/${TEMPORARY}/${amAttempt}`;
  }

  private committedPath(attempt: TaskAttemptId, amAttempt: number): string {
    return `${this.jobAttemptDir(amAttempt)}/${parseTaskAttemptId(attempt).taskId}`;
  }
}

function baseName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}
