/**
 * DeletionService: deletes folders in the background, now or later. Hadoop: nodemanager.DeletionService. What is due later is stored,
 * so that a restart does not leave it lying for ever. A failed deletion is logged and given up: the next start's sweep finds it.
 */
import type { Clock, Logger, Service, Timer } from '@bobbin/common';
import type { NodeFiles } from './node-files.js';
import type { NMStateStore } from './recovery/nm-state-store.js';

export interface DeletionServiceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: NMStateStore;
  readonly files: Pick<NodeFiles, 'remove'>;
  /** Folders deleted at the same time. */
  readonly concurrency: number;
}

interface Waiting {
  readonly paths: readonly string[];
  readonly timer: Timer;
}

export class DeletionService implements Service {
  readonly name = 'DeletionService';
  private readonly log: Logger;
  private nextId = 1;
  private readonly later = new Map<string, Waiting>();
  private readonly queue: string[] = [];
  private busy = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly deps: DeletionServiceDeps) {
    this.log = deps.log.child({ service: this.name });
  }

  /** Takes up what an earlier NodeManager had scheduled. */
  start(): void {
    for (const [id, { paths, dueAtMs }] of this.deps.store.rows('deletions')) {
      this.nextId = Math.max(this.nextId, Number(id) + 1);
      this.arm(id, paths, dueAtMs);
    }
  }

  /** Finishes what is being deleted; what is due later stays stored. */
  async stop(): Promise<void> {
    for (const { timer } of this.later.values()) timer.cancel();
    await this.idle();
  }

  /** Deletes files or folders with all that is in them; fine where there is nothing. */
  delete(paths: readonly string[]): void {
    this.queue.push(...paths);
    this.pump();
  }

  /**
   * The same in `delayMs`, also after a restart; at the earliest when all that was applied to the store is durable: exit codes lie in what goes, and a
   * NodeManager that could not store them reads them again. A negative delay means never.
   */
  deleteLater(paths: readonly string[], delayMs: number): void {
    if (delayMs < 0) return;
    if (delayMs === 0) {
      this.deps.store.afterCommit(() => this.delete(paths));
      return;
    }
    const id = String(this.nextId++);
    const dueAtMs = this.deps.clock.now() + delayMs;
    this.deps.store.apply({ put: 'deletions', key: id, value: { paths, dueAtMs } });
    this.arm(id, paths, dueAtMs);
  }

  /** Resolves when nothing is being deleted. */
  idle(): Promise<void> {
    if (this.busy === 0 && this.queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private arm(id: string, paths: readonly string[], dueAtMs: number): void {
    const timer = this.deps.clock.after(Math.max(0, dueAtMs - this.deps.clock.now()), () => {
      // A clock may wake early where the delay is beyond its range.
      if (this.deps.clock.now() < dueAtMs) {
        this.arm(id, paths, dueAtMs);
        return;
      }
      this.later.delete(id);
      this.deps.store.apply({ delete: 'deletions', key: id });
      this.delete(paths);
    });
    this.later.set(id, { paths, timer });
  }

  private pump(): void {
    while (this.busy < this.deps.concurrency) {
      const path = this.queue.shift();
      if (path === undefined) break;
      this.busy++;
      void this.remove(path).then(() => {
        this.busy--;
        this.pump();
      });
    }
    if (this.busy > 0 || this.queue.length > 0) return;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const waiter of waiters) waiter();
  }

  private async remove(path: string): Promise<void> {
    try {
      await this.deps.files.remove(path);
    } catch (error) {
      this.log.warn(`cannot delete '${path}'`, { path, error });
    }
  }
}
