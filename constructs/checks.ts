import { Token } from 'cdktf';
import { KilnError } from '../lib/errors';

/**
 * Refuses a value that only Terraform will know, where synth already needs it.
 * @param why follows 'because': `it is part of the image's digest`
 * @throws KilnError `constructs.token`
 */
export function checkKnown(prop: string, value: unknown, why: string): void {
  if (!Token.isUnresolved(value)) return;
  throw new KilnError(
    `'${prop}' is a token, known only when Terraform runs, but it is needed at synth because ${why}; give a plain value`,
    { code: 'constructs.token' },
  );
}

/**
 * Refuses anything but a whole number from `min` to `max`. A number token passes unread: it is about -8e298, so it must
 * never be compared.
 * @throws KilnError `constructs.number`
 */
export function checkWhole(prop: string, value: number, min: number, max: number): void {
  if (Token.isUnresolved(value)) return;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new KilnError(`'${prop}' is ${value}; give a whole number from ${min} to ${max}`, {
    code: 'constructs.number',
  });
}

/**
 * Refuses a TCP port that is impossible or not known yet.
 * @throws KilnError `constructs.number` or `constructs.token`
 */
export function checkPort(prop: string, value: number, why: string): void {
  checkKnown(prop, value, why);
  checkWhole(prop, value, 1, 65535);
}
