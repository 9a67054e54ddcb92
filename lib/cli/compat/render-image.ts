import type { ImageInspection } from '../../image';
import type { Style } from '../../io/host';
import {
  alternativesFor,
  type Compatibility,
  compatibilityOf,
  describeProtocols,
  labelOf,
  listDevices,
  type Platform,
  type Verdict,
} from '../../systems';
import { wrap } from './render-table';

/** What one image would do on one platform. */
export interface PlatformAnswer extends Compatibility {
  readonly platform: Platform;
}

/** In the order of the platforms. */
export function answersFor(image: ImageInspection, platforms: readonly Platform[]): PlatformAnswer[] {
  return platforms.map((platform) => ({ platform, ...compatibilityOf(image, platform) }));
}

/** One image by platform, with the whole reason for every no. */
export function renderImage(
  image: ImageInspection,
  answers: readonly PlatformAnswer[],
  width: number,
  style: Style,
): string[] {
  const { system } = image;
  const drives = system?.drivers === undefined ? 'not known' : listDevices(system.drivers);
  const maybe = system?.maybeDrivers?.length ? `, perhaps ${listDevices(system.maybeDrivers)}` : '';
  const titleWidth = Math.max(...answers.map(({ platform }) => platform.title.length));
  return [
    `${style.bold(image.name)}  ${[labelOf(image), image.machine].filter(Boolean).join(', ')}`,
    `  boots by  ${describeProtocols(image.bootProtocols)}`,
    ...indented(`  drives    `, `${drives}${maybe}`, width),
    '',
    ...answers.flatMap((answer) => answerLines(answer, titleWidth, width, style)),
    '',
    ...indented('', summaryOf(image, answers), width),
  ];
}

function summaryOf(image: ImageInspection, answers: readonly PlatformAnswer[]): string {
  const use = alternativesFor(image);
  if (use !== undefined) return `Runs on ${use}.`;
  return answers.some(({ verdict }) => verdict === 'unknown')
    ? "Nowhere is it known to run; 'drivers' on the image says what Kiln does not know."
    : 'Runs on nothing that Kiln knows.';
}

const MARKS = { yes: '✓', no: '✗', unknown: '?' } as const satisfies Record<Verdict, string>;

function answerLines(
  { platform, verdict, how, reasons }: PlatformAnswer,
  titleWidth: number,
  width: number,
  style: Style,
): string[] {
  const paint = { yes: style.green, no: style.dim, unknown: style.yellow }[verdict];
  const text = verdict === 'yes' ? (how ?? '') : [...(verdict === 'no' ? [] : [how]), ...reasons].join('; ');
  const head = `${paint(MARKS[verdict])} ${platform.title.padEnd(titleWidth)}  `;
  const caveat = verdict !== 'no' && platform.caveat !== undefined ? [platform.caveat] : [];
  const indent = titleWidth + 4;
  return [text, ...caveat].flatMap((part, index) => {
    const [first = '', ...rest] = wrap(part, width, indent);
    return [
      `${index === 0 ? head : ' '.repeat(indent)}${first}`,
      ...rest.map((line) => `${' '.repeat(indent)}${line}`),
    ];
  });
}

function indented(head: string, text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text, width, head.length);
  return [`${head}${first}`, ...rest.map((line) => `${' '.repeat(head.length)}${line}`)];
}
