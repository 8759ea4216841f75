/**
 * Codec: how a key or value of the job's types becomes bytes between map and reduce, and back. Hadoop: Writable with its
 * RawComparator; here there is no comparator, since records are ordered by the bytes of their keys, unsigned, shorter first:
 * a codec whose type has an order must encode so that the bytes have it too.
 */
export interface Codec<T> {
  /** For messages: `text`, `long`. */
  readonly name: string;
  /**
   * Writes `value` into `buffer` from `at` on; returns the end of what it wrote, or -1 when that would cross `limit` (what was
   * written by then does not matter). Throws TypeError naming the value when it is not a T.
   */
  encode(value: T, buffer: Buffer, at: number, limit: number): number;
  /** The value in bytes `start` to `end`, exclusive. The buffer is overwritten later: nothing returned may refer to it. */
  decode(buffer: Buffer, start: number, end: number): T;
  /** The encoding is what text output writes: it may copy bytes instead of decoding. */
  readonly isText?: true;
  /** Values are null, always: text output leaves them out. */
  readonly isNone?: true;
  /** T is number: library combiners may keep running values beside the keys instead of records. */
  readonly isNumeric?: true;
}

/** How a value looks in an error message: short, one line, never throws. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
