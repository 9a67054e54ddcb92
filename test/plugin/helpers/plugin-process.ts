import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { createServerCertificate, type ServerCertificate } from '../../../lib/plugin/server/certificate';
import { PluginClient } from './plugin-client';

/** Bundles a fixture as a provider is shipped: one CommonJS file. */
export function bundle(fixture: string, outfile: string): string {
  buildSync({
    entryPoints: [join(__dirname, '../fixtures', fixture)],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    outfile,
  });
  return outfile;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'plugin-test-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

const COOKIE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';

/** The environment that Terraform gives a provider. */
export function terraformEnvironment(client?: ServerCertificate): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    TF_PLUGIN_MAGIC_COOKIE: COOKIE,
    PLUGIN_PROTOCOL_VERSIONS: '6,5',
    ...(client ? { PLUGIN_CLIENT_CERT: client.certificatePem } : {}),
  };
}

/** A provider process, started as Terraform starts it. */
export class PluginProcess {
  stdout = '';
  stderr = '';
  readonly exited: Promise<number | null>;
  private constructor(
    readonly child: ChildProcess,
    private readonly client: ServerCertificate | undefined,
  ) {
    child.stdout?.on('data', (text) => {
      this.stdout += text;
    });
    child.stderr?.on('data', (text) => {
      this.stderr += text;
    });
    this.exited = once(child, 'close').then(([code]) => code as number | null);
  }

  static start(file: string, env: NodeJS.ProcessEnv, client?: ServerCertificate): PluginProcess {
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new PluginProcess(child, client);
  }

  /** Started and past the handshake, with TLS unless told otherwise. */
  static async ready(file: string, options: { tls?: boolean; env?: NodeJS.ProcessEnv } = {}) {
    const client = options.tls === false ? undefined : createServerCertificate();
    const plugin = PluginProcess.start(file, { ...terraformEnvironment(client), ...options.env }, client);
    while (!plugin.stdout.includes('\n')) {
      const end = await Promise.race([
        once(plugin.child.stdout!, 'data').then(() => undefined),
        plugin.exited,
      ]);
      if (end !== undefined) throw new Error(`it exited with ${end}: ${plugin.stderr}`);
    }
    return plugin;
  }

  get handshake(): readonly string[] {
    return this.stdout.split('\n', 1)[0]!.split('|');
  }

  connect(): PluginClient {
    const [, , , socketPath = '', , certificate = ''] = this.handshake;
    const server = Buffer.from(certificate, 'base64');
    return new PluginClient({ socketPath, ...(this.client ? { tls: { server, client: this.client } } : {}) });
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
