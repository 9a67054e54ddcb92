import { toKeepInService, toReplaceAnything, toReplaceInstancesOf } from './change-matchers';
import { toConnectOnly, toKeepImages, toLetCall, toOpenOnlyPorts, toRunImage } from './stack-matchers';

/**
 * All assertions, for `expect.extend(kilnMatchers)` of jest or vitest. Each takes what it is about, and answers whether it
 * holds and why.
 */
export const kilnMatchers = {
  toReplaceInstancesOf,
  toReplaceAnything,
  toKeepInService,
  toOpenOnlyPorts,
  toLetCall,
  toConnectOnly,
  toRunImage,
  toKeepImages,
};

/**
 * Their types, with `R` for what an assertion answers. jest's global `expect` has them; for the `expect` of `@jest/globals`
 * declare `interface Matchers<R> extends KilnMatchers<R> {}` in module `expect`, for vitest's in module `vitest`.
 */
export interface KilnMatchers<R = void> {
  /** Of a change `{ before, after }`: are the instances of this service replaced or removed? */
  toReplaceInstancesOf(service: string): R;
  /** Of a change `{ before, after }`: is any instance replaced or removed? */
  toReplaceAnything(): R;
  /** Do so many instances serve at every moment of this change, or of any rollout of this stack? @default - each service */
  toKeepInService(instances: number, service?: string): R;
  /** Are exactly these ports reached from outside? */
  toOpenOnlyPorts(ports: readonly number[]): R;
  /** May one service call the other? */
  toLetCall(caller: string, callee: string): R;
  /** Are these all the calls that the network lets through, by caller? */
  toConnectOnly(calls: Readonly<Record<string, readonly string[]>>): R;
  /** Does this service run the image of this digest? @default - each service */
  toRunImage(digest: string, service?: string): R;
  /** Do so many earlier images stay? @default - each service */
  toKeepImages(count: number, service?: string): R;
}

declare global {
  namespace jest {
    interface Matchers<R, T> extends KilnMatchers<R> {}
  }
}
