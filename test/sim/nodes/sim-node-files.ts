/**
 * SimNodeFiles: the NodeManager's files on a SimNode's disk. Each step is an event of its own between points of death; one that changes
 * several files has a point between them. A folder that has gone bad answers EIO, a full disk ENOSPC.
 */
import { basename, dirname, join } from 'node:path';
import { encodeCredentials, NO_CREDENTIALS } from '@bobbin/common';
import { LocalizationError, type NodeFiles } from '@bobbin/nodemanager';
import type { Disk } from '../disk.js';
import type { SimProcess } from '../machine.js';
import type { SimNode } from './sim-node.js';

type FilesOf<M extends keyof NodeFiles> = Parameters<NodeFiles[M]>;

export class SimNodeFiles implements NodeFiles {
  private readonly disk: Disk;

  constructor(
    private readonly node: SimNode,
    private readonly daemon: SimProcess,
    /** Where resources come from: the file system that all machines share. */
    private readonly shared: Disk,
  ) {
    this.disk = node.disk;
  }

  probe(dir: string): ReturnType<NodeFiles['probe']> {
    return this.step('probe', () => {
      this.node.readable(dir);
      this.disk.mkdirs(dir);
      return this.disk.full ? { usedPercent: 100, freeMb: 0 } : { usedPercent: 10, freeMb: 100_000 };
    });
  }

  exists(path: string): boolean {
    this.daemon.check();
    return this.disk.exists(path);
  }

  names(folder: string): Promise<readonly string[]> {
    return this.step('names', () => (this.isFolder(folder) ? this.disk.list(folder) : []));
  }

  makeFolder(path: string): Promise<void> {
    return this.step('make folder', () => {
      this.node.writable(path);
      this.disk.mkdirs(path);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.step('rename', () => {
      this.node.writable(to);
      this.disk.rename(from, to);
    });
  }

  remove(path: string): Promise<void> {
    return this.step('remove', () => {
      this.node.readable(path);
      if (this.isFolder(path)) {
        // As rm does it: what is inside goes first, and death may come in between.
        for (const name of this.disk.list(path)) this.disk.remove(join(path, name));
        this.daemon.point('inside remove');
      }
      this.disk.remove(path);
    });
  }

  async fetch(...[resource, destination]: FilesOf<'fetch'>): ReturnType<NodeFiles['fetch']> {
    const source = resource.url.replace(/^file:(\/\/)?/, '');
    const name = basename(source);
    const temporary = `${destination}_tmp`;
    try {
      await this.step('fetch', () => {
        if (!this.shared.exists(source)) throw new LocalizationError(`File does not exist: ${resource.url}`);
        const { modifiedAtMs } = this.shared.stat(source);
        if (modifiedAtMs !== resource.timestampMs) {
          throw new LocalizationError(
            `Resource ${resource.url} changed on src filesystem - expected: ${resource.timestampMs}, was: ${modifiedAtMs}`,
          );
        }
        this.node.writable(temporary);
        this.disk.remove(temporary);
        this.disk.mkdirs(temporary);
        this.daemon.point('inside fetch');
        this.disk.write(join(temporary, name), this.shared.read(source));
      });
      return await this.step('fetched', () => {
        this.node.writable(destination);
        this.disk.rename(temporary, destination);
        const path = join(destination, name);
        return { path, sizeBytes: this.disk.stat(path).sizeBytes };
      });
    } catch (error) {
      if (error instanceof LocalizationError) throw error;
      throw new LocalizationError(`Resource ${resource.url} cannot be localized: ${String(error)}`, error);
    }
  }

  async writeContainerFiles(...[{ place, script, tokens, links }]: FilesOf<'writeContainerFiles'>): Promise<void> {
    const { workDir, logDir, pidFile } = place;
    await this.step('make folders of a container', () => {
      for (const folder of [workDir, logDir, dirname(pidFile)]) {
        this.node.writable(folder);
        this.disk.mkdirs(folder);
        this.daemon.point('between the folders of a container');
      }
    });
    await this.step('write files of a container', () => {
      this.put(join(workDir, 'launch_container.sh'), Buffer.from(script));
      this.daemon.point('between the files of a container');
      this.put(join(workDir, 'container_tokens'), tokens ?? encodeCredentials(NO_CREDENTIALS));
      for (const [link, target] of Object.entries(links)) this.put(join(workDir, link), this.disk.read(target));
    });
  }

  link(workDir: string, link: string, target: string): Promise<void> {
    return this.step('link', () => this.put(join(workDir, link), this.disk.read(target)));
  }

  writeDebugFiles(...[{ logDir }, script]: FilesOf<'writeDebugFiles'>): Promise<void> {
    return this.step('write debug files', () => this.put(join(logDir, 'launch_container.sh'), Buffer.from(script)));
  }

  exitDiagnostics(...[containerId, exitCode]: FilesOf<'exitDiagnostics'>): Promise<string> {
    const killed = exitCode === 137 || exitCode === 143;
    return this.step('read logs', () =>
      killed
        ? `Container killed on request. Exit code is ${exitCode}\n`
        : `Container ${containerId} exited with ${exitCode}`,
    );
  }

  /** A copy stands for a link: what it names does not change. */
  private put(path: string, bytes: Uint8Array): void {
    this.node.writable(path);
    this.disk.mkdirs(dirname(path));
    this.disk.write(path, bytes);
  }

  private isFolder(path: string): boolean {
    return this.disk.exists(path) && this.disk.stat(path).type === 'directory';
  }

  private step<T>(what: string, work: () => T): Promise<T> {
    return this.daemon.io(`node files: ${what}`, work);
  }
}
