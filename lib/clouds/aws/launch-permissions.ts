import {
  DescribeImageAttributeCommand,
  type LaunchPermission,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2';
import { KilnError } from '../../errors';
import type { Ami } from './ami';
import { callAws } from './call';
import { faultBehind, isGone } from './fault';
import type { AwsSession } from './session';

/** Who else may start instances of an image. */
export interface LaunchPermissions {
  /** Ids of accounts, sorted. */
  readonly accounts: readonly string[];
  /** For people: everybody, organizations and their units. Kiln gives none of these, and leaves them as they are. */
  readonly others: readonly string[];
}

/** @throws KilnError `aws.*` of a call that failed */
export async function readLaunchPermissions(
  id: string,
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<LaunchPermissions> {
  const command = new DescribeImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission' });
  const answer = await callAws(
    session,
    {
      action: 'ec2:DescribeImageAttribute',
      send: (options) => session.ec2.send(command, options),
      notYet: { is: isGone, until: performance.now() + session.timing.lingerMs },
    },
    signal,
  );
  const all = answer.LaunchPermissions ?? [];
  return {
    accounts: all.flatMap(({ UserId }) => UserId ?? []).sort(),
    others: all.flatMap((one) => otherOf(one) ?? []),
  };
}

/**
 * Makes exactly these accounts those that may start instances of an image, besides its own.
 *
 * @throws KilnError `aws.not-shareable` where its key is the account's own, others `aws.*`
 */
export async function setLaunchPermissions(
  ami: Pick<Ami, 'id' | 'encrypted'>,
  accounts: readonly string[],
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { signal } = options;
  const there = (await readLaunchPermissions(ami.id, session, signal)).accounts;
  const toUsers = (ids: readonly string[]) => ids.map((UserId) => ({ UserId }));
  const Add = toUsers(accounts.filter((account) => !there.includes(account)));
  const Remove = toUsers(there.filter((account) => !accounts.includes(account)));
  if (Add.length === 0 && Remove.length === 0) return;
  const LaunchPermission = { ...(Add.length > 0 ? { Add } : {}), ...(Remove.length > 0 ? { Remove } : {}) };
  const command = new ModifyImageAttributeCommand({ ImageId: ami.id, LaunchPermission });
  try {
    await callAws(
      session,
      { action: 'ec2:ModifyImageAttribute', send: (sending) => session.ec2.send(command, sending) },
      signal,
    );
  } catch (error) {
    throw refusalOf(error, ami) ?? error;
  }
}

function refusalOf(error: unknown, { id, encrypted }: Pick<Ami, 'id' | 'encrypted'>): KilnError | undefined {
  const { name, message } = faultBehind(error);
  const detail = `${name}: ${message}`;
  if (name === 'InvalidAMIAttributeItemValue')
    return new KilnError(`EC2 does not know one of the accounts that are to launch ${id}`, {
      code: 'aws.account-unknown',
      remedy: "Check the ids in 'launch_permissions': aws sts get-caller-identity says an account's own.",
      detail,
      cause: error,
    });
  if (!encrypted || !['InvalidParameter', 'InvalidParameterValue', 'OperationNotPermitted'].includes(name))
    return undefined;
  return new KilnError(
    `the image ${id} is encrypted with the account's own key for EBS, which other accounts cannot use`,
    {
      code: 'aws.not-shareable',
      remedy:
        "Set 'encrypted' and 'kms_key_id' to a key that they may use, or take 'launch_permissions' out.",
      detail,
      cause: error,
    },
  );
}

function otherOf({ Group, OrganizationArn, OrganizationalUnitArn }: LaunchPermission): string | undefined {
  if (Group !== undefined) return 'everybody';
  const arn = OrganizationArn ?? OrganizationalUnitArn;
  return arn === undefined ? undefined : `the organization ${arn}`;
}
