/**
 * SqliteRMStateStore: the state store on one SQLite file, flushed with every commit; rows carry checksums (common/store). Hadoop:
 * recovery/LeveldbRMStateStore.java, which has the same tables. A second ResourceManager on the same file is refused when it opens it.
 */
import { openStoreDatabase, SqliteStore, type StoreDatabase } from '@bobbin/common';
import type { AttemptStateData, RMState, RMStateStore, RMStateStoreOperation } from './rm-state-store.js';
import { assembleState } from './memory-rm-state-store.js';
import { decodeApplication, decodeRow, encodeApplication, encodeRow } from './state-codec.js';

const APPLICATION = 'application';
const ATTEMPT = 'attempt';
const SECRETS = 'secrets';
const META = 'meta';
const EPOCH = 'epoch';

export class SqliteRMStateStore implements RMStateStore {
  private readonly store: SqliteStore;

  /** A file, or an open database (a simulated disk's). Throws StoreError where it is another's, in use, or of another release. */
  constructor(file: string | StoreDatabase) {
    this.store = new SqliteStore(typeof file === 'string' ? openStoreDatabase(file) : file, {
      name: 'resourcemanager',
      version: 1,
      tables: [APPLICATION, ATTEMPT, SECRETS, META],
    });
  }

  load(): RMState {
    const epoch = this.store.rows(META).find((row) => row.key === EPOCH);
    return assembleState(
      epoch ? (decodeRow(epoch.value) as number) : 0,
      this.store.rows(APPLICATION).map((row) => decodeApplication(row.value)),
      this.store.rows(ATTEMPT).map((row) => decodeRow(row.value) as AttemptStateData),
      new Map(this.store.rows(SECRETS).map((row) => [row.key, decodeRow(row.value)])),
    );
  }

  apply(operation: RMStateStoreOperation): void {
    switch (operation.type) {
      case 'PUT_APPLICATION': {
        const { application } = operation;
        return this.store.put(APPLICATION, application.context.applicationId, encodeApplication(application));
      }
      case 'PUT_ATTEMPT':
        return this.store.put(ATTEMPT, operation.attempt.attemptId, encodeRow(operation.attempt));
      case 'REMOVE_APPLICATION':
        this.store.delete(APPLICATION, operation.applicationId);
        return this.store.deletePrefix(ATTEMPT, `appattempt_${operation.applicationId.slice('application_'.length)}_`);
      case 'REMOVE_ATTEMPT':
        return this.store.delete(ATTEMPT, operation.attemptId);
      case 'PUT_SECRETS':
        return this.store.put(SECRETS, operation.name, encodeRow(operation.state));
      case 'PUT_EPOCH':
        return this.store.put(META, EPOCH, encodeRow(operation.epoch));
    }
  }

  afterCommit(action: () => void): void {
    this.store.afterCommit(action);
  }

  commit(): void {
    this.store.commit();
  }

  close(): void {
    this.store.close();
  }
}
