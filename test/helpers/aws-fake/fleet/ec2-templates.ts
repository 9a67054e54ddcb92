import type { Query } from '../query';
import { Refusal } from '../refusal';
import { type Facets, page, select } from '../selection';
import { ACCOUNT } from '../settings';
import type { State } from '../state';
import { findBadTag } from '../tags';
import { type Members, type Xml, XmlList } from '../xml';
import { isoTime } from './clock';
import {
  addVersion,
  type FakeTemplate,
  type FakeTemplateVersion,
  findTemplate,
  findVersion,
  newTemplate,
  versionNumber,
} from './templates';

const BY = `arn:aws:iam::${ACCOUNT}:user/kiln`;

export function createTemplate(state: State, query: Query): Members {
  const name = query.required('LaunchTemplateName');
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
    const rule =
      'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.';
    throw new Refusal('InvalidLaunchTemplateName.MalformedException', rule);
  }
  if ([...state.templates.values()].some((one) => one.name === name)) {
    throw new Refusal(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Launch template name already in use.',
    );
  }
  const tags = query
    .members('TagSpecification')
    .filter((one) => one.required('ResourceType') === 'launch-template')
    .flatMap((one) => one.tags('Tag'));
  const bad = findBadTag('ec2', tags);
  if (bad) throw new Refusal('InvalidParameterValue', bad);
  const template = newTemplate(state, name, dataIn(query), query.text('VersionDescription'));
  for (const [key, value] of tags) template.tags.set(key, value);
  return { launchTemplate: render(template) };
}

export function createTemplateVersion(state: State, query: Query): Members {
  const template = namedTemplate(state, query);
  const source = query.text('SourceVersion');
  const given = dataIn(query);
  const data = source === undefined ? given : given.over(findVersion(template, source).data);
  const version = addVersion(state, template, data, query.text('VersionDescription'));
  return { launchTemplateVersion: renderVersion(template, version) };
}

const FACETS: Facets<FakeTemplate> = {
  'launch-template-name': ({ name }) => [name],
  'create-time': ({ createdAt }) => [isoTime(createdAt)],
};

export function describeTemplates(state: State, query: Query): Members {
  const ids = query.texts('LaunchTemplateId');
  const names = query.texts('LaunchTemplateName');
  const named = [
    ...ids.map((id) => findTemplate(state, id, undefined)),
    ...names.map((name) => findTemplate(state, undefined, name)),
  ];
  const all = named.length > 0 ? named : [...state.templates.values()];
  const { items, next } = page(select(all, query, FACETS), query, 'LaunchTemplateId', 1, 200);
  return { launchTemplates: items.map(render), nextToken: next };
}

/** Those of one template; without one, `$Latest` or `$Default` of all. */
export function describeTemplateVersions(state: State, query: Query): Members {
  const asked = query.texts('LaunchTemplateVersion');
  const all = query.has('LaunchTemplateId') || query.has('LaunchTemplateName');
  if (!all && (asked.length === 0 || asked.some((one) => !one.startsWith('$')))) {
    throw new Refusal(
      'MissingParameter',
      'The request must contain the parameter launchTemplateId or launchTemplateName',
    );
  }
  const templates = all ? [namedTemplate(state, query)] : [...state.templates.values()];
  const versions = templates.flatMap((template) => {
    const own = [...template.versions.values()].reverse();
    const chosen = asked.length > 0 ? asked.map((one) => findVersion(template, one)) : between(own, query);
    return chosen.map((version) => ({ template, version, tags: template.tags }));
  });
  const facets: Facets<(typeof versions)[number]> = {
    'image-id': ({ version }) => [version.data.text('ImageId') ?? ''],
    'instance-type': ({ version }) => [version.data.text('InstanceType') ?? ''],
    'is-default-version': ({ template, version }) => [String(template.defaultVersion === version.number)],
  };
  const { items, next } = page(select(versions, query, facets), query, 'LaunchTemplateVersion', 1, 200);
  return {
    launchTemplateVersionSet: items.map(({ template, version }) => renderVersion(template, version)),
    nextToken: next,
  };
}

function between(versions: readonly FakeTemplateVersion[], query: Query): FakeTemplateVersion[] {
  const least = query.number('MinVersion') ?? 0;
  const most = query.number('MaxVersion') ?? Number.POSITIVE_INFINITY;
  return versions.filter(({ number }) => number >= least && number <= most);
}

export function modifyTemplate(state: State, query: Query): Members {
  const template = namedTemplate(state, query);
  template.defaultVersion = findVersion(template, query.required('SetDefaultVersion')).number;
  return { launchTemplate: render(template) };
}

export function deleteTemplate(state: State, query: Query): Members {
  const template = namedTemplate(state, query);
  state.templates.delete(template.id);
  return { launchTemplate: render(template) };
}

/** The default version stays; an unknown one is no error of the whole request. */
export function deleteTemplateVersions(state: State, query: Query): Members {
  const template = namedTemplate(state, query);
  const asked = query.texts('LaunchTemplateVersion');
  if (asked.length === 0) query.required('LaunchTemplateVersion.1');
  if (asked.length > 200)
    throw new Refusal('InvalidParameterValue', 'At most 200 versions can be deleted in a request');
  const done: Xml[] = [];
  const failed: Xml[] = [];
  const { id: launchTemplateId, name: launchTemplateName } = template;
  for (const text of asked) {
    const number = versionNumber(template, text);
    const common = { launchTemplateId, launchTemplateName, versionNumber: number ?? text };
    const error = whyKept(template, number);
    if (error) failed.push({ ...common, responseError: error });
    else if (template.versions.delete(number as number)) done.push(common);
  }
  template.latestVersion = Math.max(...template.versions.keys());
  return {
    successfullyDeletedLaunchTemplateVersionSet: done,
    unsuccessfullyDeletedLaunchTemplateVersionSet: failed,
  };
}

function whyKept(template: FakeTemplate, number: number | undefined): Members | undefined {
  if (number === template.defaultVersion) {
    const message = `You cannot delete the default version of a launch template: ${template.id}, ${number}.`;
    return { code: 'launchTemplateVersionIsDefault', message };
  }
  if (number !== undefined && template.versions.has(number)) return undefined;
  const message = 'The specified launch template version does not exist.';
  return { code: 'launchTemplateVersionDoesNotExist', message };
}

function namedTemplate(state: State, query: Query): FakeTemplate {
  return findTemplate(state, query.text('LaunchTemplateId'), query.text('LaunchTemplateName'));
}

function dataIn(query: Query): Query {
  const data = query.under('LaunchTemplateData');
  if (data.keys().length === 0) {
    throw new Refusal('MissingParameter', 'The request must contain the parameter LaunchTemplateData');
  }
  const image = data.text('ImageId');
  if (image !== undefined && !/^(ami-[0-9a-f]{8,17}|resolve:ssm:.+)$/.test(image)) {
    throw new Refusal('InvalidAMIID.Malformed', `Invalid id: "${image}" (expecting "ami-...")`);
  }
  const userData = data.text('UserData');
  if (userData !== undefined && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData)) {
    throw new Refusal('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (userData !== undefined && Buffer.from(userData, 'base64').length > 16_384) {
    throw new Refusal('InvalidParameterValue', 'User data is limited to 16384 bytes');
  }
  if (data.has('SecurityGroupId') && data.has('NetworkInterface')) {
    const both =
      'Network interfaces and an instance-level security groups may not be specified on the same request';
    throw new Refusal('InvalidParameterCombination', both);
  }
  return data;
}

function render(template: FakeTemplate): Xml {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    createTime: isoTime(template.createdAt),
    createdBy: BY,
    defaultVersionNumber: template.defaultVersion,
    latestVersionNumber: template.latestVersion,
    tagSet: [...template.tags].map(([key, value]) => ({ key, value })),
  };
}

function renderVersion(template: FakeTemplate, version: FakeTemplateVersion): Xml {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: version.number,
    versionDescription: version.description,
    createTime: isoTime(version.createdAt),
    createdBy: BY,
    defaultVersion: template.defaultVersion === version.number,
    launchTemplateData: renderData(version.data),
  };
}

/** A list in the request is a set in the answer. */
function renderData(data: Query): Xml {
  const names = [...new Set(data.keys().map((key) => key.split('.')[0] as string))];
  return Object.fromEntries(
    names.map((name): [string, Xml] => {
      const own = name.charAt(0).toLowerCase() + name.slice(1);
      const value = data.text(name);
      if (value !== undefined) return [own, value];
      if (!data.has(`${name}.1`)) return [own, renderData(data.under(name))];
      if (data.text(`${name}.1`) === undefined) return [`${own}Set`, data.members(name).map(renderData)];
      const inInterface = data.has('DeviceIndex') && name === 'SecurityGroupId';
      return inInterface
        ? ['groupSet', new XmlList('groupId', data.texts(name))]
        : [`${own}Set`, data.texts(name)];
    }),
  );
}
