/**
 * AppWatchers: calls that are held until an application has come to what they wait for. Ours; Hadoop's clients poll. A call is answered at
 * the change itself, or when its time is over.
 */
import type { ApplicationId, Clock, Timer } from '@bobbin/common';
import type { RMApp } from './rm-app.js';

interface Watcher {
  readonly isDone: (app: RMApp) => boolean;
  readonly resolve: () => void;
  readonly timer: Timer | undefined;
}

export class AppWatchers {
  private readonly watchers = new Map<ApplicationId, Set<Watcher>>();

  constructor(private readonly clock: Clock) {}

  /** Resolves when `isDone` holds, or after `waitMs`; with `Infinity`, only then. At once where it holds already. */
  until(app: RMApp, isDone: (app: RMApp) => boolean, waitMs: number): Promise<void> {
    if (isDone(app) || waitMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const id = app.applicationId;
      const stop = (): void => {
        this.drop(id, watcher);
        resolve();
      };
      const timer = waitMs === Infinity ? undefined : this.clock.after(waitMs, stop);
      const watcher: Watcher = { isDone, resolve: stop, timer };
      const others = this.watchers.get(id);
      if (others) others.add(watcher);
      else this.watchers.set(id, new Set([watcher]));
    });
  }

  /** To be called whenever what clients see of it has changed. */
  changed(app: RMApp): void {
    for (const watcher of this.watchers.get(app.applicationId) ?? []) if (watcher.isDone(app)) watcher.resolve();
  }

  /** Answers every held call with what there is. */
  stop(): void {
    for (const watchers of [...this.watchers.values()]) for (const watcher of [...watchers]) watcher.resolve();
  }

  private drop(id: ApplicationId, watcher: Watcher): void {
    watcher.timer?.cancel();
    const watchers = this.watchers.get(id);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.watchers.delete(id);
  }
}
