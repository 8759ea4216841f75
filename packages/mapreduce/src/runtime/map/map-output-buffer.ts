/**
 * MapOutputBuffer: encoded records behind one another in a slab until it is full, then sorted by partition and key and spilled.
 * Hadoop: MapTask.MapOutputBuffer. A record is: partition (0, 1, 2 or 4 bytes), vint key length, key, vint value length, value;
 * no index is kept while collecting, the slab is walked when it is sorted. Sort entries and their scratch come from the same
 * slab, 32 bytes a record held back for them, so that the budget covers everything.
 * Hadoop's background spill and `spill.percent` have no part here: there is no second thread, the whole buffer is used.
 */
import type { Codec } from '../../job/codec.js';
import { SLOT } from '../counters.js';
import type { ThreadSlab } from '../slab.js';
import { EncodeBuffer } from '../spill/encode-buffer.js';
import { ENTRY_BYTES, ENTRY_WORDS, KEY_LENGTH, KEY_START, RecordSorter } from '../spill/record-sorter.js';
import type { SegmentWriter } from '../spill/segment-writer.js';
import { SortedEntries } from '../spill/sorted-entries.js';
import { readVint, vintSize, vintSizeFrom, writeVint } from '../spill/vint.js';
import type { MapOutputCollector } from './map-output-collector.js';
import { hashBytes, partitionOf } from './partitioner.js';
import { SpillFiles, type MapOutput, type SpillSettings } from './spill-files.js';
import type { BytesPartitioner } from './total-order.js';

export interface CollectorSettings extends SpillSettings {
  readonly key: Codec<unknown>;
  readonly value: Codec<unknown>;
  /** The user's, checked: gives a whole number from 0 below the number of partitions, or throws. */
  readonly partitioner?: (key: unknown) => number;
  /** One of ours, by the key as it is encoded. Without either: the hash. */
  readonly bytesPartitioner?: BytesPartitioner;
  /** Where the buffer comes from, and its size. */
  readonly slab: ThreadSlab;
  readonly bufferBytes: number;
}

/** Sort entry and scratch. */
const RESERVED_BYTES = 2 * ENTRY_BYTES;

export class MapOutputBuffer implements MapOutputCollector {
  private readonly slab: Buffer;
  private readonly words: Int32Array;
  private readonly files: SpillFiles;
  private readonly sorter: RecordSorter;
  private readonly partitionBytes: number;
  private position = 0;
  /** Records must end here: what is reserved for entries comes off with each of them. */
  private limit: number;
  private buffered = 0;
  private records = 0;
  private bytes = 0;

  constructor(private readonly settings: CollectorSettings) {
    this.slab = settings.slab.take(settings.bufferBytes & ~15);
    this.words = new Int32Array(this.slab.buffer, this.slab.byteOffset, this.slab.length >>> 2);
    this.files = new SpillFiles(settings, this.slab);
    this.sorter = new RecordSorter(this.slab);
    const { partitions } = settings;
    this.partitionBytes = partitions === 1 ? 0 : partitions <= 0x100 ? 1 : partitions <= 0x10000 ? 2 : 4;
    this.limit = this.files.slabLimit - ENTRY_BYTES;
  }

  collect(key: unknown, value: unknown): void {
    if (this.tryCollect(key, value)) return;
    if (this.buffered > 0) {
      this.sortAndSpill();
      if (this.tryCollect(key, value)) return;
    }
    this.spillAlone(key, value);
  }

  publish(): void {
    const { counters } = this.settings;
    counters[SLOT.mapOutputRecords] = this.records;
    counters[SLOT.mapOutputBytes] = this.bytes;
  }

  finish(): MapOutput {
    if (this.buffered > 0) this.sortAndSpill();
    this.publish();
    return this.files.finish();
  }

  private tryCollect(key: unknown, value: unknown): boolean {
    const { slab, settings, partitionBytes } = this;
    const limit = this.limit - RESERVED_BYTES;
    const start = this.position;
    // Lengths mostly take one byte: encode behind room for one, move when that was wrong.
    let keyStart = start + partitionBytes + 1;
    let keyEnd = settings.key.encode(key, slab, keyStart, limit);
    if (keyEnd < 0) return false;
    const keyLength = keyEnd - keyStart;
    if (keyLength >= 0x80) {
      const more = vintSize(keyLength) - 1;
      if (keyEnd + more > limit) return false;
      slab.copyWithin(keyStart + more, keyStart, keyEnd);
      keyStart += more;
      keyEnd += more;
      writeVint(slab, start + partitionBytes, keyLength);
    } else {
      slab[start + partitionBytes] = keyLength;
    }
    let valueStart = keyEnd + 1;
    let valueEnd = settings.value.encode(value, slab, valueStart, limit);
    if (valueEnd < 0) return false;
    const valueLength = valueEnd - valueStart;
    if (valueLength >= 0x80) {
      const more = vintSize(valueLength) - 1;
      if (valueEnd + more > limit) return false;
      slab.copyWithin(valueStart + more, valueStart, valueEnd);
      valueStart += more;
      valueEnd += more;
      writeVint(slab, keyEnd, valueLength);
    } else {
      if (valueEnd > limit) return false;
      slab[keyEnd] = valueLength;
    }
    if (partitionBytes > 0) this.writePartition(start, this.partitionFor(key, slab, keyStart, keyEnd));
    this.position = valueEnd;
    this.limit -= RESERVED_BYTES;
    this.buffered++;
    this.records++;
    this.bytes += keyLength + valueLength;
    return true;
  }

  private partitionFor(key: unknown, buffer: Buffer, keyStart: number, keyEnd: number): number {
    const { partitioner, bytesPartitioner, partitions } = this.settings;
    if (partitioner !== undefined) return partitioner(key);
    if (bytesPartitioner !== undefined) return bytesPartitioner(buffer, keyStart, keyEnd);
    return partitionOf(hashBytes(buffer, keyStart, keyEnd), partitions);
  }

  private writePartition(at: number, partition: number): void {
    const { slab, partitionBytes } = this;
    if (partitionBytes === 1) slab[at] = partition;
    else if (partitionBytes === 2) slab.writeUInt16BE(partition, at);
    else slab.writeUInt32BE(partition, at);
  }

  private readPartition(at: number): number {
    const { slab, partitionBytes } = this;
    if (partitionBytes === 0) return 0;
    if (partitionBytes === 1) return slab[at] ?? 0;
    return partitionBytes === 2 ? slab.readUInt16BE(at) : slab.readUInt32BE(at);
  }

  private sortAndSpill(): void {
    const { buffered, settings, sorter, words, slab } = this;
    const entries = ((this.position + ENTRY_BYTES) & ~15) >>> 2;
    const scratch = entries + buffered * ENTRY_WORDS;
    const starts = this.placeEntries(entries);
    this.files.spill((writer, partition) => {
      const from = starts[partition] ?? 0;
      const count = ((starts[partition + 1] ?? 0) - from) / ENTRY_WORDS;
      const sorted = sorter.sort(from, count, scratch + (from - entries));
      const end = sorted + count * ENTRY_WORDS;
      if (settings.combiner !== undefined) {
        settings.combiner.combine(new SortedEntries(slab, words, sorted, end), writer);
      } else {
        this.writeEntries(writer, sorted, end);
      }
    });
    this.position = 0;
    this.limit = this.files.slabLimit - ENTRY_BYTES;
    this.buffered = 0;
  }

  /** Entries of all records, partition by partition, from word `at` on; the first word of each partition, and the end. */
  private placeEntries(at: number): Int32Array {
    const { partitionBytes, sorter, slab } = this;
    const { partitions } = this.settings;
    const starts = new Int32Array(partitions + 1);
    if (partitions === 1) starts[1] = this.buffered;
    else this.walk((partition) => (starts[partition + 1] = (starts[partition + 1] ?? 0) + 1));
    starts[0] = at;
    for (let p = 1; p <= partitions; p++) starts[p] = (starts[p - 1] ?? 0) + (starts[p] ?? 0) * ENTRY_WORDS;
    const next = starts.slice(0, partitions);
    this.walk((partition, start) => {
      const entry = next[partition] ?? 0;
      next[partition] = entry + ENTRY_WORDS;
      const header = start + partitionBytes;
      sorter.putEntry(entry, header + vintSizeFrom(slab[header] ?? 0), readVint(slab, header));
    });
    return starts;
  }

  private walk(visit: (partition: number, start: number) => void): void {
    const { slab, partitionBytes, position } = this;
    for (let at = 0; at < position;) {
      visit(this.readPartition(at), at);
      const header = at + partitionBytes;
      const value = header + vintSizeFrom(slab[header] ?? 0) + readVint(slab, header);
      at = value + vintSizeFrom(slab[value] ?? 0) + readVint(slab, value);
    }
  }

  private writeEntries(writer: SegmentWriter, from: number, to: number): void {
    const { words, slab } = this;
    for (let entry = from; entry < to; entry += ENTRY_WORDS) {
      const keyStart = words[entry + KEY_START] ?? 0;
      const keyLength = words[entry + KEY_LENGTH] ?? 0;
      const at = keyStart + keyLength;
      const valueLength = readVint(slab, at);
      const valueStart = at + vintSizeFrom(slab[at] ?? 0);
      writer.append(slab, keyStart, keyLength, slab, valueStart, valueLength);
    }
  }

  /** A record larger than the whole buffer is a spill of its own. */
  private spillAlone(key: unknown, value: unknown): void {
    const keys = new EncodeBuffer();
    const values = new EncodeBuffer();
    const keyLength = keys.put(this.settings.key, key);
    const valueLength = values.put(this.settings.value, value);
    const { partitions } = this.settings;
    const target = partitions === 1 ? 0 : this.partitionFor(key, keys.buffer, 0, keyLength);
    this.files.spill((writer, partition) => {
      if (partition === target) writer.append(keys.buffer, 0, keyLength, values.buffer, 0, valueLength);
    });
    this.records++;
    this.bytes += keyLength + valueLength;
  }
}
