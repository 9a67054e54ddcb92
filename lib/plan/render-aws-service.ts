import type { Style } from '../io/host';
import type { AwsBatch, AwsServiceChange, AwsServiceSize } from './aws-service-change';
import { type Line, labelled, type Row, transition } from './render-parts';
import { count, duration, HEADINGS, inPlaceRow, reasonRows, STRATEGIES, shortDigest } from './service-rows';

/** What happens to one service on AWS: which image replaces which, in which batches, and what comes with it. */
export function renderAwsService(service: AwsServiceChange, style: Style): Line[] {
  const [mark, colour] = HEADINGS[service.action];
  const rows: Row[] = [
    ...imageRows(service),
    ...reasonsOf(service, style),
    ...service.inPlace.map((change) => inPlaceRow(change, style)),
    ...batchRows(service.batches, style),
    ...fallbackRows(service, style),
    ...foldedRows(service, style),
  ];
  return [
    `${style[colour](mark)} ${style.bold(service.name)}  ${headlineOf(service)}`,
    ...labelled(rows, style),
  ];
}

function headlineOf({ action, size, update, batches }: AwsServiceChange): string {
  const instances = size ? `, ${countOf(size)}` : '';
  switch (action) {
    case 'create':
      return `new${instances}`;
    case 'roll': {
      const how = update ? STRATEGIES[update.strategy] : 'rolls to new instances';
      const starting = batches.filter(({ start }) => start > 0).length;
      return `${how}${instances}${starting > 0 ? ` in ${count(starting, 'batch', 'batches')}` : ''}`;
    }
    case 'scale':
      return `scales${instances}; instances that stay are not touched`;
    case 'settings':
      return 'changes in place; no instance is replaced';
    case 'replace':
      return 'gets other groups, with an interruption';
    case 'delete':
      return `is removed${instances}`;
  }
}

function countOf({ min, max, desired }: AwsServiceSize): string {
  return min === max ? count(desired, 'instance') : `${desired} of ${min} to ${max} instances`;
}

/** Of a new service, what it runs. */
function imageRows({ action, image }: AwsServiceChange): Row[] {
  return action === 'create' && image.after !== null ? [['image', shortDigest(image.after)]] : [];
}

function reasonsOf({ because, version }: AwsServiceChange, style: Style): Row[] {
  return because.flatMap((change): Row[] => {
    if (change.path !== 'launch_template.version') return reasonRows(change, style);
    return [['template', `version ${transition(version.before, change.after, style)}`]];
  });
}

/** EC2 names instances as they come, so a batch is numbers; equal ones in a row are one line. */
function batchRows(batches: readonly AwsBatch[], style: Style): Row[] {
  const rows: { text: string; first: number; last: number; starts: boolean }[] = [];
  let number = 0;
  for (const batch of batches) {
    const starts = batch.start > 0;
    if (starts) number += 1;
    const text = textOf(batch, style);
    const above = rows.at(-1);
    if (above && starts && above.starts && above.text === text) above.last = number;
    else rows.push({ text, first: number, last: number, starts });
  }
  return rows.map(({ text, first, last, starts }) => {
    if (!starts) return ['then', text];
    return first === last ? [`batch ${first}`, text] : [`batches ${first} to ${last}`, `${text}  each`];
  });
}

function textOf({ waitMs, switches, stop, start }: AwsBatch, style: Style): string {
  return [
    ...(waitMs > 0 ? [style.dim(`after ${duration(waitMs)}`)] : []),
    ...(switches ? [style.cyan('switch')] : []),
    ...(stop > 0 ? [`${style.red('-')} ${count(stop, 'old one')}`] : []),
    ...(start > 0 ? [`${style.green('+')} ${count(start, 'new one')}`] : []),
  ].join('  ');
}

/** What a failure leads to: the question that a reviewer asks next. */
function fallbackRows({ action, update, image, version }: AwsServiceChange, style: Style): Row[] {
  if (action !== 'roll' || !update) return [];
  if (!update.rollback)
    return [['if it fails', style.yellow('stays as it is then: going back is switched off')]];
  const isOther = image.before !== null && image.before !== image.after;
  const old = isOther ? `image ${shortDigest(image.before)}` : `version ${version.before ?? 'of before'}`;
  return [['if it fails', `goes back to ${old} by itself`]];
}

function foldedRows({ address, folded }: AwsServiceChange, style: Style): Row[] {
  const others = folded.filter((one) => one !== address);
  return others.length === 0 ? [] : [['with it', style.dim(others.join(', '))]];
}
