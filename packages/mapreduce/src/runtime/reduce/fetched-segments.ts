/**
 * FetchedSegments: where map outputs go as they arrive. Hadoop: MergeManagerImpl. Small ones stay in memory until enough have come or
 * there is no room, then all are merged to one file, combined on the way; large ones go to disk at once; many files are merged
 * to fewer. Merges are synchronous steps: this thread has nothing else to do, and whoever fetches waits for room by a promise.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SLOT } from '../counters.js';
import { LocalFile } from '../local-file.js';
import { copyRecords } from '../map/spill-files.js';
import { mergeDownTo } from '../merge/merge-passes.js';
import { Merger } from '../merge/merger.js';
import { END_MARK_BYTES, type FileSegment, type MemorySegment, type Segment } from '../merge/segment.js';
import type { Combiner } from '../spill/combiner.js';
import { SegmentWriter } from '../spill/segment-writer.js';
import type { ReduceSlab } from './reduce-slab.js';

export interface FetchedSegmentsSettings {
  readonly slab: ReduceSlab;
  /** The attempt's own folder; exists. */
  readonly dir: string;
  readonly sortFactor: number;
  readonly maxSingleBytes: number;
  readonly mergeBytes: number;
  readonly combiner?: Combiner;
  readonly counters: Float64Array;
  readonly touch: () => void;
}

/** A place for one map output; exactly one of `commit` and `abandon` follows. */
export type Reservation =
  | { readonly kind: 'memory'; readonly at: number; readonly rawLength: number }
  | { readonly kind: 'disk'; readonly path: string; readonly rawLength: number };

export class FetchedSegments {
  private memory: MemorySegment[] = [];
  private memoryBytes = 0;
  private files: FileSegment[] = [];
  /** Reservations being filled: the arena cannot be emptied meanwhile. */
  private filling = 0;
  private waiting: (() => void)[] = [];
  private nextFile = 0;

  constructor(private readonly settings: FetchedSegmentsSettings) {}

  /** A place for `rawLength` bytes; waits while memory is full. Rejects with LocalDiskError when a merge to disk fails. */
  async reserve(rawLength: number): Promise<Reservation> {
    for (;;) {
      const place = this.tryReserve(rawLength);
      if (place !== undefined) return place;
      if (this.filling === 0) this.mergeMemory();
      else await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** The same without waiting: undefined when memory is full. */
  tryReserve(rawLength: number): Reservation | undefined {
    if (rawLength > this.settings.maxSingleBytes) {
      return { kind: 'disk', path: this.newPath(), rawLength };
    }
    const at = this.memoryBytes >= this.settings.mergeBytes ? undefined : this.settings.slab.place(rawLength);
    if (at === undefined) return undefined;
    this.filling++;
    return { kind: 'memory', at, rawLength };
  }

  /** The reservation has been filled and its checksum was right. */
  commit(place: Reservation): void {
    if (place.kind === 'disk') {
      this.addFile({ kind: 'file', path: place.path, start: 0, rawLength: place.rawLength });
      return;
    }
    this.filling--;
    this.memory.push({ kind: 'memory', start: place.at, rawLength: place.rawLength });
    this.memoryBytes += place.rawLength;
    this.afterFill();
  }

  /** The reservation will not be filled. Its memory is regained with the next merge. */
  abandon(place: Reservation): void {
    if (place.kind === 'disk') {
      rmSync(place.path, { force: true });
      return;
    }
    this.filling--;
    this.afterFill();
  }

  /** A segment that lies in a finished map output of this node: read where it is, never removed. */
  addFile(segment: FileSegment): void {
    this.files.push(segment);
    const { sortFactor } = this.settings;
    if (this.files.length < 2 * sortFactor - 1) return;
    this.files.sort((a, b) => a.rawLength - b.rawLength);
    this.files.push(this.mergeToFile(this.files.splice(0, sortFactor)));
  }

  /** What the last merge reads: memory, and at most `io.sort.factor` files. Nothing may be added afterwards. */
  finish(): readonly Segment[] {
    const files = mergeDownTo(this.settings.sortFactor, this.files, (batch) => this.mergeToFile(batch));
    return [...files, ...this.memory];
  }

  private afterFill(): void {
    if (this.filling > 0) return;
    if (this.memoryBytes >= this.settings.mergeBytes) this.mergeMemory();
    for (const wake of this.waiting.splice(0)) wake();
  }

  private mergeMemory(): void {
    const segments = this.memory;
    this.memory = [];
    this.memoryBytes = 0;
    if (segments.length > 0) this.addFile(this.mergeToFile(segments, this.settings.combiner));
    this.settings.slab.clear();
  }

  private mergeToFile(segments: readonly Segment[], combiner?: Combiner): FileSegment {
    const { slab, counters, touch } = this.settings;
    const path = this.newPath();
    const merger = new Merger(slab.buffer, slab.windowsFrom, slab.areaFrom, segments, touch);
    const file = LocalFile.create(path);
    const writer = new SegmentWriter(file, slab.buffer, slab.areaFrom, slab.areaTo);
    try {
      if (combiner !== undefined) combiner.combine(merger, writer);
      else copyRecords(merger, writer);
      writer.endSegment();
    } catch (error) {
      file.close();
      throw error;
    } finally {
      merger.close();
    }
    const [index] = writer.finish();
    counters[SLOT.spilledRecords] = (counters[SLOT.spilledRecords] ?? 0) + writer.records;
    counters[SLOT.fileBytesWritten] = (counters[SLOT.fileBytesWritten] ?? 0) + writer.fileBytes;
    counters[SLOT.fileBytesRead] = (counters[SLOT.fileBytesRead] ?? 0) + fileBytesOf(segments);
    counters[SLOT.mergedMapOutputs] = (counters[SLOT.mergedMapOutputs] ?? 0) + segments.length;
    for (const segment of segments)
      if (segment.kind === 'file' && this.isOwn(segment)) rmSync(segment.path, { force: true });
    touch();
    return { kind: 'file', path, start: 0, rawLength: index?.rawLength ?? END_MARK_BYTES };
  }

  private isOwn({ path }: FileSegment): boolean {
    return path.startsWith(join(this.settings.dir, 'fetched'));
  }

  private newPath(): string {
    return join(this.settings.dir, `fetched${this.nextFile++}.out`);
  }
}

/** Bytes of those segments that are read from files. */
export function fileBytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { kind, rawLength }) => sum + (kind === 'file' ? rawLength : 0), 0);
}
