/**
 * Histories that jobs of real clusters left, by the version that wrote them: the machines of today, driven by each, reach the
 * states it tells. They are kept for ever: one that no longer replays shows that a machine or the format has changed.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { HistoryDecoder, JobInfo, parseTaskAttemptId, readHistory, type HistoryEvent } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { replayHistory, type ReplayStep } from '@bobbin/mrappmaster';

const golden = (version: string): string[] =>
  readdirSync(join(__dirname, version))
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(__dirname, version, name));

function eventsIn(file: string): HistoryEvent[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const decoder = HistoryDecoder.fromHeader(header);
  return lines.map((line) => decoder.decode(line));
}

/** The last state of each entity as the steps tell it, the kind of end only: KILL_TASK_CLEANUP is on the way to KILLED. */
function statesOf(steps: readonly ReplayStep[]): Map<string, string> {
  return new Map(steps.map(({ entity, to }) => [entity, to]));
}

describe.each(golden('v1').map((file) => [file.slice(__dirname.length + 1), file] as const))('%s', (_, file) => {
  const events = eventsIn(file);

  test('every entity reaches the state that the history tells', () => {
    const steps: ReplayStep[] = [];
    const info = new JobInfo(HistoryDecoder.fromHeader(readFileSync(file, 'utf8').split('\n')[0] ?? '').jobId);
    for (const event of events) info.add(event);
    const { jobState } = replayHistory(events, (step) => steps.push(step));
    const reached = statesOf(steps);
    const firstAttempt = (info.amInfos.length - 1) * 1000;
    expect(jobState).toBe(info.status);
    for (const task of info.tasks.values()) {
      expect([task.taskId, reached.get(task.taskId)]).toEqual([task.taskId, task.state]);
      for (const attempt of task.attempts.values()) {
        // Over before this AppMaster began: it comes back with its task, in one step of that.
        if (parseTaskAttemptId(attempt.attemptId).attempt < firstAttempt && !reached.has(attempt.attemptId)) continue;
        expect([attempt.attemptId, reached.get(attempt.attemptId)]).toEqual([attempt.attemptId, attempt.state]);
      }
    }
  });

  test('replayed twice, each machine takes the same steps', () => {
    const [first, second]: [ReplayStep[], ReplayStep[]] = [[], []];
    replayHistory(events, (step) => first.push(step));
    replayHistory(events, (step) => second.push(step));
    expect(second).toEqual(first);
  });

  test('cut at any byte, what stands before the cut replays', async () => {
    using dir = tempDir();
    const bytes = readFileSync(file);
    const bodyAt = bytes.indexOf(0x0a) + 1;
    const torn = join(dir.path, 'torn.jhist.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: bodyAt, max: bytes.length }), async (end) => {
        writeFileSync(torn, bytes.subarray(0, end));
        const read = await readHistory(torn);
        expect(replayHistory(read.events).events).toBe(read.events.length);
      }),
      { numRuns: 100 },
    );
  });

  test('a task that succeeded at once takes at most 1 KB of it', () => {
    const bytes = new Map<string, number>();
    const attempts = new Map<string, number>();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
    for (const [at, event] of events.entries()) {
      if (!('taskId' in event)) continue;
      bytes.set(event.taskId, (bytes.get(event.taskId) ?? 0) + Buffer.byteLength(lines[at] ?? '') + 1);
      if (event.type.endsWith('ATTEMPT_STARTED')) attempts.set(event.taskId, (attempts.get(event.taskId) ?? 0) + 1);
    }
    for (const event of events) {
      if (event.type !== 'TASK_FINISHED' || attempts.get(event.taskId) !== 1) continue;
      expect([event.taskId, bytes.get(event.taskId)]).toEqual([event.taskId, expect.any(Number)]);
      expect(bytes.get(event.taskId)).toBeLessThanOrEqual(1024);
    }
  });

  test('with any record of an outcome left out, the replay says so', () => {
    // An adoption is no outcome: it tells when a child was heard.
    const isOutcome = /^(JOB_INITED|TASK_|.*_ATTEMPT_(?!ADOPTED))/;
    // A rival that lost: the job may end before its container does.
    const isLoser = (event: HistoryEvent, at: number): boolean =>
      event.type.endsWith('_KILLED') && 'taskId' in event && finished.has(event.taskId) && at > (finished.get(event.taskId) ?? 0);
    const finished = new Map(events.flatMap((event, at) => (event.type === 'TASK_FINISHED' ? [[event.taskId, at] as const] : [])));
    const outcomes = events.flatMap((event, at) => (isOutcome.test(event.type) && !isLoser(event, at) ? [at] : []));
    for (const at of outcomes) {
      const without = events.toSpliced(at, 1);
      expect(() => replayHistory(without)).toThrow(/^event \d+, [A-Z_]+ of \S+, differs: /);
    }
  });
});
