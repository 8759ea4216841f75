/** Progress: Hadoop's lines, each once; on a terminal one block that is redrawn in place. */
import type { JobUpdate } from '@bobbin/client';
import { taskAttemptId, taskId, type JobReport, type TaskAttemptCompletionEventStatus } from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { LiveProgress, PlainProgress } from '../../src/job/progress.js';
import { recordingIO } from '../support/recording-io.js';
import { aJob, anApplication, job } from '../support/records.js';

const told = (change: Partial<JobReport>, running?: { maps: number; reduces: number }): JobUpdate => ({
  type: 'JOB',
  report: aJob({
    state: 'RUNNING',
    mapProgress: 0,
    reduceProgress: 0,
    mapsCompleted: 0,
    reducesCompleted: 0,
    ...change,
  }),
  running,
});

function ended(status: TaskAttemptCompletionEventStatus, ...diagnostics: string[]): JobUpdate {
  const attemptId = taskAttemptId(taskId(job, 'MAP', 3), 1);
  const event = { attemptId, eventId: 0, status, mapOutputServerAddress: '', attemptRunTimeMs: 1 };
  return { type: 'ATTEMPTS', ends: [{ event, diagnostics }] };
}

describe('lines', () => {
  test('say uber or not once, then how far map and reduce are when that has changed', () => {
    const clock = new ControlledClock();
    const io = recordingIO({}, clock);
    const progress = new PlainProgress(io, 'FAILED');
    progress.update({ type: 'APPLICATION', report: anApplication({ state: 'ACCEPTED' }) });
    progress.update(told({ state: 'INITED' }));
    for (const mapProgress of [0, 0.004, 0.5, 0.999]) {
      progress.update(told({ mapProgress }));
      clock.advance(1000);
    }
    progress.update(told({ state: 'SUCCEEDED', mapProgress: 1, reduceProgress: 1 }));
    progress.tick();
    progress.end();
    expect(io.printed).toEqual([
      `Job ${job} running in uber mode : false`,
      ' map 0% reduce 0%',
      ' map 50% reduce 0%',
      ' map 99% reduce 0%',
      ' map 100% reduce 100%',
    ]);
    expect(io.warned).toEqual([]);
  });

  test('come once a second, with the newest of what came meanwhile', () => {
    const clock = new ControlledClock();
    const io = recordingIO({}, clock);
    const progress = new PlainProgress(io, 'FAILED');
    for (let n = 0; n < 25; n++) {
      progress.update(told({ mapProgress: n / 100 }));
      clock.advance(100);
      progress.tick();
    }
    expect(io.printed.slice(1)).toEqual([' map 0% reduce 0%', ' map 9% reduce 0%', ' map 19% reduce 0%']);
    clock.advance(500);
    progress.tick();
    clock.advance(5000);
    progress.tick();
    expect(io.printed.slice(4)).toEqual([' map 24% reduce 0%']);
  });

  test('that bring map or reduce to 100 %, and the last, do not wait', () => {
    const io = recordingIO();
    const progress = new PlainProgress(io, 'FAILED');
    for (const [mapProgress, reduceProgress] of [
      [0.2, 0],
      [0.9, 0],
      [1, 0],
      [1, 0.1],
      [1, 0.2],
      [1, 1],
    ] as const) {
      progress.update(told({ mapProgress, reduceProgress }));
    }
    progress.end();
    expect(io.printed.slice(1)).toEqual([' map 20% reduce 0%', ' map 100% reduce 0%', ' map 100% reduce 100%']);
  });

  test.each([
    ['at its end', (progress: PlainProgress) => progress.update(told({ state: 'FAILED', mapProgress: 0.4 }))],
    ['when it is left', (progress: PlainProgress) => progress.end()],
  ])('tell how far a job was %s', (_, leave) => {
    const io = recordingIO();
    const progress = new PlainProgress(io, 'FAILED');
    progress.update(told({ mapProgress: 0.2 }));
    progress.update(told({ mapProgress: 0.4 }));
    leave(progress);
    progress.end();
    expect(io.printed.slice(1)).toEqual([' map 20% reduce 0%', ' map 40% reduce 0%']);
  });

  test.each([
    ['FAILED', ['FAILED', 'TIPFAILED']],
    ['KILLED', ['KILLED']],
    ['SUCCEEDED', ['SUCCEEDED']],
    ['NONE', []],
    ['ALL', ['FAILED', 'TIPFAILED', 'KILLED', 'SUCCEEDED', 'OBSOLETE']],
  ] as const)('with filter %s tell of attempts that are %j', (filter, shown) => {
    const io = recordingIO();
    const progress = new PlainProgress(io, filter);
    for (const status of ['FAILED', 'TIPFAILED', 'KILLED', 'SUCCEEDED', 'OBSOLETE'] as const)
      progress.update(ended(status, 'why'));
    expect(io.warned).toEqual(
      shown.flatMap((status) => [`Task Id : attempt_1795259442712_0001_m_000003_1, Status : ${status}`, 'why']),
    );
  });
});

describe('a block on a terminal', () => {
  /** What a terminal of this width shows after these writes. */
  function screen(written: string): string[] {
    const lines: string[] = [''];
    let row = 0;
    for (const part of written.split(/(\u001b\[[0-9;?]*[A-Za-z]|\n|\r)/)) {
      const up = /^\u001b\[(\d+)A$/.exec(part);
      if (part === '\n') lines[++row] ??= '';
      else if (up) row -= Number(up[1]);
      else if (part === '\u001b[J') lines.splice(row, lines.length, '');
      else if (!part.startsWith('\u001b') && part !== '\r') lines[row] += part;
    }
    return lines.filter((line) => line !== '');
  }

  function stand(columns = 100) {
    const clock = new ControlledClock();
    const io = recordingIO({}, clock);
    let written = '';
    const terminal = { columns, write: (text: string) => void (written += text) };
    const warn = (line: string): void => void (written += `${line}\n`);
    const progress = new LiveProgress({ warn, clock, terminal }, `word count  ${job}`, clock.now(), 'FAILED');
    return { io, clock, progress, written: () => written };
  }

  test('shows state, time, bars, what is done, runs and failed', () => {
    const { clock, progress, written } = stand();
    expect(screen(written())).toEqual([`word count  ${job}  submitted, 0 s`]);
    clock.advance(61_000);
    progress.update(ended('FAILED', 'no luck'));
    progress.update(told({ mapProgress: 0.5, mapsCompleted: 1 }, { maps: 1, reduces: 0 }));
    expect(screen(written())).toEqual([
      'Task Id : attempt_1795259442712_0001_m_000003_1, Status : FAILED',
      'no luck',
      `word count  ${job}  running, 1 min 1 s`,
      '  map    ████████████░░░░░░░░░░░░  50 %  1 of 2 done, 1 running, 1 failed',
      '  reduce ░░░░░░░░░░░░░░░░░░░░░░░░   0 %  0 of 1 done',
    ]);
  });

  test('a notice stands above the block', () => {
    const { progress, written } = stand();
    progress.notice('The ResourceManager does not answer');
    progress.tick();
    expect(screen(written())).toEqual(['The ResourceManager does not answer', `word count  ${job}  submitted, 0 s`]);
  });

  test('is redrawn as time passes, left as it was at the end, and gives the cursor back once', () => {
    const { clock, progress, written } = stand();
    clock.advance(5_000);
    progress.tick();
    progress.update(
      told({
        state: 'SUCCEEDED',
        isUber: true,
        mapProgress: 1,
        reduceProgress: 1,
        mapsCompleted: 2,
        reducesCompleted: 1,
      }),
    );
    progress.end();
    progress.end();
    progress.tick();
    const shown = screen(written());
    expect(shown[0]).toBe(`word count  ${job}  succeeded, uber, 5 s`);
    expect(shown).toHaveLength(3);
    expect(written().split('\u001b[?25h')).toHaveLength(2);
  });

  test('never wraps a line: it could not be taken back', () => {
    const { progress, written } = stand(30);
    progress.update(told({ mapProgress: 1 }));
    for (const line of screen(written())) expect([...line].length).toBeLessThan(30);
  });
});
