import type { Style } from '../io/host';
import { renderAwsService } from './render-aws-service';
import { type Line, labelled, row } from './render-parts';
import { renderService } from './render-service';
import type { Drift, OutputChange, ResourceAction, ResourceChange, Review } from './review';
import { type AttributeChange, Placeholder } from './values';

export interface RenderOptions {
  /** Heads the review. */
  readonly stack: string;
  readonly style: Style;
  /** Speaks of a plan that removes everything. @default false */
  readonly destroy?: boolean;
}

const MARKS = {
  create: ['+', 'green', 'is new'],
  update: ['~', 'yellow', 'changes in place'],
  replace: ['±', 'red', 'is replaced'],
  delete: ['-', 'red', 'is removed'],
  forget: ['.', 'dim', 'is no longer managed, and stays as it is'],
} as const satisfies Record<ResourceAction, readonly [string, keyof Style, string]>;

/** The review as text for people; a list of lines. */
export function renderReview(review: Review, options: RenderOptions): string[] {
  const { style, stack } = options;
  const drift = renderDrift(review.drift, style);
  if (!review.hasChanges) {
    return [...drift, `${style.green('✓')} ${style.bold(stack)}: no changes. ${nothing(options)}`];
  }
  // That outputs go with everything else is no news.
  const outputs = options.destroy ? [] : review.outputs;
  const parts = [
    ...review.services.map((service) =>
      service.platform === 'aws' ? renderAwsService(service, style) : renderService(service, style),
    ),
    ...renderResources(review.resources, style),
    ...(outputs.length > 0 ? [renderOutputs(outputs, style)] : []),
  ];
  return [
    ...drift,
    ...parts.flatMap((lines) => ['', ...lines]),
    '',
    `${style.bold(stack)}: ${summaryOf({ ...review, outputs })}.`,
  ];
}

function nothing(options: RenderOptions): string {
  return options.destroy ? 'There is nothing to remove.' : 'What runs is what the code says.';
}

/** `1 service rolls, 2 resources are new` */
function summaryOf(review: Review): string {
  const counts = new Map<string, number>();
  const count = (thing: string, verb: string) => {
    const key = `${thing}|${verb}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const { action } of review.services) count('service', SERVICE_VERBS[action]);
  for (const { action } of review.resources) count('resource', RESOURCE_VERBS[action]);
  if (review.outputs.length > 0) counts.set('output|to change', review.outputs.length);
  return [...counts]
    .map(([key, number]) => {
      const [thing, verb] = key.split('|');
      return `${number} ${thing}${number === 1 ? '' : 's'} ${verb}`;
    })
    .join(', ');
}

const SERVICE_VERBS: Readonly<Record<Review['services'][number]['action'], string>> = {
  create: 'to create',
  roll: 'to roll',
  scale: 'to scale',
  settings: 'to change in place',
  replace: 'to make anew',
  delete: 'to remove',
};

const RESOURCE_VERBS: Readonly<Record<ResourceAction, string>> = {
  create: 'to create',
  update: 'to change in place',
  replace: 'to replace',
  delete: 'to remove',
  forget: 'to forget',
};

/** From so many on, those that are new or removed are a list of names: a first deploy makes a network of dozens. */
const MANY = 10;

function renderResources(resources: readonly ResourceChange[], style: Style): Line[][] {
  const lists = (['create', 'delete'] as const)
    .map((action) => resources.filter((resource) => resource.action === action))
    .filter((list) => list.length >= MANY);
  const others = resources.filter((resource) => !lists.some((list) => list.includes(resource)));
  return [
    ...others.map((resource) => renderResource(resource, style)),
    ...lists.map((list) => list.map((resource) => headingOf(resource, style))),
  ];
}

function headingOf({ action, reason, address }: ResourceChange, style: Style): Line {
  const [mark, colour, verb] = MARKS[action];
  return `${style[colour](mark)} ${style.bold(address)}  ${verb}${reason ? style.dim(`: ${reason}`) : ''}`;
}

function renderResource(resource: ResourceChange, style: Style): Line[] {
  const heading = headingOf(resource, style);
  const attributes = withoutEchoes(resource.attributes);
  const shown = resource.action === 'create' ? attributes.filter(isWorthShowing) : attributes;
  return [
    heading,
    ...labelled(
      shown.map((change) => attributeRow(change, style)),
      style,
    ),
  ];
}

/** hashicorp/aws says every tag twice. */
function withoutEchoes(attributes: readonly AttributeChange[]): readonly AttributeChange[] {
  const hasTags = attributes.some(({ path }) => /^tags\b/.test(path));
  return hasTags ? attributes.filter(({ path }) => !/^tags_all\b/.test(path)) : attributes;
}

/** Of a resource that is made, what it computes by itself and what is empty says nothing. */
function isWorthShowing({ before, after, forcesReplacement }: AttributeChange): boolean {
  if (forcesReplacement) return true;
  const isEmpty = before === null && (after === null || (Array.isArray(after) && after.length === 0));
  return !isEmpty && after !== Placeholder.UNKNOWN;
}

function attributeRow(change: AttributeChange, style: Style) {
  const forces = change.forcesReplacement ? style.red('  forces the replacement') : '';
  return row(change.path, change.before, change.after, style, forces);
}

function renderOutputs(outputs: readonly OutputChange[], style: Style): Line[] {
  const rows = outputs.map(({ name, before, after }) => row(name, before, after, style));
  return [style.bold('outputs'), ...labelled(rows, style)];
}

function renderDrift(drift: readonly Drift[], style: Style): Line[] {
  if (drift.length === 0) return [];
  const lines = drift.flatMap(({ address, action, attributes }) => [
    `${style.yellow('!')} ${style.bold(address)}  ${action === 'delete' ? 'is gone' : 'differs from the last deploy'}`,
    ...labelled(
      attributes.map((change) => row(change.path, change.before, change.after, style)),
      style,
    ),
  ]);
  return ['', style.yellow('changed from outside:'), ...lines, ''];
}
