import { basename, dirname, join, relative, resolve } from 'node:path';
import { name, version } from '../../package.json';
import { readJsonIfAny } from '../io/files';

/** What a new project's package.json shall ask for. */
export interface KilnDependency {
  readonly spec: string;
  /** True for a checkout, of which npm must install a copy. */
  readonly isCheckout: boolean;
}

/**
 * The same Kiln as this one: from the registry where it came from there, else the file or folder that it is.
 * @param root this package's folder
 * @param project absolute path of the new project
 */
export async function kilnDependency(root: string, project: string): Promise<KilnDependency> {
  const modules = dirname(root);
  if (basename(modules) !== 'node_modules') return { spec: fileSpec(project, root), isCheckout: true };
  const source = await installedFrom(modules);
  if (!source?.startsWith('file:')) return { spec: `^${version}`, isCheckout: false };
  const file = resolve(dirname(modules), source.slice('file:'.length));
  return { spec: fileSpec(project, file), isCheckout: !/\.(tgz|tar\.gz|tar)$/.test(file) };
}

/** What npm wrote about the origin of this package. */
async function installedFrom(modules: string): Promise<string | undefined> {
  const lock = (await readJsonIfAny(join(modules, '.package-lock.json'))) as
    | { packages?: Record<string, { resolved?: string }> }
    | undefined;
  return lock?.packages?.[`node_modules/${name}`]?.resolved;
}

/** Relative where they lie in one tree, so that the two may be moved together. */
function fileSpec(project: string, target: string): string {
  const path = relative(project, target);
  return `file:${path.startsWith('../../../') ? target : path}`;
}
