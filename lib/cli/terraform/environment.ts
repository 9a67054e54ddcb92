import { existsSync } from 'node:fs';

/**
 * The user's environment, with what makes Terraform a quiet program among others. A `TF_CLI_CONFIG_FILE` that does not
 * exist is left out: Terraform would warn of it at each start and go on in the same way; `kiln doctor` says so once.
 */
export function terraformEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { TF_CLI_CONFIG_FILE: config, ...others } = env;
  return {
    ...others,
    ...(config && existsSync(config) ? { TF_CLI_CONFIG_FILE: config } : {}),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    // Else it asks its vendor for news at each start, which takes seconds where there is no way out.
    CHECKPOINT_DISABLE: '1',
  };
}
