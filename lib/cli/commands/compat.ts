import { resolve } from 'node:path';
import { inspectImage } from '../../image';
import {
  findAwsInstanceType,
  findGoogleMachineType,
  findPlatform,
  type Platform,
  platforms,
} from '../../systems';
import { platformReports } from '../compat/platform-report';
import { renderImage } from '../compat/render-image';
import { renderCompatTable } from '../compat/render-table';
import { imageJson, tableJson } from '../compat/to-json';
import { type CommandContext, ExitCode } from '../context';

export interface CompatOptions {
  /** An image to judge. @default - every system */
  readonly file?: string | undefined;
  readonly json?: boolean;
  /** A platform, `t3.nano` or `e2-micro`. @default - every kind of platform */
  readonly platform?: string;
}

/** Text is not wrapped wider than this, which is the table's width. */
const WIDTH = 100;

/** `kiln compat`: what runs where, and the reason for every no. Fails when a file was given and runs on none of them. */
export async function compat(options: CompatOptions, context: CommandContext): Promise<number> {
  const { cwd, host } = context;
  const { out } = host;
  const columns = options.platform === undefined ? platforms : [platformNamed(options.platform)];
  if (options.file === undefined) {
    if (options.json) out.line(JSON.stringify(tableJson(columns), null, 2));
    else for (const line of renderCompatTable(columns, WIDTH, out.style)) out.line(line);
    return ExitCode.OK;
  }
  const image = inspectImage(resolve(cwd, options.file), { name: options.file });
  const reports = platformReports(image, columns);
  if (options.json) out.line(JSON.stringify(imageJson(image, reports), null, 2));
  else for (const line of renderImage(image, reports, WIDTH, out.style)) out.line(line);
  return reports.every(({ verdict }) => verdict === 'no') ? ExitCode.FAILURE : ExitCode.OK;
}

/** Types of EC2 have a dot; those of Compute Engine have a dash, as the names of platforms have. */
function platformNamed(name: string): Platform {
  if (name.includes('.')) return findAwsInstanceType(name);
  const known = platforms.some(({ id }) => id === name);
  return !known && /^[a-z]\d+[a-z]*-|^custom-/.test(name) ? findGoogleMachineType(name) : findPlatform(name);
}
