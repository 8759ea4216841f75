/**
 * MapOutputIndexCache: where the parts of map outputs lie, from `file.out.index`. Hadoop: mapred.{IndexCache,SpillRecord}. A file is,
 * for each partition, start, raw length and part length as int64 big-endian, then the CRC-32 of all that as an int64. Files are
 * read once, verified, and kept up to a number of bytes, the least recently used going first.
 */
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** One partition of one map output; bytes. */
export interface MapOutputPart {
  readonly start: number;
  readonly rawLength: number;
  /** On disk, checksum included. */
  readonly partLength: number;
}

const ENTRY_BYTES = 24;

export class MapOutputIndexCache {
  private readonly files = new Map<string, Buffer>();
  private bytes = 0;

  constructor(private readonly limitBytes: number) {}

  /** Throws RangeError for a partition that is not there, and Error for a damaged file or one that cannot be read. */
  async part(indexFile: string, partition: number): Promise<MapOutputPart> {
    const index = this.files.get(indexFile) ?? (await this.load(indexFile));
    // The last used is the last to go.
    if (this.files.delete(indexFile)) this.files.set(indexFile, index);
    const partitions = (index.length - 8) / ENTRY_BYTES;
    if (partition < 0 || partition >= partitions) {
      throw new RangeError(`map output has ${partitions} partitions, and none with number ${partition}`);
    }
    const at = partition * ENTRY_BYTES;
    const field = (n: number): number => Number(index.readBigInt64BE(at + 8 * n));
    return { start: field(0), rawLength: field(1), partLength: field(2) };
  }

  /** Forgets the files below a folder. */
  forget(folder: string): void {
    for (const [file, index] of this.files) {
      if (!file.startsWith(folder)) continue;
      this.files.delete(file);
      this.bytes -= index.length;
    }
  }

  private async load(indexFile: string): Promise<Buffer> {
    const index = await readFile(indexFile);
    const body = index.length - 8;
    if (body < 0 || body % ENTRY_BYTES !== 0) throw new Error(`index '${indexFile}' has ${index.length} bytes`);
    if (Number(index.readBigInt64BE(body)) !== crc32(index.subarray(0, body))) {
      throw new Error(`index '${indexFile}' does not match its checksum`);
    }
    if (!this.files.has(indexFile)) {
      this.files.set(indexFile, index);
      this.bytes += index.length;
    }
    for (const [oldest, old] of this.files) {
      if (this.bytes <= this.limitBytes || oldest === indexFile) break;
      this.files.delete(oldest);
      this.bytes -= old.length;
    }
    return index;
  }
}
