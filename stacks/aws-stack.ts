import { type TerraformBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { AwsPlatform, type AwsPlatformProps } from '../constructs/aws/platform';
import { ensureLocalBackend } from './local-backend';

/** What is told of a stack on AWS: see `AwsPlatformProps` for every prop. */
export interface AwsStackProps extends AwsPlatformProps {}

/**
 * A stack whose services run on AWS: AMIs made from their images, in Auto Scaling groups, behind load balancers.
 *
 * Terraform's state is kept in the project folder, as `terraform.<stack>.tfstate`, unless the stack has a backend, such as an
 * `S3Backend`, which whoever shares the stack with others wants.
 */
export class AwsStack extends TerraformStack {
  /** @throws KilnError `constructs.region`, `constructs.tags`, and those of `systems` */
  constructor(scope: Construct, id: string, props: AwsStackProps) {
    super(scope, id);
    new AwsPlatform(this, props);
  }

  override ensureBackendExists(): TerraformBackend {
    return ensureLocalBackend(this);
  }
}
