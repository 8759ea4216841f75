/**
 * SegmentWriter: segments of sorted records, back to back in one file, with their index. Hadoop: IFile.Writer.
 * Records are gathered in an area of the caller's own slab, so that copying one is a move within one buffer, and leave by
 * writes of a full area, compressed in blocks where there is a codec; the checksum runs over what is written.
 */
import { crc32 } from 'node:zlib';
import type { LocalFile } from '../local-file.js';
import { BLOCK_BYTES, type OutputCodec } from './output-codec.js';
import type { IndexRecord } from './spill-index.js';
import { MAX_VINT_BYTES, writeVint } from './vint.js';

const END_MARK = 0xff;
const CHECKSUM_BYTES = 4;
/** Up to here a loop beats the call into the engine. */
const LOOP_BYTES = 24;

export class SegmentWriter {
  /** Records written since the writer was made. */
  records = 0;
  private readonly segments: IndexRecord[] = [];
  private position: number;
  private fileOffset = 0;
  private segmentStart = 0;
  private rawLength = 0;
  private crc = 0;

  /** Owns bytes `areaStart` to `areaEnd` of `slab` until `finish`; at least 64 bytes. */
  constructor(
    private readonly file: LocalFile,
    private readonly slab: Buffer,
    private readonly areaStart: number,
    private readonly areaEnd: number,
    private readonly codec?: OutputCodec,
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
    this.file.write(this.slab, this.areaStart, this.areaStart + CHECKSUM_BYTES);
    this.fileOffset += CHECKSUM_BYTES;
    const { segmentStart: start, rawLength } = this;
    this.segments.push({ start, rawLength, partLength: this.fileOffset - start });
    this.segmentStart = this.fileOffset;
    this.rawLength = 0;
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
    this.rawLength += end - start;
    if (this.codec === undefined) {
      if (end > start) this.put(source, start, end);
      return;
    }
    for (let from = start; from < end; from += BLOCK_BYTES) {
      const member = this.codec.compress(source.subarray(from, Math.min(end, from + BLOCK_BYTES)));
      this.put(member, 0, member.length);
    }
  }

  private put(source: Buffer, start: number, end: number): void {
    this.crc = crc32(source.subarray(start, end), this.crc);
    this.file.write(source, start, end);
    this.fileOffset += end - start;
  }
}
