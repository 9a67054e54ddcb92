import { KilnError } from '../../errors';
import { gceGvnic, gceVirtio, type Platform } from '../platforms';
import type { InstanceTypeOptions } from './aws';
import { closeTo } from './close-names';
import { GOOGLE_SERIES, type GoogleSeries } from './google-series';

/**
 * What a machine type of Compute Engine starts and offers: `e2-micro`, `n2-custom-4-8192`; `custom-2-4096` is N1.
 * @throws KilnError `systems.machine-type` for one that is none, or whose series Kiln does not know
 */
export function findGoogleMachineType(type: string, options: InstanceTypeOptions = {}): Platform {
  const [, prefix] = /^([a-z][a-z0-9]*)-[a-z0-9-]+$/.exec(type) ?? [];
  if (prefix === undefined) {
    throw new KilnError(`'${type}' is not a machine type of Compute Engine; one is written like 'e2-micro'`, {
      code: 'systems.machine-type',
    });
  }
  const name = options.like ?? (prefix === 'custom' ? 'n1' : prefix);
  const series = tryFindSeries(name);
  if (!series) throw unknown(name, type);
  return platformOf(series, type);
}

/** @returns undefined for a series that Kiln does not know */
export function tryFindSeries(name: string): GoogleSeries | undefined {
  return GOOGLE_SERIES.find(({ names }) => names.includes(name));
}

function platformOf(series: GoogleSeries, type: string): Platform {
  const base = series.devices === 'virtio' ? gceVirtio : gceGvnic;
  return {
    ...base,
    id: `gce-${type}`,
    title: `GCE ${type}`,
    column: ['GCE', type],
    boots: [
      {
        machine: series.machine,
        accepts: series.firmware.map((kind) => `${kind}-disk` as const),
        forges: series.firmware,
      },
    ],
    disks: series.unknownDisk ? [] : base.disks,
    ...(series.unknownDisk ? { maybeDisks: ['nvme', 'virtio-scsi-legacy', 'virtio-scsi'] } : {}),
    sources: [...base.sources, series.source],
  };
}

function unknown(series: string, type: string): KilnError {
  const close = closeTo(
    series,
    GOOGLE_SERIES.flatMap(({ names }) => names),
  );
  return new KilnError(`Kiln does not know the machine series '${series}' of '${type}'`, {
    code: 'systems.machine-type',
    remedy:
      `Close names are ${close}. If it is newer than this version of Kiln, name one that it is like, as ` +
      "{ like: 'c4' }.",
  });
}
