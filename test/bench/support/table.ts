/** A benchmark's rows as a table: medians, spread, peak memory. */
import { median, type Row } from './benchmark.js';

const HEAD = ['', 'median', 'min', 'max', 'unit', 'peak MB', 'budget'];

/** The cells of each row, for any kind of table; a row without samples has its reason in the place of its median. */
export function cellsOf(rows: readonly Row[]): string[][] {
  return [HEAD, ...rows.map(cells)];
}

/** The table with columns as wide as they must be. */
export function tableLines(rows: readonly Row[]): string[] {
  const all = cellsOf(rows);
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) =>
        column >= 1 && column <= 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function cells({ what, unit, samples, budget, absent }: Row): string[] {
  if (samples.length === 0) return [what, absent ?? 'not measured', '', '', '', '', budget ?? ''];
  const values = samples.map(({ value }) => value);
  const peaks = samples.flatMap(({ peakMb }) => (peakMb === undefined ? [] : [peakMb]));
  const peak = peaks.length === 0 ? '' : Math.max(...peaks).toFixed(0);
  return [
    what,
    short(median(values)),
    short(Math.min(...values)),
    short(Math.max(...values)),
    unit,
    peak,
    budget ?? '',
  ];
}

/** Three digits or more, none of them noise. */
function short(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
