/**
 * The default partitioner: FNV-1a over the bytes of the key with a final mix, scaled to the number of partitions. Hadoop:
 * HashPartitioner, whose hash is Java's and not ours: which reducer gets a key differs, what the job computes does not.
 * The top bits choose the partition, so that the low ones remain good for the hash table of a combiner.
 */

const TWO_TO_32 = 4294967296;

/** An int32 that depends on every byte. */
export function hashBytes(buffer: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (buffer[i] ?? 0), 0x01000193);
  return mix(hash);
}

/** Murmur3's finalizer: spreads every bit over all others. */
export function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** From 0 below `partitions`. */
export function partitionOf(hash: number, partitions: number): number {
  return Math.floor(((hash >>> 0) * partitions) / TWO_TO_32);
}
