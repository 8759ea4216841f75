/**
 * Hadoop's Writable primitives, as far as token files and the shuffle use them: VInt, Text, bytes with a length.
 * Hadoop: io.WritableUtils, io.Text. A VInt is one byte for -112..127; else its first byte tells sign and number of big-endian bytes.
 */
import { InvalidMessageError } from '../errors.js';

export class WritableWriter {
  private readonly parts: Uint8Array[] = [];

  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }

  /** A safe integer; Hadoop's VInt and VLong are the same bytes. */
  vint(value: number): this {
    if (value >= -112 && value <= 127) return this.raw(Buffer.from([value & 0xff]));
    let rest = BigInt(value < 0 ? -value - 1 : value);
    const bytes: number[] = [];
    for (; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
    return this.raw(Buffer.from([(value < 0 ? -120 : -112) - bytes.length, ...bytes]));
  }

  /** Length before content. */
  bytes(bytes: Uint8Array): this {
    return this.vint(bytes.length).raw(bytes);
  }

  text(text: string): this {
    return this.bytes(Buffer.from(text, 'utf8'));
  }

  finish(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Throws InvalidMessageError where the bytes end too early. */
export class WritableReader {
  private pos = 0;
  private readonly buffer: Buffer;

  /** `what` names the thing read, for messages. */
  constructor(
    bytes: Uint8Array,
    private readonly what: string,
  ) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  raw(length: number): Buffer {
    if (length < 0 || this.pos + length > this.buffer.length) {
      throw new InvalidMessageError(
        `${this.what} is cut short: ${length} bytes wanted at ${this.pos} of ${this.buffer.length}`,
      );
    }
    this.pos += length;
    return this.buffer.subarray(this.pos - length, this.pos);
  }

  byte(): number {
    return this.raw(1).readInt8();
  }

  vint(): number {
    const first = this.byte();
    if (first >= -112) return first;
    const negative = first < -120;
    const value = this.raw(negative ? -120 - first : -112 - first).reduce((n, byte) => n * 256 + byte, 0);
    return negative ? -value - 1 : value;
  }

  bytes(): Buffer {
    return this.raw(this.vint());
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  /** What was not read. */
  rest(): Buffer {
    return this.raw(this.buffer.length - this.pos);
  }
}
