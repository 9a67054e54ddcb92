import { KilnError } from '../errors';

/**
 * The number that an option was given; nothing is no number, and neither is what JavaScript makes one of.
 *
 * @throws KilnError `usage.number`, naming the option, what was seen and what is allowed
 */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new KilnError(`'${option}' is '${text}'; give a whole number from ${least} to ${most}`, {
    code: 'usage.number',
  });
}
