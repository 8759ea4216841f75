/**
 * LimitWatch: what an attempt may take of its container, looked at from the thread that user code cannot block. Hadoop: the
 * local-fs write limit of Task.TaskReporter. Memory is watched here too: V8's heap limit sees neither buffers nor every loop,
 * and a NodeManager that kills the container can only give numbers.
 */
import { every, type Clock, type Timer } from '@bobbin/common';
import type { TaskSnapshot } from '@bobbin/mapreduce/runtime';

const LOOK_MS = 250;
const MIB = 1 << 20;
const FILE_SYSTEM_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.FileSystemCounter';

export interface Limits {
  readonly memoryMb: number;
  readonly memoryKey: string;
  /** Bytes written to local disks; -1: no limit. */
  readonly localWriteBytes: number;
}

export interface ExceededLimit {
  readonly limit: 'MEMORY' | 'LOCAL_DISK';
  readonly text: string;
}

export interface LimitWatchDeps {
  readonly clock: Clock;
  readonly limits: Limits;
  snapshot(): TaskSnapshot;
  /** Memory of this process, bytes. */
  heldBytes(): number;
  /** Called once, with the first limit that is exceeded. */
  exceeded(limit: ExceededLimit): void;
}

export class LimitWatch {
  private readonly timer: Timer;

  constructor(private readonly deps: LimitWatchDeps) {
    this.timer = every(deps.clock, LOOK_MS, () => this.look());
  }

  /** Safe to call twice. */
  stop(): void {
    this.timer.cancel();
  }

  private look(): void {
    const exceeded = this.memory() ?? this.localDisk();
    if (!exceeded) return;
    this.stop();
    this.deps.exceeded(exceeded);
  }

  private memory(): ExceededLimit | undefined {
    const { memoryMb, memoryKey } = this.deps.limits;
    const heldMb = Math.ceil(this.deps.heldBytes() / MIB);
    if (heldMb <= memoryMb) return undefined;
    const text =
      `out of memory: the task's process holds ${heldMb} MiB, its container has ${memoryMb}; ` +
      `keep less in memory, or raise ${memoryKey} (now ${memoryMb})`;
    return { limit: 'MEMORY', text };
  }

  private localDisk(): ExceededLimit | undefined {
    const limit = this.deps.limits.localWriteBytes;
    if (limit < 0) return undefined;
    const written = this.deps.snapshot().counters[FILE_SYSTEM_COUNTER_GROUP]?.['FILE_BYTES_WRITTEN'] ?? 0;
    if (written <= limit) return undefined;
    const text = `the task wrote ${written} bytes to local disks; mapreduce.task.local-fs.write-limit.bytes allows ${limit}`;
    return { limit: 'LOCAL_DISK', text };
  }
}
