import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ISynthesisSession, TerraformStack } from 'cdktf';
import { KilnError } from '../lib/errors';
import {
  commandLine,
  hashImage,
  type ImageInspection,
  imageDigest,
  inspectImage,
  loadLoader,
  requireBootable,
  stageImage,
} from '../lib/image';
import type { BoundImage } from './platform';
import { projectFolder } from './project-folder';
import type { UnikernelImage } from './unikernel-image';

/** Folder of staged images beside the stack's Terraform JSON. */
const FOLDER = 'images';

interface ImageFile {
  readonly path: string;
  /** Size, time of change and inode: what tells a rebuilt file. */
  readonly stamp: string;
  readonly inspection: ImageInspection;
  readonly sha256: string;
}

/** A thousand services with one kernel read it once. */
const files = new Map<string, ImageFile>();

/** The images of a stack: read when a service takes them, copied beside the Terraform JSON when the stack is written. */
export class StagedImages {
  private readonly staged = new Map<
    string,
    { readonly file: ImageFile; readonly kind: UnikernelImage['kind'] }
  >();

  constructor(private readonly stack: TerraformStack) {
    const { synthesizer } = stack;
    stack.synthesizer = {
      synthesize: (session) => {
        this.stage(session);
        synthesizer.synthesize(session);
      },
    };
  }

  /**
   * Reads an image and has it staged.
   * @param machine the platform's, such as `x86-64`
   * @throws KilnError `image.*` for a file that is missing, empty, truncated, or cannot boot on the platform
   */
  add(source: UnikernelImage, machine: string): BoundImage {
    const { kind, boot } = source;
    const file = readImage(resolve(projectFolder(this.stack), source.path));
    requireBootable(file.inspection, { kind, boot, machine });
    const path = `${FOLDER}/${file.sha256}.${kind === 'kernel' ? 'elf' : 'raw'}`;
    this.staged.set(path, { file, kind });
    const forged = kind === 'kernel' && boot === 'disk';
    const digest = (bootArgs: readonly string[]) => {
      // For its refusals: what no command line can carry is not worth a digest.
      commandLine(bootArgs);
      const loaderDigest = forged ? loadLoader().digest : '';
      return imageDigest({ sha256: file.sha256, kind, boot, bootArgs, loaderDigest });
    };
    return { source, path, digest };
  }

  private stage({ outdir, manifest }: ISynthesisSession): void {
    const folder = join(outdir, manifest.forStack(this.stack).workingDirectory, FOLDER);
    for (const [path, { file, kind }] of this.staged) {
      const { sha256 } = stageImage(file.path, folder, kind);
      if (sha256 === file.sha256) continue;
      throw new KilnError(
        `the image '${file.path}' changed while the app ran, so '${path}' would be another; run it again when the build ` +
          'has finished',
        { code: 'constructs.image-changed' },
      );
    }
  }
}

function readImage(path: string): ImageFile {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  const stamp = stat ? `${stat.size}-${stat.mtimeNs}-${stat.ino}` : 'missing';
  const known = files.get(path);
  if (known?.stamp === stamp) return known;
  const file = { path, stamp, inspection: inspectImage(path), ...hashImage(path) };
  files.set(path, file);
  return file;
}
