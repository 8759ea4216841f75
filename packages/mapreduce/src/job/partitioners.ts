/**
 * Library partitioners: which reducer gets a key, where a hash will not do. Plain data, since the job file is bundled with a copy of
 * this module of its own; the runtime has the code (runtime/map/total-order.ts).
 */

/** A partitioner without code of the user's. */
export interface LibraryPartitioner {
  readonly kind: 'library-partitioner';
  readonly op: 'total-order';
}

/**
 * Each reducer gets a range of keys, in order: the part files, one after the other, are sorted as a whole. The ranges are cut when the
 * job is submitted, from keys that the mapper emits for a sample of the input. Hadoop: TotalOrderPartitioner with InputSampler.
 */
export const totalOrder: LibraryPartitioner = { kind: 'library-partitioner', op: 'total-order' };
