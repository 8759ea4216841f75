/**
 * The codecs that are neither text nor numbers: raw bytes, nothing, and JSON for everything else. Hadoop: BytesWritable,
 * NullWritable; no peer.
 */
import { show, type Codec } from './codec.js';
import { decodeText, encodeText } from './text-codec.js';

const SHORT = 24;

/** Bytes as they are. `decode` gives a copy the job may keep. */
export const bytes: Codec<Uint8Array> = {
  name: 'bytes',
  isText: true,
  encode(value, buffer, at, limit) {
    if (!(value instanceof Uint8Array)) throw new TypeError(`bytes holds Uint8Arrays, not ${show(value)}`);
    if (at + value.length > limit) return -1;
    const length = value.length;
    // Copying a few bytes costs less than the call that would.
    if (length <= SHORT) for (let i = 0; i < length; i++) buffer[at + i] = value[i] ?? 0;
    else buffer.set(value, at);
    return at + length;
  },
  decode: (buffer, start, end) => Buffer.from(buffer.subarray(start, end)),
};

/** No value at all: takes no byte, and text output leaves it out. For jobs whose keys say everything. */
export const none: Codec<null> = {
  name: 'none',
  isNone: true,
  encode(value, _buffer, at) {
    if ((value as unknown) !== null) throw new TypeError(`none holds null only, not ${show(value)}`);
    return at;
  },
  decode: () => null,
};

/**
 * Any JSON value: `json<{ year: number; city: string }>()`. As a key it groups equal texts, so objects must be built with their
 * properties in one order; the order of keys is that of their JSON text.
 */
export function json<T>(): Codec<T> {
  return {
    name: 'json',
    encode(value, buffer, at, limit) {
      const written = JSON.stringify(value) as string | undefined;
      if (written === undefined) throw new TypeError(`json cannot hold ${show(value)}`);
      return encodeText(written, buffer, at, limit);
    },
    decode: (buffer, start, end) => JSON.parse(decodeText(buffer, start, end)) as T,
  };
}
