/**
 * WireWriter: protobuf's wire format, appended to one growing buffer. Hadoop: com.google.protobuf.CodedOutputStream.
 * The output is what Java writes for the same fields: shortest varints, negative 32-bit numbers in ten bytes.
 */
const TWO_32 = 0x1_0000_0000;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;

export class WireWriter {
  private buffer = Buffer.allocUnsafe(256);
  private pos = 0;

  /** What was written so far; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.pos);
  }

  uint32(value: number): void {
    this.room(5);
    const { buffer } = this;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      buffer[this.pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[this.pos++] = rest;
  }

  int32(value: number): void {
    if (value < 0) this.varint64(value >>> 0, 0xffff_ffff);
    else this.uint32(value);
  }

  sint32(value: number): void {
    this.uint32((value << 1) ^ (value >> 31));
  }

  bool(value: boolean): void {
    this.uint32(value ? 1 : 0);
  }

  /** A whole number; beyond the range of an int64 its nearest end is written. */
  int64(value: number): void {
    if (Number.isSafeInteger(value)) this.varint64(value >>> 0, Math.floor(value / TWO_32) >>> 0);
    else this.bigint(wholeBigInt(value));
  }

  uint64(value: number): void {
    if (Number.isSafeInteger(value)) this.varint64(value >>> 0, Math.floor(value / TWO_32) >>> 0);
    else this.bigint(BigInt(Math.max(0, Math.trunc(value))));
  }

  /** Decimal text of an int64. */
  int64Text(text: string): void {
    if (text.length < 16) this.int64(Number(text));
    else this.bigint(BigInt(text));
  }

  float(value: number): void {
    this.room(4);
    this.pos = this.buffer.writeFloatLE(value, this.pos);
  }

  double(value: number): void {
    this.room(8);
    this.pos = this.buffer.writeDoubleLE(value, this.pos);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value, 'utf8');
    this.uint32(length);
    this.room(length);
    this.buffer.write(value, this.pos, 'utf8');
    this.pos += length;
  }

  bytes(value: Uint8Array): void {
    this.uint32(value.length);
    this.raw(value);
  }

  /** As it stands, without a length. */
  raw(value: Uint8Array): void {
    this.room(value.length);
    this.buffer.set(value, this.pos);
    this.pos += value.length;
  }

  /** Writes what `body` writes, its length before it. */
  measured(body: () => void): void {
    this.room(1);
    const start = ++this.pos;
    body();
    const length = this.pos - start;
    if (length < 0x80) {
      this.buffer[start - 1] = length;
      return;
    }
    // One byte was kept for the length, and it takes more: move the body on.
    const more = Math.floor((31 - Math.clz32(length)) / 7);
    this.room(more);
    this.buffer.copyWithin(start + more, start, this.pos);
    this.pos = start - 1;
    this.uint32(length);
    this.pos += length;
  }

  private bigint(value: bigint): void {
    this.varint64(Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
  }

  private varint64(lowBits: number, highBits: number): void {
    this.room(10);
    const { buffer } = this;
    let low = lowBits;
    let high = highBits;
    while (high !== 0) {
      buffer[this.pos++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.uint32(low);
  }

  private room(length: number): void {
    if (this.pos + length <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.pos + length));
    this.buffer.copy(grown, 0, 0, this.pos);
    this.buffer = grown;
  }
}

function wholeBigInt(value: number): bigint {
  const whole = BigInt(Math.trunc(value));
  if (whole > INT64_MAX) return INT64_MAX;
  return whole < INT64_MIN ? INT64_MIN : whole;
}
