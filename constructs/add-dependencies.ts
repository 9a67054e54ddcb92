import type { TerraformResource } from 'cdktf';

/** Has a resource made after others, and after what it waits for already: its user may have added some. */
export function addDependencies(resource: TerraformResource, others: readonly TerraformResource[]): void {
  // Not cdktf's `dependable`, which is another token each time: a list of them could not be told apart.
  const names = others.map((other) => `${other.terraformResourceType}.${other.friendlyUniqueId}`);
  resource.dependsOn = [...new Set([...(resource.dependsOn ?? []), ...names])];
}
