import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../lib/cli/commands/run';
import * as images from '../../fixtures/images';
import { helloKernel } from '../../helpers/unikernel';
import { contextIn, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

/** Runs the example until it crashes by itself, with a state folder whose name is short enough for sockets. */
async function runHello(options: Partial<Parameters<typeof run>[0]>) {
  const home = await mkdtemp('/tmp/kiln-');
  try {
    const context = contextIn(folder(), { KILN_HOME: home });
    const exitCode = await run({ file: helloKernel(), args: ['--crash-after=0'], ...options }, context);
    return { exitCode, out: context.host.outText, err: context.host.errText };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test('says what it runs and how, then shows the console and nothing else as output', async () => {
  const { exitCode, out, err } = await runHello({ port: '8080' });
  expect(exitCode).toBe(0);
  expect(err).toMatch(
    new RegExp(
      '^hello.elf: multiboot kernel, loaded by QEMU; on pc with virtio network, 64 MiB\n' +
        'QEMU \\d+\\.\\d+\\.\\d+, .*, port 8080 at 127\\.0\\.0\\.1:\\d+; Ctrl-C ends it\n' +
        '\nthe guest reset itself ',
    ),
  );
  expect(out).toMatch(/^hello 0\.1 .*panic: /s);
});

test('says that options after the file went to the guest', async () => {
  const { err } = await runHello({ args: ['--crash-after=0', '--uefi', '--memory', '32'] });
  expect(err).toContain(
    '--uefi --memory went to the guest, as everything after the file does; options of kiln stand before it\n',
  );
});

test('says which devices were asked for', async () => {
  const { err } = await runHello({ disk: true, nic: 'e1000', bus: 'nvme', memory: '32' });
  expect(err).toContain(
    'hello.elf: multiboot kernel, from a forged disk; on pc with e1000 network, nvme disk, 32 MiB\n',
  );
});

test.each([
  [{ memory: '1' }, "'--memory' is '1'; give a whole number from 2 to 1048576"],
  [{ memory: '64M' }, "'--memory' is '64M'; give a whole number from 2 to 1048576"],
  [{ port: '0' }, "'--port' is '0'; give a whole number from 1 to 65535"],
])('refuses %j as wrong usage', async (options, message) => {
  await expect(run({ file: 'x', args: [], ...options }, contextIn(folder()))).rejects.toMatchObject({
    code: 'usage.number',
    message,
  });
});

test.each([
  [
    { nic: 'virtio-net' },
    "'--nic' is 'virtio-net'; give one of virtio, virtio-modern, virtio-mmio, vmxnet3, e1000, rtl8139",
  ],
  [
    { bus: 'sata' },
    "'--bus' is 'sata'; give one of virtio, virtio-modern, virtio-mmio, scsi, scsi-modern, nvme, pvscsi, ahci, ide",
  ],
])('refuses %j and says what there is', async (options, message) => {
  await expect(run({ file: 'x', args: [], ...options }, contextIn(folder()))).rejects.toMatchObject({
    code: 'usage.choice',
    message,
  });
});

test('refuses a file that is not there, and one that cannot boot', async () => {
  const options = { file: 'hello.elf', args: [] };
  await expect(run(options, contextIn(folder()))).rejects.toMatchObject({ code: 'image.missing' });
  await writeFile(join(folder(), 'hello.elf'), 'not a kernel');
  await expect(run(options, contextIn(folder()))).rejects.toMatchObject({
    code: expect.stringMatching(/^image\./),
  });
});

test.each([
  [
    'Solo5 for its own tender',
    images.solo5(1),
    /is Solo5 hvt: it runs only under solo5-hvt/,
    /build the virtio target/,
  ],
  [
    'a Xen PV guest',
    images.rumprunXen(),
    /is Rumprun, a paravirtual Xen guest, and QEMU is no Xen/,
    /xl create/,
  ],
])('refuses %s with the reason and what to do', async (_, bytes, message, hint) => {
  await writeFile(join(folder(), 'image'), bytes);
  const refused = run({ file: 'image', args: [] }, contextIn(folder()));
  const error = await refused.catch((reason) => reason);
  expect(error).toMatchObject({ code: 'image.not-bootable', message: expect.stringMatching(message) });
  expect(`${error.message} ${error.remedy}`).toMatch(hint);
});
