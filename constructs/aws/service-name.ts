import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { claimName } from '../claim-name';
import { pathInStack } from '../path-in-stack';

/**
 * Of what carries the name as it is, a launch template has least room: 128 characters, of which the provider's suffix needs
 * 26. Where AWS has less, as for target groups, only its console shows the name, and `awsName` shortens it.
 */
const MAX_NAME = 100;

/** What every service of AWS takes in a name. */
const NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

/** What a service is called on AWS. */
export interface AwsServiceName {
  /** `shop-web`: the stack's id and the construct's path, in messages and names. */
  readonly name: string;
  /** `shop/web`: whose an AMI is, and the value of the tag `kiln:service`. */
  readonly tag: string;
  /** `web`: the key among the stack's services, and the names of resources in a plan. */
  readonly id: string;
}

/** @throws KilnError `constructs.name` for a name that AWS does not take, or that another service of the app has */
export function claimServiceName(service: IConstruct): AwsServiceName {
  const stack = TerraformStack.of(service).node.id;
  const path = pathInStack(service);
  const name = [stack, ...path].join('-');
  if (!NAME.test(name) || name.length > MAX_NAME) {
    throw new KilnError(
      `the service '${service.node.path}' would be named '${name}' (${name.length} characters); a name on AWS has at most ` +
        `${MAX_NAME} lowercase letters, digits and hyphens, starting with a letter; rename the stack or the construct`,
      { code: 'constructs.name' },
    );
  }
  claimName(service, name);
  return { name, tag: [stack, ...path].join('/'), id: path.join('-') };
}

/** The name of the second group of a service, which no other service may have. @throws KilnError `constructs.name` */
export function claimGreenName(service: IConstruct, { name }: AwsServiceName): string {
  const green = `${name}-green`;
  claimName(service, green);
  return green;
}
