/**
 * Histories that jobs of real clusters left, by the version that wrote them: the machines of today, driven by each, reach the
 * states it tells. They are kept for ever: one that no longer replays shows that a machine or the format has changed.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { HistoryDecoder, JobInfo, readHistory, type HistoryEvent } from '@bobbin/common';
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
    expect(jobState).toBe(info.status);
    for (const task of info.tasks.values()) {
      expect([task.taskId, reached.get(task.taskId)]).toEqual([task.taskId, task.state]);
      for (const attempt of task.attempts.values()) {
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

  test('with any record of an outcome left out, the replay says so', () => {
    const outcomes = events.flatMap(({ type }, at) => (/^(JOB_INITED|TASK_|.*_ATTEMPT_)/.test(type) ? [at] : []));
    for (const at of outcomes) {
      const without = events.toSpliced(at, 1);
      expect(() => replayHistory(without)).toThrow(/^event \d+, [A-Z_]+ of \S+, differs: /);
    }
  });
});
