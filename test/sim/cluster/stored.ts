/**
 * Stores of a process as the simulation wraps them: the real class over a database of the disk, with death before and after each commit.
 * A commit that finds nothing to write is no place to die. `close` commits and leaves the database to the disk.
 */
import { StoreError } from '@bobbin/common';
import type { RMState, RMStateStore, RMStateStoreOperation } from '@bobbin/resourcemanager';
import type { SimProcess } from '../machine.js';

export class SimRMStateStore implements RMStateStore {
  /** Collected and not committed. */
  pending = 0;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly process: SimProcess,
    private readonly real: RMStateStore,
  ) {}

  load(): RMState {
    this.process.check();
    return this.real.load();
  }

  apply(operation: RMStateStoreOperation): void {
    this.process.check();
    this.pending++;
    this.real.apply(operation);
  }

  afterCommit(action: () => void): void {
    this.waiting.push(action);
  }

  commit(): void {
    this.process.check();
    if (this.pending > 0) {
      if (this.process.machine.disk.full) throw new StoreError('the store cannot be written: the disk is full');
      this.process.point('before commit');
      this.real.commit();
      this.pending = 0;
      this.process.point('after commit');
    }
    const actions = this.waiting;
    this.waiting = [];
    for (const action of actions) action();
  }

  close(): void {
    this.commit();
  }
}
