import { isUnknown } from '../plugin';

/** Whether any part of a value is yet to come from another resource. */
export function hasUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
