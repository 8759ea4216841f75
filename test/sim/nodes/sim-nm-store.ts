/**
 * SimNMStore: the NodeManager's SQLite store on a simulated disk. Writes are kept back until the commit, so that those of a NodeManager that
 * dies before it are lost; death may come before and after each commit. A full disk refuses it.
 */
import { StoreError, type StoreDatabase } from '@bobbin/common';
import { SqliteNMStateStore, type NMStateStore, type NMStoreOperation } from '@bobbin/nodemanager';
import type { SimProcess } from '../machine.js';

export class SimNMStore implements NMStateStore {
  private pending: NMStoreOperation[] = [];
  private waiting: (() => void)[] = [];
  private readonly store: SqliteNMStateStore;

  constructor(
    private readonly daemon: SimProcess,
    /** The disk's: never closed here. */
    database: StoreDatabase,
  ) {
    this.store = new SqliteNMStateStore(database);
  }

  readonly rows: NMStateStore['rows'] = (table) => this.store.rows(table);

  apply(operation: NMStoreOperation): void {
    this.daemon.check();
    this.pending.push(operation);
  }

  afterCommit(action: () => void): void {
    this.daemon.check();
    this.waiting.push(action);
  }

  commit(): void {
    if (this.pending.length > 0) {
      if (this.daemon.machine.disk.full) throw new StoreError('the store cannot be written: the disk is full');
      this.daemon.point('before store commit');
      for (const operation of this.pending) this.store.apply(operation);
      this.store.commit();
      this.pending = [];
      this.daemon.point('after store commit');
    }
    const actions = this.waiting;
    this.waiting = [];
    for (const action of actions) action();
  }

  close(): void {
    if (this.daemon.alive) this.commit();
  }
}
