import { AssertionError } from 'node:assert';
import { assertThat, kilnMatchers } from '../../../constructs/testing';
import { shop } from './fixtures';

test('what holds is silent, either way round', () => {
  assertThat(shop()).toOpenOnlyPorts([8080]);
  assertThat({ before: shop(), after: shop() }).not.toReplaceAnything();
});

test('what does not hold throws as node:assert does, with the same message', () => {
  expect(() => assertThat(shop()).toOpenOnlyPorts([443])).toThrow(AssertionError);
  expect(() => assertThat(shop()).toOpenOnlyPorts([443])).toThrow(
    kilnMatchers.toOpenOnlyPorts(shop(), [443]).message(),
  );
  expect(() => assertThat(shop()).not.toOpenOnlyPorts([8080])).toThrow(/not to open only the ports 8080/);
});

test('it has every matcher', () => {
  const names = Object.keys(kilnMatchers);
  expect(Object.keys(assertThat(shop()).not)).toEqual(names);
  expect(Object.keys(assertThat(shop()))).toEqual([...names, 'not']);
});
