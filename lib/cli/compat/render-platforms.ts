import type { Style } from '../../io/host';
import type { PlatformReport } from './platform-report';
import { wrap } from './wrap';

const MARKS = { yes: ['✓', 'green'], no: ['✗', 'red'], unknown: ['?', 'yellow'] } as const;

/** A mark, the platform and how, or the reasons, each on lines of its own. */
export function renderPlatforms(reports: readonly PlatformReport[], width: number, style: Style): string[] {
  const titleWidth = Math.max(...reports.map(({ title }) => title.length));
  const indent = titleWidth + 4;
  return reports.flatMap((report) => {
    const [mark, colour] = MARKS[report.verdict];
    const lines = textsOf(report).flatMap((text) => wrap(text, width, indent));
    return lines.map((line, index) =>
      index === 0
        ? `${style[colour](mark)} ${report.title.padEnd(titleWidth)}  ${line}`
        : `${' '.repeat(indent)}${line}`,
    );
  });
}

function textsOf({ verdict, how, reasons, caveat }: PlatformReport): readonly string[] {
  if (verdict === 'no') return reasons;
  const way = how === null ? [] : [verdict === 'yes' ? how : `perhaps ${how}`];
  return [...way, ...reasons, ...(caveat === null ? [] : [caveat])];
}
