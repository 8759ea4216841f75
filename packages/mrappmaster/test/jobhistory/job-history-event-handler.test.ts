/** JobHistoryEventHandler: what is flushed when, and what lies in the done folder at the end. */
import { existsSync, rmSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  applicationAttemptId,
  applicationId,
  containerId,
  jobId,
  LocalFileSystem,
  parseHistoryFileName,
  readHistory,
  taskAttemptId,
  taskId,
  type FileSystem,
  type FileWriter,
  type HistoryEvent,
} from '@bobbin/common';
import { ControlledClock, tempDir } from '@bobbin/common/testing';
import { JobHistoryEventHandler, type JobHistorySettings } from '../../src/jobhistory/job-history-event-handler.js';

const app = applicationId(1_700_000_000_000, 1);
const job = jobId(app);
const m0 = taskId(job, 'MAP', 0);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const amStarted: HistoryEvent = {
  type: 'AM_STARTED',
  applicationAttemptId: applicationAttemptId(app, 1),
  startTimeMs: 1,
  containerId: containerId(applicationAttemptId(app, 1), 1),
  nodeManagerHost: 'h',
  nodeManagerPort: 1,
  nodeManagerHttpPort: 2,
};
const submitted: HistoryEvent = {
  type: 'JOB_SUBMITTED',
  jobId: job,
  jobName: 'my-job',
  userName: 'ann',
  submitTimeMs: 1,
  jobConfPath: '',
  acls: {},
  jobQueueName: 'q',
};
const inited: HistoryEvent = {
  type: 'JOB_INITED',
  jobId: job,
  launchTimeMs: 2,
  totalMaps: 3,
  totalReduces: 1,
  jobStatus: 'INITED',
  uberized: false,
};
const attemptFailed: HistoryEvent = {
  type: 'MAP_ATTEMPT_FAILED',
  taskId: m0,
  attemptId: taskAttemptId(m0, 0),
  finishTimeMs: 5,
  hostname: 'h',
  port: 1,
  rackname: '/default-rack',
  status: 'FAILED',
  error: 'no',
};
const tally = { finishedMaps: 0, finishedReduces: 0, failedMaps: 0, failedReduces: 0, killedMaps: 0, killedReduces: 0 };
const killed = {
  type: 'JOB_KILLED',
  jobId: job,
  finishTimeMs: Date.UTC(2026, 0, 2),
  ...tally,
  jobStatus: 'KILLED',
  diagnostics: '',
} as const;

/** Counts flushes; `gate` lets writes be slow. */
class CountingFileSystem extends LocalFileSystem {
  flushes = 0;
  /** Of the newest file: what a lost machine would leave of it. */
  flushedBytes = 0;
  writes = 0;
  fail = false;
  gate: Promise<void> = Promise.resolve();

  override async create(path: string): Promise<FileWriter> {
    const writer = await super.create(path);
    let bytesWritten = 0;
    return {
      write: async (bytes) => {
        this.writes++;
        await this.gate;
        if (this.fail) throw new Error('no space left on device');
        bytesWritten += bytes.length;
        return writer.write(bytes);
      },
      flush: () => {
        this.flushes++;
        this.flushedBytes = bytesWritten;
        return writer.flush();
      },
      close: () => writer.close(),
    };
  }
}

function aStand(dir: string, settings: Partial<JobHistorySettings> = {}, lastRetry = true) {
  const clock = new ControlledClock();
  const fs = new CountingFileSystem();
  const errors: string[] = [];
  const file = join(dir, 'live.jhist.jsonl');
  const doneDir = join(dir, 'done');
  const logged: string[] = [];
  const log = {
    ...quiet,
    warn: (message: string) => void logged.push(`warn ${message}`),
    error: (message: string) => void logged.push(`error ${message}`),
  };
  const deps = { clock, log, fs: fs as FileSystem, isLastAMRetry: () => lastRetry };
  const handler = new JobHistoryEventHandler(
    { ...deps, onError: (error) => errors.push(error.message) },
    {
      jobId: job,
      file,
      doneDir,
      confText: '{}',
      jobNameLimit: 50,
      maxUnflushedCompletions: 200,
      jobCompleteUnflushedMultiplier: 30,
      flushTimeoutMs: 30_000,
      batchedFlushThreshold: 50,
      ...settings,
    },
  );
  const tell = (...events: HistoryEvent[]): void => {
    for (const event of events) handler.handle({ domain: 'history', ...event });
  };
  return { clock, fs, errors, logged, handler, tell, file, doneDir };
}

it('the file is readable while the job runs, and a completion is flushed when little waits', async () => {
  using dir = tempDir();
  const { handler, tell, file, fs } = aStand(dir.path);
  tell(amStarted, submitted);
  await handler.drained();
  expect(fs.flushes).toBe(0);
  expect((await readHistory(file)).events).toEqual([amStarted, submitted]);
  tell(attemptFailed);
  await handler.drained();
  expect(fs.flushes).toBe(1);
  await handler.stop();
});

it('after each record, kill -9 leaves all that was told, and a lost machine all up to the last completion', async () => {
  using dir = tempDir();
  const { handler, tell, file, fs } = aStand(dir.path);
  const onDevice = join(dir.path, 'device');
  const told: HistoryEvent[] = [];
  let completed = 0;
  for (const event of [amStarted, submitted, inited, attemptFailed, inited, attemptFailed, attemptFailed, submitted]) {
    told.push(event);
    if (event === attemptFailed) completed = told.length;
    tell(event);
    await handler.drained();
    expect((await readHistory(file)).events).toEqual(told);
    writeFileSync(onDevice, readFileSync(file).subarray(0, fs.flushedBytes));
    expect(completed === 0 ? [] : (await readHistory(onDevice)).events).toEqual(told.slice(0, completed));
  }
  await handler.stop();
});

it('a write that was cut in the middle of a line costs no record before it', async () => {
  using dir = tempDir();
  const { handler, tell, file } = aStand(dir.path);
  tell(amStarted, submitted, inited, attemptFailed);
  await handler.stop();
  const bytes = readFileSync(file);
  const lineStart = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  for (let end = lineStart + 1; end < bytes.length - 1; end++) {
    writeFileSync(file, bytes.subarray(0, end));
    const { events, truncated } = await readHistory(file);
    expect(events).toEqual([amStarted, submitted, inited]);
    expect(truncated).toBe('line 5: the last line is incomplete');
  }
});

it('under load completions are flushed in batches, and those left by the timer', async () => {
  using dir = tempDir();
  const { handler, tell, fs, clock } = aStand(dir.path, { batchedFlushThreshold: 0, maxUnflushedCompletions: 3 });
  for (let i = 0; i < 2; i++) {
    tell(attemptFailed);
    await handler.drained();
  }
  expect(fs.flushes).toBe(0);
  tell(attemptFailed);
  await handler.drained();
  expect(fs.flushes).toBe(1);
  tell(attemptFailed);
  await handler.drained();
  clock.advance(29_999);
  await handler.drained();
  expect(fs.flushes).toBe(1);
  clock.advance(1);
  await handler.drained();
  expect(fs.flushes).toBe(2);
  await handler.stop();
});

it('what comes while a write is under way goes out in one further write', async () => {
  using dir = tempDir();
  const { handler, tell, fs, file } = aStand(dir.path);
  let open = (): void => undefined;
  fs.gate = new Promise((resolve) => (open = resolve));
  tell(amStarted);
  while (fs.writes === 0) await new Promise((resolve) => setImmediate(resolve));
  tell(submitted, inited, attemptFailed);
  open();
  await handler.drained();
  expect(fs.writes).toBe(2);
  expect((await readHistory(file)).events).toHaveLength(4);
  await handler.stop();
});

it('at the end of the job the history and the configuration lie in the done folder, the index in the name', async () => {
  using dir = tempDir();
  const { handler, tell, doneDir } = aStand(dir.path);
  tell(amStarted, submitted, inited, killed, attemptFailed);
  const path = (await handler.stop()) ?? '';
  expect(path.startsWith(join(doneDir, '2026/01/02/000000'))).toBe(true);
  expect(parseHistoryFileName(path.split('/').at(-1) ?? '')).toMatchObject({
    jobId: job,
    user: 'ann',
    jobName: 'my-job',
    queue: 'q',
    numMaps: 3,
    status: 'KILLED',
    startTimeMs: 2,
  });
  expect((await readHistory(path)).events).toEqual([amStarted, submitted, inited, killed]);
  expect(readFileSync(join(dirname(path), `${job}_conf.json`), 'utf8')).toBe('{}');
  await expect(handler.stop()).resolves.toBeUndefined();
});

it('what has not ended stays in the staging folder, unless this attempt is the last one', async () => {
  using dir = tempDir();
  const first = aStand(dir.path);
  first.tell(amStarted, submitted);
  await expect(first.handler.stop()).resolves.toBeUndefined();
  expect(existsSync(first.file)).toBe(true);
  using other = tempDir();
  const last = aStand(other.path);
  last.tell(amStarted, submitted);
  const path = (await last.handler.stop(killed)) ?? '';
  expect((await readHistory(path)).events.at(-1)).toEqual(killed);
});

it.each([
  [true, true],
  [false, false],
])('JOB_ERROR ends the history of the last attempt only (last: %s)', async (lastRetry, moved) => {
  using dir = tempDir();
  const { handler, tell } = aStand(dir.path, {}, lastRetry);
  tell(amStarted, { ...killed, type: 'JOB_ERROR', jobStatus: 'ERROR' });
  expect((await handler.stop()) !== undefined).toBe(moved);
});

it('a history that cannot be written is told once, and nothing of it counts as done', async () => {
  using dir = tempDir();
  const { handler, tell, fs, errors, doneDir } = aStand(dir.path);
  fs.fail = true;
  tell(amStarted);
  await handler.drained();
  tell(submitted, killed);
  await expect(handler.stop()).resolves.toBeUndefined();
  expect(errors).toEqual([expect.stringMatching(/live\.jhist\.jsonl cannot be written: no space left on device/)]);
  expect(existsSync(doneDir)).toBe(false);
});

it('one that was given up and moves the history late takes nothing from the one that has moved it', async () => {
  using dir = tempDir();
  const old = aStand(dir.path, { file: join(dir.path, 'job_1.jhist.jsonl') });
  const present = aStand(dir.path, { file: join(dir.path, 'job_2.jhist.jsonl') });
  old.tell(amStarted, submitted, inited, killed);
  present.tell(amStarted, submitted, inited, killed);
  let moved: string | undefined;
  const rename = old.fs.rename.bind(old.fs);
  jest.spyOn(old.fs, 'rename').mockImplementation(async (from, to) => {
    // It stands still before its last step; meanwhile its successor moves the history, and ends.
    moved ??= await present.handler.stop();
    return rename(from, to);
  });
  await old.handler.stop();
  expect((await readHistory(moved!)).events).toEqual([amStarted, submitted, inited, killed]);
  expect(readdirSync(dirname(moved!)).filter((name) => name.endsWith('_tmp'))).toEqual([]);
});

it.each([
  ['its file is gone with the staging folder', true, /^warn .* is gone, so another attempt has ended the job$/],
  ['the done folder cannot be made', false, /^error .* could not be moved to .*done: no/],
])('a history that is not moved is an error, unless another attempt has ended the job: %s', async (_, gone, line) => {
  using dir = tempDir();
  const { handler, tell, fs, file, logged } = aStand(dir.path);
  tell(amStarted, submitted, inited, killed);
  await handler.drained();
  if (gone) rmSync(file);
  else jest.spyOn(fs, 'mkdirs').mockRejectedValue(new Error('no'));
  await expect(handler.stop()).resolves.toBeUndefined();
  expect(logged).toEqual([expect.stringMatching(line)]);
});
