import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { forgeDisk, loadLoader } from '../../lib/image';
import type { UefiLoader } from '../../lib/image/forge/loader';
import { type RunImageOptions, runImage, type StartedImage } from '../../lib/runtime/boot';
import { findProcesses } from '../../lib/runtime/process-info';
import { buildElf, note, PT_LOAD, PT_NOTE, u32 } from '../fixtures/elf-builder';
import { osvDisk } from '../fixtures/images';
import { testWith } from '../helpers/boot-fixture';
import { temporaryHome } from '../helpers/home';
import { CODE, writeTinyKernel } from '../helpers/tiny-kernel';
import { testWithUefi } from '../helpers/uefi-guest';
import { helloKernel } from '../helpers/unikernel';

const { home } = temporaryHome();
/** So that what is left in it is left by these tests. */
const TEMPORARY = mkdtempSync(join(tmpdir(), 'kr-'));
/** Of every run here. */
const COMMON = { memoryMib: 16, stateFolder: home, temporaryFolder: TEMPORARY };

const withQemuImg = testWith('qemu-img');
const withOvmf = testWithUefi('x86-64');
const withArm = testWithUefi('arm64');

afterAll(() => rmSync(TEMPORARY, { recursive: true, force: true }));
afterEach(() => {
  expect(readdirSync(TEMPORARY)).toEqual([]);
  expect(findProcesses(`-pidfile ${TEMPORARY}`)).toEqual([]);
});

/** Runs an image and collects its console; `act` is called with both whenever there is more of it. */
async function run(
  options: Partial<RunImageOptions>,
  act: (console: string, stop: () => void, started: StartedImage) => void = () => undefined,
) {
  const stop = new AbortController();
  let console = '';
  let started: StartedImage | undefined;
  const end = await runImage(
    {
      path: helloKernel(),
      ...COMMON,
      ...options,
      onStarted: (how) => (started = how),
    },
    (text) => {
      console += text;
      act(console, () => stop.abort(), started!);
    },
    stop.signal,
  );
  return { end, console, started: started! };
}

test.each(['direct', 'disk'] as const)(
  'a kernel boots with its console shown, until it is stopped (%s)',
  async (boot) => {
    const { end, console } = await run({ boot, bootArgs: ['--version=9'], port: 8080 }, (text, stop) => {
      if (text.includes('listening')) stop();
    });
    expect(end).toEqual({ reason: 'it was stopped' });
    expect(console).toContain('version: 9\n');
  },
);

test('a disk is recognised by itself and not written to', async () => {
  const disk = join(home, 'hello.raw');
  await forgeDisk(helloKernel(), { bootArgs: ['--version=10'] }, loadLoader(), disk);
  const before = readFileSync(disk);
  const { console } = await run({ path: disk }, (text, stop) => text.includes('version: 10') && stop());
  expect(console).toContain('version: 10');
  expect(readFileSync(disk).equals(before)).toBe(true);
});

withQemuImg('a qcow2 boots as the disk in it', async () => {
  const [disk, qcow2] = [join(home, 'inside.raw'), join(home, 'outside.qcow2')];
  await forgeDisk(helloKernel(), { bootArgs: ['--version=11'] }, loadLoader(), disk);
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk, qcow2]);
  const { console, started } = await run(
    { path: qcow2 },
    (text, stop) => text.includes('listening') && stop(),
  );
  expect(console).toContain('version: 11\n');
  expect(started.plan.way).toBe('ready');
});

test('a run that is stopped while its disk is prepared leaves nothing', async () => {
  const path = join(home, 'osv.raw');
  writeFileSync(path, osvDisk());
  const said: string[] = [];
  const stop = new AbortController();
  const onPreparing = (message: string) => {
    said.push(message);
    stop.abort();
  };
  const options = { path, ...COMMON, bootArgs: ['/hello'], onPreparing };
  expect(await runImage(options, () => undefined, stop.signal)).toEqual({ reason: 'it was stopped' });
  expect(said).toEqual(['copying the disk, for its arguments']);
});

test.each(['scsi', 'nvme', 'pvscsi', 'ahci', 'ide'] as const)('a disk boots from %s', async (bus) => {
  const { console } = await run(
    { boot: 'disk', bus, bootArgs: [`--version=on-${bus}`], nic: 'virtio-modern' },
    (text, stop) => text.includes('listening') && stop(),
  );
  expect(console).toContain(`version: on-${bus}\n`);
  expect(console).toContain('virtio-net (modern)');
});

test('a kernel boots on a machine without PCI', async () => {
  const path = writeTinyKernel(join(home, 'chatty.elf'), CODE.chatty);
  const { started } = await run(
    { path, nic: 'virtio-mmio' },
    (text, stop) => text.includes('spam') && stop(),
  );
  expect(started.devices).toEqual({ machine: 'microvm', nic: 'virtio-mmio', bus: 'virtio-mmio' });
});

test('a kernel is given what is loaded beside it, whatever the name', async () => {
  const initrd = join(home, 'a name, with a comma.cpio');
  writeFileSync(initrd, 'modules are not read by this kernel');
  const { console } = await run({ initrd }, (text, stop) => text.includes('listening') && stop());
  expect(console).toContain('listening');
  await expect(run({ initrd: join(home, 'none') })).rejects.toMatchObject({
    code: 'image.missing',
    message: `there is no initrd at '${join(home, 'none')}'`,
  });
});

withOvmf('a kernel boots by UEFI, without the noise of its firmware', async () => {
  const { console, started } = await run(
    { uefi: true, memoryMib: 256, bootArgs: ['--version=12'], port: 8080 },
    (text, stop) => text.includes('listening') && stop(),
  );
  expect(console).toContain('version: 12\n');
  expect(console).not.toContain('\\x1b[');
  expect(started).toMatchObject({ plan: { way: 'uefi', isUefi: true }, devices: { machine: 'q35' } });
});

withArm('a UEFI application for arm64 boots on a machine of its own', async () => {
  const path = join(home, 'grubaa64.efi');
  writeFileSync(path, (loadLoader('uefi') as UefiLoader).arm64);
  const { console, started } = await run(
    { path, memoryMib: 256 },
    (text, stop) => text.includes('Welcome to GRUB!') && stop(),
  );
  expect(console).toContain('Welcome to GRUB!');
  expect(started).toMatchObject({ plan: { architecture: 'arm64' }, devices: { machine: 'virt' } });
});

test('refuses a port for a guest that can have no network card', async () => {
  const path = join(home, 'toro.elf');
  const segments = [{ type: PT_LOAD, bytes: Buffer.from('Loading Toro ...') }];
  const entry = { type: PT_NOTE, bytes: note('Xen', 18, u32(0x100000)), address: 0 };
  writeFileSync(path, buildElf({ segments: [...segments, entry] }));
  await expect(run({ path, port: 80 })).rejects.toMatchObject({
    code: 'run.no-network',
    message:
      'port 80 cannot be published: Toro drives only virtio-vsock-mmio: no network card that this machine of QEMU can have',
    remedy: 'Leave --port out, or try a card that it may drive after all: --nic.',
  });
});

test('the guest is reached where it was asked for', async () => {
  let answer: Promise<string> | undefined;
  const { started } = await run(
    { port: 8080, bootArgs: ['--greeting=reached'] },
    (text, stop, { hostPort }) => {
      if (!text.includes('listening')) return;
      answer ??= fetch(`http://127.0.0.1:${hostPort}/`)
        .then((response) => response.text())
        .finally(stop);
    },
  );
  expect(await answer).toContain('reached');
  expect(started.hostPort).toBeGreaterThan(0);
  expect(started.acceleration.reason).not.toBe('');
});

test('a guest that ends by itself ends the run, with its last words', async () => {
  const { end, console } = await run({ bootArgs: ['--crash-after=0'] });
  expect(end).toEqual({ reason: 'the guest reset itself (it crashed, or asked for a restart)' });
  expect(console).toMatch(/panic: .*--crash-after/);
});

test('a run that is stopped before it began leaves nothing', async () => {
  const path = writeTinyKernel(join(home, 'silent.elf'), CODE.silent);
  const end = await runImage({ path, ...COMMON }, () => undefined, AbortSignal.abort());
  expect(end).toEqual({ reason: 'it was stopped' });
});

test('refuses a port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await expect(run({ port: 8080, hostPort: port })).rejects.toMatchObject({
    code: 'qemu.port-taken',
    message: `port ${port} of 127.0.0.1 is taken`,
  });
  server.close();
});

test('refuses what cannot boot', async () => {
  const path = join(home, 'script.sh');
  writeFileSync(path, '#!/bin/sh\necho hello\n');
  await expect(run({ path })).rejects.toMatchObject({ code: 'image.not-bootable' });
  await expect(run({ path: join(home, 'nothing') })).rejects.toMatchObject({ code: 'image.missing' });
});

test('what a killed run left behind is cleared away by the next', async () => {
  const child = startRun();
  await once(child.stdout!, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [left] = readdirSync(TEMPORARY);
  expect(left).toMatch(/^kiln-run-/);
  expect(findProcesses(`-pidfile ${TEMPORARY}`)).toHaveLength(1);
  await run({ bootArgs: ['--crash-after=0'] });
  expect(existsSync(join(TEMPORARY, left!))).toBe(false);
});

test('a run that goes on is left alone by the next', async () => {
  const child = startRun();
  await once(child.stdout!, 'data');
  await run({ bootArgs: ['--crash-after=0'] });
  expect(findProcesses(`-pidfile ${TEMPORARY}`)).toHaveLength(1);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

/** `runImage` in a process of its own, which stops at SIGTERM. */
function startRun(): ChildProcess {
  const script = join(home, 'run.ts');
  const bundle = join(home, 'run.js');
  const source = JSON.stringify(join(__dirname, '../../lib/runtime/boot'));
  const options = JSON.stringify({ path: helloKernel(), ...COMMON });
  writeFileSync(
    script,
    `import { runImage } from ${source};
     const stop = new AbortController();
     process.once('SIGTERM', () => stop.abort());
     void runImage(${options}, (text) => process.stdout.write(text), stop.signal);`,
  );
  buildSync({ entryPoints: [script], outfile: bundle, bundle: true, platform: 'node', format: 'cjs' });
  return spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
}
