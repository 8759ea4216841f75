/**
 * The logs of containers as files, for whoever asks the web server. Hadoop: webapp.ContainerLogsUtils. Found by the container's id
 * alone, so that they are there as long as the files are, whether this NodeManager has ever heard of the container or not. A name is one
 * component and a plain file: no path and no link leads out of the folder.
 */
import { constants } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { applicationOf, parseContainerId, toContainerId, type ApplicationId, type ContainerId } from '@bobbin/common';
import { containerLogDir } from '../containermanager/launcher/container-environment.js';

export interface LogFile {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** Plain files by name; empty where there are none. */
export async function listLogs(logDirs: readonly string[], containerId: ContainerId): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (const dir of foldersOf(logDirs, containerId)) {
    for (const fileName of await readdir(dir).catch(() => [])) {
      const status = await lstat(join(dir, fileName)).catch(() => undefined);
      if (!status?.isFile()) continue;
      files.push({ fileName, sizeBytes: status.size, modifiedAtMs: Math.floor(status.mtimeMs) });
    }
  }
  return files.sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
}

/** Containers of an application that have a log folder here, in the order of their ids. */
export async function listContainersWithLogs(
  logDirs: readonly string[],
  applicationId: ApplicationId,
): Promise<ContainerId[]> {
  const found = new Set<ContainerId>();
  for (const dir of logDirs) {
    for (const name of await readdir(join(dir, applicationId)).catch(() => [])) {
      if (isContainerId(name)) found.add(toContainerId(name));
    }
  }
  return [...found].sort();
}

function isContainerId(name: string): boolean {
  try {
    return toContainerId(name) === name;
  } catch {
    return false;
  }
}

/** An open log; the caller closes it. Undefined where there is none of that name. */
export async function openLog(
  logDirs: readonly string[],
  containerId: ContainerId,
  fileName: string,
): Promise<{ readonly handle: FileHandle; readonly sizeBytes: number } | undefined> {
  if (!isFileName(fileName)) return undefined;
  for (const dir of foldersOf(logDirs, containerId)) {
    const handle = await open(
      join(dir, fileName),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    ).catch(() => undefined);
    const status = await handle?.stat();
    if (handle && status?.isFile()) return { handle, sizeBytes: status.size };
    await handle?.close();
  }
  return undefined;
}

/** Bytes of a file that `size` asks for: the first n, the last n where negative, all where absent. */
export function rangeOf(
  sizeBytes: number,
  size: number | undefined,
): { readonly start: number; readonly length: number } {
  if (size === undefined) return { start: 0, length: sizeBytes };
  const length = Math.min(sizeBytes, Math.abs(size));
  return { start: size < 0 ? sizeBytes - length : 0, length };
}

/** Bytes of a file from `start` on: for who follows a log. */
export function restOf(sizeBytes: number, start: number): { readonly start: number; readonly length: number } {
  return { start, length: Math.max(0, sizeBytes - start) };
}

function foldersOf(logDirs: readonly string[], containerId: ContainerId): string[] {
  const application = applicationOf(parseContainerId(containerId).applicationAttemptId);
  return logDirs.map((dir) => containerLogDir(dir, application, containerId));
}

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}
