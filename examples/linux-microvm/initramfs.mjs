// Writes an initramfs: one program, and the kernel modules it loads, in the order of their dependencies.
// Usage: initramfs.mjs OUT PROGRAM KERNEL_FOLDER MODULE...
// The same files give the same bytes: no times, no owners, no compression, numbers in place of inodes.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FOLDER = 0o040755;
const PROGRAM = 0o100755;
const FILE = 0o100644;
const DEVICE = 0o020600;

const [out, program, kernelFolder, ...wanted] = process.argv.slice(2);
const modules = inOrder(wanted, modulesBelow(kernelFolder));

const folders = ['dev', 'modules', 'proc', 'sys'].map((name) => ({ name, mode: FOLDER }));
const files = [
  ...folders,
  // The kernel opens it for its first program, before that can mount anything.
  { name: 'dev/console', mode: DEVICE, device: [5, 1] },
  { name: 'init', mode: PROGRAM, bytes: readFileSync(program) },
  ...modules.map((path, index) => ({
    name: `modules/${String(index).padStart(2, '0')}-${basename(path)}`,
    mode: FILE,
    bytes: readFileSync(path),
  })),
];
const archive = Buffer.concat([...files, { name: 'TRAILER!!!', mode: 0 }].map(entry));
writeFileSync(`${out}.tmp`, archive);
renameSync(`${out}.tmp`, out);

/** Path by the module's name, in which `-` and `_` are the same. */
function modulesBelow(folder) {
  const found = new Map();
  for (const path of readdirSync(folder, { recursive: true }).sort()) {
    if (path.endsWith('.ko')) found.set(nameOf(basename(path, '.ko')), join(folder, path));
  }
  return found;
}

function nameOf(text) {
  return text.replaceAll('-', '_');
}

/** What is built into the kernel has no file, and needs none; a module that was asked for must have one. */
function inOrder(names, paths) {
  const order = new Set();
  const add = (name) => {
    const path = paths.get(name);
    if (path === undefined || order.has(path)) return;
    for (const dependency of dependenciesOf(path)) add(dependency);
    order.add(path);
  };
  for (const name of names.map(nameOf)) {
    if (!paths.has(name)) throw new Error(`this kernel has no module '${name}'`);
    add(name);
  }
  return [...order];
}

/** The `depends=` line of section .modinfo, found without reading the ELF around it: its texts end with a NUL. */
function dependenciesOf(path) {
  const [, names] = /\0depends=([\w,-]*)\0/.exec(readFileSync(path, 'latin1')) ?? [];
  return (names ?? '').split(',').filter(Boolean).map(nameOf);
}

/** One entry of the newc format: Linux Documentation/driver-api/early-userspace/buffer-format.rst. */
function entry({ name, mode, bytes = Buffer.alloc(0), device = [0, 0] }, index) {
  const links = (mode & 0o170000) === FOLDER - 0o755 ? 2 : 1;
  const fields = [index + 1, mode, 0, 0, links, 0, bytes.length, 0, 0, ...device, name.length + 1, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return Buffer.concat([padded(Buffer.from(head, 'latin1')), padded(bytes)]);
}

function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
