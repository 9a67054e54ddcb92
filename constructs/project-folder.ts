import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { IConstruct } from 'constructs';

const folders = new WeakMap<IConstruct, string>();

/**
 * The folder that relative paths start at: where `cdktf.json` is, in the current folder or above it; else the current
 * folder. The same rule as cdktf's own assets.
 */
export function projectFolder(scope: IConstruct): string {
  const { root } = scope.node;
  const known = folders.get(root);
  if (known !== undefined) return known;
  const config: unknown = scope.node.tryGetContext('cdktfJsonPath');
  const folder = typeof config === 'string' ? dirname(resolve(config)) : folderWithConfig(process.cwd());
  folders.set(root, folder);
  return folder;
}

function folderWithConfig(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'cdktf.json'))) return folder;
    if (folder === dirname(folder)) return start;
  }
}
