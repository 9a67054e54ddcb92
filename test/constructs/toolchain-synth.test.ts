import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProject } from '../../lib/cli/project';
import { synthesize } from '../../lib/cli/synth';
import { contextIn, type TestContext } from '../cli/fixtures';
import { kernelBytes, temporaryFolder } from './fixtures';

const ROOT = join(__dirname, '../..');

/** A user's project whose unikernel is built by `unikernel/build.sh`; `kiln synth` runs it as it would any other. */
class Project {
  readonly folder = realpathSync(temporaryFolder());
  readonly context: TestContext = contextIn(this.folder);

  constructor(toolchain = "Toolchain.command(['./build.sh'], { artifact: 'out.elf' })", services = ['web']) {
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    this.write('cdktf.json', JSON.stringify({ app: 'node --require tsx/cjs main.js' }));
    this.write(
      'main.js',
      `const { App } = require('cdktf');
       const { Toolchain, UnikernelImage, UnikernelService } = require(${JSON.stringify(join(ROOT, 'constructs'))});
       const { LocalStack } = require(${JSON.stringify(join(ROOT, 'stacks'))});
       const app = new App();
       const stack = new LocalStack(app, 'shop');
       for (const name of ${JSON.stringify(services)}) {
         const image = UnikernelImage.fromBuild('unikernel', { toolchain: ${toolchain} });
         new UnikernelService(stack, name, { image, port: 80 });
       }
       app.synth();`,
    );
    cpSync(join(ROOT, 'examples/hello-unikernel'), join(this.folder, 'unikernel'), {
      recursive: true,
      filter: (path: string) => !path.startsWith(join(ROOT, 'examples/hello-unikernel/build')),
    });
    this.write('kernel', kernelBytes());
    this.script('echo run >> ../runs; cp ../kernel out.elf');
  }

  write(path: string, content: string | Buffer): void {
    writeFileSync(join(this.folder, path), content);
  }

  script(body: string): void {
    this.write('unikernel/build.sh', `#!/bin/sh\n${body}\n`);
    chmodSync(join(this.folder, 'unikernel/build.sh'), 0o755);
  }

  async synth(context = this.context) {
    return synthesize(await readProject(this.folder), context);
  }

  get images(): string[] {
    return readdirSync(join(this.folder, 'cdktf.out/stacks/shop/images'));
  }

  get runs(): number {
    return readFileSync(join(this.folder, 'runs'), 'utf8').trimEnd().split('\n').length;
  }
}

test('a real Makefile is built once, staged, and not built again', async () => {
  const project = new Project("Toolchain.make({ artifact: 'build/hello.elf', args: ['-s'] })");
  await project.synth();
  const [built] = project.images;
  expect(project.context.host.errText).toBe("building 'unikernel': make -s\n");
  const again = contextIn(project.folder);
  await project.synth(again);
  expect(again.host.errText).toBe('');
  expect(project.images).toEqual([built]);
});

test('two services with one build build it once', async () => {
  const project = new Project(undefined, ['web', 'api']);
  await project.synth();
  expect(project.runs).toBe(1);
  expect(project.images).toHaveLength(1);
});

test("a tool's output is shown while it runs, apart from the result", async () => {
  const project = new Project();
  project.script('echo working; until [ -e ../seen ]; do sleep 0.05; done; cp ../kernel out.elf');
  const { err } = project.context.host;
  const line = err.line;
  err.line = (text) => {
    line(text);
    // Without this the tool would never end.
    if (text === 'working') project.write('seen', '');
  };
  await project.synth();
  expect(project.context.host.outText).toBe('');
});

test('what a build warns of is a warning of the stack', async () => {
  const project = new Project();
  project.script('date > generated.txt; cp ../kernel out.elf');
  await project.synth();
  expect(project.context.host.errText).toContain(
    "warning: shop: while 'unikernel' was built, 'generated.txt' changed, so the build is used this once and not kept",
  );
});

test('refuses a build that failed with the line of the user, and all that the tool said before', async () => {
  const project = new Project();
  project.script('echo "main.c:1: error"; exit 2');
  const { host } = project.context;
  await expect(project.synth()).rejects.toMatchObject({
    code: 'synth.failed',
    message: `'./build.sh' in '${join(project.folder, 'unikernel')}' failed with exit code 2; nothing of this build is used`,
    detail: expect.stringContaining('main.js:8:'),
  });
  expect(host.errText).toContain('main.c:1: error\n');
  expect(existsSync(join(project.folder, 'cdktf.out/stacks/shop'))).toBe(false);
});

test('refuses with the remedy when the tool is missing', async () => {
  const project = new Project("Toolchain.kraft({ before: [['no-such-tool']] })");
  await expect(project.synth()).rejects.toMatchObject({
    message: expect.stringMatching(
      /^'no-such-tool' is not in PATH, and the kraft toolchain needs it to build/,
    ),
    remedy: "Install 'no-such-tool', or correct its name.",
  });
});

test('an interrupt ends the tool and all it started, and the next synth builds from the beginning', async () => {
  const project = new Project();
  project.script('echo half > out.elf; sleep 1000 & echo $$ $! > ../pids; echo on; wait');
  const { host, interrupts } = project.context;
  const line = host.err.line;
  host.err.line = (text) => {
    line(text);
    if (text === 'on') interrupts.notify();
  };
  await expect(project.synth()).rejects.toMatchObject({ code: 'cli.interrupted' });
  for (const pid of readFileSync(join(project.folder, 'pids'), 'utf8').trim().split(' '))
    await ended(Number(pid));
  project.script('cp ../kernel out.elf');
  const next = contextIn(project.folder);
  await project.synth(next);
  expect(next.host.errText).not.toContain('waiting');
  expect(readdirSync(join(project.folder, 'unikernel')).filter((name) => name.includes('.kiln'))).toEqual([]);
});

async function ended(pid: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
  throw new Error(`process ${pid} still runs`);
}
