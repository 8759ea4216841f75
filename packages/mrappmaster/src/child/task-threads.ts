/**
 * TaskThreads: the threads of a task's process. One that an attempt has left as it was takes the next, with the code that V8 has made by
 * then; for others one is started while an attempt runs, so that a short task does not wait for a thread to start. It has loaded our
 * bundle and nothing of the user's: an attempt begins in it as in a new process. Hadoop has no peer: its JVM runs the next task in the
 * classes that the last one left.
 */
import { Worker } from 'node:worker_threads';
import type { Clock, TaskType, Timer } from '@bobbin/common';
import type { MemoryPlan } from './memory-plan.js';

/** A thread that is not wanted for so long is ended: it holds memory that the running task may need. */
const KEEP_MS = 5000;

interface IdleThread {
  readonly worker: Worker;
  readonly memory: MemoryPlan;
  /** Holds what its last attempt left to the garbage collector. */
  readonly isUsed: boolean;
  /** Takes it out of the pool. */
  readonly drop: () => void;
  readonly timer: Timer;
}

export class TaskThreads {
  private idle: readonly IdleThread[] = [];
  private runningMemory: MemoryPlan | undefined;
  private comesBack = true;

  /** `ourFile`: the bundle that is worker and main thread alike. */
  constructor(
    private readonly ourFile: string,
    private readonly clock: Clock,
  ) {}

  /** Starts a spare for a task of this kind with this memory, unless there is one or the thread that runs will serve. */
  prepare(type: TaskType, memory: MemoryPlan): void {
    const willServe = this.comesBack && this.runningMemory !== undefined && samePlan(this.runningMemory, memory);
    if (willServe || this.idle.some((thread) => samePlan(thread.memory, memory))) return;
    this.keep(this.start(type, memory), memory, false);
  }

  /** A thread with this memory that waits for its `WorkerStart`, for whatever kind it was started, or a new one. */
  take(type: TaskType, memory: MemoryPlan): Worker {
    this.runningMemory = memory;
    const found = this.idle.find((thread) => samePlan(thread.memory, memory));
    found?.drop();
    for (const { isUsed, drop, worker } of this.idle) {
      if (!isUsed) continue;
      drop();
      void worker.terminate();
    }
    return found?.worker ?? this.start(type, memory);
  }

  /** A thread whose attempt has ended well and left nothing behind. */
  giveBack(worker: Worker, memory: MemoryPlan): void {
    this.runningMemory = undefined;
    this.keep(worker, memory, true);
  }

  /** A thread that was taken comes back no more: nor will, where its attempt left something behind, those after it. */
  lost(leavesTraces: boolean): void {
    this.runningMemory = undefined;
    if (leavesTraces) this.comesBack = false;
  }

  private keep(worker: Worker, memory: MemoryPlan, isUsed: boolean): void {
    // One that breaks, or says something, before it has anything to do is not missed.
    const end = (): void => {
      drop();
      void worker.terminate();
    };
    const drop = (): void => {
      this.idle = this.idle.filter((thread) => thread.worker !== worker);
      timer.cancel();
      worker.off('error', end).off('exit', end).off('message', end);
    };
    const timer = this.clock.after(KEEP_MS, end);
    worker.on('error', end).on('exit', end).on('message', end);
    this.idle = [...this.idle, { worker, memory, isUsed, drop, timer }];
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
    one.maxYoungGenerationSizeMb === other.maxYoungGenerationSizeMb &&
    one.slabMb === other.slabMb
  );
}
