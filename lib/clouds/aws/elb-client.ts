// A module of its own, so that the SDK's client is loaded when it is needed, and of it no more than that.
export { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
