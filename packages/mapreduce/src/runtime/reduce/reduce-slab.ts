/**
 * ReduceSlab: the memory of a reduce task, one buffer in three parts: an arena for fetched segments, windows for merges from disk,
 * an area for writing. Hadoop: the accounting of MergeManagerImpl. Segments are placed one behind another and all leave together,
 * when they have been merged to disk: nothing is ever freed alone.
 */
import { SLACK_BYTES } from '../merge/merger.js';
import type { ThreadSlab } from '../slab.js';

/** Of the slab, for each run of a merge that is read from disk. */
export const WINDOW_BYTES = 256 * 1024;
const AREA_BYTES = 1 << 20;

export class ReduceSlab {
  readonly buffer: Buffer;
  readonly areaFrom: number;
  readonly areaTo: number;
  private used = 0;

  /** `arenaBytes` of segments, and windows for `runs` of them on disk. Pages are the system's until they are written to. */
  constructor(
    slab: ThreadSlab,
    private readonly arenaBytes: number,
    runs: number,
  ) {
    this.areaFrom = arenaBytes + SLACK_BYTES + runs * WINDOW_BYTES;
    this.areaTo = this.areaFrom + AREA_BYTES;
    this.buffer = slab.take(this.areaTo + SLACK_BYTES);
  }

  /** Where `bytes` of a segment may be put; undefined when there is no room now. */
  place(bytes: number): number | undefined {
    if (this.used + bytes > this.arenaBytes) return undefined;
    const at = this.used;
    this.used += bytes;
    return at;
  }

  /** Merges read files through what lies from here to `areaFrom`: the windows, and what the segments leave of the arena. */
  get windowsFrom(): number {
    return this.used + SLACK_BYTES;
  }

  /** Forgets all segments. */
  clear(): void {
    this.used = 0;
  }
}
