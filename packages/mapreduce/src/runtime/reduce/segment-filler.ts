/**
 * SegmentFiller: a segment as it comes over a connection, decompressed into memory, checksum compared at its end. Hadoop:
 * InMemoryMapOutput.shuffle with IFileInputStream.
 */
import { crc32 } from 'node:zlib';
import { ChecksumError } from '../../errors.js';
import { MemberBuffer } from '../merge/member-buffer.js';
import type { OutputCodec } from '../spill/output-codec.js';

export class SegmentFiller {
  private readonly members: MemberBuffer | undefined;
  private readonly end: number;
  private crc = 0;

  /** Fills bytes `at` to `at + rawLength` of `target`. `what` is said where it fails. */
  constructor(
    private readonly what: string,
    private readonly target: Buffer,
    private at: number,
    rawLength: number,
    codec: OutputCodec | undefined,
  ) {
    this.end = at + rawLength;
    this.members = codec === undefined ? undefined : new MemberBuffer(codec);
  }

  /** The next bytes; throws ChecksumError where they are more, or other ones, than the segment can have. */
  put(piece: Buffer): void {
    this.crc = crc32(piece, this.crc);
    const { members } = this;
    if (members === undefined) {
      this.append(piece);
      return;
    }
    for (let from = 0; from < piece.length;) {
      if (members.room === 0) this.appendMember(members);
      const length = Math.min(members.room, piece.length - from);
      members.fill(length, (buffer, at) => piece.copy(buffer, at, from, from + length));
      from += length;
    }
  }

  /** All bytes have come; throws ChecksumError unless they make the segment that `crc` was computed of. */
  finish(crc: number): void {
    if (crc !== this.crc) throw new ChecksumError(this.what);
    while (this.members?.isEmpty === false) this.appendMember(this.members);
    if (this.at !== this.end) throw new ChecksumError(this.what);
  }

  private appendMember(members: MemberBuffer): void {
    let raw: Buffer;
    try {
      raw = members.take();
    } catch (error) {
      throw new ChecksumError(this.what, error);
    }
    this.append(raw);
  }

  private append(bytes: Buffer): void {
    if (bytes.length > this.end - this.at) throw new ChecksumError(this.what);
    bytes.copy(this.target, this.at);
    this.at += bytes.length;
  }
}
