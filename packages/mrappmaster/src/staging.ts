/**
 * The job's staging folder, and what it tells a new AM attempt about the ones before it. Hadoop: MRApps.getStagingAreaDir,
 * JobHistoryUtils, and the staging inspection of MRAppMaster.serviceInit (reference mapreduce.md 1.4).
 */
import { HISTORY_SUFFIX, type FileSystem, type FinalApplicationStatus } from '@bobbin/common';
import type { CommitMarkers } from './commit/commit-markers.js';
import type { AMEnvironment } from './conf/am-environment.js';

export interface StagingPaths {
  readonly folder: string;
  readonly jobFile: string;
  /** The history this attempt writes. */
  readonly historyFile: string;
  /** Where children find the AM (app-master-address.ts). */
  readonly addressFile: string;
  /** Those the attempts before wrote, if they came to it; the newest first. */
  readonly earlierHistoryFiles: readonly string[];
  /** The one that this AM attempt writes or wrote. */
  historyFileOf(amAttempt: number): string;
}

export function stagingPaths(
  root: string,
  user: string,
  env: Pick<AMEnvironment, 'jobId' | 'attemptNumber'>,
): StagingPaths {
  const folder = `${root}/${user}/.staging/${env.jobId}`;
  const historyFileOf = (attempt: number): string => `${folder}/${env.jobId}_${attempt}${HISTORY_SUFFIX}`;
  return {
    folder,
    jobFile: `${folder}/job.json`,
    addressFile: `${folder}/am-address.json`,
    historyFile: historyFileOf(env.attemptNumber),
    earlierHistoryFiles: Array.from({ length: env.attemptNumber - 1 }, (_, n) =>
      historyFileOf(env.attemptNumber - 1 - n),
    ),
    historyFileOf,
  };
}

/** How the application has to end without running anything. */
export interface ForcedEnd {
  readonly status: FinalApplicationStatus;
  readonly diagnostics: string;
}

/** Undefined: run the job. A commit that was cut short but may be repeated is forgotten here. */
export async function inspectStaging(
  fs: FileSystem,
  staging: StagingPaths,
  markers: CommitMarkers,
  commitIsRepeatable: boolean,
): Promise<ForcedEnd | undefined> {
  if (!(await fs.exists(staging.folder))) {
    const diagnostics = `staging folder ${staging.folder} is gone: an earlier attempt ended the job`;
    return { status: 'FAILED', diagnostics };
  }
  switch (await markers.read()) {
    case 'NONE':
      return undefined;
    case 'SUCCEEDED':
      return { status: 'SUCCEEDED', diagnostics: 'the job was committed by an earlier attempt of its AppMaster' };
    case 'FAILED':
      return { status: 'FAILED', diagnostics: 'the commit of the job failed in an earlier attempt of its AppMaster' };
    case 'STARTED': {
      if (commitIsRepeatable) {
        await markers.forgetStarted();
        return undefined;
      }
      const diagnostics =
        'the commit of the job by an earlier attempt of its AppMaster may still be in progress, and its committer cannot ' +
        'commit twice (isCommitJobRepeatable is false): the output may be incomplete';
      return { status: 'FAILED', diagnostics };
    }
  }
}
