/**
 * WireReader: protobuf's wire format, read from one buffer. Hadoop: com.google.protobuf.CodedInputStream.
 * Bounds are checked at each step: a body cut short or with a length beyond its end throws InvalidMessageError, never
 * reads past it. Bytes fields are views of the input, not copies.
 */
import { InvalidMessageError } from '../../errors.js';

/** Nesting beyond this is refused, as in Hadoop's protobuf. */
export const MAX_DEPTH = 100;

const TWO_32 = 0x1_0000_0000;

export class WireReader {
  pos = 0;
  depth = 0;
  private readonly view: DataView;

  constructor(readonly buffer: Buffer) {
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /** A varint's low 32 bits, unsigned. Serves tags, lengths, bools and 32-bit numbers (which may come in ten bytes). */
  uint32(): number {
    const { buffer } = this;
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 70; shift += 7) {
      byte = buffer[this.pos] ?? this.cutShort();
      this.pos++;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new InvalidMessageError(`varint at byte ${this.pos - 10} is longer than 10 bytes`);
  }

  int32(): number {
    return this.uint32() | 0;
  }

  sint32(): number {
    const n = this.uint32();
    return (n >>> 1) ^ -(n & 1);
  }

  bool(): boolean {
    const [low, high] = this.varint64();
    return (low | high) !== 0;
  }

  /** Exact up to 2^53; beyond it the nearest number that JavaScript has. */
  int64(): number {
    const [low, high] = this.varint64();
    return (high | 0) * TWO_32 + low;
  }

  /** As `int64`, unsigned. */
  uint64(): number {
    const [low, high] = this.varint64();
    return high * TWO_32 + low;
  }

  /** Every bit of an int64, as decimal text. */
  int64Text(): string {
    const [low, high] = this.varint64();
    if (high < 0x20_0000) return String(high * TWO_32 + low);
    return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString();
  }

  float(): number {
    const at = this.advance(4);
    return this.view.getFloat32(at, true);
  }

  double(): number {
    const at = this.advance(8);
    return this.view.getFloat64(at, true);
  }

  string(): string {
    const length = this.uint32();
    const at = this.advance(length);
    return this.buffer.toString('utf8', at, at + length);
  }

  bytes(): Uint8Array {
    const length = this.uint32();
    const at = this.advance(length);
    return this.buffer.subarray(at, at + length);
  }

  /** Reads a length and answers where what it measures ends. */
  end(): number {
    const length = this.uint32();
    const at = this.advance(length);
    this.pos = at;
    return at + length;
  }

  /** Steps over the value of a field whose tag was read. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint64();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.advance(this.uint32());
        return;
      case 3:
        this.skipGroup(tag >>> 3);
        return;
      case 5:
        this.advance(4);
        return;
      default:
        throw new InvalidMessageError(`tag ${tag} before byte ${this.pos} has no wire type that protobuf knows`);
    }
  }

  private skipGroup(field: number): void {
    if (++this.depth > MAX_DEPTH) throw new InvalidMessageError(`nested deeper than ${MAX_DEPTH}`);
    for (;;) {
      const tag = this.uint32();
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== field) throw new InvalidMessageError(`group ${field} ends as group ${tag >>> 3}`);
        this.depth--;
        return;
      }
      this.skip(tag);
    }
  }

  private varint64(): readonly [low: number, high: number] {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return [low >>> 0, high >>> 0];
    }
    throw new InvalidMessageError(`varint at byte ${this.pos - 10} is longer than 10 bytes`);
  }

  private byte(): number {
    const byte = this.buffer[this.pos] ?? this.cutShort();
    this.pos++;
    return byte;
  }

  private advance(length: number): number {
    const at = this.pos;
    if (at + length > this.buffer.length) this.cutShort();
    this.pos = at + length;
    return at;
  }

  private cutShort(): never {
    throw new InvalidMessageError(
      `cut short: a value at byte ${this.pos} goes beyond the end at ${this.buffer.length}`,
    );
  }
}
