/**
 * TaskOutput: the final output of one task attempt, from its first file to the commit. Hadoop: Task.commit and OutputFormat's
 * record writer, `part-m-00000` or `part-r-00000` in the attempt's folder.
 */
import { getFileSystem } from '@bobbin/common';
import { TaskConfigurationError } from '../../errors.js';
import type { Job } from '../../job/define-job.js';
import { SLOT } from '../counters.js';
import { LocalFile } from '../local-file.js';
import type { TaskEnv, TaskSpec } from '../task-api.js';
import type { TaskConf } from '../task-conf.js';
import { FileOutputCommitter } from './file-output-committer.js';
import { TextRecordWriter } from './text-record-writer.js';

/** The result is the user's: their umask decides who may read it. */
const OUTPUT_MODE = 0o666;

export class TaskOutput {
  private constructor(
    private readonly spec: TaskSpec,
    private readonly env: TaskEnv,
    private readonly committer: FileOutputCommitter,
    readonly writer: TextRecordWriter,
  ) {}

  /** Makes the attempt's folder and opens its file. */
  static async open(spec: TaskSpec, job: Job, env: TaskEnv, conf: TaskConf): Promise<TaskOutput> {
    const committer = committerOf(spec, conf);
    await committer.setupTask(spec.attemptId);
    const workPath = committer.workPath(spec.attemptId);
    const name = `part-${spec.type === 'MAP' ? 'm' : 'r'}-${String(spec.partition).padStart(5, '0')}`;
    const path = getFileSystem(workPath).toLocalPath(`${workPath}/${name}`);
    return new TaskOutput(
      spec,
      env,
      committer,
      new TextRecordWriter(LocalFile.create(path, OUTPUT_MODE), job.output.separator),
    );
  }

  /** Closes the file and makes it the task's output, with the AM's permission. Returns its bytes. */
  async commit(): Promise<number> {
    const { writer, env, committer, spec } = this;
    writer.close();
    env.progress.counters[SLOT.outputBytesWritten] = writer.bytes;
    env.progress.counters[SLOT.fileBytesWritten] = (env.progress.counters[SLOT.fileBytesWritten] ?? 0) + writer.bytes;
    if (await committer.needsTaskCommit(spec.attemptId)) {
      await env.awaitCommitPermission();
      await committer.commitTask(spec.attemptId);
    }
    return writer.bytes;
  }

  /** Closes the file of an attempt that failed, whatever it holds: its disk space is free only then. Safe after `commit`. */
  discard(): void {
    this.writer.discard();
  }
}

/** The committer of the job's output folder. Throws TaskConfigurationError where none is set. */
export function committerOf(spec: TaskSpec, { outputDir, markSuccessfulJobs }: TaskConf): FileOutputCommitter {
  if (outputDir === undefined) {
    throw new TaskConfigurationError(
      'mapreduce.output.fileoutputformat.outputdir is not set: the job has no output folder',
    );
  }
  return new FileOutputCommitter({
    fs: getFileSystem(outputDir),
    outputDir,
    amAttempt: spec.amAttempt,
    markSuccessfulJobs,
  });
}
