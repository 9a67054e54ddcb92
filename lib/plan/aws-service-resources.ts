import type { TerraformPlan, TerraformResourceChange } from './plan-json';

/** Type of the Terraform resource that moves a service's groups on AWS. */
export const AWS_ROLLOUT_TYPE = 'kiln_aws_rollout';

/** Type of the Terraform resource that is an image on AWS. */
export const AMI_TYPE = 'kiln_ami';

/** What of a plan belongs to one service on AWS, found by what refers to what. */
export interface AwsServiceResources {
  readonly rollout: TerraformResourceChange;
  readonly template: TerraformResourceChange | undefined;
  readonly image: TerraformResourceChange | undefined;
  readonly groups: readonly TerraformResourceChange[];
}

/** The services on AWS of a plan, also those that it leaves alone. */
export function awsServicesIn(plan: TerraformPlan): AwsServiceResources[] {
  const current = plan.resource_changes.filter(({ mode, deposed }) => mode !== 'data' && !deposed);
  const find = (type: string, addresses: readonly string[]) =>
    current.filter((resource) => resource.type === type && addresses.includes(resource.address));
  return current
    .filter(({ type }) => type === AWS_ROLLOUT_TYPE)
    .map((rollout) => {
      const [template] = find('aws_launch_template', referencesOf(plan, rollout, 'launch_template'));
      const [image] = template ? find(AMI_TYPE, referencesOf(plan, template, 'image_id')) : [];
      const groups = find('aws_autoscaling_group', referencesOf(plan, rollout, 'groups'));
      return { rollout, template, image, groups: groups.length > 0 ? groups : namedGroups(current, rollout) };
    });
}

/** Of a service that is no longer in the code nothing refers to anything; its groups are still known by name. */
function namedGroups(
  current: readonly TerraformResourceChange[],
  { change }: TerraformResourceChange,
): TerraformResourceChange[] {
  const groups = (change.before as { groups?: readonly { name?: unknown }[] } | null)?.groups ?? [];
  const names = groups.map(({ name }) => name);
  return current.filter((resource) => {
    const name = (resource.change.before as { name?: unknown } | null)?.name;
    return resource.type === 'aws_autoscaling_group' && name !== undefined && names.includes(name);
  });
}

/** Addresses that an attribute of a resource refers to in the code; none where Terraform does not say. */
export function referencesOf(
  plan: TerraformPlan,
  resource: TerraformResourceChange,
  attribute: string,
): string[] {
  const { address } = resource;
  const found = plan.configuration?.root_module?.resources?.find((one) => one.address === address);
  const references = new Set<string>();
  collect(found?.expressions?.[attribute], references);
  return [...references];
}

/** Walks down to every `references`; a reference to an attribute comes with one to its resource. */
function collect(expression: unknown, into: Set<string>): void {
  if (typeof expression !== 'object' || expression === null) return;
  for (const [key, value] of Object.entries(expression)) {
    if (key === 'references' && Array.isArray(value)) for (const one of value) into.add(String(one));
    else collect(value, into);
  }
}
