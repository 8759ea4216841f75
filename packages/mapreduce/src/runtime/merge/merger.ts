/**
 * Merger: sorted segments as one sorted stream. Hadoop: mapred.Merger.MergeQueue.
 * A binary heap of runs ordered by the cached first eight bytes of their next key, the rest of the key, then the run's number.
 * Runs of files are read through windows of one slab, shared with whoever copies records on; a record larger than its window
 * makes the window grow (where the room given is used up, in a larger slab). Checksums are verified as windows are filled: a
 * segment that fits its window is known good before its first record is seen.
 */
import { ChecksumError } from '../../errors.js';
import type { OutputCodec } from '../spill/output-codec.js';
import { readVint, vintSizeFrom } from '../spill/vint.js';
import { compareTails } from '../spill/record-sorter.js';
import type { GroupedRecords } from './grouped-records.js';
import type { FileSegment, MemorySegment, Segment } from './segment.js';
import { SegmentReader } from './segment-reader.js';

const FLIP = 0x80000000 | 0;
const PREFIX_BYTES = 8;
/** Two lengths of at most five bytes. */
const MAX_HEADER_BYTES = 10;
const MAX_WINDOW_BYTES = 1 << 20;
/** Bytes a slab must have behind every key, for reads of whole words. */
export const SLACK_BYTES = 8;

/** What is known of a run beside the cached fields of its next record. */
interface Run {
  /** Absent for a segment in memory. */
  readonly reader: SegmentReader | undefined;
  /** Window in the slab: `from`, bytes `filled` up to, `limit`. */
  from: number;
  filled: number;
  limit: number;
  /** Next record. */
  position: number;
}

export class Merger implements GroupedRecords {
  /** The slab, or its larger successor; read again after each step. */
  buffer: Buffer;
  /** The present record, lengths included. */
  recordStart = 0;
  recordLength = 0;
  valueStart = 0;
  valueLength = 0;
  /** Key of the present group. */
  keyBuffer: Buffer;
  keyStart = 0;
  keyLength = 0;
  /** Bytes of records gone through. */
  consumedBytes = 0;
  private recordKeyStart = 0;
  private recordKeyLength = 0;

  private view: DataView;
  /** What the windows left of their stretch: room for windows that must grow. */
  private spareAt: number;
  private readonly spareTo: number;
  private readonly runs: Run[] = [];
  private readonly heap: Int32Array;
  private heapSize = 0;
  private readonly high: Int32Array;
  private readonly low: Int32Array;
  private readonly keyStarts: Int32Array;
  private readonly keyLengths: Int32Array;
  private readonly valueStarts: Int32Array;
  private readonly recordStarts: Int32Array;

  private started = false;
  private groupOpen = false;
  private firstPending = false;
  private groupRun = -1;
  private groupHigh = 0;
  private groupLow = 0;

  /**
   * Opens `segments`; those of files share bytes `windowsFrom` to `windowsTo` of the slab, which must be at least 16 bytes for
   * each. Equal keys come in the order of `segments`. `onRead` is called whenever a
   * window has been filled: a sign of life. Call `close` when done or failed.
   */
  constructor(
    slab: Buffer,
    windowsFrom: number,
    windowsTo: number,
    segments: readonly Segment[],
    private readonly onRead: () => void = () => undefined,
    codec?: OutputCodec,
  ) {
    this.buffer = slab;
    this.keyBuffer = slab;
    this.view = viewOf(slab);
    const count = segments.length;
    this.heap = new Int32Array(count);
    this.high = new Int32Array(count);
    this.low = new Int32Array(count);
    this.keyStarts = new Int32Array(count);
    this.keyLengths = new Int32Array(count);
    this.valueStarts = new Int32Array(count);
    this.recordStarts = new Int32Array(count);
    this.spareTo = windowsTo;
    const files = segments.filter((segment) => segment.kind === 'file').length;
    const window = Math.min(MAX_WINDOW_BYTES, Math.floor((windowsTo - windowsFrom) / Math.max(files, 1)));
    let at = windowsFrom;
    this.spareAt = windowsFrom + window * files;
    try {
      for (const segment of segments) {
        this.runs.push(segment.kind === 'file' ? openRun(segment, codec, at, at + window) : memoryRun(segment));
        if (segment.kind === 'file') at += window;
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Goes to the next record of all; false at the end. */
  next(): boolean {
    if (!this.started) this.start();
    else if (this.heapSize > 0) this.advanceTop();
    if (this.heapSize === 0) return false;
    const run = this.heap[0] ?? 0;
    this.recordStart = this.recordStarts[run] ?? 0;
    this.recordKeyStart = this.keyStarts[run] ?? 0;
    this.recordKeyLength = this.keyLengths[run] ?? 0;
    this.valueStart = this.valueStarts[run] ?? 0;
    this.recordLength = (this.runs[run]?.position ?? 0) - this.recordStart;
    this.valueLength = this.recordStart + this.recordLength - this.valueStart;
    this.consumedBytes += this.recordLength;
    return true;
  }

  nextGroup(): boolean {
    while (this.groupOpen) this.nextValue();
    if (!this.started) this.next();
    if (this.heapSize === 0) return false;
    const run = this.heap[0] ?? 0;
    this.keyBuffer = this.buffer;
    this.keyStart = this.recordKeyStart;
    this.keyLength = this.recordKeyLength;
    this.groupRun = run;
    this.groupHigh = this.high[run] ?? 0;
    this.groupLow = this.low[run] ?? 0;
    this.groupOpen = true;
    this.firstPending = true;
    return true;
  }

  nextValue(): boolean {
    if (this.firstPending) {
      this.firstPending = false;
      return true;
    }
    if (this.groupOpen && this.next() && this.isInGroup()) return true;
    this.groupOpen = false;
    return false;
  }

  /** Closes the files; safe to call twice. */
  close(): void {
    for (const run of this.runs.splice(0)) run.reader?.close();
    this.heapSize = 0;
    this.started = true;
  }

  private isInGroup(): boolean {
    const run = this.heap[0] ?? 0;
    if (this.high[run] !== this.groupHigh || this.low[run] !== this.groupLow) return false;
    const length = this.keyLength;
    if (this.recordKeyLength !== length) return false;
    const { keyBuffer, keyStart, buffer, recordKeyStart } = this;
    for (let i = PREFIX_BYTES; i < length; i++)
      if (keyBuffer[keyStart + i] !== buffer[recordKeyStart + i]) return false;
    return true;
  }

  private start(): void {
    this.started = true;
    for (let run = 0; run < this.runs.length; run++) if (this.advance(run)) this.heap[this.heapSize++] = run;
    for (let i = (this.heapSize >>> 1) - 1; i >= 0; i--) this.siftDown(i);
  }

  private advanceTop(): void {
    if (!this.advance(this.heap[0] ?? 0)) {
      this.heapSize--;
      this.heap[0] = this.heap[this.heapSize] ?? 0;
    }
    if (this.heapSize > 1) this.siftDown(0);
  }

  private siftDown(from: number): void {
    const { heap, heapSize } = this;
    const run = heap[from] ?? 0;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heapSize) break;
      if (child + 1 < heapSize && this.less(heap[child + 1] ?? 0, heap[child] ?? 0)) child++;
      const other = heap[child] ?? 0;
      if (this.less(run, other)) break;
      heap[at] = other;
      at = child;
    }
    heap[at] = run;
  }

  private less(a: number, b: number): boolean {
    const { high, low } = this;
    const aHigh = high[a] ?? 0;
    const bHigh = high[b] ?? 0;
    if (aHigh !== bHigh) return aHigh < bHigh;
    const aLow = low[a] ?? 0;
    const bLow = low[b] ?? 0;
    return aLow !== bLow ? aLow < bLow : this.tailLess(a, b);
  }

  private tailLess(a: number, b: number): boolean {
    const { keyStarts, keyLengths } = this;
    const order = compareTails(
      this.buffer,
      keyStarts[a] ?? 0,
      keyLengths[a] ?? 0,
      keyStarts[b] ?? 0,
      keyLengths[b] ?? 0,
      PREFIX_BYTES,
    );
    return order !== 0 ? order < 0 : a < b;
  }

  /** Reads the next record's header of a run and caches its key; false at the segment's end. */
  private advance(number: number): boolean {
    const run = this.runs[number];
    if (run === undefined) return false;
    const buffer = this.buffer;
    const at = run.position;
    const keyLength = buffer[at] ?? 0;
    const valueLength = buffer[at + 1] ?? 0;
    const end = at + 2 + keyLength + valueLength;
    if ((keyLength | valueLength) >= 0x80 || end > run.filled) return this.advanceSlow(number, run);
    this.recordStarts[number] = at;
    this.keyStarts[number] = at + 2;
    this.keyLengths[number] = keyLength;
    this.valueStarts[number] = at + 2 + keyLength;
    run.position = end;
    this.cachePrefix(number, at + 2, keyLength);
    return true;
  }

  /** Long records, window ends and the end mark. */
  private advanceSlow(number: number, run: Run): boolean {
    this.require(number, run, MAX_HEADER_BYTES);
    if (run.position + 2 > run.filled) throw corrupt(run);
    const keyLength = readVint(this.buffer, run.position);
    const keySize = vintSizeFrom(this.buffer[run.position] ?? 0);
    const valueLength = readVint(this.buffer, run.position + keySize);
    const header = keySize + vintSizeFrom(this.buffer[run.position + keySize] ?? 0);
    if (keyLength === -1 && valueLength === -1) {
      if (leftOf(run) > 0 || run.position + 2 !== run.filled) throw corrupt(run);
      return false;
    }
    const length = header + keyLength + valueLength;
    if (keyLength < 0 || valueLength < 0 || length > run.filled - run.position + leftOf(run)) throw corrupt(run);
    this.require(number, run, length);
    const at = run.position;
    this.recordStarts[number] = at;
    this.keyStarts[number] = at + header;
    this.keyLengths[number] = keyLength;
    this.valueStarts[number] = at + header + keyLength;
    run.position = at + length;
    this.cachePrefix(number, at + header, keyLength);
    return true;
  }

  private cachePrefix(run: number, start: number, length: number): void {
    const { view, high, low } = this;
    const first = view.getInt32(start);
    if (length >= PREFIX_BYTES) {
      high[run] = first ^ FLIP;
      low[run] = view.getInt32(start + 4) ^ FLIP;
    } else if (length >= 4) {
      high[run] = first ^ FLIP;
      low[run] = (length === 4 ? 0 : view.getInt32(start + 4) & (-1 << (64 - 8 * length))) ^ FLIP;
    } else {
      high[run] = (length === 0 ? 0 : first & (-1 << (32 - 8 * length))) ^ FLIP;
      low[run] = FLIP;
    }
  }

  /** Makes `length` bytes from the run's position on available, if the segment has as many. */
  private require(number: number, run: Run, length: number): void {
    const { reader } = run;
    if (run.filled - run.position >= length || reader === undefined || reader.left === 0) return;
    this.keepGroupKey(number);
    if (run.limit - run.from < length) this.growWindow(run, length);
    this.buffer.copyWithin(run.from, run.position, run.filled);
    run.filled = run.from + (run.filled - run.position);
    run.position = run.from;
    const wanted = Math.min(run.limit - run.filled, reader.left);
    reader.read(this.buffer, run.filled, wanted);
    run.filled += wanted;
    this.onRead();
  }

  /** The group's key outlives the window it lies in. */
  private keepGroupKey(run: number): void {
    if (this.groupRun !== run || this.keyBuffer !== this.buffer) return;
    this.keyBuffer = Buffer.from(this.buffer.subarray(this.keyStart, this.keyStart + this.keyLength));
    this.keyStart = 0;
  }

  /** Moves the run to a window of at least `length` bytes: in the spare room, else at the end of a larger slab. */
  private growWindow(run: Run, length: number): void {
    const size = Math.min(length + Math.min(length, MAX_WINDOW_BYTES), run.filled - run.position + leftOf(run));
    let from = this.spareAt;
    if (from + size <= this.spareTo) this.spareAt += size;
    else from = this.replaceSlab(size);
    this.buffer.copyWithin(from, run.position, run.filled);
    run.filled = from + (run.filled - run.position);
    run.position = from;
    run.from = from;
    run.limit = from + size;
  }

  /** The slab again with `more` bytes behind it; where they begin. */
  private replaceSlab(more: number): number {
    const old = this.buffer;
    const grown = Buffer.allocUnsafeSlow(old.length + more + SLACK_BYTES);
    old.copy(grown);
    if (this.keyBuffer === old) this.keyBuffer = grown;
    this.buffer = grown;
    this.view = viewOf(grown);
    return old.length;
  }
}

function openRun(segment: FileSegment, codec: OutputCodec | undefined, from: number, limit: number): Run {
  return { reader: new SegmentReader(segment, codec), from, filled: from, limit, position: from };
}

function memoryRun({ start, rawLength }: MemorySegment): Run {
  const end = start + rawLength;
  return { reader: undefined, from: start, filled: end, limit: end, position: start };
}

/** Bytes not yet in the window. */
function leftOf({ reader }: Run): number {
  return reader?.left ?? 0;
}

function corrupt({ reader }: Run): ChecksumError {
  return reader?.corrupt() ?? new ChecksumError('segment in memory');
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
