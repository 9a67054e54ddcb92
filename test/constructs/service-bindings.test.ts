import { ServiceBindings } from '../../constructs/service-bindings';

const binding = (endpoint: string) => ({ endpoint, expose: () => undefined, connect: () => undefined });
const [a, b, c, d] = [binding('a'), binding('b'), binding('c'), binding('d')];

test('callers come after whom they call, also after two that call the same one', () => {
  const all = new ServiceBindings<typeof a>();
  for (const [caller, callee] of [
    [a, b],
    [a, c],
    [b, d],
    [c, d],
    [a, b],
  ] as const) {
    expect(all.tryOrder(caller, callee)).toBe(true);
  }
});

test('what would close a circle is left out, and nothing else', () => {
  const all = new ServiceBindings<typeof a>();
  all.tryOrder(a, b);
  all.tryOrder(b, c);
  expect(all.tryOrder(c, a)).toBe(false);
  expect(all.tryOrder(c, d)).toBe(true);
  expect(all.tryOrder(d, b)).toBe(false);
  expect(all.tryOrder(a, d)).toBe(true);
});
