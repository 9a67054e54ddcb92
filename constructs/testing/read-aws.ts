import { KEPT_IMAGES } from '../../lib/spec';
import type { InstanceRange } from '../scaling';
import { type CallableService, readAwsCalls } from './aws-calls';
import { referenceIn } from './aws-rules';
import {
  type Json,
  type JsonObject,
  type JsonResource,
  leaves,
  listIn,
  numberIn,
  objectIn,
  textIn,
} from './terraform-json';
import { readUpdate, type TestedService } from './tested-service';

const ROLLOUT = 'kiln_aws_rollout';

/** Arguments of a launch template that are about the template: they make no new version of it. */
const TEMPLATE_ONLY = ['tags', 'tags_all', 'update_default_version', 'default_version'];

/** A tag that says again what the image's digest says. */
const REPEATED = /\.tags\.kiln:digest$/;

/** Arguments of `kiln_ami` that are around the image, and those that its digest stands for. */
const AROUND_IMAGE = /^(keep|copies|launch_permissions|source|image\.(?!digest$))/;

/** The services in Auto Scaling groups: what a `kiln_aws_rollout` moves. */
export function readAwsServices(resources: readonly JsonResource[]): TestedService[] {
  const parts = resources
    .filter(({ type }) => type === ROLLOUT)
    .map((rollout) => partsOf(rollout, resources));
  const calls = readAwsCalls(parts.map(callable), resources);
  return parts.map((service) => {
    const { name, rollout, ami } = service;
    return {
      name,
      address: rollout.address,
      digest: textIn(objectIn(only(ami?.arguments.image)).digest) ?? '',
      instances: instancesOf(service),
      update: readUpdate(rollout.arguments.update, rollout.address),
      calls: calls.get(name) ?? [],
      keepsImages:
        ami?.arguments.service === undefined ? undefined : (numberIn(ami.arguments.keep) ?? KEPT_IMAGES),
      holders: service.groups.map(({ address, arguments: args }) => `${args.name} (${address})`),
      launch: launchOf(service),
    };
  });
}

interface ServiceParts {
  readonly name: string;
  readonly rollout: JsonResource;
  readonly template: JsonResource | undefined;
  readonly ami: JsonResource | undefined;
  /** In the order of the rollout: blue first. */
  readonly groups: readonly JsonResource[];
}

function partsOf(rollout: JsonResource, resources: readonly JsonResource[]): ServiceParts {
  const find = (value: Json | undefined) => {
    const address = referenceIn(value);
    return resources.find((one) => one.address === address);
  };
  const template = find(objectIn(only(rollout.arguments.launch_template)).id);
  const groups = listIn(rollout.arguments.groups).flatMap((group) => find(objectIn(group).name) ?? []);
  return {
    name: rollout.path.slice(0, -1).join('/'),
    rollout,
    template,
    ami: find(template?.arguments.image_id),
    groups,
  };
}

function callable({ name, rollout, template }: ServiceParts): CallableService {
  const cards = listIn(template?.arguments.network_interfaces);
  const groups = [
    ...listIn(template?.arguments.vpc_security_group_ids),
    ...cards.flatMap((card) => listIn(objectIn(card).security_groups)),
  ];
  const targets = listIn(rollout.arguments.groups).flatMap((group) =>
    listIn(objectIn(group).target_group_arns),
  );
  return {
    name,
    firewalls: groups.map((group) => referenceIn(group) ?? textIn(group) ?? ''),
    targetGroups: targets.flatMap((target) => referenceIn(target) ?? []),
  };
}

/** The rollout owns the sizes of blue and green, otherwise the group has its own. */
function instancesOf({ rollout, groups: [group] }: ServiceParts): InstanceRange | undefined {
  const size = objectIn(only(rollout.arguments.size));
  const min = numberIn(size.min ?? group?.arguments.min_size);
  const max = numberIn(size.max ?? group?.arguments.max_size);
  return min === undefined || max === undefined ? undefined : { min, max };
}

/** A new version of the launch template is what a rollout moves instances to; the image stands in it by its id. */
function launchOf({ template, ami }: ServiceParts): Map<string, string> {
  const own = without(template?.arguments ?? {}, TEMPLATE_ONLY);
  const image = leaves(ami && { ...ami.arguments, image: only(ami.arguments.image) ?? {} });
  return new Map([
    ...image.filter(([path]) => !AROUND_IMAGE.test(path)),
    ...leaves(own, 'launch_template').filter(([path]) => !REPEATED.test(path)),
  ]);
}

function without(args: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));
}

/** A block, or a list of one: Terraform takes either. */
function only(value: Json | undefined): Json | undefined {
  return listIn(value)[0];
}
