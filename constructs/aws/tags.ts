import { type IAspect, TerraformResource, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { MAX_TAG_KEY, MAX_TAG_VALUE, MAX_TAGS, RESERVED_TAG } from '../../lib/spec';
import { checkKnown } from '../checks';

/** Letters, digits, spaces and what else every service of AWS takes. */
const CHARACTERS = /^[\p{L}\p{N} _.:/=+\-@]*$/u;

/** @throws KilnError `constructs.tags` or `constructs.token` */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) throw refusal(`'tags' has ${entries.length}; give at most ${MAX_TAGS}`);
  for (const [key, value] of entries) {
    checkKnown(`tags['${key}']`, value, 'an AMI is named by its tags too');
    const fault = faultOf(key, value);
    if (fault !== undefined) throw refusal(`'tags' has '${key}', ${fault}`);
  }
}

function faultOf(key: string, value: string): string | undefined {
  if (RESERVED_TAG.test(key))
    return "and keys that begin with 'aws:' or 'kiln:' are reserved; choose another";
  if (key.length < 1 || key.length > MAX_TAG_KEY) return `and a key has 1 to ${MAX_TAG_KEY} characters`;
  if (value.length > MAX_TAG_VALUE)
    return `with ${value.length} characters, and a value has at most ${MAX_TAG_VALUE}`;
  if (!CHARACTERS.test(key) || !CHARACTERS.test(value)) {
    return `which is '${value}', and AWS takes letters, digits, spaces and _ . : / = + - @ only`;
  }
  return undefined;
}

/** Puts tags on all of a stack's resources of AWS that take any: the user's, the stack, the service, and the commit. */
export class AwsTags implements IAspect {
  /**
   * @param tags the user's; those that a resource has itself count more
   * @param serviceOf the tag of the service that a construct is part of, such as `shop/web`
   * @param commit what is checked out; undefined outside of a repository
   */
  constructor(
    private readonly tags: Readonly<Record<string, string>>,
    private readonly serviceOf: (construct: IConstruct) => string | undefined,
    private readonly commit: () => string | undefined,
  ) {}

  visit(node: IConstruct): void {
    if (!isTaggable(node)) return;
    const service = this.serviceOf(node);
    const commit = this.commit();
    node.tags = {
      ...this.tags,
      ...node.tagsInput,
      'kiln:stack': TerraformStack.of(node).node.id,
      ...(service === undefined ? {} : { 'kiln:service': service }),
      ...(commit === undefined ? {} : { 'kiln:commit': commit }),
    };
    ignoreLaterCommits(node);
  }
}

interface Taggable extends TerraformResource {
  tags: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

/** Those of hashicorp/aws have both accessors. Groups have blocks of their own, see `createGroup`. */
function isTaggable(node: IConstruct): node is Taggable {
  if (!TerraformResource.isTerraformResource(node)) return false;
  return node.terraformResourceType.startsWith('aws_') && 'tagsInput' in node;
}

/** The tag is of the commit that made the resource: a later one alone is no reason to touch it, nor to show a change. */
function ignoreLaterCommits(node: Taggable): void {
  const ignored = node.lifecycle?.ignoreChanges ?? [];
  if (typeof ignored === 'string') return;
  const commit = ['tags', 'tags_all'].map((attribute) => `${attribute}["kiln:commit"]`);
  // An app may be synthesised again, as by each assertion about it.
  node.lifecycle = { ...node.lifecycle, ignoreChanges: [...new Set([...ignored, ...commit])] };
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.tags' });
}
