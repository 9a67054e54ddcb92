export { Duration } from './duration';
export { PercentOrCount, type PercentOrCountInput } from './percent-or-count';
export { Size } from './size';
