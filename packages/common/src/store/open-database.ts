/**
 * openStoreDatabase: a SQLite file as a daemon keeps it: write-ahead log, every commit flushed to the device, and locked for this
 * process alone, so that a second daemon on the same folder is told so instead of writing between the lines of the first.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf } from '../errors.js';
import { StoreCorruptError, StoreError } from './errors.js';

/** An open database of a store. */
export type StoreDatabase = Database.Database;

/** How long a daemon that starts waits for the lock of one that is just ending. */
const LOCK_WAIT_MS = 3000;

/**
 * Opens or makes `file` (and its folder, mode 0700); `:memory:` for simulations. Throws StoreError (in use, not permitted),
 * StoreCorruptError (not a database, broken pages).
 */
export function openStoreDatabase(file: string, lockWaitMs = LOCK_WAIT_MS): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    database = new Database(file, { timeout: lockWaitMs });
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    // Takes the exclusive lock now and not at the first commit.
    database.exec('BEGIN IMMEDIATE; COMMIT');
    const check = database.pragma('quick_check(1)', { simple: true });
    if (check !== 'ok') throw new StoreCorruptError(file, String(check));
    return database;
  } catch (error) {
    database?.close();
    throw explain(file, error);
  }
}

/** What SQLite said, as a StoreError that names the file and what to do; a StoreError as it is. */
export function explain(file: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = String((error as { code?: unknown }).code);
  if (code.startsWith('SQLITE_BUSY')) {
    return new StoreError(
      `${file} is in use by another process; stop it first, or give this one a folder of its own`,
      error,
    );
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
    return new StoreCorruptError(file, messageOf(error));
  return new StoreError(`${file} cannot be opened: ${messageOf(error)}`, error);
}
