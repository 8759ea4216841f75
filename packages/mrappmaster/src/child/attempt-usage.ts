/**
 * What an attempt has used of the machine: CPU, memory, garbage collection. Hadoop: Task.updateResourceCounters and GcTimeUpdater.
 * One attempt runs at a time, so the process's figures since its start are the attempt's.
 */
import type { CounterGroups, TaskType } from '@bobbin/common';
import { virtualBytes } from './proc-self.js';

const TASK_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.TaskCounter';

export class AttemptUsage {
  private readonly cpuAtStart = process.cpuUsage();
  private maxPhysicalBytes = 0;
  private maxVirtualBytes = 0;
  private heapBytes = 0;
  private gcMs = 0;

  constructor(private readonly taskType: TaskType) {}

  /** What only the worker knows, told at its end. */
  ended(heapBytes: number, gcMs: number): void {
    this.heapBytes = heapBytes;
    this.gcMs = gcMs;
  }

  /** `counters` with the framework's own group completed by what is used now. */
  addTo(counters: CounterGroups): CounterGroups {
    const cpu = process.cpuUsage(this.cpuAtStart);
    const physical = process.memoryUsage.rss();
    const virtual = virtualBytes();
    this.maxPhysicalBytes = Math.max(this.maxPhysicalBytes, physical);
    this.maxVirtualBytes = Math.max(this.maxVirtualBytes, virtual);
    return {
      ...counters,
      [TASK_COUNTER_GROUP]: {
        ...counters[TASK_COUNTER_GROUP],
        GC_TIME_MILLIS: Math.round(this.gcMs),
        CPU_MILLISECONDS: Math.round((cpu.user + cpu.system) / 1000),
        PHYSICAL_MEMORY_BYTES: physical,
        VIRTUAL_MEMORY_BYTES: virtual,
        COMMITTED_HEAP_BYTES: this.heapBytes,
        [`${this.taskType}_PHYSICAL_MEMORY_BYTES_MAX`]: this.maxPhysicalBytes,
        [`${this.taskType}_VIRTUAL_MEMORY_BYTES_MAX`]: this.maxVirtualBytes,
      },
    };
  }
}
