export { LocalPlatform } from '../constructs/local/platform';
export { LocalStack } from './local-stack';
