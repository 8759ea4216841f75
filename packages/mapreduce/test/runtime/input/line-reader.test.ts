/** LineReader: every cut of a file into splits yields each line once, whatever its line ends and whatever the slab. */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineReader, type LineReaderOptions } from '../../../src/runtime/input/line-reader.js';
import { LocalFile } from '../../../src/runtime/local-file.js';

interface Line {
  readonly offset: number;
  readonly text: string;
}

function readSplits(content: Buffer, cuts: readonly number[], options: LineReaderOptions = {}): Line[] {
  using dir = tempDir();
  const path = join(dir.path, 'in');
  writeFileSync(path, content);
  const file = LocalFile.openForRead(path);
  const lines: Line[] = [];
  const bounds = [0, ...cuts.filter((cut) => cut < content.length).sort((a, b) => a - b), content.length];
  for (let i = 0; i + 1 < bounds.length; i++) {
    const start = bounds[i] ?? 0;
    const reader = new LineReader(file, start, (bounds[i + 1] ?? 0) - start, options);
    while (reader.next()) {
      lines.push({ offset: reader.offset, text: reader.buffer.toString('latin1', reader.start, reader.end) });
    }
  }
  file.close();
  return lines;
}

/** The definition: lines end at \r\n, \r or \n; what follows the last end is a line unless it is empty. */
function linesOf(content: Buffer): string[] {
  const lines = content.toString('latin1').split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

const content = fc
  .array(fc.constantFrom('a', 'bc', '\n', '\r', '\r\n', '\r\r', 'long line of text', '\xff'), { maxLength: 60 })
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

test('any cuts, any line ends, any slab: each line once, in order', () => {
  fc.assert(
    fc.property(
      content,
      fc.array(fc.nat(200), { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      (bytes, cuts, slabBytes) => {
        const distinct = [...new Set(cuts)].filter((cut) => cut > 0);
        const lines = readSplits(bytes, distinct, { slabBytes });
        expect(lines.map(({ text }) => text)).toEqual(linesOf(bytes));
        for (const { offset, text } of lines) expect(bytes.toString('latin1', offset, offset + text.length)).toBe(text);
      },
    ),
    { numRuns: 500 },
  );
});

test('every single cut of a file with all line ends', () => {
  const bytes = Buffer.from('one\ntwo\rthree\r\n\r\nfour\n\nfive');
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(readSplits(bytes, [cut], { slabBytes: 4 }).map(({ text }) => text)).toEqual(linesOf(bytes));
  }
});

test('a byte order mark at the start of the file is no part of the first line', () => {
  expect(readSplits(Buffer.from('\ufeffa\n\ufeffb'), []).map(({ text }) => text)).toEqual([
    'a',
    Buffer.from('\ufeffb').toString('latin1'),
  ]);
});

test('lines over the limit are left out, however long, and the others stay', () => {
  const bytes = Buffer.from(`short\n${'x'.repeat(1000)}\nfive5\n${'y'.repeat(6)}\n`);
  for (const slabBytes of [3, 8, 64, 4096]) {
    expect(readSplits(bytes, [], { maxLineBytes: 5, slabBytes }).map(({ text }) => text)).toEqual(['short', 'five5']);
  }
});

test('an empty file has no lines', () => {
  expect(readSplits(Buffer.alloc(0), [])).toEqual([]);
});
