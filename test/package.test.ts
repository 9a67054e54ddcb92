import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  devDependencies: Record<string, string>;
};

/** Runs a program quietly and returns what it printed. */
function run(cwd: string, program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('the packed package, installed in an empty folder', () => {
  let base: string;
  let files: string[];
  const inProject = (...path: string[]) => join(base, 'project', ...path);

  beforeAll(() => {
    if (!existsSync(join(root, 'dist/bin/kiln.js'))) throw new Error('dist/ is not built; run: make build');
    base = mkdtempSync(join(tmpdir(), 'kiln-pack-'));
    const [packed] = JSON.parse(
      run(root, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', base),
    ) as [{ filename: string; files: { path: string }[] }];
    files = packed.files.map(({ path }) => path);
    execFileSync('mkdir', [inProject()]);
    writeFileSync(inProject('package.json'), '{"name":"empty","private":true}\n');
    const { cdktf, constructs } = manifest.devDependencies;
    run(
      inProject(),
      'npm',
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      join(base, packed.filename),
      `cdktf@${cdktf}`,
      `constructs@${constructs}`,
    );
  }, 180_000);

  afterAll(() => rmSync(base, { recursive: true, force: true }));

  test('holds what runs and what it must by its licences, and no sources or tests of its own', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'NOTICE',
        'README.md',
        'dist/constructs/index.js',
        'dist/constructs/index.d.ts',
        'dist/stacks/index.d.ts',
        'dist/constructs/testing/index.js',
        'dist/constructs/aws/console-log/index.js',
        'dist/bin/LICENCES',
        'dist/bin/kiln.js',
        'dist/bin/terraform-provider-kiln.js',
        'dist/loader/core.img',
        'examples/hello-unikernel/Makefile',
      ]),
    );
    const unwanted = files.filter((path) => /^test\/|^lib\/|(?<!\.d)\.ts$|\.elf$|\.o$|\.tfstate/.test(path));
    expect(unwanted).toEqual([]);
  });

  test('names the libraries that are in its programs, with their licences', () => {
    const licences = readFileSync(inProject('node_modules/kiln-cdk/dist/bin/LICENCES'), 'utf8');
    for (const name of [
      '@aws-sdk/client-ebs',
      '@bufbuild/protobuf',
      '@msgpack/msgpack',
      'commander',
      'https-proxy-agent',
    ]) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
    expect(licences).toContain('Permission is hereby granted, free of charge');
    expect(licences).toContain('Apache License');
  });

  test('has no runtime dependency besides its one parser and the peers', () => {
    const installed = JSON.parse(run(inProject(), 'npm', 'ls', '--json', '--depth=1')) as {
      dependencies: Record<string, { dependencies?: Record<string, { version?: string }> }>;
    };
    // An optional peer that is not installed is listed without a version.
    const present = Object.entries(installed.dependencies['kiln-cdk']?.dependencies ?? {})
      .filter(([, { version }]) => version !== undefined)
      .map(([name]) => name);
    expect(present.sort()).toEqual(['cdktf', 'constructs', 'valibot']);
  });

  test('its command runs and says its version', () => {
    expect(run(inProject(), inProject('node_modules/.bin/kiln'), '--version').trim()).toBe(manifest.version);
  });

  test('its constructs synthesise a stack', () => {
    run(inProject(), 'cp', join(root, 'examples/hello-unikernel/build/hello.elf'), 'hello.elf');
    const program = `
      const { App } = require('cdktf');
      const { UnikernelImage, UnikernelService } = require('kiln-cdk');
      const { LocalStack } = require('kiln-cdk/stacks');
      const app = new App({ outdir: 'out' });
      const stack = new LocalStack(app, 'empty');
      new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel('hello.elf'), port: 8080 });
      app.synth();
    `;
    run(inProject(), process.execPath, '-e', program);
    const stack = JSON.parse(readFileSync(inProject('out/stacks/empty/cdk.tf.json'), 'utf8'));
    expect(Object.values(stack.resource.kiln_local_service)).toHaveLength(1);
  });

  test('kiln-cdk/aws refuses to load without the bindings of the provider, and says how to get them', () => {
    const program = `
      try { require('kiln-cdk/aws'); } catch ({ code, message, remedy }) { console.log([code, message, remedy].join('\\n')); }
    `;
    expect(run(inProject(), process.execPath, '-e', program).trim().split('\n')).toEqual([
      'constructs.bindings',
      "'kiln-cdk/aws' needs @cdktf/provider-aws, which is not installed",
      'npm install @cdktf/provider-aws',
    ]);
  });

  test('its provider, started by hand, says what it is for and fails', () => {
    const provider = inProject('node_modules/.bin/terraform-provider-kiln');
    expect(() => run(inProject(), provider)).toThrow(/Terraform/);
  });
});
