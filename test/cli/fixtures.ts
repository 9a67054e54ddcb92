import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandContext } from '../../lib/cli/context';
import { Interrupts } from '../../lib/cli/interrupts';
import { MemoryHost, type MemoryHostOptions } from '../../lib/io/memory-host';

/** A folder that is removed after the test. */
export function temporaryFolder(): () => string {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiln-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}

export interface TestContext extends CommandContext {
  readonly host: MemoryHost;
}

/** A command's surroundings, with nothing of this machine's settings but PATH and HOME. */
export function contextIn(
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  host: MemoryHostOptions = {},
): TestContext {
  const { PATH, HOME } = process.env;
  return {
    cwd,
    env: { PATH, HOME, KILN_HOME: join(cwd, 'kiln-home'), ...env },
    host: new MemoryHost(host),
    interrupts: new Interrupts(),
  };
}

/** Writes a `cdktf.json` whose app is a script, given as its text; `cdktf` can be required in it. */
export async function writeProject(folder: string, script: string, settings: object = {}): Promise<void> {
  await symlink(join(__dirname, '../../node_modules'), join(folder, 'node_modules')).catch(() => undefined);
  await writeFile(join(folder, 'app.js'), script);
  await writeFile(join(folder, 'cdktf.json'), JSON.stringify({ app: 'node app.js', ...settings }));
}

/** An app that writes stacks as cdktf does, a hundred times faster: name to Terraform JSON. */
export function plainApp(stacks: Record<string, object>): string {
  return `
    const { mkdirSync, writeFileSync } = require('node:fs');
    const { join } = require('node:path');
    const out = process.env.CDKTF_OUTDIR;
    const stacks = ${JSON.stringify(stacks)};
    const manifest = { version: '0.21.0', stacks: {} };
    for (const [name, content] of Object.entries(stacks)) {
      const workingDirectory = join('stacks', name);
      mkdirSync(join(out, workingDirectory), { recursive: true });
      writeFileSync(join(out, workingDirectory, 'cdk.tf.json'), JSON.stringify(content));
      manifest.stacks[name] = {
        name, workingDirectory, constructPath: name, dependencies: [],
        synthesizedStackPath: join(workingDirectory, 'cdk.tf.json'),
        annotations: [],
      };
    }
    writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest));
  `;
}

/**
 * A program that stands in for Terraform: `on` maps its commands (`version`, `init`, `plan`, `show`, `apply`) to
 * JavaScript. Each call's arguments are appended to `calls` in `folder`.
 */
export async function fakeTerraform(folder: string, on: Record<string, string> = {}): Promise<string> {
  const path = join(folder, 'terraform');
  const cases = Object.entries({ version: "console.log('Terraform v1.9.9')", ...on });
  const script = `#!${process.execPath}
    const { appendFileSync } = require('node:fs');
    const say = (message) => console.log(JSON.stringify(message));
    const fail = (summary, detail, more) =>
      say({ type: 'diagnostic', diagnostic: { severity: 'error', summary, detail, ...more } });
    const args = process.argv.slice(2);
    appendFileSync(${JSON.stringify(join(folder, 'calls'))}, args.join(' ') + '\\n');
    switch (args[0]) {
      ${cases.map(([command, body]) => `case '${command}': { ${body}; break; }`).join('\n')}
    }
  `;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}
