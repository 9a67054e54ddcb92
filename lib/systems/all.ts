import { clickos } from './clickos';
import { clive } from './clive';
import { halvm } from './halvm';
import { hermit } from './hermit';
import { includeos } from './includeos';
import { ling } from './ling';
import { linux } from './linux';
import { nanos } from './nanos';
import { osv } from './osv';
import { rumprun } from './rumprun';
import { solo5 } from './solo5';
import type { DocumentedSystem } from './system';
import { tamago } from './tamago';
import { toro } from './toro';
import { unikraft } from './unikraft';

/**
 * Every system Kiln knows, in the order in which they are tried: a Solo5 build of Rumprun is Solo5, a Mini-OS that is
 * not Rumprun may be ClickOS, OSv's vmlinuz.bin looks like Linux, and those that are told by a text come last.
 */
export const systems: readonly DocumentedSystem[] = [
  nanos,
  osv,
  includeos,
  solo5,
  unikraft,
  halvm,
  ling,
  linux,
  rumprun,
  clickos,
  hermit,
  tamago,
  toro,
  clive,
];
