import type { Model, Reference } from './botocore';

interface Element {
  readonly name: string;
  readonly children: Element[];
}

/** Paths of elements in an answer that the action's model does not know. */
export function strangersIn(model: Model, action: string, xml: string): string[] {
  const root = parse(xml);
  const { output } = model.operations[action] ?? {};
  const wrapper = output?.resultWrapper;
  const wrapped = root.children.find(({ name }) => name === `${action}Result`);
  if (wrapped && !wrapper) return wrapped.children.map(({ name }) => name);
  const children = wrapped?.children ?? root.children;
  const own = children.filter(({ name }) => !['requestId', 'ResponseMetadata', 'return'].includes(name));
  if (!output) return own.map(({ name }) => name);
  return own.flatMap((element) => inStructure(model, output.shape, element, ''));
}

function inStructure(model: Model, shape: string, element: Element, prefix: string): string[] {
  const members = Object.entries(model.shapes[shape]?.members ?? {});
  const path = `${prefix}${element.name}`;
  const found = members.find(([name, { locationName }]) => (locationName ?? name) === element.name);
  return found ? inValue(model, found[1].shape, element, `${path}.`) : [path];
}

function inValue(model: Model, shape: string, element: Element, prefix: string): string[] {
  const { type, member } = model.shapes[shape] ?? {};
  if (type === 'structure') return element.children.flatMap((one) => inStructure(model, shape, one, prefix));
  if (type !== 'list') return element.children.map(({ name }) => `${prefix}${name}`);
  const { locationName = 'member', shape: inner } = member as Reference;
  return element.children.flatMap((one) =>
    one.name === locationName
      ? inValue(model, inner, one, `${prefix}${one.name}.`)
      : [`${prefix}${one.name}`],
  );
}

/** The elements of XML without attributes that matter. */
function parse(xml: string): Element {
  const root: Element = { name: '', children: [] };
  const open = [root];
  for (const [, close, name = ''] of xml.matchAll(/<(\/?)([A-Za-z][\w]*)[^>]*>/g)) {
    if (close) {
      open.pop();
      continue;
    }
    const element = { name, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  }
  return root.children[0] ?? root;
}
