import type { Style } from '../io/host';

/** Text, or text that is painted after it was padded, so that colours do not count as width. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/** A table with columns as wide as they must be, indented by two, its header dim. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: Style,
): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[column] ?? '').length)),
  );
  const line = (cells: readonly Cell[]) =>
    `  ${cells.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [style.dim(line(header)), ...rows.map(line)];
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function padded(cell: Cell, width: number): string {
  return typeof cell === 'string' ? cell.padEnd(width) : cell.paint(cell.text.padEnd(width));
}
