export { KILN_PROVIDER_SOURCE, KilnProvider } from './kiln-provider';
export { LocalService, type LocalServiceConfig } from './local-service';
