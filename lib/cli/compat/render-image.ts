import type { ImageInspection } from '../../image';
import type { Style } from '../../io/host';
import { alternativesFor, describeProtocols, labelOf, listDevices } from '../../systems';
import type { PlatformReport } from './platform-report';
import { renderPlatforms } from './render-platforms';
import { indented } from './wrap';

/** One image by platform, with the whole reason for every no. */
export function renderImage(
  image: ImageInspection,
  reports: readonly PlatformReport[],
  width: number,
  style: Style,
): string[] {
  const { system } = image;
  if (image.lookalike !== undefined) {
    return [`${style.bold(image.name)}  ${image.lookalike}`, '', summaryOf(image, reports)];
  }
  const drives =
    system?.drivers === undefined ? 'not known' : listDevices(system.drivers, system.maybeDrivers);
  return [
    `${style.bold(image.name)}  ${[labelOf(image), image.machine].filter(Boolean).join(', ')}`,
    `  boots by  ${describeProtocols(image.bootProtocols)}`,
    ...indented('  drives    ', drives, width),
    '',
    ...renderPlatforms(reports, width, style),
    '',
    ...indented('', summaryOf(image, reports), width),
  ];
}

function summaryOf(image: ImageInspection, reports: readonly PlatformReport[]): string {
  const use = alternativesFor(image);
  if (use !== undefined) return `Runs on ${use}.`;
  return reports.some(({ verdict }) => verdict === 'unknown')
    ? "Nowhere is it known to run; 'drivers' on the image says what Kiln does not know."
    : 'Runs on nothing that Kiln knows.';
}
