/**
 * SqliteStore: rows by table and key on SQLite, the base of the RM's and the NM's state stores. Hadoop: the leveldb state stores.
 * Group commit: `put` and `delete` only collect; `commit`, called at the end of a dispatcher's turn, writes all of it in one
 * transaction and then runs what waited for it (`afterCommit`): an answer that leaves from there is durable (DESIGN D4). Every row carries a
 * checksum over its table, key and value, since SQLite has none: a rotten row is refused when it is read, never believed.
 */
import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import { messageOf } from '../errors.js';
import { StoreCorruptError, StoreError } from './errors.js';
import { explain } from './open-database.js';

export interface StoreSchema {
  /** Which store it is, so that nobody opens another's: `resourcemanager`. */
  readonly name: string;
  /** Raised with each change of the rows' meaning; an older release refuses a newer file. */
  readonly version: number;
  /** Names of the tables; words of letters and underscores. */
  readonly tables: readonly string[];
}

export interface StoredRow {
  readonly key: string;
  readonly value: Buffer;
}

type Write =
  | { readonly kind: 'put'; readonly table: string; readonly key: string; readonly value: Buffer }
  | { readonly kind: 'delete' | 'deletePrefix'; readonly table: string; readonly key: string };

interface Statements {
  readonly put: Database.Statement<[string, Buffer, number]>;
  readonly delete: Database.Statement<[string]>;
  readonly deletePrefix: Database.Statement<[string, string]>;
  readonly all: Database.Statement<[], { key: string; value: Buffer; checksum: number }>;
}

/** Sorts after every continuation of a prefix. */
const LAST_CHARACTER = '\u{10ffff}';

export class SqliteStore {
  private pending: Write[] = [];
  private waiting: (() => void)[] = [];
  private readonly statements: ReadonlyMap<string, Statements>;
  private readonly writeAll: (writes: readonly Write[]) => void;

  /**
   * Takes the connection over. Makes the tables in a new file. Throws StoreError, the connection closed, where the file is another
   * store's or of another release.
   */
  constructor(
    private readonly database: Database.Database,
    schema: StoreSchema,
  ) {
    for (const table of schema.tables) {
      if (!/^[a-z_]+$/i.test(table)) throw new Error(`'${table}' is not a table name`);
    }
    try {
      checkSchema(database, schema);
      // A damaged schema may lack a column, which SQLite finds out only here.
      this.statements = new Map(schema.tables.map((table) => [table, prepare(database, table)]));
    } catch (error) {
      database.close();
      throw explain(database.name, error);
    }
    this.writeAll = database.transaction((writes: readonly Write[]) => {
      for (const write of writes) this.write(write);
    });
  }

  /** Collects a row, new or in the place of an old one. */
  put(table: string, key: string, value: string | Uint8Array): void {
    this.statementsOf(table);
    this.pending.push({ kind: 'put', table, key, value: Buffer.from(value) });
  }

  /** Collects the removal of a row; fine where there is none. */
  delete(table: string, key: string): void {
    this.statementsOf(table);
    this.pending.push({ kind: 'delete', table, key });
  }

  /** Collects the removal of every row whose key starts with `prefix`. */
  deletePrefix(table: string, prefix: string): void {
    this.statementsOf(table);
    this.pending.push({ kind: 'deletePrefix', table, key: prefix });
  }

  /** Runs `action` once all that was collected so far is on disk; at the next `commit` where nothing waits. */
  afterCommit(action: () => void): void {
    this.waiting.push(action);
  }

  /**
   * Writes what was collected, all or nothing, then runs the waiting actions in order; what those collect waits for the next commit.
   * Throws StoreError where it cannot be written; nothing is lost then, and a later commit tries again.
   */
  commit(): void {
    if (this.pending.length > 0) {
      try {
        this.writeAll(this.pending);
      } catch (error) {
        throw new StoreError(`${this.database.name} cannot be written: ${messageOf(error)}`, error);
      }
      this.pending = [];
    }
    const actions = this.waiting;
    this.waiting = [];
    for (const action of actions) action();
  }

  /** All committed rows of a table by key. Throws StoreCorruptError naming the first row that is not as it was written. */
  rows(table: string): readonly StoredRow[] {
    let rows;
    try {
      rows = this.statementsOf(table).all.all();
    } catch (error) {
      throw new StoreCorruptError(this.database.name, `table ${table}: ${messageOf(error)}`);
    }
    return rows.map(({ key, value, checksum }) => {
      if (!Buffer.isBuffer(value) || checksumOf(table, key, value) !== checksum) {
        throw new StoreCorruptError(this.database.name, `row '${key}' of table ${table} is not as it was written`);
      }
      return { key, value };
    });
  }

  /** Commits and closes. A second call does nothing. */
  close(): void {
    if (!this.database.open) return;
    this.commit();
    this.database.close();
  }

  private write(write: Write): void {
    const statements = this.statementsOf(write.table);
    if (write.kind === 'put') {
      statements.put.run(write.key, write.value, checksumOf(write.table, write.key, write.value));
    } else if (write.kind === 'delete') statements.delete.run(write.key);
    else statements.deletePrefix.run(write.key, write.key + LAST_CHARACTER);
  }

  private statementsOf(table: string): Statements {
    const statements = this.statements.get(table);
    if (!statements) throw new Error(`store has no table '${table}'`);
    return statements;
  }
}

function prepare(database: Database.Database, table: string): Statements {
  database.exec(
    `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID`,
  );
  return {
    put: database.prepare(`INSERT OR REPLACE INTO ${table} (key, value, checksum) VALUES (?, ?, ?)`),
    delete: database.prepare(`DELETE FROM ${table} WHERE key = ?`),
    deletePrefix: database.prepare(`DELETE FROM ${table} WHERE key >= ? AND key < ?`),
    all: database.prepare(`SELECT key, value, checksum FROM ${table} ORDER BY key`),
  };
}

/** Covers table and key too, so that a row cannot pass for another. */
function checksumOf(table: string, key: string, value: Buffer): number {
  return crc32(value, crc32(`${table}\0${key}\0`));
}

function checkSchema(database: Database.Database, schema: StoreSchema): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS bobbin_store (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID',
  );
  const found = database.prepare<[], { name: string; version: number }>('SELECT name, version FROM bobbin_store').get();
  if (!found) {
    database.prepare('INSERT INTO bobbin_store (name, version) VALUES (?, ?)').run(schema.name, schema.version);
    return;
  }
  if (found.name !== schema.name) {
    throw new StoreError(`${database.name} is the store of the ${found.name}, not of the ${schema.name}`);
  }
  if (found.version !== schema.version) {
    throw new StoreError(
      `${database.name} has schema ${found.version}, this release knows ${schema.version}; ` +
        `start the release that wrote it, or move the file away and begin with an empty store`,
    );
  }
}
