/**
 * FileOutputCommitter: output appears whole or not at all. Hadoop: lib.output.FileOutputCommitter; what differs, and why, is in
 * docs/decisions/026-commit-by-plan.md. An attempt writes into a folder that is its own for ever; with the AM's permission and its
 * success in the history, that folder is the task's output as it lies. Job commit settles a plan of all files, publishes it by one
 * rename, moves file by file, writes `_SUCCESS` and removes all but the plan, which goes once the commit is marked as done.
 * Each step may be repeated, by the same AM or the next; no folder is ever renamed (DESIGN D11).
 * Setup, job commit and job abort run in the AM; the rest in tasks, abort of a task in both.
 */
import { FileSystemError, parseTaskAttemptId, type FileSystem, type TaskAttemptId } from '@bobbin/common';
import { ForeignOutputError, LostOutputError, OutputClosedError, OutputExistsError } from '../../errors.js';
import {
  CommitPlanBuilder,
  decodeCommitPlan,
  encodeCommitPlan,
  type CommitPlan,
  type PlannedFile,
} from './commit-plan.js';

const TEMPORARY = '_temporary';
const SUCCESS = '_SUCCESS';
const PLAN = 'commit-plan.jsonl';
const IS_URL = /^[a-z][a-z0-9+.-]+:/i;
/** Attempts of tasks under AM attempt k are numbered from (k - 1) * 1000. */
const ATTEMPTS_PER_AM = 1000;

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
  /** A commit that was cut short is finished by its plan. */
  readonly isCommitJobRepeatable = true;
  readonly isRecoverySupported = true;
  private readonly fs: FileSystem;
  private readonly outputDir: string;
  private readonly temporary: string;
  private readonly amAttempt: number;
  private readonly markSuccessfulJobs: boolean;

  constructor(options: CommitterOptions) {
    this.fs = options.fs;
    this.outputDir = options.outputDir.replace(/(?<=.)\/+$/, '');
    this.temporary = `${this.outputDir}/${TEMPORARY}`;
    this.amAttempt = options.amAttempt;
    this.markSuccessfulJobs = options.markSuccessfulJobs ?? true;
  }

  /** Makes the folder in which attempts of this job attempt make theirs, and the output folder with it. */
  async setupJob(): Promise<void> {
    await this.fs.mkdirs(`${this.temporary}/${this.amAttempt}/${TEMPORARY}`);
  }

  /** Where an attempt writes its files, under whichever AM; `setupTask` makes it. */
  workPath(attempt: TaskAttemptId): string {
    return `${this.outputDir}/${workName(attempt)}`;
  }

  /** Throws OutputClosedError after the end of the job: a task that was stopped, and wakes then, leaves nothing in its output. */
  async setupTask(attempt: TaskAttemptId): Promise<void> {
    const path = this.workPath(attempt);
    try {
      await this.fs.mkdir(path);
    } catch (error) {
      if (!(error instanceof FileSystemError) || error.errno !== 'ENOENT') throw error;
      throw new OutputClosedError(attempt, path.slice(0, path.lastIndexOf('/')));
    }
  }

  /** False for an attempt that wrote nothing. */
  async needsTaskCommit(attempt: TaskAttemptId): Promise<boolean> {
    return this.fs.exists(this.workPath(attempt));
  }

  /** Throws LostOutputError where what the attempt wrote is gone. Call only with the AM's permission. */
  async commitTask(attempt: TaskAttemptId): Promise<void> {
    await this.mustBeThere(attempt);
  }

  async abortTask(attempt: TaskAttemptId): Promise<void> {
    await this.fs.delete(this.workPath(attempt));
  }

  /**
   * An attempt that committed under an earlier AM. Throws LostOutputError where its output is gone. May come before `setupJob`. The plan is looked for last:
   * whoever takes the folder away has settled a plan before.
   */
  async recoverTask(attempt: TaskAttemptId): Promise<void> {
    const path = this.workPath(attempt);
    if (!(await this.fs.exists(path)) && !(await this.fs.exists(this.planPath)))
      throw new LostOutputError(attempt, path);
  }

  /**
   * Makes what these attempts wrote the job's output, one for each task; where a commit was begun before, finishes that one instead.
   * `beforeStep` is awaited before each change; what it throws ends the commit there. Throws LostOutputError, ForeignOutputError, FileSystemError.
   */
  async commitJob(
    attempts: readonly TaskAttemptId[],
    beforeStep: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const plan = (await this.readPlan()) ?? (await this.settlePlan(attempts, beforeStep));
    for (const folder of plan.folders) {
      await beforeStep();
      await this.fs.mkdirs(`${this.outputDir}/${folder}`);
    }
    for (const file of plan.files) {
      await beforeStep();
      await this.place(file);
    }
    await beforeStep();
    if (this.markSuccessfulJobs) await this.writeSuccess();
    await beforeStep();
    await this.removeAllButPlan();
  }

  /** After the commit has been marked as done, so that nobody will look for its plan. */
  async cleanupJob(): Promise<void> {
    await this.fs.delete(this.temporary);
  }

  /** Removes what all attempts left, a commit begun included; the output folder too, if it holds nothing else. */
  async abortJob(): Promise<void> {
    const plan = await this.readPlan();
    if (plan) await this.undo(plan);
    await this.removeAllButPlan();
    await this.fs.delete(this.temporary);
    await this.removeIfEmpty(this.outputDir);
  }

  private get planPath(): string {
    return `${this.temporary}/${PLAN}`;
  }

  private async readPlan(): Promise<CommitPlan | undefined> {
    const path = this.planPath;
    if (!(await this.fs.exists(path))) return undefined;
    return decodeCommitPlan(Buffer.from(await this.fs.read(path)).toString(), path);
  }

  /** Published by a rename that replaces nothing: of two AMs that try, one settles it, and both get that one's. */
  private async settlePlan(attempts: readonly TaskAttemptId[], beforeStep: () => Promise<void>): Promise<CommitPlan> {
    let plan: CommitPlan;
    try {
      plan = await this.planFor(attempts);
    } catch (error) {
      // What vanishes as it is looked at, another AM is moving by the plan that it has settled meanwhile.
      const settled = await this.readPlan();
      if (!settled) throw error;
      return settled;
    }
    for (const { to } of plan.files) {
      const path = `${this.outputDir}/${to}`;
      if (!(await this.fs.exists(path))) continue;
      // Another AM has put it there by the plan that it has settled meanwhile, or somebody else: it is nobody's to remove.
      const settled = await this.readPlan();
      if (!settled) throw new ForeignOutputError(path);
      return settled;
    }
    const draft = `${this.temporary}/${this.amAttempt}/${PLAN}`;
    await beforeStep();
    await this.fs.delete(draft);
    const writer = await this.fs.create(draft);
    try {
      await writer.write(Buffer.from(encodeCommitPlan(plan)));
    } finally {
      await writer.close();
    }
    await beforeStep();
    try {
      await this.fs.rename(draft, this.planPath);
      return plan;
    } catch (error) {
      const settled = await this.readPlan();
      if (!settled) throw error;
      return settled;
    }
  }

  private async planFor(attempts: readonly TaskAttemptId[]): Promise<CommitPlan> {
    const builder = new CommitPlanBuilder();
    for (const attempt of attempts) {
      await this.mustBeThere(attempt);
      await this.addTo(builder, workName(attempt), '');
    }
    return builder.plan();
  }

  private async addTo(builder: CommitPlanBuilder, from: string, to: string): Promise<void> {
    for (const { path, type, sizeBytes: bytes } of await this.fs.list(`${this.outputDir}/${from}`)) {
      const name = this.nameIn(path);
      const [childFrom, childTo] = [`${from}/${name}`, to === '' ? name : `${to}/${name}`];
      if (type === 'directory') {
        builder.addFolder(childTo);
        await this.addTo(builder, childFrom, childTo);
      } else {
        builder.addFile({ from: childFrom, to: childTo, bytes });
      }
    }
  }

  /** A file that is there whole has been moved before; what a cut left of its source goes. */
  private async place({ from, to, bytes }: PlannedFile): Promise<void> {
    const [source, target] = [`${this.outputDir}/${from}`, `${this.outputDir}/${to}`];
    try {
      await this.fs.rename(source, target);
    } catch (error) {
      const found = (await this.fs.exists(target)) ? await this.fs.stat(target) : undefined;
      if (found?.sizeBytes === bytes) return void (await this.fs.delete(source));
      if (!found || !(await this.fs.exists(source))) throw error;
      await this.fs.delete(target);
      await this.fs.rename(source, target);
    }
  }

  private async writeSuccess(): Promise<void> {
    const marker = `${this.outputDir}/${SUCCESS}`;
    if (!(await this.fs.exists(marker))) await (await this.fs.create(marker)).close();
  }

  private async undo({ files, folders }: CommitPlan): Promise<void> {
    await this.fs.delete(`${this.outputDir}/${SUCCESS}`);
    for (const { to } of files) await this.fs.delete(`${this.outputDir}/${to}`);
    for (const folder of folders.toReversed()) await this.removeIfEmpty(`${this.outputDir}/${folder}`);
  }

  private async removeAllButPlan(): Promise<void> {
    if (!(await this.fs.exists(this.temporary))) return;
    for (const { path } of await this.fs.list(this.temporary)) {
      if (baseName(path) !== PLAN) await this.fs.delete(path);
    }
  }

  private async removeIfEmpty(folder: string): Promise<void> {
    const isThere = await this.fs.exists(folder);
    if (isThere && (await this.fs.list(folder)).length === 0) await this.fs.delete(folder);
  }

  private async mustBeThere(attempt: TaskAttemptId): Promise<void> {
    const path = this.workPath(attempt);
    if (!(await this.fs.exists(path))) throw new LostOutputError(attempt, path);
  }

  /** A listing gives URLs; a plain output folder wants plain names. */
  private nameIn(path: string): string {
    const name = baseName(path);
    return IS_URL.test(path) && !IS_URL.test(this.outputDir) ? decodeURIComponent(name) : name;
  }
}

/** Of an attempt's folder, below the output folder. */
function workName(attempt: TaskAttemptId): string {
  const amAttempt = Math.floor(parseTaskAttemptId(attempt).attempt / ATTEMPTS_PER_AM) + 1;
  return `${TEMPORARY}/${amAttempt}/${TEMPORARY}/${attempt}`;
}

function baseName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}
