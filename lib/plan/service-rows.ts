import type { Style } from '../io/host';
import type { ServiceSpec } from '../spec';
import { Duration } from '../units';
import { type Row, transition } from './render-parts';
import type { ServiceAction } from './service-change';
import type { AttributeChange } from './values';

/** Mark and colour of a service's heading. */
export const HEADINGS: Readonly<Record<ServiceAction, readonly [mark: string, colour: keyof Style]>> = {
  create: ['+', 'green'],
  roll: ['~', 'yellow'],
  scale: ['~', 'yellow'],
  settings: ['~', 'cyan'],
  replace: ['±', 'red'],
  delete: ['-', 'red'],
};

/** How new instances take over, as a heading says it. */
export const STRATEGIES: Readonly<Record<ServiceSpec['update']['strategy'], string>> = {
  rolling: 'rolls to new instances',
  replace: 'stops its old instances, then starts new ones',
  'blue-green': 'starts all new instances beside the old ones, then switches',
};

/** Why there are new instances. */
export function reasonRows(change: AttributeChange, style: Style): Row[] {
  if (change.path === 'image.digest') {
    const short = (value: unknown) => (typeof value === 'string' ? shortDigest(value) : value);
    return [['image', `${transition(short(change.before), short(change.after), style)}`]];
  }
  if (change.path === 'image.initrd') {
    const short = (value: unknown) => (typeof value === 'string' ? stagedAs(value) : value);
    return [['initrd', transition(short(change.before), short(change.after), style)]];
  }
  if (change.path === 'image.boot_args') return bootArgRows(change, style);
  return [
    [LABELS[change.path] ?? change.path.replaceAll('_', ' '), transition(change.before, change.after, style)],
  ];
}

const LABELS: Readonly<Record<string, string>> = {
  'image.boot': 'boots from',
  'image.kind': 'image kind',
  memory_mib: 'memory (MiB)',
  peers: 'may call',
};

/** Only the arguments that differ: there may be many, and each may be long. */
function bootArgRows({ before, after }: AttributeChange, style: Style): Row[] {
  if (!Array.isArray(before) || !Array.isArray(after))
    return [['boot args', transition(before, after, style)]];
  const gone = before.filter((argument) => !after.includes(argument)).map((text) => style.red(`- ${text}`));
  const added = after
    .filter((argument) => !before.includes(argument))
    .map((text) => style.green(`+ ${text}`));
  const lines = [...gone, ...added];
  if (lines.length === 0) return [['boot args', 'in another order']];
  return lines.map((text, index) => [index === 0 ? 'boot args' : '', text]);
}

/** What takes effect on running instances. */
export function inPlaceRow(change: AttributeChange, style: Style): Row {
  const { path, before, after } = change;
  // How many there are is a matter of who comes and goes, which the batches say.
  if (path === 'instances') return ['number', transition(before, after, style)];
  const label = path.replace(/_ms$/, '').replaceAll('_', ' ').replace('.', ' ');
  const shown = (value: unknown) =>
    path.endsWith('_ms') && typeof value === 'number' ? duration(value) : value;
  return [label, `${transition(shown(before), shown(after), style)}${style.dim('  in place')}`];
}

export function duration(milliseconds: number): string {
  return Duration.milliseconds(milliseconds).toString();
}

/** `sha256:` and 64 digits, shortened to the 12 that people compare. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** A staged file by the beginning of its hash, which is its name. */
export function stagedAs(path: string): string {
  return shortDigest(path.replace(/^.*\//, ''));
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
