import type { Ami } from './ami';
import type { GroupUse } from './group-uses';
import { findImageReferences } from './image-references';
import { readLaunchPermissions } from './launch-permissions';
import { describeTemplates, type Template, type TemplateVersion } from './launch-templates';
import { findCopies, originOf } from './service-images';
import type { AwsSession } from './session';

/** What keeps an image from being removed. */
export interface ImageUse {
  /** For people: `the instance i-1`; empty where nothing does. */
  readonly by: readonly string[];
  /** Versions of Kiln's own launch templates that name it and that nothing uses: they go with it. */
  readonly idleVersions: readonly TemplateVersion[];
  /** Its copies in other regions, with what each one's region knows of it. */
  readonly copies: readonly { readonly image: Ami; readonly idleVersions: readonly TemplateVersion[] }[];
}

/** Opens a region; the same session for the same region. */
export type SessionIn = (region: string) => Promise<AwsSession>;

/** Values that a filter takes in one request (EC2 API, `FilterLimitExceeded`). */
const MOST = 200;

interface LocalUse {
  readonly by: string[];
  readonly idleVersions: TemplateVersion[];
}

/**
 * What uses each of some images of one region, or of their copies in others: instances, versions of launch templates, Auto
 * Scaling groups, other accounts. Instances are looked for first, permissions last and only where nothing else was found.
 *
 * @throws KilnError `aws.*` of a call that failed; nobody may take an image for unused then
 */
export async function findImageUses(
  images: readonly Ami[],
  session: AwsSession,
  sessionIn: SessionIn,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, ImageUse>> {
  const found = new Map<string, ImageUse>();
  for (let at = 0; at < images.length; at += MOST)
    for (const [id, use] of await usesOf(images.slice(at, at + MOST), session, sessionIn, signal))
      found.set(id, use);
  return found;
}

async function usesOf(
  images: readonly Ami[],
  session: AwsSession,
  sessionIn: SessionIn,
  signal: AbortSignal | undefined,
): Promise<Map<string, ImageUse>> {
  const own = await usesIn(images, session, signal);
  const copies = await copiesOf(images, sessionIn, signal);
  const theirs = new Map<string, { region: string; use: LocalUse }>();
  for (const [region, some] of byRegion(copies))
    for (const [id, use] of await usesIn(some, await sessionIn(region), signal))
      theirs.set(id, { region, use });
  return new Map(
    images.map((image) => {
      const { by, idleVersions } = own.get(image.id) ?? { by: [], idleVersions: [] };
      const its = copies.filter(({ copyOf }) => copyOf === originOf(image));
      const abroad = its.flatMap(({ id, region }) =>
        (theirs.get(id)?.use.by ?? []).map((what) => `${what}, by its copy ${id} in ${region}`),
      );
      const withVersions = its.map((copy) => ({
        image: copy,
        idleVersions: theirs.get(copy.id)?.use.idleVersions ?? [],
      }));
      return [image.id, { by: [...by, ...abroad], idleVersions, copies: withVersions }];
    }),
  );
}

/** Where an image's tag says that copies may be. */
async function copiesOf(
  images: readonly Ami[],
  sessionIn: SessionIn,
  signal: AbortSignal | undefined,
): Promise<Ami[]> {
  const regions = [...new Set(images.flatMap(({ copiedTo }) => copiedTo))];
  const found: Ami[] = [];
  for (const region of regions) {
    const originals = images.filter(({ copiedTo }) => copiedTo.includes(region));
    found.push(...(await findCopies(await sessionIn(region), originals, signal)));
  }
  return found;
}

async function usesIn(
  images: readonly Ami[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<Map<string, LocalUse>> {
  const uses = new Map(images.map(({ id }) => [id, { by: [], idleVersions: [] } as LocalUse]));
  if (images.length === 0) return uses;
  const ids = [...uses.keys()];
  const { instances, templates } = await findImageReferences(ids, session, signal);
  for (const [id, some] of instances)
    uses.get(id)?.by.push(...some.map((instance) => `the instance ${instance}`));
  const described = await describeTemplates(templates, ids, session, signal);
  const isOwn = ({ service }: Template) =>
    images.some((image) => image.service === service) && service !== undefined;
  const groups = described.some(isOwn) ? await groupUses(session, signal) : [];
  for (const template of described) sortVersions(template, images, groups, uses);
  for (const { id, use } of images.map((image) => ({ id: image.id, use: uses.get(image.id) as LocalUse }))) {
    if (use.by.length > 0) continue;
    const { accounts, others } = await readLaunchPermissions(id, session, signal);
    use.by.push(...[...accounts.map((account) => `the account ${account}`), ...others].map(mayLaunch));
  }
  return uses;
}

async function groupUses(session: AwsSession, signal: AbortSignal | undefined): Promise<GroupUse[]> {
  const { findGroupUses } = await import('./group-uses');
  return findGroupUses(session, signal);
}

function mayLaunch(who: string): string {
  return `${who}, which may launch it`;
}

/** A version of another's launch template keeps its image; one of Kiln's own only where something would start it. */
function sortVersions(
  template: Template,
  images: readonly Ami[],
  groups: readonly GroupUse[],
  uses: ReadonlyMap<string, LocalUse>,
): void {
  const where = `of the launch template ${template.id} (${template.name})`;
  for (const image of images) {
    const use = uses.get(image.id);
    const versions = template.versions.filter(({ imageId }) => imageId === image.id);
    const [first] = versions;
    if (use === undefined || first === undefined) continue;
    if (template.service === undefined || template.service !== image.service) {
      const which = versions.length === 1 ? `version ${first.version}` : `${versions.length} versions`;
      use.by.push(`${which} ${where}`);
      continue;
    }
    for (const one of versions) {
      const why = whyNotIdle(one, template, groups);
      if (why === undefined) use.idleVersions.push(one);
      else use.by.push(`version ${one.version} ${where}, ${why}`);
    }
  }
}

function whyNotIdle(
  { version }: TemplateVersion,
  template: Template,
  groups: readonly GroupUse[],
): string | undefined {
  const user = groups.find(
    (one) =>
      (one.template === template.id || one.template === template.name) &&
      numberOf(one.version, template) === version,
  );
  if (user !== undefined) return `which the Auto Scaling group ${user.group} starts`;
  if (version === template.latestVersion) return 'which is its latest';
  return version === template.defaultVersion ? 'which is its default' : undefined;
}

function numberOf(version: string, { latestVersion, defaultVersion }: Template): number | undefined {
  if (version === '$Latest') return latestVersion;
  return version === '$Default' ? defaultVersion : Number(version);
}

function byRegion(images: readonly Ami[]): Map<string, Ami[]> {
  const found = new Map<string, Ami[]>();
  for (const image of images) found.set(image.region, [...(found.get(image.region) ?? []), image]);
  return found;
}
