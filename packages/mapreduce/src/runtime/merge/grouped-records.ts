/**
 * GroupedRecords: sorted records seen as groups of equal keys. Read like this: `while (nextGroup()) while (nextValue()) ...`.
 * What the combiner and the reducer read from; a merger and a sorted buffer give it. Positions hold until the next call.
 */
export interface GroupedRecords {
  /** Goes to the first record of the next key, past values not read; false at the end. */
  nextGroup(): boolean;
  /** Goes to the group's next value, at first its first; false when there is none. */
  nextValue(): boolean;
  /** Key of the group. */
  readonly keyBuffer: Buffer;
  readonly keyStart: number;
  readonly keyLength: number;
  /** The value gone to last. */
  readonly buffer: Buffer;
  readonly valueStart: number;
  readonly valueLength: number;
}
