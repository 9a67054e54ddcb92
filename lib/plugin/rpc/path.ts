import type { AttributePath } from '../protocol/messages';

/** A step into a map. Terraform tells it from a step to an attribute, which is a plain text here. */
export interface MapKey {
  readonly key: string;
}

export type WirePath = readonly (string | number | MapKey)[];

export function pathToMessage(path: WirePath): AttributePath {
  return {
    steps: path.map((step) => ({
      attributeName: typeof step === 'string' ? step : undefined,
      elementKeyString: typeof step === 'object' ? step.key : undefined,
      elementKeyInt: typeof step === 'number' ? step : undefined,
    })),
  };
}
