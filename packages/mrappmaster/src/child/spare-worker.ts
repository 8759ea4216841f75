/**
 * SpareWorker: the thread of the next attempt, started while the current one runs, so that a short task does not wait for a thread to
 * start. It has loaded our bundle and nothing of the user's: the next attempt begins in it as in a new one. Hadoop has no
 * peer: its JVM runs the next task in the classes that the last one left.
 */
import { Worker } from 'node:worker_threads';
import type { Clock, TaskType, Timer } from '@bobbin/common';
import type { MemoryPlan } from './memory-plan.js';

/** A spare that is not wanted for so long is ended: it holds memory that the running task may need. */
const KEEP_MS = 5000;

interface Spare {
  readonly worker: Worker;
  readonly memory: MemoryPlan;
  readonly timer: Timer;
}

export class SpareWorker {
  private spare: Spare | undefined;

  /** `ourFile`: the bundle that is worker and main thread alike. */
  constructor(
    private readonly ourFile: string,
    private readonly clock: Clock,
  ) {}

  /** Starts a spare for a task of this kind with this memory, unless there is one. */
  prepare(type: TaskType, memory: MemoryPlan): void {
    if (this.spare && samePlan(this.spare.memory, memory)) return;
    this.discard();
    const worker = this.start(type, memory);
    const spare = { worker, memory, timer: this.clock.after(KEEP_MS, () => this.discard()) };
    this.spare = spare;
    // One that breaks before it has anything to do is not missed.
    const drop = (): void => {
      if (this.spare !== spare) return;
      spare.timer.cancel();
      this.spare = undefined;
    };
    worker.on('error', drop).on('exit', drop);
  }

  /** A worker with this memory that waits for its `WorkerStart`: the spare, for whatever kind it was started, or a new one. */
  take(type: TaskType, memory: MemoryPlan): Worker {
    const { spare } = this;
    if (!spare || !samePlan(spare.memory, memory)) return this.start(type, memory);
    spare.timer.cancel();
    this.spare = undefined;
    return spare.worker;
  }

  /** Ends the spare, if there is one. Safe to call twice. */
  discard(): void {
    const { spare } = this;
    this.spare = undefined;
    spare?.timer.cancel();
    void spare?.worker.terminate();
  }

  private start(type: TaskType, { maxOldGenerationSizeMb, maxYoungGenerationSizeMb }: MemoryPlan): Worker {
    return new Worker(this.ourFile, {
      resourceLimits: { maxOldGenerationSizeMb, maxYoungGenerationSizeMb },
      // Which code of earlier threads it begins with (code-cache/run-bundle).
      workerData: { purpose: type.toLowerCase() },
    });
  }
}

function samePlan(one: MemoryPlan, other: MemoryPlan): boolean {
  return (
    one.maxOldGenerationSizeMb === other.maxOldGenerationSizeMb &&
    one.maxYoungGenerationSizeMb === other.maxYoungGenerationSizeMb
  );
}
