/**
 * What a record costs on the data path: `node packages/mapreduce/test/bench/run.mjs [text file] [reducers]`.
 * One case of the list below a process, since a loop that has met two codecs is slower than one that has met one, as no task does.
 * Figures are CPU time, so that a busy machine shows little; the last line is one JSON object.
 */
import { tempDir } from '@bobbin/common/testing';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import wordcount from '../../../../examples/wordcount/wordcount.js';
import wordcountBytes from '../../../../examples/wordcount/wordcount-bytes.js';
import sort from '../../../../examples/sort/sort.js';
import { bytes } from '../../src/job/codecs.js';
import { defineJob, sum, text, long, words } from '../../src/index.js';
import { TASK_COUNTERS } from '../../src/runtime/counters.js';
import { MapOutputBuffer } from '../../src/runtime/map/map-output-buffer.js';
import { Merger } from '../../src/runtime/merge/merger.js';
import { fileSegment } from '../../src/runtime/merge/segment.js';
import { ThreadSlab } from '../../src/runtime/slab.js';
import { TaskStand } from '../runtime/task-stand.js';

const [, , name = '', input = '', reducers = '1'] = process.argv;
const figures: Record<string, number> = {};

function timed<T>(work: () => T): [result: T, ms: number] {
  const start = process.cpuUsage();
  const result = work();
  return [result, cpuMs(start)];
}

function cpuMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function report(name: string, value: number, unit: string): void {
  figures[name] = Math.round(value * 100) / 100;
  console.log(`${name.padEnd(34)} ${value.toFixed(1).padStart(10)} ${unit}`);
}

/** Lines of 100 bytes: a key of 10, a value of 90; `distinct` of the keys' bytes vary. */
function collectAndMerge(name: string, records: number, keyOf: (i: number) => Buffer): void {
  using dir = tempDir();
  const value = Buffer.alloc(90, 0x76);
  const collector = new MapOutputBuffer({
    dir: dir.path,
    slab: new ThreadSlab(0),
    partitions: 1,
    sortFactor: 10,
    minSpillsForCombine: 3,
    counters: new Float64Array(TASK_COUNTERS.length),
    touch: () => undefined,
    key: bytes,
    value: bytes,
    bufferBytes: 160 << 20,
  });
  const keys = Array.from({ length: 65_536 }, (_, i) => keyOf(i));
  const next = generator();
  const [, collectMs] = timed(() => {
    for (let i = 0; i < records; i++) collector.collect(keys[next() & 0xffff], value);
  });
  const [output, sortMs] = timed(() => collector.finish());
  report(`${name}: collect`, (collectMs * 1e6) / records, 'ns/record');
  report(`${name}: sort and spill`, (sortMs * 1e6) / records, 'ns/record');
  const slab = Buffer.alloc((10 << 18) + 16);
  const segments = Array.from({ length: 10 }, () => fileSegment(output.path, output.index[0]));
  const merger = new Merger(slab, 0, 10 << 18, segments);
  let merged = 0;
  const [, mergeMs] = timed(() => {
    while (merger.next()) merged++;
  });
  merger.close();
  report(`${name}: merge of 10 runs`, (mergeMs * 1e6) / merged, 'ns/record');
}

function generator(): () => number {
  let state = 42;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
}

/** A job over `file`, task by task; what a record that its maps emit costs. */
async function wholeJob(name: string, job: typeof wordcount, file: string, reducers: string): Promise<void> {
  using dir = tempDir();
  const conf = { 'mapreduce.task.io.sort.mb': '200' };
  const stand = new TaskStand({ dir: dir.path, input: file, job, numReduces: Number(reducers), conf, memoryMb: 512 });
  const start = process.cpuUsage();
  const { maps } = await stand.run();
  const seconds = cpuMs(start) / 1000;
  const output = readdirSync(stand.outputDir).reduce(
    (bytes, part) => bytes + statSync(join(stand.outputDir, part)).size,
    0,
  );
  const emitted = maps.reduce(
    (n, { counters }) => n + (counters['org.apache.hadoop.mapreduce.TaskCounter']?.['MAP_OUTPUT_RECORDS'] ?? 0),
    0,
  );
  report(`${name}: CPU`, seconds, 's');
  report(`${name}: a record`, (seconds * 1e9) / emitted, 'ns');
  report(`${name}: output`, output, 'bytes');
  report(`${name}: peak memory`, process.resourceUsage().maxRSS / 1024, 'MB');
}

const random = generator();
const plain = defineJob({
  mapOutput: { key: text, value: long },
  mapper(line, { emit }) {
    for (const word of words(line)) emit(word, 1);
  },
  reducer: sum,
});
const randomKey = (): Buffer => Buffer.from(Array.from({ length: 10 }, () => random() & 0xff));
const CASES: Record<string, () => void | Promise<void>> = {
  'random keys': () => collectAndMerge(name, 1_000_000, randomKey),
  'word keys': () => collectAndMerge(name, 1_000_000, () => Buffer.from(`identifier_${random() % 5000}`)),
  'word count': () => wholeJob(name, wordcount, input, reducers),
  'word count on bytes': () => wholeJob(name, wordcountBytes, input, reducers),
  'word count, no combiner': () => wholeJob(name, plain, input, reducers),
  'sort of lines': () => wholeJob(name, sort, input, '1'),
};
await CASES[name]?.();
console.log(JSON.stringify(figures));
