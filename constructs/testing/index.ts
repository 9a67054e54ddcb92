export type { InstanceRange } from '../scaling';
export { assertThat, type StackAssertions } from './assert-that';
export { type KilnMatchers, kilnMatchers } from './matchers';
export {
  compareStacks,
  type InstancesFate,
  type ServiceDifference,
  type StackChange,
} from './stack-change';
export type { TestedCall, TestedPort, TestedService } from './tested-service';
export { TestedStack } from './tested-stack';
export type { Subject, Verdict } from './verdict';
