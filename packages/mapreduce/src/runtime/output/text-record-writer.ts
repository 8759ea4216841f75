/**
 * TextRecordWriter: lines of key, separator, value. Hadoop: TextOutputFormat.LineRecordWriter. A key or value that is null or
 * undefined is left out with the separator; a record of neither is no line. Gathers 1 MB before it writes.
 */
import { encodeText } from '../../job/text-codec.js';
import { show } from '../../job/codec.js';
import type { LocalFile } from '../local-file.js';

const AREA_BYTES = 1 << 20;
const NEWLINE = 0x0a;

export class TextRecordWriter {
  /** Lines and bytes written, those still in memory included. */
  records = 0;
  bytes = 0;
  private readonly buffer = Buffer.allocUnsafeSlow(AREA_BYTES);
  private readonly separator: Buffer;
  private position = 0;
  private isOpen = true;

  constructor(
    private readonly file: LocalFile,
    separator: string,
  ) {
    this.separator = Buffer.from(separator);
  }

  /** Throws TypeError at what is no Printable. */
  write(key: unknown, value: unknown): void {
    const hasKey = key !== null && key !== undefined;
    const hasValue = value !== null && value !== undefined;
    if (!hasKey && !hasValue) return;
    if (hasKey) this.put(key);
    if (hasKey && hasValue) this.putBytes(this.separator, 0, this.separator.length);
    if (hasValue) this.put(value);
    this.endLine();
  }

  /** A record whose key is text already. */
  writeEncodedKey(buffer: Buffer, start: number, length: number, value: unknown): void {
    this.putBytes(buffer, start, length);
    if (value !== null && value !== undefined) {
      this.putBytes(this.separator, 0, this.separator.length);
      this.put(value);
    }
    this.endLine();
  }

  /** A record whose key and value are text already. */
  writeEncoded(
    keys: Buffer,
    keyStart: number,
    keyLength: number,
    values: Buffer,
    valueStart: number,
    valueLength: number,
  ): void {
    this.putBytes(keys, keyStart, keyLength);
    this.putBytes(this.separator, 0, this.separator.length);
    this.putBytes(values, valueStart, valueLength);
    this.endLine();
  }

  /** Writes what is left and closes the file. */
  close(): void {
    this.flush();
    this.isOpen = false;
    this.file.close();
  }

  /** Closes the file without what is left in memory; safe to call twice, and after `close`. */
  discard(): void {
    if (this.isOpen) this.file.close();
    this.isOpen = false;
  }

  private endLine(): void {
    if (this.position === AREA_BYTES) this.flush();
    this.buffer[this.position++] = NEWLINE;
    this.bytes++;
    this.records++;
  }

  private put(value: unknown): void {
    if (typeof value === 'string') this.putText(value);
    else if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
      this.putText(String(value));
    } else if (value instanceof Uint8Array) {
      this.putBytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength), 0, value.length);
    } else {
      throw new TypeError(
        `text output writes strings, numbers, bigints, booleans and Uint8Arrays, not ${show(value)}; turn it into one first`,
      );
    }
  }

  private putText(text: string): void {
    let end = encodeText(text, this.buffer, this.position, AREA_BYTES);
    if (end < 0) {
      this.flush();
      end = encodeText(text, this.buffer, 0, AREA_BYTES);
    }
    if (end >= 0) {
      this.bytes += end - this.position;
      this.position = end;
      return;
    }
    const large = Buffer.allocUnsafeSlow(3 * text.length);
    this.putBytes(large, 0, encodeText(text, large, 0, large.length));
  }

  private putBytes(source: Buffer, start: number, length: number): void {
    this.bytes += length;
    if (this.position + length > AREA_BYTES) this.flush();
    if (length > AREA_BYTES) {
      this.file.write(source, start, start + length);
      return;
    }
    const { buffer, position } = this;
    if (length <= 24) for (let i = 0; i < length; i++) buffer[position + i] = source[start + i] ?? 0;
    else source.copy(buffer, position, start, start + length);
    this.position = position + length;
  }

  private flush(): void {
    this.file.write(this.buffer, 0, this.position);
    this.position = 0;
  }
}
