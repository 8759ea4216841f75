/** LocalFileSystem: `file://` and bare paths, on node:fs. Hadoop: fs.RawLocalFileSystem (no checksum files beside the data). */
import { createReadStream } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { errnoOf } from '../errors.js';
import { FileSystemError } from './file-system-error.js';
import type { FileStatus, FileSystem, FileWriter } from './file-system.js';

const CHUNK_BYTES = 256 * 1024;
const DEFAULT_BLOCK_BYTES = 128 * 1024 * 1024;

export class LocalFileSystem implements FileSystem {
  readonly scheme = 'file';

  constructor(private readonly blockBytes = DEFAULT_BLOCK_BYTES) {}

  async read(path: string, start = 0, length?: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.stream(path, start, length)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async *stream(path: string, start = 0, length?: number): AsyncGenerator<Uint8Array> {
    if (length === 0) return;
    const local = this.toLocalPath(path);
    const end = length === undefined ? undefined : start + length - 1;
    const source = createReadStream(local, {
      start,
      highWaterMark: CHUNK_BYTES,
      ...(end === undefined ? {} : { end }),
    }) as AsyncIterable<Uint8Array>;
    try {
      for await (const chunk of source) yield chunk;
    } catch (error) {
      throw new FileSystemError(local, error);
    }
  }

  async create(path: string): Promise<FileWriter> {
    return this.writer(this.toLocalPath(path), 'wx');
  }

  async append(path: string): Promise<FileWriter> {
    return this.writer(this.toLocalPath(path), 'a');
  }

  async list(path: string): Promise<readonly FileStatus[]> {
    const local = this.toLocalPath(path);
    const own = await this.stat(local);
    if (own.type !== 'directory') return [own];
    const names = (await named(local, () => readdir(local))).sort();
    const found = await Promise.all(names.map((name) => this.statIfThere(join(local, name))));
    return found.filter((status) => status !== undefined);
  }

  async stat(path: string): Promise<FileStatus> {
    const local = this.toLocalPath(path);
    return this.status(local, await named(local, () => stat(local)));
  }

  async exists(path: string): Promise<boolean> {
    return (await this.statIfThere(this.toLocalPath(path))) !== undefined;
  }

  async mkdirs(path: string, mode = 0o777): Promise<void> {
    const local = this.toLocalPath(path);
    await named(local, () => mkdir(local, { recursive: true, mode }));
  }

  async mkdir(path: string): Promise<void> {
    const local = this.toLocalPath(path);
    await named(local, async () => {
      try {
        await mkdir(local);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST' || !(await stat(local)).isDirectory()) throw error;
      }
    });
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.toLocalPath(from), this.toLocalPath(to)];
    const what = await named(source, () => lstat(source));
    if (what.isDirectory()) {
      // A folder cannot be linked; rename(2) itself refuses a target that holds anything.
      if (await this.exists(target)) throw new FileSystemError(target, { code: 'EEXIST' });
      await named(target, () => rename(source, target));
      return;
    }
    // A link that fails where the target exists, then an unlink: unlike rename(2) this never replaces a file.
    await named(target, () => link(source, target));
    await named(source, () => unlink(source));
  }

  async delete(path: string): Promise<boolean> {
    const local = this.toLocalPath(path);
    try {
      await rm(local, { recursive: true });
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw new FileSystemError(local, error);
    }
  }

  toLocalPath(path: string): string {
    return toLocalPath(path);
  }

  private async writer(local: string, flags: string): Promise<FileWriter> {
    const file = await named(local, () => open(local, flags));
    return new LocalFileWriter(local, file);
  }

  private async statIfThere(local: string): Promise<FileStatus | undefined> {
    try {
      return this.status(local, await stat(local));
    } catch (error) {
      // A dangling link, or a file that went away since its folder was read.
      if (isAbsent(error)) return undefined;
      throw new FileSystemError(local, error);
    }
  }

  private status(local: string, stats: Stats): FileStatus {
    return {
      path: pathToFileURL(local).href,
      type: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
      sizeBytes: stats.size,
      modifiedAtMs: Math.trunc(stats.mtimeMs),
      blockBytes: this.blockBytes,
    };
  }
}

/** Below a file nothing can be. */
function isAbsent(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
}

/** The path of a `file:` URL, or a bare path made absolute. Throws FileSystemError for a URL of another kind. */
export function toLocalPath(path: string): string {
  if (/^file:/i.test(path)) {
    // Hadoop writes `file:/x`; the host of `file://host/x` is not ours to reach.
    const url = new URL(path);
    if (url.host !== '' && url.host !== 'localhost') {
      throw new FileSystemError(path, new Error(`'${url.host}' is another machine`));
    }
    url.host = '';
    return fileURLToPath(url);
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw new FileSystemError(path, new Error('it is not a file on this machine'));
  }
  return isAbsolute(path) ? resolve(path) : resolve(process.cwd(), path);
}

class LocalFileWriter implements FileWriter {
  private open = true;

  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    await named(this.path, async () => {
      for (let at = 0; at < bytes.length;) {
        at += (await this.file.write(bytes, at, bytes.length - at)).bytesWritten;
      }
    });
  }

  async flush(): Promise<void> {
    await named(this.path, () => this.file.datasync());
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    try {
      await named(this.path, () => this.file.datasync());
    } finally {
      await this.file.close();
    }
  }
}

async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const missingFolder = errnoOf(error) === 'ENOENT' && !(await stat(dirname(path)).catch(() => undefined));
    throw new FileSystemError(missingFolder ? dirname(path) : path, error);
  }
}
