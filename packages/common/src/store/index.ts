/** Stores: rows on SQLite, committed by the turn. */
export { SqliteStore, type StoredRow, type StoreSchema } from './sqlite-store.js';
export { openStoreDatabase, type StoreDatabase } from './open-database.js';
export { StoreCorruptError, StoreError } from './errors.js';
