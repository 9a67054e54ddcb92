import type { FakeGroup } from '../fleet/model';
import type { Query } from '../query';
import type { State } from '../state';
import { findBadTag } from '../tags';
import type { Members, Xml } from '../xml';
import { invalidRequest, pageOf } from './common';
import { renderGroupTags } from './render-group';

export function createOrUpdateTags(state: State, query: Query): Members {
  putTags(state, query.members('Tags.member'));
  return {};
}

/** `group`: of a group that is being made, whose tags need not name it. */
export function putTags(state: State, tags: readonly Query[], group?: string): void {
  for (const tag of tags) {
    const to = groupOf(state, tag, group);
    const key = tag.required('Key');
    const value = tag.text('Value') ?? '';
    const bad = findBadTag(
      'ec2',
      [...to.tags.keys()]
        .filter((one) => one !== key)
        .map((one) => [one, ''])
        .concat([[key, value]]) as [string, string][],
    );
    if (bad) throw invalidRequest(bad);
    to.tags.set(key, { value, atLaunch: tag.flag('PropagateAtLaunch') ?? false });
  }
}

export function deleteTags(state: State, query: Query): Members {
  for (const tag of query.members('Tags.member')) {
    const { tags } = groupOf(state, tag);
    const value = tag.text('Value');
    const key = tag.required('Key');
    if (value === undefined || tags.get(key)?.value === value) tags.delete(key);
  }
  return {};
}

export function describeTags(state: State, query: Query): Members {
  const filters = query.members('Filters.member');
  const all = [...state.fleet.groups.values()].flatMap((group) => renderGroupTags(group) as Xml[]);
  const { items, next } = pageOf(
    all.filter((tag) => filters.every((filter) => passes(tag as Record<string, Xml>, filter))),
    query,
  );
  return { Tags: items, NextToken: next };
}

const FACETS: Readonly<Record<string, string>> = {
  'auto-scaling-group': 'ResourceId',
  key: 'Key',
  value: 'Value',
  'propagate-at-launch': 'PropagateAtLaunch',
};

function passes(tag: Record<string, Xml>, filter: Query): boolean {
  const facet = FACETS[filter.required('Name')];
  if (!facet) throw invalidRequest(`Filter type ${filter.text('Name')} is not correct.`);
  return filter.texts('Values.member').includes(String(tag[facet]));
}

function groupOf(state: State, tag: Query, group?: string): FakeGroup {
  const name = tag.text('ResourceId') ?? group ?? '';
  const type = tag.text('ResourceType') ?? (group && 'auto-scaling-group');
  if (type !== 'auto-scaling-group')
    throw invalidRequest(`ResourceType is not correct: ${type}. Allowed: auto-scaling-group`);
  const found = state.fleet.groups.get(name);
  if (found) return found;
  throw invalidRequest(`AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
}
