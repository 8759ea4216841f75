/** Splits: sizes and slop as Hadoop cuts them, which files count, and what is wrong with a path that cannot be read. */
import { tempDir } from '@bobbin/common/testing';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidInputError } from '../../../src/errors.js';
import { computeSplits, splitFile } from '../../../src/runtime/input/compute-splits.js';

const INPUT = 'mapreduce.input.fileinputformat.';

function tree(root: string, files: Record<string, number>): void {
  for (const [name, size] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), Buffer.alloc(size, 0x61));
  }
}

async function named(root: string, paths: readonly string[], conf: Record<string, string> = {}): Promise<string[]> {
  const inputdir = paths.map((path) => join(root, path)).join(',');
  const { splits } = await computeSplits({ [`${INPUT}inputdir`]: inputdir, ...conf });
  const prefix = `${pathToFileURL(root).href}/`;
  return splits.map(({ path, start, length }) => `${path.slice(prefix.length)}:${start}+${length}`);
}

test.each([
  [0, 10, ['0+0']],
  [10, 10, ['0+10']],
  [11, 10, ['0+11']],
  [12, 10, ['0+10', '10+2']],
  [31, 10, ['0+10', '10+10', '20+11']],
  [32, 10, ['0+10', '10+10', '20+10', '30+2']],
])('a file of %d bytes in pieces of %d', (sizeBytes, size, expected) => {
  expect(splitFile({ path: 'f', sizeBytes }, size).map(({ start, length }) => `${start}+${length}`)).toEqual(expected);
});

test('block size, minimum and maximum decide the size; the largest split comes first', async () => {
  using dir = tempDir();
  tree(dir.path, { 'a.txt': 25, 'b.txt': 5 });
  const block = { 'bobbin.fs.local.block-size': '10' };
  expect(await named(dir.path, ['a.txt', 'b.txt'], block)).toEqual([
    'a.txt:0+10',
    'a.txt:10+10',
    'a.txt:20+5',
    'b.txt:0+5',
  ]);
  expect(await named(dir.path, ['a.txt'], { ...block, [`${INPUT}split.minsize`]: '20' })).toEqual([
    'a.txt:0+20',
    'a.txt:20+5',
  ]);
  expect(await named(dir.path, ['b.txt'], { ...block, [`${INPUT}split.maxsize`]: '4' })).toEqual([
    'b.txt:0+4',
    'b.txt:4+1',
  ]);
});

test('folders give their files, hidden names left out; patterns match; blanks in names are kept', async () => {
  using dir = tempDir();
  tree(dir.path, {
    'in/a.txt': 1,
    'in/_logs': 1,
    'in/.b.crc': 1,
    'in/c d.txt': 1,
    'x1/f': 1,
    'x2/f': 1,
    'y3/f': 1,
    'e,f': 1,
  });
  expect(await named(dir.path, ['in'])).toEqual(['in/a.txt:0+1', 'in/c%20d.txt:0+1']);
  expect(await named(dir.path, ['x[0-9]/*'])).toEqual(['x1/f:0+1', 'x2/f:0+1']);
  expect(await named(dir.path, ['{x2,y?}/f'])).toEqual(['x2/f:0+1', 'y3/f:0+1']);
  expect(await named(dir.path, ['e\\,f'])).toEqual(['e,f:0+1']);
});

test('folders in folders: an error, passed over, or read', async () => {
  using dir = tempDir();
  tree(dir.path, { 'in/a': 1, 'in/deep/er/b': 1 });
  await expect(named(dir.path, ['in'])).rejects.toThrow(/contains the folder .*deep; set .*input.dir.recursive=true/);
  expect(await named(dir.path, ['in'], { [`${INPUT}input.dir.nonrecursive.ignore.subdirs`]: 'true' })).toEqual([
    'in/a:0+1',
  ]);
  expect(await named(dir.path, ['in'], { [`${INPUT}input.dir.recursive`]: 'true' })).toEqual([
    'in/a:0+1',
    'in/deep/er/b:0+1',
  ]);
});

test('a packed file is one split, whatever its size', async () => {
  using dir = tempDir();
  tree(dir.path, { 'a.gz': 1000, 'b.txt': 20 });
  expect(await named(dir.path, ['*'], { 'bobbin.fs.local.block-size': '10' })).toEqual([
    'a.gz:0+1000',
    'b.txt:0+10',
    'b.txt:10+10',
  ]);
});

test('all problems are told at once, each with its path', async () => {
  using dir = tempDir();
  tree(dir.path, { 'a.bz2': 1, fine: 1 });
  const socket = createServer().listen(join(dir.path, 'socket'));
  await once(socket, 'listening');
  const failure: unknown = await named(dir.path, ['missing', 'no*', 'socket', 'a.bz2']).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(InvalidInputError);
  expect((failure as InvalidInputError).problems).toEqual([
    `Input path does not exist: ${join(dir.path, 'missing')}`,
    `Input Pattern ${join(dir.path, 'no*')} matches 0 files`,
    expect.stringMatching(/^Input path is not a regular file: file:.*socket$/),
    expect.stringMatching(/^Input path is compressed \(\.bz2\), which this release cannot read/),
  ]);
  socket.close();
  await expect(computeSplits({})).rejects.toThrow('No input paths specified in job');
  await expect(named(dir.path, ['fine'], { [`${INPUT}split.minsize`]: 'x' })).rejects.toThrow("split.minsize is 'x'");
});
