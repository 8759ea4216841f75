/// <reference lib="es2024.string" />
/**
 * Text: strings as UTF-8, without loss for any bytes. A byte that is no part of valid UTF-8 becomes the lone surrogate
 * U+DC00 + byte, and such a surrogate becomes that byte again (as Python's `surrogateescape` does): a job that reads lines
 * and writes parts of them gives back exactly the bytes it got, whatever the encoding of its input was.
 * Hadoop: io.Text, whose order (bytes, not UTF-16 units) is also ours.
 */
import { isUtf8 } from 'node:buffer';
import { show, type Codec } from './codec.js';

/** Up to this length a loop over characters beats the call into Node's encoder. */
const SHORT = 24;

export const text: Codec<string> = {
  name: 'text',
  isText: true,
  encode: encodeText,
  decode: decodeText,
};

/** See `Codec.encode`. */
export function encodeText(value: string, buffer: Buffer, at: number, limit: number): number {
  if (typeof value !== 'string') throw new TypeError(`text holds strings, not ${show(value)}`);
  const length = value.length;
  if (at + length > limit) return -1;
  if (length > SHORT) return encodeLong(value, buffer, at, limit);
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 0x7f) return encodeLong(value, buffer, at, limit);
    buffer[at + i] = unit;
  }
  return at + length;
}

/** The string of bytes `start` to `end`; never throws. */
export function decodeText(buffer: Buffer, start: number, end: number): string {
  const decoded = buffer.toString('utf8', start, end);
  // A replacement character was either in the input or stands for broken bytes. ASCII strings answer without a search.
  if (!decoded.includes('\ufffd') || isUtf8(buffer.subarray(start, end))) return decoded;
  return decodeEscaped(buffer, start, end);
}

function encodeLong(value: string, buffer: Buffer, at: number, limit: number): number {
  if (!value.isWellFormed()) return encodeEscaped(value, buffer, at, limit);
  // A UTF-16 unit takes at most 3 bytes; measure only where that might not fit.
  if (at + 3 * value.length > limit && at + Buffer.byteLength(value) > limit) return -1;
  return at + buffer.write(value, at, limit - at, 'utf8');
}

function encodeEscaped(value: string, buffer: Buffer, at: number, limit: number): number {
  let end = at;
  for (const character of value) {
    const unit = character.charCodeAt(0);
    if (character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff) {
      if (end + 1 > limit) return -1;
      buffer[end++] = unit & 0xff;
    } else {
      if (end + Buffer.byteLength(character) > limit) return -1;
      end += buffer.write(character, end, limit - end, 'utf8');
    }
  }
  return end;
}

function decodeEscaped(buffer: Buffer, start: number, end: number): string {
  const parts: string[] = [];
  for (let at = start; at < end;) {
    const length = sequenceLength(buffer, at, end);
    if (length > 0) parts.push(buffer.toString('utf8', at, at + length));
    else parts.push(String.fromCharCode(0xdc00 + (buffer[at] ?? 0)));
    at += Math.max(length, 1);
  }
  return parts.join('');
}

/** Length of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(buffer: Buffer, at: number, end: number): number {
  const first = buffer[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  return length > 0 && at + length <= end && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}
