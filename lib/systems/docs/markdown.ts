/** A table of Markdown; columns are padded, so that the text reads as one too. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(head), rule, ...body.map(line)].join('\n');
}

/** Text that is to be taken literally, such as a command. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** As the first letter of a sentence. */
export function capitalised(text: string): string {
  return text === '' ? text : `${text[0]?.toUpperCase()}${text.slice(1)}`;
}
