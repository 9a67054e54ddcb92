import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { Fn, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { checkKnown } from '../checks';
import { MAX_ZONES } from './subnets';

const MIN_ZONES = 2;

/** @throws KilnError `constructs.network` for too few, too many or equal zones, `constructs.token` */
export function checkZones(zones: number | readonly string[]): void {
  if (typeof zones === 'number') checkKnown('zones', zones, 'every zone has subnets of its own');
  const names = typeof zones === 'number' ? [] : zones;
  for (const name of names) checkKnown('zones', name, 'two of them must not be the same');
  const count = typeof zones === 'number' ? zones : zones.length;
  if (!Number.isInteger(count) || count < MIN_ZONES || count > MAX_ZONES) {
    throw refusal(
      `'zones' is ${JSON.stringify(zones)}; give ${MIN_ZONES} or ${MAX_ZONES}, or the names of as many, such as ` +
        "['eu-central-1a', 'eu-central-1b']",
    );
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refusal(`'zones' names '${twice}' twice; name each zone once`);
}

/**
 * The names of the zones; tokens where only their number was given, as which ones an account has differs.
 * @throws KilnError `constructs.network` for a zone of another region
 */
export function zoneNames(
  scope: Construct,
  region: string,
  zones: number | readonly string[],
): readonly string[] {
  if (typeof zones !== 'number') {
    for (const zone of zones) checkZoneIsIn(region, zone);
    return zones;
  }
  const data = new DataAwsAvailabilityZones(scope, 'Zones', {
    state: 'available',
    // Without the local zones and Wavelength zones that an account opted into: they lack balancers and most instances.
    filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
  });
  data.overrideLogicalId('network');
  return Array.from({ length: zones }, (_, index) => Token.asString(Fn.element(data.names, index)));
}

/** @throws KilnError `constructs.network`; a region that is a token passes */
export function checkZoneIsIn(region: string, zone: string): void {
  if (Token.isUnresolved(region) || Token.isUnresolved(zone) || zone.startsWith(region)) return;
  throw refusal(
    `the zone '${zone}' is not in '${region}', the stack's region; its zones are named '${region}a' and so on`,
  );
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.network' });
}
