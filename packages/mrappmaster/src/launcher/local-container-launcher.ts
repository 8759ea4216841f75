/**
 * LocalContainerLauncher: runs the tasks of an uber job in the AM's own container. Hadoop: mapreduce.v2.app.launcher.
 * LocalContainerLauncher (reference mapreduce.md 1.6), but never in the AM's own loop (DESIGN D6): one process of the task
 * bundle takes all tasks, one after another, maps before reduces. A task that fails or is killed takes the process with it;
 * the next one gets a new process. Emits TA_CONTAINER_LAUNCHED, TA_CONTAINER_COMPLETED, TA_CONTAINER_CLEANED and counters.
 */
import type { EventSink, TaskAttemptId, TaskType } from '@bobbin/common';
import type { AppLog, JobView, RemoteTask } from '../app-context.js';
import type { ContainerLauncherEvent, MRAppEvent } from '../events.js';

/** The process that carries the tasks. */
export interface UberChild {
  /** Ends it at once. Safe to call twice, and after it ended. */
  kill(): void;
  /** Resolves when it has ended, with how: `exited with code 1`; undefined for an end in good order (code 0). */
  readonly ended: Promise<string | undefined>;
}

export interface LocalContainerLauncherDeps {
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly log: AppLog;
  readonly job: () => Pick<JobView, 'numMaps' | 'completedMaps'>;
  readonly spawn: () => UberChild;
  /** Called when a process has ended, before anything is made of it. */
  readonly processEnded: () => void;
}

interface Waiting {
  readonly attemptId: TaskAttemptId;
  readonly taskType: TaskType;
}

export class LocalContainerLauncher {
  private waiting: Waiting[] = [];
  private current: Waiting | undefined;
  private child: UberChild | undefined;
  private stopping = false;

  constructor(private readonly deps: LocalContainerLauncherDeps) {}

  /** Starts the process before there is a task for it: it gets ready while the AM registers. */
  prestart(): void {
    this.child ??= this.spawn();
  }

  /** Handler of the `container-launcher` domain. */
  handle(event: ContainerLauncherEvent): void {
    switch (event.type) {
      case 'CONTAINER_REMOTE_LAUNCH':
        this.enqueue(event.task);
        return;
      case 'CONTAINER_ADOPTED':
        // A process of this job dies with its AM: nothing of an earlier one runs.
        return;
      case 'CONTAINER_COMPLETED':
        if (this.current?.attemptId === event.attemptId) this.current = undefined;
        return;
      case 'CONTAINER_REMOTE_CLEANUP':
        this.cleanUp(event.attemptId);
        return;
    }
  }

  /** Turn hook of the dispatcher: starts the next task if none runs. A reduce waits until every map is complete. */
  endTurn(): void {
    if (this.current || this.stopping) return;
    const { numMaps, completedMaps } = this.deps.job();
    const next =
      this.waiting.find(({ taskType }) => taskType === 'MAP') ??
      (completedMaps >= numMaps ? this.waiting[0] : undefined);
    if (!next) return;
    this.waiting = this.waiting.filter((one) => one !== next);
    this.current = next;
    this.child ??= this.spawn();
    const kind = next.taskType === 'MAP' ? 'NUM_UBER_SUBMAPS' : 'NUM_UBER_SUBREDUCES';
    this.count('TOTAL_LAUNCHED_UBERTASKS', kind);
    const { attemptId } = next;
    this.deps.dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_CONTAINER_LAUNCHED', attemptId, shufflePort: -1 });
  }

  /** Ends the process; nothing is launched any more. */
  async stopAll(): Promise<void> {
    this.stopping = true;
    this.child?.kill();
    await this.child?.ended;
  }

  private enqueue({ attemptId, type }: RemoteTask): void {
    this.waiting.push({ attemptId, taskType: type });
  }

  private cleanUp(attemptId: TaskAttemptId): void {
    this.waiting = this.waiting.filter((one) => one.attemptId !== attemptId);
    if (this.current?.attemptId !== attemptId || !this.child) {
      this.cleaned(attemptId);
      return;
    }
    const { child } = this;
    child.kill();
    void child.ended.then(() => {
      this.current = undefined;
      this.cleaned(attemptId);
    });
    // Its end is expected, and answered here.
    this.child = undefined;
  }

  private spawn(): UberChild {
    const child = this.deps.spawn();
    void child.ended.then((how) => {
      this.deps.processEnded();
      if (this.child !== child) return;
      this.child = undefined;
      this.childEnded(how);
    });
    return child;
  }

  /** An end in good order while a task runs means that the task has failed and said why: nothing is to be added. */
  private childEnded(how: string | undefined): void {
    const { dispatcher, log } = this.deps;
    if (!this.current) return;
    const { attemptId } = this.current;
    this.current = undefined;
    if (this.stopping) return;
    this.count('NUM_FAILED_UBERTASKS');
    if (how !== undefined) {
      const diagnostics = `The task's process, in the container of the ApplicationMaster, ${how}`;
      log.warn(`${attemptId}: ${diagnostics}`);
      dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics });
    }
    dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_CONTAINER_COMPLETED', attemptId });
  }

  private cleaned(attemptId: TaskAttemptId): void {
    this.deps.dispatcher.dispatch({ domain: 'taskattempt', type: 'TA_CONTAINER_CLEANED', attemptId });
  }

  private count(...names: readonly string[]): void {
    const updates = names.map((name) => ({ name, delta: 1 }));
    this.deps.dispatcher.dispatch({ domain: 'job', type: 'JOB_COUNTER_UPDATE', updates });
  }
}
