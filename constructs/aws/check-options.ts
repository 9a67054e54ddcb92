import { Token } from 'cdktf';
import { KilnError } from '../../lib/errors';
import { requireAwsCan } from '../../lib/rollout';
import { ACCOUNT_ID, AWS_REGION, KEY_ARN, MAX_COPIES, MOST_KEPT_IMAGES } from '../../lib/spec';
import { checkKnown, checkWhole } from '../checks';
import type { ServiceDefinition } from '../platform';
import type { InstanceType } from './instance-type';
import type { AwsServiceOptions } from './options';

/** Whether what is written to disks is encrypted. */
export interface Encryption {
  readonly volume: boolean;
  readonly snapshot: boolean;
}

/** EC2 User Guide, "Requirements for Amazon EBS encryption": what is not among the supported families there. */
const CANNOT_ENCRYPT = ['t1', 'm1', 'm2', 'c1', 'cc2', 'hs1'];

/**
 * Refuses options that AWS would refuse, or that contradict each other.
 * @throws KilnError `constructs.options`, `constructs.number`, `constructs.token`, and those of `requireAwsCan`
 */
export function checkOptions(
  service: string,
  options: AwsServiceOptions,
  { update, instances }: Pick<ServiceDefinition, 'update' | 'instances'>,
): void {
  checkKnown('instances', instances.min, "a rollout's batches are computed from it");
  requireAwsCan(update, instances, options.alarms);
  checkKey(service, options);
  checkSharing(service, options);
  if (options.keep !== undefined) checkWhole('keep', options.keep, 0, MOST_KEPT_IMAGES);
  if (options.spot?.toSpec().isMixed && update.strategy === 'blue-green') {
    throw refusal(
      `'${service}' has a share of 'spot' and is updated by blue/green, and a rollout moves colours of one kind of instance ` +
        'only; give it Spot.all(), or update it with RollingUpdatePolicy.rolling()',
    );
  }
  if (options.warmPool === undefined) return;
  if (options.spot !== undefined) {
    throw refusal(
      `'${service}' has both 'warmPool' and 'spot', and AWS keeps no spare capacity waiting; leave one of them out`,
    );
  }
  if (update.strategy === 'blue-green') {
    throw refusal(
      `'${service}' has a 'warmPool' and is updated by blue/green, where the idle group is to be empty; update it with ` +
        "RollingUpdatePolicy.rolling(), or leave 'warmPool' out",
    );
  }
}

/** @throws KilnError `constructs.options` for what is asked for and cannot be */
export function resolveEncryption(
  service: string,
  { encrypted, kmsKey, launchPermissions = [] }: AwsServiceOptions,
  { name }: InstanceType,
): Encryption {
  const [family = ''] = name.split('.');
  const cannot = CANNOT_ENCRYPT.includes(family);
  if (cannot && encrypted) {
    throw refusal(
      `'encrypted' is true for '${service}', and instances of '${name}' take no encrypted volumes; choose a later type, or ` +
        'set it to false',
    );
  }
  const volume = encrypted ?? !cannot;
  const shared = launchPermissions.length > 0 && kmsKey === undefined;
  if (shared && encrypted) {
    throw refusal(
      `'encrypted' is true for '${service}' and 'launchPermissions' names other accounts, which cannot use this account's own ` +
        "key; give a 'kmsKey' that they may use, or leave 'encrypted' out: volumes are encrypted all the same",
    );
  }
  return { volume, snapshot: volume && !shared };
}

function checkKey(service: string, { kmsKey, encrypted }: AwsServiceOptions): void {
  if (kmsKey === undefined) return;
  if (encrypted === false) {
    throw refusal(`'${service}' has a 'kmsKey', but 'encrypted' is false; leave one of them out`);
  }
  if (Token.isUnresolved(kmsKey) || KEY_ARN.test(kmsKey)) return;
  throw refusal(
    `'kmsKey' of '${service}' is '${kmsKey}'; give the ARN of a key, 'arn:aws:kms:REGION:ACCOUNT:key/ID', as EBS takes ` +
      'neither an alias nor an id alone',
  );
}

function checkSharing(service: string, { launchPermissions = [], copies = {} }: AwsServiceOptions): void {
  const account = launchPermissions.find((id) => !Token.isUnresolved(id) && !ACCOUNT_ID.test(id));
  if (account !== undefined) {
    throw refusal(`'launchPermissions' of '${service}' has '${account}'; the id of an account has 12 digits`);
  }
  const regions = Object.keys(copies);
  if (regions.length > MAX_COPIES) {
    throw refusal(`'copies' of '${service}' names ${regions.length} regions; give at most ${MAX_COPIES}`);
  }
  const region = regions.find((name) => !AWS_REGION.test(name));
  if (region !== undefined) {
    throw refusal(
      `'copies' of '${service}' has '${region}'; give regions such as 'eu-west-1', each with {} or a { kmsKeyId }`,
    );
  }
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.options' });
}
