import { access } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { AwsSettings } from '../../clouds/aws';
import { readJsonIfAny } from '../../io/files';
import { KEPT_IMAGES } from '../../spec';
import type { CommandContext } from '../context';
import { findStack, readManifest, type SynthesizedStack } from '../manifest';
import { lockOutput } from '../output-lock';
import { readProject } from '../project';
import { synthesize } from '../synth';

/** A region of AWS to look at images in. */
export interface Place {
  /** Undefined: what the SDK finds. */
  readonly region: string | undefined;
  readonly endpoints: AwsSettings['endpoints'];
}

/** Where images are, and what the project's stacks say of them. */
export interface Places {
  readonly places: readonly Place[];
  /** How many earlier images each service keeps. */
  readonly keep: ReadonlyMap<string, number>;
}

export interface PlacesOptions {
  /** @default - every stack of the project; no project is needed */
  readonly stack?: string | undefined;
  /** @default - those of the stacks, or what the SDK finds */
  readonly region?: string | undefined;
}

const Text = v.optional(v.nullable(v.unknown()));
const StackJson = v.looseObject({
  provider: v.optional(
    v.looseObject({
      kiln: v.optional(
        v.array(
          v.looseObject({
            aws: v.optional(
              v.looseObject({ region: Text, endpoints: v.optional(v.record(v.string(), v.unknown())) }),
            ),
          }),
        ),
      ),
      aws: v.optional(v.array(v.looseObject({ region: Text }))),
    }),
  ),
  resource: v.optional(
    v.looseObject({
      kiln_ami: v.optional(
        v.record(v.string(), v.looseObject({ region: Text, service: Text, keep: v.optional(v.unknown()) })),
      ),
    }),
  ),
});
type StackJson = v.InferOutput<typeof StackJson>;

/**
 * Where to look: the region that is asked for, those of the synthesised stacks, or the SDK's. Code is run only where a stack is
 * named that was not synthesised yet.
 *
 * @throws KilnError `usage.unknown-stack`, and those of synthesising
 */
export async function findPlaces(options: PlacesOptions, context: CommandContext): Promise<Places> {
  const stacks = await stacksOf(options, context);
  const contents = await Promise.all(stacks.map(({ file }) => readStack(file)));
  const found = contents.flatMap(placesIn);
  const first = found[0] ?? { region: undefined, endpoints: undefined };
  const places = options.region === undefined ? found : [{ ...first, region: options.region }];
  const unique = new Map([...(places.length > 0 ? places : [first])].map((place) => [place.region, place]));
  return { places: [...unique.values()], keep: new Map(contents.flatMap(keepsIn)) };
}

async function stacksOf(options: PlacesOptions, context: CommandContext): Promise<SynthesizedStack[]> {
  const isProject = await access(join(context.cwd, 'cdktf.json')).then(
    () => true,
    () => false,
  );
  if (!isProject && options.stack === undefined) return [];
  const project = await readProject(context.cwd);
  const isThere = (await readJsonIfAny(join(project.output, 'manifest.json'))) !== undefined;
  if (!isThere && options.stack === undefined) return [];
  if (isThere) {
    const all = await readManifest(project.output);
    if (options.stack === undefined) return all;
    if (all.some(({ name }) => name === options.stack)) return [findStack(all, options.stack)];
  }
  const release = await lockOutput(project, context);
  const all = await synthesize(project, context).finally(release);
  return [findStack(all, options.stack)];
}

async function readStack(file: string): Promise<StackJson> {
  const result = v.safeParse(StackJson, (await readJsonIfAny(file)) ?? {});
  return result.success ? result.output : {};
}

/** The regions of a stack's images, and of its providers where it has images that name none. */
function placesIn({ provider, resource }: StackJson): Place[] {
  const images = Object.values(resource?.kiln_ami ?? {});
  if (images.length === 0) return [];
  const kiln = provider?.kiln?.[0]?.aws;
  const endpoints = kiln?.endpoints === undefined ? undefined : textsOf(kiln.endpoints);
  const own = literal(kiln?.region) ?? literal(provider?.aws?.[0]?.region);
  return images.map(({ region }) => ({ region: literal(region) ?? own, endpoints }));
}

function keepsIn({ resource }: StackJson): [string, number][] {
  return Object.values(resource?.kiln_ami ?? {}).flatMap(({ service, keep }) => {
    const name = literal(service);
    if (name === undefined) return [];
    return typeof keep === 'number' || keep === undefined ? [[name, keep ?? KEPT_IMAGES]] : [];
  });
}

/** What Terraform would have to work out is not known here. */
function literal(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.includes('${') ? value : undefined;
}

function textsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const text = literal(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(entries);
}
