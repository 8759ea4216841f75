/** The history that an AM completes which finds the job's end decided: from whichever earlier file tells most. */
import {
  applicationAttemptId,
  applicationId,
  containerId,
  HistoryEncoder,
  jobId,
  type AMStartedRecord,
  type FinalApplicationStatus,
  type HistoryEvent,
} from '@bobbin/common';
import { completedHistory } from '../../src/jobhistory/completed-history.js';

const APP = applicationId(1_700_000_000_000, 1);
const JOB = jobId(APP);

function amStarted(attempt: number): AMStartedRecord {
  const id = applicationAttemptId(APP, attempt);
  return {
    type: 'AM_STARTED',
    applicationAttemptId: id,
    startTimeMs: attempt,
    containerId: containerId(id, 1),
    nodeManagerHost: 'h',
    nodeManagerPort: 1,
    nodeManagerHttpPort: 2,
  };
}

const inited: HistoryEvent = {
  type: 'JOB_INITED',
  jobId: JOB,
  launchTimeMs: 5,
  totalMaps: 0,
  totalReduces: 0,
  jobStatus: 'INITED',
  uberized: false,
};
const tally = {
  jobId: JOB,
  finishTimeMs: 9,
  finishedMaps: 0,
  finishedReduces: 0,
  failedMaps: 0,
  failedReduces: 0,
  killedMaps: 0,
  killedReduces: 0,
};
const counters = { totalCounters: {}, mapCounters: {}, reduceCounters: {} };
const finished: HistoryEvent = { type: 'JOB_FINISHED', ...tally, ...counters };
const error: HistoryEvent = { type: 'JOB_ERROR', ...tally, jobStatus: 'ERROR', diagnostics: '' };
const failed: HistoryEvent = { type: 'JOB_FAILED', ...tally, jobStatus: 'FAILED', diagnostics: 'why' };

/** Completes as attempt 3; files by attempt. */
function complete(
  files: Readonly<Record<number, readonly HistoryEvent[]>>,
  status: FinalApplicationStatus = 'SUCCEEDED',
): Promise<readonly HistoryEvent[]> {
  const fs = {
    async *stream(path: string): AsyncGenerator<Uint8Array> {
      const events = files[Number(path)];
      if (!events) throw new Error(`${path} is not there`);
      const encoder = new HistoryEncoder(JOB);
      yield Buffer.from([encoder.header(), ...events.map((event) => encoder.encode(event))].join('\n') + '\n');
    },
  };
  const nothing = (): void => undefined;
  const resource = { memoryMb: 1, vcores: 1 };
  const conf = { map: { resource }, reduce: { resource }, minimumAllocationMb: 1 } as Parameters<
    typeof completedHistory
  >[0]['conf'];
  return completedHistory(
    {
      jobId: JOB,
      earlierFiles: ['2', '1'],
      fs,
      amStarted: amStarted(3),
      status,
      diagnostics: '',
      nowMs: 10,
      conf,
    },
    { debug: nothing, info: nothing, warn: nothing, error: nothing },
  );
}

const typesOf = (events: readonly HistoryEvent[]): string[] => events.map(({ type }) => type);

test('the attempt before wrote the whole of it', async () => {
  const events = await complete({ 1: [amStarted(1)], 2: [amStarted(1), amStarted(2), inited, finished] });
  expect(events).toEqual([amStarted(1), amStarted(2), inited, amStarted(3), finished]);
});

test('the attempt before died before it wrote anything: what the one before it wrote is not lost', async () => {
  const events = await complete({ 1: [amStarted(1), inited, finished] });
  expect(events).toEqual([amStarted(1), inited, amStarted(3), finished]);
});

test('the attempt before died while it copied: the copy does not stand for the whole, and its own start is told', async () => {
  const events = await complete({ 1: [amStarted(1), inited, finished], 2: [amStarted(1), amStarted(2)] });
  expect(events).toEqual([amStarted(1), inited, amStarted(2), amStarted(3), finished]);
});

test('no file comes to the end of the job: the longest stands, and the end is told by its marker', async () => {
  const events = await complete({ 1: [amStarted(1), inited], 2: [amStarted(2)] });
  expect(typesOf(events)).toEqual(['AM_STARTED', 'JOB_INITED', 'AM_STARTED', 'AM_STARTED', 'JOB_FINISHED']);
  expect(typesOf(await complete({}))).toEqual(['AM_STARTED', 'JOB_FINISHED']);
});

test('an end that an attempt wrote as it was given up is not the end of the job', async () => {
  const files = { 1: [amStarted(1), inited, error], 2: [amStarted(2)] };
  const told = await complete(files);
  expect(told.slice(0, -1)).toEqual([amStarted(1), inited, amStarted(2), amStarted(3)]);
  expect(typesOf(told).at(-1)).toBe('JOB_FINISHED');
  expect(typesOf(await complete(files, 'FAILED')).at(-1)).toBe('JOB_FAILED');
  expect((await complete({ ...files, 2: [amStarted(2), failed] }, 'FAILED')).at(-1)).toEqual(failed);
});
