import type { FakeGroup, FakeInstance, GroupTemplate } from '../fleet/model';
import { chosenVersion, findTemplate } from '../fleet/templates';
import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import type { Members, Xml } from '../xml';

export function invalidRequest(message: string): Refusal {
  return new Refusal('ValidationError', message);
}

export function findGroup(state: State, query: Query, name = 'AutoScalingGroupName'): FakeGroup {
  const wanted = query.text(name);
  if (!wanted) {
    const missing = `1 validation error detected: Value null at 'autoScalingGroupName' failed to satisfy constraint: Member must not be null`;
    throw invalidRequest(missing);
  }
  const group = state.fleet.groups.get(wanted);
  if (group) return group;
  throw invalidRequest(`AutoScalingGroup name not found - AutoScalingGroup: ${wanted} not found`);
}

export function findMember(state: State, query: Query): { group: FakeGroup; instance: FakeInstance } {
  const id = query.required('InstanceId');
  const instance = state.fleet.instances.get(id);
  const group = state.fleet.groups.get(instance?.group ?? '');
  if (instance && group && instance.lifecycle !== 'Terminated') return { group, instance };
  throw invalidRequest(`Instance Id not found - No managed instance found for instance ID: ${id}`);
}

/** A whole number between bounds. */
export function numberIn(query: Query, name: string, least: number, most: number): number | undefined {
  const text = query.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^-?\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  const member = name.replace(/(^|\.)([A-Z])/g, (_, dot, letter) => `${dot}${letter.toLowerCase()}`);
  const bound = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw invalidRequest(
    `1 validation error detected: Value '${text}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`,
  );
}

/** A structure as it was given, to be given back: undefined where there is none. */
export function treeOf(query: Query, name: string): Xml | undefined {
  const value = query.text(name);
  if (value !== undefined) return value;
  if (query.text(`${name}.member.1`) !== undefined) return query.texts(`${name}.member`);
  const members = query.members(`${name}.member`);
  if (members.length > 0) return members.map((member) => branch(member));
  const own = query.keys().filter((key) => key.startsWith(`${name}.`));
  if (own.length === 0) return undefined;
  const names = [...new Set(own.map((key) => key.slice(name.length + 1).split('.')[0] as string))];
  return Object.fromEntries(names.map((one) => [one, treeOf(query, `${name}.${one}`)]));
}

function branch(member: Query): Xml {
  const names = [...new Set(member.keys().map((key) => key.split('.')[0] as string))];
  return Object.fromEntries(names.map((one) => [one, treeOf(member, one)]));
}

/** The launch template of a group or of a refresh's desired configuration. */
export function configIn(state: State, query: Query, prefix = ''): GroupTemplate | undefined {
  const plain = query.has(`${prefix}LaunchTemplate`);
  const mixed = query.has(`${prefix}MixedInstancesPolicy`);
  if (plain && mixed) {
    throw invalidRequest(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  if (!plain && !mixed) return undefined;
  const at = plain
    ? `${prefix}LaunchTemplate`
    : `${prefix}MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification`;
  const version = query.text(`${at}.Version`) ?? '$Default';
  try {
    const found = findTemplate(
      state,
      query.text(`${at}.LaunchTemplateId`),
      query.text(`${at}.LaunchTemplateName`),
    );
    const template = { id: found.id, name: found.name, version };
    requireWhole(state, template, mixed);
    return { template, mixed: mixed ? treeOf(query, `${prefix}MixedInstancesPolicy`) : undefined };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'ValidationError') throw error;
    throw invalidRequest(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

function requireWhole(state: State, template: GroupTemplate['template'], mixed: boolean): void {
  const { data } = chosenVersion(state, template).version;
  for (const name of mixed ? ['ImageId'] : ['ImageId', 'InstanceType']) {
    if (data.text(name) || (name === 'InstanceType' && data.has('InstanceRequirements'))) continue;
    throw new Refusal('Incomplete', `The request must contain the parameter ${name}`);
  }
  const id = data.text('ImageId') as string;
  if (state.foreignImages.has(id) || state.images.has(id)) return;
  throw new Refusal('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
}

export function renderTemplate({ id, name, version }: GroupTemplate['template']): Members {
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version: version };
}

export function renderConfig({ template, mixed }: GroupTemplate): Members {
  return mixed === undefined
    ? { LaunchTemplate: renderTemplate(template) }
    : { MixedInstancesPolicy: withTemplate(mixed, template) };
}

/** The policy names its template by id and by name, however it was given. */
function withTemplate(mixed: Xml, template: GroupTemplate['template']): Xml {
  const policy = mixed as { readonly LaunchTemplate: Members };
  return {
    ...policy,
    LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification: renderTemplate(template) },
  };
}

/** Pages by MaxRecords. */
export function pageOf<T>(
  items: readonly T[],
  query: Query,
  most = 100,
): { items: readonly T[]; next?: string } {
  const size = numberIn(query, 'MaxRecords', 1, most) ?? most;
  const token = query.text('NextToken');
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (!Number.isInteger(start)) throw new Refusal('InvalidNextToken', 'The token is not valid.');
  const end = start + size;
  const next = end < items.length ? { next: Buffer.from(String(end)).toString('base64') } : {};
  return { items: items.slice(start, end), ...next };
}
