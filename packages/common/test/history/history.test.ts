/** The history file: what is written is read, compactly, and a torn file is read up to the tear. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import {
  applicationId,
  doneSubdirectory,
  findHistory,
  HistoryDecoder,
  HistoryEncoder,
  historyFileName,
  JobInfo,
  jobId,
  listHistories,
  parseHistoryFileName,
  readHistory,
  taskAttemptId,
  taskId,
  type HistoryEvent,
  type JobIndexInfo,
} from '../../src/index.js';
import { tempDir } from '../../src/testing/index.js';
import { job, T0, TASK_COUNTER, aMap, r0, r00, everything } from './sample-events.js';

function write(events: readonly HistoryEvent[]): string[] {
  const encoder = new HistoryEncoder(job);
  return [encoder.header(), ...events.map((event) => encoder.encode(event))];
}

function decodeAll(lines: readonly string[]): HistoryEvent[] {
  const [header = '', ...rest] = lines;
  const decoder = HistoryDecoder.fromHeader(header);
  return rest.map((line) => decoder.decode(line));
}

describe('the format', () => {
  it('every type of event comes back as it was', () => {
    expect(decodeAll(write(everything))).toEqual(everything);
  });

  it('so do the moments that only we tell, and only as the time that lies between', () => {
    const events: HistoryEvent[] = [
      ...everything.flatMap((event) =>
        event.type === 'AM_STARTED' ? [{ ...event, processStartTimeMs: T0 - 70 }] : [],
      ),
      ...aMap(0, '/default-rack', true).map((event) =>
        event.type === 'MAP_ATTEMPT_STARTED' ? { ...event, askTimeMs: T0 - 120_000 } : event,
      ),
      ...everything.flatMap((event) => (event.type === 'JOB_FINISHED' ? [{ ...event, commitTimeMs: T0 - 8 }] : [])),
    ];
    const lines = write(events);
    expect(decodeAll(lines)).toEqual(events);
    expect(lines.at(-1)).toContain('"y":8');
  });

  it('a task takes at most 1 KB, all its events, counters and moments together', () => {
    const lines = write([...aMap(0), ...aMap(99_999, '/default-rack', true)]);
    const bytes = Buffer.byteLength(lines.slice(5).join('\n')) + 1;
    expect(bytes).toBeLessThanOrEqual(1024);
  });

  it('any counters come back, whatever their names', () => {
    const group = fc.oneof(fc.constant(TASK_COUNTER), fc.string());
    const name = fc.oneof(fc.constantFrom('MAP_INPUT_RECORDS', 'GC_TIME_MILLIS'), fc.string());
    const safe = (text: string): boolean => text !== '__proto__';
    const any = fc.dictionary(
      group.filter(safe),
      fc.dictionary(name.filter(safe), fc.maxSafeInteger(), { minKeys: 1, noNullPrototype: true }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(any, (groups) => {
        const event: HistoryEvent = {
          type: 'TASK_FINISHED',
          taskId: r0,
          taskType: 'REDUCE',
          finishTimeMs: T0,
          status: 'SUCCEEDED',
          counters: groups,
        };
        expect(decodeAll(write([event]))).toEqual([event]);
      }),
    );
  });

  it.each([
    ['{}', /no format/],
    ['{"format":"bobbin-history","version":99,"job":"job_1_0001"}', /version 99 is unknown/],
    ['{"format":"bobbin-history","version":1,"job":"x"}', /not a job id/],
    ['Avro-Json', /JSON/],
  ])('a header like %s is refused', (line, message) => {
    expect(() => HistoryDecoder.fromHeader(line)).toThrow(message);
  });

  it.each([
    ['{"e":"??"}', /no history event has the code/],
    ['{"e":"TS","t":"m1"}', /'TS' lacks 's' \(startTimeMs\)/],
    ['{"e":"TS","t":"mx","s":1}', /is no number of a task/],
    ['[1]', /not a JSON object/],
  ])('a line like %s is refused', (line, message) => {
    const decoder = HistoryDecoder.fromHeader(new HistoryEncoder(job).header());
    expect(() => decoder.decode(line)).toThrow(message);
  });
});

describe('a file', () => {
  it('is read whole', async () => {
    using dir = tempDir();
    const path = join(dir.path, 'h');
    writeFileSync(path, write(everything).join('\n') + '\n');
    await expect(readHistory(path)).resolves.toEqual({ jobId: job, events: everything });
  });

  it('cut anywhere is read up to the cut', async () => {
    using dir = tempDir();
    const path = join(dir.path, 'h');
    const lines = write(everything);
    const bytes = Buffer.from(lines.join('\n') + '\n');
    const headerBytes = Buffer.byteLength(lines[0] ?? '');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: headerBytes, max: bytes.length }), async (cut) => {
        writeFileSync(path, bytes.subarray(0, cut));
        const { events, truncated } = await readHistory(path);
        expect(events).toEqual(everything.slice(0, events.length));
        const whole = bytes.subarray(0, cut).toString().split('\n').length - 1;
        expect(events.length).toBeGreaterThanOrEqual(whole - 1);
        if (truncated !== undefined) expect(truncated).toMatch(/the last line is incomplete/);
      }),
      { numRuns: 60 },
    );
  });

  it('with a rotten line is read up to there, and the place is told', async () => {
    using dir = tempDir();
    const path = join(dir.path, 'h');
    const lines = write(everything);
    lines[3] = '{"e":"??"}';
    writeFileSync(path, lines.join('\n') + '\n');
    const { events, truncated } = await readHistory(path);
    expect(events).toEqual(everything.slice(0, 2));
    expect(truncated).toBe("line 4: no history event has the code '??'");
  });

  it.each([
    ['that is missing', undefined, /does not exist/],
    ['that is empty', '', /the file is empty/],
    ['that is something else', 'hello\n', /cannot read job history/],
  ])('%s is an error that names it', async (_, content, message) => {
    using dir = tempDir();
    const path = join(dir.path, 'h');
    if (content !== undefined) writeFileSync(path, content);
    await expect(readHistory(path)).rejects.toThrow(message);
    await expect(readHistory(path)).rejects.toThrow(path);
  });
});

describe('the done folder', () => {
  const index: JobIndexInfo = {
    jobId: job,
    submitTimeMs: T0,
    user: 'ann-marie',
    jobName: 'a - b / ü',
    finishTimeMs: T0 + 5,
    numMaps: 3,
    numReduces: 1,
    status: 'SUCCEEDED',
    queue: 'root.a-b',
    startTimeMs: T0 + 1,
  };

  it('a file name holds the index, whatever stands in the names', () => {
    const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, (user, jobName, queue) => {
        const info = { ...index, user, jobName: jobName.slice(0, 5), queue };
        const name = historyFileName(info);
        expect(name).not.toContain('/');
        expect(parseHistoryFileName(name)).toMatchObject({ user, queue });
      }),
    );
    expect(parseHistoryFileName(historyFileName(index))).toEqual(index);
  });

  it('a long name is cut so that the file name stays short', () => {
    expect(historyFileName({ ...index, jobName: 'ü'.repeat(500) }).length).toBeLessThan(255);
    expect(parseHistoryFileName(historyFileName({ ...index, jobName: 'x'.repeat(80) }))?.jobName).toBe('x'.repeat(50));
  });

  it.each(['x', 'x.jhist.jsonl', `${job}-a-b-c-d-e-f-g-h-i.jhist.jsonl`])('%s is no history', (name) => {
    expect(parseHistoryFileName(name)).toBeUndefined();
  });

  it('jobs are found by their id and listed newest first; no folder, no jobs', async () => {
    using dir = tempDir();
    await expect(findHistory(join(dir.path, 'none'), job)).resolves.toBeUndefined();
    const other = jobId(applicationId(1_700_000_000_000, 8));
    const later = { ...index, jobId: other, finishTimeMs: index.finishTimeMs + 86_400_000 };
    for (const info of [index, later]) {
      const path = join(dir.path, doneSubdirectory(info.jobId, info.finishTimeMs), historyFileName(info));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    const listed: string[] = [];
    for await (const { index: found } of listHistories(dir.path)) listed.push(found.jobId);
    expect(listed).toEqual([other, job]);
    await expect(findHistory(dir.path, job)).resolves.toMatchObject({ index });
    expect(doneSubdirectory(job, Date.UTC(2026, 0, 2))).toBe('2026/01/02/000000');
  });
});

describe('the job as its history tells it', () => {
  it('holds the last word on job, tasks and attempts', () => {
    const info = new JobInfo(job);
    for (const event of everything.slice(0, -3)) info.add(event);
    expect(info).toMatchObject({
      jobName: 'word count',
      user: 'ann',
      queue: 'other',
      status: 'SUCCEEDED',
      totalMaps: 1,
    });
    expect(info.amInfos).toHaveLength(1);
    expect(info.count('MAP', 'SUCCEEDED')).toBe(1);
    expect(info.tasks.get(r0)).toMatchObject({ state: 'FAILED', failedDueToAttempt: r00, error: 'no' });
  });

  it('an attempt that fails after it had succeeded takes the success of its task back', () => {
    const info = new JobInfo(job);
    const attemptId = taskAttemptId(taskId(job, 'MAP', 0), 0);
    for (const event of aMap(0)) info.add(event);
    info.add({
      type: 'MAP_ATTEMPT_KILLED',
      taskId: taskId(job, 'MAP', 0),
      attemptId,
      finishTimeMs: T0 + 9,
      hostname: 'h',
      port: 1,
      rackname: '/default-rack',
      status: 'KILLED',
      error: 'node lost',
    });
    const task = info.tasks.get(taskId(job, 'MAP', 0));
    expect(task).toMatchObject({ state: 'RUNNING', finishTimeMs: 0 });
    expect(task?.successfulAttemptId).toBeUndefined();
    expect(task?.attempts.get(attemptId)).toMatchObject({ state: 'KILLED', error: 'node lost' });
  });
});
