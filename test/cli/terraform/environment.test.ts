import { terraformEnv } from '../../../lib/cli/terraform/environment';

test("the user's settings reach Terraform, which neither asks nor phones home", () => {
  expect(terraformEnv({ PATH: '/bin', TF_VAR_x: '1', TF_LOG: 'debug', AWS_PROFILE: 'p' })).toEqual({
    PATH: '/bin',
    TF_VAR_x: '1',
    TF_LOG: 'debug',
    AWS_PROFILE: 'p',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
  });
});

test('a settings file is passed on where it exists, and left out where it does not', () => {
  expect(terraformEnv({ TF_CLI_CONFIG_FILE: __filename }).TF_CLI_CONFIG_FILE).toBe(__filename);
  expect(terraformEnv({ TF_CLI_CONFIG_FILE: '/no/such/file' })).not.toHaveProperty('TF_CLI_CONFIG_FILE');
});
