// From the start of QEMU to the guest's first HTTP answer: QEMU alone, with the few options that it needs, and through
// the runtime's machine layer, where it ends with the health check's first success. `npx tsx bench/boot.ts`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { ImageStore } from '../lib/runtime/images';
import { RuntimePaths } from '../lib/runtime/paths';
import { QemuHost } from '../lib/runtime/qemu-host';
import { launchRequest, untilHealthy } from '../test/helpers/launch';
import { helloImage } from '../test/helpers/unikernel';
import { timeToAnswer } from './guest';
import { figure, interleaved, median, report } from './measure';

const ROUNDS = 15;
const MEMORY_MIB = 16;
const paths = new RuntimePaths(mkdtempSync('/tmp/kiln-bench-'));
const images = new ImageStore(paths.images);
const host = new QemuHost({ paths, images, entry: __filename });

async function bare(boot: 'direct' | 'disk'): Promise<number> {
  const { path } = await images.ensure(helloImage([], boot));
  const { qemu, acceleration } = await host.findTools();
  const drive = ['-drive', `if=virtio,format=raw,readonly=on,file=${path}`];
  const options = { qemu: qemu.path, accelerator: acceleration.accelerator, memoryMib: MEMORY_MIB };
  return timeToAnswer(boot === 'direct' ? ['-kernel', path] : drive, options);
}

let launches = 0;
/** Resident, and the share of it when pages that several processes map are divided among them; MiB. */
const resident: number[] = [];
const shares: number[] = [];

async function throughKiln(boot: 'direct' | 'disk'): Promise<number> {
  const request = launchRequest(`bench-1-${launches++}`, helloImage([], boot), { memoryMib: MEMORY_MIB });
  const start = performance.now();
  const machine = await host.launch(request);
  await untilHealthy(machine);
  const ms = performance.now() - start;
  const smaps = readFileSync(`/proc/${machine.record.pid}/smaps_rollup`, 'utf8');
  resident.push(Number(/^Rss:\s+(\d+)/m.exec(smaps)?.[1]) / 1024);
  shares.push(Number(/^Pss:\s+(\d+)/m.exec(smaps)?.[1]) / 1024);
  await machine.stop();
  await machine.remove();
  return ms;
}

async function main(): Promise<void> {
  const { acceleration } = await host.findTools();
  const figures = await interleaved(
    {
      'kernel, bare': () => bare('direct'),
      'kernel, Kiln': () => throughKiln('direct'),
      'disk, bare': () => bare('disk'),
      'disk, Kiln': () => throughKiln('disk'),
    },
    ROUNDS,
  );
  host.detach();
  rmSync(paths.home, { recursive: true, force: true });
  const row = (what: string) => {
    const bareMs = figures[`${what}, bare`]?.median ?? Number.NaN;
    const kilnMs = figures[`${what}, Kiln`]?.median ?? Number.NaN;
    return [what, figure(bareMs), figure(kilnMs), `${figure((kilnMs / bareMs - 1) * 100)} %`];
  };
  report(
    `first HTTP answer after the start of QEMU, ms (${acceleration.accelerator}: ${acceleration.reason})`,
    ['boot', 'bare QEMU', 'Kiln', 'more'],
    [row('kernel'), row('disk')],
  );
  report(
    'memory of an idle instance with 16 MiB',
    ['', 'MiB'],
    [
      ['resident', figure(median(resident))],
      ['its share', figure(median(shares))],
    ],
  );
}

void main();
