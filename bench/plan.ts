// Terraform's plan of 1, 100 and 1,000 new services against as many of its built-in `terraform_data`.
// npx tsx bench/plan.ts
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, figure, interleaved, report, timeProgram } from './measure';

const root = join(__dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const terraform = process.env.KILN_TERRAFORM ?? 'terraform';

const SERVICE = {
  image: {
    path: 'images/hello.elf',
    kind: 'kernel',
    digest: `sha256:${'a'.repeat(64)}`,
    boot_args: [],
    boot: 'disk',
  },
  instances: 3,
  memory_mib: 32,
  port: 8080,
  host_port: 'auto',
  peers: [],
  health_check: {
    protocol: 'http',
    path: '/healthz',
    interval_ms: 1000,
    timeout_ms: 1000,
    healthy_threshold: 1,
    unhealthy_threshold: 3,
    boot_deadline_ms: 30000,
  },
  update: {
    strategy: 'rolling',
    max_surge: '1',
    max_unavailable: '0',
    bake_ms: 0,
    health_timeout_ms: 30000,
    steps: [],
    rollback: true,
  },
  drain_ms: 30000,
};

function project(folder: string, configuration: unknown): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cdk.tf.json'), JSON.stringify(configuration));
  return folder;
}

function installProvider(folder: string): void {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const plugin = join(folder, `terraform.d/plugins/kiln.internal/kiln-cdk/kiln/${version}/${platform}`);
  mkdirSync(plugin, { recursive: true });
  const program = join(plugin, `terraform-provider-kiln_v${version}`);
  copyFileSync(join(root, 'dist/bin/terraform-provider-kiln.js'), program);
  chmodSync(program, 0o755);
  writeFileSync(join(plugin, 'package.json'), '{"type":"commonjs"}\n');
}

function services(count: number): unknown {
  const named = Array.from({ length: count }, (_, i) => [`s${i}`, { ...SERVICE, name: `bench-s${i}` }]);
  return {
    terraform: { required_providers: { kiln: { source: 'kiln.internal/kiln-cdk/kiln', version } } },
    resource: { kiln_local_service: Object.fromEntries(named) },
  };
}

function builtIn(count: number): unknown {
  const named = Array.from({ length: count }, (_, i) => [`s${i}`, { input: SERVICE }]);
  return { resource: { terraform_data: Object.fromEntries(named) } };
}

async function main(): Promise<void> {
  cleanEnvironment();
  const base = mkdtempSync(join(tmpdir(), 'kiln-bench-'));
  const env = { KILN_HOME: join(base, 'home') };
  const rows: string[][] = [];
  try {
    for (const count of [1, 100, 1000]) {
      const ours = project(join(base, `kiln-${count}`), services(count));
      const theirs = project(join(base, `data-${count}`), builtIn(count));
      installProvider(ours);
      for (const folder of [ours, theirs])
        timeProgram([terraform, 'init', '-input=false'], { cwd: folder, env });
      const plan = (cwd: string) => () =>
        timeProgram([terraform, 'plan', '-input=false', '-out=/dev/null'], { cwd, env });
      const { kiln, data } = await interleaved(
        { kiln: plan(ours), data: plan(theirs) },
        count === 1000 ? 3 : 7,
      );
      if (!kiln || !data) throw new Error('nothing was measured');
      rows.push([
        String(count),
        figure(kiln.median),
        figure(data.median),
        (kiln.median / data.median).toFixed(1),
      ]);
    }
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
  report('terraform plan of new services, median ms', ['services', 'kiln', 'terraform_data', 'ratio'], rows);
}

void main();
