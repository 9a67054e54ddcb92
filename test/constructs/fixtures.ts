import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'cdktf';
import { LocalStack } from '../../stacks';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-test-'));
  folders.push(folder);
  return folder;
}

/** The smallest ELF that multiboot starts: one segment, one header, no code. */
export function kernelBytes({ machine = 3, text = '' } = {}): Buffer {
  const bytes = Buffer.alloc(96 + 32);
  bytes.write('\x7fELF\x01\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeUInt32LE(0x100000, 24);
  bytes.writeUInt32LE(52, 28);
  bytes.writeUInt16LE(52, 40);
  bytes.writeUInt16LE(32, 42);
  bytes.writeUInt16LE(1, 44);
  const segment = [1, 0, 0x100000, 0x100000, bytes.length, bytes.length, 5, 4096];
  segment.forEach((word, index) => {
    bytes.writeUInt32LE(word, 52 + index * 4);
  });
  bytes.writeUInt32LE(0x1badb002, 84);
  bytes.writeUInt32LE(0x100000000 - 0x1badb002, 92);
  bytes.write(text, 96);
  return bytes;
}

/** A kernel in a folder of its own. */
export function kernelFile(options: Parameters<typeof kernelBytes>[0] = {}): string {
  const path = join(temporaryFolder(), 'kernel.elf');
  writeFileSync(path, kernelBytes(options));
  return path;
}

export function localStack(id = 'shop'): LocalStack {
  return new LocalStack(Testing.app({ outdir: temporaryFolder() }), id);
}

/** What Terraform gets, without validation and staging. */
export function synth(stack: LocalStack): TerraformJson {
  return JSON.parse(Testing.synth(stack));
}

/** The arguments of one `kiln_local_service`. */
export function resource(stack: LocalStack, id: string): ServiceJson {
  const found = synth(stack).resource.kiln_local_service[id];
  if (!found) throw new Error(`no kiln_local_service.${id}`);
  return found;
}

export interface TerraformJson {
  readonly terraform: Record<string, unknown>;
  readonly provider: Record<string, unknown>;
  readonly resource: { readonly kiln_local_service: Record<string, ServiceJson> };
  readonly output: Record<string, unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever was synthesised
export type ServiceJson = Record<string, any>;
