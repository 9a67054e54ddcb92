import type { JsonObject } from '../definition';
import type { RequestOf, ResponseOf } from '../protocol/messages';
import { assertResult } from './result';
import type { Session } from './session';
import { readStateJson, writeState } from './values';

/** Terraform asks this for every state it reads, also when the versions match: state files are JSON. */
export async function upgradeResourceState(
  session: Session,
  { typeName, version, rawState }: RequestOf<'UpgradeResourceState'>,
): Promise<ResponseOf<'UpgradeResourceState'>> {
  const outcome = await session.run({ what: `upgrade the state of ${typeName}` }, async (ctx) => {
    const { schema, upgradeState } = session.findResource(typeName);
    const json = rawState?.json ?? new Uint8Array();
    const upgrade = version === schema.version ? undefined : upgradeState?.[version];
    if (upgrade === undefined) return writeState(schema, readStateJson(schema, json));
    const old = JSON.parse(new TextDecoder().decode(json)) as JsonObject;
    return writeState(
      schema,
      assertResult(schema, `'upgradeState' of ${typeName}`, null, await upgrade(ctx, old)),
    );
  });
  return { upgradedState: outcome.value, diagnostics: outcome.diagnostics };
}
