/**
 * What an NM is told to run for the tasks of a job: one context, the same for all its containers but for the container's id
 * in the command. Hadoop: TaskAttemptImpl.createContainerLaunchContext and MapReduceChildJVM. The process is the task bundle;
 * it asks the AM for its task, so nothing of an attempt stands here and a container can carry one after another.
 */
import type { ContainerId, ContainerLaunchContext, LocalResource } from '@bobbin/common';

/** The auxiliary service that serves map output; its data is the job's shuffle secret, its metadata the port. */
export const SHUFFLE_SERVICE = 'mapreduce_shuffle';

export interface TaskLaunchSettings {
  /** Where children find this AM. */
  readonly amHost: string;
  readonly amPort: number;
  /** `task.cjs`, `job.cjs`, `job.json` and what the job brings, by link name. */
  readonly localResources: Readonly<Record<string, LocalResource>>;
  /** Credentials file: job token and shuffle secret, nothing the AM needs for itself. */
  readonly tokens: Uint8Array;
  /** A serialized Token whose password is the shuffle secret. */
  readonly shuffleData: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
}

/** The context of one container. */
export function taskLaunchContext(settings: TaskLaunchSettings, containerId: ContainerId): ContainerLaunchContext {
  const { amHost, amPort } = settings;
  return {
    localResources: settings.localResources,
    tokens: settings.tokens,
    serviceData: { [SHUFFLE_SERVICE]: settings.shuffleData },
    environment: settings.environment,
    commands: [
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
