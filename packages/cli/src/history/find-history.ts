/**
 * Which history a command means: a file by its path, or a job by its id, whose file lies in the done folder once the job is over
 * and in its staging folder while it runs. No daemon is asked. Hadoop: mapreduce.jobhistory.HistoryViewer, JobHistoryUtils.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findHistory,
  HISTORY_SUFFIX,
  jobHistoryKeys,
  messageOf,
  readAnyHistory,
  userName,
  type AnyHistory,
  type Configuration,
  type JobId,
} from '@bobbin/common';
import { CommandError } from '../errors.js';
import { jobIdArgument } from '../options.js';
import type { CommandIO } from '../output/io.js';
import { commandConfiguration, stagingRoot, type ClusterSelection } from '../session.js';

export interface FoundHistory extends AnyHistory {
  readonly path: string;
}

/** Throws CommandError where there is neither such a file nor such a job, HistoryFileError for a file that is no history. */
export async function findJobHistory(
  fileOrJob: string,
  selection: ClusterSelection,
  io: CommandIO,
): Promise<FoundHistory> {
  const path = existsSync(fileOrJob) ? fileOrJob : await fileOfJob(fileOrJob, selection, io);
  return { path, ...(await readAnyHistory(path)) };
}

async function fileOfJob(text: string, selection: ClusterSelection, io: CommandIO): Promise<string> {
  const jobId = idOf(text);
  const conf = await commandConfiguration(selection, io);
  const user = io.environment['HADOOP_USER_NAME'] ?? userName(io.environment);
  const path =
    (await findHistory(conf.get(jobHistoryKeys.doneDir), jobId))?.path ?? (await liveFile(conf, user, jobId));
  if (path === undefined) throw new CommandError(`there is no history of job ${jobId}`);
  return path;
}

function idOf(text: string): JobId {
  try {
    return jobIdArgument(text);
  } catch (error) {
    throw new CommandError(`there is no file '${text}', and it is no id of a job: ${messageOf(error)}`, error);
  }
}

/** What the newest AppMaster of a job that is not over has written so far. */
async function liveFile(conf: Configuration, user: string, jobId: JobId): Promise<string | undefined> {
  const folder = join(stagingRoot(conf, user), jobId);
  const attemptOf = (name: string): number => Number(name.slice(jobId.length + 1, -HISTORY_SUFFIX.length));
  const names = (await readdir(folder).catch((): string[] => [])).filter(
    (name) => name.startsWith(`${jobId}_`) && name.endsWith(HISTORY_SUFFIX),
  );
  const [newest] = names.sort((a, b) => attemptOf(b) - attemptOf(a));
  return newest === undefined ? undefined : join(folder, newest);
}
