/**
 * Numbers as bytes that sort as the numbers do. `long` is short for small numbers: one byte from -1 to 240, else a length and
 * as many bytes as it takes (so a word count's `1` costs a byte, not eight). `double` is IEEE, sign bit flipped, negative ones
 * inverted. Hadoop: LongWritable and VLongWritable in one; DoubleWritable.
 */
import { show, type Codec } from './codec.js';

/** First bytes: 0-6 negative with 7-1 more bytes, 7-248 the numbers -1..240, 249-255 positive with 1-7 more bytes. */
const SMALLEST = -1;
const LARGEST = 240;
const ZERO = 8;

/** Whole numbers within plus or minus 2^53 - 1. */
export const long: Codec<number> = { name: 'long', isNumeric: true, encode: encodeLong, decode: decodeLong };

/** Any number; NaN is larger than all others, -0 smaller than 0. */
export const double: Codec<number> = { name: 'double', isNumeric: true, encode: encodeDouble, decode: decodeDouble };

function encodeLong(value: number, buffer: Buffer, at: number, limit: number): number {
  if (!Number.isSafeInteger(value)) throw notLong(value);
  if (value >= SMALLEST && value <= LARGEST) {
    if (at >= limit) return -1;
    buffer[at] = value + ZERO;
    return at + 1;
  }
  const negative = value < 0;
  const magnitude = negative ? SMALLEST - 1 - value : value - LARGEST - 1;
  const length = byteLength(magnitude);
  if (at + 1 + length > limit) return -1;
  buffer[at] = negative ? 7 - length : 248 + length;
  const flip = negative ? 0xff : 0;
  let rest = magnitude;
  for (let i = at + length; i > at; i--) {
    buffer[i] = (rest & 0xff) ^ flip;
    rest = Math.floor(rest / 256);
  }
  return at + 1 + length;
}

function decodeLong(buffer: Buffer, start: number): number {
  const first = buffer[start] ?? ZERO;
  if (first >= 7 && first <= 248) return first - ZERO;
  const negative = first < 7;
  const length = negative ? 7 - first : first - 248;
  const flip = negative ? 0xff : 0;
  let magnitude = 0;
  for (let i = start + 1; i <= start + length; i++) magnitude = magnitude * 256 + ((buffer[i] ?? 0) ^ flip);
  return negative ? SMALLEST - 1 - magnitude : magnitude + LARGEST + 1;
}

function byteLength(magnitude: number): number {
  let length = 1;
  for (let rest = Math.floor(magnitude / 256); rest > 0; rest = Math.floor(rest / 256)) length++;
  return length;
}

function notLong(value: unknown): TypeError {
  const hint = typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value) ? '; double does' : '';
  return new TypeError(`long holds whole numbers within 2^53, not ${show(value)}${hint}`);
}

function encodeDouble(value: number, buffer: Buffer, at: number, limit: number): number {
  if (typeof value !== 'number') throw new TypeError(`double holds numbers, not ${show(value)}`);
  if (at + 8 > limit) return -1;
  buffer.writeDoubleBE(value, at);
  flipDouble(buffer, at, (buffer[at] ?? 0) < 0x80);
  return at + 8;
}

function decodeDouble(buffer: Buffer, start: number): number {
  const bytes = Buffer.from(buffer.subarray(start, start + 8));
  flipDouble(bytes, 0, (bytes[0] ?? 0) >= 0x80);
  return bytes.readDoubleBE(0);
}

/** Positive: the sign bit alone; negative: all bits. Its own inverse, given which of the two it is. */
function flipDouble(buffer: Buffer, at: number, positive: boolean): void {
  buffer[at] = (buffer[at] ?? 0) ^ (positive ? 0x80 : 0xff);
  if (positive) return;
  for (let i = at + 1; i < at + 8; i++) buffer[i] = (buffer[i] ?? 0) ^ 0xff;
}
