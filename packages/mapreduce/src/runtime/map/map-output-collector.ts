/**
 * MapOutputCollector: where the records go that a mapper emits. Hadoop: MapTask.MapOutputCollector. Three kinds: to the sort buffer
 * (MapOutputBuffer), to the table of running values (AggregatingBuffer), straight to the output (a job without reducers).
 */
import type { MapOutput } from './spill-files.js';

export interface MapOutputCollector {
  /** Takes one record; both are copied before it returns. Throws TypeError when the codec refuses them. */
  collect(key: unknown, value: unknown): void;
  /** Brings the counters of the task up to date; called now and then. */
  publish(): void;
  /** Sorts and writes what is left. Call once; no `collect` afterwards. */
  finish(): MapOutput;
}
