export { LocalPlatform, type LocalPlatformProps } from '../constructs/local/platform';
export { LocalStack } from './local-stack';
