/**
 * stageJob: what a job client leaves on the shared file system before it submits, and the container it asks for the AM. The CLI's submission
 * (cli/src/job) makes the same of a user's job file.
 */
import {
  encodeCredentials,
  SHUFFLE_SECRET_ALIAS,
  type ApplicationId,
  type ApplicationSubmissionContext,
  type JobFile,
  type LocalResource,
  jobId,
} from '@bobbin/common';
import type { Disk } from '../disk.js';
import { WORLD_EPOCH_MS } from '../machine.js';
import { SCRIPT_PROPERTY, type TaskScript } from './sim-attempt.js';

export interface SimJob extends TaskScript {
  readonly user: string;
  readonly maps: number;
  readonly reduces: number;
  readonly uber: boolean;
  /** Set over the simulation's own. */
  readonly properties?: Readonly<Record<string, string>>;
}

export const STAGING_DIR = '/staging';
export const DONE_DIR = '/done';

/** Where the output of an application goes. */
export function outputDirOf(applicationId: ApplicationId): string {
  return `/output/${applicationId}`;
}

export function stagingFolderOf(applicationId: ApplicationId, user: string): string {
  return `${STAGING_DIR}/${user}/.staging/${jobId(applicationId)}`;
}

/** Writes the staged files; gives what the submission says of the AM's container. */
export function stageJob(
  shared: Disk,
  applicationId: ApplicationId,
  job: SimJob,
): Partial<ApplicationSubmissionContext['amContainerSpec']> {
  const { user, maps, reduces, uber, properties: more, ...script } = job;
  const folder = stagingFolderOf(applicationId, user);
  const properties: Record<string, string> = {
    'yarn.app.mapreduce.am.staging-dir': STAGING_DIR,
    'mapreduce.jobhistory.done-dir': DONE_DIR,
    'mapreduce.output.fileoutputformat.outputdir': outputDirOf(applicationId),
    'mapreduce.job.name': 'simulated',
    'mapreduce.job.reduces': String(reduces),
    'mapreduce.job.ubertask.enable': String(uber),
    [SCRIPT_PROPERTY]: JSON.stringify(script),
    ...more,
  };
  shared.mkdirs('/output');
  shared.mkdirs(DONE_DIR);
  shared.mkdirs(folder);
  const put = (path: string, text: string): LocalResource => {
    // A submission that is repeated is the same one: its files have the times they had.
    if (!shared.exists(path)) shared.write(path, Buffer.from(text));
    const { sizeBytes, modifiedAtMs } = shared.stat(path);
    return { url: `file://${path}`, sizeBytes, timestampMs: modifiedAtMs, type: 'FILE', visibility: 'APPLICATION' };
  };
  const taskBundle = put(`${folder}/task.cjs`, 'the bundle of tasks');
  const jobBundle = put(`${folder}/job.cjs`, 'the bundle of the job');
  const file: JobFile = {
    jobName: 'simulated',
    user,
    queue: 'default',
    properties,
    numMaps: maps,
    numReduces: reduces,
    inputBytes: maps * 100,
    submitTimeMs: WORLD_EPOCH_MS,
    taskLocalResources: { 'task.cjs': taskBundle, 'job.cjs': jobBundle },
  };
  const splits = Array.from({ length: maps }, (_, map) =>
    JSON.stringify({ path: `/input/${map}`, start: 0, length: 100, hosts: [] }),
  );
  return {
    localResources: {
      'am.cjs': put(`${folder}/am.cjs`, 'the bundle of the AppMaster'),
      'task.cjs': taskBundle,
      'job.cjs': jobBundle,
      'job.json': put(`${folder}/job.json`, JSON.stringify(file)),
      'job.splits.jsonl': put(`${folder}/job.splits.jsonl`, splits.map((line) => `${line}\n`).join('')),
    },
    commands: ['{{BOBBIN_NODE}} am.cjs', '1><LOG_DIR>/stdout', '2><LOG_DIR>/stderr'],
    tokens: encodeCredentials({ tokens: new Map(), secrets: new Map([[SHUFFLE_SECRET_ALIAS, Buffer.alloc(20, 5)]]) }),
  };
}
