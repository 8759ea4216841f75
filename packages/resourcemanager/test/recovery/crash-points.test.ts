/**
 * The ResourceManager dies at each of its commits in turn, just before it and just after it, and comes back on what was committed. Whatever the
 * moment: a submission that was acknowledged is there, the application ends as its AM said, and no AM ever runs beside another.
 */
import { type ApplicationId, type ContainerId } from '@bobbin/common';
import { MemoryRMStateStore, type RMState, type RMStateStore, type RMStateStoreOperation } from '../../src/index.js';
import { ALICE, MockAM, MockCluster, reported } from '../support/mock-cluster.js';

class Died extends Error {}

/** Passes commits on to `disk` until the fatal one; after it nothing of this life reaches anyone. */
class MortalStore implements RMStateStore {
  private pending: RMStateStoreOperation[] = [];
  private waiting: (() => void)[] = [];
  dead = false;

  constructor(
    private readonly disk: MemoryRMStateStore,
    private readonly countdown: { commits: number; readonly after: boolean },
  ) {}

  load(): RMState {
    return this.disk.load();
  }
  apply(operation: RMStateStoreOperation): void {
    this.pending.push(operation);
  }
  afterCommit(action: () => void): void {
    this.waiting.push(action);
  }
  commit(): void {
    if (this.dead) throw new Died();
    if (this.pending.length > 0 && --this.countdown.commits === 0) {
      this.dead = true;
      if (this.countdown.after) this.write();
      throw new Died();
    }
    this.write();
    for (const action of this.waiting.splice(0)) action();
  }
  close(): void {
    this.dead = true;
  }
  private write(): void {
    for (const operation of this.pending.splice(0)) this.disk.apply(operation);
    this.disk.commit();
  }
}

interface Outcome {
  readonly state: string;
  readonly finalStatus: string;
  readonly restarts: number;
  readonly sideBySide: number;
}

/** Registers where this ResourceManager does not know it, and says goodbye; says whether it may leave. One that is unknown must. */
async function lastWords(am: MockAM, registered: Map<ContainerId, unknown>, core: unknown): Promise<boolean> {
  try {
    if (registered.get(am.containerId) !== core) await am.register();
    registered.set(am.containerId, core);
    return (await am.finish()).isUnregistered;
  } catch (error) {
    if ((error as { code?: string }).code === 'APPLICATION_ATTEMPT_NOT_FOUND') return true;
    throw error;
  }
}

/** Submits one application and lets client, node and AM do what they would, until it has ended. */
async function live(commits: number, after: boolean): Promise<Outcome> {
  const disk = new MemoryRMStateStore();
  const countdown = { commits, after };
  let store = new MortalStore(disk, countdown);
  let c: MockCluster | undefined;
  let restarts = 0;
  let sideBySide = 0;
  let acknowledged = false;
  let context: ReturnType<MockCluster['submission']> | undefined;
  const running = new Set<ContainerId>();
  const registered = new Map<ContainerId, unknown>();
  const started = new Set<ContainerId>();

  const revive = async (): Promise<void> => {
    restarts++;
    store = new MortalStore(disk, countdown);
    c?.fatal.splice(0);
    c?.restart(store);
    await c?.settle();
    const nm = [...(c?.nms.values() ?? [])][0];
    await nm?.register({ containers: [...running].map((id) => reported(id)), apps: [] });
    if (acknowledged && context) expect(c?.core.registry.apps.has(context.applicationId)).toBe(true);
  };

  for (let round = 0; round < 200; round++) {
    try {
      if (!c) {
        c = new MockCluster({}, store);
        await c.node('a');
      }
      context ??= c.submission();
      const id: ApplicationId = context.applicationId;
      if (!acknowledged) {
        // A client that hears nothing asks again; the store's death is a call that is never answered.
        const call = c.core.clientService.submitApplication({ applicationSubmissionContext: context }, ALICE);
        await Promise.race([call.then(() => (acknowledged = true)), c.settle()]);
        await c.settle();
      }
      const nm = [...c.nms.values()][0]!;
      const attempt = c.core.registry.apps.get(id)?.currentAttempt;
      const master = attempt?.masterContainer;
      if (attempt && master && nm.started.length > started.size && !started.has(master.id)) {
        started.add(master.id);
        running.add(master.id);
        sideBySide = Math.max(sideBySide, running.size);
        nm.runs(master.id);
      }
      await nm.heartbeat();
      for (const containerId of running) {
        if (!attempt) continue;
        const am = new MockAM(c, attempt.attemptId, containerId, nm);
        if (!(await lastWords(am, registered, c.core))) continue;
        running.delete(containerId);
        nm.finishes(containerId);
      }
      await nm.heartbeat();
      const app = c.core.registry.apps.get(id);
      if (app?.isFinal) {
        c.core.dispatcher.stop();
        return { state: app.clientState, finalStatus: app.finalStatus, restarts, sideBySide };
      }
    } catch (error) {
      if (!store.dead) throw error;
      if (!c) store = new MortalStore(disk, countdown);
      else await revive();
    }
  }
  throw new Error(`the application did not end; it died at commit ${commits}`);
}

test.each([false, true])('death at any commit loses nothing (written: %s)', async (after) => {
  for (let commits = 1; ; commits++) {
    const outcome = await live(commits, after);
    expect({ commits, ...outcome }).toMatchObject({ state: 'FINISHED', finalStatus: 'SUCCEEDED', sideBySide: 1 });
    if (commits > 3 && outcome.restarts === 0) {
      // The life has fewer commits than that: every one has been the last.
      expect(commits).toBeGreaterThan(6);
      return;
    }
  }
});
