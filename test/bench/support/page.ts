/**
 * `npm run bench -- page`: writes the tables of docs/performance.md and the plots beside it from what `--record` kept in
 * docs/performance/<name>.json. The words of the page are written by hand; a table stands between `<!-- bench NAME -->` and
 * `<!-- end -->`, and is made anew. A benchmark that was never recorded says so.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plot, Row } from './benchmark.js';
import { median } from './benchmark.js';
import { plotSvg } from './plot.js';
import type { Recorded } from './run-benchmark.js';
import { cellsOf } from './table.js';

/** The exit code. */
export async function main(root: string): Promise<number> {
  const folder = join(root, 'docs/performance');
  const file = join(root, 'docs/performance.md');
  const page = readFileSync(file, 'utf8');
  const names: string[] = [];
  const written = page.replaceAll(
    /(<!-- bench (\S+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, head: string, name: string, end) => {
      names.push(name);
      return `${head}\n${section(folder, name)}\n${String(end)}`;
    },
  );
  writeFileSync(file, written);
  console.log(`docs/performance.md: ${names.join(', ')}`);
  return Promise.resolve(0);
}

function section(folder: string, name: string): string {
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) return `Not recorded yet: \`npm run bench -- ${name} --record\`.\n`;
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  const { title, day, runs, machine, rows, notes = [] } = recorded;
  const plots = (recorded.plots ?? [barsOf(recorded)]).filter(({ series }) =>
    series.some(({ points }) => points.length > 0),
  );
  for (const plot of plots) writeFileSync(join(folder, `${plot.name}.svg`), plotSvg(plot));
  return [
    `${title}. ${day}, ${runs} ${runs === 1 ? 'run' : 'runs'}; ${machine.text}.`,
    '',
    ...markdown(rows),
    '',
    ...(notes.length > 0 ? [notes.join(' '), ''] : []),
    ...plots.flatMap((plot) => [`![${plot.title}](performance/${plot.name}.svg)`, '']),
  ].join('\n');
}

/** With columns as wide as they must be, as the formatter leaves them. */
function markdown(rows: readonly Row[]): string[] {
  const [head = [], ...lines] = cellsOf(rows);
  const widths = head.map((_, column) => Math.max(3, ...[head, ...lines].map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...lines.map(line)];
}

/** A benchmark that draws nothing itself: a bar for each row of the first row's unit. */
function barsOf({ name, title, rows }: Recorded): Plot {
  const unit = rows[0]?.unit ?? '';
  const points = rows
    .filter((row) => row.unit === unit && row.samples.length > 0)
    .map((row): [string, number] => [row.what, median(row.samples.map(({ value }) => value))]);
  return { name, title, unit, series: [{ label: '', points }] };
}
