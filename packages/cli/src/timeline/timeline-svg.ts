/** A job's timeline as an SVG drawing: the path that led to its end, then a lane for each attempt, or each container where they are many. */
import { criticalPath } from './critical-path.js';
import { PHASES, type JobTimeline, type Span, type TimelinePhase } from './timeline.js';
import { seconds, titleOf } from './timeline-text.js';

const COLORS: Readonly<Record<TimelinePhase, string>> = {
  submit: '#8d99ae',
  'AM start': '#5c677d',
  ask: '#e9e2c8',
  grant: '#d8c99b',
  launch: '#d8973c',
  load: '#bd632f',
  map: '#3a7ca5',
  shuffle: '#81c3d7',
  merge: '#6a994e',
  reduce: '#2f6690',
  commit: '#7b2d5b',
};
const MOST_LANES = 300;
const WIDTH = 1000;
const LABEL = 90;
const LANE = 14;
const GAP = 2;
const TOP = 56;
const TICKS = 10;

interface Lane {
  readonly name: string;
  readonly spans: readonly Span[];
}

/** A whole document; its only text is escaped. */
export function timelineSvg(timeline: JobTimeline): string {
  const lanes = [{ name: 'path', spans: criticalPath(timeline) }, ...lanesOf(timeline)];
  const bottom = TOP + lanes.length * (LANE + GAP);
  const height = bottom + 28;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LABEL + WIDTH + 20}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="8" y="18" font-size="13">${escape(titleOf(timeline))}</text>`,
    ...legend(),
    ...axis(timeline, bottom),
    ...lanes.flatMap((lane, row) => drawn(lane, timeline, TOP + row * (LANE + GAP))),
    '</svg>',
    '',
  ].join('\n');
}

function lanesOf({ attempts }: JobTimeline): Lane[] {
  if (attempts.length <= MOST_LANES) return [...attempts];
  const containers = new Map<string, Span[]>();
  for (const { containerId, spans } of attempts) {
    const held = spans.filter(({ phase }) => phase !== 'ask');
    containers.set(containerId, [...(containers.get(containerId) ?? []), ...held]);
  }
  return [...containers].map(([id, spans]) => ({ name: id.slice(-9), spans }));
}

function legend(): string[] {
  return PHASES.flatMap((phase, n) => {
    const x = 8 + n * 96;
    return [
      `<rect x="${x}" y="28" width="10" height="10" fill="${COLORS[phase]}"/>`,
      `<text x="${x + 14}" y="37">${phase}</text>`,
    ];
  });
}

function axis({ startMs, endMs }: JobTimeline, bottom: number): string[] {
  return Array.from({ length: TICKS + 1 }, (_, n) => {
    const x = LABEL + (n * WIDTH) / TICKS;
    return (
      `<line x1="${x}" y1="${TOP - 4}" x2="${x}" y2="${bottom}" stroke="#ddd"/>` +
      `<text x="${x}" y="${bottom + 14}" text-anchor="middle">${seconds(((endMs - startMs) * n) / TICKS)}</text>`
    );
  });
}

function drawn({ name, spans }: Lane, { startMs, endMs }: JobTimeline, y: number): string[] {
  const perMs = WIDTH / Math.max(1, endMs - startMs);
  const rectangles = spans.map((span) => {
    const x = (LABEL + (span.startMs - startMs) * perMs).toFixed(2);
    const width = ((span.endMs - span.startMs) * perMs).toFixed(2);
    const hint = `${name} ${span.phase} ${seconds(span.endMs - span.startMs)}`;
    return `<rect x="${x}" y="${y}" width="${width}" height="${LANE}" fill="${COLORS[span.phase]}"><title>${escape(hint)}</title></rect>`;
  });
  return [`<text x="${LABEL - 6}" y="${y + 11}" text-anchor="end">${escape(name)}</text>`, ...rectangles];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
