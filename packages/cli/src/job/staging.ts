/**
 * StagingFolder: what an AppMaster needs of a job, laid down where it finds it (docs/architecture.md, "A MapReduce job"):
 * `job.json`, `job.cjs`, `job.splits.jsonl`. Hadoop: JobSubmissionFiles, JobSubmitter. The folder is its user's alone.
 */
import {
  FileSystemError,
  getFileSystem,
  type ApplicationId,
  type JobFile,
  type JobId,
  type LocalResource,
} from '@bobbin/common';
import type { InputSplit } from '@bobbin/mapreduce/runtime';
import { CommandError } from '../errors.js';
import { localResource, writeStaged } from '../staged-file.js';

export interface StagedJob {
  readonly folder: string;
  /** For the AppMaster's container. */
  readonly localResources: Readonly<Record<string, LocalResource>>;
  /** Removes the folder; for a submission that was not accepted. */
  discard(): Promise<void>;
}

export interface JobToStage {
  /** `<staging-dir>/<user>/.staging`. */
  readonly root: string;
  readonly jobId: JobId;
  readonly applicationId: ApplicationId;
  readonly code: string;
  readonly splits: readonly InputSplit[];
  /** Path of `am.cjs` or `task.cjs` of this installation. */
  readonly bundle: (name: 'am' | 'task') => string;
  readonly job: Omit<JobFile, 'taskLocalResources'>;
}

/** Writes the folder; what was written is gone again where it throws. */
export async function stageJob(job: JobToStage): Promise<StagedJob> {
  const fs = getFileSystem(job.root);
  const folder = `${job.root}/${job.jobId}`;
  const discard = async (): Promise<void> => void (await fs.delete(folder));
  try {
    await fs.mkdirs(job.root, 0o700);
    await fs.mkdirs(folder, 0o700);
    await writeStaged(fs, `${folder}/job.cjs`, job.code);
    await writeStaged(
      fs,
      `${folder}/job.splits.jsonl`,
      job.splits.map((split) => `${JSON.stringify(split)}\n`).join(''),
    );
    const own = (name: string): Promise<LocalResource> => localResource(fs, `${folder}/${name}`, 'APPLICATION');
    const bundled = (name: 'am' | 'task'): Promise<LocalResource> => {
      const path = job.bundle(name);
      return localResource(getFileSystem(path), path, 'PRIVATE');
    };
    const tasks = { 'task.cjs': await bundled('task'), 'job.cjs': await own('job.cjs') };
    const file: JobFile = { ...job.job, taskLocalResources: tasks };
    await writeStaged(fs, `${folder}/job.json`, `${JSON.stringify(file, undefined, 1)}\n`);
    return {
      folder,
      discard,
      localResources: {
        ...tasks,
        'am.cjs': await bundled('am'),
        'job.json': await own('job.json'),
        'job.splits.jsonl': await own('job.splits.jsonl'),
      },
    };
  } catch (error) {
    // What keeps it from being written may keep it from being removed; the first is what its user must hear.
    await discard().catch(() => undefined);
    if (error instanceof FileSystemError) {
      throw new CommandError(`staging folder ${folder} cannot be written: ${error.message}`, error);
    }
    throw error;
  }
}
