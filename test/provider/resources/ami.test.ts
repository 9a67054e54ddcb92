import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { KilnError } from '../../../lib/errors';
import { forgeDisk, hashImage, loadLoader } from '../../../lib/image';
import { UNKNOWN } from '../../../lib/plugin';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { clientsOf } from '../../helpers/aws-fake/clients';
import { AmiBench } from './ami-fixture';

let fake: AwsFake;
let bench: AmiBench;

beforeEach(async () => {
  fake = await startAwsFake();
  bench = await new AmiBench(fake).start();
});
afterEach(async () => {
  await bench.end();
  await fake.stop();
});

/** A disk that boots as it is: one that was forged. */
async function readyDiskImage() {
  bench.kernel();
  const { path } = await forgeDisk(
    join(bench.folder, 'web.elf'),
    { bootArgs: [] },
    loadLoader(),
    join(bench.folder, 'web.raw'),
  );
  return bench.image(path.slice(bench.folder.length + 1), 'disk');
}

const tags = (values: { readonly tags: ReadonlyMap<string, string> } | undefined) =>
  Object.fromEntries(values?.tags ?? []);

describe('create', () => {
  test('makes an image whose snapshot is the forged disk, as it was planned', async () => {
    const image = bench.kernel('web.elf', ['--greeting=hello']);
    const config = { image, tags: { service: 'web' }, description: 'the shop' };
    const plan = await bench.plan(config);
    expect(plan.problems).toEqual([]);
    expect(plan.state).toMatchObject({
      name: expect.stringMatching(/^kiln-[0-9a-f]{12}-[0-9a-f]{12}$/),
      region: 'eu-central-1',
      architecture: 'x86_64',
      boot_mode: 'legacy-bios',
      ena_support: true,
      imds_v2: true,
      encrypted: false,
    });
    const { state } = await bench.made(config);
    const [ami] = fake.images;
    expect(ami).toMatchObject({
      name: plan.state?.name,
      description: 'the shop',
      architecture: 'x86_64',
      bootMode: 'legacy-bios',
      virtualizationType: 'hvm',
      enaSupport: true,
      imdsSupport: 'v2.0',
    });
    expect(tags(ami)).toMatchObject({ service: 'web', 'kiln:digest': image.digest });
    expect(state).toEqual({ ...plan.state, id: ami?.id, snapshot_id: fake.snapshots[0]?.id, size_gib: 1 });

    const forged = join(bench.folder, 'expected');
    const options = { bootArgs: ['--greeting=hello'] };
    const { size } = await forgeDisk(join(bench.folder, 'web.elf'), options, loadLoader(), forged);
    expect(fake.disk(fake.snapshots[0]?.id as string).sha256(size)).toBe(hashImage(forged).sha256);
  });

  test('tells how far it is, in the log and to the command, and leaves no file', async () => {
    const { state } = await bench.made({ image: bench.kernel(), name: 'web-1' });
    const told = bench.events.map(({ kind, message }) => `${kind}: ${message}`);
    expect(told).toEqual([
      'image-forged: made its disk of 2 MiB',
      expect.stringMatching(/^image-uploading: block \d of 4, \d with data sent/),
      ...told.slice(2, -1),
      `image-ready: ${state?.id} is available in eu-central-1`,
    ]);
    expect(told).toContainEqual(expect.stringMatching(/^image-uploading: block 4 of 4, 3 with data sent, /));
    expect(bench.events.every(({ service }) => service === 'web-1')).toBe(true);
    expect(bench.log.join('\n')).toContain('block 4 of 4');
    expect(bench.log.join('\n')).not.toContain('secret');
    expect(bench.leftovers()).toEqual([]);
  });

  test('takes an image that is there, when nothing of it was remembered', async () => {
    const config = { image: bench.kernel() };
    const first = await bench.made(config);
    fake.calls.length = 0;
    const again = await bench.made(config);
    expect(again.state).toEqual(first.state);
    expect(fake.count('StartSnapshot')).toBe(0);
    expect(bench.events.map(({ message }) => message)).toContain(
      `${first.state?.id} is there already, so nothing is uploaded`,
    );
  });

  test('refuses an image of its name that has other tags', async () => {
    await bench.made({ image: bench.kernel(), name: 'web-1', tags: { stage: 'test' } });
    const second = await bench.apply({ image: bench.kernel(), name: 'web-1', tags: { stage: 'live' } });
    expect(second.problems).toEqual([
      `error: There is an image 'web-1' in eu-central-1 already, ${fake.images[0]?.id}, with another tags\n` +
        "Leave 'name' out, or choose another, or delete that image.",
    ]);
    expect(second.state).toBeNull();
  });

  test('refuses a kernel that changed since it was planned', async () => {
    const image = bench.kernel();
    writeFileSync(join(bench.folder, 'web.elf'), '\0', { flag: 'a' });
    const { problems, state } = await bench.apply({ image });
    expect(problems[0]).toMatch(
      /^error: '.*web\.elf' is not the image that was planned: it gives sha256:[0-9a-f]{64}, and sha256:[0-9a-f]{64} is expected\nSynthesise again/,
    );
    expect([state, fake.calls, bench.leftovers()]).toEqual([null, [], []]);
  });

  test('refuses an image whose file is gone', async () => {
    const image = bench.kernel();
    rmSync(join(bench.folder, 'web.elf'));
    const plan = await bench.plan({ image });
    expect(plan.problems).toEqual([]);
    const { problems } = await bench.apply({ image });
    expect(problems[0]).toMatch(/^error: There is no image at '.*web\.elf'\nSynthesise again/);
  });

  test('keeps nothing of an upload that fails, and says which permission is missing', async () => {
    fake.fault({ action: 'RegisterImage', kind: 'denied' });
    const { state, problems } = await bench.apply({ image: bench.kernel() });
    expect(problems[0]).toContain('The credentials lack the permission ec2:RegisterImage in eu-central-1');
    expect([state, fake.images, fake.snapshots, bench.leftovers()]).toEqual([null, [], [], []]);
  });

  test('remembers an image that could not be claimed, so that it is made again', async () => {
    fake.fault({ action: 'CreateTags', kind: 'denied' });
    const config = { image: bench.kernel() };
    const tainted = await bench.apply(config);
    expect(tainted.problems[0]).toContain('ec2:CreateTags');
    expect(tainted.state).toMatchObject({ id: fake.images[0]?.id });
    fake.clearFaults();
    const fresh = await bench.replaced(config, tainted);
    expect(fake.images.map(({ id }) => id)).toEqual([fresh.state?.id]);
  });

  test('ends when Terraform is stopped, and takes away what it began', async () => {
    const running = bench.apply({ image: bench.kernel() });
    fake.fault({ action: 'PutSnapshotBlock', kind: 'hang' });
    while (fake.count('PutSnapshotBlock') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    bench.session.stop(new KilnError('the operation was cancelled', { code: 'plugin.stopped' }));
    const { state, problems } = await running;
    expect(problems).toEqual([expect.stringMatching(/^error: .*cancelled/)]);
    expect([state, fake.images, fake.snapshots, bench.leftovers()]).toEqual([null, [], [], []]);
  });

  test('makes a disk for UEFI where it is asked for', async () => {
    const image = bench.kernel('web.elf', [], 'uefi');
    const { state } = await bench.made({ image, boot_mode: 'uefi' });
    expect(fake.images[0]).toMatchObject({ bootMode: 'uefi' });
    const begin = fake.disk(state?.snapshot_id as string).read(0);
    expect(begin?.toString('latin1', 512, 520)).toBe('EFI PART');
  });

  test('uploads a disk as it is', async () => {
    const image = await readyDiskImage();
    const { state } = await bench.made({ image });
    expect(state).toMatchObject({ architecture: 'x86_64', boot_mode: 'legacy-bios' });
    const { sha256, size } = hashImage(join(bench.folder, 'web.raw'));
    expect(fake.disk(state?.snapshot_id as string).sha256(size)).toBe(sha256);
  });

  test('encrypts with the key that is given', async () => {
    const key = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
    const { state } = await bench.made({ image: bench.kernel(), encrypted: true, kms_key_id: key });
    expect(state).toMatchObject({ encrypted: true, kms_key_id: key });
    expect(fake.snapshots[0]).toMatchObject({ encrypted: true });
  });
});

describe('read', () => {
  test('finds everything as it was made', async () => {
    const first = await bench.made({ image: bench.kernel(), tags: { a: 'b' } });
    expect(await bench.read(first)).toEqual(first);
  });

  test('knows that an image is gone, and the next apply makes it again', async () => {
    const config = { image: bench.kernel() };
    const first = await bench.made(config);
    await clientsOf(fake).ec2.send(new DeregisterImageCommand({ ImageId: first.state?.id as string }));
    const gone = await bench.read(first);
    expect(gone).toMatchObject({ state: null, problems: [] });
    const again = await bench.made(config);
    expect(again.state?.id).not.toBe(first.state?.id);
    expect(fake.images).toHaveLength(1);
  });

  test('warns of a digest that was changed by hand, and changes nothing', async () => {
    const first = await bench.made({ image: bench.kernel() });
    fake.images[0]?.tags.set('kiln:digest', 'sha256:other');
    const found = await bench.read(first);
    expect(found.state).toEqual(first.state);
    expect(found.problems).toEqual([
      expect.stringContaining(
        `warning: The tag 'kiln:digest' of ${first.state?.id} was changed outside of Terraform\nIt says sha256:other`,
      ),
    ]);
  });

  test('keeps what it knows when AWS does not answer', async () => {
    const first = await bench.made({ image: bench.kernel() });
    fake.fault({ action: 'DescribeImages', kind: 'denied' });
    const found = await bench.read(first);
    expect(found.state).toEqual(first.state);
    expect(found.problems[0]).toContain('lack the permission ec2:DescribeImages');
  });
});

describe('plan', () => {
  test('changes nothing for the same arguments, also when the file is gone', async () => {
    const config = { image: bench.kernel(), tags: { a: 'b' } };
    const first = await bench.made(config);
    rmSync(join(bench.folder, 'web.elf'));
    expect(await bench.plan(config, first)).toEqual({ state: first.state, replacedFor: [], problems: [] });
  });

  test.each([
    ['tags', { tags: { a: 'c' } }],
    ['description', { description: 'new' }],
    ['ena_support', { ena_support: false }],
    ['imds_v2', { imds_v2: false }],
    ['encrypted', { encrypted: true }],
    ['region', { region: 'eu-north-1' }],
    ['name', { name: 'web-2' }],
  ])('makes a new image for another %s', async (attribute, change) => {
    const config = { image: bench.kernel(), tags: { a: 'b' } };
    const first = await bench.made(config);
    const { replacedFor, problems } = await bench.plan({ ...config, ...change }, first);
    expect({ replacedFor, problems }).toEqual({ replacedFor: [attribute], problems: [] });
  });

  test('makes a new image for another digest', async () => {
    const first = await bench.made({ image: bench.kernel() });
    const { replacedFor } = await bench.plan({ image: bench.kernel('web.elf', ['--new']) }, first);
    expect(replacedFor).toEqual(['image.digest']);
  });

  test('makes a new image where the provider is told another region', async () => {
    const config = { image: bench.kernel() };
    const first = await bench.made(config);
    await bench.start({ region: 'eu-north-1' });
    const plan = await bench.plan(config, first);
    expect(plan).toMatchObject({ state: { region: 'eu-north-1' }, replacedFor: ['region'] });
  });

  test('only records that the same image lies elsewhere', async () => {
    const config = { image: bench.kernel() };
    const first = await bench.made(config);
    const moved = { image: bench.kernel('moved.elf') };
    expect(await bench.plan(moved, first)).toMatchObject({ replacedFor: [], problems: [] });
    fake.calls.length = 0;
    const recorded = await bench.apply(moved, first);
    expect(recorded).toMatchObject({
      state: { id: first.state?.id, image: { path: 'moved.elf' } },
      problems: [],
    });
    expect(fake.calls).toEqual([]);
  });

  test('refuses other boot arguments under the same digest', async () => {
    const image = bench.kernel();
    const first = await bench.made({ image });
    const { problems, state } = await bench.apply({ image: { ...image, boot_args: ['--new'] } }, first);
    expect(problems[0]).toMatch(/^error: '.*' is not the image that was planned/);
    expect(state).toEqual(first.state);
  });

  test('warns of a name that stays while its image is replaced', async () => {
    const first = await bench.made({ image: bench.kernel(), name: 'web' });
    const { problems } = await bench.plan({ image: bench.kernel('web.elf', ['--new']), name: 'web' }, first);
    expect(problems).toEqual([
      expect.stringContaining("warning: The image keeps its name 'web' while it is replaced"),
    ]);
  });

  test('refuses an image for another machine than is asked for', async () => {
    const { problems } = await bench.plan({ image: bench.kernel(), architecture: 'arm64' });
    expect(problems).toEqual([
      expect.stringMatching(/^error: .*is for x86 machines, and this platform has arm64/),
    ]);
  });

  test('refuses a disk of the other boot mode', async () => {
    const image = await readyDiskImage();
    const { problems } = await bench.plan({ image, boot_mode: 'uefi' });
    expect(problems).toEqual([
      expect.stringMatching(/^error: .*is started by a BIOS only, and its 'boot_mode' is 'uefi'/),
    ]);
  });

  test('leaves open what it cannot know yet', async () => {
    const image = { ...bench.kernel(), boot_args: [UNKNOWN], digest: UNKNOWN };
    const { state, problems } = await bench.plan({ image });
    expect(problems).toEqual([]);
    expect(state).toMatchObject({ name: UNKNOWN, architecture: UNKNOWN, boot_mode: UNKNOWN, id: UNKNOWN });
  });
});

describe('delete', () => {
  test('takes away the image and its snapshot', async () => {
    const first = await bench.made({ image: bench.kernel() });
    expect(await bench.apply(null, first)).toMatchObject({ state: null, problems: [] });
    expect([fake.images, fake.snapshots]).toEqual([[], []]);
  });

  test('is done when it is gone already', async () => {
    const first = await bench.made({ image: bench.kernel() });
    await bench.apply(null, first);
    expect(await bench.apply(null, first)).toMatchObject({ state: null, problems: [] });
  });

  test('leaves the image to the resource that replaced this one by the same', async () => {
    const config = { image: bench.kernel() };
    const tainted = await bench.made(config);
    const fresh = await bench.replaced(config, tainted);
    expect(fresh.state?.id).toBe(tainted.state?.id);
    expect(fake.images.map(({ id }) => id)).toEqual([fresh.state?.id]);
    await bench.start();
    expect(await bench.apply(null, tainted)).toMatchObject({ state: null, problems: [] });
    expect(fake.images).toHaveLength(1);
    await bench.apply(null, fresh);
    expect(fake.images).toEqual([]);
  });
});

describe('import', () => {
  test('takes over an image by its id, and no plan replaces it', async () => {
    const config = { image: bench.kernel(), tags: { a: 'b' }, description: 'the shop' };
    const first = await bench.made(config);
    const imported = await bench.import(first.state?.id as string);
    expect(imported.problems).toEqual([]);
    const plan = await bench.plan(config, imported);
    expect(plan).toMatchObject({ replacedFor: [], problems: [] });
    const recorded = await bench.apply(config, imported);
    expect(recorded).toEqual(first);
    await bench.apply(null, recorded);
    expect(fake.images).toEqual([]);
  });

  test.each([
    ['web', "error: 'web' is not the id of an image, such as 'ami-0123456789abcdef0'"],
    ['ami-00000000000000000', "error: There is no image 'ami-00000000000000000' in eu-central-1"],
  ])('refuses %s', async (id, message) => {
    const { problems, state } = await bench.import(id);
    expect([problems[0]?.split('\n')[0], state]).toEqual([message, null]);
  });

  test('refuses an image that kiln did not make', async () => {
    const first = await bench.made({ image: bench.kernel() });
    fake.images[0]?.tags.delete('kiln:digest');
    const { problems } = await bench.import(first.state?.id as string);
    expect(problems[0]).toContain("was not made by kiln: it has no tag 'kiln:digest'");
  });
});
