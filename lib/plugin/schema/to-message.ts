import { type AttributeMessage, Nesting, type SchemaMessage, StringKind } from '../protocol/messages';
import type { Attribute, Attributes, Schema } from './schema';
import { typeToJson } from './types';

const NO_TYPE = new Uint8Array();

/** The schema as Terraform is told it. */
export function schemaToMessage(schema: Schema): SchemaMessage {
  return {
    version: schema.version,
    block: {
      version: schema.version,
      attributes: attributesToMessages(schema.attributes),
      description: schema.description ?? '',
      descriptionKind: StringKind.markdown,
      deprecated: false,
    },
  };
}

function attributesToMessages(attributes: Attributes): readonly AttributeMessage[] {
  return Object.entries(attributes).map(([name, attribute]) => attributeToMessage(name, attribute));
}

function attributeToMessage(name: string, attribute: Attribute): AttributeMessage {
  const { type, mode } = attribute;
  const isNested = type.kind === 'nested';
  return {
    name,
    type: isNested ? NO_TYPE : new TextEncoder().encode(JSON.stringify(typeToJson(type))),
    nestedType: isNested
      ? { attributes: attributesToMessages(type.attributes), nesting: Nesting[type.nesting] }
      : undefined,
    description: attribute.description ?? '',
    descriptionKind: StringKind.markdown,
    required: mode === 'required' || (mode === 'writeOnly' && attribute.mandatory === true),
    optional:
      mode === 'optional' ||
      mode === 'default' ||
      mode === 'optionalComputed' ||
      (mode === 'writeOnly' && attribute.mandatory !== true),
    computed: mode === 'computed' || mode === 'default' || mode === 'optionalComputed',
    sensitive: attribute.sensitive === true,
    deprecated: attribute.deprecated === true,
    writeOnly: mode === 'writeOnly',
  };
}
