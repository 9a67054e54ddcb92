// A module of its own, so that the SDK's client is loaded when it is needed, and of it no more than that.
export { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
