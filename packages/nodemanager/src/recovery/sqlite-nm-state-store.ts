/**
 * SqliteNMStateStore: the NodeManager's state on SQLite. Hadoop: recovery.NMLeveldbStateStoreService, schema 1.
 * Values are JSON; bytes in them are `{ "$bytes": <base64> }`.
 */
import { openStoreDatabase, SqliteStore, type StoreDatabase } from '@bobbin/common';
import type { NMStateStore, NMStateTable, NMStateTables, NMStoreOperation, Rows } from './nm-state-store.js';

const TABLES: Record<NMStateTable, true> = {
  applications: true,
  containers: true,
  launches: true,
  kills: true,
  completions: true,
  started: true,
  deletions: true,
  keys: true,
  services: true,
};

export class SqliteNMStateStore implements NMStateStore {
  private readonly store: SqliteStore;

  /** A file, or an open database (a simulated disk's). Throws StoreError where it is another's, in use, or cannot be opened. */
  constructor(file: string | StoreDatabase) {
    this.store = new SqliteStore(typeof file === 'string' ? openStoreDatabase(file) : file, {
      name: 'nodemanager',
      version: 1,
      tables: Object.keys(TABLES),
    });
  }

  apply(operation: NMStoreOperation): void {
    if ('put' in operation) this.store.put(operation.put, operation.key, encode(operation.value));
    else this.store.delete(operation.delete, operation.key);
  }

  afterCommit(action: () => void): void {
    this.store.afterCommit(action);
  }

  commit(): void {
    this.store.commit();
  }

  rows<T extends NMStateTable>(table: T): Rows<T> {
    return new Map(this.store.rows(table).map(({ key, value }) => [key, decode(value) as NMStateTables[T]]));
  }

  close(): void {
    this.store.close();
  }
}

function encode(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => {
    // A Buffer has already turned itself into { type, data } here: `toJSON` runs before a replacer.
    const bytes = bytesOf(v);
    return bytes ? { $bytes: Buffer.from(bytes).toString('base64') } : v;
  });
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const buffer = value as { type?: unknown; data?: unknown } | null;
  if (typeof buffer !== 'object' || buffer?.type !== 'Buffer' || !Array.isArray(buffer.data)) return undefined;
  return Uint8Array.from(buffer.data as number[]);
}

function decode(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'), (_, v: unknown) => {
    const text = (v as { $bytes?: unknown } | null)?.$bytes;
    return typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'base64')) : v;
  });
}
