/** A sorted segment to merge: a stretch of a file, or of the merger's own slab. Hadoop: mapred.Merger.Segment. */

import type { IndexRecord } from '../spill/spill-index.js';

export interface FileSegment {
  readonly kind: 'file';
  readonly path: string;
  /** Where the segment begins in the file. */
  readonly start: number;
  /** Records and end mark. */
  readonly rawLength: number;
  /** What lies in the file: the same, compressed where the job compresses, and four bytes of checksum. */
  readonly partLength: number;
}

export interface MemorySegment {
  readonly kind: 'memory';
  /** Where the segment begins in the slab; its checksum has been verified. */
  readonly start: number;
  readonly rawLength: number;
}

/** A segment of a file as its index has it. */
export function fileSegment(path: string, record: IndexRecord | undefined): FileSegment {
  if (record === undefined) throw new RangeError(`the index of '${path}' has too few partitions`);
  return { kind: 'file', path, ...record };
}

export type Segment = FileSegment | MemorySegment;

/** Bytes of those segments that are read from files. */
export function fileBytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + (segment.kind === 'file' ? segment.partLength : 0), 0);
}

/** An empty segment is its end mark alone. */
export const END_MARK_BYTES = 2;
export const CHECKSUM_BYTES = 4;
