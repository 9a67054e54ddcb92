import { writeSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Annotations, App } from 'cdktf';
import type { IConstruct } from 'constructs';
import { type BuiltImage, buildImage } from '../lib/image/building';
import { projectFolder } from './project-folder';
import type { UnikernelImage } from './unikernel-image';

/**
 * Standard output: `kiln` shows what an app writes there as it comes, on its own standard error, and keeps the app's standard
 * error for the error that may end it.
 */
const OUTPUT = 1;
/** Beside the runtime's folder of the same name in a project: nothing in it is worth keeping in git. */
const CACHE = join('.kiln', 'build');

/** A thousand services with one build ask once per app. */
const builds = new WeakMap<IConstruct, Map<string, BuiltImage>>();

/** Absolute paths of the files that an image is made of. */
export interface ImageFiles {
  readonly path: string;
  readonly initrd: string | undefined;
}

/**
 * Where the files of an image are; builds them where the image is to be built and no build of the same inputs is kept.
 * @throws KilnError `build.*`
 */
export function locateImage(image: UnikernelImage, scope: IConstruct): ImageFiles {
  const project = projectFolder(scope);
  const initrd = image.initrd === undefined ? undefined : resolve(project, image.initrd);
  if (image.build === undefined) return { path: resolve(project, image.path), initrd };
  const folder = resolve(project, image.build.folder);
  const { role, loader } = image.build.toolchain.toSpec();
  const built = build(image.build, folder, scope);
  if (role === 'initrd' && loader !== undefined)
    return { path: resolve(folder, loader), initrd: built.artifact };
  return { path: built.artifact, initrd: initrd ?? built.initrd };
}

function build(
  { toolchain }: NonNullable<UnikernelImage['build']>,
  folder: string,
  scope: IConstruct,
): BuiltImage {
  const { recipe } = toolchain.toSpec();
  const { root } = scope.node;
  const project = projectFolder(scope);
  const known = builds.get(root) ?? new Map<string, BuiltImage>();
  builds.set(root, known);
  const key = JSON.stringify([folder, recipe]);
  const before = known.get(key);
  if (before) return before;
  const built = buildImage(recipe, {
    folder,
    name: relative(project, folder) || '.',
    cache: join(project, CACHE),
    exclude: App.isApp(root) ? [resolve(root.outdir)] : [],
    output: OUTPUT,
    notify,
  });
  if (built.warning !== undefined) Annotations.of(scope).addWarning(built.warning);
  known.set(key, built);
  return built;
}

function notify(line: string): void {
  try {
    writeSync(OUTPUT, `${line}\n`);
  } catch {
    // Nobody reads; the build goes on.
  }
}
