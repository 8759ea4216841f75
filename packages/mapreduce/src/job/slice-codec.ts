/**
 * Slice: a stretch of a buffer on its way through a collector as if it were a key or value; one object serves all records of a task.
 * `sliceCodec` copies its bytes in place of the encoding that they already are.
 */
import type { Codec } from './codec.js';

const SHORT = 24;

export class Slice {
  constructor(
    public buffer: Buffer,
    public start = 0,
    public end = 0,
  ) {}
}

/** `codec` for values that come encoded: encodes a Slice by copying it; decodes as `codec` does. */
export function sliceCodec(codec: Codec<unknown>): Codec<unknown> {
  return {
    ...codec,
    encode: (value, buffer, at, limit) => copySlice(value as Slice, buffer, at, limit),
    decode: (buffer, start, end) => codec.decode(buffer, start, end),
  };
}

function copySlice({ buffer: source, start, end }: Slice, buffer: Buffer, at: number, limit: number): number {
  const length = end - start;
  if (at + length > limit) return -1;
  if (length <= SHORT) for (let i = 0; i < length; i++) buffer[at + i] = source[start + i] ?? 0;
  else source.copy(buffer, at, start, end);
  return at + length;
}
