/**
 * CommitMarkers: the empty files by which one AM attempt tells the next how far the job's commit came. Hadoop:
 * MRApps.getStartJobCommitFile and its siblings; what each combination means is in mapreduce.md 1.4.
 */
import { FileSystemError, type FileSystem } from '@bobbin/common';

/** What an earlier attempt left. */
export type CommitState = 'NONE' | 'STARTED' | 'SUCCEEDED' | 'FAILED';

export class CommitMarkers {
  constructor(
    private readonly fs: FileSystem,
    /** The job's staging folder. */
    private readonly stagingDir: string,
  ) {}

  /** Marks the start. Throws if a commit was started before, unless `repeatable`. */
  async started(repeatable: boolean): Promise<void> {
    if (repeatable) await this.fs.delete(this.path('COMMIT_STARTED'));
    await this.touch('COMMIT_STARTED');
  }

  /** Fine where it stands already: an attempt that was given up for dead, and was not, has done the same work to the same end. */
  async succeeded(): Promise<void> {
    try {
      await this.touch('COMMIT_SUCCESS');
    } catch (error) {
      if (!(error instanceof FileSystemError) || error.errno !== 'EEXIST') throw error;
    }
  }

  async failed(): Promise<void> {
    await this.touch('COMMIT_FAIL');
  }

  /** A repeatable commit that was cut short is forgotten: it will be started anew. */
  async forgetStarted(): Promise<void> {
    await this.fs.delete(this.path('COMMIT_STARTED'));
  }

  async read(): Promise<CommitState> {
    if (!(await this.fs.exists(this.path('COMMIT_STARTED')))) return 'NONE';
    if (await this.fs.exists(this.path('COMMIT_SUCCESS'))) return 'SUCCEEDED';
    return (await this.fs.exists(this.path('COMMIT_FAIL'))) ? 'FAILED' : 'STARTED';
  }

  private path(name: string): string {
    return `${this.stagingDir}/${name}`;
  }

  private async touch(name: string): Promise<void> {
    const writer = await this.fs.create(this.path(name));
    await writer.close();
  }
}
