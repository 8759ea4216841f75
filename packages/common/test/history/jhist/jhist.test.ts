/** Hadoop's history files: those it wrote are read, those we write are read by an Avro library and by ourselves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import fc from 'fast-check';
import {
  formatJhist,
  HistoryFileError,
  JHIST_FORMATS,
  JobInfo,
  parseJhist,
  readAnyHistory,
  type CounterTitles,
  type HistoryEvent,
  type Jhist,
  type JhistFormat,
} from '../../../src/index.js';
import { jhistSchema } from '../../../src/history/jhist/jhist-schema.js';
import { tempDir } from '../../../src/testing/index.js';
import { everything, job } from '../sample-events.js';

const sample = (name: string): Buffer => readFileSync(join(__dirname, `../../data/history/hadoop-3.4.2-${name}.jhist`));
const titles: CounterTitles = { group: (name) => `group ${name}`, counter: (_, name) => `counter ${name}` };
const written = (events: Iterable<HistoryEvent>, format: JhistFormat): Buffer =>
  Buffer.concat([...formatJhist(events, format, titles)]);

/** An event as a file of Hadoop can hold it: trackers are hosts, and counters of nothing are told. */
/** What is ours is left out: adoptions, and that an attempt was waited for. */
const hadoopsEvents = everything.filter(({ type }) => !type.endsWith('_ADOPTED'));

function asHadoopHasIt(event: HistoryEvent): HistoryEvent {
  if (!('trackerName' in event)) return event;
  const { awaited: _, ...hadoops } = event;
  return { ...hadoops, trackerName: event.trackerName.replace(/:\d+$/, '') };
}

const infoOf = ({ jobId, events }: Jhist): JobInfo => {
  const info = new JobInfo(jobId);
  for (const event of events) info.add(event);
  return info;
};

test('the schema we write is the one Hadoop 3.4.2 writes', () => {
  const [, line = ''] = sample('wordcount-succeeded.json').toString().split('\n');
  expect(JSON.stringify(jhistSchema())).toBe(line);
});

describe('files of Hadoop 3.4.2', () => {
  test.each([
    ['wordcount-succeeded.json', 'json', 'SUCCEEDED', 18],
    ['wordcount-succeeded.binary', 'binary', 'SUCCEEDED', 18],
  ] as const)('%s is read to its end', (name, format, status, count) => {
    const read = parseJhist(sample(name));
    const info = infoOf(read);
    expect([read.format, read.truncated, info.status, read.events.length]).toEqual([format, undefined, status, count]);
    expect([info.jobName, info.totalMaps, info.count('MAP', 'SUCCEEDED'), info.count('REDUCE', 'SUCCEEDED')]).toEqual([
      'word count',
      2,
      2,
      1,
    ]);
    expect(info.totalCounters['org.apache.hadoop.mapreduce.TaskCounter']).toMatchObject({ SHUFFLED_MAPS: 2 });
  });

  test('a failed job keeps what each attempt said', () => {
    const info = infoOf(parseJhist(sample('terasort-failed.binary')));
    const attempts = [...info.tasks.values()].flatMap((task) => [...task.attempts.values()]);
    expect(info.status).toBe('FAILED');
    expect(info.diagnostics).toContain('Task failed');
    expect(attempts.filter(({ state, error }) => state === 'FAILED' && error !== '').length).toBeGreaterThan(0);
  });

  test('json and binary, written again and read, hold the same events', () => {
    for (const name of ['wordcount-succeeded.json', 'wordcount-succeeded.binary', 'terasort-failed.binary']) {
      const { events } = parseJhist(sample(name));
      for (const format of JHIST_FORMATS) expect(parseJhist(written(events, format)).events).toEqual(events);
    }
  });

  test('cut anywhere, a file gives what stands before the cut, and says that it is cut', () => {
    for (const name of ['wordcount-succeeded.json', 'wordcount-succeeded.binary']) {
      const whole = sample(name);
      const { events } = parseJhist(whole);
      const bodyStart = whole.indexOf(0x0a, whole.indexOf(0x0a) + 1) + 1;
      fc.assert(
        fc.property(fc.integer({ min: bodyStart + 400, max: whole.length - 1 }), (end) => {
          const read = parseJhist(whole.subarray(0, end));
          expect(read.events).toEqual(events.slice(0, read.events.length));
          expect(read.truncated !== undefined || read.events.length <= events.length).toBe(true);
        }),
        { numRuns: 60 },
      );
    }
  });
});

describe('what we write', () => {
  test.each(JHIST_FORMATS)('%s: one of every event comes back as it was', (format) => {
    const { jobId, events, truncated } = parseJhist(written(everything, format));
    expect([jobId, truncated]).toEqual([job, undefined]);
    expect(events).toEqual(hadoopsEvents.map(asHadoopHasIt));
  });

  test('a stock Avro library reads every event of the binary form, and no byte is left', () => {
    const bytes = written(everything, 'binary');
    const schemaAt = bytes.indexOf(0x0a) + 1;
    const bodyAt = bytes.indexOf(0x0a, schemaAt) + 1;
    const schema = JSON.parse(bytes.toString('utf8', schemaAt, bodyAt)) as avro.Schema;
    const type = avro.Type.forSchema(schema, { wrapUnions: true });
    let at = bodyAt;
    const types: string[] = [];
    while (at < bytes.length) {
      const decoded = type.decode(bytes, at) as { readonly value: { readonly type: string }; readonly offset: number };
      expect(decoded.offset).toBeGreaterThan(at);
      types.push(decoded.value.type);
      at = decoded.offset;
    }
    expect(at).toBe(bytes.length);
    expect(types).toEqual(hadoopsEvents.map((event) => event.type));
  });

  test('a stock Avro library takes every line of the JSON form, and encodes it to our binary form', () => {
    const [, schema = '', ...lines] = written(everything, 'json').toString().trimEnd().split('\n');
    const type = avro.Type.forSchema(JSON.parse(schema) as avro.Schema, { wrapUnions: true });
    const bytes = written(everything, 'binary');
    const encoded = lines.map((line) => type.toBuffer(type.fromString(line)));
    expect(Buffer.concat(encoded)).toEqual(bytes.subarray(bytes.indexOf(0x0a, bytes.indexOf(0x0a) + 1) + 1));
  });

  test('any whole number and any text stand as they were', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ unit: 'binary' }), (finishTimeMs, error) => {
        const [last] = everything.filter((event) => event.type === 'TASK_FAILED');
        const event = { ...last, finishTimeMs, error } as HistoryEvent;
        const events = [...everything.slice(0, 1), event];
        for (const format of JHIST_FORMATS) expect(parseJhist(written(events, format)).events[1]).toEqual(event);
      }),
    );
  });
});

test('a file is known by how it begins; one that is no history is refused by name', async () => {
  using dir = tempDir();
  const file = join(dir.path, 'job.jhist');
  writeFileSync(file, sample('wordcount-succeeded.binary'));
  expect((await readAnyHistory(file)).format).toBe('binary');
  writeFileSync(file, 'Avro-Binary\nnonsense');
  await expect(readAnyHistory(file)).rejects.toThrow(`cannot read job history '${file}'`);
  await expect(readAnyHistory(`${file}.none`)).rejects.toThrow(HistoryFileError);
});

test('what a file of an older Hadoop lacks has a default, and kinds we do not have are passed over', () => {
  const name = 'org.apache.hadoop.mapreduce.jobhistory';
  const lines = [
    'Avro-Json',
    '{}',
    `{"type":"JOB_SUBMITTED","event":{"${name}.JobSubmitted":{"jobid":"${job}","jobName":"old","userName":"u","submitTime":1,"jobConfPath":"/c"}}}`,
    `{"type":"SETUP_ATTEMPT_STARTED","event":{"${name}.TaskAttemptStarted":{}}}`,
    `{"type":"JOB_FAILED","event":{"${name}.JobUnsuccessfulCompletion":{"jobid":"${job}","finishTime":9,"finishedMaps":1,"finishedReduces":0,"jobStatus":"FAILED"}}}`,
  ];
  expect(parseJhist(Buffer.from(lines.join('\n') + '\n')).events).toMatchObject([
    { type: 'JOB_SUBMITTED', jobQueueName: 'default', acls: {} },
    { type: 'JOB_FAILED', failedMaps: 0, killedReduces: 0, diagnostics: '' },
  ]);
});
