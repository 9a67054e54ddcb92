import * as fs from 'node:fs/promises';
import { errnoOf, KilnError, messageOf } from '../../errors';
import { type ImageInspection, inspectImage, requireBootable } from '../inspect';
import { writeAll, writeAtomically } from './atomic-output';
import { renderBootConfig } from './boot-config';
import { renderBootSector } from './boot-sector';
import { kernelPatches, type Patch } from './kernel-patches';
import { CONFIG_SECTOR, CORE_SECTOR, DISK_ALIGNMENT, KERNEL_SECTOR, SECTOR } from './layout';
import type { Loader } from './loader';

/** Copied at a time, so that memory stays the same whatever the kernel's size. */
const CHUNK = 1024 * 1024;

export interface ForgeOptions {
  /** Words of the kernel's command line, in order. */
  readonly bootArgs: readonly string[];
}

/** A disk that was forged. */
export interface ForgedDisk {
  readonly path: string;
  /** Size in bytes, a multiple of 1 MiB; the file is sparse. */
  readonly size: number;
}

/**
 * Makes a raw disk that a BIOS boots: boot sector, loader, configuration, kernel. The same inputs give the same bytes
 * on every machine. The file appears under its name only when it is complete, and is read-only.
 * @param kernel path of a multiboot or multiboot2 kernel
 * @param out path of the disk; its folder must be there; an older file is replaced
 * @throws KilnError `image.not-bootable`, `image.boot-args`, `image.changed`, `image.write-failed`, and those of `inspectImage`
 */
export async function forgeDisk(
  kernel: string,
  options: ForgeOptions,
  loader: Loader,
  out: string,
): Promise<ForgedDisk> {
  const image = inspectImage(kernel);
  requireBootable(image, { kind: 'kernel', boot: 'disk', machine: 'x86-64' });
  const protocol = image.bootProtocols.includes('multiboot1') ? 'multiboot1' : 'multiboot2';
  const kernelSectors = Math.ceil(image.size / SECTOR);
  const patches = kernelPatches(image, protocol);
  const config = renderBootConfig({
    protocol,
    kernelSectors,
    bootArgs: options.bootArgs,
    dropsFirstWord: image.system?.dropsFirstWord ?? false,
  });
  const end = (KERNEL_SECTOR + kernelSectors) * SECTOR;
  const size = Math.ceil(end / DISK_ALIGNMENT) * DISK_ALIGNMENT;
  await writeDisk(out, async (disk) => {
    // Growing the file first leaves holes wherever nothing is written.
    await disk.truncate(size);
    await writeAll(disk, renderBootSector(loader.boot, kernelSectors), 0);
    await writeAll(disk, loader.core, CORE_SECTOR * SECTOR);
    await writeAll(disk, config, CONFIG_SECTOR * SECTOR);
    await copyKernel(image, disk);
    await patch(disk, patches);
  });
  return { path: out, size };
}

async function writeDisk(out: string, write: (disk: fs.FileHandle) => Promise<void>): Promise<void> {
  try {
    await writeAtomically(out, write);
  } catch (error) {
    if (KilnError.is(error)) throw error;
    throw new KilnError(`the disk '${out}' cannot be written: ${messageOf(error)}`, {
      code: 'image.write-failed',
      remedy:
        errnoOf(error) === 'ENOSPC' ? 'Free some space on that file system.' : 'Make its folder writable.',
      cause: error,
    });
  }
}

async function copyKernel(image: ImageInspection, disk: fs.FileHandle): Promise<void> {
  const source = await fs.open(image.name, 'r');
  try {
    const chunk = Buffer.alloc(Math.min(CHUNK, image.size));
    let done = 0;
    for (;;) {
      const { bytesRead } = await source.read(chunk, 0, chunk.length, done);
      if (bytesRead === 0) break;
      if (done + bytesRead > image.size) throw changed(image, done + bytesRead);
      await writeAll(disk, chunk.subarray(0, bytesRead), KERNEL_SECTOR * SECTOR + done);
      done += bytesRead;
    }
    if (done !== image.size) throw changed(image, done);
  } finally {
    await source.close();
  }
}

async function patch(disk: fs.FileHandle, patches: readonly Patch[]): Promise<void> {
  for (const { offset, bytes } of patches) {
    await writeAll(disk, bytes, KERNEL_SECTOR * SECTOR + offset);
  }
}

function changed(image: ImageInspection, size: number): KilnError {
  return new KilnError(
    `the image '${image.name}' changed while its disk was forged: it had ${image.size} bytes, then ${size} or more`,
    { code: 'image.changed', remedy: 'Wait for its build to end, then try again.' },
  );
}
