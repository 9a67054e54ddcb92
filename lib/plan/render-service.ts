import type { Style } from '../io/host';
import type { ServiceSpec } from '../spec';
import { type Line, labelled, type Row } from './render-parts';
import type { LocalServiceChange } from './service-change';
import {
  count,
  duration,
  HEADINGS,
  inPlaceRow,
  reasonRows,
  STRATEGIES,
  shortDigest,
  stagedAs,
} from './service-rows';

/** What happens to one service: why, which instances come and go, in which batches. */
export function renderService(service: LocalServiceChange, style: Style): Line[] {
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

function headlineOf(service: LocalServiceChange): string {
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

/** A batch is what starts together; that the last old instances go after it is no batch of its own. */
function batchCount({ batches }: LocalServiceChange): string {
  const starting = batches.filter(({ start }) => start.length > 0).length;
  return starting > 0 ? `, in ${count(starting, 'batch', 'batches')}` : '';
}

/** Of a new service, what it is. */
function specRows({ action, after }: LocalServiceChange): Row[] {
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

function instanceRows(service: LocalServiceChange, style: Style): Row[] {
  const { come, go } = service.instances;
  if (come === null || go === null)
    return [['instances', style.dim('named when what they depend on is known')]];
  if (service.batches.length > 0) return batchRows(service, style);
  const changes = namesOf(go, come, style);
  return changes.length === 0 ? [] : [['instances', changes.join('  ')]];
}

function batchRows({ batches }: LocalServiceChange, style: Style): Row[] {
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

/** What a failure leads to: the question that a reviewer asks next. */
function fallbackRows({ action, after, revision }: LocalServiceChange, style: Style): Row[] {
  if (action !== 'roll' || !after) return [];
  const text = after.update.rollback
    ? `goes back to ${revision.before ?? 'the old version'} by itself`
    : style.yellow('stays as it is then: going back is switched off');
  return [['if it fails', text]];
}
