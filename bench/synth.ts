// Synth of services through Kiln against the same resources in bare cdktf: `npx tsx bench/synth.ts`.
// Bare cdktf gets the finished arguments as constants, so the ratio is what inspection, hashing, defaults, names and
// staging cost. One kernel serves all; a second table gives every service its own. The first run reads and copies the
// kernels, and Node compiles; the medians are of later runs, which find both done.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, LocalBackend, TerraformOutput, TerraformResource, TerraformStack } from 'cdktf';
import { HealthCheck, UnikernelImage, UnikernelService } from '../constructs';
import { KilnProvider } from '../constructs/bindings';
import { LocalStack } from '../stacks';
import { figure, interleaved, report } from './measure';

const KERNEL_BYTES = 64 * 1024;

type Json = Record<string, unknown>;

/** A resource of fixed arguments, as cdktf's own generated bindings render them. */
class Constant extends TerraformResource {
  constructor(
    scope: TerraformStack,
    id: string,
    private readonly args: Json,
  ) {
    super(scope, id, { terraformResourceType: 'kiln_local_service' });
  }

  protected override synthesizeAttributes(): Json {
    return this.args;
  }
}

function throughKiln(outdir: string, kernels: readonly string[]): void {
  const app = new App({ outdir });
  const stack = new LocalStack(app, 'bench');
  for (const [index, kernel] of kernels.entries()) {
    const service = new UnikernelService(stack, `s${index}`, {
      image: UnikernelImage.fromKernel(kernel, { bootArgs: ['--greeting=hello'] }),
      port: 8080,
      healthCheck: HealthCheck.http('/healthz'),
    });
    service.expose();
  }
  app.synth();
}

function bare(outdir: string, services: Readonly<Record<string, Json>>): void {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'bench');
  new KilnProvider(stack, 'kiln');
  new LocalBackend(stack, { path: 'terraform.tfstate' });
  for (const [id, args] of Object.entries(services)) {
    const resource = new Constant(stack, id, args);
    new TerraformOutput(stack, `${id}_endpoint`, { value: resource.getStringAttribute('endpoint') });
  }
  app.synth();
}

/** The arguments that Kiln made, without cdktf's metadata. */
function argumentsIn(outdir: string): Record<string, Json> {
  const json = JSON.parse(readFileSync(join(outdir, 'stacks/bench/cdk.tf.json'), 'utf8'));
  const services: Record<string, Json> = json.resource.kiln_local_service;
  return Object.fromEntries(Object.entries(services).map(([id, { '//': _, ...args }]) => [id, args]));
}

/** A multiboot ELF of one segment; `mark` makes it another file. */
function writeKernel(path: string, mark: number): string {
  const bytes = Buffer.alloc(KERNEL_BYTES, mark & 0xff);
  bytes.fill(0, 0, 96);
  bytes.write('\x7fELF\x01\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(3, 18);
  bytes.writeUInt32LE(52, 28);
  bytes.writeUInt16LE(52, 40);
  bytes.writeUInt16LE(32, 42);
  bytes.writeUInt16LE(1, 44);
  for (const [index, word] of [1, 0, 0x100000, 0x100000, KERNEL_BYTES, KERNEL_BYTES, 5, 4096].entries()) {
    bytes.writeUInt32LE(word, 52 + index * 4);
  }
  bytes.writeUInt32LE(0x1badb002, 84);
  bytes.writeUInt32LE(0x100000000 - 0x1badb002, 92);
  bytes.writeUInt32LE(mark, 96);
  writeFileSync(path, bytes);
  return path;
}

function timed(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

async function compare(base: string, label: string, kernels: readonly string[]): Promise<string[]> {
  const [ours, theirs] = [join(base, `${label}-kiln`), join(base, `${label}-bare`)];
  const first = timed(() => throughKiln(ours, kernels));
  const services = argumentsIn(ours);
  const { kiln, cdktf } = await interleaved(
    {
      kiln: () => timed(() => throughKiln(ours, kernels)),
      cdktf: () => timed(() => bare(theirs, services)),
    },
    kernels.length === 1000 ? 7 : 15,
  );
  if (!kiln || !cdktf) throw new Error('nothing was measured');
  return [
    String(kernels.length),
    figure(first),
    figure(kiln.median),
    figure(cdktf.median),
    (kiln.median / cdktf.median).toFixed(2),
  ];
}

async function main(): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'kiln-bench-'));
  const columns = ['services', 'first run', 'kiln', 'bare cdktf', 'ratio'];
  try {
    const one = writeKernel(join(base, 'one.elf'), 1);
    const shared: string[][] = [];
    const own: string[][] = [];
    for (const count of [1, 100, 1000]) {
      shared.push(await compare(base, `shared-${count}`, Array<string>(count).fill(one)));
      const kernels = Array.from({ length: count }, (_, i) => writeKernel(join(base, `${i}.elf`), i));
      own.push(await compare(base, `own-${count}`, kernels));
    }
    report('synth, services of one kernel, median ms', columns, shared);
    report('synth, a kernel of 64 KiB for each service, median ms', columns, own);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

void main();
