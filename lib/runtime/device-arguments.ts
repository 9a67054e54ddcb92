import type { Firmware } from './firmware';
import type { DiskBus, MachineDevices, NicModel } from './machine-devices';

/**
 * QEMU's machine. `microvm` tells its devices as Firecracker does, on the command line, and has them in the form of virtio
 * 1.0, as Firecracker has.
 */
export function machineArguments({ machine }: MachineDevices): string[] {
  if (machine !== 'microvm') return ['-machine', machine];
  return ['-machine', 'microvm,acpi=off', '-global', 'virtio-mmio.force-legacy=off'];
}

/** A network card on `-netdev ...,id=net`. */
export function nicArguments({ nic }: MachineDevices): string[] {
  return nic === null ? [] : ['-device', NICS[nic]];
}

// Without the ROM for booting from the network, which the BIOS would load and run.
const NICS: Readonly<Record<NicModel, string>> = {
  virtio: 'virtio-net-pci,netdev=net,romfile=',
  'virtio-modern': 'virtio-net-pci,disable-legacy=on,netdev=net,romfile=',
  'virtio-mmio': 'virtio-net-device,netdev=net',
  vmxnet3: 'vmxnet3,netdev=net,romfile=',
  e1000: 'e1000,netdev=net,romfile=',
  rtl8139: 'rtl8139,netdev=net,romfile=',
};

/** A disk to boot from, of `-drive ...,id=disk`. */
export function busArguments({ bus }: MachineDevices): string[] {
  return BUSES[bus].flatMap((device) => ['-device', device]);
}

const DISK = 'drive=disk,bootindex=0';
const BUSES: Readonly<Record<DiskBus, readonly string[]>> = {
  virtio: [`virtio-blk-pci,${DISK}`],
  'virtio-modern': [`virtio-blk-pci,disable-legacy=on,${DISK}`],
  'virtio-mmio': [`virtio-blk-device,${DISK}`],
  scsi: ['virtio-scsi-pci,id=scsi', `scsi-hd,bus=scsi.0,${DISK}`],
  'scsi-modern': ['virtio-scsi-pci,disable-legacy=on,id=scsi', `scsi-hd,bus=scsi.0,${DISK}`],
  nvme: [`nvme,serial=kiln,${DISK}`],
  pvscsi: ['pvscsi,id=scsi', `scsi-hd,bus=scsi.0,${DISK}`],
  ahci: ['ahci,id=ahci', `ide-hd,bus=ahci.0,${DISK}`],
  ide: [`ide-hd,bus=ide.0,${DISK}`],
};

/** QEMU gives no disk to an ATA controller that may not be written to. */
export function refusesReadOnly(bus: DiskBus): boolean {
  return bus === 'ide' || bus === 'ahci';
}

/** The firmware's flash memory; what it writes to its variables is gone when the guest ends. */
export function firmwareArguments(firmware: Firmware, value: (text: string) => string): string[] {
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${value(firmware.code)}`],
    ...['-drive', `if=pflash,unit=1,format=raw,snapshot=on,file=${value(firmware.variables)}`],
  ];
}
