import type { Ami } from '../../clouds/aws';
import type { ResourceContext } from '../../plugin';
import type { AwsMeta } from '../aws-meta';

/** Whose image it is, in the resource's private state; see `claimAmi`. */
export const OWNER = 'owner';

/** Whether another resource claimed an image after this one did. */
export function isOthers(ctx: ResourceContext<AwsMeta>, found: Ami): boolean {
  // A claim of this very apply may not be seen everywhere yet.
  const owner = ctx.meta.aws.claims.ownerOf(found.id) ?? found.owner;
  return owner !== undefined && owner !== ctx.privateState.get(OWNER);
}
