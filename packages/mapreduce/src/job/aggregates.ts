/**
 * Library reducers. `sum`, `min` and `max` are also combiners: the runtime keeps one running number beside each key instead of
 * a record for each emit. Hadoop: lib.reduce.{LongSumReducer,IntSumReducer}, lib.aggregate.*; Reducer itself is `identity`.
 * They are plain data, since the job file is bundled with a copy of this module of its own.
 */

/** A number from numbers, in any order and grouping. */
export interface Aggregate<V> {
  readonly kind: 'aggregate';
  readonly op: 'sum' | 'min' | 'max';
  /** The result over no values at all. */
  readonly identity: V;
}

/** A reducer without code of the user's. */
export interface LibraryReducer {
  readonly kind: 'library-reducer';
  readonly op: 'count' | 'identity';
}

/** The sum of a key's values. */
export const sum: Aggregate<number> = { kind: 'aggregate', op: 'sum', identity: 0 };
/** The smallest of a key's values. */
export const min: Aggregate<number> = { kind: 'aggregate', op: 'min', identity: Infinity };
/** The largest of a key's values. */
export const max: Aggregate<number> = { kind: 'aggregate', op: 'max', identity: -Infinity };
/** How many values a key has. No combiner: counts of counts are sums. */
export const count: LibraryReducer = { kind: 'library-reducer', op: 'count' };
/** Every record as it came, sorted by key. */
export const identity: LibraryReducer = { kind: 'library-reducer', op: 'identity' };
