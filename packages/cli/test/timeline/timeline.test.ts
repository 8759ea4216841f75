/** Where a job's time went: all of it is accounted for, whatever the history, and drawn as text, SVG and JSON. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HistoryDecoder, parseJhist, type HistoryEvent, type JobId } from '@bobbin/common';
import { ControlledClock, tempDir } from '@bobbin/common/testing';
import { makeProgram } from '../../src/program.js';
import { criticalPath } from '../../src/timeline/critical-path.js';
import { sumByPhase, timelineOf, type JobTimeline } from '../../src/timeline/timeline.js';
import { timelineSvg } from '../../src/timeline/timeline-svg.js';
import { timelineLines } from '../../src/timeline/timeline-text.js';
import { recordingIO } from '../support/recording-io.js';

const golden = join(__dirname, '../../../../test/golden/v1');
const hadoop = join(__dirname, '../../../common/test/data/history');

interface Told {
  readonly jobId: JobId;
  readonly events: readonly HistoryEvent[];
}

function ours(name: string): Told {
  const [header = '', ...lines] = readFileSync(join(golden, `${name}.jhist.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  const decoder = HistoryDecoder.fromHeader(header);
  return { jobId: decoder.jobId, events: lines.map((line) => decoder.decode(line)) };
}

const all = [
  ...readdirSync(golden).map((name) => [name, ours(name.replace('.jhist.jsonl', ''))] as const),
  ...readdirSync(hadoop).map((name) => [name, parseJhist(readFileSync(join(hadoop, name)))] as const),
];

const draw = ({ jobId, events }: Told, nowMs = 0): JobTimeline => timelineOf(jobId, events, nowMs);

function lastMomentOf(events: readonly HistoryEvent[]): number {
  return Math.max(
    ...events.map((event) =>
      'finishTimeMs' in event ? event.finishTimeMs : 'startTimeMs' in event ? event.startTimeMs : 0,
    ),
  );
}

describe.each(all)('%s', (_, told) => {
  test('cut after any event, the path covers the whole time of the job, without gap or overlap', () => {
    const submitted = told.events.findIndex(({ type }) => type === 'JOB_SUBMITTED');
    for (let end = submitted + 1; end <= told.events.length; end++) {
      const events = told.events.slice(0, end);
      const timeline = draw({ ...told, events }, lastMomentOf(events));
      let atMs = timeline.startMs;
      for (const span of criticalPath(timeline)) {
        expect([span.phase, span.startMs]).toEqual([span.phase, atMs]);
        expect(span.endMs).toBeGreaterThan(span.startMs);
        atMs = span.endMs;
      }
      expect(atMs).toBe(timeline.endMs);
    }
  });

  test('the stretches of an attempt follow each other from its request to its end', () => {
    for (const { name, startMs, endMs, spans } of draw(told).attempts) {
      const moments = spans.flatMap((span) => [span.startMs, span.endMs]);
      expect([name, moments]).toEqual([name, moments.toSorted((a, b) => a - b)]);
      expect(new Set(moments).size).toBe(spans.length === 0 ? 0 : spans.length + 1);
      if (spans.length > 0) expect([moments[0], moments.at(-1)]).toEqual([startMs, endMs]);
    }
  });
});

test('an attempt of ours tells each of its phases; the container of another makes the next one wait', () => {
  const timeline = draw(ours('uber-with-times'));
  const phases = (name: string): string[] =>
    timeline.attempts.find((attempt) => attempt.name === name)?.spans.map(({ phase }) => phase) ?? [];
  expect(phases('m0.0')).toEqual(['ask', 'grant', 'launch', 'load', 'map', 'merge']);
  expect(phases('r0.0').slice(-3)).toEqual(['shuffle', 'reduce', 'commit']);
  const lanes = criticalPath(timeline).map(({ lane }) => lane);
  expect(lanes.filter((lane, n) => lane !== lanes[n - 1])).toEqual(['job', 'm0.0', 'm1.0', 'r0.0', 'job']);
});

test('a job of two AppMasters accounts for the time that its first one took', () => {
  const timeline = draw(ours('maps-adopted'));
  expect(timeline.masters).toHaveLength(2);
  const sums = sumByPhase(criticalPath(timeline));
  expect([...sums.values()].reduce((a, b) => a + b)).toBe(timeline.endMs - timeline.startMs);
});

describe('the text', () => {
  test('tells the phases with their shares, and draws a lane for each attempt', () => {
    const lines = timelineLines(draw(ours('attempts-failed-then-succeeded')), 100);
    expect(lines).toMatchSnapshot();
    // Only the title is as long as the job's name makes it.
    for (const columns of [80, 100, 200]) {
      const drawn = timelineLines(draw(ours('uber-with-times')), columns).slice(1);
      expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  test('of many attempts, lanes of containers and how many attempts are in each phase', () => {
    const { jobId, events } = ours('speculative-map-killed');
    const timeline = draw({ jobId, events });
    const [first] = timeline.attempts;
    if (!first) throw new Error('no attempt');
    const many = Array.from({ length: 200 }, (_, n) => ({ ...first, name: `m${n}.0` }));
    const lines = timelineLines({ ...timeline, attempts: many }, 100);
    expect(lines.length).toBeLessThan(30);
    expect(lines.find((line) => line.startsWith('map '))).toMatch(/█ +at most 200$/);
  });
});

test('the drawing is one SVG document; what a user named stands in it escaped', () => {
  const timeline = { ...draw(ours('containers-succeeded')), jobName: '<script>&"' };
  const svg = timelineSvg(timeline);
  expect(svg).toMatch(/^<svg [^>]+>\n[\s\S]*<\/svg>\n$/);
  expect(svg).toContain('&lt;script&gt;&amp;&quot;');
  expect(svg.match(/<title>/g)?.length).toBe(
    criticalPath(timeline).length + timeline.attempts.flatMap(({ spans }) => spans).length,
  );
});

describe('bobbin job timeline', () => {
  const run = async (...args: string[]): Promise<{ out: string[]; err: string[] }> => {
    const io = recordingIO({}, new ControlledClock());
    await makeProgram(io, '0', () => undefined).parseAsync(['job', 'timeline', ...args], { from: 'user' });
    return { out: io.printed, err: io.warned };
  };
  const file = join(golden, 'containers-succeeded.jhist.jsonl');

  test('prints the text, or JSON with the sums, and writes the drawing', async () => {
    using dir = tempDir();
    const svg = join(dir.path, 'x.svg');
    expect((await run(file, '--svg', svg)).out[0]).toContain(
      "'containers-succeeded' SUCCEEDED: 1.149 s, 3 maps, 2 reduces",
    );
    expect(readFileSync(svg, 'utf8')).toContain('<svg');
    const { totalMs, phases } = JSON.parse((await run(file, '--json')).out.join('')) as {
      totalMs: number;
      phases: { ms: number }[];
    };
    expect(phases.reduce((sum, { ms }) => sum + ms, 0)).toBe(totalMs);
  });

  test('draws what stands before a tear, and says so; a file that cannot be written is named', async () => {
    using dir = tempDir();
    const torn = join(dir.path, 'torn.jhist.jsonl');
    writeFileSync(torn, readFileSync(file).subarray(0, 1500));
    const { out, err } = await run(torn);
    expect(out[0]).toContain('RUNNING');
    expect(err).toEqual([expect.stringContaining('the last line is incomplete; what stands before that is drawn')]);
    await expect(run(file, '--svg', dir.path)).rejects.toThrow(/cannot be written/);
  });
});
