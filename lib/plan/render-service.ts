import type { Style } from '../io/host';
import type { ServiceSpec } from '../spec';
import { Duration } from '../units';
import { type Line, labelled, type Row, transition } from './render-parts';
import type { ServiceAction, ServiceChange } from './service-change';
import type { AttributeChange } from './values';

const HEADINGS: Readonly<Record<ServiceAction, readonly [mark: string, colour: keyof Style]>> = {
  create: ['+', 'green'],
  roll: ['~', 'yellow'],
  scale: ['~', 'yellow'],
  settings: ['~', 'cyan'],
  replace: ['±', 'red'],
  delete: ['-', 'red'],
};

/** What happens to one service: why, which instances come and go, in which batches. */
export function renderService(service: ServiceChange, style: Style): Line[] {
  const [mark, colour] = HEADINGS[service.action];
  const rows: Row[] = [
    ...specRows(service),
    ...service.because.flatMap((change) => reasonRows(change, style)),
    ...service.inPlace.map((change) => inPlaceRow(change, style)),
    ...instanceRows(service, style),
    ...fallbackRows(service, style),
  ];
  return [
    `${style[colour](mark)} ${style.bold(service.name)}  ${headlineOf(service)}`,
    ...labelled(rows, style),
  ];
}

function headlineOf(service: ServiceChange): string {
  const { action, after } = service;
  switch (action) {
    case 'create':
      return after ? `new, ${count(after.instances, 'instance')}` : 'new';
    case 'roll':
      return `${after ? STRATEGIES[after.update.strategy] : 'new instances take over'}${batchCount(service)}`;
    case 'scale':
      return `scales${batchCount(service)}; instances that stay are not touched`;
    case 'settings':
      return 'changes in place; no instance is replaced';
    case 'replace':
      return 'is removed and made anew, with an interruption';
    case 'delete':
      return `is removed with ${count(service.instances.go?.length ?? 0, 'instance')}`;
  }
}

const STRATEGIES: Readonly<Record<ServiceSpec['update']['strategy'], string>> = {
  rolling: 'rolls to new instances',
  replace: 'stops its old instances, then starts new ones',
  'blue-green': 'starts all new instances beside the old ones, then switches',
};

/** A batch is what starts together; that the last old instances go after it is no batch of its own. */
function batchCount({ batches }: ServiceChange): string {
  const starting = batches.filter(({ start }) => start.length > 0).length;
  return starting > 0 ? `, in ${count(starting, 'batch', 'batches')}` : '';
}

/** Of a new service, what it is. */
function specRows({ action, after }: ServiceChange): Row[] {
  if (action !== 'create' || !after) return [];
  const args: Row[] = after.image.bootArgs.length > 0 ? [['boot args', after.image.bootArgs.join(' ')]] : [];
  return [
    ['image', shortDigest(after.image.digest)],
    ...(after.image.initrd === null ? [] : [['initrd', stagedAs(after.image.initrd)] as const]),
    ...args,
    ['memory', `${after.memoryMib} MiB`],
    ['port', exposure(after)],
    ...after.peers.map((peer): Row => ['may call', peer.service]),
  ];
}

function exposure({ port, hostPort }: ServiceSpec): string {
  if (hostPort === 'none') return `${port}, not exposed`;
  return `${port}, exposed ${hostPort === 'auto' ? 'at a free port' : `at port ${hostPort}`}`;
}

/** Why there are new instances. */
function reasonRows(change: AttributeChange, style: Style): Row[] {
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

function inPlaceRow(change: AttributeChange, style: Style): Row {
  const { path, before, after } = change;
  // How many there are is a matter of who comes and goes, which the batches say.
  if (path === 'instances') return ['number', transition(before, after, style)];
  const label = path.replace(/_ms$/, '').replaceAll('_', ' ').replace('.', ' ');
  const shown = (value: unknown) =>
    path.endsWith('_ms') && typeof value === 'number' ? duration(value) : value;
  return [label, `${transition(shown(before), shown(after), style)}${style.dim('  in place')}`];
}

function instanceRows(service: ServiceChange, style: Style): Row[] {
  const { come, go } = service.instances;
  if (come === null || go === null)
    return [['instances', style.dim('named when what they depend on is known')]];
  if (service.batches.length > 0) return batchRows(service, style);
  const changes = namesOf(go, come, style);
  return changes.length === 0 ? [] : [['instances', changes.join('  ')]];
}

function batchRows({ batches }: ServiceChange, style: Style): Row[] {
  let number = 0;
  return batches.map(({ waitMs, switches, start, stop }) => {
    const parts = [
      ...(waitMs > 0 ? [style.dim(`after ${duration(waitMs)}`)] : []),
      ...(switches ? [style.cyan('switch')] : []),
      ...namesOf(stop, start, style),
    ];
    if (start.length > 0) number += 1;
    const label = start.length > 0 ? `batch ${number}` : 'then';
    return [batches.length === 1 ? 'instances' : label, parts.join('  ')];
  });
}

function namesOf(stop: readonly string[], start: readonly string[], style: Style): string[] {
  return [
    ...inRuns(stop).map((name) => `${style.red('-')} ${name}`),
    ...inRuns(start).map((name) => `${style.green('+')} ${name}`),
  ];
}

/** From so many names in a row on, only the first and the last ordinal are shown. */
const SHORTEST_RUN = 5;

/** `web-3fa9c1d2-0 to -8` in place of nine names. */
function inRuns(names: readonly string[]): string[] {
  const runs: { first: string; prefix: string; from: number; to: number }[] = [];
  for (const name of names) {
    const at = name.lastIndexOf('-') + 1;
    const [prefix, ordinal] = [name.slice(0, at), Number(name.slice(at))];
    const last = runs.at(-1);
    if (last?.prefix === prefix && last.to + 1 === ordinal) last.to = ordinal;
    else runs.push({ first: name, prefix, from: ordinal, to: ordinal });
  }
  return runs.flatMap(({ first, prefix, from, to }) => {
    const length = to - from + 1;
    if (length >= SHORTEST_RUN) return [`${first} to -${to} (${length})`];
    return Array.from({ length }, (_, index) => (length === 1 ? first : `${prefix}${from + index}`));
  });
}

function duration(milliseconds: number): string {
  return Duration.milliseconds(milliseconds).toString();
}

/** What a failure leads to: the question that a reviewer asks next. */
function fallbackRows({ action, after, revision }: ServiceChange, style: Style): Row[] {
  if (action !== 'roll' || !after) return [];
  const text = after.update.rollback
    ? `goes back to ${revision.before ?? 'the old version'} by itself`
    : style.yellow('stays as it is then: going back is switched off');
  return [['if it fails', text]];
}

/** `sha256:` and 64 digits, shortened to the 12 that people compare. */
function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** A staged file by the beginning of its hash, which is its name. */
function stagedAs(path: string): string {
  return shortDigest(path.replace(/^.*\//, ''));
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
