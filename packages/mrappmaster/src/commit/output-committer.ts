/** The output committer of a job, from its configuration. Hadoop: MRAppMaster.createOutputCommitter. */
import { mrKeys, type Configuration, type FileSystem } from '@bobbin/common';
import { FileOutputCommitter } from '@bobbin/mapreduce/runtime';
import type { JobCommitter } from './committer-event-handler.js';

/** A job without an output folder writes nothing that would have to be committed. */
const NOTHING_TO_COMMIT: JobCommitter = {
  isCommitJobRepeatable: true,
  isRecoverySupported: true,
  recoverTask: () => Promise.resolve(),
  setupJob: () => Promise.resolve(),
  commitJob: () => Promise.resolve(),
  abortJob: () => Promise.resolve(),
  abortTask: () => Promise.resolve(),
};

/** `fileSystem` gives the one that the output folder lies on. */
export function outputCommitter(
  conf: Configuration,
  amAttempt: number,
  fileSystem: (outputDir: string) => FileSystem,
): JobCommitter {
  const outputDir = conf.get(mrKeys.outputDir);
  if (outputDir === undefined) return NOTHING_TO_COMMIT;
  const markSuccessfulJobs = conf.get(mrKeys.committerMarkSuccessfulJobs);
  return new FileOutputCommitter({ fs: fileSystem(outputDir), outputDir, amAttempt, markSuccessfulJobs });
}
