/**
 * NodeFiles: what a NodeManager does to the disks of its machine. Hadoop: the LocalFileSystem calls of the localizer, the launcher, the
 * DeletionService and DirectoryCollection. Control flow asks for whole steps and is answered once, so that a simulated disk can be
 * full, slow or gone bad between any two of them. What containers write and what is served to reducers does not pass here.
 */
import type { ContainerId, LocalResource } from '@bobbin/common';
import type { ContainerPlace } from './containermanager/container/container.js';
import type { ContainerFiles } from './containermanager/launcher/container-files.js';
import type { ExitDiagnosticsOptions } from './containermanager/launcher/exit-diagnostics.js';
import type { FetchedResource } from './containermanager/localizer/fetch-resource.js';

/** Share of a disk in use, 0..100, and what is free. */
export interface DiskUsage {
  readonly usedPercent: number;
  readonly freeMb: number;
}

export interface NodeFiles {
  /** Makes the folder where it is missing, writes a file into it, and measures its disk. Rejects where it cannot be written. */
  probe(dir: string): Promise<DiskUsage>;
  exists(path: string): boolean;
  /** What a folder holds, sorted; nothing where there is no folder. */
  names(folder: string): Promise<readonly string[]>;
  /** With the folders above it; fine where it is there. */
  makeFolder(path: string, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Deletes a file, or a folder with all that is in it; fine where there is nothing. */
  remove(path: string): Promise<void>;
  /** Brings a resource into the new folder `destination`. Rejects with LocalizationError; nothing is left behind then. */
  fetch(resource: LocalResource, destination: string): Promise<FetchedResource>;
  /** Everything a launch needs; what stands there already is replaced. */
  writeContainerFiles(files: ContainerFiles): Promise<void>;
  /** Makes a link in a working folder, also in the place of an old one. */
  link(workDir: string, link: string, target: string): Promise<void>;
  /** What helps to look at a container afterwards, in its log folder. */
  writeDebugFiles(place: ContainerPlace, script: string): Promise<void>;
  /** What is said of an exit code other than 0; reads the log folder, never rejects. */
  exitDiagnostics(
    containerId: ContainerId,
    exitCode: number,
    logDir: string,
    options: ExitDiagnosticsOptions,
  ): Promise<string>;
}
