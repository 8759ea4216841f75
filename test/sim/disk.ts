/**
 * Disk: what outlives a process: files, and the databases of stores. A file has the bytes that every process sees, and how many of them are
 * on the medium: `loseUnsynced` is what a power cut takes, and a killed process loses nothing that it wrote. Databases are real SQLite on
 * `:memory:`, opened once and owned by the disk: a process that dies leaves them with exactly the commits that returned (simulation.md 2.4).
 *
 * Operations are synchronous and know nothing of processes; who uses them stands between points of death (SimProcess.point, SimFileSystem).
 */
import { dirname } from 'node:path';
import { openStoreDatabase, type StoreDatabase } from '@bobbin/common';
import type { Simulator } from './simulator.js';

interface Node {
  bytes: Buffer;
  /** Whole prefix that is on the medium. */
  synced: number;
  modifiedAtMs: number;
}

/** What a file system writes at once. */
const BLOCK_BYTES = 4096;

/** Thrown with the code of the operating system: `ENOENT`, `EEXIST`, `ENOSPC`, `ENOTDIR`. */
export class DiskError extends Error {
  constructor(
    readonly code: string,
    path: string,
  ) {
    super(`${code}: ${path}`);
    this.name = 'DiskError';
  }
}

export interface DiskStatus {
  readonly type: 'file' | 'directory';
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

export class Disk {
  private readonly nodes = new Map<string, Node>();
  private readonly folders = new Map<string, number>([['/', 0]]);
  private readonly databases = new Map<string, StoreDatabase>();
  /** Nothing can be written while this is set. */
  full = false;
  /** Power cuts so far. For checkers. */
  cuts = 0;
  private readonly listeners: ((path: string, what: 'write' | 'rename' | 'delete') => void)[] = [];

  constructor(
    private readonly sim: Simulator,
    readonly name: string,
  ) {}

  /** For checkers: after each change of a file. */
  onChange(listener: (path: string, what: 'write' | 'rename' | 'delete') => void): void {
    this.listeners.push(listener);
  }

  /** The database at `path`, made where there is none. Never close it: it is the disk's. */
  database(path: string): StoreDatabase {
    let database = this.databases.get(path);
    if (!database) {
      database = openStoreDatabase(':memory:');
      this.databases.set(path, database);
    }
    return database;
  }

  /** At the end of a run: gives the memory back. */
  dispose(): void {
    for (const database of this.databases.values()) database.close();
    this.databases.clear();
  }

  exists(path: string): boolean {
    return this.nodes.has(path) || this.folders.has(path);
  }

  /** Throws ENOENT. */
  stat(path: string): DiskStatus {
    const node = this.nodes.get(path);
    if (node) return { type: 'file', sizeBytes: node.bytes.length, modifiedAtMs: node.modifiedAtMs };
    const madeAtMs = this.folders.get(path);
    if (madeAtMs === undefined) throw new DiskError('ENOENT', path);
    return { type: 'directory', sizeBytes: 0, modifiedAtMs: madeAtMs };
  }

  /** Throws ENOENT. */
  read(path: string): Buffer {
    const node = this.nodes.get(path);
    if (!node) throw new DiskError(this.folders.has(path) ? 'EISDIR' : 'ENOENT', path);
    return node.bytes;
  }

  /** A new and empty file. Throws EEXIST, or ENOENT where the folder is not there. */
  create(path: string): void {
    if (this.exists(path)) throw new DiskError('EEXIST', path);
    this.inFolder(path);
    this.room(path);
    this.nodes.set(path, { bytes: Buffer.alloc(0), synced: 0, modifiedAtMs: this.sim.nowMs });
    this.changed(path, 'write');
  }

  /** At the end of a file that is there. */
  append(path: string, bytes: Uint8Array): void {
    const node = this.nodes.get(path);
    if (!node) throw new DiskError('ENOENT', path);
    this.room(path);
    node.bytes = Buffer.concat([node.bytes, bytes]);
    node.modifiedAtMs = this.sim.nowMs;
    this.changed(path, 'write');
  }

  /** The whole file at once, new or in the place of an old one; not on the medium yet. */
  write(path: string, bytes: Uint8Array): void {
    if (!this.nodes.has(path)) this.create(path);
    const node = this.nodes.get(path);
    if (!node) throw new DiskError('ENOENT', path);
    this.room(path);
    node.bytes = Buffer.from(bytes);
    node.synced = 0;
    node.modifiedAtMs = this.sim.nowMs;
    this.changed(path, 'write');
  }

  sync(path: string): void {
    const node = this.nodes.get(path);
    if (!node) return;
    if (this.full && node.synced < node.bytes.length) throw new DiskError('ENOSPC', path);
    node.synced = node.bytes.length;
  }

  /** A file or a folder with all in it. Throws ENOENT, EEXIST. */
  rename(from: string, to: string): void {
    if (!this.exists(from)) throw new DiskError('ENOENT', from);
    if (this.exists(to)) throw new DiskError('EEXIST', to);
    this.inFolder(to);
    for (const [path, node] of [...this.nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.nodes.delete(path);
      this.nodes.set(to + path.slice(from.length), node);
    }
    for (const [path, madeAtMs] of [...this.folders]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.folders.delete(path);
      this.folders.set(to + path.slice(from.length), madeAtMs);
    }
    this.changed(to, 'rename');
  }

  /** With all in it; false where there was nothing. */
  remove(path: string): boolean {
    if (!this.exists(path)) return false;
    for (const known of [...this.nodes.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.nodes.delete(known);
    }
    for (const known of [...this.folders.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.folders.delete(known);
    }
    this.changed(path, 'delete');
    return true;
  }

  /** With the folders above. Throws ENOTDIR where a file is in the way. */
  mkdirs(path: string): void {
    let at = '';
    for (const part of path.split('/').filter(Boolean)) {
      at += `/${part}`;
      if (this.nodes.has(at)) throw new DiskError('ENOTDIR', at);
      if (!this.folders.has(at)) this.folders.set(at, this.sim.nowMs);
    }
  }

  /** Throws ENOENT where the folder above is not there, EEXIST where a file is. */
  mkdir(path: string): void {
    if (!this.folders.has(dirname(path))) throw new DiskError('ENOENT', path);
    if (this.nodes.has(path)) throw new DiskError('EEXIST', path);
    if (!this.folders.has(path)) this.folders.set(path, this.sim.nowMs);
  }

  /** Names in a folder, sorted by code unit. Throws ENOENT. */
  list(path: string): readonly string[] {
    if (!this.folders.has(path)) throw new DiskError('ENOENT', path);
    const start = path === '/' ? '/' : `${path}/`;
    const names = new Set<string>();
    for (const known of [...this.nodes.keys(), ...this.folders.keys()]) {
      if (known !== '/' && known.startsWith(start)) names.add(known.slice(start.length).split('/', 1)[0] ?? '');
    }
    return [...names].sort();
  }

  /**
   * A power cut: of each file, what was not synced goes, by draw: all, none, or its end from the border of a block on. Renames and folders are
   * kept (data=ordered).
   */
  loseUnsynced(stream: string): void {
    this.cuts++;
    let n = 0;
    for (const node of this.nodes.values()) {
      const { bytes, synced } = node;
      const first = Math.floor(synced / BLOCK_BYTES);
      const blocks = Math.ceil(bytes.length / BLOCK_BYTES) - first;
      if (synced < bytes.length) {
        const kept = (first + this.sim.draws.below(blocks + 1, stream, n++)) * BLOCK_BYTES;
        node.bytes = bytes.subarray(0, Math.max(synced, kept));
      }
      node.synced = node.bytes.length;
    }
  }

  /** Cuts a file short: what an append that death interrupts leaves behind. */
  tear(path: string, lengthBytes: number): void {
    const node = this.nodes.get(path);
    if (!node) return;
    node.bytes = node.bytes.subarray(0, lengthBytes);
    node.synced = Math.min(node.synced, lengthBytes);
  }

  /** Every file there is, sorted: for checkers. */
  paths(): readonly string[] {
    return [...this.nodes.keys()].sort();
  }

  private inFolder(path: string): void {
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    if (!this.folders.has(folder)) throw new DiskError(this.nodes.has(folder) ? 'ENOTDIR' : 'ENOENT', folder);
  }

  private room(path: string): void {
    if (this.full) throw new DiskError('ENOSPC', path);
  }

  private changed(path: string, what: 'write' | 'rename' | 'delete'): void {
    for (const listener of this.listeners) listener(path, what);
  }
}
