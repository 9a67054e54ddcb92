// The licences of the libraries whose code is in the bundled programs: most of them ask to go with every copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const TERMS = /^(licen[cs]e|copying|notice)/i;

/**
 * @param inputs paths of files that were bundled, as esbuild's metafile has them
 * @returns text: each licence once, after the libraries that it is of
 */
export function licencesOf(inputs) {
  const folders = new Set([...inputs].map((path) => PACKAGE.exec(path)?.[1]).filter(Boolean));
  const librariesByTerms = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const terms = termsIn(folder) || `${license}\n`;
    librariesByTerms.set(terms, [...(librariesByTerms.get(terms) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...librariesByTerms].map(([terms, libraries]) => `${libraries.join('\n')}\n\n${terms}`);
  return parts.join(`\n${'='.repeat(80)}\n\n`);
}

function termsIn(folder) {
  const files = readdirSync(folder).filter((name) => TERMS.test(name));
  return files.map((name) => `${readFileSync(join(folder, name), 'utf8').trim()}\n`).join('\n');
}
