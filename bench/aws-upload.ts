// Making an AMI of a disk, against the same uploader set as others do it (10 workers, zero blocks sent):
// `npx tsx bench/aws-upload.ts`. A fake of AWS answers each put after 100 ms, other calls after 50 ms, and five of 1000 puts fail.
// Each upload is a process of its own, bundled as the provider is, so that its memory is its own.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { type AwsFake, startAwsFake } from '../test/helpers/aws-fake';
import { figure, median, report } from './measure';

const MIB = 1024 * 1024;
const ROUNDS = 3;
const PUT_MS = 100;
const CALL_MS = 50;
const KINDS = ['500', 'reset', 'throttle', 'lost-answer', '503'] as const;

/** What the process below is told. */
interface Job {
  readonly sizeMib: number;
  /** One of so many blocks holds data. */
  readonly every: number;
  readonly sendsZeros: boolean;
  readonly workers: number;
  /** A disk to send instead. */
  readonly file?: string;
}

interface Outcome {
  readonly ms: number;
  readonly loadMs: number;
  readonly loadedMib: number;
  readonly peakMib: number;
  readonly puts: number;
  readonly sentMib: number;
}

/** The process that uploads. What is a zero block gets one byte where zeros are to be sent: then it is sent. */
const UPLOADER = `
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
// Not maxRSS, which on Linux is also that of the process that forked this one.
function peakMib() {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS) / 1024;
}
async function main() {
  const job = JSON.parse(process.argv[2]);
  // As the provider does.
  require('./lib/provider/lean-memory').keepMemoryLean();
  const before = performance.now();
  const { createAmi, openAwsSession, BLOCK_SIZE } = await import('./lib/clouds/aws');
  const session = await openAwsSession({ workers: job.workers });
  const loadMs = performance.now() - before;
  const loadedMib = process.memoryUsage.rss() / 2 ** 20;
  const file = job.file && (await open(job.file));
  const size = file ? (await file.stat()).size : job.sizeMib * 2 ** 20;
  const free = [];
  const blank = () => free.pop() ?? Buffer.allocUnsafe(BLOCK_SIZE);
  const fromFile = async (index) => {
    const block = blank().fill(0);
    await file.read(block, 0, Math.min(BLOCK_SIZE, size - index * BLOCK_SIZE), index * BLOCK_SIZE);
    if (job.sendsZeros && block.every((byte) => byte === 0)) block[0] = 1;
    return block;
  };
  const made = async (index) => {
    if (index % job.every === 0) return blank().fill((index % 255) + 1);
    return job.sendsZeros ? blank().fill(0).fill(1, 0, 1) : undefined;
  };
  const started = performance.now();
  await createAmi(
    { name: 'kiln-bench', digest: 'sha256:bench', architecture: 'x86_64', bootMode: 'legacy-bios',
      virtualization: 'hvm', enaSupport: true, imdsV2: true, tags: {} },
    { size, blockSize: BLOCK_SIZE, read: file ? fromFile : made, release: (block) => void free.push(block) },
    session,
  );
  const ms = performance.now() - started;
  session.close();
  await file?.close();
  console.log(JSON.stringify({ ms, loadMs, loadedMib, peakMib: peakMib() }));
}
void main();
`;

const folder = mkdtempSync(join(tmpdir(), 'kiln-bench-aws-'));
const program = join(folder, 'uploader.js');

async function bundleUploader(): Promise<void> {
  await build({
    stdin: { contents: UPLOADER, resolveDir: join(__dirname, '..'), loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20.12',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
}

function startFake(): Promise<AwsFake> {
  return startAwsFake({
    latencyMs: {
      PutSnapshotBlock: PUT_MS,
      StartSnapshot: CALL_MS,
      CompleteSnapshot: CALL_MS,
      DescribeSnapshots: CALL_MS,
      DescribeImages: CALL_MS,
      RegisterImage: CALL_MS,
    },
    lateness: { sealing: 0, image: 0 },
    faults: KINDS.map((kind, i) => ({
      action: 'PutSnapshotBlock' as const,
      kind,
      when: (nth: number) => nth % (200 * KINDS.length) === 200 * i + 100,
    })),
  });
}

async function upload(job: Job): Promise<Outcome> {
  const fake = await startFake();
  try {
    const env = { PATH: process.env.PATH, ...fake.env } as NodeJS.ProcessEnv;
    const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(job)], { env });
    const puts = fake.calls.filter(({ action }) => action === 'PutSnapshotBlock');
    const sentMib = puts.reduce((sum, { bytes }) => sum + bytes, 0) / MIB;
    return { ...JSON.parse(stdout), puts: puts.length, sentMib };
  } finally {
    await fake.stop();
  }
}

/** A disk as it is forged for a small kernel: 2 MiB, a quarter of it zeros. */
async function helloDisk(): Promise<{ readonly path: string; readonly forgeMs: number }> {
  const { forgeDisk, loadLoader } = await import('../lib/image');
  const { commandLineKernel } = await import('../test/fixtures/command-line-kernel');
  const kernel = join(folder, 'kernel');
  const path = join(folder, 'disk');
  writeFileSync(kernel, commandLineKernel());
  const start = performance.now();
  await forgeDisk(kernel, { bootArgs: ['--greeting=hello'] }, loadLoader(), path);
  return { path, forgeMs: performance.now() - start };
}

async function main(): Promise<void> {
  try {
    await bundleUploader();
    const hello = await helloDisk();
    const disks = {
      hello: { sizeMib: 0, every: 1, file: hello.path },
      '64 MiB, full': { sizeMib: 64, every: 1 },
      '1 GiB, 10 % full': { sizeMib: 1024, every: 10 },
    };
    const rows: string[][] = [];
    for (const [name, disk] of Object.entries(disks)) {
      const ours: Outcome[] = [];
      const theirs: Outcome[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(await upload({ ...disk, workers: 64, sendsZeros: false }));
        theirs.push(await upload({ ...disk, workers: 10, sendsZeros: true }));
      }
      rows.push(row(`${name}: kiln`, ours), row(`${name}: 10 workers, zeros sent`, theirs));
      const times = median(theirs.map(({ ms }) => ms)) / median(ours.map(({ ms }) => ms));
      rows.push([`${name}: times faster`, times.toFixed(1), '', '', '', '', '']);
    }
    rows.push(
      row('1 GiB, full: kiln', [await upload({ sizeMib: 1024, every: 1, workers: 64, sendsZeros: false })]),
    );
    report(
      `From a disk to an available image, median of ${ROUNDS}; forging hello took ${figure(hello.forgeMs)} ms`,
      ['', 'ms', 'worst', 'puts', 'MiB sent', 'peak MiB', 'loaded MiB'],
      rows,
    );
    const { loadMs } = await upload({ ...disks.hello, workers: 64, sendsZeros: false });
    console.log(
      `\nAWS' code, bundled: ${figure(statSync(program).size / 1000)} kB, loaded in ${figure(loadMs)} ms`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(name: string, outcomes: readonly Outcome[]): string[] {
  const mid = (pick: (one: Outcome) => number) => figure(median(outcomes.map(pick)));
  const worst = figure(Math.max(...outcomes.map(({ ms }) => ms)));
  const peak = figure(Math.max(...outcomes.map(({ peakMib }) => peakMib)));
  return [
    name,
    mid(({ ms }) => ms),
    worst,
    mid(({ puts }) => puts),
    mid(({ sentMib }) => sentMib),
    peak,
    mid(({ loadedMib }) => loadedMib),
  ];
}

void main();
