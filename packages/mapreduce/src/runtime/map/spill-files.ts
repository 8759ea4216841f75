/**
 * SpillFiles: what a map task has written so far, and its end: one file of one segment for each partition. Hadoop:
 * MapOutputBuffer.mergeParts with MapOutputFile. One spill becomes the output by renaming; several are merged partition by partition,
 * in passes of `io.sort.factor`, smallest segments first, and combined again if there are enough of them.
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LocalDiskError } from '../../errors.js';
import { SLOT } from '../counters.js';
import { LocalFile } from '../local-file.js';
import { Merger, SLACK_BYTES } from '../merge/merger.js';
import { mergeDownTo } from '../merge/merge-passes.js';
import { fileBytesOf, fileSegment, type FileSegment, type Segment } from '../merge/segment.js';
import type { Combiner } from '../spill/combiner.js';
import type { OutputCodec } from '../spill/output-codec.js';
import { SegmentWriter } from '../spill/segment-writer.js';
import { writeIndexFile, type IndexRecord } from '../spill/spill-index.js';

export interface SpillSettings {
  /** The attempt's own folder; exists. */
  readonly dir: string;
  readonly partitions: number;
  readonly sortFactor: number;
  readonly minSpillsForCombine: number;
  readonly combiner?: Combiner;
  /** Compresses what is written, intermediate files too. */
  readonly codec?: OutputCodec;
  /** The task's table, by SLOT. */
  readonly counters: Float64Array;
  /** Called between blocks of work that may last. */
  readonly touch: () => void;
}

/** A finished map output. */
export interface MapOutput {
  readonly path: string;
  readonly index: readonly IndexRecord[];
}

interface Spill {
  readonly path: string;
  readonly index: readonly IndexRecord[];
}

const MAX_AREA_BYTES = 1 << 20;

export class SpillFiles {
  /** Collectors own the slab from 0 to here; behind it is the area writes go through. */
  readonly slabLimit: number;
  private readonly spills: Spill[] = [];
  private intermediates = 0;
  /** User code may swallow what `emit` throws; the output would then lack records. */
  private failure: unknown;

  constructor(
    private readonly settings: SpillSettings,
    private readonly slab: Buffer,
  ) {
    const area = Math.min(MAX_AREA_BYTES, slab.length >>> 3);
    this.slabLimit = (slab.length - area - SLACK_BYTES) & ~15;
  }

  get count(): number {
    return this.spills.length;
  }

  /** One spill: `writePartition` appends the partition's records in order; it is called for each, in order. */
  spill(writePartition: (writer: SegmentWriter, partition: number) => void): void {
    const path = join(this.settings.dir, `spill${this.spills.length}.out`);
    const index = this.writeFile(path, (writer) => {
      for (let partition = 0; partition < this.settings.partitions; partition++) {
        writePartition(writer, partition);
        writer.endSegment();
      }
    });
    this.spills.push({ path, index });
  }

  /** Makes `file.out` and `file.out.index`. The slab is free by now. Call once. */
  finish(): MapOutput {
    if (this.failure !== undefined) throw asError(this.failure);
    const path = join(this.settings.dir, 'file.out');
    if (this.spills.length === 0) this.spill(() => undefined);
    const [first, ...others] = this.spills;
    let index = first?.index ?? [];
    if (others.length === 0) rename(first?.path ?? '', path);
    else index = this.mergeSpills(path);
    writeIndexFile(`${path}.index`, index);
    const bytes = index.reduce((sum, { partLength }) => sum + partLength, 0);
    this.add(SLOT.mapOutputMaterializedBytes, bytes);
    const { combiner } = this.settings;
    this.add(SLOT.combineInputRecords, combiner?.counts.inputRecords ?? 0);
    this.add(SLOT.combineOutputRecords, combiner?.counts.outputRecords ?? 0);
    return { path, index };
  }

  private mergeSpills(path: string): readonly IndexRecord[] {
    const { settings, spills } = this;
    const combiner = spills.length >= settings.minSpillsForCombine ? settings.combiner : undefined;
    const index = this.writeFile(path, (writer) => {
      for (let partition = 0; partition < settings.partitions; partition++) {
        const segments = spills.map((spill) => fileSegment(spill.path, spill.index[partition]));
        const temporary: string[] = [];
        const last = mergeDownTo(settings.sortFactor, segments, (batch) => this.mergeToFile(batch, temporary));
        this.mergeInto(writer, last, combiner);
        writer.endSegment();
        for (const file of temporary) rmSync(file, { force: true });
      }
    });
    for (const spill of spills) rmSync(spill.path, { force: true });
    return index;
  }

  private mergeToFile(batch: readonly Segment[], temporary: string[]): FileSegment {
    const path = join(this.settings.dir, `intermediate${this.intermediates++}.out`);
    temporary.push(path);
    // No writer of the final file has records in the area at this time: segments end with a flush.
    const [index] = this.writeFile(path, (writer) => {
      this.mergeInto(writer, batch, undefined);
      writer.endSegment();
    });
    return fileSegment(path, index);
  }

  private mergeInto(writer: SegmentWriter, segments: readonly Segment[], combiner: Combiner | undefined): void {
    const { touch, codec } = this.settings;
    const merger = new Merger(this.slab, 0, this.slabLimit, segments, touch, codec);
    try {
      if (combiner !== undefined) combiner.combine(merger, writer);
      else copyRecords(merger, writer);
    } finally {
      merger.close();
      this.add(SLOT.fileBytesRead, fileBytesOf(segments));
    }
  }

  private writeFile(path: string, fill: (writer: SegmentWriter) => void): readonly IndexRecord[] {
    const file = LocalFile.create(path);
    const writer = new SegmentWriter(
      file,
      this.slab,
      this.slabLimit,
      this.slab.length - SLACK_BYTES,
      this.settings.codec,
    );
    try {
      fill(writer);
    } catch (error) {
      this.failure = error;
      file.close();
      throw error;
    }
    const index = writer.finish();
    this.add(SLOT.spilledRecords, writer.records);
    this.add(SLOT.fileBytesWritten, writer.fileBytes);
    this.settings.touch();
    return index;
  }

  private add(slot: number, amount: number): void {
    this.settings.counters[slot] = (this.settings.counters[slot] ?? 0) + amount;
  }
}

/** All records of a merge as they are. */
export function copyRecords(merger: Merger, writer: SegmentWriter): void {
  while (merger.next()) writer.appendEncoded(merger.buffer, merger.recordStart, merger.recordLength);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (cause) {
    throw new LocalDiskError('rename', from, cause);
  }
}
