/**
 * The two Writables of the shuffle: the job token in `service_data`, and the header before each map output. Hadoop:
 * security.token.Token.readFields, mapreduce.task.reduce.ShuffleHeader, io.WritableUtils.
 */

/** What `service_data` of `mapreduce_shuffle` holds. */
export interface JobToken {
  readonly identifier: Uint8Array;
  /** The shuffle secret, of any length. */
  readonly password: Uint8Array;
  readonly kind: string;
  readonly service: string;
}

/** Throws Error where the bytes end early or a length makes no sense. */
export function readJobToken(bytes: Uint8Array): JobToken {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (): Buffer => {
    const length = readVLong(buffer, at);
    at += length.size;
    if (length.value < 0 || at + length.value > buffer.length) throw new Error('service_data holds no job token');
    at += length.value;
    return buffer.subarray(at - length.value, at);
  };
  const [identifier, password, kind, service] = [take(), take(), take(), take()];
  return {
    identifier,
    password: Buffer.from(password),
    kind: kind.toString('utf8'),
    service: service.toString('utf8'),
  };
}

/** Text map id, VLong part length, VLong raw length, VInt partition. */
export function shuffleHeader(mapId: string, partLength: number, rawLength: number, reduce: number): Buffer {
  const id = Buffer.from(mapId, 'utf8');
  return Buffer.concat([vlong(id.length), id, vlong(partLength), vlong(rawLength), vlong(reduce)]);
}

/** Hadoop's variable-length integer: one byte for -112..127, else a length byte and that many big-endian bytes. */
export function vlong(value: number): Buffer {
  if (value >= -112 && value <= 127) return Buffer.from([value & 0xff]);
  const magnitude = value < 0 ? -(value + 1) : value;
  const bytes: number[] = [];
  for (let rest = magnitude; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  const first = (value < 0 ? -120 : -112) - bytes.length;
  return Buffer.from([first & 0xff, ...bytes]);
}

function readVLong(buffer: Buffer, at: number): { readonly value: number; readonly size: number } {
  if (at >= buffer.length) throw new Error('service_data holds no job token');
  const first = buffer.readInt8(at);
  if (first >= -112) return { value: first, size: 1 };
  const negative = first < -120;
  const count = (negative ? -120 : -112) - first;
  if (at + 1 + count > buffer.length) throw new Error('service_data holds no job token');
  let magnitude = 0;
  for (const byte of buffer.subarray(at + 1, at + 1 + count)) magnitude = magnitude * 256 + byte;
  return { value: negative ? -magnitude - 1 : magnitude, size: 1 + count };
}
