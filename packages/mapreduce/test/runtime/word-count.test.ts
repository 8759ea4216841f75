/** Whole jobs through the task runtime: results equal what an independent count gives, whatever the settings. */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wordcount from '../../../../examples/wordcount/wordcount.js';
import wordcountBytes from '../../../../examples/wordcount/wordcount-bytes.js';
import { count, defineBytesJob, defineJob, defineMapJob, identity, long, text, words } from '../../src/index.js';
import type { Job } from '../../src/job/define-job.js';
import { UserCodeError } from '../../src/errors.js';
import { StandShuffleServer, TaskStand } from './task-stand.js';

// Whole jobs, some of them many times over: a busy machine may take longer than jest's 5 s.
jest.setTimeout(120_000);

/** Words cut on bytes, as `tr -s ' \t\n\r\f' '\n'` does; lines of word, tab, count, sorted. */
function countWords(content: Buffer): string[] {
  const counts = new Map<string, number>();
  for (const word of content.toString('latin1').split(/[ \t\n\r\f]+/)) {
    if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, n]) => `${word}\t${n}`).sort();
}

const linesOf = (parts: readonly string[]): string[] => parts.join('').split('\n').slice(0, -1);

const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('the', 'a', 'Ä', 'word\r', 'x\r\n', '\n', '  ', '\t', '\f'),
      fc.uint8Array({ maxLength: 6 }),
    ),
    {
      maxLength: 300,
      size: 'max',
    },
  )
  .map((pieces) => Buffer.concat(pieces.flatMap((piece) => [Buffer.from(piece as string), Buffer.from(' ')])));

const reducer = (
  key: string,
  values: Iterable<number>,
  { emit }: { emit: (key: string, value: number) => void },
): void => {
  let total = 0;
  for (const value of values) total += value;
  emit(key, total);
};
const mapper = (line: string, { emit }: { emit: (key: string, value: number) => void }): void => {
  for (const word of words(line)) emit(word, 1);
};
const JOBS: Record<string, Job> = {
  wordcount,
  'on bytes': wordcountBytes,
  'on bytes, without a combiner': defineBytesJob({
    mapOutput: { key: text, value: text },
    mapper: (line, start, end, { emitBytes }) => {
      for (const word of words(line.toString('latin1', start, end))) {
        const encoded = Buffer.from(word, 'latin1');
        emitBytes(encoded, 0, encoded.length, encoded, 0, 0);
      }
    },
    partitioner: (key, partitions) => key.length % partitions,
    reducer: count,
  }),
  'without a combiner': defineJob({ mapOutput: { key: text, value: long }, mapper, reducer }),
  'own combiner': defineJob({ mapOutput: { key: text, value: long }, mapper, combiner: reducer, reducer }),
  count: defineJob({ mapOutput: { key: text, value: long }, mapper, reducer: count }),
};

test.each(Object.entries(JOBS))('any bytes, splits and reducers: %s', async (_name, job) => {
  await fc.assert(
    fc.asyncProperty(
      anyText,
      fc.integer({ min: 1, max: 200 }),
      fc.constantFrom(1, 2, 5),
      async (content, size, numReduces) => {
        using dir = tempDir();
        const input = join(dir.path, 'in.txt');
        writeFileSync(input, content);
        const conf = {
          'bobbin.fs.local.block-size': String(Math.max(size, content.length / 30) | 0),
          'mapreduce.task.io.sort.mb': '1',
        };
        const { parts } = await new TaskStand({ dir: dir.path, input, job, numReduces, conf }).run();
        expect(parts).toHaveLength(numReduces);
        expect(linesOf(parts).sort()).toEqual(countWords(content));
      },
    ),
    { numRuns: 8 },
  );
});

function manyWords(lines: number): Buffer {
  const text = Array.from({ length: lines }, (_, i) => `word${i % 997} ${'x'.repeat(i % 50)} line-${i}`).join('\n');
  return Buffer.from(text);
}

test('over HTTP, with memory for a part of the outputs only, merges to disk keep every record', async () => {
  using dir = tempDir();
  const content = manyWords(20_000);
  const input = join(dir.path, 'in.txt');
  writeFileSync(input, content);
  await using server = await StandShuffleServer.start(join(dir.path, 'local'));
  const conf = {
    'bobbin.fs.local.block-size': '20000',
    'mapreduce.task.io.sort.mb': '1',
    'mapreduce.task.io.sort.factor': '3',
    'mapreduce.reduce.memory.totalbytes': '100000',
  };
  for (const job of [wordcount, JOBS['without a combiner'] ?? wordcount]) {
    const stand = new TaskStand({ dir: dir.path, input, job, numReduces: 2, conf, shuffleAddress: server.address });
    const { parts, reduces, fetchFailures } = await stand.run();
    expect(linesOf(parts).sort()).toEqual(countWords(content));
    expect(parts.map((part) => linesOf([part]).join('\n'))).toEqual(
      parts.map((part) => linesOf([part]).sort().join('\n')),
    );
    expect(fetchFailures).toEqual([]);
    const counters = reduces[0]?.counters['org.apache.hadoop.mapreduce.TaskCounter'] ?? {};
    expect(counters['SPILLED_RECORDS']).toBeGreaterThan(0);
    expect(counters['SHUFFLED_MAPS']).toBe(Math.ceil(content.length / 20_000));
    expect(existsSync(join(dir.path, 'local', 'output', 'attempt_1700000000000_0001_r_000000_0'))).toBe(false);
    rmSync(stand.outputDir, { recursive: true });
  }
});

test('a job without reducers writes what it emits, in order, one file a map', async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, 'in.txt'), 'b 1\na 2\n\nc 3');
  const job = defineMapJob({ mapper: (line, { emit, offset }) => emit(offset(), line === '' ? null : line) });
  const { parts } = await new TaskStand({ dir: dir.path, input: join(dir.path, 'in.txt'), job, numReduces: 0 }).run();
  expect(parts).toEqual(['0\tb 1\n4\ta 2\n8\n9\tc 3\n']);
  expect(readdirSync(join(dir.path, 'out')).sort()).toEqual(['_SUCCESS', 'part-m-00000']);
});

test('hooks, async code, own partitioner, counters, status and identity', async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, 'in.txt'), 'b\na\nc\n');
  const job = defineJob({
    mapOutput: { key: text, value: text },
    mapper: {
      setup: ({ status }) => status('begun'),
      async map(line, { emit, counter }) {
        await Promise.resolve();
        emit(line, `from ${line}`);
        counter('LINES', 2);
      },
      cleanup: ({ emit }) => emit('z', 'end'),
    },
    partitioner: (key) => (key === 'a' ? 0 : 1),
    reducer: identity,
  });
  const { parts, maps } = await new TaskStand({
    dir: dir.path,
    input: join(dir.path, 'in.txt'),
    job,
    numReduces: 2,
  }).run();
  expect(parts).toEqual(['a\tfrom a\n', 'b\tfrom b\nc\tfrom c\nz\tend\n']);
  expect(maps[0]).toMatchObject({ stateString: 'begun', phase: 'SORT', progress: 1 });
  expect(maps[0]?.counters['User']).toEqual({ LINES: 6 });
  expect(maps[0]?.counters['org.apache.hadoop.mapreduce.TaskCounter']).toMatchObject({
    MAP_INPUT_RECORDS: 3,
    MAP_OUTPUT_RECORDS: 4,
  });
});

const failing = (over: object): Job => defineJob({ mapOutput: { key: text, value: long }, mapper, reducer, ...over });

test.each([
  [
    'the mapper throws',
    failing({
      mapper: (line: string) => {
        if (line === 'bad') throw new Error('no good');
      },
    }),
    /^mapper failed at .*in.txt, line at byte 5: no good$/,
  ],
  [
    'a value does not fit its codec',
    failing({ mapper: (_: string, { emit }: { emit: (k: string, v: number) => void }) => emit('k', 1.5) }),
    /^mapper failed at .*in.txt, line at byte 0: long holds whole numbers within 2\^53, not 1.5; double does$/,
  ],
  [
    'the partitioner is wrong',
    failing({ partitioner: () => 7 }),
    /Illegal partition for "good" \(7\): the partitioner must give a whole number from 0 to 1$/,
  ],
  [
    'the reducer rejects',
    failing({ reducer: () => Promise.reject(new Error('not today')) }),
    /^reducer failed at key "(bad|good)": not today$/,
  ],
  [
    'values are read twice',
    failing({ reducer: (_: string, values: Iterable<number>) => void [...values, ...values] }),
    /can be read only once/,
  ],
])('user code fails, and nothing is left: %s', async (_name, job, message) => {
  using dir = tempDir();
  writeFileSync(join(dir.path, 'in.txt'), 'good\nbad\n');
  const stand = new TaskStand({ dir: dir.path, input: join(dir.path, 'in.txt'), job, numReduces: 2 });
  const failure: unknown = await stand.run().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserCodeError);
  expect((failure as Error).message).toMatch(message);
  expect((failure as Error).cause).toBeInstanceOf(Error);
  const attempts = join(dir.path, 'out', '_temporary', '1', '_temporary');
  expect(existsSync(attempts) ? readdirSync(attempts) : []).toEqual([]);
});
