import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import type { TemplateChoice } from './model';

export interface FakeTemplateVersion {
  readonly number: number;
  readonly description: string | undefined;
  /** The parameters under LaunchTemplateData. */
  readonly data: Query;
  readonly createdAt: number;
}

export interface FakeTemplate {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  readonly versions: Map<number, FakeTemplateVersion>;
  defaultVersion: number;
  /** The highest that is there. */
  latestVersion: number;
  /** The highest that ever was: numbers are not given twice. */
  lastNumber: number;
}

/** By id or by name, as a request names it. */
export function findTemplate(state: State, id: string | undefined, name: string | undefined): FakeTemplate {
  if (id === undefined && name === undefined) {
    throw new Refusal(
      'MissingParameter',
      'Either a launch template ID or a launch template name must be specified',
    );
  }
  if (id !== undefined && name !== undefined) {
    const both = 'LaunchTemplateId and LaunchTemplateName cannot be specified together';
    throw new Refusal('InvalidParameterCombination', both);
  }
  if (id !== undefined && !/^lt-[0-9a-f]{17}$/.test(id)) {
    throw new Refusal('InvalidLaunchTemplateId.Malformed', `Invalid launch template ID: "${id}"`);
  }
  const found = id === undefined ? byName(state, name) : state.templates.get(id);
  if (found) return found;
  if (id !== undefined) {
    const gone = `The specified launch template, with template ID ${id}, does not exist.`;
    throw new Refusal('InvalidLaunchTemplateId.NotFound', gone);
  }
  const gone = `The specified launch template, with template name ${name}, does not exist.`;
  throw new Refusal('InvalidLaunchTemplateName.NotFoundException', gone);
}

/** A number, `$Latest` or `$Default`. */
export function findVersion(template: FakeTemplate, text: string): FakeTemplateVersion {
  const number = versionNumber(template, text);
  const version = number === undefined ? undefined : template.versions.get(number);
  if (version) return version;
  throw new Refusal(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${text} for the launch template with ID ${template.id}.`,
  );
}

export function versionNumber(template: FakeTemplate, text: string): number | undefined {
  if (text === '$Latest') return template.latestVersion;
  if (text === '$Default') return template.defaultVersion;
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** What a group would launch now; throws where there is no such template or version any more. */
export function chosenVersion(
  state: State,
  choice: TemplateChoice,
): { template: FakeTemplate; version: FakeTemplateVersion } {
  const template = findTemplate(state, choice.id, undefined);
  return { template, version: findVersion(template, choice.version) };
}

export function addVersion(
  state: State,
  template: FakeTemplate,
  data: Query,
  description?: string,
): FakeTemplateVersion {
  template.lastNumber++;
  template.latestVersion = template.lastNumber;
  const version = { number: template.lastNumber, description, data, createdAt: state.clock.now };
  template.versions.set(version.number, version);
  return version;
}

export function newTemplate(state: State, name: string, data: Query, description?: string): FakeTemplate {
  const template: FakeTemplate = {
    id: state.newId('lt'),
    name,
    createdAt: state.clock.now,
    tags: new Map(),
    versions: new Map(),
    defaultVersion: 1,
    latestVersion: 0,
    lastNumber: 0,
  };
  addVersion(state, template, data, description);
  state.templates.set(template.id, template);
  return template;
}

function byName(state: State, name: string | undefined): FakeTemplate | undefined {
  return [...state.templates.values()].find((template) => template.name === name);
}
