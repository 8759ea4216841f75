/** MemberBuffer: compressed bytes as they come from a file or a connection, taken out member by member. Hadoop: DecompressorStream. */
import { MAX_MEMBER_BYTES, type OutputCodec } from '../spill/output-codec.js';

export class MemberBuffer {
  private readonly buffer = Buffer.allocUnsafeSlow(MAX_MEMBER_BYTES);
  private filled = 0;

  constructor(private readonly codec: OutputCodec) {}

  /** Bytes that it can take. */
  get room(): number {
    return this.buffer.length - this.filled;
  }

  get isEmpty(): boolean {
    return this.filled === 0;
  }

  /** `put` writes `length` bytes, at most `room`, to the place it is given. */
  fill(length: number, put: (buffer: Buffer, at: number) => void): void {
    put(this.buffer, this.filled);
    this.filled += length;
  }

  /**
   * The next member, decompressed; only where the buffer is full, or holds all that is left. Throws where there is no whole member.
   */
  take(): Buffer {
    const { raw, length } = this.codec.decompress(this.buffer.subarray(0, this.filled));
    this.buffer.copyWithin(0, length, this.filled);
    this.filled -= length;
    return raw;
  }
}
