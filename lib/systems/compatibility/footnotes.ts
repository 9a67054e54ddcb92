import type { TableCell, TableRow } from './table';

/** A cell as it is printed. */
export interface PrintedCell {
  readonly cell: TableCell;
  /** `yes`, `yes G`, `?`, `no`. */
  readonly sign: string;
  /** Number of its reason, from 1. @default - a yes has none */
  readonly footnote?: number;
}

export interface PrintedTable {
  readonly rows: readonly { readonly row: TableRow; readonly cells: readonly PrintedCell[] }[];
  /** The first has the number 1. */
  readonly footnotes: readonly string[];
}

/** Letters for disks that Kiln makes. */
const MARKS: Readonly<Record<string, string>> = { bios: 'G', uefi: 'U', 'xen-pv': 'P' };

/** What the letters mean, for a legend. */
export const LEGEND =
  'G through a GRUB disk that Kiln makes, U through a UEFI disk, P through a PV-GRUB disk; ? is not known, and the number is ' +
  'that of the reason';

/** Numbers the reasons in the order in which they appear; cells with the same reason share its number. */
export function withFootnotes(table: readonly TableRow[]): PrintedTable {
  const footnotes: string[] = [];
  const numberOf = (text: string) => {
    if (!footnotes.includes(text)) footnotes.push(text);
    return footnotes.indexOf(text) + 1;
  };
  const rows = table.map((row) => ({
    row,
    cells: row.cells.map((cell) => ({
      cell,
      sign: signOf(cell),
      ...(cell.footnotes.length > 0 ? { footnote: numberOf(cell.footnotes.join('; ')) } : {}),
    })),
  }));
  return { rows, footnotes };
}

function signOf({ verdict, layout }: TableCell): string {
  if (verdict === 'no') return 'no';
  const mark = layout === undefined ? '' : (MARKS[layout] ?? '');
  if (verdict === 'unknown') return `?${mark}`;
  return mark === '' ? 'yes' : `yes ${mark}`;
}
