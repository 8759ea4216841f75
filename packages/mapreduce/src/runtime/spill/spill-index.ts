/**
 * The index of a map output or spill file: where each partition's segment lies. Hadoop: mapred.{SpillRecord,IndexRecord}, the
 * same bytes: per partition start, raw length and part length as int64 big-endian, then the CRC-32 of all that as int64.
 */
import { crc32 } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { ChecksumError, LocalDiskError } from '../../errors.js';
import { LocalFile } from '../local-file.js';

/** One partition's stretch of a file. Bytes; offsets may pass 2^32. */
export interface IndexRecord {
  readonly start: number;
  /** Records and end mark. */
  readonly rawLength: number;
  /** What lies in the file: as above, compressed where the job compresses, and the checksum. */
  readonly partLength: number;
}

const RECORD_BYTES = 24;

export function encodeIndex(records: readonly IndexRecord[]): Buffer {
  const buffer = Buffer.alloc(records.length * RECORD_BYTES + 8);
  records.forEach(({ start, rawLength, partLength }, i) => {
    buffer.writeBigInt64BE(BigInt(start), i * RECORD_BYTES);
    buffer.writeBigInt64BE(BigInt(rawLength), i * RECORD_BYTES + 8);
    buffer.writeBigInt64BE(BigInt(partLength), i * RECORD_BYTES + 16);
  });
  const body = buffer.subarray(0, -8);
  buffer.writeBigInt64BE(BigInt(crc32(body)), body.length);
  return buffer;
}

/** Throws ChecksumError naming `what` when the bytes are no index or were altered. */
export function decodeIndex(buffer: Buffer, what: string): IndexRecord[] {
  const body = buffer.subarray(0, -8);
  if (buffer.length < 8 || body.length % RECORD_BYTES !== 0) throw new ChecksumError(what);
  if (buffer.readBigInt64BE(body.length) !== BigInt(crc32(body))) throw new ChecksumError(what);
  return Array.from({ length: body.length / RECORD_BYTES }, (_, i) => ({
    start: Number(body.readBigInt64BE(i * RECORD_BYTES)),
    rawLength: Number(body.readBigInt64BE(i * RECORD_BYTES + 8)),
    partLength: Number(body.readBigInt64BE(i * RECORD_BYTES + 16)),
  }));
}

/** Readable by the group, as Hadoop's, so that a shuffle server under another user can serve it. */
export function writeIndexFile(path: string, records: readonly IndexRecord[]): void {
  const bytes = encodeIndex(records);
  const file = LocalFile.create(path);
  try {
    file.write(bytes, 0, bytes.length);
  } finally {
    file.close();
  }
}

export function readIndexFile(path: string): IndexRecord[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new LocalDiskError('read', path, cause);
  }
  return decodeIndex(bytes, `index file '${path}'`);
}
