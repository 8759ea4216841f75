/** A new attempt of the AppMaster finds tasks at work: whichever live, wherever the history ends, they go on and are not run again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  nodeId,
  parseNodeId,
  parseTaskAttemptId,
  parseTaskId,
  readHistory,
  type Container,
  type HistoryEvent,
  type TaskAttemptId,
  type TaskAttemptStartedRecord,
} from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import type { TaskSpec } from '@bobbin/mapreduce/runtime';
import fc from 'fast-check';
import { replayHistory } from '../../src/replay/history-replay.js';
import { job, type StandOptions } from '../support/app-master-stand.js';
import { attemptAfter as runAttemptAfter } from '../support/attempt-after.js';
import type { Script, Survivor } from '../support/fake-cluster.js';

jest.setTimeout(120_000);

const MAPS = 4;
const properties = {
  'bobbin.am.adoption-wait-ms': '1000',
  'mapreduce.reduce.speculative': 'false',
  // Reduces of the script wait for no map.
  'mapreduce.job.reduce.slowstart.completedmaps': '1.0',
};

/** Every start is noted; maps count their records, reduces commit. */
function working(started: TaskAttemptId[]): Script {
  return async (task, child) => {
    started.push(task.attemptId);
    if (task.type === 'MAP') await child.report(task, 0.5, { MAP_INPUT_RECORDS: 7 });
    else await child.commit(task);
  };
}

const attemptAfter = (dir: string, histories: readonly string[], options: Partial<StandOptions> = {}) =>
  runAttemptAfter(dir, histories, { working, maps: MAPS, properties, ...options });

const isStart = (event: HistoryEvent): event is TaskAttemptStartedRecord => event.type.endsWith('_ATTEMPT_STARTED');

/** Attempts with a start and no end: at work when the AppMaster died. */
function atWork(events: readonly HistoryEvent[]): TaskAttemptStartedRecord[] {
  const ended = new Set(events.flatMap((e) => ('attemptId' in e && 'finishTimeMs' in e ? [e.attemptId] : [])));
  return events.filter(isStart).filter(({ attemptId }) => !ended.has(attemptId));
}

function survivor({ attemptId, containerId, trackerName }: TaskAttemptStartedRecord, untold: boolean): Survivor {
  const { taskId } = parseTaskAttemptId(attemptId);
  const { host, port } = parseNodeId(trackerName);
  const container: Container = {
    id: containerId,
    nodeId: nodeId(host, port),
    nodeHttpAddress: `${host}:8042`,
    resource: { memoryMb: 1024, vcores: 1 },
    priority: 20,
    executionType: 'GUARANTEED',
    allocationRequestId: -1,
    version: 0,
  };
  const base = {
    jobId: job,
    attemptId,
    partition: parseTaskId(taskId).task,
    numMaps: MAPS,
    numReduces: 1,
    amAttempt: 1,
  };
  const task: TaskSpec = taskId.includes('_m_')
    ? { type: 'MAP', ...base, split: { path: '/in/0', start: 0, length: 10, hosts: [] } }
    : { type: 'REDUCE', ...base };
  return { container, task, untold };
}

/** The first lines; a fraction of a line stays as a torn tail. */
function cut(text: string, part: number): string {
  const lines = text.split('\n').slice(0, -2);
  const whole = Math.floor(part * lines.length);
  const tail = lines[whole] ?? '';
  return lines.slice(0, whole).join('\n') + '\n' + tail.slice(0, tail.length / 2);
}

async function eventsOf(dir: string, text: string): Promise<readonly HistoryEvent[]> {
  const file = join(dir, 'cut.jhist.jsonl');
  writeFileSync(file, text);
  return (await readHistory(file)).events;
}

/** Whether the history says of this attempt that it was adopted, and how it ended. */
function fate(events: readonly HistoryEvent[], attemptId: TaskAttemptId): string {
  const told = events.flatMap((event) => ('attemptId' in event && event.attemptId === attemptId ? [event.type] : []));
  return told.map((type) => type.replace(/^(MAP|REDUCE)_ATTEMPT_/, '')).join(' ');
}

test('wherever the history ends and whichever children live: they are adopted, nothing they do is done again', async () => {
  using dir = tempDir();
  let runs = 0;
  const next = (): string => join(dir.path, String(runs++));
  const first = await attemptAfter(next(), []);
  const group = 'org.apache.hadoop.mapreduce.TaskCounter';
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      fc.array(fc.constantFrom('alive', 'untold', 'dead'), { minLength: 8, maxLength: 8 }),
      async (part, lives) => {
        const text = cut(first.text, part);
        const working = atWork(await eventsOf(dir.path, text));
        const survivors = working.flatMap((start, n) =>
          lives[n] === 'dead' ? [] : [survivor(start, lives[n] === 'untold')],
        );
        const second = await attemptAfter(next(), [text], { survivors });
        for (const { attemptId, taskId } of working) {
          const lived = survivors.some(({ task }) => task.attemptId === attemptId);
          const again = second.started.filter((id) => parseTaskAttemptId(id).taskId === taskId && id !== attemptId);
          expect(fate(second.events, attemptId)).toBe(lived ? 'STARTED ADOPTED FINISHED' : 'STARTED KILLED');
          expect(again).toHaveLength(lived ? 0 : 1);
          const { adoptTimeMs, error } = second.info.tasks.get(taskId)?.attempts.get(attemptId) ?? {};
          if (lived) expect(adoptTimeMs).toBeGreaterThan(0);
          else expect(error).toContain('bobbin.am.adoption-wait-ms');
        }
        expect(second.info.mapCounters[group]?.['MAP_INPUT_RECORDS']).toBe(7 * MAPS);
        expect(replayHistory(second.events).jobState).toBe('SUCCEEDED');
        expect(second.cluster.runningCount).toBe(0);
      },
    ),
    { numRuns: 25 },
  );
});

test('a container that no attempt claims is given back, and its child told to end', async () => {
  using dir = tempDir();
  const first = await attemptAfter(join(dir.path, 'a'), []);
  const [start] = first.events.filter(isStart);
  if (!start) throw new Error('nothing started');
  const containerId = start.containerId.replace(/\d{6}$/, '000099') as typeof start.containerId;
  const stranger = survivor({ ...start, containerId }, false);
  const second = await attemptAfter(join(dir.path, 'b'), [cut(first.text, 0.1)], { survivors: [stranger] });
  expect(second.cluster.released).toContain(containerId);
  expect(second.cluster.runningCount).toBe(0);
});

test('a container that went on to its next task carries it under the new attempt, and is reused on', async () => {
  using dir = tempDir();
  const first = await attemptAfter(join(dir.path, 'a'), [], { room: 1 });
  const lines = first.text.split('\n');
  const secondStart = lines.findIndex(
    (line, n) => line.includes('"e":"MS"') && lines.slice(0, n).join('').includes('"e":"MS"'),
  );
  const text = `${lines.slice(0, secondStart + 1).join('\n')}\n`;
  const working = atWork(await eventsOf(dir.path, text));
  expect(working).toHaveLength(1);
  const second = await attemptAfter(join(dir.path, 'b'), [text], {
    room: 1,
    survivors: working.map((start) => survivor(start, false)),
  });
  expect(second.cluster.launched).toHaveLength(0);
  expect(new Set(second.events.filter(isStart).map(({ containerId }) => containerId)).size).toBe(1);
});

test('adopted by the second attempt, adopted once more by the third', async () => {
  using dir = tempDir();
  const first = await attemptAfter(join(dir.path, 'a'), []);
  const one = cut(first.text, 0.45);
  const working = atWork(await eventsOf(dir.path, one));
  expect(working.length).toBeGreaterThan(0);
  const survivors = working.map((start) => survivor(start, false));
  const second = await attemptAfter(join(dir.path, 'b'), [one], { survivors });
  const lines = second.text.split('\n');
  const adopted = lines.findIndex((line) => /"e":"[MR]A"/.test(line));
  const two = `${lines.slice(0, adopted + 1).join('\n')}\n`;
  const still = atWork(await eventsOf(dir.path, two));
  const third = await attemptAfter(join(dir.path, 'c'), [one, two], {
    survivors: still.map((start) => survivor(start, false)),
  });
  for (const { attemptId } of still) expect(fate(third.events, attemptId)).toBe('STARTED ADOPTED FINISHED');
});
