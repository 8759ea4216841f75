/**
 * What an NM is told to run for the tasks of a job: one context, the same for all its containers but for the container's id
 * in the command. Hadoop: TaskAttemptImpl.createContainerLaunchContext and MapReduceChildJVM. The process is the task bundle;
 * it asks the AM for its task, so nothing of an attempt stands here and a container can carry one after another.
 */
import {
  encodeCredentials,
  encodeShuffleServiceData,
  JOB_TOKEN_ALIAS,
  type ContainerId,
  type ContainerLaunchContext,
  type FileSystem,
  type LocalResource,
  type TaskType,
  type Token,
} from '@bobbin/common';
import { FIRST_TASK_TYPE } from '../child/environment-variables.js';

/** The auxiliary service that serves map output; its data is the job's shuffle secret, its metadata the port. */
export const SHUFFLE_SERVICE = 'mapreduce_shuffle';

export interface TaskLaunchSettings {
  /** Where children find this AM. */
  readonly amHost: string;
  readonly amPort: number;
  /** `task.cjs`, `job.cjs`, `job.json` and what the job brings, by link name. */
  readonly localResources: Readonly<Record<string, LocalResource>>;
  /** Credentials file, from `jobTokens`. */
  readonly tokens: Uint8Array;
  readonly jobToken: Token;
  readonly environment: Readonly<Record<string, string>>;
}

/** The context of one container; `firstTask`: what it is launched for. */
export function taskLaunchContext(
  settings: TaskLaunchSettings,
  containerId: ContainerId,
  firstTask: TaskType,
): ContainerLaunchContext {
  const { amHost, amPort } = settings;
  return {
    localResources: settings.localResources,
    tokens: settings.tokens,
    serviceData: { [SHUFFLE_SERVICE]: encodeShuffleServiceData(settings.jobToken) },
    environment: { ...settings.environment, [FIRST_TASK_TYPE]: firstTask },
    // No shell in between: signals reach the task itself, which tells its stack on SIGQUIT before SIGTERM ends it.
    commands: [
      'exec',
      '{{BOBBIN_NODE}}',
      'task.cjs',
      amHost,
      String(amPort),
      containerId,
      '1><LOG_DIR>/stdout',
      '2><LOG_DIR>/stderr',
    ],
    applicationAcls: {},
  };
}

/** What a task may know: the job token, nothing of the AM's own. */
export function jobTokens(jobToken: Token): Uint8Array {
  return encodeCredentials({ tokens: new Map([[JOB_TOKEN_ALIAS, jobToken]]), secrets: new Map() });
}

/** The resources of a task's container: those that were staged for it, and `job.json`, which could not name itself. */
export async function taskLocalResources(
  fs: FileSystem,
  staged: Readonly<Record<string, LocalResource>>,
  jobFile: string,
): Promise<Readonly<Record<string, LocalResource>>> {
  const { path: url, sizeBytes, modifiedAtMs: timestampMs } = await fs.stat(jobFile);
  return { ...staged, 'job.json': { url, sizeBytes, timestampMs, type: 'FILE', visibility: 'APPLICATION' } };
}

/** The port in the metadata an NM gives with a start: int32 big-endian. Throws if there is none. */
export function shufflePort(servicesMetaData: Readonly<Record<string, Uint8Array>>): number {
  const bytes = servicesMetaData[SHUFFLE_SERVICE];
  const port = bytes && bytes.length >= 4 ? Buffer.from(bytes).readInt32BE(0) : -1;
  if (port <= 0) {
    throw new Error(
      `the node runs no auxiliary service ${SHUFFLE_SERVICE}; name it in yarn.nodemanager.aux-services of that NodeManager`,
    );
  }
  return port;
}
