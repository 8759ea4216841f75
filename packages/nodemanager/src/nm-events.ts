/**
 * Every event of a NodeManager, by domain. Hadoop: the event enums of nodemanager.containermanager.*. The domain names the room
 * that handles it; who sends what to whom can be read off here.
 */
import type { ApplicationId, ContainerId, LocalResource, Resource } from '@bobbin/common';
import type { ApplicationEvent } from './containermanager/application/application-machine.js';
import type { ContainerEvent } from './containermanager/container/container-machine.js';
import type { ContainerSignal } from './container-executor.js';

/** Whose caches a resource may lie in. */
export interface LocalizationScope {
  readonly applicationId: ApplicationId;
  readonly user: string;
}

/** To ResourceLocalizationService. */
export type LocalizerEvent =
  /** Make the application's folders; answered by APPLICATION_INITED. */
  | ({ readonly type: 'INIT_APPLICATION_RESOURCES' } & LocalizationScope)
  /** Answered by RESOURCE_LOCALIZED or RESOURCE_FAILED for each. */
  | ({
      readonly type: 'LOCALIZE_CONTAINER_RESOURCES';
      readonly containerId: ContainerId;
      readonly resources: readonly LocalResource[];
    } & LocalizationScope)
  /** Release them and delete the container's folders; answered by CONTAINER_RESOURCES_CLEANEDUP. */
  | ({
      readonly type: 'CLEANUP_CONTAINER_RESOURCES';
      readonly containerId: ContainerId;
      readonly resources: readonly LocalResource[];
    } & LocalizationScope)
  /** Answered by APPLICATION_RESOURCES_CLEANEDUP. */
  | ({ readonly type: 'DESTROY_APPLICATION_RESOURCES' } & LocalizationScope)
  /** From the fetchers. */
  | {
      readonly type: 'RESOURCE_FETCHED';
      readonly tracker: string;
      readonly resource: string;
      readonly path: string;
      readonly sizeBytes: number;
    }
  | {
      readonly type: 'RESOURCE_FETCH_FAILED';
      readonly tracker: string;
      readonly resource: string;
      readonly diagnostics: string;
    };

/** To ContainersLauncher. */
export type LauncherEvent =
  | {
      readonly type: 'LAUNCH_CONTAINER' | 'CLEANUP_CONTAINER' | 'PAUSE_CONTAINER' | 'RESUME_CONTAINER';
      readonly containerId: ContainerId;
    }
  | { readonly type: 'RELAUNCH_CONTAINER'; readonly containerId: ContainerId; readonly delayMs: number }
  | { readonly type: 'SIGNAL_CONTAINER'; readonly containerId: ContainerId; readonly signal: ContainerSignal }
  | {
      readonly type: 'LINK_RESOURCE';
      readonly containerId: ContainerId;
      readonly links: readonly string[];
      readonly path: string;
    };

/** To ContainersMonitor. */
export type MonitorEvent =
  | { readonly type: 'START_MONITORING_CONTAINER'; readonly containerId: ContainerId; readonly resource: Resource }
  | { readonly type: 'STOP_MONITORING_CONTAINER'; readonly containerId: ContainerId };

/** To AuxServices. */
export type AuxServicesEvent =
  | {
      readonly type: 'APPLICATION_INIT';
      readonly applicationId: ApplicationId;
      readonly user: string;
      readonly service: string;
      readonly data: Uint8Array;
    }
  | { readonly type: 'APPLICATION_STOP'; readonly applicationId: ApplicationId }
  | { readonly type: 'CONTAINER_INIT' | 'CONTAINER_STOP'; readonly containerId: ContainerId };

/** To the log handler. */
export type LogHandlerEvent =
  | { readonly type: 'APPLICATION_STARTED' | 'APPLICATION_FINISHED'; readonly applicationId: ApplicationId }
  | { readonly type: 'CONTAINER_FINISHED'; readonly containerId: ContainerId };

/** To NodeStatusUpdater and whoever else follows the life of containers. */
export type NodeEvent =
  /** It is stored; the RM should know at once. */
  | { readonly type: 'CONTAINER_COMPLETED'; readonly containerId: ContainerId }
  | { readonly type: 'APPLICATION_FORGOTTEN'; readonly applicationId: ApplicationId };

export type NMEvent =
  | ({ readonly domain: 'application'; readonly applicationId: ApplicationId } & ApplicationEvent)
  | ({ readonly domain: 'container'; readonly containerId: ContainerId } & ContainerEvent)
  | ({ readonly domain: 'localizer' } & LocalizerEvent)
  | ({ readonly domain: 'launcher' } & LauncherEvent)
  | ({ readonly domain: 'monitor' } & MonitorEvent)
  | ({ readonly domain: 'auxservices' } & AuxServicesEvent)
  | ({ readonly domain: 'loghandler' } & LogHandlerEvent)
  | ({ readonly domain: 'node' } & NodeEvent);
