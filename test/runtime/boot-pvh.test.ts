import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runImage, type StartedImage } from '../../lib/runtime/boot';
import { bootablePvhKernel, bootablePvKernel } from '../fixtures/xen-kernels';
import { temporaryFolder } from '../helpers/boot-fixture';

const folder = temporaryFolder();
const COMMON = { memoryMib: 16, stateFolder: folder, temporaryFolder: folder };

test('a kernel with nothing but a PVH entry is started directly, with its arguments and its initrd', async () => {
  const path = join(folder, 'kernel.elf');
  const initrd = join(folder, 'data');
  writeFileSync(path, bootablePvhKernel());
  writeFileSync(initrd, 'and this is the initrd');
  const stop = new AbortController();
  let console = '';
  let started: StartedImage | undefined;
  const onStarted = (how: StartedImage) => {
    started = how;
  };
  await runImage(
    { path, initrd, bootArgs: ['--greeting=hello world'], ...COMMON, onStarted },
    (text) => {
      console += text;
      if (console.includes('this is the initrd')) stop.abort();
    },
    stop.signal,
  );
  expect(started?.image.bootProtocols).toEqual(['pvh']);
  expect(started?.plan.way).toBe('direct');
  expect(console).toContain('"--greeting=hello world"');
});

test('refuses a kernel with nothing but a paravirtual Xen entry', async () => {
  const path = join(folder, 'pv.elf');
  writeFileSync(path, bootablePvKernel());
  const run = runImage({ path, ...COMMON }, () => undefined, new AbortController().signal);
  await expect(run).rejects.toMatchObject({
    code: 'image.not-bootable',
    message: `'${path}' is a paravirtual Xen guest, and QEMU is no Xen`,
  });
});
