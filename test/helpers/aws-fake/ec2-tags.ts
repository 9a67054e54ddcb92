import { findImage } from './ec2-images';
import { findSnapshot } from './ec2-snapshots';
import { findTemplate } from './fleet/templates';
import type { Query } from './query';
import { Refusal } from './refusal';
import type { State } from './state';
import { findBadTag } from './tags';
import type { Members } from './xml';

export function createTags(state: State, query: Query): Members {
  const tags = query.tags('Tag');
  const ids = query.texts('ResourceId');
  if (ids.length === 0 || tags.length === 0) {
    throw new Refusal('MissingParameter', 'The request must contain the parameters ResourceId and Tag');
  }
  const targets = ids.map((id) => tagsOf(state, id));
  for (const target of targets) {
    const bad = findBadTag('ec2', [...new Map([...target, ...tags])]) ?? findBadTag('ec2', tags);
    if (bad) throw new Refusal('InvalidParameterValue', bad);
  }
  for (const target of targets) for (const [key, value] of tags) target.set(key, value);
  return { return: true };
}

/** All of a resource, those with a key, or only where the value is the same. */
export function deleteTags(state: State, query: Query): Members {
  const ids = query.texts('ResourceId');
  if (ids.length === 0) query.required('ResourceId.1');
  const tags = query.members('Tag').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') }));
  for (const id of ids) {
    const target = tagsOf(state, id);
    if (tags.length === 0) target.clear();
    for (const { key, value } of tags) {
      if (value === undefined || target.get(key) === value) target.delete(key);
    }
  }
  return { return: true };
}

function tagsOf(state: State, id: string): Map<string, string> {
  if (id.startsWith('ami-')) return findImage(state, id).tags;
  if (id.startsWith('lt-')) return findTemplate(state, id, undefined).tags;
  if (!id.startsWith('i-')) return findSnapshot(state, id).tags;
  const instance = state.fleet.instances.get(id);
  if (instance) return instance.tags;
  throw new Refusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
}
