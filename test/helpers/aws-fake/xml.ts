import { type Answer, escapeXml } from './refusal';

/** What an element may hold: text, a list (each in an element), or elements by name. Undefined leaves the element out. */
export type Xml = string | number | boolean | undefined | readonly Xml[] | XmlList | Members;

/** Elements by name. */
export type Members = { readonly [name: string]: Xml };

/** A list whose members have a name of their own. */
export class XmlList {
  constructor(
    readonly member: string,
    readonly items: readonly Xml[],
  ) {}
}

type Dialect = 'ec2' | 'autoscaling' | 'elasticloadbalancing';

const NAMESPACES: Readonly<Record<Dialect, string>> = {
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  autoscaling: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  elasticloadbalancing: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
};

/** EC2 puts the request's id first; the query protocol wraps the result, and names the members of lists `member`. */
export function xmlAnswer(dialect: Dialect, action: string, requestId: string, content: Members): Answer {
  const inner =
    dialect === 'ec2'
      ? render({ requestId, ...content }, 'item')
      : render({ [`${action}Result`]: content, ResponseMetadata: { RequestId: requestId } }, 'member');
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${NAMESPACES[dialect]}">${inner}</${action}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body };
}

function render(value: Xml, member: string): string {
  if (value === undefined) return '';
  if (Array.isArray(value))
    return value.map((one) => `<${member}>${render(one, member)}</${member}>`).join('');
  if (value instanceof XmlList)
    return value.items.map((one) => render({ [value.member]: one }, member)).join('');
  if (typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `<${name}>${render(inner, member)}</${name}>`)
    .join('');
}
