/**
 * MapOutputCollector: where the records go that a mapper emits. Hadoop: MapTask.MapOutputCollector. Three kinds: to the sort buffer
 * (MapOutputBuffer), to the table of running values (AggregatingBuffer), straight to the output (DirectCollector).
 */
import type { MapOutput } from './spill-files.js';

export interface RecordCollector {
  /** Takes one record; both are copied before it returns. Throws TypeError when the codec refuses them. */
  collect(key: unknown, value: unknown): void;
  /** Brings the counters of the task up to date; called now and then. */
  publish(): void;
}

export interface MapOutputCollector extends RecordCollector {
  /** Sorts and writes what is left. Call once; no `collect` afterwards. */
  finish(): MapOutput;
}
