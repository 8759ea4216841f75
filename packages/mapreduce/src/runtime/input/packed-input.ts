/**
 * Packed input: files whose suffix names a codec (`.gz`, `.deflate`, `.zst`). Hadoop: CompressionCodecFactory, and TextInputFormat.isSplitable,
 * which says no to these. A map unpacks its file to a local disk and reads it from there: lines are cut synchronously, and a
 * decompressor of any stream is asynchronous in Node. Price: as much disk as the text has bytes, for as long as the map runs.
 */
import { createReadStream, rmSync } from 'node:fs';
import { extname } from 'node:path';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { errnoOf } from '@bobbin/common';
import { ChecksumError, LocalDiskError } from '../../errors.js';
import { LocalFile } from '../local-file.js';
import { hasZstd } from '../spill/output-codec.js';

const READ_BYTES = 256 * 1024;

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = {
  '.gz': createGunzip,
  '.deflate': createInflate,
  ...(hasZstd && { '.zst': createZstdDecompress }),
};
/** Hadoop's codecs that nothing here reads. */
const UNKNOWN = ['.bz2', '.lz4', '.snappy', '.zst'].filter((suffix) => !(suffix in DECOMPRESSORS));

/** Whether a map reads the file unpacked, and alone. */
export function isPacked(path: string): boolean {
  return extname(path) in DECOMPRESSORS;
}

/** The suffix of a file that must not be read as if it were text, and cannot be read otherwise. */
export function unreadableSuffix(path: string): string | undefined {
  return UNKNOWN.find((suffix) => path.endsWith(suffix));
}

/**
 * Writes the text of `path` to the new file `target`; `touch` is called as it goes on. Rejects with ChecksumError where the file is no whole
 * stream of its kind, and LocalDiskError where a disk fails; `target` is gone then.
 */
export async function unpack(path: string, target: string, touch: () => void): Promise<void> {
  const decompressor = DECOMPRESSORS[extname(path)];
  if (decompressor === undefined) throw new Error(`'${path}' is not packed`);
  const file = LocalFile.create(target);
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: READ_BYTES }),
      decompressor(),
      async (text: AsyncIterable<Buffer>) => {
        for await (const piece of text) {
          file.write(piece, 0, piece.length);
          touch();
        }
      },
    );
  } catch (error) {
    rmSync(target, { force: true });
    if (error instanceof LocalDiskError) throw error;
    if (/^E[A-Z]+$/.test(errnoOf(error) ?? '')) throw new LocalDiskError('read', path, error);
    throw new ChecksumError(`input '${path}'`, error);
  } finally {
    file.close();
  }
}
