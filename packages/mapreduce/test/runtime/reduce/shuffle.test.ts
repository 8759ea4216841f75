/** Fetching over HTTP when things go wrong: what is tried again, what is told to the AM, what fails the reduce. */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wordcount from '../../../../../examples/wordcount/wordcount.js';
import { ChecksumError } from '../../../src/errors.js';
import { CODEC_NAMES } from '../segments.js';
import { mapAttempt, StandShuffleServer, TaskStand, type StandResult } from '../task-stand.js';

// Real sockets: a busy machine may take longer than jest's 5 s.
jest.setTimeout(120_000);

const RESULT = ['one\t1\nthree\t1\ntwo\t1\n'];
const SHUFFLE_ERRORS = 'Shuffle Errors';

interface Try {
  readonly tamper: NonNullable<Parameters<typeof StandShuffleServer.start>[1]>;
  readonly conf?: Record<string, string>;
}

/** Three maps, one reduce; time goes on while the reduce waits for a penalty to end. */
async function run({ tamper, conf = {} }: Try): Promise<StandResult & { requests: number; log: readonly string[] }> {
  using dir = tempDir();
  for (const word of ['one', 'two', 'three']) writeFileSync(join(dir.path, `${word}.txt`), `${word}\n`);
  await using server = await StandShuffleServer.start(join(dir.path, 'local'), tamper);
  const input = ['one', 'two', 'three'].map((word) => join(dir.path, `${word}.txt`)).join();
  const stand = new TaskStand({ dir: dir.path, input, job: wordcount, conf, shuffleAddress: server.address });
  let over = false;
  const running = stand.run().finally(() => (over = true));
  running.catch(() => undefined);
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    stand.clock.advance(1000);
  }
  return { ...(await running), requests: server.requests, log: stand.logLines };
}

const once =
  (spoil: (body: Buffer) => Buffer): Try['tamper'] =>
  (body, request) =>
    request === 1 ? spoil(Buffer.from(body)) : body;

const flip = (body: Buffer, at: number, bit = 4): Buffer => {
  body[at] = (body[at] ?? 0) ^ (1 << bit);
  return body;
};

test.each<[string, Try['tamper'], Record<string, number>]>([
  ['a bit of a record flipped', once((body) => flip(body, body.length - 8)), { IO_ERROR: 1 }],
  ['a checksum flipped', once((body) => flip(body, body.length - 1)), { IO_ERROR: 1 }],
  ['an answer cut short', once((body) => body.subarray(0, body.length - 3)), { IO_ERROR: 1 }],
  ['no bytes at all', once(() => Buffer.alloc(0)), { IO_ERROR: 1 }],
  [
    'an output not asked for',
    once((body) => Buffer.from(body.toString('latin1').replace('_m_000000', '_m_000007'), 'latin1')),
    { WRONG_MAP: 1, IO_ERROR: 1 },
  ],
  ['garbage', once(() => Buffer.alloc(500, 0x7f)), { BAD_ID: 1, IO_ERROR: 1 }],
])('%s: told to the AM, fetched again, the result is right', async (_name, tamper, errors) => {
  const { parts, requests, fetchFailures, reduces } = await run({ tamper });
  expect(parts).toEqual(RESULT);
  expect(requests).toBe(2);
  expect(fetchFailures.length).toBeGreaterThan(0);
  expect(reduces[0]?.counters[SHUFFLE_ERRORS]).toEqual(errors);
});

test('the same where segments go straight to disk', async () => {
  const conf = { 'mapreduce.reduce.shuffle.memory.limit.percent': '0' };
  const { parts, fetchFailures, log } = await run({ conf, tamper: once((body) => flip(body, body.length - 8)) });
  expect(parts).toEqual(RESULT);
  expect(fetchFailures).toEqual([mapAttempt(2)]);
  expect(log[0]).toMatch(
    /^cannot fetch the output of attempt_\S+_m_000002_0 from 127\.0\.0\.1:\d+: fetched output of \S+ is corrupt$/,
  );
});

test('a busy server is asked again after the time it names, and nobody is blamed', async () => {
  const { parts, requests, fetchFailures } = await run({
    tamper: (body, request, response) => {
      if (request > 1) return body;
      response.writeHead(429, { 'Retry-After': '1000' }).end();
      return true;
    },
  });
  expect(parts).toEqual(RESULT);
  expect(requests).toBe(2);
  expect(fetchFailures).toEqual([]);
});

test('a server that never proves it knows the secret ends the reduce', async () => {
  const tamper: Try['tamper'] = (body, _request, response) => {
    response.writeHead(200, { name: 'mapreduce', version: '1.0.0', ReplyHash: 'wrong' }).end(body);
    return true;
  };
  await expect(run({ tamper })).rejects.toThrow('Exceeded MAX_FAILED_UNIQUE_FETCHES; bailing-out.');
});

test('a server that is gone: every map asked for is charged', async () => {
  const tamper: Try['tamper'] = (_body, _request, response) => {
    response.destroy();
    return true;
  };
  await expect(run({ tamper })).rejects.toThrow('bailing-out');
});

test.each(CODEC_NAMES)(
  'any bit of an answer flipped, headers too, compression %s: the result is right',
  async (name) => {
    const compression: Record<string, string> =
      name === 'none' ? {} : { 'mapreduce.map.output.compress': 'true', 'mapreduce.map.output.compress.codec': name };
    const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    await fc.assert(
      fc.asyncProperty(place, fc.nat(7), fc.constantFrom('0', '0.25'), async (at, bit, memory) => {
        const conf = { ...compression, 'mapreduce.reduce.shuffle.memory.limit.percent': memory };
        const tamper = once((body) => flip(body, Math.floor(at * body.length), bit));
        const outcome = await run({ conf, tamper }).catch((error: unknown) => error);
        // A flipped length of a compressed segment on disk is seen as late as it is merged: then the attempt fails.
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ChecksumError);
        else expect(outcome).toMatchObject({ parts: RESULT, requests: 2 });
      }),
      { numRuns: 30 },
    );
  },
);

/** One map whose output, of 300 KB and more, is read where it lies. */
async function runOnDamagedFile(attempt: number): Promise<{ error: unknown; stand: TaskStand; path: string }> {
  using dir = tempDir();
  const input = join(dir.path, 'in.txt');
  writeFileSync(input, Array.from({ length: 40_000 }, (_, i) => `word${i}\n`).join(''));
  const path = join(dir.path, 'local', 'output', mapAttempt(0), 'file.out');
  const afterMaps = (): void => writeFileSync(path, flip(readFileSync(path), 200_000));
  const stand = new TaskStand({ dir: dir.path, input, job: wordcount, afterMaps, reduceAttempt: attempt });
  let error: unknown;
  const running = stand.run().catch((thrown: unknown) => (error = thrown));
  void running;
  while (error === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    stand.clock.advance(1000);
  }
  return { error, stand, path };
}

test('a damaged output on this node: the first attempt of a reduce fails with the name of the file', async () => {
  const { error, stand, path } = await runOnDamagedFile(0);
  expect(error).toEqual(new ChecksumError(`segment at byte 0 of '${path}'`));
  expect(stand.fetchFailures).toEqual([]);
});

test('and the next attempt tells the AM, which runs the map again', async () => {
  const { stand, path } = await runOnDamagedFile(1);
  expect(stand.fetchFailures.slice(0, 3)).toEqual([mapAttempt(0), mapAttempt(0), mapAttempt(0)]);
  expect(stand.logLines[0]).toContain(`from this node: segment at byte 0 of '${path}' is corrupt`);
});
