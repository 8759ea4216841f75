/**
 * writeFileAtomic: a small local file is either the old one or the new one, also after a crash of the machine: a temporary file in
 * the same folder, fsync, rename, fsync of the folder. For state beside the databases: secrets, addresses, pids.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileSystemError } from './file-system-error.js';

export interface AtomicWriteOptions {
  /** Default 0o644. */
  readonly mode?: number;
}

/** Makes the folder if need be. Throws FileSystemError; the old file then stands. */
export function writeFileAtomic(path: string, content: string | Uint8Array, options: AtomicWriteOptions = {}): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeThrough(temporary, content, options.mode ?? 0o644);
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new FileSystemError(path, error);
  }
}

function writeThrough(path: string, content: string | Uint8Array, mode: number): void {
  rmSync(path, { force: true });
  const fd = openSync(path, 'wx', mode);
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes a rename in this folder durable. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
