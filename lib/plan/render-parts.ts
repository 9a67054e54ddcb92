import type { Style } from '../io/host';
import { renderValue } from './values';

export type Line = string;

/** A label and the text beside it. */
export type Row = readonly [label: string, text: string];

const INDENT = '    ';

/** Rows with their texts in one column; labels longer than this push their own text to the right. */
const WIDEST_LABEL = 28;

/** Rows below a heading, in two columns. */
export function labelled(rows: readonly Row[], style: Style): Line[] {
  const width = Math.min(WIDEST_LABEL, Math.max(0, ...rows.map(([label]) => label.length)));
  return rows.map(([label, text]) => `${INDENT}${style.dim(label.padEnd(width))}  ${text}`.trimEnd());
}

/** `before → after`, or only that of the two which there is. */
export function row(label: string, before: unknown, after: unknown, style: Style, suffix = ''): Row {
  return [label, `${transition(before, after, style)}${suffix}`];
}

export function transition(before: unknown, after: unknown, style: Style): string {
  if (before === null || before === undefined) return renderValue(after);
  if (after === null || after === undefined)
    return `${renderValue(before)} ${style.dim('→')} ${style.dim('(none)')}`;
  return `${renderValue(before)} ${style.dim('→')} ${renderValue(after)}`;
}
