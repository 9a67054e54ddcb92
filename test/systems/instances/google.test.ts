import { findGoogleMachineType, GOOGLE_SERIES } from '../../../lib/systems';

test.each([
  ['e2-micro', 'x86-64', ['virtio-net-legacy', 'gve'], ['virtio-scsi-legacy']],
  ['f1-micro', 'x86-64', ['virtio-net-legacy', 'gve'], ['virtio-scsi-legacy']],
  ['n2-custom-4-8192', 'x86-64', ['virtio-net-legacy', 'gve'], ['virtio-scsi-legacy']],
  ['custom-2-4096', 'x86-64', ['virtio-net-legacy', 'gve'], ['virtio-scsi-legacy']],
  ['t2d-standard-1', 'x86-64', ['virtio-net-legacy', 'gve'], ['virtio-scsi-legacy']],
  ['c3-standard-4', 'x86-64', ['gve'], ['nvme']],
  ['c3-standard-4-lssd', 'x86-64', ['gve'], ['nvme']],
  ['n4-highcpu-2', 'x86-64', ['gve'], ['nvme']],
  ['c4a-standard-1', 'arm64', ['gve'], ['nvme']],
  ['t2a-standard-1', 'arm64', ['gve'], []],
])('%s is a machine for %s with these cards', (type, machine, networks, disks) => {
  const platform = findGoogleMachineType(type);
  expect(platform.title).toBe(`GCE ${type}`);
  expect(platform.boots.map((boot) => boot.machine)).toEqual([machine]);
  expect([platform.networks, platform.disks]).toEqual([networks, disks]);
});

test('machines for arm64 start by UEFI alone', () => {
  expect(findGoogleMachineType('c4a-standard-1').boots).toEqual([
    { machine: 'arm64', accepts: ['uefi-disk'], forges: ['uefi'] },
  ]);
});

test("what is not established of T2A's disk stays open", () => {
  expect(findGoogleMachineType('t2a-standard-1').maybeDisks).toContain('nvme');
});

test('a series that is newer than Kiln is one that it is said to be like', () => {
  const type = findGoogleMachineType('c5-standard-4', { like: 'c4' });
  expect([type.title, type.networks]).toEqual(['GCE c5-standard-4', ['gve']]);
});

test('every series is named once and has a source', () => {
  const names = GOOGLE_SERIES.flatMap((series) => series.names);
  expect(new Set(names).size).toBe(names.length);
  expect(GOOGLE_SERIES.every(({ source }) => source !== '')).toBe(true);
});

test('refuses an unknown series, with close names and how to state it', () => {
  expect(() => findGoogleMachineType('c9-standard-4')).toThrow(
    expect.objectContaining({
      code: 'systems.machine-type',
      message: "Kiln does not know the machine series 'c9' of 'c9-standard-4'",
      remedy:
        "Close names are c4, c3 and c2. If it is newer than this version of Kiln, name one that it is like, as { like: 'c4' }.",
    }),
  );
});

test.each(['e2', 'E2-micro', 't3.nano', ''])("refuses '%s', which is no machine type", (type) => {
  expect(() => findGoogleMachineType(type)).toThrow(
    `'${type}' is not a machine type of Compute Engine; one is written like 'e2-micro'`,
  );
});
