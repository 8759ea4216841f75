/**
 * Reads the table on top of a machine file, so that a test can hold it against `transitionTable(machine)`.
 * Rows are states; the first column is the state, the header names the events. Wide tables may be split into several, each
 * with its own header; they are joined by state. A cell that is not written counts as `!`.
 */
import { readFileSync } from 'node:fs';

export function markdownTable(file: string): Record<string, Record<string, string>> {
  const table: Record<string, Record<string, string>> = {};
  let header: string[] | undefined;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const match = /^ \* \|(.*)\|\s*$/.exec(line);
    if (!match) {
      header = undefined;
      if (line.trim() === '*/') break;
      continue;
    }
    const cells = (match[1] ?? '').split('|').map((c) => c.trim());
    if (cells.every((c) => /^-+$/.test(c))) continue;
    if (!header) {
      header = cells;
      continue;
    }
    const [state = '', ...values] = cells;
    const row = (table[state] ??= {});
    values.forEach((value, i) => {
      const event = header?.[i + 1];
      if (event) row[event] = value;
    });
  }
  return table;
}
