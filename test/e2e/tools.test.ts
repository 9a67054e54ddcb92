import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tryFindExecutable } from '../../lib/io/which';
import { temporaryHome } from '../helpers/home';
import { goneFrom, Project } from './project';

jest.setTimeout(90_000);

// Before the hook of `temporaryHome`, which looks whether anything is left.
afterAll(async () => {
  await goneFrom(home);
  project.remove();
});

const { home } = temporaryHome();
const project = new Project(home);
/** All programs that `kiln` sees. */
const bin = join(project.folder, 'bin');
const env = { PATH: bin };

beforeEach(async () => {
  mkdirSync(bin);
  for (const program of ['node', 'env', 'sh', 'terraform']) {
    const path = await tryFindExecutable(program);
    if (path) symlinkSync(path, join(bin, program));
  }
});
// A daemon found its tools when it started.
afterEach(() => goneFrom(home));
afterEach(() => rmSync(bin, { recursive: true }));

/** A program that says no more than what version it is. */
function install(program: string, says: string): void {
  rmSync(join(bin, program), { force: true });
  writeFileSync(join(bin, program), `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
}

async function expectRefusal(command: string, ...texts: readonly string[]): Promise<void> {
  const { exitCode, output } = await project.kiln(command, env);
  expect(exitCode).toBe(1);
  for (const text of texts) expect(output).toContain(text);
  expect(output).not.toContain('fault in Kiln');
}

const INSTALL_QEMU = 'apt-get install qemu-system-x86';
const INSTALL_TERRAFORM = 'Install OpenTofu (opentofu.org/docs/intro/install) or Terraform';

test.each(['deploy --yes', 'run hello.elf', 'doctor'])('refuses %s without QEMU', async (command) => {
  await expectRefusal(command, 'no qemu-system-x86_64 in PATH', INSTALL_QEMU);
});

test.each(['deploy --yes', 'run hello.elf', 'doctor'])(
  'refuses %s with a QEMU that is too old',
  async (command) => {
    install('qemu-system-x86_64', 'QEMU emulator version 4.2.1 (Debian 1:4.2-3ubuntu6)');

    await expectRefusal(
      command,
      `'${bin}/qemu-system-x86_64' is QEMU 4.2.1; 6.0 or later is needed`,
      INSTALL_QEMU,
    );
  },
);

test('refuses a deploy without QEMU before anything is begun', async () => {
  const { output } = await project.kiln('deploy --yes', env);

  expect(output).not.toContain('batch');
  expect(await project.kiln('status --json', env)).toMatchObject({
    exitCode: 0,
    output: expect.not.stringContaining('e2e-web'),
  });
});

test.each(['deploy --yes', 'diff', 'destroy --yes', 'doctor'])(
  'refuses %s without Terraform',
  async (command) => {
    rmSync(join(bin, 'terraform'), { force: true });

    await expectRefusal(command, 'neither terraform nor tofu is in PATH', INSTALL_TERRAFORM);
  },
);

test.each([
  ['terraform', 'Terraform v1.3.0\non linux_amd64', 'terraform 1.3.0, and Kiln needs 1.5.0 or newer'],
  ['tofu', 'OpenTofu v1.5.9', 'tofu 1.5.9, and Kiln needs 1.6.0 or newer'],
])('refuses a %s that is too old', async (program, says, message) => {
  rmSync(join(bin, 'terraform'), { force: true });
  install(program, says);

  for (const command of ['deploy --yes', 'doctor']) {
    await expectRefusal(command, `'${bin}/${program}' is ${message}`, INSTALL_TERRAFORM);
  }
});

describe('where a CLI configuration says where providers are looked for', () => {
  const mirror = join(project.folder, 'mirror');
  const config = join(project.folder, 'config.tfrc');
  const plan = async (...methods: readonly string[]) => {
    mkdirSync(mirror, { recursive: true });
    writeFileSync(config, `provider_installation {\n${methods.join('\n')}\n}\n`);
    return project.kiln('diff', { TF_CLI_CONFIG_FILE: config });
  };

  test("refuses a diff that does not find Kiln's provider, and says what to add", async () => {
    const { exitCode, output } = await plan(`filesystem_mirror {\n path = "${mirror}"\n}`);
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'Add to its provider_installation: filesystem_mirror { path = "terraform.d/plugins"',
    );
  });

  test('what it says is enough', async () => {
    const { exitCode, output } = await plan(
      `filesystem_mirror {\n path = "${mirror}"\n exclude = ["kiln.internal/*/*"]\n}`,
      'filesystem_mirror {\n path = "terraform.d/plugins"\n include = ["kiln.internal/*/*"]\n}',
    );
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('e2e-web') });
  });
});
