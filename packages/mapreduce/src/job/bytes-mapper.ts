/**
 * The byte level of the job API: a mapper that gets stretches of a buffer and emits stretches of buffers. For jobs whose time is
 * mostly in the mapper. No Hadoop peer, unless it be raw Writables and BinaryComparable.
 */
import type { TaskContext } from './define-job.js';

export interface BytesMapContext extends Omit<TaskContext<never, never>, 'emit'> {
  /**
   * Emits bytes `keyStart` to `keyEnd` of `keys`, encoded as the job's key codec would (`text`: as they stand), with a number. For jobs
   * whose value codec is `long` or `double`.
   */
  readonly emit: (keys: Buffer, keyStart: number, keyEnd: number, value: number) => void;
  /** The same with a value that is encoded too; for jobs with any other value codec. */
  readonly emitBytes: (
    keys: Buffer,
    keyStart: number,
    keyEnd: number,
    values: Buffer,
    valueStart: number,
    valueEnd: number,
  ) => void;
  readonly file: string;
  /** Byte offset in the file at which the present line starts. */
  readonly offset: () => number;
}

/** The line is bytes `start` to `end` of `buffer`, its end left out; both are overwritten after the call. Never async. */
export type BytesMapFunction = (buffer: Buffer, start: number, end: number, context: BytesMapContext) => void;
