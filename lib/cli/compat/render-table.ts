import type { Style } from '../../io/host';
import { compatibilityTable, LEGEND, type Platform, type PrintedCell, withFootnotes } from '../../systems';
import { wrap } from './wrap';

const GAP = '  ';
const NUMBER_WIDTH = 4;

/** System by platform, at most 100 characters wide, with a legend and the reason for every no. */
export function renderCompatTable(platforms: readonly Platform[], width: number, style: Style): string[] {
  const { rows, footnotes } = withFootnotes(compatibilityTable(undefined, platforms));
  const titleWidth = Math.max(...rows.map(({ row }) => row.title.length));
  const texts = rows.map(({ cells }) => cells.map(textOf));
  const widths = platforms.map(({ column }, index) =>
    Math.max(...column.map((word) => word.length), ...texts.map((cells) => cells[index]?.length ?? 0)),
  );
  const heads = [0, 1].map((at) =>
    [
      ''.padEnd(titleWidth),
      ...platforms.map(({ column }, index) => (column[at] ?? '').padEnd(widths[index] ?? 0)),
    ]
      .join(GAP)
      .trimEnd(),
  );
  const lines = rows.map(({ row, cells }, at) => {
    const painted = cells.map((cell, index) =>
      paint(cell, (texts[at]?.[index] ?? '').padEnd(widths[index] ?? 0), style),
    );
    return [row.title.padEnd(titleWidth), ...painted].join(GAP).trimEnd();
  });
  return [
    ...heads.map((head) => style.dim(head)),
    ...lines,
    '',
    ...wrap(LEGEND, width, 0),
    '',
    ...footnotes.flatMap((text, index) => {
      const [first = '', ...rest] = wrap(text, width - NUMBER_WIDTH, 0);
      const indent = ' '.repeat(NUMBER_WIDTH);
      return [`${`${index + 1}`.padStart(2)}  ${first}`, ...rest.map((line) => `${indent}${line}`)];
    }),
  ];
}

function textOf({ sign, footnote }: PrintedCell): string {
  return footnote === undefined ? sign : `${sign} ${footnote}`;
}

function paint({ cell }: PrintedCell, text: string, style: Style): string {
  return { yes: style.green, no: style.dim, unknown: style.yellow }[cell.verdict](text);
}
