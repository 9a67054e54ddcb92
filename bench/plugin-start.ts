/**
 * Spawn to handshake line, and to the first answered call, of a provider built on lib/plugin against an empty node
 * program, interleaved. `npx tsx bench/plugin-start.ts [runs]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { buildSync } from 'esbuild';
import { createServerCertificate } from '../lib/plugin/server/certificate';

const runs = Number(process.argv[2] ?? 30);
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const client = createServerCertificate();
const env: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
  PLUGIN_PROTOCOL_VERSIONS: '5,6',
  PLUGIN_CLIENT_CERT: client.certificatePem,
};

interface Sample {
  readonly handshakeMs: number;
  readonly firstAnswerMs: number;
  readonly rssMib: number;
}

async function sample(program: string): Promise<Sample> {
  const start = performance.now();
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const handshakeMs = performance.now() - start;
    const socketPath = line.toString().split('|')[3] ?? '';
    if (socketPath !== '') await getSchema(socketPath);
    const firstAnswerMs = socketPath === '' ? Number.NaN : performance.now() - start;
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return { handshakeMs, firstAnswerMs, rssMib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function getSchema(path: string): Promise<void> {
  const session = http2.connect('https://localhost', {
    createConnection: () =>
      tls.connect({
        path,
        key: client.keyPem,
        cert: client.certificatePem,
        rejectUnauthorized: false,
        ALPNProtocols: ['h2'],
      }),
  });
  const stream = session.request({
    ':method': 'POST',
    ':path': '/tfplugin6.Provider/GetProviderSchema',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.end(Buffer.alloc(5));
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  if (bytes < 100) throw new Error(`the schema has only ${bytes} bytes`);
  session.destroy();
}

function median(samples: readonly Sample[], key: keyof Sample): string {
  const sorted = samples.map((one) => one[key]).sort((a, b) => a - b);
  return (sorted[sorted.length >> 1] ?? Number.NaN).toFixed(0);
}

async function main(): Promise<void> {
  const empty = join(folder, 'empty.cjs');
  writeFileSync(empty, "process.stdout.write('ready\\n'); setInterval(() => {}, 1000);");
  const provider = join(folder, 'provider.cjs');
  const { metafile } = buildSync({
    entryPoints: [join(__dirname, '../test/plugin/fixtures/toy-main.ts')],
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: provider,
  });
  const all: Record<string, Sample[]> = { 'empty node': [], provider: [] };
  for (let run = 0; run < runs; run += 1) {
    all['empty node']?.push(await sample(empty));
    all.provider?.push(await sample(provider));
  }
  console.log(`medians of ${runs}, interleaved; bundle ${Object.values(metafile.outputs)[0]?.bytes} bytes`);
  console.log('program       handshake ms  first answer ms  RSS MiB');
  for (const [name, samples] of Object.entries(all)) {
    const cells = (['handshakeMs', 'firstAnswerMs', 'rssMib'] as const).map((key) => median(samples, key));
    console.log(
      `${name.padEnd(12)}  ${cells[0]?.padStart(12)}  ${cells[1]?.padStart(15)}  ${cells[2]?.padStart(7)}`,
    );
  }
}

main().finally(() => rmSync(folder, { recursive: true, force: true }));
