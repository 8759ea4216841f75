/**
 * The environment a NodeManager forces on a container, and where its files lie. Hadoop: ContainerLaunch.{sanitizeEnv,
 * getContainerPrivateDir, ...}; reference: layout of yarn.md 6.4. Pure.
 */
import { join } from 'node:path';
import { parseNodeId, type ApplicationId, type ContainerId } from '@bobbin/common';
import type { NodeIdentity } from '../../nm-context.js';

/** `<local-dir>/usercache/<user>/appcache/<application>`: what a container knows as one of LOCAL_DIRS. */
export function appCacheDir(localDir: string, user: string, applicationId: ApplicationId): string {
  return join(localDir, 'usercache', user, 'appcache', applicationId);
}

export function containerWorkDir(
  localDir: string,
  user: string,
  applicationId: ApplicationId,
  containerId: ContainerId,
): string {
  return join(appCacheDir(localDir, user, applicationId), containerId);
}

/** Folder of the pid and exit code files; nobody but the NodeManager reads it. */
export function privateDir(localDir: string, applicationId: ApplicationId, containerId?: ContainerId): string {
  return join(localDir, 'nmPrivate', applicationId, containerId ?? '');
}

export function containerLogDir(logDir: string, applicationId: ApplicationId, containerId: ContainerId): string {
  return join(logDir, applicationId, containerId);
}

export interface ForcedEnvironment {
  readonly identity: NodeIdentity;
  readonly containerId: ContainerId;
  readonly applicationId: ApplicationId;
  readonly user: string;
  readonly home: string;
  readonly workDir: string;
  readonly localDirs: readonly string[];
  readonly logDirs: readonly string[];
  readonly localizationCounters: string;
  /** Service name to what it tells its clients. */
  readonly auxServices: Readonly<Record<string, Uint8Array>>;
}

/** Name of the file with the container's credentials, in its working folder. */
export const CONTAINER_TOKENS_FILE = 'container_tokens';

/** The variables a user cannot change, in Hadoop's order. */
export function forcedEnvironment(of: ForcedEnvironment): Record<string, string> {
  const { host, port } = parseNodeId(of.identity.nodeId);
  const services: Record<string, string> = {};
  for (const [name, data] of Object.entries(of.auxServices)) {
    services[`NM_AUX_SERVICE_${name}`] = Buffer.from(data).toString('base64');
  }
  return {
    HADOOP_TOKEN_FILE_LOCATION: join(of.workDir, CONTAINER_TOKENS_FILE),
    CONTAINER_ID: of.containerId,
    NM_PORT: String(port),
    NM_HOST: host,
    NM_HTTP_PORT: String(of.identity.httpPort),
    LOCAL_DIRS: of.localDirs.map((dir) => appCacheDir(dir, of.user, of.applicationId)).join(','),
    LOCAL_USER_DIRS: of.localDirs.map((dir) => `${join(dir, 'usercache', of.user)}/`).join(','),
    LOG_DIRS: of.logDirs.map((dir) => containerLogDir(dir, of.applicationId, of.containerId)).join(','),
    USER: of.user,
    LOGNAME: of.user,
    HOME: of.home,
    PWD: of.workDir,
    LOCALIZATION_COUNTERS: of.localizationCounters,
    JVM_PID: '$$',
    ...services,
  };
}
