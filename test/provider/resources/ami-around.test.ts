import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deleteAmi } from '../../../lib/clouds/aws';
import { hashImage, imageDigest } from '../../../lib/image';
import { bootablePvKernel } from '../../fixtures/xen-kernels';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { sessionWith } from '../../helpers/aws-work';
import { AmiBench } from './ami-fixture';

const WEST = 'eu-west-1';
const NORTH = 'eu-north-1';
const [ONE, TWO] = ['210987654321', '345678901234'] as const;
const keyIn = (region: string, id = '1') =>
  `arn:aws:kms:${region}:123456789012:key/11111111-2222-3333-4444-55555555555${id}`;
let fake: AwsFake;
let bench: AmiBench;

beforeEach(async () => {
  fake = await startAwsFake({ otherRegions: [WEST, NORTH] });
  bench = await new AmiBench(fake).start();
});
afterEach(async () => {
  await bench.end();
  await fake.stop();
});

const held = (region: string) => [fake.imagesIn(region).length, fake.snapshotsIn(region).length];
const launchers = (region = fake.region) => [...(fake.imagesIn(region)[0]?.launchPermissions ?? [])].sort();

describe('copies', () => {
  test('are made with the image, found in its state, and go with it', async () => {
    const config = { image: bench.kernel(), copies: { [WEST]: {}, [NORTH]: {} } };
    const first = await bench.made(config);
    expect(first.state?.copy_ids).toEqual({
      [WEST]: fake.imagesIn(WEST)[0]?.id,
      [NORTH]: fake.imagesIn(NORTH)[0]?.id,
    });
    expect(await bench.plan(config, first)).toEqual({ state: first.state, replacedFor: [], problems: [] });
    expect(await bench.read(first)).toEqual(first);
    await bench.apply(null, first);
    expect([held(fake.region), held(WEST), held(NORTH)]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test('come and go in place', async () => {
    const image = bench.kernel();
    const first = await bench.made({ image, copies: { [WEST]: {} } });
    const config = { image, copies: { [NORTH]: {} } };
    expect(await bench.plan(config, first)).toMatchObject({ replacedFor: [], problems: [] });
    const second = await bench.made(config, first);
    expect(second.state?.id).toBe(first.state?.id);
    expect([held(WEST), held(NORTH)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const third = await bench.made({ image }, second);
    expect(third.state).toMatchObject({ copies: null, copy_ids: {} });
    expect(held(NORTH)).toEqual([0, 0]);
  });

  test('are made anew with another key', async () => {
    const image = bench.kernel();
    const first = await bench.made({ image, copies: { [WEST]: {} } });
    const copies = { [WEST]: { kms_key_id: keyIn(WEST) } };
    const second = await bench.made({ image, copies }, first);
    expect(fake.snapshotsIn(WEST)).toMatchObject([{ encrypted: true, kmsKeyArn: keyIn(WEST) }]);
    expect(second.state?.copy_ids).not.toEqual(first.state?.copy_ids);
  });

  test('that somebody removed are made again', async () => {
    const config = { image: bench.kernel(), copies: { [WEST]: {}, [NORTH]: {} } };
    const first = await bench.made(config);
    const session = await sessionWith(fake, {}, WEST);
    await deleteAmi({ id: fake.imagesIn(WEST)[0]?.id as string, snapshotId: undefined }, session);
    session.close();
    const found = await bench.read(first);
    expect(found.state).toMatchObject({ copies: { [NORTH]: { kms_key_id: null } } });
    await bench.made(config, found);
    expect([held(WEST)[0], held(NORTH)]).toEqual([1, [1, 1]]);
  });

  test('of which a state knows no id are looked for by the next apply', async () => {
    const config = { image: bench.kernel(), copies: { [WEST]: {} } };
    const first = await bench.made(config);
    const found = await bench.read({ ...first, state: { ...first.state, copy_ids: {} } });
    expect(found).toMatchObject({ problems: [], state: { copies: {}, copy_ids: {} } });
    expect((await bench.made(config, found)).state).toEqual(first.state);
    expect(fake.count('CopyImage')).toBe(1);
  });

  test('of which one fails leave the others in the state, and the next apply goes on', async () => {
    const image = bench.kernel();
    const first = await bench.made({ image });
    fake.fault({ action: 'CopyImage', kind: 'denied', when: 2 });
    const config = { image, copies: { [WEST]: {}, [NORTH]: {} } };
    const half = await bench.apply(config, first);
    expect(half.problems[0]).toContain('lack the permission ec2:CopyImage');
    expect(Object.keys(half.state?.copy_ids as object)).toHaveLength(1);
    const whole = await bench.made(config, half);
    expect(Object.keys(whole.state?.copy_ids as object).sort()).toEqual([NORTH, WEST]);
    expect(fake.count('CopyImage')).toBe(3);
  });

  test('of a retired image that is taken back are those that are asked for now', async () => {
    const config = { image: bench.kernel(), service: 'shop/web' };
    const first = await bench.made({ ...config, copies: { [WEST]: {} } });
    const second = await bench.made({ ...config, image: bench.kernel('web.elf', ['--new']) });
    await bench.apply(null, first);
    expect(held(WEST)).toEqual([1, 1]);
    const back = await bench.made({ ...config, image: bench.kernel(), copies: { [NORTH]: {} } });
    await bench.apply(null, second);
    expect(back.state?.id).toBe(first.state?.id);
    expect([held(WEST), held(NORTH)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('refuse the region of the image itself, also where the provider names it', async () => {
    const plan = await bench.plan({ image: bench.kernel(), copies: { [fake.region]: {} } });
    expect(plan.problems).toEqual([
      expect.stringContaining(
        "error: 'copies' has eu-central-1, the region of the image itself; take it out",
      ),
    ]);
  });
});

describe('launch permissions', () => {
  test('are given to the image and its copies, change in place, and go when they are left out', async () => {
    const config = { image: bench.kernel(), copies: { [WEST]: {} } };
    const first = await bench.made({ ...config, launch_permissions: [ONE] });
    expect([launchers(), launchers(WEST)]).toEqual([[ONE], [ONE]]);
    const changed = { ...config, launch_permissions: [TWO, ONE] };
    expect(await bench.plan(changed, first)).toMatchObject({ replacedFor: [], problems: [] });
    const second = await bench.made(changed, first);
    expect([launchers(), launchers(WEST)]).toEqual([
      [ONE, TWO],
      [ONE, TWO],
    ]);
    await bench.made(config, second);
    expect([launchers(), launchers(WEST)]).toEqual([[], []]);
  });

  test('are given to a copy that is made later', async () => {
    const config = { image: bench.kernel(), launch_permissions: [ONE] };
    const first = await bench.made(config);
    await bench.made({ ...config, copies: { [WEST]: {} } }, first);
    expect(launchers(WEST)).toEqual([ONE]);
  });

  test('that were changed outside are seen and set right', async () => {
    const config = { image: bench.kernel(), launch_permissions: [ONE] };
    const first = await bench.made(config);
    fake.images[0]?.launchPermissions.add(TWO);
    const found = await bench.read(first);
    expect(found.state).toMatchObject({ launch_permissions: [ONE, TWO] });
    await bench.made(config, found);
    expect(launchers()).toEqual([ONE]);
  });

  test('that nobody asked for are not looked at', async () => {
    const config = { image: bench.kernel() };
    const first = await bench.made(config);
    fake.images[0]?.launchPermissions.add(TWO);
    expect(await bench.read(first)).toEqual(first);
    await bench.made(config, first);
    expect([launchers(), fake.count('DescribeImageAttribute')]).toEqual([[TWO], 0]);
  });

  test('refuse an image that the account encrypts with its own key by default', async () => {
    await bench.end();
    await fake.stop();
    fake = await startAwsFake({ encryptionByDefault: true });
    bench = await new AmiBench(fake).start();
    const { problems } = await bench.apply({ image: bench.kernel(), launch_permissions: [ONE] });
    expect(problems[0]).toContain(
      "is encrypted with the account's own key for EBS, which other accounts cannot use\nSet 'encrypted' and 'kms_key_id'",
    );
  });
});

describe('the machine', () => {
  function pvImage() {
    writeFileSync(join(bench.folder, 'pv.elf'), bootablePvKernel());
    const { sha256 } = hashImage(join(bench.folder, 'pv.elf'));
    const digest = imageDigest({
      sha256,
      kind: 'kernel',
      bootArgs: [],
      boot: 'disk',
      loaderDigest: '',
      layout: 'xen-pv',
    });
    return { path: 'pv.elf', kind: 'kernel', digest, boot_args: [] };
  }

  test('a Xen PV kernel becomes a paravirtual image that PV-GRUB starts', async () => {
    const config = { image: pvImage(), kernel_id: 'aki-919dcaf8' };
    const first = await bench.made(config);
    expect(first.state).toMatchObject({ boot_mode: null, ena_support: false, kernel_id: 'aki-919dcaf8' });
    expect(fake.images).toMatchObject([
      {
        virtualizationType: 'paravirtual',
        kernelId: 'aki-919dcaf8',
        bootMode: undefined,
        enaSupport: false,
        rootDeviceName: '/dev/sda',
      },
    ]);
    expect(await bench.plan(config, first)).toEqual({ state: first.state, replacedFor: [], problems: [] });
    const more = await bench.made({ ...config, launch_permissions: [ONE] }, first);
    expect(more.state).toEqual({ ...first.state, launch_permissions: [ONE] });
    const imported = await bench.import(first.state?.id as string);
    expect(await bench.plan(config, imported)).toMatchObject({ replacedFor: [], problems: [] });
  });

  test('refuses a kernel that Xen does not start paravirtual', async () => {
    const { problems } = await bench.plan({ image: bench.kernel(), kernel_id: 'aki-919dcaf8' });
    expect(problems).toEqual([
      expect.stringMatching(/^error: .*boots by multiboot only, and a forged disk for PV-GRUB starts Xen PV/),
    ]);
  });

  test('an image for UEFI may have a TPM', async () => {
    const config = { image: bench.kernel('web.elf', [], 'uefi'), boot_mode: 'uefi', tpm: true };
    const first = await bench.made(config);
    expect(fake.images[0]).toMatchObject({ bootMode: 'uefi', tpmSupport: 'v2.0' });
    const { replacedFor } = await bench.plan({ ...config, tpm: false }, first);
    expect(replacedFor).toEqual(['tpm']);
  });
});

describe('import', () => {
  test('reads the key of an encrypted image, where one was given', async () => {
    const config = { image: bench.kernel(), encrypted: true, kms_key_id: keyIn('eu-central-1') };
    const first = await bench.made(config);
    const imported = await bench.import(first.state?.id as string);
    expect(imported.state).toMatchObject({ kms_key_id: keyIn('eu-central-1') });
    expect(await bench.plan(config, imported)).toMatchObject({ replacedFor: [], problems: [] });
  });

  test('names no key where it is the account’s own', async () => {
    const config = { image: bench.kernel(), encrypted: true };
    const first = await bench.made(config);
    const imported = await bench.import(first.state?.id as string);
    expect(imported.state).toMatchObject({ kms_key_id: null });
    expect(await bench.plan(config, imported)).toMatchObject({ replacedFor: [], problems: [] });
  });

  test('knows service, commit, copies and who may launch it', async () => {
    writeFileSync(join(bench.folder, 'source.json'), '{"commit":"c0ffee0"}');
    const config = {
      image: bench.kernel(),
      service: 'shop/web',
      source: 'source.json',
      copies: { [WEST]: {} },
      launch_permissions: [ONE],
    };
    const first = await bench.made(config);
    const imported = await bench.import(first.state?.id as string);
    expect(imported.state).toMatchObject({
      service: 'shop/web',
      source_commit: 'c0ffee0',
      copies: { [WEST]: { kms_key_id: null } },
      copy_ids: first.state?.copy_ids,
      launch_permissions: [ONE],
    });
    expect(await bench.plan(config, imported)).toMatchObject({ replacedFor: [], problems: [] });
    fake.calls.length = 0;
    const recorded = await bench.made(config, imported);
    expect(recorded.state).toEqual(first.state);
    expect([fake.count('CopyImage'), fake.count('ModifyImageAttribute')]).toEqual([0, 0]);
  });
});
