import { mainTs } from './main-ts';
import { type ProjectPackage, packageJson, tsconfigJson } from './package-json';
import { readme } from './readme';

export type { ProjectPackage } from './package-json';

/** What the files of a new project depend on. */
export interface TemplateOptions extends ProjectPackage {
  /** Makes npm copy a checkout of Kiln instead of linking it. */
  readonly installLinks: boolean;
}

/** Where the sources of the example unikernel go. */
export const UNIKERNEL_FOLDER = 'unikernel';

/** The text files of a new project, by path. The unikernel's sources are copied beside them. */
export function templateFiles(options: TemplateOptions): ReadonlyMap<string, string> {
  const files = new Map([
    ['package.json', packageJson(options)],
    ['tsconfig.json', tsconfigJson()],
    ['cdktf.json', cdktfJson()],
    ['main.ts', mainTs(options.name)],
    ['README.md', readme(options.name)],
    ['.gitignore', GITIGNORE],
  ]);
  // A linked checkout would bring its own copy of cdktf, and two copies do not know each other's constructs.
  if (options.installLinks) files.set('.npmrc', 'install-links=true\n');
  return files;
}

function cdktfJson(): string {
  return `${JSON.stringify({ language: 'typescript', app: 'npx tsx main.ts' }, null, 2)}\n`;
}

const GITIGNORE = `node_modules/
build/
cdktf.out/
.kiln/
# Terraform's state says what runs, and may hold secrets: share it through a backend, not through git.
terraform.*.tfstate*
`;
