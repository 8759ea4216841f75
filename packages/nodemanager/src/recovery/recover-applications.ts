/**
 * What the rows of the store mean for a NodeManager that starts again. Hadoop: ContainerManagerImpl.{recover,recoverApplication,
 * recoverContainer}. Pure. A completed container is reported once more; a launched one is taken back by its process; one that was only
 * requested begins anew, unless somebody had asked for its end.
 */
import { applicationOf, CONTAINER_TOKEN, parseContainerId, type ApplicationId, type ContainerId } from '@bobbin/common';
import type { ContainerRequest } from '../containermanager/container/container.js';
import type {
  NMStateStore,
  StoredApplication,
  StoredCompletion,
  StoredContainer,
  StoredKill,
  StoredLaunch,
} from './nm-state-store.js';

export interface RecoveredContainer {
  readonly request: ContainerRequest;
  readonly diagnostics: string;
}

export interface RecoveredApplication {
  readonly application: StoredApplication;
  readonly containers: readonly RecoveredContainer[];
}

/** Every application of the store with its containers, in the order of their ids. */
export function recoverApplications(store: NMStateStore): ReadonlyMap<ApplicationId, RecoveredApplication> {
  const launches = store.rows('launches');
  const kills = store.rows('kills');
  const completions = store.rows('completions');
  const byApplication = new Map<ApplicationId, RecoveredContainer[]>();
  for (const [key, stored] of store.rows('containers')) {
    const containerId = key as ContainerId;
    const applicationId = applicationOf(parseContainerId(containerId).applicationAttemptId);
    const container = recoverContainer(containerId, applicationId, stored, {
      launch: launches.get(key),
      kill: kills.get(key),
      completion: completions.get(key),
    });
    byApplication.set(applicationId, [...(byApplication.get(applicationId) ?? []), container]);
  }
  const recovered = new Map<ApplicationId, RecoveredApplication>();
  for (const application of store.rows('applications').values()) {
    const containers = byApplication.get(application.applicationId) ?? [];
    recovered.set(application.applicationId, { application, containers });
  }
  return recovered;
}

interface Known {
  readonly launch: StoredLaunch | undefined;
  readonly kill: StoredKill | undefined;
  readonly completion: StoredCompletion | undefined;
}

function recoverContainer(
  containerId: ContainerId,
  applicationId: ApplicationId,
  { launchContext, containerToken, startedAtMs }: StoredContainer,
  known: Known,
): RecoveredContainer {
  const token = CONTAINER_TOKEN.identifier.decode(containerToken.identifier);
  return {
    request: { containerId, applicationId, token, launchContext, startedAtMs, recovered: recoveredAs(known) },
    diagnostics: known.completion?.diagnostics ?? (known.launch ? '' : (known.kill?.diagnostics ?? '')),
  };
}

function recoveredAs({ launch, kill, completion }: Known): NonNullable<ContainerRequest['recovered']> {
  if (completion) return { as: 'COMPLETED', exitStatus: completion.exitStatus };
  if (launch) {
    const { pid, startTicks, ...place } = launch;
    return {
      as: 'LAUNCHED',
      place,
      ...(kill === undefined ? {} : { kill }),
      ...(pid === undefined || startTicks === undefined ? {} : { process: { pid, startTicks } }),
    };
  }
  return kill ? { as: 'KILLED_BEFORE_LAUNCH', exitStatus: kill.exitStatus } : { as: 'REQUESTED' };
}
