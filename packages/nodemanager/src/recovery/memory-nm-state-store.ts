/** MemoryNMStateStore: an NMStateStore that a restart forgets. Hadoop: recovery.{NMNullStateStoreService,NMMemoryStateStoreService}. */
import type { NMStateStore, NMStateTable, NMStoreOperation, Rows } from './nm-state-store.js';

export class MemoryNMStateStore implements NMStateStore {
  private readonly tables = new Map<NMStateTable, Map<string, unknown>>();
  private pending: NMStoreOperation[] = [];
  private waiting: (() => void)[] = [];

  apply(operation: NMStoreOperation): void {
    this.pending.push(operation);
  }

  afterCommit(action: () => void): void {
    this.waiting.push(action);
  }

  commit(): void {
    for (const operation of this.pending) {
      if ('put' in operation) this.table(operation.put).set(operation.key, operation.value);
      else this.table(operation.delete).delete(operation.key);
    }
    this.pending = [];
    const actions = this.waiting;
    this.waiting = [];
    for (const action of actions) action();
  }

  rows<T extends NMStateTable>(table: T): Rows<T> {
    return new Map(this.table(table)) as Rows<T>;
  }

  close(): void {
    this.commit();
  }

  private table(name: NMStateTable): Map<string, unknown> {
    let table = this.tables.get(name);
    if (!table) this.tables.set(name, (table = new Map<string, unknown>()));
    return table;
  }
}
