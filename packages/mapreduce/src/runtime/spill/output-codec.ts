/**
 * OutputCodec: how map output is compressed, by the names of Hadoop's codecs: DefaultCodec (zlib), GzipCodec, ZStandardCodec. A segment
 * is members one behind another, each of at most BLOCK_BYTES before compression and complete in itself: a stream that
 * Hadoop's own decompressors read, and that here is read a member at a time, synchronously, in bounded memory.
 */
import * as zlib from 'node:zlib';
import { TaskConfigurationError } from '../../errors.js';

/** What one member holds at most. */
export const BLOCK_BYTES = 256 * 1024;
/** What one member takes at most: no codec adds as much as a hundredth to what it cannot compress. */
export const MAX_MEMBER_BYTES = BLOCK_BYTES + BLOCK_BYTES / 64;

export interface Member {
  readonly raw: Buffer;
  /** Bytes the member takes. */
  readonly length: number;
}

export interface OutputCodec {
  /** Hadoop's class. */
  readonly name: string;
  /** One member of at most BLOCK_BYTES. */
  compress(block: Buffer): Buffer;
  /** The member that `source` begins with; throws what Node's zlib throws, or RangeError, where there is none. */
  decompress(source: Buffer): Member;
}

const PACKAGE = 'org.apache.hadoop.io.compress.';
/** Fast rather than small: what it saves is disk and network. */
const LEVEL = 1;
/**
 * Room for all that a block can become. Where a frame ends with Node's output buffer (16 KB unless told), Node 24 asks zstd once more and
 * gets a second, empty frame: in one buffer that cannot happen.
 */
const roomFor = ({ length }: Buffer): number => length + (length >>> 6) + 1024;
/** No member makes more than a block, whatever its bytes say. */
const INFLATE = { maxOutputLength: BLOCK_BYTES, chunkSize: BLOCK_BYTES, info: true };

const ZSTD_PARAMS = { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL };

const deflate: OutputCodec = {
  name: `${PACKAGE}DefaultCodec`,
  compress: (block) => zlib.deflateSync(block, { level: LEVEL, chunkSize: roomFor(block) }),
  decompress: (source) => member(zlib.inflateSync(source, INFLATE)),
};

const gzip: OutputCodec = {
  name: `${PACKAGE}GzipCodec`,
  compress: (block) => zlib.gzipSync(block, { level: LEVEL, chunkSize: roomFor(block) }),
  decompress(source) {
    // Node's own gunzip goes on with the next member, of which only a part may be there.
    const header = gzipHeaderBytes(source);
    const { raw, length } = member(zlib.inflateRawSync(source.subarray(header), INFLATE));
    const end = header + length;
    if (source.readUInt32LE(end) !== zlib.crc32(raw) || source.readUInt32LE(end + 4) !== raw.length) {
      throw new RangeError('a gzip member does not match its checksum');
    }
    return { raw, length: end + 8 };
  },
};

const zstd: OutputCodec = {
  name: `${PACKAGE}ZStandardCodec`,
  compress: (block) => zlib.zstdCompressSync(block, { params: ZSTD_PARAMS, chunkSize: roomFor(block) }),
  decompress(source) {
    const length = zstdFrameBytes(source);
    const { maxOutputLength, chunkSize } = INFLATE;
    return { raw: zlib.zstdDecompressSync(source.subarray(0, length), { maxOutputLength, chunkSize }), length };
  },
};

/** Node has it from 22.15 on. */
export const hasZstd = typeof (zlib as Partial<typeof zlib>).zstdCompressSync === 'function';
const CODECS = [deflate, gzip, ...(hasZstd ? [zstd] : [])];

/** Class name of the codec that costs least for what it saves. */
export const fastestCodec = (hasZstd ? zstd : deflate).name;

/** The codec of a Hadoop class name. Throws TaskConfigurationError naming `key` where there is none. */
export function outputCodec(key: string, name: string): OutputCodec {
  const codec = CODECS.find((one) => one.name === name);
  if (codec !== undefined) return codec;
  const known = CODECS.map((one) => one.name).join(', ');
  throw new TaskConfigurationError(`${key} is '${name}', which this Node cannot do; it can do ${known}`);
}

/** The answer of a synchronous zlib call with `info`, which Node's types do not know. */
function member(answer: unknown): Member {
  const { buffer, engine } = answer as { buffer: Buffer; engine: { bytesWritten: number } };
  return { raw: buffer, length: engine.bytesWritten };
}

const GZIP_FLAGS = { headerChecksum: 2, extra: 4, name: 8, comment: 16 } as const;

/** RFC 1952, 2.3. */
function gzipHeaderBytes(source: Buffer): number {
  if (source.readUInt16BE(0) !== 0x1f8b || source[2] !== 8) throw new RangeError('no gzip member');
  const flags = source.readUInt8(3);
  let at = 10;
  if (flags & GZIP_FLAGS.extra) at += 2 + source.readUInt16LE(at);
  if (flags & GZIP_FLAGS.name) at = source.indexOf(0, at) + 1;
  if (flags & GZIP_FLAGS.comment) at = source.indexOf(0, at) + 1;
  return flags & GZIP_FLAGS.headerChecksum ? at + 2 : at;
}

const ZSTD_MAGIC = 0xfd2fb528;
const ZSTD_RUN = 1;

/** RFC 8878, 3.1.1: a frame says only block by block how long it is. */
function zstdFrameBytes(source: Buffer): number {
  if (source.readUInt32LE(0) !== ZSTD_MAGIC) throw new RangeError('no zstd frame');
  const descriptor = source.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (isSingleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes;
  for (let isLast = false; !isLast;) {
    const block = source.readUIntLE(at, 3);
    isLast = (block & 1) !== 0;
    at += 3 + (((block >>> 1) & 3) === ZSTD_RUN ? 1 : block >>> 3);
  }
  return at + (descriptor & 4 ? 4 : 0);
}
