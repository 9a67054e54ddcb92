import { escapeXml } from './refusal';

/** What an element may hold: text, a list (each in an `item`), or elements by name. Undefined leaves the element out. */
export type Xml = string | number | boolean | undefined | readonly Xml[] | { readonly [name: string]: Xml };

/** An answer of the EC2 query protocol. */
export function renderXml(
  action: string,
  requestId: string,
  content: { readonly [name: string]: Xml },
): string {
  const root = `${action}Response`;
  const body = render({ requestId, ...content });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</${root}>`;
}

function render(value: Xml): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => `<item>${render(item)}</item>`).join('');
  if (typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `<${name}>${render(inner)}</${name}>`)
    .join('');
}
