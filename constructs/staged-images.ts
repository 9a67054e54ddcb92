import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TerraformStack } from 'cdktf';
import { KilnError } from '../lib/errors';
import {
  type DiskLayout,
  diskArguments,
  hashImage,
  hashInitrd,
  type ImageInspection,
  imageDigest,
  inspectImage,
  loadLoader,
  pruneStaged,
  requireBootable,
  requireTakesArguments,
  requireTakesInitrd,
  type StagedKind,
  stagedName,
  stageImage,
} from '../lib/image';
import { type Device, type Platform, requireRunsOn, type System, systems } from '../lib/systems';
import { locateImage } from './built-images';
import type { BoundImage } from './platform';
import type { UnikernelImage } from './unikernel-image';
import { writeBeside } from './write-beside';

/** Folder of staged images beside the stack's Terraform JSON. */
const FOLDER = 'images';

interface ReadFile {
  readonly path: string;
  /** Size, time of change and inode: what tells a rebuilt file. */
  readonly stamp: string;
  readonly sha256: string;
}

interface ImageFile extends ReadFile {
  readonly inspection: ImageInspection;
}

/** A thousand services with one kernel read it once. */
const images = new WeakMap<readonly System[], Map<string, ImageFile>>();
const initrds = new Map<string, ReadFile>();

/** The images of a stack: read when a service takes them, copied beside the Terraform JSON when the stack is written. */
export class StagedImages {
  private readonly staged = new Map<string, { readonly file: ReadFile; readonly kind: StagedKind }>();

  /** @param systems the systems that are looked for; `withSystems` makes such a list */
  constructor(
    private readonly stack: TerraformStack,
    private readonly systems: readonly System[],
  ) {
    writeBeside(stack, (folder) => this.stage(join(folder, FOLDER)));
  }

  /**
   * Reads an image that is not to be staged yet, with its drivers as the user says them.
   * @throws KilnError `image.*` for a file that is missing, empty or truncated; `build.*` for one that is to be built
   */
  inspect(source: UnikernelImage): ImageInspection {
    const { inspection } = readImage(locateImage(source, this.stack).path, this.systems);
    return withDrivers(inspection, source.drivers);
  }

  /**
   * Reads an image and has it staged.
   * @param machine the platform's, such as `x86-64`
   * @param platform what is there for this image to start on and to drive
   * @param layout of the disk that a kernel is put on; @default 'bios'
   * @throws KilnError `image.*` for a file that is missing, empty, truncated, or cannot boot on the platform; `build.*` for
   *   one that is to be built
   */
  add(source: UnikernelImage, machine: string, platform: Platform, layout: DiskLayout = 'bios'): BoundImage {
    const { kind, boot } = source;
    const files = locateImage(source, this.stack);
    const file = readImage(files.path, this.systems);
    requireBootable(file.inspection, { kind, boot, layout, machine });
    requireRunsOn(withDrivers(file.inspection, source.drivers), platform);
    const initrd = files.initrd === undefined ? undefined : readInitrd(files.initrd);
    if (initrd) requireTakesInitrd(file.inspection);
    const forged = kind === 'kernel' && boot === 'disk';
    const digest = (bootArgs: readonly string[]) => {
      // For their refusals: what no command line or disk can carry is not worth a digest.
      if (kind === 'disk') diskArguments(file.inspection, bootArgs);
      else requireTakesArguments(file.inspection, bootArgs);
      if (forged && bootArgs.length > 0) requireForgedAlike(file);
      const loaderDigest = forged ? loadLoader(layout).digest : '';
      return imageDigest({
        sha256: file.sha256,
        kind,
        boot,
        bootArgs,
        loaderDigest,
        initrd: initrd?.sha256,
        layout,
      });
    };
    const drivers = source.drivers ?? this.ownDrivers(file.inspection);
    return {
      source,
      path: this.willStage(file, kind),
      initrd: initrd ? this.willStage(initrd, 'initrd') : null,
      memoryMib: file.inspection.system?.memoryMib,
      ...(drivers === undefined ? {} : { drivers }),
      digest,
    };
  }

  /** What only a system of the user's knows. */
  private ownDrivers({ system }: ImageInspection): readonly Device[] | undefined {
    const known = this.systems.find(({ id }) => id === system?.id);
    if (known === undefined || (systems as readonly System[]).includes(known)) return undefined;
    return system?.drivers && [...system.drivers, ...(system.maybeDrivers ?? [])];
  }

  /** Where the file will lie, relative to Terraform's working folder. */
  private willStage(file: ReadFile, kind: StagedKind): string {
    const path = `${FOLDER}/${stagedName(file.sha256, kind)}`;
    this.staged.set(path, { file, kind });
    return path;
  }

  private stage(folder: string): void {
    for (const [path, { file, kind }] of this.staged) {
      const { sha256 } = stageImage(file.path, folder, kind);
      if (sha256 === file.sha256) continue;
      throw new KilnError(
        `the image '${file.path}' changed while the app ran, so '${path}' would be another; run it again when the build ` +
          'has finished',
        { code: 'constructs.image-changed' },
      );
    }
    pruneStaged(
      folder,
      [...this.staged.keys()].map((path) => basename(path)),
    );
  }
}

function readImage(path: string, systems: readonly System[]): ImageFile {
  const known = images.get(systems) ?? new Map<string, ImageFile>();
  images.set(systems, known);
  return readOnce(known, path, () => ({ inspection: inspectImage(path, { systems }), ...hashImage(path) }));
}

/** A disk is forged when the app is no more, so by what Kiln itself knows: a system of the user's cannot say how. */
function requireForgedAlike({ path, inspection }: ImageFile): void {
  const { dropsFirstWord: drops = false, id } = inspection.system ?? {};
  const { dropsFirstWord: known = false } = readImage(path, systems).inspection.system ?? {};
  if (drops === known) return;
  throw new KilnError(
    `the system '${id}' says that '${path}' ${drops ? 'skips' : 'keeps'} the first word of its command line, and a forged ` +
      `disk goes by what Kiln itself knows, that it ${known ? 'skips' : 'keeps'} it`,
    { code: 'constructs.image', remedy: "Boot it with BootMode.DIRECT, or leave 'bootArgs' out." },
  );
}

/** The user knows better. */
function withDrivers(image: ImageInspection, drivers: UnikernelImage['drivers']): ImageInspection {
  if (drivers === undefined || image.system === undefined) return image;
  return { ...image, system: { ...image.system, drivers, maybeDrivers: [] } };
}

function readInitrd(path: string): ReadFile {
  return readOnce(initrds, path, () => hashInitrd(path));
}

function readOnce<T extends ReadFile>(
  known: Map<string, T>,
  path: string,
  read: () => Omit<T, 'path' | 'stamp'>,
): T {
  const stamp = stampOf(path);
  const before = known.get(path);
  if (before?.stamp === stamp) return before;
  const file = { path, stamp, ...read() } as T;
  known.set(path, file);
  return file;
}

function stampOf(path: string): string {
  try {
    const { size, mtimeNs, ino } = statSync(path, { bigint: true });
    return `${size}-${mtimeNs}-${ino}`;
  } catch {
    // Whoever reads it says why it cannot be read.
    return 'missing';
  }
}
