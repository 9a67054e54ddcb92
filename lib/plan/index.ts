export { AWS_ROLLOUT_TYPE } from './aws-service-resources';
export { type DeployedService, type DeployedStack, readState } from './deployed-stack';
export { parsePlan, type TerraformPlan } from './plan-json';
export { type RenderOptions, renderReview } from './render-terminal';
export {
  type AwsBatch,
  type AwsServiceChange,
  type Batch,
  type Drift,
  type LocalServiceChange,
  type OutputChange,
  type ResourceAction,
  type ResourceChange,
  type Review,
  reviewPlan,
  type ServiceChange,
} from './review';
export { LOCAL_SERVICE_TYPE } from './service-attributes';
export { type AttributeChange, Placeholder, renderValue } from './values';
