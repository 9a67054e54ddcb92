import { expect as imported } from '@jest/globals';
import { type KilnMatchers, kilnMatchers } from '../../../constructs/testing';
import { shop } from './fixtures';

// As docs/testing.md has it for those who import expect.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends KilnMatchers<R> {}
}

test("jest's global expect has every matcher, with its types", () => {
  expect.extend(kilnMatchers);
  const names: (keyof KilnMatchers)[] = Object.keys(kilnMatchers) as (keyof typeof kilnMatchers)[];
  for (const name of names) expect(expect(shop())[name]).toBeInstanceOf(Function);
});

test('the one of @jest/globals too', () => {
  imported.extend(kilnMatchers);
  imported(shop()).toOpenOnlyPorts([8080]);
  imported({ before: shop(), after: shop({ version: '2' }) }).not.toReplaceInstancesOf('api');
});

test('what does not hold fails with the message alone', () => {
  expect(() => expect(shop()).toKeepInService(9, 'web')).toThrow(
    /^expected stack 'shop' to keep at least 9 instances of 'web' in service; found:\n {2}'web' keeps 3/,
  );
  expect(() => expect(shop()).not.toOpenOnlyPorts([8080])).toThrow(
    /^expected stack 'shop' not to open only the ports 8080/,
  );
});
