import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryHome } from '../helpers/home';
import { linuxMicrovm, testWithLinux } from '../helpers/linux-microvm';
import { goneFrom, Project } from './project';

jest.setTimeout(240_000);

const APP = `
const { App } = require('cdktf');
const { Duration, HealthCheck, RollingUpdatePolicy, Size, UnikernelImage, UnikernelService } = require('kiln-cdk');
const { LocalStack } = require('kiln-cdk/stacks');
const app = new App();
new UnikernelService(new LocalStack(app, 'e2e'), 'linux', {
  image: UnikernelImage.fromKernel('vmlinuz', {
    initrd: 'initramfs.cpio',
    bootArgs: ['--greeting=a \${greeting}, "quoted"', '--version=5'],
  }),
  memory: Size.mebibytes(128),
  port: 8080,
  healthCheck: HealthCheck.http('/healthz'),
  update: RollingUpdatePolicy.rolling({ healthTimeout: Duration.seconds(120) }),
}).expose();
app.synth();
`;

// Before the hook of `temporaryHome`, which looks whether anything is left.
afterAll(async () => {
  await project.kiln('destroy --yes');
  await goneFrom(home);
  project.remove();
});

const { home } = temporaryHome();
const project = new Project(home);
const deploys = testWithLinux('amd64', 'qemu-system-x86_64', 'make', 'gcc');

deploys('a service of Linux and one program is deployed, answers, and is removed', async () => {
  const { kernel, initrd } = linuxMicrovm();
  cpSync(kernel, join(project.folder, 'vmlinuz'));
  cpSync(initrd, join(project.folder, 'initramfs.cpio'));
  writeFileSync(join(project.folder, 'main.js'), APP);

  const deployed = await project.kiln('deploy --yes');
  expect(deployed.output).toMatch(/initrd\s+[0-9a-f]{12}\n/);
  expect(deployed.exitCode).toBe(0);
  const [name] = (await project.status()).instances.map((instance) => instance.name);
  expect(await project.answer()).toBe(`a \${greeting}, "quoted" version=5 instance=${name}\n`);

  const again = await project.kiln('deploy --yes');
  expect(again).toMatchObject({ exitCode: 0, output: expect.stringContaining('no changes') });
  expect(await project.kiln('destroy --yes')).toMatchObject({ exitCode: 0 });
  expect(project.guests()).toEqual([]);
});
