/** The history file: what is written is read, compactly, and a torn file is read up to the tear. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import {
  applicationAttemptId,
  applicationId,
  containerId,
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
  type CounterGroups,
  type HistoryEvent,
  type JobIndexInfo,
} from '../../src/index.js';
import { tempDir } from '../../src/testing/index.js';

const app = applicationId(1_700_000_000_000, 7);
const job = jobId(app);
const amAttempt = applicationAttemptId(app, 1);
const T0 = 1_700_000_001_000;
const TASK_COUNTER = 'org.apache.hadoop.mapreduce.TaskCounter';

const counters = (n: number): CounterGroups => ({
  [TASK_COUNTER]: {
    MAP_INPUT_RECORDS: 1_234_567 + n,
    MAP_OUTPUT_RECORDS: 9_876_543,
    MAP_OUTPUT_BYTES: 123_456_789,
    MAP_OUTPUT_MATERIALIZED_BYTES: 98_765_432,
    SPLIT_RAW_BYTES: 128,
    COMBINE_INPUT_RECORDS: 9_876_543,
    COMBINE_OUTPUT_RECORDS: 345_678,
    SPILLED_RECORDS: 345_678,
    MERGED_MAP_OUTPUTS: 0,
    GC_TIME_MILLIS: 42,
    CPU_MILLISECONDS: 12_345,
    PHYSICAL_MEMORY_BYTES: 512_000_000,
    VIRTUAL_MEMORY_BYTES: 2_512_000_000,
    COMMITTED_HEAP_BYTES: 400_000_000,
    MAP_PHYSICAL_MEMORY_BYTES_MAX: 512_000_000,
  },
  'org.apache.hadoop.mapreduce.FileSystemCounter': { FILE_BYTES_READ: 134_217_728, FILE_BYTES_WRITTEN: 98_765_432 },
});

const SPLIT = Array.from({ length: 12 }, (_, i) => 1_000_000 + i);

/** The four events of a map that goes well. */
function aMap(n: number, rack = '/default-rack'): HistoryEvent[] {
  const task = taskId(job, 'MAP', n);
  const attempt = taskAttemptId(task, 0);
  const host = 'worker-0017.cluster.example.com';
  return [
    {
      type: 'TASK_STARTED',
      taskId: task,
      taskType: 'MAP',
      startTimeMs: T0,
      splitLocations: `${host},worker-0018.cluster.example.com`,
    },
    {
      type: 'MAP_ATTEMPT_STARTED',
      taskId: task,
      attemptId: attempt,
      startTimeMs: T0 + 5,
      trackerName: `${host}:45454`,
      httpPort: 8042,
      shufflePort: 13562,
      containerId: containerId(amAttempt, n + 2),
      locality: 'NODE_LOCAL',
      avataar: 'VIRGIN',
    },
    {
      type: 'MAP_ATTEMPT_FINISHED',
      taskId: task,
      attemptId: attempt,
      taskStatus: 'SUCCEEDED',
      mapFinishTimeMs: T0 + 900,
      finishTimeMs: T0 + 1000,
      hostname: host,
      port: 45454,
      rackname: rack,
      state: 'map > sort',
      counters: counters(n),
      splits: { clockSplits: SPLIT, cpuUsages: SPLIT, vMemKbytes: SPLIT, physMemKbytes: SPLIT },
    },
    {
      type: 'TASK_FINISHED',
      taskId: task,
      taskType: 'MAP',
      finishTimeMs: T0 + 1000,
      status: 'SUCCEEDED',
      counters: counters(n),
      successfulAttemptId: attempt,
    },
  ];
}

const tally = {
  finishedMaps: 1,
  finishedReduces: 0,
  failedMaps: 0,
  failedReduces: 1,
  killedMaps: 0,
  killedReduces: 2,
};
const r0 = taskId(job, 'REDUCE', 0);
const r00 = taskAttemptId(r0, 0);

/** One of every type. */
const everything: readonly HistoryEvent[] = [
  {
    type: 'AM_STARTED',
    applicationAttemptId: amAttempt,
    startTimeMs: T0,
    containerId: containerId(amAttempt, 1),
    nodeManagerHost: 'h',
    nodeManagerPort: 1,
    nodeManagerHttpPort: 2,
  },
  {
    type: 'JOB_SUBMITTED',
    jobId: job,
    jobName: 'word count',
    userName: 'ann',
    submitTimeMs: T0,
    jobConfPath: '/staging/job.json',
    acls: { VIEW_JOB: '*' },
    jobQueueName: 'default',
  },
  {
    type: 'JOB_INITED',
    jobId: job,
    launchTimeMs: T0,
    totalMaps: 1,
    totalReduces: 1,
    jobStatus: 'INITED',
    uberized: true,
  },
  { type: 'JOB_INFO_CHANGED', jobId: job, submitTimeMs: T0, launchTimeMs: T0 },
  { type: 'JOB_QUEUE_CHANGED', jobId: job, jobQueueName: 'other' },
  { type: 'JOB_PRIORITY_CHANGED', jobId: job, priority: 'HIGH' },
  { type: 'JOB_STATUS_CHANGED', jobId: job, jobStatus: 'RUNNING' },
  ...aMap(0, '/rack-2'),
  { type: 'TASK_STARTED', taskId: r0, taskType: 'REDUCE', startTimeMs: T0, splitLocations: '' },
  { type: 'TASK_UPDATED', taskId: r0, finishTimeMs: T0 },
  {
    type: 'REDUCE_ATTEMPT_STARTED',
    taskId: r0,
    attemptId: r00,
    startTimeMs: T0,
    trackerName: 'h:1',
    httpPort: 0,
    shufflePort: -1,
    containerId: containerId(amAttempt, 3, 4),
  },
  {
    type: 'REDUCE_ATTEMPT_FINISHED',
    taskId: r0,
    attemptId: r00,
    taskStatus: 'SUCCEEDED',
    shuffleFinishTimeMs: T0 + 1,
    sortFinishTimeMs: T0 + 2,
    finishTimeMs: T0 + 3,
    hostname: 'elsewhere',
    port: 9,
    rackname: '/default-rack',
    state: '',
    counters: { Mine: { a: 1 } },
  },
  ...(['FAILED', 'KILLED'] as const).flatMap((status): HistoryEvent[] => [
    {
      type: `REDUCE_ATTEMPT_${status}`,
      taskId: r0,
      attemptId: r00,
      finishTimeMs: T0 + 4,
      hostname: 'h',
      port: 1,
      rackname: '/default-rack',
      status,
      error: 'Error: "it" broke\n  at line 3',
    },
    {
      type: `MAP_ATTEMPT_${status}`,
      taskId: taskId(job, 'MAP', 0),
      attemptId: taskAttemptId(taskId(job, 'MAP', 0), 1000),
      finishTimeMs: T0 + 4,
      hostname: '',
      port: 0,
      rackname: '/default-rack',
      status,
      error: '',
      counters: counters(1),
    },
  ]),
  {
    type: 'TASK_FAILED',
    taskId: r0,
    taskType: 'REDUCE',
    finishTimeMs: T0,
    error: 'no',
    failedDueToAttempt: r00,
    status: 'FAILED',
  },
  {
    type: 'JOB_FINISHED',
    jobId: job,
    finishTimeMs: T0,
    ...tally,
    totalCounters: counters(0),
    mapCounters: counters(0),
    reduceCounters: {},
  },
  ...(['JOB_FAILED', 'JOB_KILLED', 'JOB_ERROR'] as const).map((type): HistoryEvent => {
    return { type, jobId: job, finishTimeMs: T0, ...tally, jobStatus: type.slice(4), diagnostics: 'a\nb' };
  }),
];

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

  it('a task takes at most 1 KB, all its events and counters together', () => {
    const lines = write([...aMap(0), ...aMap(99_999)]);
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
    ['that is missing', undefined, /ENOENT/],
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
