import { KilnError } from '../../lib/errors';

const BINDINGS = '@cdktf/provider-aws';

// To be imported before what needs them: who runs nothing on AWS does without these hundreds of megabytes.
try {
  require.resolve(`${BINDINGS}/lib/provider`);
} catch (cause) {
  throw new KilnError(`'kiln-cdk/aws' needs ${BINDINGS}, which is not installed`, {
    code: 'constructs.bindings',
    remedy: `npm install ${BINDINGS}`,
    cause,
  });
}
