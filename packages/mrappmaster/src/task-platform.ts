/**
 * TaskPlatform: where the tasks of this job get their containers and processes. Hadoop: MRAppMaster's
 * ContainerAllocatorRouter and ContainerLauncherRouter, which choose when the uber decision is known. In containers of the
 * cluster, with speculation; or all in the AM's own container.
 */
import type { AllocationSource } from '@bobbin/client';
import {
  codeCacheEnvironment,
  mrAmKeys,
  type Clock,
  type Configuration,
  type Container,
  type ContainerId,
  type EventSink,
  type FileSystem,
  type JobFile,
  type RegisterApplicationMasterResponse,
  type Token,
} from '@bobbin/common';
import type { AppLog, JobView } from './app-context.js';
import { AM_ADDRESS_FILE } from './child/environment-variables.js';
import type { AMEnvironment } from './conf/am-environment.js';
import { toAllocatorSettings, toSpeculatorSettings } from './conf/am-settings.js';
import type { MRAppEvent } from './events.js';
import { ContainerLauncher, type ContainerLauncherDeps } from './launcher/container-launcher.js';
import { LocalContainerLauncher, type UberChild } from './launcher/local-container-launcher.js';
import { jobTokens, taskLaunchContext, taskLocalResources } from './launcher/task-launch-context.js';
import { LocalContainerAllocator } from './rm/local-container-allocator.js';
import { RMContainerAllocator } from './rm/rm-container-allocator.js';
import type { AMTokens } from './rm/tokens.js';
import { DefaultSpeculator, type Speculator } from './speculate/default-speculator.js';
import { LegacyTaskRuntimeEstimator } from './speculate/task-runtime-estimator.js';
import type { TaskAttemptListener } from './umbilical/task-attempt-listener.js';

/** What the composition needs of an allocator, whichever it is. */
export interface Allocator extends AllocationSource {
  handle: RMContainerAllocator['handle'];
  endTurn?(): void;
  rackOf?(host: string): string;
}

/** What the composition needs of a launcher, whichever it is. */
export interface Launcher {
  handle: ContainerLauncher['handle'];
  endTurn(): void;
  /** Ends every task process. */
  stopAll(): Promise<void>;
}

export interface TaskPlatform {
  readonly allocator: Allocator;
  readonly launcher: Launcher;
  /** Absent where nothing is speculated on. */
  readonly speculator?: Speculator;
}

export interface TaskPlatformDeps {
  readonly env: AMEnvironment;
  readonly clock: Clock;
  readonly log: AppLog;
  readonly fs: FileSystem;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly conf: Configuration;
  readonly file: JobFile;
  /** `job.json` in the staging folder. */
  readonly jobFile: string;
  /** Where children of this AM look for a later one. */
  readonly addressFile: string;
  /** Containers of earlier attempts that are to be kept until the job has taken them over. */
  readonly awaited: ReadonlySet<ContainerId>;
  readonly job: () => JobView;
  readonly listener: TaskAttemptListener;
  readonly jobToken: Token;
  readonly tokens: AMTokens;
  readonly nm: ContainerLauncherDeps['nm'];
  readonly spawnUberChild: (amPort: number, tokens: Uint8Array) => UberChild;
  readonly isInCharge: () => Promise<boolean>;
  readonly onRegistered: (response: RegisterApplicationMasterResponse) => void;
  readonly poke: () => void;
}

/** Call when the job has been initialised and the listener listens. */
export async function makeTaskPlatform(deps: TaskPlatformDeps): Promise<TaskPlatform> {
  return deps.job().isUber ? ownContainerPlatform(deps) : clusterPlatform(deps);
}

/** The AM's own container, as if the RM had given it. */
export function ownContainer(env: AMEnvironment, conf: Configuration): Container {
  return {
    id: env.containerId,
    nodeId: env.nodeId,
    nodeHttpAddress: `${env.nmHost}:${env.nmHttpPort}`,
    resource: { memoryMb: conf.get(mrAmKeys.resourceMb), vcores: conf.get(mrAmKeys.resourceVcores) },
    priority: 0,
    executionType: 'GUARANTEED',
    allocationRequestId: -1,
    version: 0,
  };
}

function ownContainerPlatform(deps: TaskPlatformDeps): TaskPlatform {
  const { env, conf, listener, jobToken } = deps;
  const { applicationAttemptId } = env;
  const tokens = jobTokens(jobToken);
  const spawn = (): UberChild => deps.spawnUberChild(listener.port, tokens);
  const processEnded = (): void => listener.processEnded(env.containerId);
  const launcher = new LocalContainerLauncher({ ...deps, spawn, processEnded });
  listener.expectContainer(env.containerId);
  launcher.prestart();
  const container = ownContainer(env, conf);
  return { allocator: new LocalContainerAllocator({ ...deps, applicationAttemptId, container }), launcher };
}

async function clusterPlatform(deps: TaskPlatformDeps): Promise<TaskPlatform> {
  const { env, conf, fs, file, jobFile, listener, jobToken, addressFile } = deps;
  const { applicationAttemptId } = env;
  const settings = {
    amHost: env.nmHost,
    amPort: listener.port,
    localResources: await taskLocalResources(fs, file.taskLocalResources, jobFile),
    tokens: jobTokens(jobToken),
    jobToken,
    environment: { [AM_ADDRESS_FILE]: addressFile, ...codeCacheEnvironment(conf) },
  };
  const launcher = new ContainerLauncher({
    ...deps,
    launchContext: (id, firstTask) => taskLaunchContext(settings, id, firstTask),
  });
  const allocator = new RMContainerAllocator(
    {
      ...deps,
      applicationAttemptId,
      registry: listener,
      onContainerEnded: (containerId) => launcher.containerEnded(containerId),
    },
    toAllocatorSettings(conf),
  );
  const speculation = toSpeculatorSettings(conf);
  if (!speculation.map && !speculation.reduce) return { allocator, launcher };
  const estimator = new LegacyTaskRuntimeEstimator();
  return { allocator, launcher, speculator: new DefaultSpeculator({ ...deps, estimator }, speculation) };
}
