import { hermit } from './hermit';
import type { ImageFacts } from './image-facts';
import { linux } from './linux';
import { nanos } from './nanos';
import { osv } from './osv';
import { rumprun } from './rumprun';
import { solo5 } from './solo5';
import type { RecognisedSystem, System } from './system';
import { unikraft } from './unikraft';

export type { Device, DiskDevice, NetworkDevice } from './device';
export type { BootProtocol, ElfNote, ElfSection, ImageFacts, ImageFormat, Partition } from './image-facts';
export type { ArgumentStyle, RecognisedSystem, Recognition, System } from './system';

/** Every system Kiln knows, in the order in which they are tried: a Solo5 build of Rumprun is Solo5. */
export const systems: readonly System[] = [nanos, osv, solo5, unikraft, hermit, linux, rumprun];

/** The first system that knows the image. */
export function tryRecogniseSystem(
  facts: ImageFacts,
  known: readonly System[] = systems,
): RecognisedSystem | undefined {
  for (const system of known) {
    const found = system.recognise(facts);
    if (found) return { ...UNKNOWN, ...found, id: system.id, title: system.title };
  }
  return undefined;
}

const UNKNOWN = {
  dropsFirstWord: false,
  drivers: undefined,
  needsDisk: false,
  argumentStyle: 'command-line',
} as const;
