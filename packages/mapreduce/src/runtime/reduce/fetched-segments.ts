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
import { fileBytesOf, fileSegment, type FileSegment, type MemorySegment, type Segment } from '../merge/segment.js';
import type { Combiner } from '../spill/combiner.js';
import type { OutputCodec } from '../spill/output-codec.js';
import type { IndexRecord } from '../spill/spill-index.js';
import { SegmentWriter } from '../spill/segment-writer.js';
import { WINDOW_BYTES, type ReduceSlab } from './reduce-slab.js';

export interface FetchedSegmentsSettings {
  readonly slab: ReduceSlab;
  /** The attempt's own folder; exists. */
  readonly dir: string;
  readonly sortFactor: number;
  readonly maxSingleBytes: number;
  readonly mergeBytes: number;
  readonly combiner?: Combiner;
  /** Segments on disk are compressed by it; those in memory never are. */
  readonly codec?: OutputCodec;
  readonly counters: Float64Array;
  readonly touch: () => void;
}

/** A place for one map output; exactly one of `commit` and `abandon` follows. */
export type Reservation =
  | { readonly kind: 'memory'; readonly at: number; readonly rawLength: number }
  | { readonly kind: 'disk'; readonly path: string };

export class FetchedSegments {
  private memory: MemorySegment[] = [];
  private memoryBytes = 0;
  private files: FileSegment[] = [];
  /** Reservations being filled: the arena cannot be emptied meanwhile. */
  private filling = 0;
  private waiting: (() => void)[] = [];
  private nextFile = 0;
  private broken = false;

  constructor(private readonly settings: FetchedSegmentsSettings) {}

  /** A merge failed: what it had taken is lost, and this reduce cannot go on. */
  get isBroken(): boolean {
    return this.broken;
  }

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
      return { kind: 'disk', path: this.newPath() };
    }
    const at = this.memoryBytes >= this.settings.mergeBytes ? undefined : this.settings.slab.place(rawLength);
    if (at === undefined) return undefined;
    this.filling++;
    return { kind: 'memory', at, rawLength };
  }

  /** The reservation has been filled with a segment of these lengths, and its checksum was right. */
  commit(place: Reservation, { rawLength, partLength }: Pick<IndexRecord, 'rawLength' | 'partLength'>): void {
    if (place.kind === 'disk') {
      this.addFile({ kind: 'file', path: place.path, start: 0, rawLength, partLength });
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

  /**
   * Whether a segment that lies on this node's disks is best read from there by the last merge: not where it is so small that memory
   * serves better, nor where there are so many that another merge would come before.
   */
  staysOnDisk(rawLength: number): boolean {
    return rawLength > WINDOW_BYTES && this.files.length < this.settings.sortFactor;
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
    const { slab, counters, touch, codec } = this.settings;
    const path = this.newPath();
    // Until the merge is done: what it reads is in no list any more.
    this.broken = true;
    const merger = new Merger(slab.buffer, slab.windowsFrom, slab.areaFrom, segments, touch, codec);
    const file = LocalFile.create(path);
    const writer = new SegmentWriter(file, slab.buffer, slab.areaFrom, slab.areaTo, codec);
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
    this.broken = false;
    counters[SLOT.spilledRecords] = (counters[SLOT.spilledRecords] ?? 0) + writer.records;
    counters[SLOT.fileBytesWritten] = (counters[SLOT.fileBytesWritten] ?? 0) + writer.fileBytes;
    counters[SLOT.fileBytesRead] = (counters[SLOT.fileBytesRead] ?? 0) + fileBytesOf(segments);
    counters[SLOT.mergedMapOutputs] = (counters[SLOT.mergedMapOutputs] ?? 0) + segments.length;
    for (const segment of segments)
      if (segment.kind === 'file' && this.isOwn(segment)) rmSync(segment.path, { force: true });
    touch();
    return fileSegment(path, index);
  }

  private isOwn({ path }: FileSegment): boolean {
    return path.startsWith(join(this.settings.dir, 'fetched'));
  }

  private newPath(): string {
    return join(this.settings.dir, `fetched${this.nextFile++}.out`);
  }
}
