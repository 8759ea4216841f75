/**
 * SegmentReader: the records of a segment in a file, as bytes in order, decompressed where the job compresses. Hadoop: IFile.Reader with
 * IFileInputStream. Whoever has read the last byte knows that the whole segment is what was written: the checksum is compared
 * before that byte is handed out.
 */
import { crc32 } from 'node:zlib';
import { ChecksumError } from '../../errors.js';
import { LocalFile } from '../local-file.js';
import type { OutputCodec } from '../spill/output-codec.js';
import { MemberBuffer } from './member-buffer.js';
import { CHECKSUM_BYTES, type FileSegment } from './segment.js';

export class SegmentReader {
  /** Bytes of records not yet read, end mark included. */
  left: number;
  private readonly file: LocalFile;
  private readonly members: MemberBuffer | undefined;
  private fileAt: number;
  private fileLeft: number;
  private crc = 0;
  private block: Buffer = Buffer.alloc(0);

  /** Opens the file; throws LocalDiskError. */
  constructor(
    private readonly segment: FileSegment,
    codec: OutputCodec | undefined,
  ) {
    this.left = segment.rawLength;
    this.fileAt = segment.start;
    this.fileLeft = segment.partLength - CHECKSUM_BYTES;
    this.members = codec === undefined ? undefined : new MemberBuffer(codec);
    if (codec === undefined && this.fileLeft !== this.left) throw this.corrupt();
    this.file = LocalFile.openForRead(segment.path);
  }

  /**
   * Reads `length` bytes to `at` of `target`, not more than are left. Throws ChecksumError naming file and place at the first that is
   * not as it was written, LocalDiskError where the disk fails.
   */
  read(target: Buffer, at: number, length: number): void {
    this.left -= length;
    if (this.members === undefined) {
      this.readFile(target, at, length);
      return;
    }
    for (let done = 0; done < length;) {
      if (this.block.length === 0) this.block = this.nextBlock(this.members, this.left + length - done);
      const taken = this.block.copy(target, at + done, 0, length - done);
      this.block = this.block.subarray(taken);
      done += taken;
    }
  }

  close(): void {
    this.file.close();
  }

  /** `expected`: bytes the rest of the segment holds. */
  private nextBlock(members: MemberBuffer, expected: number): Buffer {
    const room = Math.min(members.room, this.fileLeft);
    if (room > 0) members.fill(room, (buffer, at) => this.readFile(buffer, at, room));
    try {
      const block = members.take();
      if (block.length > 0 && block.length <= expected && (block.length < expected || this.isAtEnd(members)))
        return block;
    } catch (error) {
      throw this.corrupt(error);
    }
    throw this.corrupt();
  }

  private isAtEnd({ isEmpty }: MemberBuffer): boolean {
    return isEmpty && this.fileLeft === 0;
  }

  private readFile(target: Buffer, at: number, length: number): void {
    if (this.file.read(target, at, length, this.fileAt) < length) throw this.corrupt();
    this.crc = crc32(target.subarray(at, at + length), this.crc);
    this.fileAt += length;
    this.fileLeft -= length;
    if (this.fileLeft === 0) this.checkSum();
  }

  private checkSum(): void {
    const stored = Buffer.alloc(CHECKSUM_BYTES);
    const got = this.file.read(stored, 0, CHECKSUM_BYTES, this.fileAt);
    if (got < CHECKSUM_BYTES || stored.readUInt32BE(0) !== this.crc) throw this.corrupt();
  }

  /** What is wrong with this segment. */
  corrupt(cause?: unknown): ChecksumError {
    return new ChecksumError(`segment at byte ${this.segment.start} of '${this.segment.path}'`, cause);
  }
}

/** Reads a segment through `buffer` from `at` to `end`; throws ChecksumError where it is not what was written. */
export function verifySegment(segment: FileSegment, buffer: Buffer, at: number, end: number): void {
  // As the bytes lie in the file: what they decompress to is no question of the checksum.
  const reader = new SegmentReader({ ...segment, rawLength: segment.partLength - CHECKSUM_BYTES }, undefined);
  try {
    while (reader.left > 0) reader.read(buffer, at, Math.min(reader.left, end - at));
  } finally {
    reader.close();
  }
}
