import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { type System, UnikernelImage } from '../../../constructs';
import { type AwsServiceOptions, AwsStack, UserData } from '../../../stacks/aws';
import * as images from '../../fixtures/images';
import { refusal } from '../../helpers/refusal';
import { temporaryFolder } from '../fixtures';
import { addService, KERNEL, resource } from './service-fixtures';

const folder = temporaryFolder();
const SOLO5 = file('solo5.elf', images.solo5(3));
const LINUX = file('bzImage', images.bzImage());

function file(name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function serviceWith(
  userData: UserData,
  path = KERNEL,
  systems?: readonly System[],
  options: AwsServiceOptions = {},
) {
  const app = new App({ outdir: temporaryFolder(), context: { cdktfJsonPath: join(folder, 'cdktf.json') } });
  const stack = new AwsStack(app, 'shop', {
    region: 'eu-central-1',
    userData,
    ...options,
    ...(systems ? { systems } : {}),
  });
  const web = addService(stack, 'web', {
    image: UnikernelImage.fromKernel(path, { drivers: ['ena', 'nvme'] }),
  });
  return { web, template: () => resource(stack, 'aws_launch_template') };
}

test('is in the launch template, in base64', () => {
  const { template } = serviceWith(UserData.fromText('mode=märz\n'), LINUX);
  expect(Buffer.from(template().user_data, 'base64').toString()).toBe('mode=märz\n');
});

test('may be a file, by its path in the project, and of any bytes', () => {
  const bytes = Buffer.from([0, 255, 10]);
  file('user-data.bin', bytes);
  const { template } = serviceWith(UserData.fromFile('user-data.bin'));
  expect(Buffer.from(template().user_data, 'base64')).toEqual(bytes);
});

test('is taken for an image of which it is not known what it reads', () => {
  expect(serviceWith(UserData.fromText('x'), KERNEL).template().user_data).toBe('eA==');
});

test('refuses it for a system that reads none, and says which do', () => {
  expect(refusal(() => serviceWith(UserData.fromText('x'), SOLO5))).toEqual([
    'constructs.user-data',
    "'userData' of 'shop/web' would be read by nobody: the image is Solo5, which reads none of a cloud's user data; use the " +
      "image's 'bootArgs', or a system that reads it: Nanos, OSv, Linux or TamaGo",
  ]);
});

test("a user's own system counts more than what Kiln knows of it", () => {
  const solo5: System = {
    id: 'solo5',
    title: 'My Solo5',
    recognise: () => ({ because: 'I say so', offset: 0 }),
  };
  expect(serviceWith(UserData.fromText('x'), SOLO5, [solo5]).template().user_data).toBe('eA==');
});

test.each([
  [UserData.fromText(''), "'userData' of 'shop/web' has 0 bytes; give 1 to 16384"],
  [UserData.fromText('ä'.repeat(8193)), "'userData' of 'shop/web' has 16386 bytes; give 1 to 16384"],
])('refuses what EC2 would not take', (userData, message) => {
  expect(refusal(() => serviceWith(userData))).toEqual(['constructs.user-data', message]);
});

test('refuses a file that is not there, and says where it was looked for', () => {
  const path = join(folder, 'missing');
  expect(refusal(() => serviceWith(UserData.fromFile('missing')))).toEqual([
    'constructs.user-data',
    `'userData' names the file 'missing', which is not there (looked for at '${path}')`,
  ]);
});

test.each([
  ['password=hunter2'],
  ['API_KEY: x'],
  ['-----BEGIN RSA PRIVATE KEY-----'],
  ['AKIAABCDEFGHIJKLMNOP'],
])('warns of what seems to be a secret: %s', (text) => {
  const { metadata } = serviceWith(UserData.fromText(text)).web.node;
  expect(metadata).toMatchObject([
    { type: '@cdktf/warn', data: expect.stringContaining("'userData' of 'shop/web' seems to hold a secret") },
  ]);
});

test('warns of nothing else', () => {
  expect(serviceWith(UserData.fromText('greeting=hello')).web.node.metadata).toEqual([]);
});
