/**
 * What an application's author fills in to have something run: contexts with the usual values in place. Hadoop: Records.newRecord and the
 * setters of ApplicationSubmissionContext, ContainerLaunchContext and LocalResource. Pure but for `fileResource`.
 */
import { basename, resolve } from 'node:path';
import {
  getFileSystem,
  type ApplicationId,
  type ApplicationSubmissionContext,
  type ContainerLaunchContext,
  type LocalResource,
  type LocalResourceType,
  type LocalResourceVisibility,
  type Resource,
} from '@bobbin/common';

/** What a container is to run. Only the commands are needed. */
export function containerLaunchContext(
  given: Partial<ContainerLaunchContext> & Pick<ContainerLaunchContext, 'commands'>,
): ContainerLaunchContext {
  return { localResources: {}, serviceData: {}, environment: {}, applicationAcls: {}, ...given };
}

/**
 * A line for `commands` that runs `script` in bash as it stands. A node puts the commands between double quotes, as Hadoop does, so that what stands in
 * them bare is read twice: `$X` by the launch script, and a double quote ends the command. `<LOG_DIR>`, `<CPS>` and `{{X}}` are filled in before.
 */
export function bashCommand(script: string): string {
  return script.replace(/[\\"$`]/g, '\\$&');
}

/** `bashCommand` with its output, and that of all it starts, in the container's log files `stdout` and `stderr`. */
export function loggedCommand(script: string): string {
  return `{ ${bashCommand(script)}\n} 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr`;
}

/** An application: its id, what its AppMaster runs, and how large the AppMaster's container is. */
export function applicationSubmissionContext(
  given: Partial<ApplicationSubmissionContext> & {
    readonly applicationId: ApplicationId;
    readonly amContainerSpec: ContainerLaunchContext;
    readonly resource: Resource;
  },
): ApplicationSubmissionContext {
  return {
    applicationName: 'N/A',
    queue: 'default',
    priority: 0,
    unmanagedAM: false,
    maxAppAttempts: 0,
    applicationType: 'YARN',
    keepContainersAcrossApplicationAttempts: false,
    applicationTags: [],
    attemptFailuresValidityIntervalMs: -1,
    amContainerResourceRequests: [],
    ...given,
  };
}

/**
 * A file that nodes fetch into a container's working directory, as it is now: one that changes before a node has fetched it is refused there. Rejects with
 * FileSystemError where there is none.
 */
export async function fileResource(
  path: string,
  options: { readonly type?: LocalResourceType; readonly visibility?: LocalResourceVisibility } = {},
): Promise<LocalResource> {
  const place = path.includes('://') ? path : resolve(path);
  const { path: url, sizeBytes, modifiedAtMs } = await getFileSystem(place).stat(place);
  return {
    url,
    sizeBytes,
    timestampMs: modifiedAtMs,
    type: options.type ?? 'FILE',
    visibility: options.visibility ?? 'APPLICATION',
  };
}

/** `fileResource` for each path, under its own name. */
export async function fileResources(...paths: readonly string[]): Promise<Readonly<Record<string, LocalResource>>> {
  const resources: Record<string, LocalResource> = {};
  for (const path of paths) resources[basename(path)] = await fileResource(path);
  return resources;
}
