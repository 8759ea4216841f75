/**
 * What a benchmark is: a file `<name>.bench.ts` that exports `benchmark`. It measures what it names, beside peers where they are
 * installed, in one run and in turn; it proves its results equal to an independent program's before it gives a figure. It returns rows
 * for the table and figures for the last line; the harness prints, records and draws them.
 */

/** One run of one thing. */
export interface Sample {
  /** What was measured, in the row's unit. */
  readonly value: number;
  /** Most resident memory of all its processes together, MB (10^6 bytes); pages that processes share count for each. */
  readonly peakMb?: number;
}

/** One line of the table: one thing, measured several times. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly samples: readonly Sample[];
  /** What DESIGN asks for, in words. */
  readonly budget?: string;
  /** In the place of samples: why there are none. */
  readonly absent?: string;
}

/** A drawing of part of what was measured. */
export interface Plot {
  /** Name of the file below docs/performance/, without its end. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Bars, one a label, or a line through points where `x` says what the labels count (they are numbers then, drawn on a log scale). */
  readonly x?: string;
  readonly series: readonly {
    readonly label: string;
    readonly points: readonly (readonly [string | number, number])[];
  }[];
}

/** Numbers, or null for a peer that is not installed. */
export type Figures = Readonly<Record<string, number | null>>;

export interface Result {
  readonly rows: readonly Row[];
  readonly figures: Figures;
  /** What a reader should know of this run: sizes, what was compared with what. */
  readonly notes?: readonly string[];
  readonly plots?: readonly Plot[];
}

/** What a benchmark is given. */
export interface Bench {
  /** The checkout. */
  readonly root: string;
  /** A folder that is removed afterwards. */
  readonly dir: string;
  /** How often each thing is measured. */
  readonly runs: number;
  /** `--name value` of the command line, beyond those of the harness. */
  readonly options: Readonly<Record<string, string>>;
  /** Tells the user what goes on; not part of the result. */
  say(line: string): void;
}

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** `--runs` where the user does not say. */
  readonly runs: number;
  run(bench: Bench): Promise<Result>;
}

/** The middle value; the mean of the two in the middle of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** The row's median, rounded to `digits` after the point; null where it has no samples. */
export function medianOf(row: Row, digits = 0): number | null {
  if (row.samples.length === 0) return null;
  return Number(median(row.samples.map(({ value }) => value)).toFixed(digits));
}

/**
 * Measures each case `runs` times, in turn: what the machine does meanwhile meets all alike. Cases are `undefined` where what they
 * measure is not there; their rows say so.
 */
export async function inTurn(
  bench: Bench,
  cases: readonly {
    readonly what: string;
    readonly unit: string;
    readonly budget?: string;
    readonly absent?: string;
    readonly measure: ((run: number) => Promise<Sample>) | undefined;
  }[],
): Promise<Row[]> {
  const samples = cases.map((): Sample[] => []);
  for (let run = 0; run < bench.runs; run++) {
    for (const [at, { what, unit, measure }] of cases.entries()) {
      if (!measure) continue;
      const sample = await measure(run);
      samples[at]?.push(sample);
      bench.say(
        `run ${run + 1} of ${bench.runs}: ${what}: ${sample.value.toFixed(sample.value < 100 ? 2 : 0)} ${unit}`,
      );
    }
  }
  return cases.map(({ what, unit, budget, absent, measure }, at) => ({
    what,
    unit,
    samples: samples[at] ?? [],
    ...(budget !== undefined && { budget }),
    ...(!measure && { absent: absent ?? 'not installed' }),
  }));
}
