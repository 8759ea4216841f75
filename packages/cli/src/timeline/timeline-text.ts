/**
 * A job's timeline on a terminal: where the time went, then a lane for each attempt; where there are too many, for each container,
 * and how many attempts were in each phase at a time.
 */
import { criticalPath } from './critical-path.js';
import { PHASES, sumByPhase, type JobTimeline, type Span, type TimelinePhase } from './timeline.js';

const LETTERS: Readonly<Record<TimelinePhase, string>> = {
  submit: 's',
  'AM start': 'A',
  ask: 'a',
  grant: 'g',
  launch: 'l',
  load: 'o',
  map: 'M',
  shuffle: 'S',
  merge: 'G',
  reduce: 'R',
  commit: 'C',
};
const MOST_LANES = 24;
const BAR_WIDTH = 30;
const LEVELS = ' ▁▂▃▄▅▆▇█';

interface Lane {
  readonly name: string;
  readonly spans: readonly Span[];
  readonly note: string;
}

/** `columns`: how wide the chart may be. */
export function timelineLines(timeline: JobTimeline, columns: number): string[] {
  const path = criticalPath(timeline);
  const lanes = lanesOf(timeline);
  const labelWidth = Math.max(...[...lanes, { name: 'AM start' }].map(({ name }) => name.length));
  const noteWidth = Math.max(0, ...lanes.map(({ note }) => note.length));
  const width = Math.max(20, columns - labelWidth - noteWidth - 4);
  const scale = new Scale(timeline.startMs, timeline.endMs, width);
  const label = (name: string): string => `${name.padEnd(labelWidth)}  `;
  const totalMs = timeline.endMs - timeline.startMs;
  return [
    titleOf(timeline),
    '',
    'Where the time went, along the waits that led to the end:',
    ...phaseLines(timeline, path),
    '',
    `${label('')}${`0${seconds(totalMs).padStart(width - 1)}`}`,
    `${label('path')}${scale.letters(path)}`,
    ...lanes.map(({ name, spans, note }) => `${label(name)}${scale.letters(spans)}  ${note}`.trimEnd()),
    ...(timeline.attempts.length > MOST_LANES ? crowdLines(timeline, scale, label) : []),
    '',
    ...legend(columns),
  ];
}

/** Which letter is which phase, in as many lines as it takes. */
function legend(columns: number): string[] {
  const lines = [''];
  for (const phase of PHASES) {
    const entry = `${LETTERS[phase]} ${phase}`;
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = entry;
    else if (line.length + entry.length + 2 <= columns) lines[lines.length - 1] = `${line}  ${entry}`;
    else lines.push(entry);
  }
  return lines;
}

export function titleOf(timeline: JobTimeline): string {
  const { jobId, jobName, state, uberized, numMaps, numReduces, attempts, startMs, endMs } = timeline;
  const counts = [plural(numMaps, 'map'), plural(numReduces, 'reduce'), plural(attempts.length, 'attempt')];
  return `${jobId} '${jobName}' ${state}${uberized ? ', uber' : ''}: ${seconds(endMs - startMs)}, ${counts.join(', ')}`;
}

/** A phase a line: its time on the path, its share of the job's, and the sum over all attempts. */
function phaseLines(timeline: JobTimeline, path: readonly Span[]): string[] {
  const totalMs = Math.max(1, timeline.endMs - timeline.startMs);
  const onPath = sumByPhase(path);
  const inAll = sumByPhase(timeline.attempts.flatMap(({ spans }) => spans));
  return PHASES.flatMap((phase) => {
    const ms = onPath.get(phase) ?? 0;
    const allMs = inAll.get(phase) ?? 0;
    if (ms === 0 && allMs === 0) return [];
    const share = ms / totalMs;
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
    const all = allMs > 0 ? `  all tasks ${seconds(allMs)}` : '';
    return `  ${phase.padEnd(8)} ${seconds(ms).padStart(10)} ${`${(share * 100).toFixed(1)} %`.padStart(7)}  ${bar}${all}`.trimEnd();
  });
}

/** Of attempts while they are few, else of containers, the longest used first. */
function lanesOf({ attempts }: JobTimeline): Lane[] {
  if (attempts.length <= MOST_LANES) {
    return attempts.map(({ name, spans, state }) => ({ name, spans, note: state === 'SUCCEEDED' ? '' : state }));
  }
  const containers = new Map<string, Span[]>();
  for (const { containerId, spans } of attempts) {
    // What is only asked for is nowhere yet.
    const held = spans.filter(({ phase }) => phase !== 'ask');
    containers.set(containerId, [...(containers.get(containerId) ?? []), ...held]);
  }
  if (containers.size > MOST_LANES) return [];
  return [...containers].map(([id, spans]) => ({ name: id.slice(-9), spans, note: '' }));
}

/** How many attempts are in each phase at a time. */
function crowdLines({ attempts }: JobTimeline, scale: Scale, label: (name: string) => string): string[] {
  return PHASES.flatMap((phase) => {
    const spans = attempts.flatMap((attempt) => attempt.spans.filter((span) => span.phase === phase));
    if (spans.length === 0) return [];
    const counts = scale.counts(spans);
    const most = Math.max(...counts);
    const levels = counts.map((count) => LEVELS[Math.ceil((count / most) * (LEVELS.length - 1))] ?? ' ');
    return `${label(phase)}${levels.join('').trimEnd()}  at most ${most}`;
  });
}

/** Time in cells of a line. */
class Scale {
  constructor(
    private readonly startMs: number,
    endMs: number,
    private readonly width: number,
    private readonly cellMs = Math.max(1, endMs - startMs) / width,
  ) {}

  /** In each cell the phase that has most of it. */
  letters(spans: readonly Span[]): string {
    const shares = Array.from({ length: this.width }, () => new Map<TimelinePhase, number>());
    for (const span of spans) {
      this.eachCell(span, (cell, ms) => {
        const share = shares[cell];
        share?.set(span.phase, (share.get(span.phase) ?? 0) + ms);
      });
    }
    const letter = (share: ReadonlyMap<TimelinePhase, number>): string => {
      const [most] = [...share].sort(([, a], [, b]) => b - a);
      return most ? LETTERS[most[0]] : ' ';
    };
    return shares.map(letter).join('').trimEnd();
  }

  /** In each cell the number of spans that touch it. */
  counts(spans: readonly Span[]): number[] {
    const counts = Array.from({ length: this.width }, () => 0);
    for (const span of spans) this.eachCell(span, (cell) => (counts[cell] = (counts[cell] ?? 0) + 1));
    return counts;
  }

  private eachCell({ startMs, endMs }: Span, visit: (cell: number, ms: number) => void): void {
    const [from, to] = [(startMs - this.startMs) / this.cellMs, (endMs - this.startMs) / this.cellMs];
    for (let cell = Math.max(0, Math.floor(from)); cell < Math.min(this.width, Math.ceil(to)); cell++) {
      visit(cell, (Math.min(to, cell + 1) - Math.max(from, cell)) * this.cellMs);
    }
  }
}

/** With milliseconds. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
