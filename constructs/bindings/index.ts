export { Ami, type AmiConfig, type AmiImage } from './ami';
export {
  KILN_PROVIDER_SOURCE,
  KilnProvider,
  type KilnProviderAws,
  type KilnProviderConfig,
} from './kiln-provider';
export { LocalService, type LocalServiceConfig } from './local-service';
