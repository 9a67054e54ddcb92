import type { PeerSpec } from '../spec';
import type { Accelerator } from './acceleration';
import {
  busArguments,
  firmwareArguments,
  machineArguments,
  nicArguments,
  refusesReadOnly,
} from './device-arguments';
import type { Firmware } from './firmware';
import type { MachineDevices } from './machine-devices';
import type { Qemu } from './qemu';

/** What a guest boots from. */
export type BootSource =
  /** A raw disk shared by all who boot it; nobody writes to it. */
  | { readonly kind: 'disk'; readonly path: string }
  /** A raw disk whose guest may write: what it writes is its own and gone when it ends. */
  | { readonly kind: 'scratch-disk'; readonly path: string }
  /** QEMU loads the kernel itself; `commandLine` follows the kernel's name, `initrd` is a file beside it, or null. */
  | {
      readonly kind: 'kernel';
      readonly path: string;
      readonly commandLine: string;
      readonly initrd: string | null;
    };

/** Everything that QEMU is told about one guest. */
export interface GuestSpec {
  /** Its name for QEMU, and for the guest by DHCP option 12. */
  readonly name: string;
  readonly boot: BootSource;
  readonly devices: MachineDevices;
  /** UEFI firmware; null for the machine's own, which is a BIOS or loads a kernel. */
  readonly firmware: Firmware | null;
  readonly memoryMib: number;
  readonly accelerator: Accelerator;
  /** TCP port that the guest listens on, and the loopback port that leads to it; null for a guest that serves nothing. */
  readonly port: { readonly guest: number; readonly host: number } | null;
  readonly peers: readonly GuestPeer[];
  /** Files that QEMU makes: its pid, the console (appended to) and the control socket. */
  readonly pidFile: string;
  readonly consoleFile: string;
  readonly qmpSocket: string;
}

/** An address in the guest's network, and the program that each connection to it is given to. */
export interface GuestPeer extends Pick<PeerSpec, 'address' | 'port'> {
  readonly command: readonly string[];
}

/**
 * QEMU's arguments.
 *
 * `pc` is the machine that clouds show (an Intel 440FX with PCI, on GCE and on EC2's Xen types) and the fastest that
 * boots a disk: a first instruction of a virtio disk after 57 ms, with `q35` 66 ms. `microvm` needs 24 ms for a kernel,
 * but has neither PCI nor a BIOS that reads disks, so it runs no cloud image. (QEMU 7.2, emulated, 2 cores. The options
 * usually named for speed, such as `-boot strict=on`, `-vga none`, `hpet=off` and `acpi=off`, gave nothing measurable.)
 */
// biome-ignore format: pairs
export function qemuArguments(qemu: Qemu, guest: GuestSpec): string[] {
  return [
    '-name', value(guest.name),
    ...machineArguments(guest.devices), '-accel', guest.accelerator, '-cpu', processor(guest),
    '-smp', '1', '-m', String(guest.memoryMib),
    '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
    ...sandbox(qemu, guest),
    '-pidfile', guest.pidFile,
    '-chardev', `file,id=console,path=${value(guest.consoleFile)},append=on`, '-serial', 'chardev:console',
    '-chardev', `socket,id=qmp,path=${value(guest.qmpSocket)},server=on,wait=off`,
    '-mon', 'chardev=qmp,mode=control',
    ...(guest.devices.nic === null ? [] : ['-netdev', network(guest), ...nicArguments(guest.devices)]),
    ...(guest.firmware ? firmwareArguments(guest.firmware, value) : []),
    ...boot(guest.boot, guest.devices),
  ];
}

/** The most capable that is emulated; for arm64 one that guests know, and that is twice as fast to emulate as `max`. */
function processor({ accelerator, devices }: GuestSpec): string {
  if (accelerator !== 'tcg') return 'host';
  return devices.machine === 'virt' ? 'cortex-a72' : 'max';
}

/**
 * QEMU in its own cage. A guest with peers needs their programs started: GLib's spawn sets close-on-exec by range and
 * libslirp calls setsid(2) in the child, which QEMU counts among the privileged calls (seen with strace on QEMU 7.2).
 */
function sandbox(qemu: Qemu, guest: GuestSpec): string[] {
  if (!qemu.hasSandbox) return [];
  const programs = guest.peers.length > 0 ? 'allow' : 'deny';
  return [
    '-sandbox',
    `on,obsolete=deny,elevateprivileges=${programs},spawn=${programs},resourcecontrol=${programs}`,
  ];
}

/** User networking that reaches nothing but what is named here (`restrict=on`). */
function network(guest: GuestSpec): string {
  const { port } = guest;
  return [
    'user,id=net,restrict=on',
    `hostname=${value(guest.name)}`,
    ...(port ? [`hostfwd=tcp:127.0.0.1:${port.host}-:${port.guest}`] : []),
    ...guest.peers.map(
      (peer) => `guestfwd=tcp:${peer.address}:${peer.port}-cmd:${value(peer.command.map(quoted).join(' '))}`,
    ),
  ].join(',');
}

/** File locks are off: a lock for writing would stop the second guest of the same image, and nobody writes. */
function boot(source: BootSource, devices: MachineDevices): string[] {
  switch (source.kind) {
    case 'kernel':
      return [
        ...['-kernel', source.path],
        ...(source.initrd === null ? [] : ['-initrd', source.initrd]),
        ...(source.commandLine === '' ? [] : ['-append', source.commandLine]),
      ];
    case 'disk':
      return drive(source.path, refusesReadOnly(devices.bus) ? 'snapshot=on' : 'readonly=on', devices);
    case 'scratch-disk':
      return drive(source.path, 'snapshot=on', devices);
  }
}

function drive(path: string, access: string, devices: MachineDevices): string[] {
  const file = `file.driver=file,file.filename=${value(path)},file.locking=off`;
  return ['-drive', `if=none,id=disk,format=raw,${access},${file}`, ...busArguments(devices)];
}

/** A value inside an option of QEMU: a comma is doubled. */
function value(text: string): string {
  return text.replaceAll(',', ',,');
}

/** A word for `g_shell_parse_argv`, with which QEMU takes a command apart. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
