import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { forgeDisk, loadLoader } from '../../lib/image';
import { ImageStore } from '../../lib/runtime/images';
import type { Machine } from '../../lib/runtime/machine';
import { QemuHost } from '../../lib/runtime/qemu-host';
import { testWith } from '../helpers/boot-fixture';
import { temporaryHome } from '../helpers/home';
import { launchRequest, untilHealthy } from '../helpers/launch';
import { testWithUefi } from '../helpers/uefi-guest';
import { helloKernel, imageSpec } from '../helpers/unikernel';

const paths = temporaryHome();
const host = new QemuHost({
  paths,
  images: new ImageStore(paths.images),
  entry: '/nonexistent/entry.js',
});
const machines: Machine[] = [];
const withQemuImg = testWith('qemu-img');
const withOvmf = testWithUefi('x86-64');

afterEach(async () => {
  for (const machine of machines.splice(0)) {
    await machine.stop();
    await machine.remove();
  }
});

/** What an instance of this disk answers. */
async function answerOf(path: string, memoryMib: number, bootDeadlineMs: number): Promise<string> {
  const image = imageSpec(path, { kind: 'disk', boot: 'disk' });
  const machine = await host.launch(launchRequest('web-12345678-0', image, { memoryMib }));
  machines.push(machine);
  await untilHealthy(machine, { bootDeadlineMs });
  return (await fetch(`http://127.0.0.1:${machine.record.hostPort}/`)).text();
}

withQemuImg('an instance serves from a disk that was given as a qcow2', async () => {
  const [raw, qcow2] = [join(paths.home, 'hello.raw'), join(paths.home, 'hello.qcow2')];
  await forgeDisk(helloKernel(), { bootArgs: ['--greeting=unpacked'] }, loadLoader(), raw);
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-c', raw, qcow2]);
  expect(await answerOf(qcow2, 32, 30_000)).toContain('unpacked');
});

withOvmf('an instance serves from a disk that only UEFI boots', async () => {
  const raw = join(paths.home, 'uefi.raw');
  const options = { bootArgs: ['--greeting=by UEFI'], layout: 'uefi' } as const;
  await forgeDisk(helloKernel(), options, loadLoader('uefi'), raw);
  expect(await answerOf(raw, 256, 55_000)).toContain('by UEFI');
});
