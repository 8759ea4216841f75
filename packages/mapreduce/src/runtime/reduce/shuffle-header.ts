/**
 * ShuffleHeader: what stands before each map output in an answer of the shuffle server: map attempt id as Text, part length and raw
 * length as VLong, partition as VInt. Hadoop: mapreduce.task.reduce.ShuffleHeader. Read here; the server writes its own.
 */
import type { ByteStream } from './byte-stream.js';

export interface ShuffleHeader {
  readonly mapId: string;
  /** With checksum. */
  readonly partLength: number;
  readonly rawLength: number;
  readonly partition: number;
}

/** No id is longer; more means that the stream is not what we take it for. */
const MAX_ID_BYTES = 1000;

/** Throws Error when the bytes are no header. */
export async function readShuffleHeader(stream: ByteStream): Promise<ShuffleHeader> {
  const idBytes = await readVLong(stream);
  if (idBytes < 0 || idBytes > MAX_ID_BYTES) throw new Error(`shuffle header with an id of ${idBytes} bytes`);
  const mapId = (await stream.take(idBytes)).toString('utf8');
  const partLength = await readVLong(stream);
  const rawLength = await readVLong(stream);
  return { mapId, partLength, rawLength, partition: await readVLong(stream) };
}

/** Hadoop's WritableUtils.readVLong, exact to 2^53. */
async function readVLong(stream: ByteStream): Promise<number> {
  const first = (await stream.take(1)).readInt8(0);
  if (first >= -112) return first;
  const negative = first < -120;
  const size = negative ? -120 - first : -112 - first;
  let value = 0;
  for (const byte of await stream.take(size)) value = value * 256 + byte;
  return negative ? -1 - value : value;
}
