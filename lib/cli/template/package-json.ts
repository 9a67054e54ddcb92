import { devDependencies, engines, peerDependencies } from '../../../package.json';

export interface ProjectPackage {
  /** Name of the project and of its stack. */
  readonly name: string;
  /** What npm shall install as `kiln-cdk`: a version range, or `file:` and a path. */
  readonly kiln: string;
}

export function packageJson({ name, kiln }: ProjectPackage): string {
  const content = {
    name,
    version: '0.1.0',
    private: true,
    engines,
    scripts: {
      test: 'tsc && kiln synth',
      diff: 'kiln diff',
      deploy: 'kiln deploy',
      status: 'kiln status',
      destroy: 'kiln destroy',
    },
    dependencies: {
      cdktf: peerDependencies.cdktf,
      constructs: peerDependencies.constructs,
      'kiln-cdk': kiln,
    },
    devDependencies: {
      '@types/node': devDependencies['@types/node'],
      tsx: devDependencies.tsx,
      typescript: devDependencies.typescript,
    },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

export function tsconfigJson(): string {
  const compilerOptions = {
    target: 'es2022',
    module: 'node16',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  return `${JSON.stringify({ compilerOptions, include: ['*.ts'] }, null, 2)}\n`;
}
