import type { StraySnapshot, SurveyedImage, Verdict } from '../../clouds/aws';
import type { Style } from '../../io/host';
import { printable } from '../../io/printable';
import { type Cell, renderTable } from '../table';

const GIB = 1024 ** 3;
const WORDS: Readonly<Record<Verdict, string>> = {
  'in-use': 'in use',
  kept: 'kept',
  protected: 'protected',
  prunable: 'prunable',
};
/** So many reasons are said of one image. */
const REASONS = 2;
const HEADER = ['IMAGE', 'AGE', 'DIGEST', 'COMMIT', 'STATE', 'WHY'];

/** A table for each service of a region. */
export function renderImages(
  images: readonly SurveyedImage[],
  region: string,
  style: Style,
  now: number,
): string[] {
  const services = [...new Set(images.map(({ image }) => image.service ?? ''))];
  return services.flatMap((service, index) => {
    const own = images.filter(({ image }) => (image.service ?? '') === service);
    const rows = own.map((one) => rowOf(one, style, now));
    const heading = `${style.bold(printable(service))}  ${style.dim(region)}`;
    return [...(index > 0 ? [''] : []), heading, ...renderTable(HEADER, rows, style)];
  });
}

function rowOf({ image, verdict, because }: SurveyedImage, style: Style, now: number): Cell[] {
  const paint = { 'in-use': style.green, kept: style.cyan, protected: style.cyan, prunable: style.yellow }[
    verdict
  ];
  return [
    image.id,
    ageOf(image.createdAt, now),
    (image.digest ?? '').replace(/^sha256:/, '').slice(0, 12),
    commitOf(image.commit),
    { text: WORDS[verdict], paint },
    printable(inBrief(because)),
  ];
}

/** A group's instances would make a line of all of them; programs get them all. */
function inBrief(because: readonly string[]): string {
  const more = because.length - REASONS;
  return more > 1 ? `${because.slice(0, REASONS).join('; ')}; and ${more} more` : because.join('; ');
}

function commitOf(commit: string | undefined): string {
  if (commit === undefined) return '';
  const [hash = '', dirty] = printable(commit).split('-');
  return dirty === undefined ? hash.slice(0, 8) : `${hash.slice(0, 8)}-${dirty}`;
}

/** `3 min`, `5 h`, `12 d`. */
function ageOf(date: Date | undefined, now: number): string {
  if (date === undefined) return '';
  const minutes = Math.max(0, Math.floor((now - date.getTime()) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** `2 images and 1 snapshot, 3.0 GiB at most`. EC2 does not always say how much of a snapshot is data. */
export function sumOf(
  images: readonly { readonly bytes: number }[],
  strays: readonly StraySnapshot[],
): string {
  const bytes = [...images, ...strays].reduce((sum, one) => sum + one.bytes, 0);
  const parts = [counted(images.length, 'image'), counted(strays.length, 'snapshot')].filter(Boolean);
  return `${parts.join(' and ')}, ${(bytes / GIB).toFixed(bytes < GIB / 10 ? 3 : 1)} GiB at most`;
}

function counted(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** For programs; every member is always there. */
export function imageJson({ image, verdict, because, bytes }: SurveyedImage) {
  return {
    id: image.id,
    name: image.name,
    region: image.region,
    service: image.service ?? null,
    digest: image.digest ?? null,
    commit: image.commit ?? null,
    createdAt: image.createdAt?.toISOString() ?? null,
    retiredAt: image.retiredAt?.toISOString() ?? null,
    state: verdict,
    because,
    bytes,
  };
}
