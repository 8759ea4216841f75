/** Packed input: read as the text it holds, one map a file; a damaged one fails the map with its name. */
import { tempDir } from '@bobbin/common/testing';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import wordcount from '../../../../../examples/wordcount/wordcount.js';
import sort from '../../../../../examples/sort/sort.js';
import { defineMapJob } from '../../../src/index.js';
import { ChecksumError } from '../../../src/errors.js';
import { computeSplits, sampledProperties } from '../../../src/runtime/index.js';
import { hasZstd } from '../../../src/runtime/spill/output-codec.js';
import { TaskStand } from '../task-stand.js';

const TEXT = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `word${i % 50} and\n`).join(''));
const PACK: Record<string, (text: Buffer) => Buffer> = {
  gz: (text) => Buffer.concat([zlib.gzipSync(text.subarray(0, 1000)), zlib.gzipSync(text.subarray(1000))]),
  deflate: (text) => zlib.deflateSync(text),
  ...(hasZstd && { zst: (text: Buffer) => zlib.zstdCompressSync(text) }),
};

test.each(Object.keys(PACK))('words of a .%s file and of a plain one are counted together', async (suffix) => {
  using dir = tempDir();
  writeFileSync(join(dir.path, `in.${suffix}`), PACK[suffix]?.(TEXT) ?? '');
  writeFileSync(join(dir.path, 'in.txt'), 'and more\n');
  const input = [`in.${suffix}`, 'in.txt'].map((name) => join(dir.path, name)).join();
  const stand = new TaskStand({ dir: dir.path, input, job: wordcount });
  const { parts, maps } = await stand.run();
  const words = Array.from({ length: 50 }, (_, i) => `word${i}\t600`);
  expect(parts.join('').trimEnd().split('\n')).toEqual(['and\t30001', 'more\t1', ...words].sort());
  expect(maps.map(({ progress }) => progress)).toEqual([1, 1]);
  const left = readdirSync(stand.localDir, { recursive: true }).map(String);
  expect(left.filter((name) => name.endsWith('unpacked'))).toEqual([]);
});

test('the mapper sees the packed file and offsets in its text', async () => {
  using dir = tempDir();
  const input = join(dir.path, 'in.gz');
  writeFileSync(input, zlib.gzipSync('one\ntwo\n'));
  const job = defineMapJob({ mapper: (line, { emit, file, offset }) => emit(`${file}:${offset()}`, line) });
  const { parts } = await new TaskStand({ dir: dir.path, input, job, numReduces: 0 }).run();
  expect(parts).toEqual([`${input}:0\tone\n${input}:4\ttwo\n`]);
});

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, -10)],
  ['with a bit flipped', (bytes: Buffer) => bytes.map((byte, i) => (i === 500 ? byte ^ 4 : byte))],
  ['that is none', () => Buffer.from('plain text')],
])('a file %s fails its map by name, and leaves nothing', async (_what, spoil) => {
  using dir = tempDir();
  const input = join(dir.path, 'in.gz');
  writeFileSync(input, spoil(zlib.gzipSync(TEXT)));
  const stand = new TaskStand({ dir: dir.path, input, job: wordcount });
  const error: unknown = await stand.run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ChecksumError);
  expect((error as Error).message).toBe(`input '${input}' is corrupt`);
  expect(readdirSync(join(stand.localDir, 'output'))).toEqual([]);
});

test('totalOrder says that it cannot sample such a file', async () => {
  using dir = tempDir();
  const input = join(dir.path, 'in.gz');
  writeFileSync(input, zlib.gzipSync(TEXT));
  const { splits } = await computeSplits({ 'mapreduce.input.fileinputformat.inputdir': input });
  await expect(sampledProperties(sort, splits, 2, {})).rejects.toThrow(
    `totalOrder cannot sample '${input}', which is compressed`,
  );
});
