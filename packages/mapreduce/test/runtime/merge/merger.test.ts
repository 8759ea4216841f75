/** Merging: pass sizes as Hadoop's, stable ties, records larger than their window, keys that outlive it, signs of life. */
import { tempDir } from '@bobbin/common/testing';
import { join } from 'node:path';
import { LocalFile } from '../../../src/runtime/local-file.js';
import { mergeDownTo, passSize } from '../../../src/runtime/merge/merge-passes.js';
import { Merger } from '../../../src/runtime/merge/merger.js';
import { fileSegment, type FileSegment, type Segment } from '../../../src/runtime/merge/segment.js';
import { SegmentWriter } from '../../../src/runtime/spill/segment-writer.js';

type Records = readonly (readonly [key: string, value: string])[];

function segment(dir: string, name: string, records: Records): FileSegment {
  const path = join(dir, name);
  const writer = new SegmentWriter(LocalFile.create(path), Buffer.alloc(64), 0, 64);
  for (const [k, v] of records) {
    const [key, value] = [Buffer.from(k), Buffer.from(v)];
    writer.append(key, 0, key.length, value, 0, value.length);
  }
  writer.endSegment();
  return fileSegment(path, writer.finish()[0]);
}

function groupsOf(merger: Merger): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  while (merger.nextGroup()) {
    const values: string[] = [];
    while (merger.nextValue()) {
      values.push(merger.buffer.toString('latin1', merger.valueStart, merger.valueStart + merger.valueLength));
    }
    // The key is read after its values: it must have outlived the windows they came through.
    groups[merger.keyBuffer.toString('latin1', merger.keyStart, merger.keyStart + merger.keyLength)] = values;
  }
  merger.close();
  return groups;
}

test.each([
  [5, 10, 1, 10],
  [10, 10, 1, 10],
  [11, 10, 1, 2],
  [19, 10, 1, 10],
  [20, 10, 1, 2],
  [28, 10, 1, 10],
  [29, 10, 1, 2],
  [20, 10, 2, 10],
  [100, 2, 1, 2],
])('%d segments with factor %d: pass %d takes %d', (segments, factor, pass, expected) => {
  expect(passSize(segments, factor, pass)).toBe(expected);
});

test('each pass takes the smallest, and all passes after the first are full', () => {
  const of = (rawLength: number): Segment => ({ kind: 'memory', start: 0, rawLength });
  const passes: number[][] = [];
  const left = mergeDownTo(3, [9, 1, 5, 2, 8, 7].map(of), (batch) => {
    passes.push(batch.map(({ rawLength }) => rawLength));
    return of(batch.reduce((sum, { rawLength }) => sum + rawLength, 0));
  });
  expect(passes).toEqual([
    [1, 2],
    [3, 5, 7],
  ]);
  expect(left.map(({ rawLength }) => rawLength)).toEqual([8, 9, 15]);
});

test('values of equal keys come in the order of the runs', () => {
  using dir = tempDir();
  const runs = ['a', 'b', 'c'].map((run) =>
    segment(dir.path, run, [
      ['key', `${run}1`],
      ['key', `${run}2`],
      ['longer than eight bytes', run],
    ]),
  );
  expect(groupsOf(new Merger(Buffer.alloc(4096), 0, 4000, runs))).toEqual({
    key: ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'],
    'longer than eight bytes': ['a', 'b', 'c'],
  });
});

test('records larger than a window, larger than all windows, and a group longer than its window', () => {
  using dir = tempDir();
  const big = (n: number): string => 'x'.repeat(n);
  const many: Records = Array.from({ length: 200 }, (_, i) => ['a key of some length', `${i}`]);
  const runs = [
    segment(dir.path, 'a', [...many, ['big', big(5000)], [big(300), 'key']]),
    segment(dir.path, 'b', [
      ['a key of some length', 'last'],
      ['big', big(70_000)],
      ['small', ''],
    ]),
  ];
  let reads = 0;
  const groups = groupsOf(new Merger(Buffer.alloc(600), 0, 256, runs, () => reads++));
  expect(groups['a key of some length']).toEqual([...many.map(([, value]) => value), 'last']);
  expect(groups['big']?.map((value) => value.length)).toEqual([5000, 70_000]);
  expect(groups[big(300)]).toEqual(['key']);
  expect(groups['small']).toEqual(['']);
  expect(reads).toBeGreaterThan(10);
});

test('values not read are passed over', () => {
  using dir = tempDir();
  const merger = new Merger(Buffer.alloc(600), 0, 500, [
    segment(dir.path, 'a', [
      ['a', '1'],
      ['a', '2'],
      ['b', '3'],
    ]),
  ]);
  const keys: string[] = [];
  while (merger.nextGroup())
    keys.push(merger.keyBuffer.toString('latin1', merger.keyStart, merger.keyStart + merger.keyLength));
  merger.close();
  expect(keys).toEqual(['a', 'b']);
});

test('no segments, and empty ones', () => {
  using dir = tempDir();
  expect(groupsOf(new Merger(Buffer.alloc(100), 0, 50, []))).toEqual({});
  expect(groupsOf(new Merger(Buffer.alloc(100), 0, 50, [segment(dir.path, 'a', [])]))).toEqual({});
});
