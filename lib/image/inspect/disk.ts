import type { Partition } from '../../systems';
import { type FatVolume, tryOpenFat } from './fat';
import { GPT_TYPE, readGpt } from './gpt';
import type { ImageReader } from './image-reader';
import { windowOf } from './window';

const SECTOR = 512;
const TABLE = 0x1be;
const SIGNATURE = 510;
/** Boot code ends where the disk's signature begins. */
const CODE_END = 0x1b8;
/** What mkfs.fat and mformat write is code, but code that only says this. */
const NOT_BOOTABLE = /not a bootable disk|Non-System disk/i;
const ESP_TYPE = 0xef;
const ESP_GUID = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

/** A raw disk with a boot sector. */
export interface Disk {
  readonly table: 'mbr' | 'gpt';
  /** The partitions that begin within the file. */
  readonly partitions: readonly Partition[];
  /** A BIOS finds something to start. */
  readonly hasBootCode: boolean;
  /** Its FAT file systems, those for UEFI first; one may take up the whole disk. */
  readonly volumes: readonly DiskVolume[];
}

export interface DiskVolume {
  readonly volume: FatVolume;
  /** Where it begins on the disk, in bytes. */
  readonly offset: number;
  /** UEFI firmware looks for programs in it. */
  readonly isEfi: boolean;
}

/** Reads the boot sector and partition table; undefined where the file has no boot signature. */
export function tryReadDisk(reader: ImageReader): Disk | undefined {
  const sector = reader.read(0, SECTOR);
  if (sector.length < SECTOR || sector.readUInt16LE(SIGNATURE) !== 0xaa55) return undefined;
  // A file system on the whole disk has code and texts where a partition table would be.
  const whole = tryOpenFat(reader);
  const hasBootCode = codeIn(sector, whole);
  if (whole) {
    return {
      table: 'mbr',
      partitions: [],
      hasBootCode,
      volumes: [{ volume: whole, offset: 0, isEfi: true }],
    };
  }
  const entries = [0, 1, 2, 3].map((slot) => sector.subarray(TABLE + slot * 16, TABLE + slot * 16 + 16));
  const protective = entries.some((entry) => entry[4] === GPT_TYPE);
  const table = protective && reader.read(SECTOR, 8).toString('latin1') === 'EFI PART' ? 'gpt' : 'mbr';
  const partitions = (table === 'gpt' ? readGpt(reader) : mbrPartitions(entries)).filter(
    ({ offset }) => offset > 0 && offset < reader.size,
  );
  return { table, partitions, hasBootCode, volumes: volumesOf(reader, partitions) };
}

/** A file system describes itself in front of its code. */
function codeIn(sector: Buffer, volume: FatVolume | undefined): boolean {
  const [start, end] = volume ? [volume.bits === 32 ? 90 : 62, SIGNATURE] : [0, CODE_END];
  const hasCode = sector.subarray(start, end).some((byte) => byte !== 0);
  return hasCode && !NOT_BOOTABLE.test(sector.toString('latin1', 0, SIGNATURE));
}

function mbrPartitions(entries: readonly Buffer[]): Partition[] {
  return entries
    .filter((entry) => entry[4] !== 0)
    .map((entry) => ({
      type: entry[4] as number,
      offset: entry.readUInt32LE(8) * SECTOR,
      size: entry.readUInt32LE(12) * SECTOR,
    }));
}

function volumesOf(reader: ImageReader, partitions: readonly Partition[]): DiskVolume[] {
  return partitions
    .map((partition) => ({ ...partition, isEfi: partition.type === ESP_TYPE || partition.guid === ESP_GUID }))
    .sort((a, b) => Number(b.isEfi) - Number(a.isEfi))
    .flatMap(({ offset, size, isEfi }) => {
      const volume = tryOpenFat(windowOf(reader, offset, size || reader.size, reader.name));
      return volume ? [{ volume, offset, isEfi }] : [];
    });
}
