import { literal } from '../../../constructs/bindings/literal';

test.each([
  ['plain', 'plain'],
  [`\${var.x}`, `$\${var.x}`],
  ['%{ if true }', '%%{ if true }'],
  [`$\${x}`, `$$\${x}`],
  ['100%', '100%'],
  ['$HOME', '$HOME'],
])('%j reaches the provider unchanged as %j', (text, rendered) => {
  expect(literal(text)).toBe(rendered);
});
