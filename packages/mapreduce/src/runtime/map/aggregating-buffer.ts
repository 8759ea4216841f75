/**
 * AggregatingBuffer: for jobs whose combiner folds numbers (`sum`, `min`, `max`): one running value beside each distinct key instead of
 * a record for each emit. An open-addressing table of (hash, entry) points into a slab of entries: float64 value, int32 key
 * length, key bytes padded with zeros to 8, so that keys are hashed and compared four bytes at a time. Records wait in a stage of some
 * hundreds, for which the table is read in three passes: the cache misses of one pass overlap, which those of a record
 * cannot. Full, it is sorted by partition and key and spilled, as MapOutputBuffer does, and begins anew. No Hadoop peer: it
 * combines at spills only.
 */
import { UserCodeError } from '../../errors.js';
import type { Aggregate } from '../../job/aggregates.js';
import { SLOT } from '../counters.js';
import { EncodeBuffer } from '../spill/encode-buffer.js';
import { ENTRY_BYTES, ENTRY_WORDS, KEY_LENGTH, KEY_START, RecordSorter } from '../spill/record-sorter.js';
import type { SegmentWriter } from '../spill/segment-writer.js';
import { show } from '../../job/codec.js';
import type { MapOutputCollector } from './map-output-collector.js';
import type { CollectorSettings } from './map-output-buffer.js';
import { hashBytes, mix, partitionOf } from './partitioner.js';
import { SpillFiles, type MapOutput } from './spill-files.js';

const KEY_AT = 12;
/** Sort entry and scratch. */
const RESERVED_BYTES = 2 * ENTRY_BYTES;
const FIRST_SLOTS = 1 << 12;
/** Bytes of table for each slot: hash, entry. */
const SLOT_BYTES = 8;
const HASH_FACTOR = 0x9e3779b1 | 0;
/** Records of the stage, and bytes of their keys to begin with. */
const STAGED = 256;
const FIRST_STAGE_BYTES = 8 * 1024;

export interface AggregatingSettings extends CollectorSettings {
  readonly aggregate: Aggregate<unknown>;
}

export class AggregatingBuffer implements MapOutputCollector {
  private readonly slab: Buffer;
  private readonly words: Int32Array;
  private readonly values: Float64Array;
  private readonly files: SpillFiles;
  private readonly sorter: RecordSorter;
  private readonly encoded = new EncodeBuffer();
  /** Keys behind one another, each from a multiple of 4 on; what is known of them beside. */
  private stage = Buffer.allocUnsafeSlow(FIRST_STAGE_BYTES);
  private stageWords = wordsOf(this.stage);
  private stageEnd = 0;
  private staged = 0;
  private readonly stagedStarts = new Int32Array(STAGED);
  private readonly stagedLengths = new Int32Array(STAGED);
  private readonly stagedHashes = new Int32Array(STAGED);
  private readonly stagedValues = new Float64Array(STAGED);
  /** What the first two passes read, kept so that they are not left out. */
  private readonly found = new Int32Array(STAGED);
  private table = new Int32Array(2 * FIRST_SLOTS);
  private mask = FIRST_SLOTS - 1;
  private distinct = 0;
  private position = 0;
  private limit: number;
  private records = 0;
  private bytes = 0;
  private combined = 0;
  /** The value checked last and the bytes it takes: most jobs emit the same one again and again. */
  private checked: unknown = undefined;
  private checkedBytes = 0;

  constructor(private readonly settings: AggregatingSettings) {
    this.slab = settings.slab.take(settings.bufferBytes & ~15);
    this.words = wordsOf(this.slab);
    this.values = new Float64Array(this.slab.buffer, this.slab.byteOffset, this.slab.length >>> 3);
    this.files = new SpillFiles(settings, this.slab);
    this.sorter = new RecordSorter(this.slab);
    this.limit = this.freshLimit();
  }

  collect(key: unknown, value: unknown): void {
    if (value !== this.checked) this.check(value);
    const start = this.stageEnd;
    const end = this.settings.key.encode(key, this.stage, start, this.stage.length);
    if (end < 0) {
      this.makeRoom();
      this.collect(key, value);
      return;
    }
    const index = this.staged;
    this.stagedStarts[index] = start;
    this.stagedLengths[index] = end - start;
    this.stagedValues[index] = value as number;
    this.stagedHashes[index] = this.hashStaged(start, end);
    this.stageEnd = (end + 3) & ~3;
    this.bytes += end - start + this.checkedBytes;
    this.records++;
    this.staged = index + 1;
    if (index + 1 === STAGED) this.flush();
  }

  publish(): void {
    const { counters } = this.settings;
    counters[SLOT.mapOutputRecords] = this.records;
    counters[SLOT.mapOutputBytes] = this.bytes;
    counters[SLOT.combineInputRecords] = this.records;
    counters[SLOT.combineOutputRecords] = this.combined;
  }

  finish(): MapOutput {
    this.flush();
    if (this.distinct > 0) this.sortAndSpill();
    this.publish();
    return this.files.finish();
  }

  /** Throws what the codec throws at a value it cannot hold. */
  private check(value: unknown): void {
    this.checkedBytes = this.encoded.put(this.settings.value, value);
    this.checked = value;
  }

  /** A key that finds no room in the stage gets it to itself, and a larger one where that is too small. */
  private makeRoom(): void {
    if (this.staged > 0) {
      this.flush();
      return;
    }
    this.stage = Buffer.allocUnsafeSlow(2 * this.stage.length);
    this.stageWords = wordsOf(this.stage);
  }

  private hashStaged(start: number, end: number): number {
    const { stage, stageWords } = this;
    const padded = (end + 3) & ~3;
    for (let i = end; i < padded; i++) stage[i] = 0;
    let hash = end - start;
    for (let i = start >>> 2; i < padded >>> 2; i++) {
      hash = Math.imul(hash ^ (stageWords[i] ?? 0), HASH_FACTOR);
      hash ^= hash >>> 15;
    }
    return mix(hash);
  }

  /** Brings what is staged to the table. */
  private flush(): void {
    const { staged, stagedHashes, stagedValues, found, words } = this;
    this.staged = 0;
    this.stageEnd = 0;
    const { table, mask } = this;
    for (let i = 0; i < staged; i++) found[i] = table[2 * ((stagedHashes[i] ?? 0) & mask) + 1] ?? 0;
    for (let i = 0; i < staged; i++) {
      const entry = found[i] ?? 0;
      if (entry > 0) found[i] = words[2 * entry] ?? 0;
    }
    for (let i = 0; i < staged; i++) {
      const entry = this.find(i);
      if (entry >= 0) this.fold(entry, stagedValues[i] ?? 0);
      else this.add(i);
    }
  }

  /** The entry of staged record `index`, in units of 8 bytes; -1 where there is none. */
  private find(index: number): number {
    const { table, mask } = this;
    const hash = this.stagedHashes[index] ?? 0;
    let slot = hash & mask;
    for (;;) {
      const entry = (table[2 * slot + 1] ?? 0) - 1;
      if (entry < 0 || (table[2 * slot] === hash && this.isKeyOf(entry, index))) return entry;
      slot = (slot + 1) & mask;
    }
  }

  private isKeyOf(entry: number, index: number): boolean {
    const { words, stageWords } = this;
    const length = this.stagedLengths[index] ?? 0;
    if (words[2 * entry + 2] !== length) return false;
    const from = (this.stagedStarts[index] ?? 0) >>> 2;
    const to = from + ((length + 3) >>> 2);
    for (let a = 2 * entry + 3, b = from; b < to; a++, b++) if (words[a] !== stageWords[b]) return false;
    return true;
  }

  /** A key that is not in the table yet; what was there before may be spilled first. */
  private add(index: number): void {
    const length = this.stagedLengths[index] ?? 0;
    if (this.position + KEY_AT + length > this.limit - RESERVED_BYTES) {
      if (this.distinct > 0) this.sortAndSpill();
      if (KEY_AT + length > this.limit - RESERVED_BYTES) {
        this.spillAlone(index);
        return;
      }
    }
    const { words, stageWords, table, mask } = this;
    const entry = this.position;
    const to = (entry + KEY_AT) >>> 2;
    const from = (this.stagedStarts[index] ?? 0) >>> 2;
    const count = (length + 3) >>> 2;
    words[to - 1] = length;
    for (let i = 0; i < count; i++) words[to + i] = stageWords[from + i] ?? 0;
    this.values[entry >>> 3] = this.stagedValues[index] ?? 0;
    const hash = this.stagedHashes[index] ?? 0;
    let slot = hash & mask;
    while (table[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    table[2 * slot] = hash;
    table[2 * slot + 1] = (entry >>> 3) + 1;
    this.position = (entry + KEY_AT + length + 7) & ~7;
    this.limit -= RESERVED_BYTES;
    this.distinct++;
    if (this.distinct * 2 > mask) this.growTable();
  }

  private fold(entry: number, value: number): void {
    const { values } = this;
    const before = values[entry] ?? 0;
    const { op } = this.settings.aggregate;
    if (op === 'sum') values[entry] = before + value;
    else if (op === 'min') values[entry] = Math.min(before, value);
    else values[entry] = Math.max(before, value);
  }

  /** Doubles the table, unless the budget has no room for it: then the next record spills. */
  private growTable(): void {
    const { table: old } = this;
    const slots = (this.mask + 1) * 2;
    const limit = this.limit - slots * SLOT_BYTES;
    if (limit - RESERVED_BYTES < this.position) {
      this.limit = this.position;
      return;
    }
    // The old table is garbage soon, but there until then: its size stays reserved.
    this.limit = limit;
    const grown = new Int32Array(2 * slots);
    const mask = slots - 1;
    for (let from = 0; from < old.length; from += 2) {
      const entry = old[from + 1] ?? 0;
      if (entry === 0) continue;
      const hash = old[from] ?? 0;
      let slot = hash & mask;
      while (grown[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      grown[2 * slot] = hash;
      grown[2 * slot + 1] = entry;
    }
    this.table = grown;
    this.mask = mask;
  }

  private freshLimit(): number {
    return this.files.slabLimit - ENTRY_BYTES - this.table.length * 4;
  }

  private sortAndSpill(): void {
    const { sorter } = this;
    const entries = ((this.position + ENTRY_BYTES) & ~15) >>> 2;
    const scratch = entries + this.distinct * ENTRY_WORDS;
    const starts = this.placeEntries(entries);
    this.files.spill((writer, partition) => {
      const from = starts[partition] ?? 0;
      const count = ((starts[partition + 1] ?? 0) - from) / ENTRY_WORDS;
      const sorted = sorter.sort(from, count, scratch + (from - entries));
      this.writeEntries(writer, sorted, sorted + count * ENTRY_WORDS);
    });
    this.combined += this.distinct;
    this.table.fill(0);
    this.distinct = 0;
    this.position = 0;
    this.limit = this.freshLimit();
  }

  private placeEntries(at: number): Int32Array {
    const { slab, words, position, sorter, settings } = this;
    const { partitions } = settings;
    const starts = new Int32Array(partitions + 1);
    const visit = (place: (partition: number, keyStart: number, keyLength: number) => void): void => {
      for (let entry = 0; entry < position;) {
        const keyLength = words[(entry + KEY_AT - 4) >>> 2] ?? 0;
        const keyStart = entry + KEY_AT;
        const partition = partitions === 1 ? 0 : this.partitionAt(slab, keyStart, keyStart + keyLength);
        place(partition, keyStart, keyLength);
        entry = (keyStart + keyLength + 7) & ~7;
      }
    };
    if (partitions === 1) starts[1] = this.distinct;
    else visit((partition) => (starts[partition + 1] = (starts[partition + 1] ?? 0) + 1));
    starts[0] = at;
    for (let p = 1; p <= partitions; p++) starts[p] = (starts[p - 1] ?? 0) + (starts[p] ?? 0) * ENTRY_WORDS;
    const next = starts.slice(0, partitions);
    visit((partition, keyStart, keyLength) => {
      const entry = next[partition] ?? 0;
      next[partition] = entry + ENTRY_WORDS;
      sorter.putEntry(entry, keyStart, keyLength);
    });
    return starts;
  }

  /** A partitioner of the user's sees the key again, decoded: once for each distinct key and spill. */
  private partitionAt(buffer: Buffer, keyStart: number, keyEnd: number): number {
    const { partitioner, bytesPartitioner, partitions, key } = this.settings;
    if (partitioner !== undefined) return partitioner(key.decode(buffer, keyStart, keyEnd));
    if (bytesPartitioner !== undefined) return bytesPartitioner(buffer, keyStart, keyEnd);
    return partitionOf(hashBytes(buffer, keyStart, keyEnd), partitions);
  }

  private writeEntries(writer: SegmentWriter, from: number, to: number): void {
    const { words, values, slab, encoded } = this;
    for (let entry = from; entry < to; entry += ENTRY_WORDS) {
      const keyStart = words[entry + KEY_START] ?? 0;
      const keyLength = words[entry + KEY_LENGTH] ?? 0;
      const value = values[(keyStart - KEY_AT) >>> 3] ?? 0;
      writer.append(slab, keyStart, keyLength, encoded.buffer, 0, this.encodeResult(value, keyStart, keyLength));
    }
  }

  /** A sum may have left what the codec can hold. */
  private encodeResult(value: number, keyStart: number, keyLength: number): number {
    const { key, aggregate } = this.settings;
    try {
      return this.encoded.put(this.settings.value, value);
    } catch (error) {
      const place = `key ${show(key.decode(this.slab, keyStart, keyStart + keyLength))}`;
      throw new UserCodeError(`combiner ${aggregate.op}`, place, error);
    }
  }

  /** A key larger than the whole buffer is a spill of its own. */
  private spillAlone(index: number): void {
    const start = this.stagedStarts[index] ?? 0;
    const length = this.stagedLengths[index] ?? 0;
    const { partitions } = this.settings;
    const target = partitions === 1 ? 0 : this.partitionAt(this.stage, start, start + length);
    const valueLength = this.encoded.put(this.settings.value, this.stagedValues[index] ?? 0);
    this.files.spill((writer, partition) => {
      if (partition === target) writer.append(this.stage, start, length, this.encoded.buffer, 0, valueLength);
    });
    this.combined++;
  }
}

function wordsOf({ buffer, byteOffset, length }: Buffer): Int32Array {
  return new Int32Array(buffer, byteOffset, length >>> 2);
}
