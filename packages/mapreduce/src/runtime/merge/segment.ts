/** A sorted segment to merge: a stretch of a file, or of the merger's own slab. Hadoop: mapred.Merger.Segment. */

export interface FileSegment {
  readonly kind: 'file';
  readonly path: string;
  /** Where the segment begins in the file. */
  readonly start: number;
  /** Records and end mark; four bytes of checksum follow. */
  readonly rawLength: number;
}

export interface MemorySegment {
  readonly kind: 'memory';
  /** Where the segment begins in the slab; its checksum has been verified. */
  readonly start: number;
  readonly rawLength: number;
}

export type Segment = FileSegment | MemorySegment;

/** An empty segment is its end mark alone. */
export const END_MARK_BYTES = 2;
export const CHECKSUM_BYTES = 4;
