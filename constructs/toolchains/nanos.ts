import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface OpsOptions extends ToolchainOptions {
  /** The Linux program, relative to the folder. What compiles it goes into `before`. */
  readonly program: string;
  /** Name of the image among those of ops. */
  readonly name: string;
  /** Configuration of the image, relative to the folder. @default - none */
  readonly config?: string;
}

/**
 * `ops build PROGRAM -i NAME -c CONFIG` (nanovms/ops:cmd/cmd_build.go): a disk in `$OPS_HOME/.ops/images/`, or in that of
 * the home folder (nanovms/ops:lepton/, GetOpsHome).
 */
export function ops(options: OpsOptions): ToolchainSpec {
  const { program, name, config } = options;
  checkName('name', name);
  const home = options.environment?.OPS_HOME ?? process.env.OPS_HOME ?? '~';
  return toolchainSpec(
    {
      id: 'ops',
      steps: [['ops', 'build', program, '-i', name, ...(config === undefined ? [] : ['-c', config])]],
      artifact: `${home}/.ops/images/${name}`,
      role: 'disk',
      version: ['ops', 'version'],
      install: { ops: 'Install ops: docs.ops.city, or go install github.com/nanovms/ops@latest.' },
      expects: { systems: ['nanos'] },
    },
    options,
  );
}
