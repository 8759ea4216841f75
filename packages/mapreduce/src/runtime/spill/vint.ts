/**
 * Hadoop's variable-length integers (io.WritableUtils), for lengths: 0 to 127 in one byte, larger ones as a byte that tells the
 * count of big-endian bytes after it. -1, which only ends a segment, is the byte 0xff.
 */

/** Bytes of the longest length: a marker and an int32. */
export const MAX_VINT_BYTES = 5;

/** First byte of a value of n more bytes is 0x90 - n. */
const MARKER = 0x90;

/** Bytes `value` (0 to 2^31 - 1) takes. */
export function vintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : value < 0x1000000 ? 4 : 5;
}

/** Bytes of the vint that begins with `first`. */
export function vintSizeFrom(first: number): number {
  return first < 0x80 || first >= MARKER ? 1 : 1 + MARKER - first;
}

/** Writes `value` (0 to 2^31 - 1); returns the end. The caller has made room. */
export function writeVint(buffer: Buffer, at: number, value: number): number {
  if (value < 0x80) {
    buffer[at] = value;
    return at + 1;
  }
  const size = vintSize(value);
  buffer[at] = MARKER - (size - 1);
  for (let i = size - 1, rest = value; i > 0; i--, rest >>>= 8) buffer[at + i] = rest & 0xff;
  return at + size;
}

/** The length at `at`; -1 for the end mark, below -1 for what is no length. */
export function readVint(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  if (first < 0x80) return first;
  if (first >= MARKER) return first === 0xff ? -1 : -2;
  const size = MARKER - first;
  if (size > 4) return -2;
  let value = 0;
  for (let i = 1; i <= size; i++) value = (value << 8) | (buffer[at + i] ?? 0);
  return value < 0 ? -2 : value;
}
