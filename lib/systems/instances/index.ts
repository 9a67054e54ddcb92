export { findAwsInstanceType, type InstanceTypeOptions, tryFindFamily } from './aws';
export { AWS_FAMILIES, type AwsFamilies, type AwsHypervisor, ENA_SIZES } from './aws-families';
export { findGoogleMachineType, tryFindSeries } from './google';
export { GOOGLE_SERIES, type GoogleSeries } from './google-series';
