import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareVersions, findTerraform } from '../../../lib/cli/terraform/find';
import { fakeTerraform, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

/** A program of that name in a folder of its own, which says that version. */
async function install(name: string, version: string): Promise<string> {
  const place = join(folder(), `bin-${name}`);
  await mkdir(place);
  const path = await fakeTerraform(place, { version: `console.log(${JSON.stringify(version)})` });
  await rename(path, join(place, name));
  return join(place, name);
}

const find = (PATH: string, more: object = {}) => findTerraform({ env: { PATH }, cwd: folder(), ...more });
const bin = (...names: string[]) => names.map((name) => join(folder(), `bin-${name}`)).join(':');

test('terraform is taken before tofu', async () => {
  await install('tofu', 'OpenTofu v1.8.0');
  const path = await install('terraform', 'Terraform v1.5.7\non linux_amd64');
  expect(await find(bin('tofu', 'terraform'))).toEqual({ product: 'terraform', path, version: '1.5.7' });
});

test('tofu is taken where there is no terraform', async () => {
  const path = await install('tofu', 'OpenTofu v1.10.0-rc1');
  expect(await find(bin('tofu'))).toEqual({ product: 'tofu', path, version: '1.10.0-rc1' });
});

test('the one that was named is taken: command line, environment, cdktf.json, in this order', async () => {
  const [one, two] = [await install('one', 'OpenTofu v1.8.0'), await install('two', 'Terraform v1.6.0')];
  const env = { PATH: bin('one'), KILN_TERRAFORM: two };
  expect((await findTerraform({ env, cwd: folder(), asked: 'one', configured: 'none' })).path).toBe(one);
  expect((await findTerraform({ env, cwd: folder(), configured: 'none' })).path).toBe(two);
  expect((await find('', { configured: './bin-one/one' })).path).toBe(one);
});

test('refuses when there is neither, and says what to do', async () => {
  await expect(find('')).rejects.toMatchObject({
    code: 'terraform.missing',
    message: 'neither terraform nor tofu is in PATH',
    remedy: expect.stringContaining('KILN_TERRAFORM'),
  });
});

test('refuses a named program that is not there', async () => {
  await expect(find('', { asked: 'opentofu' })).rejects.toThrow("there is no program 'opentofu'");
});

test.each([
  ['terraform', 'Terraform v1.4.6', 'terraform 1.4.6, and Kiln needs 1.5.0 or newer'],
  ['tofu', 'OpenTofu v1.5.9', 'tofu 1.5.9, and Kiln needs 1.6.0 or newer'],
])('refuses a %s that is too old', async (name, says, message) => {
  const path = await install(name, says);
  await expect(find(bin(name))).rejects.toMatchObject({
    code: 'terraform.too-old',
    message: `'${path}' is ${message}`,
  });
});

test('refuses a program that does not say its version', async () => {
  const path = join(folder(), 'terraform');
  await writeFile(path, '#!/bin/sh\necho wrong machine >&2\nexit 3\n', { mode: 0o755 });
  await expect(find(folder())).rejects.toMatchObject({
    code: 'terraform.broken',
    message: `'${path} version' did not say which version it is (exit code 3)`,
    detail: 'wrong machine',
  });
});

test.each([
  ['1.10.0', '1.9.9', 1],
  ['1.5.0', '1.5.0', 0],
  ['1.5.0-beta1', '1.5.1', -1],
  ['20.9', '20.9.0', 0],
])('%s compared with %s', (one, other, sign) => {
  expect(Math.sign(compareVersions(one, other))).toBe(sign);
});
