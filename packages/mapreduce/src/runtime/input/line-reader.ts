/**
 * LineReader: the lines of a split, as stretches of a slab. Hadoop: lib.input.LineRecordReader with util.LineReader.
 * A line ends at `\n`, `\r` or `\r\n`, or with the file. A split that does not start the file skips its first line, and every
 * split reads each line that starts at or before its end: over all splits of a file, each line once. A byte order mark at the start
 * of the file is no part of the first line; lines longer than the limit are left out.
 */
import type { LocalFile } from '../local-file.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const SLAB_BYTES = 1 << 20;

export interface LineReaderOptions {
  /** Default: no limit. */
  readonly maxLineBytes?: number;
  /** Default 1 MiB; grows for longer lines. */
  readonly slabBytes?: number;
}

export class LineReader {
  /** Holds the present line from `start` to `end`, until the next call of `next`. */
  buffer: Buffer;
  start = 0;
  end = 0;
  /** Lines left out for their length. */
  skippedLines = 0;
  private readonly maxLineBytes: number;
  private readonly splitEnd: number;
  /** Index of the next line in the buffer, end of what was read, and where in the file index 0 lies. */
  private position = 0;
  private filled = 0;
  private base: number;
  private atFileEnd = false;
  /** No `\r` before this index; the buffer's next one where it is within `filled`. */
  private nextReturn = -1;
  private skipped = 0;

  /** Reads bytes `start` to `start + length` of `file`, and as far on as the last line goes. */
  constructor(
    private readonly file: LocalFile,
    splitStart: number,
    length: number,
    options: LineReaderOptions = {},
  ) {
    this.buffer = Buffer.allocUnsafeSlow(options.slabBytes ?? SLAB_BYTES);
    this.maxLineBytes = options.maxLineBytes ?? Infinity;
    this.base = splitStart;
    this.splitEnd = splitStart + length;
    this.fill();
    if (splitStart > 0) this.findLine();
    else if (BYTE_ORDER_MARK.every((byte, i) => this.filled > i && this.buffer[i] === byte)) this.position = 3;
  }

  /** Goes to the next line; false at the end of the split. */
  next(): boolean {
    while (this.base + this.position <= this.splitEnd && this.findLine()) {
      if (this.end - this.start + this.skipped <= this.maxLineBytes) return true;
      this.skippedLines++;
    }
    return false;
  }

  /** Where the present line starts in the file, bytes. */
  get offset(): number {
    return this.base + this.start;
  }

  /** How far in the file lines have been read, bytes. */
  get filePosition(): number {
    return this.base + this.position;
  }

  /** Sets `start` and `end` of the line at `position`, and `position` behind its end; false where the file ends. */
  private findLine(): boolean {
    this.skipped = 0;
    let from = this.position;
    for (;;) {
      const newline = this.find(NEWLINE, from);
      if (this.nextReturn < from) this.nextReturn = this.find(RETURN, from);
      const { nextReturn, filled } = this;
      if (nextReturn < newline) {
        // The byte after a `\r` decides how long the line's end is.
        if (nextReturn + 1 === filled && !this.atFileEnd) {
          from = this.readOn(nextReturn);
          continue;
        }
        return this.setLine(nextReturn, this.buffer[nextReturn + 1] === NEWLINE && nextReturn + 1 < filled ? 2 : 1);
      }
      if (newline < filled) return this.setLine(newline, 1);
      if (this.atFileEnd) return this.position < filled || this.skipped > 0 ? this.setLine(filled, 0) : false;
      from = this.readOn(filled);
    }
  }

  private setLine(end: number, endBytes: number): true {
    this.start = this.position;
    this.end = end;
    this.position = end + endBytes;
    return true;
  }

  /** Index of `byte` from `from` on, or `filled`. */
  private find(byte: number, from: number): number {
    const at = this.buffer.indexOf(byte, from);
    return at < 0 || at > this.filled ? this.filled : at;
  }

  /**
   * Reads more behind the line so far, which goes to the front; of a line past the limit only its length is kept. Returns where the
   * byte at `index` lies now.
   */
  private readOn(index: number): number {
    const { buffer, position } = this;
    let keepFrom = position;
    if (this.filled - position > this.maxLineBytes) {
      this.skipped += index - position;
      keepFrom = index;
    }
    if (keepFrom > 0) {
      buffer.copyWithin(0, keepFrom, this.filled);
      this.base += keepFrom;
      this.filled -= keepFrom;
      this.position = 0;
    }
    this.nextReturn = -1;
    if (this.filled === buffer.length) {
      this.buffer = Buffer.allocUnsafeSlow(2 * buffer.length);
      buffer.copy(this.buffer);
    }
    this.fill();
    return index - keepFrom;
  }

  private fill(): void {
    const wanted = this.buffer.length - this.filled;
    const got = this.file.read(this.buffer, this.filled, wanted, this.base + this.filled);
    this.filled += got;
    this.atFileEnd = got < wanted;
  }
}
