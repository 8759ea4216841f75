/**
 * One AppMaster and many maps: the whole AM, on a simulated RM, simulated nodes and children in its own process
 * (packages/mrappmaster/test/bench), with the heap that its container has by default.
 */
import {
  inTurn,
  medianOf,
  type Bench,
  type Benchmark,
  type Result,
  type Row,
  type Sample,
} from './support/benchmark.js';
import { runPackageBench } from './support/package-bench.js';

interface Figures {
  readonly completions_per_s: number;
  readonly completions_per_cpu_s: number;
  readonly rss_mb: number;
  readonly history_bytes_per_task: number;
  readonly longest_block_ms: number;
}

const MAPS = [1000, 10_000, 100_000];
/** Containers at a time. */
const ROOM = 1000;
/** 0.8 of 1536 MiB. */
const HEAP = '--max-old-space-size=1228';

const ASPECTS: readonly (readonly [keyof Figures, unit: string, budget?: string])[] = [
  ['completions_per_s', 'maps/s', '>= 5,000 at 100,000'],
  ['completions_per_cpu_s', 'maps/CPU s'],
  ['rss_mb', 'MB', '<= 1,000'],
  ['history_bytes_per_task', 'bytes', '<= 1,024'],
  ['longest_block_ms', 'ms'],
];

export const benchmark: Benchmark = {
  name: 'am-scale',
  title: `an AppMaster with many maps, ${ROOM} containers at a time, reused`,
  runs: 3,
  run: measure,
};

async function measure(bench: Bench): Promise<Result> {
  const wanted = bench.options['maps'] === undefined ? MAPS : [Number(bench.options['maps'])];
  const all = new Map<string, Sample[]>();
  const rows = await inTurn(
    bench,
    wanted.map((maps) => ({
      what: `${maps} maps: completions`,
      unit: 'maps/s',
      measure: async () => {
        const figures = await runPackageBench<Figures>(bench, 'mrappmaster', 'am-scale', [maps, ROOM], [HEAP]);
        for (const [aspect] of ASPECTS) {
          const key = `${maps} maps: ${aspect}`;
          all.set(key, [...(all.get(key) ?? []), { value: figures[aspect] }]);
        }
        return { value: figures.completions_per_s, peakMb: figures.rss_mb };
      },
    })),
  );
  const most = wanted.at(-1) ?? 0;
  const rowOf = (maps: number, aspect: keyof Figures): Row => {
    const [, unit = '', budget] = ASPECTS.find(([name]) => name === aspect) ?? [];
    const what = `${maps} maps: ${aspect}`;
    return { what, unit, samples: all.get(what) ?? [], ...(budget !== undefined && maps === most && { budget }) };
  };
  const figure = (aspect: keyof Figures): number | null => medianOf(rowOf(most, aspect));
  return {
    rows: wanted.flatMap((maps) => ASPECTS.map(([aspect]) => rowOf(maps, aspect))),
    figures: {
      maps: most,
      completions_per_s: figure('completions_per_s'),
      rss_mb: figure('rss_mb'),
      history_bytes_per_task: figure('history_bytes_per_task'),
      longest_block_ms: figure('longest_block_ms'),
    },
    plots: [
      {
        name: 'am-scale',
        title: 'task completions of one AppMaster',
        unit: 'maps/s',
        x: 'maps',
        series: [
          {
            label: 'Bobbin',
            points: wanted.map((maps, n): [number, number] => [maps, rows[n] ? (medianOf(rows[n]) ?? 0) : 0]),
          },
        ],
      },
    ],
    notes: [
      'From the start of the AM to its end, the commit and the move of the history included. The children share the process: their side',
      'of the calls is in the time and in the memory. A CPU second counts all threads, the garbage collector too.',
    ],
  };
}
