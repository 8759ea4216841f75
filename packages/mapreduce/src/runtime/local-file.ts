/**
 * The task's own files by descriptor: whole reads and writes (the system calls may be short), errors that name the path.
 * Synchronous on purpose: a task's thread has nothing else to do, and a call costs a fraction of a promise (docs of the data path).
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { LocalDiskError } from '../errors.js';

export class LocalFile {
  private constructor(
    readonly path: string,
    private readonly fd: number,
  ) {}

  /**
   * A new file; one that exists is replaced. Readable by owner and group unless `mode` says otherwise: what lies between map and reduce
   * is nobody else's, but a shuffle server under another user serves it.
   */
  static create(path: string, mode = 0o640): LocalFile {
    return LocalFile.open(path, 'w', 'create', mode);
  }

  static openForRead(path: string): LocalFile {
    return LocalFile.open(path, 'r', 'open');
  }

  private static open(path: string, flags: string, action: string, mode?: number): LocalFile {
    try {
      return new LocalFile(path, openSync(path, flags, mode));
    } catch (cause) {
      throw new LocalDiskError(action, path, cause);
    }
  }

  /** Appends `start` to `end` of `buffer`, all of it. */
  write(buffer: Uint8Array, start: number, end: number): void {
    try {
      for (let at = start; at < end;) at += writeSync(this.fd, buffer, at, end - at);
    } catch (cause) {
      throw new LocalDiskError('write', this.path, cause);
    }
  }

  /** Reads up to `length` bytes from `position` of the file to `at` of the buffer; fewer only at the file's end. */
  read(buffer: Uint8Array, at: number, length: number, position: number): number {
    try {
      let got = 0;
      while (got < length) {
        const n = readSync(this.fd, buffer, at + got, length - got, position + got);
        if (n === 0) break;
        got += n;
      }
      return got;
    } catch (cause) {
      throw new LocalDiskError('read', this.path, cause);
    }
  }

  sizeBytes(): number {
    try {
      return fstatSync(this.fd).size;
    } catch (cause) {
      throw new LocalDiskError('read', this.path, cause);
    }
  }

  /** Call once. Delayed write errors (a full network disk) surface here. */
  close(): void {
    try {
      closeSync(this.fd);
    } catch (cause) {
      throw new LocalDiskError('close', this.path, cause);
    }
  }
}
