/** EncodeBuffer: room for one encoded key or value; grows to what it must hold and is then reused. */
import type { Codec } from '../../job/codec.js';

const FIRST_BYTES = 64;

export class EncodeBuffer {
  buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Of what it holds. */
  length = 0;

  /** Encodes `value` from the buffer's start; returns its length. Throws what the codec throws. */
  put<T>(codec: Codec<T>, value: T): number {
    for (;;) {
      const end = codec.encode(value, this.buffer, 0, this.buffer.length);
      if (end >= 0) return (this.length = end);
      this.buffer = Buffer.allocUnsafeSlow(2 * this.buffer.length);
    }
  }

  /** Copies bytes that are about to be overwritten. */
  keep(source: Buffer, start: number, length: number): void {
    if (length > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(2 * length);
    source.copy(this.buffer, 0, start, start + length);
    this.length = length;
  }
}
