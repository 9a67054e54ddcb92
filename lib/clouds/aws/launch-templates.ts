import {
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type LaunchTemplate,
} from '@aws-sdk/client-ec2';
import { KilnError } from '../../errors';
import { callAws } from './call';
import { faultBehind } from './fault';
import { pages } from './pages';
import type { AwsSession } from './session';
import { SERVICE_TAG } from './tags';

const GONE = new Set(['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.VersionNotFound']);

/** A launch template that may name images. */
export interface Template {
  readonly id: string;
  readonly name: string;
  /** Kiln made it for this service; undefined for those of others. */
  readonly service: string | undefined;
  readonly defaultVersion: number | undefined;
  readonly latestVersion: number | undefined;
  /** Those that name one of the images. */
  readonly versions: readonly TemplateVersion[];
}

export interface TemplateVersion {
  readonly templateId: string;
  readonly version: number;
  readonly imageId: string;
}

/**
 * Launch templates of which versions name one of the images, with these versions. One that is gone is left out.
 *
 * @param ids undefined: all that there are
 */
export async function describeTemplates(
  ids: readonly string[] | undefined,
  imageIds: readonly string[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<Template[]> {
  if (ids?.length === 0) return [];
  const found: Template[] = [];
  for (const template of await templatesOf(ids, session, signal)) {
    const { LaunchTemplateId: id = '', LaunchTemplateName: name = id, Tags = [] } = template;
    const versions = await versionsOf(id, imageIds, session, signal);
    if (versions.length === 0) continue;
    found.push({
      id,
      name,
      service: Tags.find(({ Key }) => Key === SERVICE_TAG)?.Value,
      defaultVersion: template.DefaultVersionNumber,
      latestVersion: template.LatestVersionNumber,
      versions,
    });
  }
  return found;
}

/** Those of the ids; where one of them is gone, which fails the request for all, each by itself. */
async function templatesOf(
  ids: readonly string[] | undefined,
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<LaunchTemplate[]> {
  const request = ids === undefined ? {} : { LaunchTemplateIds: [...ids] };
  try {
    return await pages<LaunchTemplate>(async (token) => {
      const send = (options: { readonly abortSignal: AbortSignal }) =>
        session.ec2.send(new DescribeLaunchTemplatesCommand({ ...request, ...token }), options);
      const answer = await callAws(session, { action: 'ec2:DescribeLaunchTemplates', send }, signal);
      return { items: answer.LaunchTemplates, next: answer.NextToken };
    });
  } catch (error) {
    if (!GONE.has(faultBehind(error).name)) throw error;
    if (ids === undefined || ids.length < 2) return [];
    return (await Promise.all(ids.map((id) => templatesOf([id], session, signal)))).flat();
  }
}

async function versionsOf(
  templateId: string,
  imageIds: readonly string[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<TemplateVersion[]> {
  const request = { LaunchTemplateId: templateId, Filters: [{ Name: 'image-id', Values: [...imageIds] }] };
  try {
    const found = await pages(async (token) => {
      const send = (options: { readonly abortSignal: AbortSignal }) =>
        session.ec2.send(new DescribeLaunchTemplateVersionsCommand({ ...request, ...token }), options);
      const answer = await callAws(session, { action: 'ec2:DescribeLaunchTemplateVersions', send }, signal);
      return { items: answer.LaunchTemplateVersions, next: answer.NextToken };
    });
    return found.map(({ VersionNumber = 0, LaunchTemplateData }) => ({
      templateId,
      version: VersionNumber,
      imageId: LaunchTemplateData?.ImageId ?? '',
    }));
  } catch (error) {
    if (GONE.has(faultBehind(error).name)) return [];
    throw error;
  }
}

/** Removes versions of a launch template; what is gone is as good. @throws KilnError `aws.template-version` */
export async function deleteTemplateVersions(
  templateId: string,
  versions: readonly number[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = new DeleteLaunchTemplateVersionsCommand({
    LaunchTemplateId: templateId,
    Versions: versions.map(String),
  });
  try {
    const answer = await callAws(
      session,
      { action: 'ec2:DeleteLaunchTemplateVersions', send: (options) => session.ec2.send(command, options) },
      signal,
    );
    for (const { VersionNumber, ResponseError } of answer.UnsuccessfullyDeletedLaunchTemplateVersions ?? []) {
      if (/DoesNotExist$/i.test(ResponseError?.Code ?? '')) continue;
      throw new KilnError(
        `version ${VersionNumber} of the launch template ${templateId} could not be deleted: ${ResponseError?.Message ?? ResponseError?.Code}`,
        { code: 'aws.template-version', remedy: 'Delete it by hand, or leave the image as it is.' },
      );
    }
  } catch (error) {
    if (!GONE.has(faultBehind(error).name)) throw error;
  }
}
