/**
 * SimFileSystem: common's FileSystem as one process sees a Disk: each operation is an event of its own, a little later, with a point of death
 * before it, and one inside a write (which leaves a part of the bytes) and after a change. A dead process's operations never settle.
 */
import { FileSystemError, type FileStatus, type FileSystem, type FileWriter } from '@bobbin/common';
import type { Disk } from './disk.js';
import type { SimProcess } from './machine.js';

export class SimFileSystem implements FileSystem {
  readonly scheme = 'file';

  constructor(
    private readonly process: SimProcess,
    private readonly disk: Disk,
  ) {}

  read(path: string, start = 0, length?: number): Promise<Uint8Array> {
    const local = this.toLocalPath(path);
    return this.operation('read', local, () => {
      const bytes = this.disk.read(local);
      return Buffer.from(bytes.subarray(start, length === undefined ? undefined : start + length));
    });
  }

  async *stream(path: string, start = 0, length?: number): AsyncGenerator<Uint8Array> {
    yield await this.read(path, start, length);
  }

  async create(path: string): Promise<FileWriter> {
    const local = this.toLocalPath(path);
    await this.change('create', local, () => this.disk.create(local));
    return new SimFileWriter(this.process, this.disk, local);
  }

  async append(path: string): Promise<FileWriter> {
    const local = this.toLocalPath(path);
    await this.change('open', local, () => {
      if (!this.disk.exists(local)) this.disk.create(local);
    });
    return new SimFileWriter(this.process, this.disk, local);
  }

  list(path: string): Promise<readonly FileStatus[]> {
    const local = this.toLocalPath(path);
    return this.operation('list', local, () => {
      if (this.disk.stat(local).type === 'file') return [this.statusOf(local)];
      return this.disk.list(local).map((name) => this.statusOf(local === '/' ? `/${name}` : `${local}/${name}`));
    });
  }

  stat(path: string): Promise<FileStatus> {
    const local = this.toLocalPath(path);
    return this.operation('stat', local, () => this.statusOf(local));
  }

  exists(path: string): Promise<boolean> {
    const local = this.toLocalPath(path);
    return this.operation('exists', local, () => this.disk.exists(local));
  }

  mkdirs(path: string): Promise<void> {
    const local = this.toLocalPath(path);
    return this.change('mkdirs', local, () => this.disk.mkdirs(local));
  }

  mkdir(path: string): Promise<void> {
    const local = this.toLocalPath(path);
    return this.change('mkdir', local, () => this.disk.mkdir(local));
  }

  rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.toLocalPath(from), this.toLocalPath(to)];
    return this.change('rename', target, () => this.disk.rename(source, target));
  }

  delete(path: string): Promise<boolean> {
    const local = this.toLocalPath(path);
    return this.change('delete', local, () => this.disk.remove(local));
  }

  toLocalPath(path: string): string {
    const bare = path.replace(/^file:(\/\/)?/, '');
    return bare.length > 1 && bare.endsWith('/') ? bare.slice(0, -1) : bare;
  }

  private statusOf(local: string): FileStatus {
    const { type, sizeBytes, modifiedAtMs } = this.disk.stat(local);
    return { path: `file://${local}`, type, sizeBytes, modifiedAtMs, blockBytes: 128 * 1024 * 1024 };
  }

  private operation<T>(what: string, local: string, work: () => T): Promise<T> {
    return named(local, this.process.io(`fs.${what} ${local}`, work));
  }

  private change<T>(what: string, local: string, work: () => T): Promise<T> {
    return this.operation(what, local, () => {
      const result = work();
      this.process.point(`after fs.${what} ${local}`);
      return result;
    });
  }
}

class SimFileWriter implements FileWriter {
  private open = true;

  constructor(
    private readonly process: SimProcess,
    private readonly disk: Disk,
    private readonly path: string,
  ) {}

  write(bytes: Uint8Array): Promise<void> {
    const copy = Buffer.from(bytes);
    return named(
      this.path,
      this.process.io(`fs.write ${this.path}`, () => {
        const { path, process, disk } = this;
        const cut = process.machine.sim.draws.below(copy.length + 1, `${process.id}/torn`, process.points);
        disk.append(path, copy.subarray(0, cut));
        process.point(`inside fs.write ${path}`);
        disk.append(path, copy.subarray(cut));
      }),
    );
  }

  flush(): Promise<void> {
    return named(
      this.path,
      this.process.io(`fs.sync ${this.path}`, () => {
        this.disk.sync(this.path);
        this.process.point(`after fs.sync ${this.path}`);
      }),
    );
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.flush();
  }
}

async function named<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new FileSystemError(path, error);
  }
}
