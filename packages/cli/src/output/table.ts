/** Tables as Hadoop's commands print them: columns filled up on the left and parted by tabs, so that `cut -f` and `awk` find them. */

export interface Column<Row> {
  readonly title: string;
  /** At least so wide; wider where a value is, save the last column, which nothing stands behind. */
  readonly width: number;
  readonly value: (row: Row) => string;
}

/** The header and a line for each row. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map(({ value }) => value(row)));
  const widths = columns.map(({ title, width }, i) =>
    Math.max(width, title.length, ...(i < columns.length - 1 ? cells.map((values) => (values[i] ?? '').length) : [])),
  );
  const line = (values: readonly string[]): string => values.map((text, i) => text.padStart(widths[i] ?? 0)).join('\t');
  return [line(columns.map(({ title }) => title)), ...cells.map(line)];
}
