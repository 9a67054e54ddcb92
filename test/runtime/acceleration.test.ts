import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findAcceleration, type HostFacts, hostFacts } from '../../lib/runtime/acceleration';
import { findProcesses } from '../../lib/runtime/process-info';
import { findQemu, type Qemu } from '../../lib/runtime/qemu';
import { temporaryHome } from '../helpers/home';

const { home } = temporaryHome();
const CAPABLE: HostFacts = { platform: 'linux', arch: 'x64', cpu: 'cpu vmx', kvmDevice: '/dev/null' };
let folders = 0;

function newFolder(): string {
  const folder = join(home, `a${folders++}`);
  mkdirSync(folder);
  return folder;
}

/** A QEMU that counts how often it was started in the file `runs`, then does what the script says. */
function fakeQemu(script: string): Qemu & { runs(): number } {
  const folder = newFolder();
  const path = join(folder, 'qemu-system-x86_64');
  writeFileSync(join(folder, 'runs'), '');
  writeFileSync(path, `#!/bin/sh\nprintf x >> ${folder}/runs\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, version: '7.2.0', hasSandbox: false, runs: () => readFileSync(join(folder, 'runs')).length };
}

test('a probe guest that comes to its end proves the accelerator, once', async () => {
  const qemu = fakeQemu('case "$*" in *"-accel kvm"*) exit 33;; esac; exit 1');
  const folder = newFolder();
  const expected = { accelerator: 'kvm', reason: 'a probe guest ran with kvm' };
  expect(await findAcceleration(qemu, folder, CAPABLE)).toEqual(expected);
  expect(await findAcceleration(qemu, folder, CAPABLE)).toEqual(expected);
  expect(qemu.runs()).toBe(1);
  expect(readdirSync(folder)).toEqual(['acceleration.json']);
  expect(statSync(join(folder, 'acceleration.json')).mode & 0o777).toBe(0o600);
});

test('a probe guest that hangs is ended, and guests are emulated', async () => {
  const qemu = fakeQemu('exec sleep 60');
  const folder = newFolder();
  expect(await findAcceleration(qemu, folder, CAPABLE)).toEqual({
    accelerator: 'tcg',
    reason: 'a probe guest hung with kvm',
  });
  expect(findProcesses(folder)).toEqual([]);
});

test('a probe guest that fails gives the reason', async () => {
  const qemu = fakeQemu('echo "Could not access KVM kernel module: Device or resource busy" >&2; exit 1');
  expect((await findAcceleration(qemu, newFolder(), CAPABLE)).reason).toBe(
    'a probe guest failed with kvm: Could not access KVM kernel module: Device or resource busy',
  );
});

test('macOS is probed with its own accelerator', async () => {
  const qemu = fakeQemu('case "$*" in *"-accel hvf"*) exit 33;; esac; exit 1');
  const mac: HostFacts = { ...CAPABLE, platform: 'darwin' };
  expect((await findAcceleration(qemu, newFolder(), mac)).accelerator).toBe('hvf');
});

test.each<[string, Partial<HostFacts>, string]>([
  [
    'a processor without it',
    { cpu: 'cpu sse' },
    'the processor offers no virtualisation (neither vmx nor svm)',
  ],
  ['no device', { kvmDevice: '/nonexistent/kvm' }, 'there is no /nonexistent/kvm'],
  ['another processor', { arch: 'arm64' }, 'an arm64 processor can only emulate x86-64'],
  ['Apple silicon', { platform: 'darwin', arch: 'arm64' }, 'an arm64 processor can only emulate x86-64'],
  ['another system', { platform: 'freebsd' }, 'there is no accelerator for freebsd'],
])('%s is known without a probe', async (_, facts, reason) => {
  const qemu = fakeQemu('exit 33');
  const found = await findAcceleration(qemu, newFolder(), { ...CAPABLE, ...facts });
  expect(found).toEqual({ accelerator: 'tcg', reason });
  expect(qemu.runs()).toBe(0);
});

test('another QEMU or processor is probed again', async () => {
  const folder = newFolder();
  const qemu = fakeQemu('exit 33');
  await findAcceleration(qemu, folder, CAPABLE);
  await findAcceleration({ ...qemu, version: '8.0.0' }, folder, CAPABLE);
  await findAcceleration({ ...qemu, version: '8.0.0' }, folder, { ...CAPABLE, cpu: 'cpu svm' });
  expect(qemu.runs()).toBe(3);
});

test('a damaged memory of it is no memory', async () => {
  const folder = newFolder();
  const qemu = fakeQemu('exit 33');
  writeFileSync(join(folder, 'acceleration.json'), '{"key":');
  expect((await findAcceleration(qemu, folder, CAPABLE)).accelerator).toBe('kvm');
});

test('a failure is tried again after a day', async () => {
  const folder = newFolder();
  const qemu = fakeQemu('exit 1');
  await findAcceleration(qemu, folder, CAPABLE);
  await findAcceleration(qemu, folder, CAPABLE);
  expect(qemu.runs()).toBe(1);
  const file = join(folder, 'acceleration.json');
  const remembered = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...remembered, at: remembered.at - 25 * 60 * 60 * 1000 }));
  await findAcceleration(qemu, folder, CAPABLE);
  expect(qemu.runs()).toBe(2);
});

test('the probe guest comes to its end in a real QEMU', async () => {
  const real = await findQemu();
  // Emulated in the place of the accelerator: what is tried here is the guest.
  const qemu = fakeQemu(`
    for word; do
      shift
      case "$word" in kvm) word=tcg;; host) word=max;; esac
      set -- "$@" "$word"
    done
    exec ${real.path} "$@"`);
  expect((await findAcceleration(qemu, newFolder(), CAPABLE)).accelerator).toBe('kvm');
});

test('this machine gets an accelerator that works, or none, and the answer comes from a trial', async () => {
  const qemu = await findQemu();
  const host = await hostFacts();
  const folder = newFolder();
  // As if the processor had told that it can, so that what /dev/kvm really does decides.
  const found = await findAcceleration(qemu, folder, { ...host, cpu: `${host.cpu} vmx` });
  const expected =
    found.accelerator === 'tcg'
      ? /^(a probe guest (hung|failed) with|there is no|\/dev\/kvm may)/
      : /ran with/;
  expect(found.reason).toMatch(expected);
  expect(findProcesses(folder)).toEqual([]);
});
