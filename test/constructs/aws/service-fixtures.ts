import { Testing } from 'cdktf';
import type { Construct } from 'constructs';
import { UnikernelImage, UnikernelService, type UnikernelServiceProps } from '../../../constructs';
import { AwsStack, type AwsStackProps } from '../../../stacks/aws';
import { kernelFile, temporaryFolder } from '../fixtures';

/** Of a system that Kiln does not know, so that nothing about its drivers is refused. */
export const KERNEL = kernelFile();

export function awsStack(props: Partial<AwsStackProps> = {}, id = 'shop'): AwsStack {
  return new AwsStack(Testing.app({ outdir: temporaryFolder() }), id, { region: 'eu-central-1', ...props });
}

export function addService(
  scope: Construct,
  id = 'web',
  props: Partial<UnikernelServiceProps> = {},
): UnikernelService {
  return new UnikernelService(scope, id, { image: UnikernelImage.fromKernel(KERNEL), port: 8080, ...props });
}

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever was synthesised
export type Json = Record<string, any>;

/** What Terraform gets, without validation and staging. */
export function synth(stack: AwsStack): Json {
  return JSON.parse(Testing.synth(stack));
}

/** The arguments of one resource. */
export function resource(stack: AwsStack, type: string, id = 'web'): Json {
  const found = synth(stack).resource[type]?.[id];
  if (!found) throw new Error(`no ${type}.${id}`);
  return found;
}

/** Without Kiln's own provider, which is not installed here; what refers to its images gets values of that kind. */
export function withoutKiln(stack: Json): Json {
  const text = JSON.stringify(stack)
    .replace(/\$\{kiln_ami\.[\w-]+\.size_gib\}/g, '1')
    .replace(/\$\{kiln_ami\.[\w-]+\.id\}/g, 'ami-0123456789abcdef0')
    .replace(/kiln_ami\.[\w-]+\.source_commit/g, 'null');
  const { provider, resource, ...rest } = JSON.parse(text) as Json;
  const own = Object.entries<Record<string, Json>>(resource).filter(([type]) => !type.startsWith('kiln_'));
  for (const one of own.flatMap(([, byId]) => Object.values(byId))) {
    one.depends_on = (one.depends_on ?? []).filter((name: string) => !name.startsWith('kiln_'));
  }
  return { ...rest, provider: { aws: provider.aws }, resource: Object.fromEntries(own) };
}
