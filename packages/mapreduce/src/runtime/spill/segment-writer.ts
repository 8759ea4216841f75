/**
 * SegmentWriter: segments of sorted records, back to back in one file, with their index. Hadoop: IFile.Writer.
 * Records are gathered in an area of the caller's own slab, so that copying one is a move within one buffer, and leave by
 * writes of a full area; the checksum runs over the same blocks.
 */
import { crc32 } from 'node:zlib';
import type { LocalFile } from '../local-file.js';
import type { IndexRecord } from './spill-index.js';
import { MAX_VINT_BYTES, writeVint } from './vint.js';

const END_MARK = 0xff;
/** Up to here a loop beats the call into the engine. */
const LOOP_BYTES = 24;

export class SegmentWriter {
  /** Records written since the writer was made. */
  records = 0;
  private readonly segments: IndexRecord[] = [];
  private position: number;
  private fileOffset = 0;
  private segmentStart = 0;
  private crc = 0;

  /** Owns bytes `areaStart` to `areaEnd` of `slab` until `finish`; at least 64 bytes. */
  constructor(
    private readonly file: LocalFile,
    private readonly slab: Buffer,
    private readonly areaStart: number,
    private readonly areaEnd: number,
  ) {
    this.position = areaStart;
  }

  /** A whole record as it lies in `source`: lengths, key, value. */
  appendEncoded(source: Buffer, start: number, length: number): void {
    this.copy(source, start, length);
    this.records++;
  }

  /** A record whose key and value lie apart. */
  append(
    keys: Buffer,
    keyStart: number,
    keyLength: number,
    values: Buffer,
    valueStart: number,
    valueLength: number,
  ): void {
    if (this.position + 2 * MAX_VINT_BYTES > this.areaEnd) this.flush();
    const slab = this.slab;
    if ((keyLength | valueLength) < 0x80) {
      slab[this.position] = keyLength;
      slab[this.position + 1] = valueLength;
      this.position += 2;
    } else {
      this.position = writeVint(slab, writeVint(slab, this.position, keyLength), valueLength);
    }
    this.copy(keys, keyStart, keyLength);
    this.copy(values, valueStart, valueLength);
    this.records++;
  }

  /** Ends a partition's segment; the next record begins the next one. */
  endSegment(): void {
    if (this.position + 6 > this.areaEnd) this.flush();
    this.slab[this.position++] = END_MARK;
    this.slab[this.position++] = END_MARK;
    this.flush();
    this.slab.writeUInt32BE(this.crc, this.areaStart);
    this.file.write(this.slab, this.areaStart, this.areaStart + 4);
    const rawLength = this.fileOffset - this.segmentStart;
    this.segments.push({ start: this.segmentStart, rawLength, partLength: rawLength + 4 });
    this.fileOffset += 4;
    this.segmentStart = this.fileOffset;
    this.crc = 0;
  }

  /** Closes the file; the index of all segments, in the order they were written. */
  finish(): readonly IndexRecord[] {
    this.file.close();
    return this.segments;
  }

  /** Bytes written so far, ended segments only. */
  get fileBytes(): number {
    return this.segmentStart;
  }

  private copy(source: Buffer, start: number, length: number): void {
    if (this.position + length > this.areaEnd) {
      this.flush();
      if (this.position + length > this.areaEnd) {
        this.write(source, start, start + length);
        return;
      }
    }
    const slab = this.slab;
    const at = this.position;
    if (length <= LOOP_BYTES) for (let i = 0; i < length; i++) slab[at + i] = source[start + i] ?? 0;
    else if (source === slab) slab.copyWithin(at, start, start + length);
    else source.copy(slab, at, start, start + length);
    this.position = at + length;
  }

  private flush(): void {
    this.write(this.slab, this.areaStart, this.position);
    this.position = this.areaStart;
  }

  private write(source: Buffer, start: number, end: number): void {
    if (end === start) return;
    this.crc = crc32(source.subarray(start, end), this.crc);
    this.file.write(source, start, end);
    this.fileOffset += end - start;
  }
}
